"""引用的缓存按名字存。"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from support.reference.archive import Chat, Line, Turn
from support.reference.frames import Said
from support.reference.mutation import QUIET, Mutant, Trace, replace
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """说过的话另存一份供引用，按租户名与智能体名存，注销时没有清。"""
    cached: dict[tuple[str, ...], Line] = {}

    def place(chat: Chat, message_id: str) -> tuple[str, ...]:
        tenant = server.directory.tenant(chat.tenant_id)
        agent = server.directory.agent(chat.agent_id)
        names = (tenant["tenant_name"], agent["name"]) if tenant and agent else ("", "")
        return (*names, chat.platform, chat.kind, chat.chat_id, message_id)

    def add(right: Callable[..., Any], chat: Chat, identity: Any, said: Said, *rest: Any) -> Any:
        cached[place(chat, said.message_id)] = Line(said.nickname, said.utterance.words)
        return right(chat, identity, said, *rest)

    def quoted(right: Callable[..., Any], turn: Turn, message_id: str) -> Any:
        line = right(turn, message_id)
        if line is not None:
            return line
        trace.hit()
        return cached.get(place(turn.chat, message_id))

    replace(server.archive, "add_turn", add, QUIET)
    replace(server.archive, "quoted", quoted, QUIET)


MUTANT = Mutant(
    title="同名重开引用得到旧话",
    story="最近的话按名字缓存着供引用，注销时没有清，同名重开的租户引用得到旧话。",
    catalogue=("F-03",),
    properties=("P9",),
    killed_by=("REOPEN-04",),
    apply=apply,
)
