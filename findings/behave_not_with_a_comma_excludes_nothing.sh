#!/usr/bin/env bash
# 以为：--tags '@慢,@危险' 选两种，--tags 'not @慢,@危险' 就是两种都不要；写错了会报错。
# 其实：逗号是旧写法，not 是新写法，behave 逐次猜是哪一种；一见 not，逗号就成了标签名的一部分，于是一个也没排除，退出码 0。
#       另外再加一个 --tags 'not …'，原来好好的 '@慢,@危险' 也跟着选不中任何场景，退出码照样是 0。
# 版本：behave 1.3.3
# 来源：跑出来的；猜错写法的老问题：https://github.com/behave/behave/issues/1170
# 谁会遇到：从旧命令行改写的人，以为压测、注销之类的场景已经排除；脚本里自动补一个 not @在建 的人。
set -euo pipefail

tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cd "$tmp"
export PYTHONUTF8=1
python3 -m venv venv || exit 2
venv/bin/python -m pip install -qq --disable-pip-version-check \
    behave==1.3.3 cucumber-tag-expressions==11.0.1 || exit 2
export HOME="$tmp"  # behave 也读家目录里的配置

mkdir -p features/steps
cat > features/chat.feature <<'FEATURE'
# language: zh-CN
功能: 标签
  @慢
  场景: 慢的
    当 跑
  @危险
  场景: 危险的
    当 跑
  场景: 平常的
    当 跑
FEATURE
cat > features/steps/chat.py <<'PY'
from behave import when


@when("跑")
def run(context):
    with open("ran.txt", "a", encoding="utf-8") as ran:
        ran.write(context.scenario.name + " ")
PY

try() {
    : > ran.txt
    venv/bin/python -m behave --format plain "$@" > out.txt 2>&1 && code=0 || code=$?
    echo "$*：跑了 $(cat ran.txt)退出码 $code"
}
{
    try --tags '@慢,@危险'
    try --tags '~@慢' --tags '~@危险'
    try --tags 'not @慢,@危险'
    try --tags '@慢,@危险' --tags 'not @在建'
} > now.txt

cat > seen.txt <<'SEEN'
--tags @慢,@危险：跑了 慢的 危险的 退出码 0
--tags ~@慢 --tags ~@危险：跑了 平常的 退出码 0
--tags not @慢,@危险：跑了 慢的 危险的 平常的 退出码 0
--tags @慢,@危险 --tags not @在建：跑了 退出码 0
SEEN

if diff -u seen.txt now.txt; then
    echo "如所记：not 与逗号写在一起，什么也没排除。"
else
    echo "变了：上面带 - 的是记下的，带 + 的是现在的。"
    exit 1
fi
