"""喜好先限件数再看是谁的。"""

from __future__ import annotations

from support.reference.mutation import Mutant, Trace, rewrite
from support.reference.people import LIKES, LIKES_LIMIT
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """先在全部喜好里取最近十样，再从中挑这个人的。"""
    recent = f"SELECT turn FROM person_facts WHERE topic = '{LIKES}' ORDER BY turn DESC"
    kept = f"topic <> '{LIKES}' OR turn IN ({recent} LIMIT {LIKES_LIMIT})"
    capped = f"FROM (SELECT * FROM person_facts WHERE {kept}) WHERE"
    rewrite(server.people, "_facts", trace, ("FROM person_facts WHERE", capped))


MUTANT = Mutant(
    title="喜好总共只看最近十样",
    story="取最近十样的限制加在了挑人之前，别人说得多了，自己的喜好就被挤没了。",
    catalogue=("D-17",),
    properties=("P12",),
    killed_by=("WHO-12",),
    apply=apply,
)
