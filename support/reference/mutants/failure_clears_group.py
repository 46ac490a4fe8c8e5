"""模型出错就按群号清上下文。"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from support.reference.archive import Turn
from support.reference.bot import FALLBACK
from support.reference.mutation import Mutant, Trace, replace
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """用兜底答复时把同号聊天的记录都删了。"""

    async def wrong(right: Callable[[Turn], Awaitable[str]], turn: Turn) -> str:
        words = await right(turn)
        if words == FALLBACK:
            trace.hit()
            done = "DELETE FROM turns WHERE chat_id = ? AND state = 'answered'"
            server.store.run(done, turn.chat.chat_id)
        return words

    replace(server.bot, "_words", wrong, Trace(None))


MUTANT = Mutant(
    title="模型出错就按群号清上下文",
    story="模型出错时“重置会话”，按群号一清，别家同号的群也忘了说过的话。",
    catalogue=("D-02", "F-08"),
    properties=("P1", "P11"),
    killed_by=("KEEP-02",),
    apply=apply,
)
