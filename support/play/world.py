"""World：一个场景的舞台，步骤能看到的唯一对象。

职责：把一句中文变成一串收发，再把台账交给裁判。不做什么：自己不下结论（裁判下），
自己不懂协议（客户端懂）。每个公开方法对应一条步骤。
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from typing import Any

from support.client.lines import Line
from support.client.provider import Provider
from support.client.stream import Fate
from support.config import Config, ScenarioConfig
from support.errors import Inconclusive
from support.ledger import Ledger
from support.model import Scope, Verdict
from support.phrases import (
    Accident,
    Attack,
    Change,
    Credential,
    Crowd,
    Difference,
    Disguise,
    Ident,
    KeyRef,
    Limit,
    ModelFault,
    Restart,
    Speaker,
)
from support.play.bench import Bench
from support.play.cast import Cast
from support.play.changes import Changes
from support.play.desk import Desk
from support.play.faults import Faults
from support.play.judge import Judge
from support.play.keyring import Keyring
from support.play.lore import Lore
from support.play.mishaps import Mishaps
from support.play.notebook import Notebook
from support.play.raid import Raid
from support.play.talk import Pace, Talk

#: 两个仅有一处差别的编号。
_PAIRS = {
    Difference.CASE: ("Alice", "alice"),
    Difference.SPACE: ("bob7", "bob7 "),
    Difference.ZERO_WIDTH: ("amy9", "amy\u200b9"),
    Difference.FULL_WIDTH: ("user12", "user\uff11\uff12"),
    Difference.ACCENT: ("caf\u00e9", "cafe\u0301"),
    Difference.PREFIX: ("1234", "12345"),
    Difference.LONG_TAIL: ("x" * 300 + "1", "x" * 300 + "2"),
    Difference.WILDCARD: ("abc", "a_c"),
    Difference.LEADING_SPACE: ("bob7", " bob7"),
    Difference.WIDE_SPACE: ("bob7", "bob7\u3000"),
    Difference.COMPATIBLE: ("of\ufb01ce", "office"),
    Difference.LEADING_ZERO: ("7", "07"),
    Difference.DECIMAL: ("7", "7.0"),
    Difference.EXPONENT: ("1000", "1e3"),
    Difference.PERCENT: ("bob7", "%"),
    Difference.STAR: ("bob7", "*"),
    Difference.SCRIPT: ("读书会", "讀書會"),
}

_RESENDS = (Accident.RESENT_RECONNECTED, Accident.RESENT_RESTARTED, Accident.RESENT_GARBLED)

#: 被按住或打断的话在台账里的记号：它的耗时是套件造成的，不算服务的。
_HOLD = "hold"


@dataclass(frozen=True, slots=True)
class Settings:
    """World 的旋钮，由 Stage 从配置与命令行定下。`pace` 是人的停顿的倍数。"""

    config: Config
    seed: int
    pace: float
    concurrent_users: int
    run_prefix: str
    worker: str
    operator_key: str | None = field(repr=False)
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
        self._settings, self._faults, self._provider = settings, faults, provider
        self.cast, self.households = cast, cast.households
        self._skip = skip
        self._patience = settings.config.timeouts.reply
        self._notes = Notebook()
        self._changes = Changes(self.households, patience=self._patience)
        self._keyring = Keyring(self.households)
        self.desk = Desk(self.households, self._keyring)
        self.judge = Judge(
            self._notes,
            ledger,
            self.households,
            settle=self.settle,
            platform=cast.platform,
            explain=explain,
        )
        self.lore = Lore(
            cast, provider, self._notes, tell=self._must_reply, speak=self._speak_together
        )
        self.bench = Bench(self.desk, self.judge, self.households)
        self.mishaps = Mishaps(cast, faults, self._notes, ledger, provider, patience=self._patience)
        self._ledger = ledger

    # ---- 假如：开通与变故 ------------------------------------------------------

    async def open_tenants(self, names: Sequence[str]) -> None:
        """开通租户，各有一个智能体。"""
        await self.households.open_all(names)

    async def add_agent(self, tenant: str, name: str) -> None:
        """给租户添一个智能体。"""
        await self.households.add_agent(self.households[tenant], name, "说话简短、公事公办")

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
        self._notes.note_told(words, line.token)
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
        await self._changes.make(tenant, change)
        if change in (Change.TENANT_REOPENED, Change.AGENT_REOPENED):
            await self.cast.disconnect()
        elif change in (Change.TENANT_RESUMED, Change.AGENT_RESUMED):
            # 停用时服务关掉旧连接的那一声可能还在路上：恢复之后重新连上再说。
            await self.cast.disconnect(tenant)

    async def set_persona(self, tenant: str, words: str) -> None:
        """把（第一个）智能体的人设改成 `words`。"""
        household = self.households[tenant]
        agent = household.agent()
        token = self.households.plant(agent.owner, Scope.AGENT, words)
        config = self.households.agent_config(words, token, agent.provider_key, agent.overrides)
        body = {"config": config}
        await self.households.administer(household, "PUT", f"/agents/{agent.agent_id}", body)
        agent.persona, agent.persona_token = words, token
        self._notes.note_persona(words, token)

    async def set_model(self, tenant: str, model: str) -> None:
        """把（第一个）智能体的模型换成 `model`，别的配置照旧。"""
        household = self.households[tenant]
        agent = household.agent()
        await self.households.configure(household, agent, "model", model_name=model)

    async def fault(self, tenant: str, fault: ModelFault) -> None:
        """让某家租户的大模型被按住、松开或出错；别家不受影响。"""
        await self._faults.model(self.households[tenant].agent(), fault)
        await self._provider.pull()

    async def restart(self, restart: Restart) -> None:
        """停下服务再启动；各连接随之断开，再说话时重新连上。"""
        await self.households.let_service_finish()
        await self._faults.restart(restart)
        await self.cast.disconnect()

    # ---- 当：说话与提问 --------------------------------------------------------

    async def ask(self, speakers: Sequence[Speaker], words: str) -> None:
        """各位同时说出同一句话，等到各自的下场。"""
        await asyncio.gather(*(self._ask(speaker, words) for speaker in speakers))
        await self._provider.pull()

    async def overlap(self, first: Speaker, second: Speaker, words: str) -> None:
        """把前者按在大模型那里，让后者整个问答夹在前者的提问与回答之间。"""
        agent = self.households[first.tenant].agent(first.agent)
        await self._faults.model(agent, ModelFault.HELD_ONCE)
        await self._ask(first, words)
        line = self.cast.line(second, words)
        self._notes.note_asked(second, line.token)
        connection = await self.cast.say(second, line)
        await connection.fate(line.token, patience=self._patience)
        await self._faults.model(agent, ModelFault.RELEASED)
        await self._provider.pull()

    async def crowd_asks(self, tenant: str, count: int, words: str) -> None:
        """一家的 `count` 位用户各在自己的私聊里同时问。"""
        await self.ask([Speaker(tenant, f"用户{n}") for n in range(1, count + 1)], words)

    async def _ask(self, speaker: Speaker, words: str) -> None:
        held = self._faults.is_held(self.households[speaker.tenant].agent(speaker.agent))
        await self._speak(speaker, self.cast.line(speaker, words, disturbed=_HOLD if held else ""))

    async def _speak(self, speaker: Speaker, line: Line, **options: str) -> None:
        self._notes.note_asked(speaker, line.token)
        connection = await self.cast.say(speaker, line, **options)
        await self._faults.outcome(connection, line)

    async def _speak_together(self, lines: Sequence[tuple[Speaker, Line]]) -> None:
        await asyncio.gather(*(self._speak(speaker, line) for speaker, line in lines))
        await self._provider.pull()

    async def ask_disguised(
        self, speaker: Speaker, disguise: Disguise, victim: str, words: str
    ) -> None:
        """冒充别家说话：在话里自称、顶着对方的连接编号，或另外亮出对方的密钥。"""
        options, claims = await self._pretend(speaker, disguise, victim)
        await self._speak(speaker, self.cast.line(speaker, words, claims=claims), **options)
        if disguise is Disguise.BRIEFLY:
            await self.cast.connection_for(speaker, **options).close()
        await self._provider.pull()

    async def _pretend(
        self, speaker: Speaker, disguise: Disguise, victim: str
    ) -> tuple[dict[str, str], dict[str, Any]]:
        """冒充的手法 → (连接的花招, 话里的花招)。"""
        if disguise is Disguise.PLATFORM:
            platform = self.cast.platform(replace(speaker, platform=victim))
            return {}, {"platform": platform}
        if disguise in (Disguise.PAYLOAD, Disguise.ENVELOPE):
            claims = self.households.claims_of(victim, self.cast.platform(speaker))
            envelope = {"meta": claims.pop("meta")}
            return {}, claims if disguise is Disguise.PAYLOAD else envelope
        forged = await self._keyring.take(KeyRef(speaker.tenant, Credential.FORGED))
        if disguise in (Disguise.TWO_KEYS, Disguise.BAD_FIRST):
            borrowed = {"header_key": self.households[victim].agent().key}
            return borrowed if disguise is Disguise.TWO_KEYS else {**borrowed, "key": forged}, {}
        stolen = self.cast.connection(victim, "", self.cast.platform(speaker)).connection_id
        if not stolen:
            raise Inconclusive("还不知道对方的连接编号：对方要先说过话")
        options = {"connection_id": stolen}
        if disguise is Disguise.BAD_KEY:
            options["key"] = forged
        return options, {}

    async def knock(self, good: KeyRef, bad: KeyRef, words: str) -> None:
        """陌生人先拿一把密钥、再拿另一把说同一句话。"""
        for number, reference in enumerate((good, bad)):
            speaker = Speaker(reference.tenant, "陌生人")
            line = self.cast.line(speaker, words, user_id=f"stranger-{number}")
            self._notes.knocks.append(line.token)
            connection = await self.cast.say(speaker, line, key=await self._keyring.take(reference))
            await connection.fate(line.token, patience=self._patience)
        await self._provider.pull()

    async def burst(self, speakers: Sequence[Speaker], count: int) -> None:
        """各位同时开口，都不等回复，连说 `count` 句。"""
        connections = []
        for number in range(1, count + 1):
            for speaker in speakers:
                line = self.cast.line(speaker, f"连着说的第{number}句")
                self._notes.note_asked(speaker, line.token)
                connections.append((await self.cast.say(speaker, line), line.token))
        await asyncio.gather(*(c.fate(t, patience=self._patience) for c, t in connections))
        await self._provider.pull()

    async def crowd_burst(self, tenant: str, users: int, count: int) -> None:
        """一家的 `users` 位用户各在自己的私聊里同时连说 `count` 句。"""
        await self.burst([Speaker(tenant, f"用户{n}") for n in range(1, users + 1)], count)

    async def chat(self, speaker: Speaker, count: int, *, loud: bool) -> None:
        """一问一答地聊 `count` 句；`loud` 表示正有邻居吵闹。"""
        tokens = self._notes.loud if loud else self._notes.quiet
        for number in range(1, count + 1):
            line = self.cast.line(speaker, f"闲聊的第{number}句")
            tokens.append(line.token)
            await self._speak(speaker, line)

    async def chat_amid(self, tenant: str, attack: Attack, speaker: Speaker, count: int) -> None:
        """`tenant` 闹着的时候，`speaker` 聊 `count` 句。"""
        raid = Raid(
            self.cast,
            self._faults,
            self._notes,
            self._ledger,
            attacker=Speaker(tenant, "小闹"),
            patience=self._patience,
        )
        await raid.during(attack, lambda: self.chat(speaker, count, loud=True))
        await self._provider.pull()

    async def set_limit(self, tenant: str, limit: Limit, count: int) -> None:
        """一家租户每分钟（或每天）至多说 `count` 句话。"""
        config = {
            Limit.MINUTE: {"rate_limit": {"messages_per_minute": count}},
            Limit.DAY: {"quota": {"messages_per_day": count}},
        }[limit]
        household = self.households[tenant]
        path, body = f"/tenants/{household.tenant_id}", {"tenant_config": config}
        await self.households.administer(household, "PUT", path, body)

    async def accident(self, speaker: Speaker, words: str, accident: Accident) -> None:
        """话刚送到大模型就出意外，或答完之后重发；恢复之后等它的回复。"""
        if accident in _RESENDS:
            await self.mishaps.resend(speaker, words, accident)
            return
        line = self.cast.line(speaker, words, disturbed=_HOLD)
        self._notes.note_asked(speaker, line.token)
        agent = self.households[speaker.tenant].agent(speaker.agent)
        await self._faults.accident(self.cast, speaker, line, accident, agent)
        await self._provider.pull()

    async def resend(self, speaker: Speaker, words: str) -> None:
        """说一句话，得到回复后把同一帧原样再发一遍。"""
        line = self.cast.line(speaker, words)
        await self._speak(speaker, line)
        await self.cast.connection_for(speaker).say(line, resend=True)

    async def play_scene(self, name: str) -> None:
        """把配置里的一个场景从头聊到尾；配置里没有它就跳过。"""
        if name not in [scene.name for scene in self._settings.config.scenarios]:
            self._skip(f"配置里没有场景“{name}”")
            return
        scene = self._settings.config.scenario(name)
        self._notes.note_topics(scene.conversation_topics)
        await self._play([scene], users=1)

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
            spoken=self._notes.note_asked,
        )
        await talk.play(scenes)
        await self._provider.pull()

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
            stack.push_async_callback(self.households.remove_all)
            stack.push_async_callback(self.cast.disconnect)
            stack.push_async_callback(self._provider.pull)
            stack.push_async_callback(self._faults.close)
            stack.push_async_callback(self.lore.close)
