"""World：一个场景的舞台，步骤能看到的唯一对象。

职责：把一句中文变成一串收发，再把台账交给裁判。不做什么：自己不下结论（裁判下），
自己不懂协议（客户端懂）。每个公开方法对应一条步骤。
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace

from support.cast import Cast
from support.client.provider import Provider, fingerprint
from support.client.stream import Fate, Line
from support.config import Config, ScenarioConfig
from support.credentials import change_call, forge, past, typo
from support.errors import Inconclusive, Violation
from support.faults import Faults
from support.ledger import Ledger
from support.model import Event, Kind, Outcome, Scope, Verdict
from support.oracles import conversation, delivery, listing, recall, refusal
from support.phrases import (
    Accident,
    Carry,
    Change,
    Credential,
    Crowd,
    Difference,
    Disguise,
    Ident,
    KeyRef,
    ModelFault,
    Recall,
    Resource,
    Speaker,
)
from support.phrases import Fate as Ending
from support.talk import Pace, Talk

#: 两个仅有一处差别的编号。
_PAIRS = {
    Difference.CASE: ("Alice", "alice"),
    Difference.SPACE: ("bob7", "bob7 "),
    Difference.ZERO_WIDTH: ("amy9", "amy\u200b9"),
    Difference.FULL_WIDTH: ("user12", "user\uff11\uff12"),
    Difference.ACCENT: ("caf\u00e9", "cafe\u0301"),
    Difference.PREFIX: ("1234", "12345"),
    Difference.LONG_TAIL: ("x" * 300 + "1", "x" * 300 + "2"),
    Difference.WILDCARD: ("a_c", "abc"),
}

#: 被按住或打断的话在台账里的记号：它的耗时是套件造成的，不算服务的。
_HOLD = "hold"


@dataclass(frozen=True, slots=True)
class Settings:
    """World 的旋钮，由 Stage 从配置与命令行定下。`pace` 是人的停顿的倍数。"""

    config: Config
    seed: int
    pace: float
    concurrent_users: int
    notice: Callable[[str], None]
    progress: Callable[[str], None]


class World:
    """一个场景。`explain` 把裁决写成给人看的违反说明，`skip` 以某个缘由跳过本场景。"""

    def __init__(
        self,
        settings: Settings,
        *,
        cast: Cast,
        faults: Faults,
        ledger: Ledger,
        provider: Provider,
        explain: Callable[[Verdict], str],
        skip: Callable[[str], None],
    ) -> None:
        self._settings, self.cast, self._faults = settings, cast, faults
        self._ledger, self._provider = ledger, provider
        self._explain, self._skip = explain, skip
        self._start = ledger.mark()
        self._patience = settings.config.timeouts.reply
        self._told: dict[str, str] = {}
        self._asked: list[tuple[Speaker, str]] = []
        self._knocks: list[str] = []
        self._personas: dict[str, str] = {}
        self._scene: ScenarioConfig | None = None
        self._listing: Verdict | None = None
        self.verdicts: list[Verdict] = []

    # ---- 假如：开通与变故 ------------------------------------------------------

    async def open_tenants(self, names: Sequence[str]) -> None:
        """开通租户，各有一个智能体。"""
        await self.cast.open_tenants(names)

    async def add_agent(self, tenant: str, name: str) -> None:
        """给租户添一个智能体。"""
        await self.cast.add_agent(self.cast.households[tenant], name, "说话简短、公事公办")

    async def tell(self, speaker: Speaker, words: str) -> None:
        """说过一句话，并且得到了回复；得不到就是准备没有成立。"""
        await self._must_reply(speaker, self.cast.line(speaker, words))

    async def entrust(self, speaker: Speaker, words: str) -> None:
        """请麦麦记住一件事：群里说的全智能体可用，私下说的只在这个私聊可用。"""
        scope = Scope.AGENT if speaker.group else Scope.CHAT
        line = self.cast.line(speaker, words, scope=scope)
        await self._must_reply(speaker, replace(line, text=f"请记住：{line.text}"))

    async def _must_reply(self, speaker: Speaker, line: Line) -> None:
        words = line.notes["words"]
        self._told[words] = line.token
        connection = await self.cast.say(speaker, line)
        fate = await connection.fate(line.token, patience=self._patience)
        if fate is not Fate.REPLIED:
            raise Inconclusive(f"准备没有成立：说“{words}”{fate.value}")

    def same_message_ids(self) -> None:
        """此后各家的消息编号都从 m-1 数起，互相重复。"""
        self.cast.same_message_ids = True

    def nearly_same_ids(
        self, first: str, second: str, ident: Ident, difference: Difference
    ) -> None:
        """让两位用户（或两个群）的编号只差一处。"""
        table = self.cast.user_ids if ident is Ident.USER else self.cast.group_ids
        table[first], table[second] = _PAIRS[difference]

    def set_id(self, ident: Ident, name: str, value: str) -> None:
        """指定一位用户或一个群的编号。"""
        table = self.cast.user_ids if ident is Ident.USER else self.cast.group_ids
        table[name] = value

    async def change(self, tenant: str, change: Change) -> None:
        """租户、智能体或密钥的变故，由管理员办成。"""
        if change is Change.TENANT_REOPENED:
            await self.change(tenant, Change.TENANT_DELETED)
            await self.cast.reopen_tenant(tenant)
            return
        household = self.cast.households[tenant]
        agent = household.agent()
        method, path, body = change_call(
            change,
            tenant_id=household.tenant_id,
            agent_id=agent.agent_id,
            key_id=agent.key_id,
        )
        await self.cast.administer(household, method, path, body)

    async def set_persona(self, tenant: str, words: str) -> None:
        """把（第一个）智能体的人设改成 `words`。"""
        household = self.cast.households[tenant]
        agent = household.agent()
        token = self.cast.plant(agent.owner, Scope.AGENT, words)
        body = {"config": self.cast.agent_config(words, token, agent.provider_key)}
        await self.cast.administer(household, "PUT", f"/agents/{agent.agent_id}", body)
        agent.persona, agent.persona_token = words, token
        self._personas[words] = token

    async def fault(self, tenant: str, fault: ModelFault) -> None:
        """让某家租户的大模型被按住、松开或出错；别家不受影响。"""
        await self._faults.model(self.cast.households[tenant].agent(), fault)
        await self._provider.pull()

    async def restart(self) -> None:
        """强行终止服务再启动，各连接随之断开、重新连上。"""
        await self._faults.restart()
        await self.cast.disconnect()

    # ---- 当：说话与提问 --------------------------------------------------------

    async def ask(self, speakers: Sequence[Speaker], words: str) -> None:
        """各位同时说出同一句话，等到各自的下场。"""
        await asyncio.gather(*(self._ask(speaker, words) for speaker in speakers))
        await self._provider.pull()

    async def overlap(self, first: Speaker, second: Speaker, words: str) -> None:
        """按住前者的大模型，让后者整个问答夹在前者的提问与回答之间。"""
        agent = self.cast.households[first.tenant].agent(first.agent)
        await self._faults.model(agent, ModelFault.HELD)
        await self._ask(first, words)
        await self._ask(second, words)
        await self._faults.model(agent, ModelFault.RELEASED)
        await self._provider.pull()

    async def crowd_asks(self, tenant: str, count: int, words: str) -> None:
        """一家的 `count` 位用户各在自己的私聊里同时问。"""
        await self.ask([Speaker(tenant, f"用户{n}") for n in range(1, count + 1)], words)

    async def _ask(self, speaker: Speaker, words: str) -> None:
        held = self._faults.is_held(self.cast.households[speaker.tenant].agent(speaker.agent))
        await self._speak(speaker, self.cast.line(speaker, words, disturbed=_HOLD if held else ""))

    async def _speak(self, speaker: Speaker, line: Line, **options: str) -> None:
        self._asked.append((speaker, line.token))
        connection = await self.cast.say(speaker, line, **options)
        await self._faults.outcome(connection, line)

    async def ask_disguised(
        self, speaker: Speaker, disguise: Disguise, victim: str, words: str
    ) -> None:
        """冒充别家说话：在话里自称，或顶着对方的连接编号。"""
        if disguise is Disguise.PAYLOAD:
            claims = self.cast.claims_of(victim, self.cast.platform(speaker))
            await self._speak(speaker, self.cast.line(speaker, words, claims=claims))
        else:
            stolen = self.cast.connection(victim, "", self.cast.platform(speaker)).connection_id
            if not stolen:
                raise Inconclusive("还不知道对方的连接编号：对方要先说过话")
            line = self.cast.line(speaker, words)
            await self._speak(speaker, line, connection_id=stolen)
        await self._provider.pull()

    async def knock(self, good: KeyRef, bad: KeyRef, words: str) -> None:
        """陌生人先拿一把密钥、再拿另一把说同一句话。"""
        for number, reference in enumerate((good, bad)):
            speaker = Speaker(reference.tenant, "陌生人")
            line = self.cast.line(speaker, words, user_id=f"stranger-{number}")
            self._knocks.append(line.token)
            connection = await self.cast.say(speaker, line, key=await self._credential(reference))
            await connection.fate(line.token, patience=self._patience)
        await self._provider.pull()

    async def _credential(self, reference: KeyRef) -> str:
        household = self.cast.households[reference.tenant]
        agent, kind = household.agent(), reference.credential
        if kind is Credential.OWN:
            return agent.key
        if kind is Credential.TYPO:
            return typo(agent.key)
        if kind is Credential.FORGED:
            return forge(household.tenant_id, agent.agent_id)
        details = {"expires_at": past()} if kind is Credential.EXPIRED else {}
        key_id, key = await self.cast.issue_key(household, agent, kind.value, **details)
        if kind is Credential.DELETED:
            await self.cast.administer(household, "DELETE", f"/api-keys/{key_id}")
        if kind is Credential.DISABLED:
            await self.cast.administer(household, "POST", f"/api-keys/{key_id}/disable")
        return key

    async def burst(self, speaker: Speaker, count: int) -> None:
        """不等回复，连说 `count` 句。"""
        connections = []
        for number in range(1, count + 1):
            line = self.cast.line(speaker, f"连着说的第{number}句")
            self._asked.append((speaker, line.token))
            connections.append((await self.cast.say(speaker, line), line.token))
        await asyncio.gather(*(c.fate(t, patience=self._patience) for c, t in connections))
        await self._provider.pull()

    async def accident(self, speaker: Speaker, words: str, accident: Accident) -> None:
        """话刚送到大模型就出意外；恢复之后等它的回复。"""
        line = self.cast.line(speaker, words, disturbed=_HOLD)
        self._asked.append((speaker, line.token))
        agent = self.cast.households[speaker.tenant].agent(speaker.agent)
        await self._faults.accident(self.cast, speaker, line, accident, agent)
        await self._provider.pull()

    async def resend(self, speaker: Speaker, words: str) -> None:
        """说一句话，得到回复后把同一帧原样再发一遍。"""
        line = self.cast.line(speaker, words)
        await self._speak(speaker, line)
        await self.cast.connection_for(speaker).say(line, resend=True)

    async def list_resources(self, tenant: str, resource: Resource) -> None:
        """管理员查看某家租户名下的东西。"""
        listed, own, total, seq = await self.cast.list_resources(tenant, resource)
        self._listing = listing.only_own(listed, own, total, event=seq)

    async def play_scene(self, name: str) -> None:
        """把配置里的一个场景从头聊到尾；配置里没有它就跳过。"""
        if name not in [scene.name for scene in self._settings.config.scenarios]:
            self._skip(f"配置里没有场景“{name}”")
            return
        self._scene = self._settings.config.scenario(name)
        await self._play([self._scene], users=1)

    async def play_all(self, crowd: Crowd) -> None:
        """配置里的全部场景同时开聊，每个场景一位或多位用户。"""
        users = 1 if crowd is Crowd.ONE else self._settings.concurrent_users
        await self._play(self._settings.config.scenarios, users=users)

    async def _play(self, scenes: Sequence[ScenarioConfig], *, users: int) -> None:
        talk = Talk(
            self.cast,
            self._settings.config,
            Pace(self._settings.seed, self._settings.pace, users),
            notice=self._settings.notice,
            progress=self._settings.progress,
            spoken=lambda speaker, token: self._asked.append((speaker, token)),
        )
        await talk.play(scenes)
        await self._provider.pull()

    # ---- 那么：交给裁判 --------------------------------------------------------

    @property
    def events(self) -> list[Event]:
        """本场景至今的台账。"""
        return self._ledger.since(self._start)

    def judge_recall(self, asker: Speaker | str, wanted: Recall, words: str) -> None:
        """最近一次回答这位（或这家）时，记得、不记得还是只记得那句话。"""
        question, token = self._question(asker), self._token(self._told, words)
        if wanted is Recall.REMEMBERS:
            verdict = recall.remembers(self.events, question=question, wanted=token, words=words)
        elif wanted is Recall.ONLY:
            verdict = recall.only_remembers(
                self.events,
                question=question,
                wanted=token,
                words=words,
                planted=self._told.values(),
            )
        else:
            lines = (*self._told.values(), *(other for _, other in self._asked))
            others = [other for other in lines if other != question]
            verdict = recall.forgets(
                self.events, question=question, unwanted=token, words=words, controls=others
            )
        self.judge(verdict)

    def _question(self, asker: Speaker | str) -> str:
        for speaker, token in reversed(self._asked):
            if asker in (speaker, speaker.tenant):
                return token
        raise Inconclusive("他还没有开过口，无从判断")

    @staticmethod
    def _token(table: dict[str, str], words: str) -> str:
        if words not in table:
            raise Inconclusive(f"前面没有出现过“{words}”")
        return table[words]

    def judge_persona(self, asker: Speaker | str, carry: Carry, words: str) -> None:
        """最近一次回答他时，提示词里有没有这段人设。"""
        verdict = conversation.persona_present(
            self.events,
            self._question(asker),
            self._token(self._personas, words),
            words=words,
            expected=carry is Carry.CARRIES,
        )
        self.judge(verdict)

    def judge_own_persona(self) -> None:
        """每次作答都带着智能体自己的人设。"""
        persona = {
            agent.name: agent.persona_token
            for household in self.cast.households.values()
            for agent in household.agents.values()
        }
        tokens = [token for _, token in self._asked]
        self.judge(conversation.persona_carried(self.events, tokens, persona))

    def judge_provider_key(self, tenant: str) -> None:
        """这家的提问全部用自己的模型密钥。"""
        agent = self.cast.households[tenant].agent()
        tokens = [token for speaker, token in self._asked if speaker.tenant == tenant]
        own = fingerprint(agent.provider_key)
        self.judge(conversation.own_provider_key(self.events, tokens, own))

    async def judge_exactly_once(self) -> None:
        """说过的每句话恰好得到 1 条回复（由哨兵收尾）。"""
        await self._judge_once([token for _, token in self._asked])

    async def judge_ending(self, speaker: Speaker, ending: Ending) -> None:
        """某位最近一句话的结局。"""
        token = self._question(speaker)
        if ending is Ending.REFUSED:
            self.judge(refusal.refused(self.events, token))
        else:
            await self._judge_once([token])

    async def _judge_once(self, tokens: Sequence[str]) -> None:
        verdict = delivery.exactly_once(self.events, tokens)
        if verdict.outcome is Outcome.HELD:
            await self.settle()
            verdict = delivery.exactly_once(self.events, tokens)
        self.judge(verdict)

    def judge_knock(self) -> None:
        """先放行、后拒绝。"""
        good, bad = self._knocks
        self.judge(refusal.accepted_then_refused(self.events, good, bad))

    def judge_order(self) -> None:
        """回复的次序与说话的次序一致。"""
        self.judge(delivery.in_order(self.events, [token for _, token in self._asked]))

    def judge_before(self, first: Speaker, second: Speaker) -> None:
        """前者先于后者得到回复。"""
        self.judge(delivery.before(self.events, self._question(first), self._question(second)))

    def judge_within(self, speaker: Speaker, seconds: int) -> None:
        """某位最近一句话在若干秒内得到回复。"""
        self.judge(delivery.within(self.events, self._question(speaker), seconds))

    def judge_topics(self) -> None:
        """场景里的每个话题都聊到。"""
        if self._scene is None:
            raise Inconclusive("还没有聊过任何场景")
        self.judge(conversation.topics_covered(self.events, self._scene.conversation_topics))

    def judge_listing(self) -> None:
        """只列出自己的东西。"""
        if self._listing is None:
            raise Inconclusive("还没有查看过任何东西")
        self.judge(self._listing)

    def judge(self, verdict: Verdict) -> None:
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

    # ---- 收场 ------------------------------------------------------------------

    async def settle(self) -> None:
        """用哨兵话等到此前的回复都到齐。"""
        await self.cast.settle(patience=self._patience, disturbed=self._faults.disturbed)
        await self._provider.pull()

    async def pull(self) -> None:
        """取回模型端点看到的最新提示词。"""
        await self._provider.pull()

    async def close(self) -> None:
        """撤剧本、取回最后的提示词、断开、删除；前一步出错也做完后面的。"""
        async with AsyncExitStack() as stack:
            stack.push_async_callback(self.cast.remove_everything)
            stack.push_async_callback(self.cast.disconnect)
            stack.push_async_callback(self._provider.pull)
            stack.push_async_callback(self._faults.close)
