"""合身：同一件管理事务，各种部署收的样子不一样、有的根本没有入口。

职责：照目标的一类改写请求体，没有的入口说出缺哪样本事。不做什么：不发请求（households）。
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from support.errors import Unsupported
from support.targets.profile import Profile

#: 不是每种部署都有的入口（路径的结尾）与它要的能力。
_DOORS = {"/disable": "禁用密钥", "/api/v1/usage": "用量查询"}


def require(path: str, capabilities: Collection[str]) -> None:
    """目标没有这个入口就抛 Unsupported，场景带着缘由跳过。"""
    for door, capability in _DOORS.items():
        if path.endswith(door) and capability not in capabilities:
            raise Unsupported(capability)


def persona(words: str, profile: Profile) -> Any:
    """人设的写法。"""
    return {"personality": words} if profile.persona_object else words


def body(given: Mapping[str, Any] | None, profile: Profile) -> Mapping[str, Any] | None:
    """请求体里的人设照目标的写法。"""
    if given is None or not isinstance(given.get("persona"), str):
        return given
    return {**given, "persona": persona(given["persona"], profile)}
