"""限流拦在问过大模型之后。"""

from __future__ import annotations

from typing import Any

from support.reference.mutation import Mutant, Trace, replace
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """先请大模型作答，要送出时才看限额。"""

    def asked(turn: Any) -> list[dict[str, Any]]:
        return [{"role": "user", "content": turn.words}]

    async def answer(right: Any, number: int) -> None:
        turn = server.archive.turn(number)
        if turn is not None and turn.notice is not None:
            trace.hit()
            await server.calls.ask(server.bot._agent(turn), asked(turn))
        await right(number)

    def add_turn(right: Any, chat: Any, identity: Any, said: Any, notice: Any = None) -> int:
        number: int = right(chat, identity, said, notice)
        server.store.run("UPDATE turns SET words = ? WHERE turn = ?", said.utterance.words, number)
        return number

    replace(server.scheduler, "_answer", answer, Trace(None))
    replace(server.archive, "add_turn", add_turn, Trace(None))


MUTANT = Mutant(
    title="限流了还去问大模型",
    story="限额查得太晚：话被拦下了，大模型的钱照花，话也照样交了出去。",
    properties=("P12",),
    killed_by=("LIMIT-01",),
    apply=apply,
)
