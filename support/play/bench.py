"""管理面的裁判席：管理台上发生的事，交给裁判看。

职责：取出该看的那几次应答，请裁判看。不做什么：自己不下结论，也不去要新的应答（用量与限额除外）。
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from support.errors import Inconclusive
from support.oracles import listing, outsider
from support.phrases import Limit
from support.play.allowance import Allowance
from support.play.desk import Desk
from support.play.households import Households
from support.play.judge import Judge

T = TypeVar("T")


class Bench:
    """一个场景的管理面裁判席。"""

    def __init__(
        self, desk: Desk, judge: Judge, households: Households, allowance: Allowance
    ) -> None:
        self._desk, self._judge, self._households = desk, judge, households
        self._allowance = allowance

    def listing(self) -> None:
        """每次看名录，都恰好列出它自己的全部。"""
        for seen in _some(self._desk.listings):
            verdict = listing.only_own(seen.listed, seen.own, seen.total, event=seen.event)
            self._judge.rule(verdict)

    def alike(self) -> None:
        """自己的办得成，别家的与从未有过的编号答得一样。"""
        foray = _some(self._desk.forays)[-1]
        self._judge.rule(outsider.alike(foray.own, foray.foreign, foray.nowhere))

    def untouched(self, tenant: str) -> None:
        """这家的全部东西原样未动。"""
        for foray in [one for one in _some(self._desk.forays) if one.victim == tenant]:
            events = (foray.foreign.event, foray.nowhere.event)
            self._judge.rule(
                outsider.untouched(foray.before, foray.after, tenant=tenant, events=events)
            )

    def knock(self) -> None:
        """先放行、后拒绝。"""
        knock = _some(self._desk.knocks)[-1]
        self._judge.rule(outsider.refused(knock.good, knock.bad, leaked=knock.leaked))

    def read_back(self) -> None:
        """读回来正是改成的样子。"""
        reading = _some(self._desk.readings)[-1]
        self._judge.rule(outsider.same_after(reading.wanted, reading.read, event=reading.event))

    def plain_errors(self) -> None:
        """报错不露内情。"""
        self._judge.rule(outsider.plain_errors(self._judge.events))

    def hidden(self, tenant: str) -> None:
        """应答里没有这家的模型密钥；同一份应答里确有它的人设。"""
        agent = self._households[tenant].agent()
        for answer, event in _some(self._desk.answers):
            self._judge.rule(
                outsider.secret_hidden(
                    shown=agent.provider_key in answer.text,
                    control=agent.persona_token in answer.text,
                    what=f"“{tenant}”的模型密钥",
                    event=event,
                )
            )

    async def used(self, tenant: str, count: int) -> None:
        """这家的用量恰好是这么多句话。"""
        reported, event = await self._desk.used(tenant)
        what = f"“{tenant}”的用量"
        self._judge.rule(outsider.counted(reported, count, what=what, event=event))

    async def limited(self, tenant: str, limit: Limit, count: int) -> None:
        """这家的限额读回来正是这么多。"""
        read, event = await self._allowance.read(tenant, limit)
        self._judge.rule(outsider.same_after(str(count), read, event=event))


def _some(seen: Sequence[T]) -> Sequence[T]:
    if not seen:
        raise Inconclusive("管理面上还什么也没有发生")
    return seen
