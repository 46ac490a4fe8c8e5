"""各家租户：在被测服务上开通、变更、查看、注销，最后全部拆掉。

职责：管理面的全部动作，并记住建了什么。不做什么：不说话（cast）、不判断（oracles）。
展示名只是别名：真实名字带运行前缀与场景号，两次运行、两个场景永不相撞。
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from support.canary import Mint
from support.client.control import Answer, ControlPlane
from support.client.pool import KeyPool
from support.client.provider import fingerprint
from support.config import Config
from support.errors import ProtocolError, TargetUnreachable
from support.ledger import Ledger
from support.model import NOBODY, Kind, Owner, Scope
from support.play import fitting
from support.play.estate import Agent, Household
from support.play.requests import Request
from support.targets.profile import Profile

_STRANGER_PERSONA = ("麦麦", "温和、周到、守口如瓶")


@dataclass(frozen=True, slots=True)
class Office:
    """办管理事务要用到的部件；由 Stage 装好。"""

    control: ControlPlane | KeyPool
    ledger: Ledger
    mint: Mint
    config: Config
    model_url: str
    run_prefix: str
    #: 模型密钥的指纹 → (智能体, 场景)；提示词归谁首先看它。
    agents_by_key: dict[str, tuple[Owner, str]]
    profile: Profile


class Households:
    """一个场景开通的各家租户。`uid` 是场景在本次运行里的唯一名。"""

    def __init__(self, office: Office, uid: str) -> None:
        self._office, self._uid = office, uid
        self._by_name: dict[str, Household] = {}
        self._resources: list[tuple[Owner, str, str]] = []

    def __getitem__(self, name: str) -> Household:
        """按规格里的叫法取一家。"""
        return self._by_name[name]

    def __contains__(self, name: str) -> bool:
        return name in self._by_name

    def __iter__(self) -> Iterator[Household]:
        return iter(self._by_name.values())

    async def open_all(self, names: Iterable[str]) -> None:
        """开通若干租户，各有一个智能体、一把密钥。"""
        await asyncio.gather(*(self.open(name) for name in names))

    async def open(self, name: str) -> Household:
        """开通一家租户；配置里有以这个名字开头的租户时沿用它的智能体与人设。"""
        settings = next(
            (t for t in self._office.config.tenants if t.tenant_name.startswith(name)), None
        )
        agents = [
            (agent.agent_name, agent.personality)
            for agent in self._office.config.agents
            if settings is not None and agent.tenant_id == settings.tenant_id
        ]
        household = await self._create_tenant(name, settings.tenant_name if settings else name)
        for agent_name, persona in agents[:1] or [_STRANGER_PERSONA]:
            await self.add_agent(household, agent_name, persona)
        return household

    async def _create_tenant(self, name: str, full_name: str) -> Household:
        owner = Owner(f"{self._uid}/{full_name}")
        body = {
            "tenant_name": f"{self._office.run_prefix}-{self._uid}-{name}",
            "tenant_type": "enterprise",
            "description": f"由麦麦多租户规约建立，运行结束即删除（{self._uid}）",
        }
        data = await self._office.control.must("POST", "/api/v2/tenants", by=owner, body=body)
        household = Household(name, owner, data["id"])
        self._created(owner, "tenants", household.tenant_id)
        self._by_name[name] = household
        return household

    async def add_agent(
        self, household: Household, name: str, persona: str, *, key_name: str = ""
    ) -> Agent:
        """给租户添一个智能体（自己的人设口令、自己的模型密钥）并发一把密钥。"""
        owner = replace(household.owner, agent=name)
        token = self.plant(owner, Scope.AGENT, f"{name}的人设")
        provider_key = f"sk-maispec-{secrets.token_hex(16)}"
        self._office.ledger.redactor.learn(provider_key)
        self._office.agents_by_key[fingerprint(provider_key)] = (owner, self._uid)
        body = {
            "tenant_id": household.tenant_id,
            "name": name,
            "config": self.agent_config(persona, token, provider_key),
        }
        data = await self._office.control.must("POST", "/api/v2/agents", by=owner, body=body)
        agent = Agent(name, data["id"], owner, persona, token, provider_key)
        agent.shares_model_key = self._office.profile.shared_model_key
        self._created(owner, "agents", agent.agent_id)
        household.agents[name] = agent
        agent.key_id, agent.key = await self.issue_key(
            household, agent, key_name or f"{name}的密钥"
        )
        return agent

    async def configure(
        self, household: Household, agent: Agent, section: str, **values: Any
    ) -> None:
        """改智能体的一节设置，其余照旧。"""
        agent.overrides.setdefault(section, {}).update(values)
        config = self.agent_config(
            agent.persona, agent.persona_token, agent.provider_key, agent.overrides
        )
        await self.administer(household, "PUT", f"/agents/{agent.agent_id}", {"config": config})

    def agent_config(
        self,
        persona: str,
        token: str,
        provider_key: str,
        overrides: Mapping[str, Mapping[str, Any]] | None = None,
    ) -> dict[str, Any]:
        """智能体配置：人设带着口令，模型指向观察站并用自己的密钥。"""
        provider = {
            "name": "maispec",
            "base_url": self._office.model_url,
            "api_key": provider_key,
        }
        sections = overrides or {}
        model = {**sections.get("model", {}), "api_providers": [provider]}
        character = f"{persona}（{token}）"
        return {
            "persona": fitting.persona(character, self._office.profile),
            "config_overrides": {**sections, "model": model},
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
        data = await self._office.control.must("POST", "/api/v2/api-keys", by=by, body=body)
        self._created(by, "api-keys", data["api_key_id"])
        return data["api_key_id"], data["api_key"]

    def _created(self, owner: Owner, resource: str, identity: str) -> None:
        self._resources.append((owner, resource, identity))
        self._office.ledger.add(Kind.CREATED, by=owner, resource=resource, id=identity)

    async def let_service_finish(self) -> None:
        """在管理面上走一个来回：服务若正停在“送出”与“记下送过”之间，回来时必已走完。

        强杀之前用它，免得与那一瞬抢时间；哨兵话会占租户的限额，这里不能用。
        """
        await self._office.control.call("GET", "/health")

    async def administer(
        self,
        household: Household,
        method: str,
        path: str,
        body: Mapping[str, Any] | None = None,
    ) -> Any:
        """替一家租户办一件管理事务；办不成就是准备没有成立，没有这个入口就跳过。"""
        fitting.require(path, self._office.config.target.capabilities)
        path = f"/api/v2{path}"
        return await self._office.control.must(method, path, by=household.owner, body=body)

    async def inquire(
        self, household: Household, path: str, params: Mapping[str, str] | None = None
    ) -> Any:
        """运营方查看一家租户的东西；没有这个入口就跳过。"""
        path = path if path.startswith("/api/") else f"/api/v2{path}"
        fitting.require(path, self._office.config.target.capabilities)
        return await self._office.control.must("GET", path, by=household.owner, params=params)

    async def call(
        self, owner: Owner, method: str, path: str, **options: Any
    ) -> tuple[Answer, int]:
        """发一次管理面请求，成败都要；返回应答与它在台账里的序号。"""
        options["body"] = self._fitted(options.get("body"))
        answer = await self._office.control.call(method, path, by=owner, **options)
        return answer, self._office.ledger.mark()

    async def perform(self, household: Household, wanted: Request) -> Any:
        """运营方替一家办一件事；办不成就是准备没有成立，没有这个入口就跳过。"""
        fitting.require(wanted.path, self._office.config.target.capabilities)
        return await self._office.control.must(
            wanted.method,
            wanted.path,
            by=household.owner,
            body=self._fitted(wanted.body),
            params=wanted.params,
        )

    def _fitted(self, body: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
        return fitting.body(body, self._office.profile)

    def mark(self) -> int:
        """台账此刻的序号。"""
        return self._office.ledger.mark()

    def claims_of(self, tenant: str, platform: str) -> dict[str, Any]:
        """自称是另一家：消息里凡能写身份的地方都写成它的。"""
        household = self._by_name[tenant]
        agent = household.agent()
        claim = {"api_key": agent.key, "platform": platform}
        identity = {"tenant_id": household.tenant_id, "agent_id": agent.agent_id}
        return {
            "message_dim": claim,
            "additional_config": {**claim, **identity},
            "meta": {"sender_user": agent.key, "platform": platform},
        }

    def plant(self, owner: Owner, scope: Scope, words: str) -> str:
        """铸一枚口令并登记归属。"""
        token = self._office.mint.token()
        self._office.ledger.add(Kind.PLANTED, by=owner, token=token, scope=scope.value, words=words)
        return token

    async def remove_all(self) -> None:
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
            gone = await self._office.control.remove(f"/api/v2/{resource}/{identity}", by=owner)
            reason = "" if gone else "服务不肯删除"
        except (TargetUnreachable, ProtocolError) as error:
            reason = str(error)
        kind = Kind.LEFTOVER if reason else Kind.REMOVED
        self._office.ledger.add(kind, by=owner, resource=resource, id=identity, reason=reason)


async def sweep(control: ControlPlane | KeyPool, ledger: Ledger, prefix: str) -> None:
    """收尾：按运行前缀找出还在的租户并删除（创建途中被打断时，编号没来得及记下）。"""
    await control.settled()
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
