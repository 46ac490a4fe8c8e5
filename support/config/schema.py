"""配置的读法：字段写在数据类上，由这里逐个检查并攒下全部毛病。

职责：类型、范围、未知键（猜你想写什么）、缺失、密钥不外露。
不做什么：不认识任何一节配置的含义，不读文件（那是 config 的事）。
"""

from __future__ import annotations

import dataclasses
import difflib
import ipaddress
import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import MISSING, dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

from support.errors import ConfigError

_T = TypeVar("_T")
_NAMES = {str: "文本", bool: "真假值", int: "整数", float: "小数", list: "列表", dict: "表"}


@dataclass(frozen=True, slots=True)
class Rule:
    """一种取值：怎么读（读不了抛 ValueError）、允许什么、举个例子。"""

    read: Callable[[Any], Any]
    allowed: str
    example: str


class Problems:
    """一个文件里的毛病，按发现的次序攒着，最后合成一个 ConfigError。"""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._found: list[ConfigError] = []

    def add(self, key: str, *, found: str = "", allowed: str, fix: str) -> None:
        """记下一处毛病。"""
        self._found.append(
            ConfigError(str(self.path), key=key, found=found, allowed=allowed, fix=fix)
        )

    def raise_if_any(self) -> None:
        """有毛病就抛出：第一处在前，其余跟在后面。"""
        if not self._found:
            return
        first, *rest = self._found
        if rest:
            others = "\n".join(str(error) for error in rest)
            first.args = (f"{first}\n同一个文件里还有 {len(rest)} 处：\n{others}",)
        raise first


def spec(rule: Rule, default: Any = MISSING, *, secret: bool = False) -> Any:
    """声明一个字段；没有缺省值就是必填。`secret` 的值不进 repr，也不进任何错误消息。"""
    metadata = {"rule": rule, "secret": secret}
    if default is MISSING:
        return field(repr=not secret, metadata=metadata)
    if isinstance(default, dict):
        return field(default_factory=dict, metadata=metadata)
    return field(default=default, repr=not secret, metadata=metadata)


def read_table(cls: type[_T], table: Any, where: str, problems: Problems) -> _T | None:
    """把一个 TOML 表读成数据类；有毛病时记下并返回 None。"""
    if not isinstance(table, dict):
        fix = "写成一节，节头见 configs/embedded.toml"
        problems.add(where.strip(), found=type_name(table), allowed="一个表", fix=fix)
        return None
    fields = {item.name: item for item in dataclasses.fields(cls)}  # type: ignore[arg-type]
    good = True
    for key in table:
        if key not in fields:
            good = False
            unknown_key(f"{where}.{key}", key, fields, problems)
    values: dict[str, Any] = {}
    for name, item in fields.items():
        ok, value = _read_field(item, table, f"{where}.{name}", problems)
        good = good and ok
        values[name] = value
    return cls(**values) if good else None


def unknown_key(where: str, key: str, known: Iterable[str], problems: Problems) -> None:
    """记下一个不认识的键，猜一个最像的。"""
    names = list(known)
    close = difflib.get_close_matches(key, names, n=1, cutoff=0.5)
    fix = f"是不是想写 {close[0]}？" if close else "删掉它，或改成上面的一个"
    problems.add(where, found=f"不认识的键 {key}", allowed="、".join(names), fix=fix)


def _read_field(
    item: dataclasses.Field[Any], table: Mapping[str, Any], where: str, problems: Problems
) -> tuple[bool, Any]:
    rule: Rule = item.metadata["rule"]
    required = item.default is MISSING and item.default_factory is MISSING
    value = table.get(item.name)
    if value is None or (not required and value in ("", "null")):
        if required:
            fix = f"加上一行，例：{item.name} = {rule.example}"
            problems.add(where, found="缺少这一项", allowed=rule.allowed, fix=fix)
            return False, None
        if item.default_factory is not MISSING:
            return True, item.default_factory()
        return True, item.default
    try:
        return True, rule.read(value)
    except ValueError:
        found = f"{type_name(value)}（不显示原文）" if item.metadata["secret"] else show(value)
        fix = f"例：{item.name} = {rule.example}"
        problems.add(where, found=found, allowed=rule.allowed, fix=fix)
        return False, None


def type_name(value: Any) -> str:
    """给人看的类型名。"""
    return _NAMES.get(type(value), "日期或时间")


def show(value: Any) -> str:
    """给人看的值；带账号口令的地址不显示。"""
    if isinstance(value, str) and "://" in value and "@" in value:
        return "带账号口令的地址（不显示原文）"
    text = f'"{value}"' if isinstance(value, str) else str(value)
    text = {"True": "true", "False": "false"}.get(text, text)
    return f"{text if len(text) <= 60 else text[:60] + '…'}（{type_name(value)}）"


