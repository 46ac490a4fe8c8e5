"""回复送给这个平台上最近说话的那把密钥。"""

from __future__ import annotations

from typing import Any

from support.reference.mutation import Mutant, Trace, replace
from support.reference.outbox import Destination
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """每个平台只记一把密钥，后说话的盖掉先说话的；回复照它送。"""
    last: dict[str, str] = {}

    def noting(right: Any, identity: Any, platform: str, frame: Any) -> Any:
        last[platform] = identity.key_id
        return right(identity, platform, frame)

    def destination(right: Any, turn: Any) -> Destination:
        to: Destination = right(turn)
        key_id = last.get(to.platform, to.key_id)
        if key_id != to.key_id:
            trace.hit()
        return Destination(key_id, to.platform)

    replace(server.intake, "take", noting, Trace(None))
    replace(server.bot, "destination", destination, Trace(None))


MUTANT = Mutant(
    title="回复跟着平台上最后一把密钥走",
    story="“平台对应哪把密钥”只有一格，别家在这个平台上一开口，等着的人就把回复输给了它。",
    catalogue=("G-01",),
    properties=("P5", "P11", "P13"),
    killed_by=("CONC-01", "CONC-03"),
    apply=apply,
)
