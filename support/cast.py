"""演员：一个场景里的租户、智能体、密钥、连接，以及他们怎么开口说话。

职责：在被测服务上建出这些角色，让他们说话并等到下场，最后全部拆掉。不做什么：不判断。
展示名只是别名：真实名字带运行前缀与场景号，两次运行、两个场景永不相撞；
而用户编号、群号在各租户之间**故意相同**，隔离出错才看得见。
"""

from __future__ import annotations

import asyncio
import secrets
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import aiohttp

from support.canary import Mint
from support.client.control import ControlPlane
from support.client.provider import fingerprint
from support.client.stream import Connection, Fate, Line
from support.config import Config
from support.errors import Inconclusive, ProtocolError, TargetUnreachable
from support.ledger import Ledger
from support.model import NOBODY, Kind, Owner, Scope
from support.phrases import Resource, Speaker

SENTINEL = "哨兵"
_STRANGER_PERSONA = ("麦麦", "温和、周到、守口如瓶")


@dataclass(slots=True)
class Agent:
    """一个智能体：编号、人设及其口令、对外的密钥、自己的模型密钥。"""

    name: str
    agent_id: str
    owner: Owner
    persona: str
    persona_token: str
    provider_key: str = field(repr=False)
    key: str = field(default="", repr=False)
    key_id: str = ""


@dataclass(slots=True)
class Household:
    """一家租户。`name` 是规格里的叫法；`owner` 只到租户一维，用配置里的全名。"""

    name: str
    owner: Owner
    tenant_id: str
    agents: dict[str, Agent] = field(default_factory=dict)

    def agent(self, name: str = "") -> Agent:
        """按名字取智能体；不给名字取第一个。"""
        return self.agents[name] if name else next(iter(self.agents.values()))


@dataclass(frozen=True, slots=True)
class Services:
    """演员要用到的部件；都由 Stage 装好。"""

    session: aiohttp.ClientSession
    control: ControlPlane
    ledger: Ledger
    mint: Mint
    config: Config
    message_url: str
    model_url: str
    run_prefix: str
    #: 模型密钥的指纹 → (智能体, 场景)；提示词归谁首先看它。
    agents_by_key: dict[str, tuple[Owner, str]]


