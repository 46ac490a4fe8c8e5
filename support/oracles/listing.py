"""名录：查看一家租户的东西，列出的恰好是它自己的那些。"""

from __future__ import annotations

from collections.abc import Collection

from support.model import Outcome, Verdict


def only_own(listed: Collection[str], own: Collection[str], total: int, *, event: int) -> Verdict:
    """`listed` 是列出的编号，`own` 是它名下应有的编号，`total` 是应答自报的总数。"""
    strangers, missing = set(listed) - set(own), set(own) - set(listed)
    if not own and not strangers:
        return Verdict(Outcome.INCONCLUSIVE, "它名下本来就没有东西，列不出什么", 0, (event,))
    if not strangers and not missing and total == len(own):
        return Verdict(Outcome.HELD, f"恰好列出自己的 {len(own)} 样", len(own), (event,))
    return Verdict(
        Outcome.VIOLATED,
        f"名录不对：多出 {len(strangers)} 样，少了 {len(missing)} 样，自报总数 {total}",
        len(own) + len(strangers),
        (event,),
        expected=f"恰好 {len(own)} 样，总数 {len(own)}",
        actual=f"列出 {len(listed)} 样，总数 {total}",
    )
