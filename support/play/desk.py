"""管理台：运营方与各家管理员在管理面上的一举一动。

职责：把“谁对什么做什么”变成管理面的请求，留下前后两次的样子。
不做什么：自己不下结论（裁判下），不说话（cast）。
"""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from support.client.control import Answer
from support.model import Owner, Scope
from support.oracles.outsider import Attempt
from support.phrases import Deed, KeyRef, Look, Resource
from support.play.estate import GONE, Household
from support.play.households import Households
from support.play.keyring import Keyring
from support.play.notebook import Listing
from support.play.requests import Ids, Request, request

#: 每次都不同、与编号无关的内容。
_VOLATILE_KEYS = frozenset({"timestamp", "request_id", "execution_time"})
_VOLATILE_HEADER = re.compile(r"date|time|request-id|etag|trace", re.IGNORECASE)
_HOUR = 3600


@dataclass(frozen=True, slots=True)
class Foray:
    """一次越界的尝试：对着自己的、别家的、从未有过的编号各做一遍，以及别家前后的样子。"""

    own: Attempt
    foreign: Attempt
    nowhere: Attempt
    victim: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Knock:
    """先后两把密钥在管理面上的结果；`leaked` 表示后一次的应答里仍有那家的编号。"""

    good: Attempt
    bad: Attempt
    leaked: bool


@dataclass(frozen=True, slots=True)
class Reading:
    """改了什么、读回来是什么。"""

    wanted: str
    read: str
    event: int