class Cast:
    """一个场景的全体演员。`uid` 是场景在本次运行里的唯一名。"""

    def __init__(self, services: Services, uid: str) -> None:
        self._services = services
        self._uid = uid
        self._resources: list[tuple[Owner, str, str]] = []
        self._said: Counter[str] = Counter()
        self._connections: dict[tuple[str, str, str], Connection] = {}
        self.households: dict[str, Household] = {}
        self.user_ids: dict[str, str] = {}
        self.group_ids: dict[str, str] = {}
        self.same_message_ids = False

    # ---- 开通 ----------------------------------------------------------------

    async def open_tenants(self, names: Iterable[str]) -> None:
        """开通若干租户，各有一个智能体、一把密钥。"""
        await asyncio.gather(*(self.open_tenant(name) for name in names))

    async def open_tenant(self, name: str) -> Household:
        """开通一家租户；配置里有以这个名字开头的租户时沿用它的智能体与人设。"""
        settings = next(
            (t for t in self._services.config.tenants if t.tenant_name.startswith(name)), None
        )
        agents = [
            (agent.agent_name, agent.personality)
            for agent in self._services.config.agents
            if settings is not None and agent.tenant_id == settings.tenant_id
        ]
        household = await self._create_tenant(name, settings.tenant_name if settings else name)
        for agent_name, persona in agents[:1] or [_STRANGER_PERSONA]:
            await self.add_agent(household, agent_name, persona)
        return household

    async def _create_tenant(self, name: str, full_name: str) -> Household:
        owner = Owner(f"{self._uid}/{full_name}")
        body = {
            "tenant_name": f"{self._services.run_prefix}-{self._uid}-{name}",
            "tenant_type": "enterprise",
            "description": f"由麦麦多租户规约建立，运行结束即删除（{self._uid}）",
        }
        data = await self._services.control.must("POST", "/api/v2/tenants", by=owner, body=body)
        household = Household(name, owner, data["id"])
        self._created(owner, "tenants", household.tenant_id)
        self.households[name] = household
        return household

    async def add_agent(self, household: Household, name: str, persona: str) -> Agent:
        """给租户添一个智能体（自己的人设口令、自己的模型密钥）并发一把密钥。"""
        owner = replace(household.owner, agent=name)
        token = self.plant(owner, Scope.AGENT, f"{name}的人设")
        provider_key = f"sk-maispec-{secrets.token_hex(16)}"
        self._services.ledger.redactor.learn(provider_key)
        self._services.agents_by_key[fingerprint(provider_key)] = (owner, self._uid)
        body = {
            "tenant_id": household.tenant_id,
            "name": name,
            "config": self.agent_config(persona, token, provider_key),
        }
        data = await self._services.control.must("POST", "/api/v2/agents", by=owner, body=body)
        agent = Agent(name, data["id"], owner, persona, token, provider_key)
        self._created(owner, "agents", agent.agent_id)
        household.agents[name] = agent
        agent.key_id, agent.key = await self.issue_key(household, agent, f"{name}的密钥")
        return agent

    def agent_config(self, persona: str, token: str, provider_key: str) -> dict[str, Any]:
        """智能体配置：人设带着口令，模型指向观察站并用自己的密钥。"""
        provider = {
            "name": "maispec",
            "base_url": self._services.model_url,
            "api_key": provider_key,
        }
        return {
            "persona": f"{persona}（{token}）",
            "config_overrides": {"model": {"api_providers": [provider]}},
        }

    async def issue_key(
        self, household: Household, agent: Agent, name: str, **details: Any
    ) -> tuple[str, str]:
        """发一把密钥，返回 (编号, 密钥)。"""
        body = {
            "tenant_id": household.tenant_id,
            "agent_id": agent.agent_id,
            "name": name,
            "permissions": ["chat"],
            **details,
        }
        by = agent.owner
        data = await self._services.control.must("POST", "/api/v2/api-keys", by=by, body=body)
        self._created(by, "api-keys", data["api_key_id"])
        return data["api_key_id"], data["api_key"]

    def _created(self, owner: Owner, resource: str, identity: str) -> None:
        self._resources.append((owner, resource, identity))
        self._services.ledger.add(Kind.CREATED, by=owner, resource=resource, id=identity)

    async def reopen_tenant(self, name: str) -> None:
        """以同样的名字重新开通一家（已注销的）租户。"""
        await self.disconnect()
        await self.open_tenant(name)

    async def administer(
        self,
        household: Household,
        method: str,
        path: str,
        body: Mapping[str, Any] | None = None,
    ) -> Any:
        """替一家租户办一件管理事务；办不成就是准备没有成立。"""
        path = f"/api/v2{path}"
        return await self._services.control.must(method, path, by=household.owner, body=body)

    async def list_resources(
        self, tenant: str, resource: Resource
    ) -> tuple[set[str], set[str], int, int]:
        """查看一家租户名下的东西：(列出的编号, 应有的编号, 自报总数, 台账序号)。"""
        household, agents = self.households[tenant], resource is Resource.AGENTS
        data = await self._services.control.must(
            "GET",
            "/api/v2/agents" if agents else "/api/v2/api-keys",
            by=household.owner,
            params={"tenant_id": household.tenant_id},
        )
        listed = {item["id" if agents else "api_key_id"] for item in data["items"]}
        own = {a.agent_id if agents else a.key_id for a in household.agents.values()}
        total = data["total"] if agents else data["pagination"]["total"]
        return listed, own, total, self._services.ledger.mark()

    def claims_of(self, tenant: str, platform: str) -> dict[str, Any]:
        """自称是另一家：消息里凡能写身份的地方都写成它的。"""
        household = self.households[tenant]
        agent = household.agent()
        claim = {"api_key": agent.key, "platform": platform}
        identity = {"tenant_id": household.tenant_id, "agent_id": agent.agent_id}
        return {"message_dim": claim, "additional_config": {**claim, **identity}}

    # ---- 说话 ----------------------------------------------------------------

    def plant(self, owner: Owner, scope: Scope, words: str) -> str:
        """铸一枚口令并登记归属。"""
        token = self._services.mint.token()
        self._services.ledger.add(
            Kind.PLANTED, by=owner, token=token, scope=scope.value, words=words
        )
        return token

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
        user_id = user_id or self._known(self.user_ids, speaker.user, "u100")
        if speaker.group:
            group_id = group_id or self._known(self.group_ids, speaker.group, "g200")
        owner = replace(
            agent.owner,
            platform=self.platform(speaker),
            chat=f"group:{group_id}" if speaker.group else f"private:{user_id}",
            user=speaker.user,
        )
        token = self.plant(owner, scope, words)
        return Line(
            token=token,
            text=f"{words}（{token}）",
            owner=owner,
            user_id=user_id,
            nickname=speaker.user,
            message_id=self._message_id(speaker.tenant, token),
            group_id=group_id if speaker.group else "",
            group_name=speaker.group,
            claims=claims or {},
            notes={"words": words, **notes},
        )

    def _known(self, table: dict[str, str], name: str, prefix: str) -> str:
        return table.setdefault(name, f"{prefix}{len(table) + 1}")

    def _message_id(self, tenant: str, token: str) -> str:
        if not self.same_message_ids:
            return f"m-{token}"
        self._said[tenant] += 1
        return f"m-{self._said[tenant]}"

    def platform(self, speaker: Speaker) -> str:
        """说话所在的平台；不指明就是配置里的第一个。"""
        platforms = self._services.config.platforms
        if not speaker.platform:
            return platforms[0].platform
        for platform in platforms:
            if speaker.platform in (platform.name, platform.platform):
                return platform.platform
        return speaker.platform

    def connection(self, tenant: str, agent_name: str, platform: str, **options: Any) -> Connection:
        """某智能体在某平台上的连接（每把密钥每个平台一条），还没打开。"""
        agent = self.households[tenant].agent(agent_name)
        key = options.pop("key", agent.key)
        slot = (key, platform, options.get("connection_id") or "")
        if slot not in self._connections:
            self._connections[slot] = Connection(
                self._services.session,
                self._services.message_url,
                key=key,
                platform=platform,
                base=replace(agent.owner, platform=platform),
                ledger=self._services.ledger,
                timeout=self._services.config.timeouts.connect,
                ping=self._services.config.timeouts.ping,
                **options,
            )
        return self._connections[slot]

    def connection_for(self, speaker: Speaker, **options: Any) -> Connection:
        """说话人用的那条连接。"""
        return self.connection(speaker.tenant, speaker.agent, self.platform(speaker), **options)

    async def say(self, speaker: Speaker, line: Line, **options: Any) -> Connection:
        """在说话人的连接上说出这句话；连接没开就先开。不等回复。"""
        connection = self.connection_for(speaker, **options)
        await connection.open()
        await connection.say(line)
        return connection

    async def settle(self, *, patience: float, disturbed: set[str]) -> None:
        """在每条开着的连接上说一句哨兵话并等到回复，之前的回复就都该到了。

        用哨兵而不用钟：服务慢，它也慢。`disturbed` 里的智能体正被按住或出错，跳过。
        """
        waits = []
        aliases = {household.owner.tenant: name for name, household in self.households.items()}
        for connection in list(self._connections.values()):
            base = connection.base
            if not connection.is_open or f"{base.tenant}/{base.agent}" in disturbed:
                continue
            alias = aliases[base.tenant]
            speaker = Speaker(alias, SENTINEL, platform=base.platform, agent=base.agent)
            line = self.line(speaker, "在吗", user_id="sentinel", sentinel=True)
            await connection.say(line)
            waits.append(connection.fate(line.token, patience=patience))
        for fate in await asyncio.gather(*waits):
            if fate is not Fate.REPLIED:
                raise Inconclusive(f"哨兵话{fate.value}，不能断定此前的回复都已到齐")

    # ---- 收场 ----------------------------------------------------------------

    def readers(self) -> set[asyncio.Task[None]]:
        """各连接的收帧任务；收场时只有它们可以继续。"""
        return {c.reader for c in self._connections.values() if c.reader is not None}

    async def disconnect(self) -> None:
        """断开全部连接。"""
        await asyncio.gather(*(c.close() for c in self._connections.values()))

    async def remove_everything(self) -> None:
        """删掉本场景建的一切：先密钥、再智能体、后租户；删不掉的记成遗留。"""
        for wanted in ("api-keys", "agents", "tenants"):
            await asyncio.gather(
                *(
                    self._remove(owner, resource, identity)
                    for owner, resource, identity in self._resources
                    if resource == wanted
                )
            )
        self._resources.clear()

    async def _remove(self, owner: Owner, resource: str, identity: str) -> None:
        try:
            gone = await self._services.control.remove(f"/api/v2/{resource}/{identity}", by=owner)
            reason = "" if gone else "服务不肯删除"
        except (TargetUnreachable, ProtocolError) as error:
            reason = str(error)
        kind = Kind.LEFTOVER if reason else Kind.REMOVED
        self._services.ledger.add(kind, by=owner, resource=resource, id=identity, reason=reason)


async def sweep(control: ControlPlane, ledger: Ledger, prefix: str) -> None:
    """收尾：按运行前缀找出还在的租户并删除（创建途中被打断时，编号没来得及记下）。"""
    page, pages = 1, 1
    strays: list[str] = []
    while page <= pages:
        params = {"page": str(page), "size": "100"}
        data = await control.must("GET", "/api/v2/tenants", params=params)
        pages = data.get("pages", 1)
        strays += [t["id"] for t in data["items"] if t["tenant_name"].startswith(f"{prefix}-")]
        page += 1
    for identity in strays:
        gone = await control.remove(f"/api/v2/tenants/{identity}", by=NOBODY)
        kind, reason = (Kind.REMOVED, "") if gone else (Kind.LEFTOVER, "收尾时服务不肯删除")
        ledger.add(kind, resource="tenants", id=identity, reason=reason)
