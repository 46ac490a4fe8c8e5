#!/usr/bin/env bash
# 以为：behave 1.3 起 async def 的步骤直接能跑，async def 的钩子（before_scenario 等）也一样。
# 其实：钩子只造出一个没人等的协程，一行也不执行：该布置的没布置，该红的没红，场景照样通过，退出码 0。
#       Python 那句 never awaited 的警告缺省被 behave 收走了看不见，-W error 也拦不住。
# 版本：behave 1.3.3
# 来源：跑出来的
# 谁会遇到：在 environment.py 里用 aiohttp 开租户、收场时查有没有删净的人；钩子要写成普通函数，自己推循环。
set -euo pipefail

tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cd "$tmp"
export PYTHONUTF8=1
python3 -m venv venv || exit 2
venv/bin/python -m pip install -qq --disable-pip-version-check behave==1.3.3 || exit 2
export HOME="$tmp"  # behave 也读家目录里的配置

mkdir -p features/steps
cat > features/chat.feature <<'FEATURE'
# language: zh-CN
功能: 聊天
  场景: 说一句
    当 小雨说“你好”
FEATURE
cat > features/steps/chat.py <<'PY'
import asyncio

from behave import when


@when("小雨说“{words}”")
async def say(context, words):
    await asyncio.sleep(0)
    with open("ran.txt", "w", encoding="utf-8") as ran:
        ran.write("开过" if hasattr(context, "tenant") else "没开过")
PY
cat > features/environment.py <<'PY'
async def before_scenario(context, scenario):
    context.tenant = "公司"


async def after_scenario(context, scenario):
    raise AssertionError("租户没有删净")
PY

try() {
    venv/bin/python "$@" -m behave --format plain > out.txt 2>&1 && code=0 || code=$?
    echo "python $*：步骤跑了，租户$(cat ran.txt)；$(grep 'scenario passed' out.txt)；退出码 $code"
    echo "never awaited 的警告：$(grep -c 'never awaited' out.txt || true)"
    rm -f ran.txt
}
{
    try -W default
    try -W error
} > now.txt

cat > seen.txt <<'SEEN'
python -W default：步骤跑了，租户没开过；1 scenario passed, 0 failed, 0 skipped；退出码 0
never awaited 的警告：0
python -W error：步骤跑了，租户没开过；1 scenario passed, 0 failed, 0 skipped；退出码 0
never awaited 的警告：0
SEEN

if diff -u seen.txt now.txt; then
    echo "如所记：async 的钩子没有执行，也没有人说。"
else
    echo "变了：上面带 - 的是记下的，带 + 的是现在的。"
    exit 1
fi
