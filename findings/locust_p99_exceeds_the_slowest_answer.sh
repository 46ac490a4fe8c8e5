#!/usr/bin/env bash
# 以为：分位数是量到的值里的一个，或至少落在最小与最大之间；毫秒是准的。
# 其实：分位数先把每个时间舍成两位有效数字：最慢 147 毫秒，p99 是 150；相差两毫秒的 1449 与 1451 变成 1400 与 1500。
#       平均、最大、最小不舍；中位也舍，但不许越过最大最小，于是唯一的一次 147 毫秒，中位与 p50 竟不相等。
# 版本：locust 2.47.0
# 来源：跑出来的；https://github.com/locustio/locust/issues/331
# 谁会遇到：拿 locust 的 p95 卡“一秒半以内”、或与别的工具的分位数逐位对比的人。
set -euo pipefail

tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cd "$tmp"
export PYTHONUTF8=1
python3 -m venv venv || exit 2
venv/bin/python -m pip install -qq --disable-pip-version-check locust==2.47.0 || exit 2

cat > try.py <<'PY'
from locust.stats import RequestStats


def show(milliseconds):
    stats = RequestStats()
    stats.log_request("WS", "说一句", milliseconds, 0)
    total = stats.total
    p50, p99 = (total.get_response_time_percentile(part) for part in (0.5, 0.99))
    print(
        f"只有一次 {milliseconds} 毫秒：最大 {total.max_response_time}，"
        f"中位 {total.median_response_time}，p50 {p50}，p99 {p99}"
    )


for milliseconds in (147, 1449, 1451):
    show(milliseconds)
PY

cat > seen.txt <<'SEEN'
只有一次 147 毫秒：最大 147，中位 147，p50 150，p99 150
只有一次 1449 毫秒：最大 1449，中位 1449，p50 1400，p99 1400
只有一次 1451 毫秒：最大 1451，中位 1451，p50 1500，p99 1500
SEEN

if venv/bin/python try.py > now.txt && diff -u seen.txt now.txt; then
    echo "如所记：分位数只有两位有效数字，可以大过最大值。"
else
    echo "变了：上面带 - 的是记下的，带 + 的是现在的。"
    exit 1
fi
