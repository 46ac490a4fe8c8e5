"""聊久了人设被截掉。"""

from __future__ import annotations

from collections.abc import Callable

from support.reference import prompt
from support.reference.mutation import Mutant, Trace, replace
from support.reference.prompt import Message
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """提示词超过二十条时从头截，截掉了系统消息。"""

    def wrong(right: Callable[..., list[Message]], *known: object) -> list[Message]:
        messages = right(*known)
        if len(messages) > 20:
            trace.hit()
        return messages[-20:]

    replace(prompt, "build", wrong, Trace(None))


MUTANT = Mutant(
    title="聊久了人设被截掉",
    story="只留最近二十条消息的截断把系统消息也截了，聊久了麦麦就不知道自己是谁。",
    catalogue=("E-13",),
    properties=("P1", "P14"),
    killed_by=("TECH-01", "TEACH-01", "DAILY-01"),
    apply=apply,
)
