"""人物资料被别家盖掉。"""

from __future__ import annotations

from collections.abc import Callable

from support.reference.archive import Chat
from support.reference.frames import Said
from support.reference.mutation import Mutant, Trace, replace
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """记一个人时先删了同平台同号的旧资料，不管是谁家的。"""

    def wrong(
        right: Callable[..., None], number: int, chat: Chat, said: Said, topic: str, words: str
    ) -> None:
        old = "DELETE FROM person_facts WHERE platform = ? AND user_id = ? AND topic = ?"
        server.store.run(old, chat.platform, said.user_id, topic)
        right(number, chat, said, topic, words)

    replace(server.people, "_note", wrong, trace)


MUTANT = Mutant(
    title="人物资料被别家盖掉",
    story="人物表以平台与用户编号为唯一键，后记的一家盖掉先记的一家。",
    catalogue=("B-19",),
    properties=("P1",),
    killed_by=("WHO-01",),
    apply=apply,
)