class Desk:
    """一个场景的管理台。"""

    def __init__(self, households: Households, keyring: Keyring) -> None:
        self._households, self._keyring = households, keyring
        self.listings: list[Listing] = []
        self.forays: list[Foray] = []
        self.knocks: list[Knock] = []
        self.readings: list[Reading] = []
        self.answers: list[tuple[Answer, int]] = []

    # ---- 假如 ------------------------------------------------------------------

    async def furnish(self, tenant: str, resource: Resource) -> None:
        """替一家登记这类东西：每个智能体一份活跃，插件设置与使用记录各两份。"""
        household = self._households[tenant]
        known = household.furnished.setdefault(resource.value, set())
        if resource is Resource.ACTIVITY:
            for agent in household.agents.values():
                ids = Ids(household.tenant_id, agent.agent_id, agent.key_id)
                await self._do(household, request(Deed.CHANGE, resource, ids, str(_HOUR)))
                known.add(agent.agent_id)
            return
        deed = Deed.CHANGE if resource is Resource.PLUGINS else Deed.ADD
        for _ in range(2):
            mark = self._households.plant(household.owner, Scope.TENANT, resource.value)
            await self._do(household, request(deed, resource, _ids(household), mark))
            known.add(mark)

    async def _do(self, household: Household, wanted: Request) -> Any:
        return await self._households.perform(household, wanted)

    # ---- 当：运营方 --------------------------------------------------------------

    async def look(self, tenant: str, resource: Resource, look: Look) -> None:
        """运营方看一家的名录：一次看、逐页看，或只看停用的。"""
        household = self._households[tenant]
        wanted = request(Deed.LIST, resource, _ids(household), "")
        own = _own(household, resource, look)
        sized = "page_size" if resource is Resource.KEYS else "size"
        status = "disabled" if resource is Resource.KEYS else "inactive"
        extra = {Look.PAGED: {sized: "1"}, Look.SLEEPING: {"status": status}}.get(look, {})
        listed: list[str] = []
        totals: set[int] = set()
        for page in range(1, len(own) + 3 if look is Look.PAGED else 2):
            paging = {"page": str(page)} if look is Look.PAGED else {}
            params = {**wanted.params, **extra, **paging}
            data = await self._households.inquire(household, wanted.path, params)
            items, total = _read(resource, data)
            listed += items
            totals.add(total)
        total = totals.pop() if len(totals) == 1 else -1
        repeated = len(listed) != len(set(listed))
        event = self._households.mark()
        self.listings.append(Listing(set(listed), own, -1 if repeated else total, event=event))

    async def amend(self, tenant: str, resource: Resource) -> None:
        """运营方改一样东西，再读回来。"""
        household = self._households[tenant]
        mark = self._households.plant(household.owner, Scope.TENANT, f"{resource.value}的新写法")
        await self._do(household, request(Deed.CHANGE, resource, _ids(household), mark))
        deed = Deed.LIST if resource in (Resource.ACTIVITY, Resource.PLUGINS) else Deed.READ
        read = request(deed, resource, _ids(household), mark)
        answer, event = await self._households.call(
            household.owner, read.method, read.path, params=read.params
        )
        self.readings.append(Reading(mark, mark if mark in answer.text else answer.text, event))
        self.answers.append((answer, event))

    async def inspect(self, tenant: str, resource: Resource) -> None:
        """运营方看一样东西的原样，供找秘密用。"""
        household = self._households[tenant]
        for deed in (Deed.READ, Deed.LIST):
            wanted = request(deed, resource, _ids(household), "")
            answer = await self._households.call(
                household.owner, wanted.method, wanted.path, params=wanted.params
            )
            self.answers.append(answer)

    async def namesake(self, tenant: str, other: str, resource: Resource) -> None:
        """运营方给一家添一个与 `other` 那家同名的；那家是别家就理当添得成。"""
        household = self._households[tenant]
        name = self._households[other].agent().name
        name = name if resource is Resource.AGENTS else f"{name}的密钥"
        wanted = request(Deed.ADD, resource, _ids(household), name)
        answer, _ = await self._households.call(
            household.owner, wanted.method, wanted.path, body=wanted.body
        )
        if tenant != other:
            named = "id" if resource is Resource.AGENTS else "api_key_id"
            known = household.furnished.setdefault(resource.value, set())
            known.add(answer.data.get(named, f"同名的{resource.value}"))

    async def smuggle(self, tenant: str, resource: Resource, other: str) -> None:
        """运营方修改一家的东西，话里却把它写成另一家的。"""
        household, target = self._households[tenant], self._households[other]
        wanted = request(Deed.CHANGE, resource, _ids(household), "改了说明")
        body = {**(wanted.body or {}), "tenant_id": target.tenant_id}
        await self._households.call(household.owner, wanted.method, wanted.path, body=body)

    async def used(self, tenant: str) -> tuple[int, int]:
        """一家的用量：受理了多少句话；以及这次应答的台账序号。"""
        household = self._households[tenant]
        data = await self._do(household, request(Deed.LIST, Resource.USAGE, _ids(household), ""))
        return int(data["messages"]), self._households.mark()

    # ---- 当：各家管理员 ----------------------------------------------------------

    async def foray(self, tenant: str, deed: Deed, victim: str, resource: Resource) -> None:
        """一家的管理员对着别家的、从未有过的、自己的编号做同一件事。"""
        actor, other = self._households[tenant], self._households[victim]
        key, mark = await self._keyring.admin(tenant), f"改动{secrets.token_hex(4)}"
        own, foreign, nowhere = _ids(actor), _ids(other), Ids.fresh()
        if deed is Deed.ADOPT:
            foreign, nowhere = foreign.under(own.tenant_id), nowhere.under(own.tenant_id)
        before = await self._snapshot(other)
        wanted = [request(deed, resource, ids, mark) for ids in (foreign, nowhere, own)]
        attempts = [await self._attempt(actor.owner, one, key) for one in wanted]
        self.forays.append(
            Foray(
                own=attempts[2],
                foreign=attempts[0],
                nowhere=attempts[1],
                victim=victim,
                before=before,
                after=await self._snapshot(other),
            )
        )

    async def knock(self, good: KeyRef, bad: KeyRef, deed: Deed, resource: Resource) -> None:
        """有人先后拿两把密钥，各对着自家的东西做同一件事。"""
        attempts, leaked = [], False
        for reference in (good, bad):
            household = self._households[reference.tenant]
            wanted = request(deed, resource, _ids(household), "")
            key = await self._keyring.take(reference)
            answer, event = await self._send(household.owner, wanted, key)
            attempts.append(_attempt(answer, wanted.ids, event))
            leaked = any(i in answer.text for i in wanted.ids.parts if i not in wanted.path)
        self.knocks.append(Knock(attempts[0], attempts[1], leaked))

    async def _send(self, owner: Owner, wanted: Request, key: str) -> tuple[Answer, int]:
        return await self._households.call(
            owner, wanted.method, wanted.path, body=wanted.body, params=wanted.params, key=key
        )

    async def _attempt(self, owner: Owner, wanted: Request, key: str) -> Attempt:
        answer, event = await self._send(owner, wanted, key)
        return _attempt(answer, wanted.ids, event)

    async def _snapshot(self, household: Household) -> str:
        """一家的全部东西此刻的样子（运营方看）。"""
        seen = []
        for resource in Resource:
            for deed in (Deed.READ, Deed.LIST):
                wanted = request(deed, resource, _ids(household), "")
                answer, _ = await self._households.call(
                    household.owner, wanted.method, wanted.path, params=wanted.params
                )
                seen.append(f"{resource.value}：{_steady(answer.text)}")
        return "\n".join(seen)


