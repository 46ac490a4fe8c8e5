"""得到兜底的话不进消息编号的索引。"""

from __future__ import annotations

from support.reference.bot import FALLBACK
from support.reference.mutation import Mutant, Trace, rewrite
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """消息编号在答成之后才登记，得到兜底的话因此引用不到。"""
    answered = f"notice IS NULL AND coalesce(reply, '') <> '{FALLBACK}'"
    rewrite(server.archive, "_newest", trace, ("notice IS NULL", answered))


MUTANT = Mutant(
    title="出错时说的话引用不到",
    story="消息编号在大模型答成之后才登记，出错时说的那句以后再引用，麦麦说不出是哪句。",
    properties=("P12",),
    killed_by=("QUOTE-06",),
    apply=apply,
)
