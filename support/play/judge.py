"""裁判席：那么与但是的每一句，把台账交给一个裁判，记下它的裁决。

职责：从本场景的台账里找出该看的那句话，请裁判看，红就让这一步红。不做什么：自己不下结论。
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from support.client.provider import fingerprint
from support.errors import Inconclusive, Violation
from support.ledger import Ledger
from support.model import Event, Kind, Outcome, Verdict
from support.oracles import (
    chats,
    conversation,
    delivery,
    fairness,
    fallback,
    limits,
    model_use,
    recall,
    refusal,
    routing,
    withheld,
)
from support.phrases import Carry, Fate, Recall, Speaker
from support.play.households import Households
from support.play.notebook import Notebook


class Judge:
    """一个场景的裁判席。`settle` 让此前的回复都到齐，`platform` 是说话人所在的平台，
    `explain` 把裁决写成给人看的违反说明，`sees_prompts` 是看不看得见大模型的调用，
    `can_hold` 是按不按得住一家的大模型。
    """

    def __init__(
        self,
        notes: Notebook,
        ledger: Ledger,
        households: Households,
        *,
        settle: Callable[[], Awaitable[None]],
        platform: Callable[[Speaker], str],
        explain: Callable[[Verdict], str],
        sees_prompts: bool,
        can_hold: bool,
    ) -> None:
        self._sees_prompts, self._can_hold = sees_prompts, can_hold
        self._notes, self._ledger, self._households = notes, ledger, households
        self._settle, self._platform, self._explain = settle, platform, explain
        self._start = ledger.mark()
        self.verdicts: list[Verdict] = []

    @property
    def events(self) -> list[Event]:
        """本场景到此刻为止的台账。"""
        return self._ledger.since(self._start)

    def recall(self, asker: Speaker | str, wanted: Recall, words: str) -> None:
        """最近一次回答这位（或这家）时，记得、不记得还是只记得那句话。"""
        notes, events = self._notes, self.events
        question, token = notes.question(asker), notes.told(words)
        if wanted is Recall.REMEMBERS:
            verdict = recall.remembers(events, question=question, wanted=token, words=words)
        elif wanted is Recall.ONLY:
            planted = notes.all_told()
            verdict = recall.only_remembers(
                events, question=question, wanted=token, words=words, planted=planted
            )
        else:
            others = [line for line in notes.all_lines() if line != question]
            verdict = recall.forgets(
                events, question=question, unwanted=token, words=words, controls=others
            )
        self.rule(verdict)

    def persona(self, asker: Speaker | str, carry: Carry, words: str) -> None:
        """最近一次回答他时，提示词里有没有这段人设。"""
        self.rule(
            conversation.persona_present(
                self.events,
                self._notes.question(asker),
                self._notes.persona(words),
                words=words,
                expected=carry is Carry.CARRIES,
            )
        )

    def own_persona(self) -> None:
        """每次作答都带着智能体自己的人设。"""
        agents = (agent for household in self._households for agent in household.agents.values())
        persona = {(a.owner.tenant, a.name): a.persona_token for a in agents}
        asked = self._notes.all_asked()
        self.rule(conversation.persona_carried(self.events, asked, persona))

    def provider_key(self, tenant: str) -> None:
        """这家的提问全部用自己的模型密钥。"""
        own = fingerprint(self._households[tenant].agent().provider_key)
        asked = self._notes.all_asked(tenant)
        self.rule(conversation.own_provider_key(self.events, asked, own))

    def model(self, asker: Speaker | str, model: str) -> None:
        """最近一次回答他时，用的是这个模型。"""
        self.rule(conversation.used_model(self.events, self._notes.question(asker), model))

    def own_settings(self) -> None:
        """每次作答都用智能体自己的模型密钥、模型与温度。"""
        agents = (agent for household in self._households for agent in household.agents.values())
        own = {
            (a.owner.tenant, a.name): model_use.ModelUse(
                fingerprint(a.provider_key),
                a.overrides["model"]["model_name"],
                a.overrides["model"]["temperature"],
            )
            for a in agents
            if "model" in a.overrides
        }
        self.rule(model_use.own_settings(self.events, self._notes.all_asked(), own))

    def topics(self) -> None:
        """场景里的每个话题都聊到。"""
        self.rule(conversation.topics_covered(self.events, self._notes.topics()))

    async def exactly_once(self) -> None:
        """说过的每句话恰好得到 1 条回复（由哨兵收尾）。"""
        await self._once(self._notes.all_asked())

    async def ending(self, speaker: Speaker, ending: Fate) -> None:
        """某位最近一句话的结局。"""
        if ending is Fate.UNHEARD:
            line = self._line(speaker)
            await self._rule_settled(lambda: routing.unheard(self.events, line))
            return
        token = self._notes.question(speaker)
        if ending is Fate.REFUSED:
            self.rule(refusal.refused(self.events, token))
        elif ending is Fate.WITHHELD:
            await self._rule_settled(lambda: withheld.withheld(self.events, token))
        else:
            await self._once([token])

    async def _once(self, tokens: Sequence[str]) -> None:
        verdict = delivery.exactly_once(self.events, tokens)
        if verdict.outcome is Outcome.HELD:
            await self._settle()
            verdict = delivery.exactly_once(self.events, tokens)
        self.rule(verdict)

    def order(self) -> None:
        """每个聊天里，回复的次序与说话的次序一致。"""
        self.rule(chats.in_order_by_chat(self.events, self._notes.all_asked()))

    async def routed(self) -> None:
        """回复只送到问的人手里（由哨兵收尾）。"""
        asked = self._notes.all_asked()
        await self._rule_settled(lambda: routing.only_to_asker(self.events, asked))

    async def devices(self, speaker: Speaker, count: int) -> None:
        """问话的密钥连着的每台设备各收到 1 条（由哨兵收尾）。"""
        token = self._notes.question(speaker)
        await self._rule_settled(lambda: routing.every_device_once(self.events, token, count))

    async def _rule_settled(self, judge: Callable[[], Verdict]) -> None:
        """等此前的回复都到齐再裁决；哨兵没有下文，也先看已有的证据够不够判违反。"""
        try:
            await self._settle()
        except Inconclusive:
            verdict = judge()
            if verdict.outcome is Outcome.VIOLATED:
                self.rule(verdict)
            raise
        self.rule(judge())

    def fell_back(self, speaker: Speaker, seconds: int) -> None:
        """某位最近一句话在若干秒内得到兜底答复。"""
        self.rule(fallback.fell_back(self.events, self._notes.question(speaker), seconds))

    def unobstructed(self) -> None:
        """邻居刷屏插不到前面来；看不见大模型的调用就比快慢。"""
        if not self._sees_prompts:
            self.as_quick()
            return
        loud = self._notes.loud
        self.rule(fairness.unobstructed(self.events, loud, gated=self._can_hold))

    def as_quick(self) -> None:
        """邻居吵闹时与平时差不多快。"""
        self.rule(fairness.as_quick(self.events, self._notes.quiet, self._notes.loud))

    async def metered(self, tenant: str, answered: int, limited: int) -> None:
        """一家的提问里有几句得到回答、几句被限流（由哨兵收尾：事后补的模型调用也看得见）。"""
        asked = self._notes.all_asked(tenant)
        await self._rule_settled(
            lambda: limits.metered(self.events, asked, answered=answered, limited=limited)
        )

    def _line(self, speaker: Speaker) -> routing.Line:
        """说话人用的那条连接在台账里的样子。"""
        owner = self._households[speaker.tenant].agent(speaker.agent).owner
        platform = self._platform(speaker)
        return routing.Line(owner.tenant, owner.agent, platform, speaker.key, speaker.device)

    def before(self, first: Speaker, second: Speaker) -> None:
        """前者先于后者得到回复。"""
        notes = self._notes
        self.rule(delivery.before(self.events, notes.question(first), notes.question(second)))

    def knock(self) -> None:
        """先放行、后拒绝。"""
        good, bad = self._notes.knocks
        self.rule(refusal.accepted_then_refused(self.events, good, bad))

    def rule(self, verdict: Verdict) -> None:
        """记下裁决；违反或无法判定就让这一步变红。"""
        self.verdicts.append(verdict)
        self._ledger.add(
            Kind.CLAIM,
            outcome=verdict.outcome.value,
            claim=verdict.claim,
            examined=verdict.examined,
            evidence=verdict.evidence,
        )
        if verdict.outcome is Outcome.VIOLATED:
            raise Violation(self._explain(verdict))
        if verdict.outcome is Outcome.INCONCLUSIVE:
            raise Inconclusive(verdict.claim)
