"""回复发到最近活跃的那个聊天里。"""

from __future__ import annotations

import dataclasses
from typing import Any

from support.reference import bot as bot_module
from support.reference.mutation import Mutant, Trace, replace
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """每把密钥只记最近说话的是谁、在哪个群，写回复时照它填收件人。"""
    last: dict[str, Any] = {}

    def noting(right: Any, chat: Any, identity: Any, said: Any, notice: Any = None) -> Any:
        last[identity.key_id] = (chat, said)
        return right(chat, identity, said, notice)

    def reply(right: Any, turn: Any, asker: Any, agent: Any, words: str, reply_id: str) -> Any:
        written = right(turn, asker, agent, words, reply_id)
        chat, said = last.get(turn.key_id, (turn.chat, None))
        if chat == turn.chat or chat.platform != turn.chat.platform:
            return written
        trace.hit()
        return dataclasses.replace(
            written,
            user_id=said.user_id,
            nickname=said.nickname,
            group_id=said.group_id,
            group_name=said.group_name,
        )

    replace(server.archive, "add_turn", noting, Trace(None))
    replace(bot_module, "_reply", reply, Trace(None))


MUTANT = Mutant(
    title="回复发到最近活跃的聊天",
    story="收件的聊天取自“最近活跃的聊天”：私下问的话，回复发进了刚有人说话的群。",
    catalogue=("G-19",),
    properties=("P3", "P5", "P11"),
    killed_by=("ROUTE-02",),
    apply=apply,
)