def is_loopback(host: str) -> bool:
    """主机名是不是本机回环。"""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def split_listen(text: str) -> tuple[str, int]:
    """拆开“主机:端口”；拆不开抛 ValueError。"""
    host, _, port = text.rpartition(":")
    if not host or not (port.isascii() and port.isdecimal()) or int(port) > 65535:
        raise ValueError(text)
    return host.strip("[]"), int(port)


def text(example: str = '"一段文本"') -> Rule:
    """非空文本。"""
    return Rule(_text, "非空的文本", example)


def whole(minimum: int, example: int) -> Rule:
    """不小于某数的整数；true 不算整数。"""

    def read(value: Any) -> int:
        if type(value) is not int or value < minimum:
            raise ValueError
        return value

    return Rule(read, f"不小于 {minimum} 的整数", str(example))


def number(
    minimum: float, example: float, *, maximum: float = math.inf, open_: bool = False
) -> Rule:
    """一个范围里的数；`open_` 表示不许等于下限。整数也收，nan 与 inf 不收。"""

    def read(value: Any) -> float:
        if type(value) not in (int, float) or not math.isfinite(value):
            raise ValueError
        if value < minimum or value > maximum or (open_ and value == minimum):
            raise ValueError
        return float(value)

    low = f"{'大于' if open_ else '不小于'} {minimum:g}"
    high = "" if maximum == math.inf else f"、不大于 {maximum:g}"
    return Rule(read, f"{low}{high}的数", str(example))


def choice(*words: str, upper: bool = False) -> Rule:
    """几个词里的一个。"""

    def read(value: Any) -> str:
        word = value.upper() if upper and isinstance(value, str) else value
        if word not in words:
            raise ValueError
        return str(word)

    return Rule(read, "、".join(words), f'"{words[0]}"')


def texts(example: str, *, among: tuple[str, ...] = (), minimum: int = 1) -> Rule:
    """文本的列表，不许重复；`among` 给出封闭的词表。"""

    def read(value: Any) -> tuple[str, ...]:
        if not isinstance(value, list) or len(value) < minimum:
            raise ValueError
        items = tuple(_text(item) for item in value)
        if len(set(items)) < len(items) or (among and not set(items) <= set(among)):
            raise ValueError
        return items

    what = f"列表，每项是其中之一：{'、'.join(among)}" if among else "文本的列表"
    least = f"，至少 {minimum} 项" if minimum else ""
    return Rule(read, f"{what}{least}，不重复", example)


def url(*schemes: str, example: str) -> Rule:
    """完整的网址；不许夹带账号口令。"""

    def read(value: Any) -> str:
        parts = urlsplit(_text(value))
        if parts.scheme not in schemes or not parts.hostname or parts.username is not None:
            raise ValueError
        if parts.port == 0 or any(char.isspace() for char in value):
            raise ValueError
        return str(value)

    return Rule(read, f"{'、'.join(schemes)} 开头的完整地址，不带账号口令", f'"{example}"')


def listen_address(example: str = "127.0.0.1:0") -> Rule:
    """监听地址。"""

    def read(value: Any) -> str:
        split_listen(_text(value))
        return str(value)

    return Rule(read, "主机:端口（端口 0 表示任选）", f'"{example}"')


def env_name() -> Rule:
    """环境变量的名字（不是它的值）。"""

    def read(value: Any) -> str:
        if (
            not _text(value).isidentifier()
            or not value.isascii()
            or value.lower().startswith("mmc_")
        ):
            raise ValueError
        return str(value)

    return Rule(read, "环境变量的名字（不是密钥本身）", '"MAISPEC_OPERATOR_KEY"')


def folder(example: str = "reports") -> Rule:
    """一个目录。"""
    return Rule(lambda value: Path(_text(value)), "目录的路径", f'"{example}"')


def day() -> Rule:
    """某一天；TOML 的日期与同样写法的文本都收，读成 ``2026-11-22`` 的文本。"""

    def read(value: Any) -> str:
        if type(value) is date:  # 带钟点的是它的子类，不收
            return value.isoformat()
        if len(_text(value)) != 10:
            raise ValueError
        return date.fromisoformat(value).isoformat()

    return Rule(read, "一个日期，写成 年-月-日", "2026-11-22")


def free_table() -> Rule:
    """自由的子表：键随意，原样保留。"""

    def read(value: Any) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise ValueError
        return value

    return Rule(read, "一个表，键随意", "{ 键 = 值 }")


def _text(value: Any) -> str:
    if not isinstance(value, str) or not value.strip():
        raise ValueError
    return value
