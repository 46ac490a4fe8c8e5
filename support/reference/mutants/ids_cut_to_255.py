"""编号截到 255 个字。"""

from __future__ import annotations

from support.reference.mutation import Mutant, Trace, rewrite
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """比较聊天编号时只看头 255 个字。"""
    rewrite(
        server.archive,
        "history",
        trace,
        ("chat_id = ?", "substr(chat_id, 1, 255) = substr(?, 1, 255)"),
    )


MUTANT = Mutant(
    title="编号截到 255 个字",
    story="编号列宽 255，写入时悄悄截断，很长的两个编号成了一个人。",
    catalogue=("B-15",),
    properties=("P10",),
    killed_by=("IDENT-01", "IDENT-06"),
    apply=apply,
)
