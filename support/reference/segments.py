"""消息段：把一句话的各段展开成文字，图片与引用留待读懂。

职责：认段、展平、给没有文字的段一个短短的中文占位。不做什么：不看图、不找原话（`reader`）。
只由不认识的段拼成的消息没有可说的话：与空消息一样，不作答。
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from support.reference import ids

TEXT, IMAGE, QUOTE, ODD = "text", "image", "reply", "odd"
UNSEEN = "一张图片"
UNKNOWN = "[看不懂的内容]"
LABEL_CHARS = 100
_NAMES = {"emoji": "表情包", "face": "表情", "voice": "语音"}


@dataclass(frozen=True, slots=True)
class Piece:
    """一段：文字与占位是文字本身，图片是 base64，引用是被引用的消息编号。"""

    kind: str
    data: str


@dataclass(frozen=True, slots=True)
class Utterance:
    """一句话。`spoken` 只是打出来的字，`words` 是不看图、不找原话也说得出的样子。"""

    spoken: str
    words: str
    pieces: tuple[Piece, ...]


def read_segments(segment: Any) -> Utterance | None:
    """展开一个消息段（可以是任意深的 seglist）；没有可说的话返回 None。"""
    leaves = list(_leaves(segment))
    pieces = tuple(piece for kind, data in leaves if (piece := _piece(kind, data)) is not None)
    if all(piece.kind == ODD for piece in pieces):
        return None
    spoken = "".join(ids.clean(data) for kind, data in leaves if _is_text(kind, data))
    return Utterance(spoken, "".join(_at_first_sight(piece) for piece in pieces), pieces)


def picture_text(description: str) -> str:
    """一张图片在聊天记录里的样子。"""
    return f"[图片：{description}]"


def _leaves(segment: Any) -> Iterator[tuple[str, Any]]:
    pending = [segment]
    while pending:
        item = pending.pop()
        kind = item.get("type") if isinstance(item, dict) else None
        data = item.get("data") if isinstance(item, dict) else None
        if kind == "seglist":
            pending.extend(reversed(data if isinstance(data, list) else []))
        elif isinstance(kind, str):
            yield kind, data


def _piece(kind: str, data: Any) -> Piece | None:
    """一段在这句话里的样子；空的文字不算一段。"""
    if kind == TEXT:
        words = ids.clean(data) if isinstance(data, str) else ""
        return Piece(TEXT, words) if words else None
    if kind == IMAGE:
        return Piece(IMAGE, data if isinstance(data, str) and ids.is_text(data) else "")
    if kind == QUOTE:
        return Piece(QUOTE, data if isinstance(data, str) and ids.is_text(data) else "")
    if kind == "at":
        return Piece(TEXT, f"@{_label(data) or '某人'}")
    return Piece(TEXT, _named(kind, _label(data))) if kind in _NAMES else Piece(ODD, UNKNOWN)


def _named(kind: str, label: str) -> str:
    return f"[{_NAMES[kind]}：{label}]" if label else f"[{_NAMES[kind]}]"


def _label(data: Any) -> str:
    """段里的文字；长得像文件内容的不算文字。"""
    if isinstance(data, int) and not isinstance(data, bool):
        return str(data) if abs(data) < 10**18 else ""
    return ids.clean(data) if isinstance(data, str) and len(data) <= LABEL_CHARS else ""


def _at_first_sight(piece: Piece) -> str:
    if piece.kind == IMAGE:
        return picture_text(UNSEEN)
    return "" if piece.kind == QUOTE else piece.data


def _is_text(kind: str, data: Any) -> bool:
    return kind == TEXT and isinstance(data, str)
