"""演员：各家的用户怎样开口说话——用哪条连接、带什么编号、配什么口令。

职责：备好一句话、在正确的连接上说出口、用哨兵收尾。不做什么：不办管理事务（households）、不判断。
用户编号、群号在各租户之间**故意相同**：编号都不同，串了也看不出来。
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Coroutine, Mapping
from dataclasses import replace
from typing import Any

import aiohttp

from support.client.lines import Line
from support.client.stream import Connection, Fate
from support.config import Config
from support.errors import Inconclusive
from support.ledger import Ledger
from support.model import Owner, Scope
from support.phrases import Speaker
from support.play.households import Households
from support.targets.profile import profile_of

SENTINEL = "哨兵"


class Cast:
    """一个场景里说话的人。`message_url` 是消息面的地址。"""

    def __init__(
        self,
        households: Households,
        *,
        session: aiohttp.ClientSession,
        message_url: str,
        ledger: Ledger,
        config: Config,
        salt: str = "",
    ) -> None:
        #: 加在每个用户与群编号前面；同一场景里各家仍然相同，只是与别的场景不同。
        self._salt = salt
        self.households = households
        self._session, self._message_url = session, message_url
        self._ledger, self._config = ledger, config
        self._transport = profile_of(config.target).transport
        self._said: Counter[tuple[str, str, str, str]] = Counter()
        self._connections: dict[tuple[str, str, str], Connection] = {}
        self.user_ids: dict[str, str] = {}
        self.group_ids: dict[str, str] = {}
        self.same_message_ids = False
        #: 说过的话 → 它的消息编号，引用时要用。
        self._message_ids: dict[str, str] = {}

    def line(
        self,
        speaker: Speaker,
        words: str,
        *,
        scope: Scope = Scope.CHAT,
        user_id: str = "",
        group_id: str = "",
        claims: Mapping[str, Any] | None = None,
        **notes: Any,
    ) -> Line:
        """备好一句话：定下用户与群的编号，配上口令。"""
        household = self.households[speaker.tenant]
        agent = household.agent(speaker.agent)
        user_id = self._salt + (user_id or self._known(self.user_ids, speaker.user, "u100"))
        if speaker.group:
            group_id = group_id or self._known(self.group_ids, speaker.group, "g200")
            group_id = self._salt + group_id
        owner = replace(
            agent.owner,
            platform=self.platform(speaker),
            chat=f"group:{group_id}" if speaker.group else f"private:{user_id}",
            user=speaker.user,
        )
        token = self.households.plant(owner, scope, words)
        segments = self._quoting(speaker.quote) if speaker.quote else ()
        message_id = self._message_ids[words] = self._message_id(owner, speaker.key, token)
        return Line(
            token=token,
            text=f"{words}（{token}）",
            owner=owner,
            user_id=user_id,
            nickname=speaker.user,
            message_id=message_id,
            group_id=group_id if speaker.group else "",
            group_name=speaker.group,
            claims=claims or {},
            segments=segments,
            notes={"words": words, **notes},
        )

    def _quoting(self, words: str) -> tuple[dict[str, str]]:
        """照消息编号引用前面那句话的消息段。"""
        if words not in self._message_ids:
            raise Inconclusive(f"前面没有人说过“{words}”，引用不了")
        return ({"type": "reply", "data": self._message_ids[words]},)

    def _known(self, table: dict[str, str], name: str, prefix: str) -> str:
        return table.setdefault(name, f"{prefix}{len(table) + 1}")

    def _message_id(self, owner: Owner, key: str, token: str) -> str:
        """编号从 1 数起时，每个智能体、每个平台、每把密钥各数各的。"""
        if not self.same_message_ids:
            return f"m-{token}"
        place = (owner.tenant, owner.agent, owner.platform, key)
        self._said[place] += 1
        return f"m-{self._salt}{self._said[place]}"

    def platform(self, speaker: Speaker) -> str:
        """说话所在的平台；不指明就是配置里的第一个。"""
        platforms = self._config.platforms
        if not speaker.platform:
            return platforms[0].platform
        for platform in platforms:
            if speaker.platform in (platform.name, platform.platform):
                return platform.platform
        return speaker.platform

    def connection(self, tenant: str, agent_name: str, platform: str, **options: Any) -> Connection:
        """某智能体在某平台上的连接（每把密钥每个平台一条），还没打开。"""
        agent = self.households[tenant].agent(agent_name)
        key, device = options.pop("key", agent.key), options.pop("device", "")
        tricks = ("connection_id", "header_key", "header_platform")
        pretence = next((options[name] for name in tricks if options.get(name)), device)
        slot = (key, platform, pretence)
        if slot not in self._connections:
            self._connections[slot] = Connection(
                self._session,
                self._message_url,
                key=key,
                platform=platform,
                base=replace(agent.owner, platform=platform),
                ledger=self._ledger,
                timeout=self._config.timeouts.connect,
                ping=self._config.timeouts.ping,
                transport=self._transport,
                salt=self._salt,
                **options,
            )
        return self._connections[slot]

    def connection_for(self, speaker: Speaker, **options: Any) -> Connection:
        """说话人用的那条连接。"""
        labels = {name: getattr(speaker, name) for name in ("key", "device")}
        labels = {name: value for name, value in labels.items() if value}
        if labels:
            options = {"labels": labels, "device": speaker.device, **options}
        if speaker.key:
            options = {"key": self._spare_key(speaker), **options}
        return self.connection(speaker.tenant, speaker.agent, self.platform(speaker), **options)

    def _spare_key(self, speaker: Speaker) -> str:
        spares = self.households[speaker.tenant].agent(speaker.agent).spares
        if speaker.key not in spares:
            raise Inconclusive(f"前面没有发过密钥“{speaker.key}”")
        return spares[speaker.key]

    async def stand_by(self, speaker: Speaker) -> None:
        """连上却不说话；说到的密钥还没有就先发一把。"""
        household = self.households[speaker.tenant]
        agent = household.agent(speaker.agent)
        if speaker.key and speaker.key not in agent.spares:
            _, agent.spares[speaker.key] = await self.households.issue_key(
                household, agent, speaker.key
            )
        await self.connection_for(speaker).open()

    async def say(self, speaker: Speaker, line: Line, **options: Any) -> Connection:
        """在说话人的连接上说出这句话；连接没开就先开。不等回复。"""
        connection = self.connection_for(speaker, **options)
        await connection.open()
        await connection.say(line)
        return connection

    async def settle(self, *, patience: float, disturbed: set[tuple[str, str]]) -> None:
        """在每条开着的连接上说一句哨兵话并等到回复，之前的回复就都该到了。

        用哨兵而不用钟：服务慢，它也慢。哨兵被拒绝，连接就关了，再也来不了回复，也算到齐。
        `disturbed` 里的智能体正被按住或出错，跳过。
        """
        waits: list[Coroutine[Any, Any, Fate]] = []
        aliases = {household.owner.tenant: household.name for household in self.households}
        for connection in list(self._connections.values()):
            base = connection.base
            if not connection.is_open or (base.tenant, base.agent) in disturbed:
                continue
            alias = aliases[base.tenant]
            speaker = Speaker(alias, SENTINEL, platform=base.platform, agent=base.agent)
            # 租户轮流扮演时哨兵也要各是各的人，免得哨兵自己把两家连在一起。
            lone = f"sentinel-{len(waits)}" if self._salt else "sentinel"
            line = self.line(speaker, "在吗", user_id=lone, sentinel=True)
            await connection.say(line)
            waits.append(connection.fate(line.token, patience=patience))
        for fate in await asyncio.gather(*waits):
            if fate not in (Fate.REPLIED, Fate.REFUSED):
                raise Inconclusive(f"哨兵话{fate.value}，不能断定此前的回复都已到齐")

    @property
    def stragglers(self) -> int:
        """收到过几条上一场迟到的回复。"""
        return sum(connection.stragglers for connection in self._connections.values())

    async def disconnect(self, tenant: str = "") -> None:
        """断开全部连接，或只断一家的；下次开口时重新连上。"""
        owner = self.households[tenant].owner.tenant if tenant else ""
        mine = [c for c in self._connections.values() if owner in ("", c.base.tenant)]
        await asyncio.gather(*(c.close() for c in mine))
