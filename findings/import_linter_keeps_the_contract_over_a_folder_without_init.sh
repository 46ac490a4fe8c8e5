#!/usr/bin/env bash
# 以为：约定“app.web 不许引用 app.db”管着 app/web/ 底下所有能引入的 .py。
# 其实：包里的子文件夹少一个 __init__.py，Python 照样引入，import-linter 却整个看不见：违约的一行也判 KEPT，退出码 0，没有警告。
# 版本：import-linter 2.17（grimp 3.20）
# 来源：跑出来的；https://github.com/seddonym/import-linter/issues/202
# 谁会遇到：靠引用约定证明“两边不共用代码”的项目；挪一个文件进新建的子文件夹，约定就管不着它了。
set -euo pipefail

tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cd "$tmp"
export PYTHONUTF8=1
python3 -m venv venv || exit 2
venv/bin/python -m pip install -qq --disable-pip-version-check \
    import-linter==2.17 grimp==3.20 || exit 2

mkdir -p app/db app/web/handlers
touch app/__init__.py app/db/__init__.py app/web/__init__.py
echo "import app.db" > app/web/handlers/users.py
cat > .importlinter <<'INI'
[importlinter]
root_package = app

[importlinter:contract:web]
name = web-without-db
type = forbidden
source_modules = app.web
forbidden_modules = app.db
INI

check() {
    venv/bin/lint-imports --no-cache > out.txt 2>&1 && code=0 || code=$?
    echo "$1：$(grep -o 'web-without-db [A-Z]*' out.txt) 退出码 $code"
}
{
    venv/bin/python -c "import app.web.handlers.users; print('Python 引入得了')"
    check "没有 __init__.py"
    touch app/web/handlers/__init__.py
    check "补上 __init__.py"
} > now.txt || true

cat > seen.txt <<'SEEN'
Python 引入得了
没有 __init__.py：web-without-db KEPT 退出码 0
补上 __init__.py：web-without-db BROKEN 退出码 1
SEEN

if diff -u seen.txt now.txt; then
    echo "如所记：没有 __init__.py 的文件夹不在约定之内。"
else
    echo "变了：上面带 - 的是记下的，带 + 的是现在的。"
    exit 1
fi
