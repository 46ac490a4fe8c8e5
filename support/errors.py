"""异常树与退出码：一看类型就知道该找谁。

    SuiteError                     套件或环境的问题 → Allure “broken”
    ├─ ConfigError                 配置或用法写错（退出码 2）
    ├─ TargetUnreachable           连不上被测服务（退出码 4）
    ├─ ProtocolError               对方的应答不合约定
    ├─ Inconclusive                证据不足，无法判定（退出码 3）
    └─ Unsupported                 目标没有这项本事，场景带着缘由跳过
    Violation(AssertionError)      被测服务违反规格 → Allure “failed”（退出码 1）

本模块只依赖标准库。
"""

from __future__ import annotations

import errno

EXIT_OK, EXIT_VIOLATED, EXIT_USAGE, EXIT_UNDECIDED, EXIT_UNREACHABLE, EXIT_INTERRUPTED = (
    0, 1, 2, 3, 4, 130,
)  # fmt: skip

#: 没有地方写了；Windows 没有后一种。
_NO_ROOM = (errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC))


class SuiteError(Exception):
    """套件或环境的问题；与被测服务是否隔离无关。"""


class ConfigError(SuiteError):
    """配置写错。消息固定说清：哪个文件、哪个键、写了什么、允许什么、怎么改。"""

    def __init__(
        self, where: str, *, key: str = "", found: str = "", allowed: str, fix: str
    ) -> None:
        parts = [where + (f" {key}" if key else "")]
        parts += [f"写的是：{found}"] if found else []
        parts += [f"允许：{allowed}", f"改法：{fix}"]
        super().__init__("\n  ".join(parts))
        self.where, self.key, self.found, self.allowed, self.fix = where, key, found, allowed, fix


class TargetUnreachable(SuiteError):
    """连不上被测服务；消息里带地址与改法，不带密钥。"""


class ProtocolError(SuiteError):
    """对方的应答不合线上约定（见 docs/wire.md）。"""


class Inconclusive(SuiteError):
    """证据不足以下结论；绝不当作通过。"""


class Unsupported(SuiteError):
    """走到一半才知道目标没有这项本事；场景跳过，不是无法判定。"""

    def __init__(self, capability: str) -> None:
        super().__init__(f"目标没有能力“{capability}”")


class Violation(AssertionError):
    """被测服务违反了规格；消息由 :mod:`support.reports.wording` 的七行格式写成。"""


def is_full_disk(error: BaseException) -> bool:
    """是不是盘满了。"""
    return isinstance(error, OSError) and error.errno in _NO_ROOM
