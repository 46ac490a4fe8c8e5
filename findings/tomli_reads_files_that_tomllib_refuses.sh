#!/usr/bin/env bash
# 以为：tomli 就是标准库 tomllib 的移植，“有 tomllib 用 tomllib，没有用 tomli”读到的一样；2.3 到 2.4 这样的小版本不会改语法。
# 其实：tomli 2.4 起按 TOML 1.1 读：内联表可以换行、带尾逗号，时间可以不写秒；3.11 到 3.14 的 tomllib 与 tomli 2.3 都拒收。
#       于是同一份配置在 Python 3.10 上能用，换到更新的 Python 反而读不了。
# 版本：tomli 2.3.0 与 2.5.0；tomllib 随 Python 3.11
# 来源：跑出来的；https://github.com/toml-lang/toml/issues/1098（3.15 的 tomllib 才收）
# 谁会遇到：用 try: import tomllib 写后备的程序，与给它写配置的人。
set -euo pipefail

tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cd "$tmp"
export PYTHONUTF8=1
python3 -m venv venv || exit 2
venv/bin/python -m pip install -qq --disable-pip-version-check --target older tomli==2.3.0 || exit 2
venv/bin/python -m pip install -qq --disable-pip-version-check --target newer tomli==2.5.0 || exit 2

cat > try.py <<'PY'
import sys

import tomli

DOCUMENTS = {
    "内联表换行": "[target]\nlimits = { rate = 5,\n  burst = 10 }\n",
    "内联表尾逗号": "limits = { rate = 5, burst = 10, }\n",
    "时间不写秒": "quiet_from = 22:30\n",
}


def verdict(loads, text):
    try:
        loads(text)
    except ValueError:
        return "拒收"
    return "收下"


for name, text in DOCUMENTS.items():
    print(f"{sys.argv[1]} {name}：{verdict(tomli.loads, text)}")
if (3, 11) <= sys.version_info < (3, 15):
    import tomllib

    assert {verdict(tomllib.loads, text) for text in DOCUMENTS.values()} == {"拒收"}, "tomllib 收下了"
PY

cat > seen.txt <<'SEEN'
tomli-2.3.0 内联表换行：拒收
tomli-2.3.0 内联表尾逗号：拒收
tomli-2.3.0 时间不写秒：拒收
tomli-2.5.0 内联表换行：收下
tomli-2.5.0 内联表尾逗号：收下
tomli-2.5.0 时间不写秒：收下
SEEN

if PYTHONPATH=older venv/bin/python try.py tomli-2.3.0 > now.txt \
    && PYTHONPATH=newer venv/bin/python try.py tomli-2.5.0 >> now.txt && diff -u seen.txt now.txt; then
    echo "如所记：tomli 收下的，tomllib 不收。"
else
    echo "变了：上面带 - 的是记下的，带 + 的是现在的。"
    exit 1
fi