def _ids(household: Household) -> Ids:
    agent = household.agent()
    return Ids(household.tenant_id, agent.agent_id, agent.key_id)


def _own(household: Household, resource: Resource, look: Look) -> set[str]:
    """这份名录里理当有的记号。"""
    sleeping = look is Look.SLEEPING
    agents = [agent for agent in household.agents.values() if agent.status != GONE]
    known = household.furnished.get(resource.value, set())
    if resource is Resource.AGENTS:
        return known | {a.agent_id for a in agents if not sleeping or a.status == "inactive"}
    if resource is Resource.KEYS:
        return known | {a.key_id for a in agents if not sleeping or a.key_status == "disabled"}
    if resource is Resource.ACTIVITY:
        return known & {agent.agent_id for agent in agents}
    return known


def _read(resource: Resource, data: Any) -> tuple[list[str], int]:
    """名录里的记号与自报的总数。"""
    if resource is Resource.PLUGINS:
        return [item["plugin_name"] for item in data], len(data)
    items = data["items"]
    if resource is Resource.USAGE:
        return [str(item["details"]["note"]) for item in items], data["total"]
    if resource is Resource.ACTIVITY:
        return [item["agent_id"] for item in items], data["count"]
    if resource is Resource.AGENTS:
        return [item["id"] for item in items], data["total"]
    return [item["api_key_id"] for item in items], data["pagination"]["total"]


def _attempt(answer: Answer, ids: Ids, event: int) -> Attempt:
    """把一次应答变成可比的样子。"""
    text = _steady(answer.text)
    for number, part in enumerate(ids.parts):
        text = text.replace(part, f"〈编号{number + 1}〉")
    kept = {k.lower(): v for k, v in answer.headers.items() if not _VOLATILE_HEADER.search(k)}
    shape = json.dumps([answer.status, kept, text], ensure_ascii=False, sort_keys=True)
    return Attempt(answer.success, answer.status, shape, event)


def _steady(text: str) -> str:
    """去掉每次都不同的内容。"""
    try:
        raw = json.loads(text)
    except ValueError:
        return text
    return json.dumps(_without_volatile(raw), ensure_ascii=False, sort_keys=True)


def _without_volatile(raw: Any) -> Any:
    if isinstance(raw, Mapping):
        items = raw.items()
        return {k: _without_volatile(v) for k, v in items if k not in _VOLATILE_KEYS}
    return [_without_volatile(item) for item in raw] if isinstance(raw, list) else raw
