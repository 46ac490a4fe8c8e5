"""记使用日志时信正文里的租户。"""

from __future__ import annotations

from support.reference.control_usage import UsageApi
from support.reference.mutation import Mutant, Trace, unscoped
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """正文里写哪个租户就记到哪个账上，没有核对来人。"""
    unscoped(UsageApi, "log", trace)


MUTANT = Mutant(
    title="往别家账上记得了使用",
    story="使用日志按正文里的租户记，别家的账单上多出没做过的事。",
    catalogue=("H-03",),
    properties=("P8",),
    killed_by=("TOUCH-01",),
    apply=apply,
)
