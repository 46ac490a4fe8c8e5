"""命令行的中文外壳：argparse 的话换成中文，用法错误一句话说清、退出码 2。

职责：一个说中文的 ArgumentParser 与几种取值。不做什么：不认识具体命令。
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import NoReturn

_WORDS = {
    "usage: ": "用法：",
    "options": "选项",
    "positional arguments": "参数",
    "show this help message and exit": "显示这份说明",
    "expected one argument": "后面要跟一个值",
    "expected at least one argument": "后面至少要跟一个值",
    "the following arguments are required: %s": "缺少参数：%s",
    "unrecognized arguments: %s": "不认识的参数：%s",
    "argument %(argument_name)s: %(message)s": "%(argument_name)s：%(message)s",
    "invalid choice: %(value)r (choose from %(choices)s)": (
        "写的是 %(value)r，只能是 %(choices)s 之一"
    ),
    "ambiguous option: %(option)s could match %(matches)s": (
        "%(option)s 可能是 %(matches)s，请写全"
    ),
    "%(prog)s: error: %(message)s\n": "用法错误：%(message)s\n",
    "invalid %(type)s value: %(value)r": "写的是 %(value)r，不是这里要的值",
    "not allowed with argument %s": "不能与 %s 同用",
    "ignored explicit argument %r": "不该带值 %r",
}


def speak_chinese() -> None:
    """Argparse 经由模块里的 ``_`` 取文案（它本来给 gettext 用）；给它一张中文词表。"""
    argparse._ = lambda text: _WORDS.get(text, text)  # type: ignore[attr-defined]


class Parser(argparse.ArgumentParser):
    """出错时先说错在哪、再说怎么看帮助，不倒出整段用法。"""

    @property
    def known(self) -> frozenset[str]:
        """认识的全部选项。"""
        return frozenset(self._option_string_actions)

    def error(self, message: str) -> NoReturn:
        """用法错误：一句中文，退出码 2。"""
        # 3.10 的 argparse 有一句没有走文案表。
        message = message.removeprefix("argument ")
        self.exit(2, f"用法错误：{message}\n  改法：{self.prog} --help 看全部选项与例子\n")


def natural(text: str) -> int:
    """不小于 1 的整数。"""
    if not text.isascii() or not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"写的是 {text!r}，要一个不小于 1 的整数，例如 3")
    return int(text)


def whole(text: str) -> int:
    """整数。"""
    try:
        return int(text)
    except ValueError:
        message = f"写的是 {text!r}，要一个整数，例如 7"
        raise argparse.ArgumentTypeError(message) from None


def factor(text: str) -> float:
    """不小于 0 的数。"""
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 <= value < float("inf"):
        raise argparse.ArgumentTypeError(f"写的是 {text!r}，要一个不小于 0 的数，例如 0.5")
    return value


def path(text: str) -> Path:
    """文件或目录。"""
    return Path(text)
