"""一句话与消息段：各种接法共用的样子。

职责：一句话带着什么、消息段怎样摊平成文本。不做什么：不认识任何一种接法的帧。
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from support.model import Owner


@dataclass(frozen=True, slots=True)
class Line:
    """要说的一句话。`token` 是它的口令，已写在 `text` 里；`claims` 是塞进帧里的冒名字段。"""

    token: str
    text: str
    owner: Owner
    user_id: str
    nickname: str
    message_id: str
    group_id: str = ""
    group_name: str = ""
    claims: Mapping[str, Any] = field(default_factory=dict)
    #: 放在文字前面的消息段：图片、引用。
    segments: tuple[Mapping[str, Any], ...] = ()
    notes: Mapping[str, Any] = field(default_factory=dict)

    @property
    def chat(self) -> tuple[str, str]:
        """这句话属于哪个聊天流。"""
        return ("group", self.group_id) if self.group_id else ("private", self.user_id)


def segment_of(line: Line) -> dict[str, Any]:
    """正文；前面还有图片或引用时是一串消息段。"""
    text = {"type": "text", "data": line.text}
    return {"type": "seglist", "data": [*line.segments, text]} if line.segments else text


def flatten(segment: Any) -> str:
    """把消息段（可能是嵌套列表）摊平成文本；引用、图片等也保留其内容供审计扫描。"""
    if isinstance(segment, list):
        return " ".join(filter(None, (flatten(part) for part in segment)))
    if not isinstance(segment, dict):
        return "" if segment is None else str(segment)
    data = segment.get("data")
    if segment.get("type") == "seglist":
        return flatten(data)
    if segment.get("type") == "text":
        return str(data)
    return f"[{segment.get('type')}:{data}]"
