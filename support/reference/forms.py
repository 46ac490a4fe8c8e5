"""请求的校验：读查询与 JSON 体，写错的一次收齐，按 422 的形状报告。

职责：类型、必填、取值范围。不做什么：不查库、不判业务（那是 HTTP 200 加错误码）。
不认识的字段一律忽略；值为 null 等于没给。
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from typing import Any, NoReturn

from aiohttp import web

from support.reference import ids

PAGE_LIMIT = 2**31
DEPTH_LIMIT = 100


class Invalid(Exception):
    """请求写得不对；`detail` 是 422 应答里的清单。"""

    def __init__(self, detail: list[dict[str, Any]]) -> None:
        super().__init__("请求写得不对")
        self.detail = detail


class Form:
    """一次请求的字段；逐个取用，最后 :meth:`check` 一次报全。"""

    def __init__(self, values: Mapping[str, Any], place: str) -> None:
        self._values, self._place = values, place
        self._wrong: list[dict[str, Any]] = []

    def check(self) -> None:
        """有写错的就抛 :class:`Invalid`。"""
        if self._wrong:
            raise Invalid(self._wrong)

    def values(self) -> dict[str, Any]:
        """整个请求体（自由字典用）。"""
        return dict(self._values)

    def required(self, name: str) -> str:
        """必填的文本。"""
        if name not in self._values:
            self._note("missing", name, "Field required", dict(self._values))
            return ""
        value = self._values[name]
        if not isinstance(value, str):
            self._note("string_type", name, "Input should be a valid string", value)
            return ""
        return value

    def text(self, name: str) -> str | None:
        """可选的文本。"""
        return self.required(name) if self._given(name) else None

    def required_choice(self, name: str, allowed: Collection[str]) -> str:
        """必填，且只能取 `allowed` 之一。"""
        value = self.required(name)
        if isinstance(self._values.get(name), str) and value not in allowed:
            wanted = " or ".join(f"'{item}'" for item in allowed)
            self._note("enum", name, f"Input should be {wanted}", value)
        return value

    def choice(self, name: str, allowed: Collection[str]) -> str | None:
        """可选，给了就只能取 `allowed` 之一。"""
        return self.required_choice(name, allowed) if self._given(name) else None

    def mapping(self, name: str) -> dict[str, Any] | None:
        """可选的字典。"""
        value = self._values.get(name)
        if value is None or isinstance(value, dict):
            return value
        self._note("dict_type", name, "Input should be a valid dictionary", value)
        return None

    def texts(self, name: str) -> list[str] | None:
        """可选的文本列表。"""
        value = self._values.get(name)
        if value is None:
            return None
        if isinstance(value, list) and all(isinstance(item, str) for item in value):
            return value
        self._note("list_type", name, "Input should be a valid list of strings", value)
        return None

    def flag(self, name: str, default: bool) -> bool:
        """可选的真假。"""
        value = self._values.get(name)
        if value is None:
            return default
        if not isinstance(value, bool):
            self._note("bool_type", name, "Input should be a valid boolean", value)
        return value is True

    def moment(self, name: str) -> float | None:
        """可选的 ISO 时刻；不带时区的按 UTC。"""
        value = self._values.get(name)
        if value is None:
            return None
        try:
            return ids.parse_moment(value)
        except (ValueError, TypeError):
            self._note("datetime_parsing", name, "Input should be a valid datetime", value)
            return None

    def number(self, name: str, default: int, *, low: int = 1, high: int = PAGE_LIMIT) -> int:
        """可选的整数（查询参数）。"""
        value = self._values.get(name)
        if value is None:
            return default
        try:
            number = int(value)
        except ValueError:
            self._note("int_parsing", name, "Input should be a valid integer", value)
            return default
        if number < low:
            message = f"Input should be greater than or equal to {low}"
            self._note("greater_than_equal", name, message, value)
        if number > high:
            message = f"Input should be less than or equal to {high}"
            self._note("less_than_equal", name, message, value)
        return number

    def positive(self, name: str) -> int:
        """必填的正整数（请求体）。"""
        value = self._values.get(name)
        if name not in self._values:
            self._note("missing", name, "Field required", dict(self._values))
        elif not isinstance(value, int) or isinstance(value, bool):
            self._note("int_type", name, "Input should be a valid integer", value)
        elif value < 1:
            self._note("greater_than", name, "Input should be greater than 0", value)
        elif value > PAGE_LIMIT:
            message = f"Input should be less than or equal to {PAGE_LIMIT}"
            self._note("less_than_equal", name, message, value)
        else:
            return value
        return 1

    def _given(self, name: str) -> bool:
        return self._values.get(name) is not None

    def _note(self, kind: str, name: str, message: str, value: Any) -> None:
        self._wrong.append(
            {"type": kind, "loc": [self._place, name], "msg": message, "input": value}
        )


def query_form(request: web.Request) -> Form:
    """查询参数。"""
    return Form(dict(request.query), "query")


async def body_form(request: web.Request) -> Form:
    """JSON 请求体；必须是一个对象。"""
    raw = await request.read()
    if not raw:
        raise Invalid([_wrong("missing", ["body"], "Field required", None)])
    try:
        value = json.loads(raw.decode("utf-8"), parse_constant=_no_constant)
        _require_shallow(value)
    except (ValueError, RecursionError):
        raise Invalid([_wrong("json_invalid", ["body", 0], "JSON decode error", {})]) from None
    if not isinstance(value, dict):
        message = "Input should be a valid dictionary or object to extract fields from"
        raise Invalid([_wrong("model_attributes_type", ["body"], message, value)])
    if not _storable(value):
        message = "Input should be valid Unicode text"
        raise Invalid([_wrong("string_unicode", ["body"], message, None)])
    return Form(value, "body")


def _require_shallow(value: Any) -> None:
    """嵌套太深的请求体当作坏 JSON。"""
    layer = [value]
    for _ in range(DEPTH_LIMIT):
        layer = [item for outer in layer for item in _children(outer)]
        if not layer:
            return
    raise ValueError("嵌套太深")


def _children(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else []


def _storable(value: dict[str, Any]) -> bool:
    return ids.is_text(json.dumps(value, ensure_ascii=False))


def _no_constant(name: str) -> NoReturn:
    raise ValueError(name)


def _wrong(kind: str, place: list[str | int], message: str, value: Any) -> dict[str, Any]:
    return {"type": kind, "loc": place, "msg": message, "input": value}
