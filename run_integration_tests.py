#!/usr/bin/env python3
# -*- coding: utf-8 -*-  # noqa: UP009 （Python 2 没有这行就读不懂中文）
"""一条命令跑起来：python3 run_integration_tests.py [选项…]。

职责：挡住太旧的 Python，其余交给 support/setup/bootstrap.py。
本文件故意只用 Python 2 也认得的语法：读不懂的 Python 只会报语法错误，帮不了用户。
"""

import os
import sys

NEWER = ("python3.13", "python3.12", "python3.11", "python3.10")


def _newer_python():
    folders = os.environ.get("PATH", "").split(os.pathsep)
    for name in NEWER:
        if any(os.access(os.path.join(folder, name), os.X_OK) for folder in folders):
            return name
    return ""


def main():
    if sys.version_info < (3, 10):  # noqa: UP036 （这正是本文件存在的理由）
        found = ".".join(str(part) for part in sys.version_info[:3])
        newer = _newer_python()
        fix = "这台机器上已有 " + newer if newer else "请先安装 Python 3.10 或更新的版本"
        sys.stderr.write("需要 Python 3.10 或更新的版本，当前是 " + found + "。\n")
        sys.stderr.write(fix + "，然后运行：")
        sys.stderr.write((newer or "python3.12") + " run_integration_tests.py\n")
        return 2
    sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
    from support.setup.bootstrap import main as bootstrap

    return bootstrap(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
