#!/usr/bin/env bash
# 以为：HdrHistogram(1, 上限, 3) 遇到超过上限的值会抛错，或记成上限。
# 其实：record_value 只返回 False，值就没了：最慢的几次不算在内，p99 与最大值反而好看，总数也少了。
#       上限也不准：1 到 1,000,000 的直方图收得下 1,048,575，所以用略超上限的值去试是试不出来的。
# 版本：hdrhistogram 0.10.8（Python）
# 来源：跑出来的；上限按桶取整：https://github.com/HdrHistogram/HdrHistogram_c/issues/57，
#       Java 版在此抛 ArrayIndexOutOfBoundsException：https://github.com/HdrHistogram/HdrHistogram/issues/96
# 谁会遇到：压测里按“不会超过几秒”定上限的人；用惯会抛错的那一版，就不会去看返回值。
set -euo pipefail

tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cd "$tmp"
export PYTHONUTF8=1
python3 -m venv venv || exit 2
venv/bin/python -m pip install -qq --disable-pip-version-check hdrhistogram==0.10.8 || exit 2

cat > try.py <<'PY'
from hdrh.histogram import HdrHistogram

LIMIT = 1_000_000  # 一秒，按微秒
histogram = HdrHistogram(1, LIMIT, 3)
answers = [histogram.record_value(value) for value in [10_000] * 95 + [5_000_000] * 5]
print(f"一百次里五次 5 秒：记下 {histogram.get_total_count()} 次，返回 False {answers.count(False)} 次")
print(f"p99 = {histogram.get_value_at_percentile(99) / 1000:.0f} 毫秒")
print(f"最大 = {histogram.get_max_value() / 1000:.0f} 毫秒")
for value in (LIMIT + 1, 1_048_575, 1_048_576):
    print(value, "收下" if histogram.record_value(value) else "丢了")
PY

cat > seen.txt <<'SEEN'
一百次里五次 5 秒：记下 95 次，返回 False 5 次
p99 = 10 毫秒
最大 = 10 毫秒
1000001 收下
1048575 收下
1048576 丢了
SEEN

if venv/bin/python try.py > now.txt && diff -u seen.txt now.txt; then
    echo "如所记：超过上限的值悄悄没了。"
else
    echo "变了：上面带 - 的是记下的，带 + 的是现在的。"
    exit 1
fi
