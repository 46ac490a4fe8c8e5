#!/usr/bin/env bash
# 以为：asyncio.gather 里两个任务各写各的 with allure.step(…)，报告里是并排的两棵。
# 其实：步骤只有一摞，谁后开就套在谁里面：学校的步骤成了公司的子步骤，公司收到的回复记在学校名下。
# 版本：allure-behave 2.16.2、allure-python-commons 2.16.2
# 来源：跑出来的；https://github.com/allure-framework/allure-python/issues/720
# 谁会遇到：并发地扮演几家租户、再把各家的经过写进报告的人；看报告的人会以为串了话。先收齐数据，gather 之后再写步骤。
set -euo pipefail

tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cd "$tmp"
export PYTHONUTF8=1
python3 -m venv venv || exit 2
venv/bin/python -m pip install -qq --disable-pip-version-check \
    behave==1.3.3 allure-behave==2.16.2 allure-python-commons==2.16.2 || exit 2
export HOME="$tmp"  # behave 也读家目录里的配置

mkdir -p features/steps
cat > features/chat.feature <<'FEATURE'
# language: zh-CN
功能: 并发
  场景: 两家同时聊
    当 两家同时说话
FEATURE
cat > features/steps/chat.py <<'PY'
import asyncio

import allure
from behave import when


async def company(company_open, school_open, company_answered):
    with allure.step("公司说话"):
        company_open.set()
        await school_open.wait()
        with allure.step("公司收到回复"):
            company_answered.set()


async def school(company_open, school_open, company_answered):
    await company_open.wait()
    with allure.step("学校说话"):
        school_open.set()
        await company_answered.wait()


@when("两家同时说话")
async def talk(context):
    events = [asyncio.Event() for _ in range(3)]
    await asyncio.wait_for(asyncio.gather(company(*events), school(*events)), 60)
PY
cat > tree.py <<'PY'
import json
import pathlib


def show(steps, depth=0):
    for step in steps:
        print("    " * depth + step["name"])
        show(step.get("steps", ()), depth + 1)


for result in pathlib.Path("results").glob("*-result.json"):
    show(json.loads(result.read_text("utf-8"))["steps"])
PY

cat > seen.txt <<'SEEN'
当 两家同时说话
    公司说话
        学校说话
            公司收到回复
SEEN

if venv/bin/python -m behave -f allure_behave.formatter:AllureFormatter -o results > out.txt 2>&1 \
    && venv/bin/python tree.py > now.txt && diff -u seen.txt now.txt; then
    echo "如所记：一家的步骤落进了另一家的步骤里。"
else
    cat out.txt
    echo "变了：上面带 - 的是记下的，带 + 的是现在的。"
    exit 1
fi
