"""读懂一句话：看图、找引用的原话，写成聊天记录里的一行。

职责：把 `pieces` 换成文字并写回档案。不做什么：不改别的话；只在轮到这句话时才读。
图片与引用都有界：一句话至多看 9 张图、认 1 处引用，原话至多 200 字。
"""

from __future__ import annotations

from dataclasses import replace

from support.reference.archive import Archive, Line, Turn
from support.reference.directory import Record
from support.reference.pictures import Pictures
from support.reference.segments import IMAGE, QUOTE, UNSEEN, Piece, picture_text

PICTURES_LIMIT = 9
QUOTE_CHARS = 200
NOT_FOUND = "[引用的消息找不到了]"


class Reader:
    """读话的人。"""

    def __init__(self, archive: Archive, pictures: Pictures) -> None:
        self._archive, self._pictures = archive, pictures

    async def read(self, agent: Record, turn: Turn) -> Turn:
        """读懂之后的这句话；全是文字的原样返回。"""
        if not turn.pieces:
            return turn
        looked = [piece for piece in turn.pieces if piece.kind == IMAGE][:PICTURES_LIMIT]
        seen = {
            piece.data: await self._pictures.describe(agent, piece.data)
            for piece in dict.fromkeys(looked)
        }
        words = self._quotation(agent, turn)
        words += "".join(self._plain(piece, seen) for piece in turn.pieces)
        self._archive.understand(turn.number, words)
        return replace(turn, words=words, pieces=())

    def _plain(self, piece: Piece, seen: dict[str, str]) -> str:
        if piece.kind == IMAGE:
            return picture_text(seen.get(piece.data, UNSEEN))
        return "" if piece.kind == QUOTE else piece.data

    def _quotation(self, agent: Record, turn: Turn) -> str:
        """引用总写在最前面。"""
        quoted = next((piece.data for piece in turn.pieces if piece.kind == QUOTE), None)
        if quoted is None:
            return ""
        line = self._archive.quoted(turn, quoted) if quoted else None
        return f"{quote_text(agent, line)} "


def quote_text(agent: Record, line: Line | None) -> str:
    """被引用的一句在聊天记录里的样子。"""
    if line is None:
        return NOT_FOUND
    words = line.words if len(line.words) <= QUOTE_CHARS else f"{line.words[:QUOTE_CHARS]}…"
    return f"[引用 {line.nickname or agent['name']}：{words}]"
