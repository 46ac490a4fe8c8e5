"""忙着的模型客户端给了别人。"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from support.reference.agent_config import ModelSettings
from support.reference.mutation import Mutant, Trace, replace
from support.reference.prompt import Message
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """还有一次调用没回来时，用那一次的设置。"""
    using: list[ModelSettings] = []

    async def wrong(
        right: Callable[..., Awaitable[str]], messages: list[Message], settings: ModelSettings
    ) -> str:
        using.append(settings)
        try:
            if using[0] != settings:
                trace.hit()
            return await right(messages, using[0])
        finally:
            using.remove(settings)

    replace(server.provider, "complete", wrong, Trace(None))


MUTANT = Mutant(
    title="忙着的模型客户端给了别人",
    story="模型客户端是全体共用的一个，一家还没答完，另一家就用着它的密钥、模型与温度。",
    catalogue=("C-01", "H-10", "H-11"),
    properties=("P1", "P2", "P11"),
    killed_by=("SET-02",),
    apply=apply,
)
