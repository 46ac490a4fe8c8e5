"""参考服务控制面的活跃状态、插件设置与列表。"""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest_asyncio

from tests.reference_kit import Lab, running_lab

ANY = {"timestamp": None, "request_id": None, "execution_time": None}
ACTIVITY, PLUGINS = "/api/v2/agent-activity", "/api/v1/plugins/settings"


@pytest_asyncio.fixture
async def lab(tmp_path: Path) -> AsyncIterator[Lab]:
    async with running_lab(tmp_path) as running:
        yield running


# —— 活跃状态 ——


async def test_activity_is_listed_until_it_expires(lab: Lab) -> None:
    now = time.time()
    lab.now = lambda: now
    mine, other = await lab.party(), await lab.party()
    for party, ttl in ((mine, 60), (other, 600), (mine, 90)):
        owner = {"tenant_id": party.tenant, "agent_id": party.agent}
        answer = await lab.call("PUT", "/agent-activity", {**owner, "ttl_seconds": ttl})
        assert set(answer["data"]) == {*owner, "ttl_seconds", "last_seen_at", "expires_at"}
    listed = (await lab.call("GET", "/agent-activity"))["data"]
    assert [item["agent_id"] for item in listed["items"]] == [mine.agent, other.agent]
    path = f"/agent-activity?tenant_id={mine.tenant}"
    own = (await lab.call("GET", path))["data"]
    assert own == {"items": listed["items"][:1], "count": 1}
    lab.now = lambda: now + 89
    assert (await lab.call("GET", path))["data"]["count"] == 1
    lab.now = lambda: now + 90
    assert (await lab.call("GET", path))["data"] == {"items": [], "count": 0}
    assert (await lab.call("GET", "/agent-activity"))["data"]["count"] == 1


async def test_activity_refuses_mismatch_unknown_and_inactive(lab: Lab) -> None:
    mine, other = await lab.party(), await lab.party()
    asleep, closed = await lab.party(), await lab.party()
    await lab.call("PUT", f"/agents/{asleep.agent}", {"status": "inactive"})
    await lab.call("PUT", f"/tenants/{closed.tenant}", {"status": "suspended"})
    answers = []
    for tenant, agent in [
        (mine.tenant, other.agent),
        (other.tenant, mine.agent),
        (mine.tenant, "agent_none"),
        ("tenant_none", mine.agent),
        (asleep.tenant, asleep.agent),
        (closed.tenant, closed.agent),
    ]:
        body = {"tenant_id": tenant, "agent_id": agent, "ttl_seconds": 5}
        answers.append(await lab.call("PUT", "/agent-activity", body) | ANY)
    assert {answer["error_code"] for answer in answers} == {"ACTIVITY_002"}
    assert all(answer == answers[0] for answer in answers)
    assert (await lab.call("GET", "/agent-activity"))["data"]["count"] == 0
    for wrong in (0, -1, "5", True, 1.5, None, 10**30):
        body = {"tenant_id": mine.tenant, "agent_id": mine.agent, "ttl_seconds": wrong}
        assert (await lab.http("PUT", ACTIVITY, json=body))[0] == 422, wrong


# —— 插件设置 ——


async def test_plugin_settings_are_bare_and_the_agent_overrides_the_tenant(lab: Lab) -> None:
    mine, other = await lab.party(), await lab.party()
    sibling = await lab.party(tenant=mine.tenant)

    async def put(owner: dict[str, str], name: str, **fields: Any) -> Any:
        body = {"plugin_name": name, "enabled": True, "config": {}, **fields}
        return (await lab.http("POST", PLUGINS, params=owner, json=body))[1]

    async def seen(**owner: str) -> dict[str, Any]:
        status, items = await lab.http("GET", PLUGINS, params=owner)
        assert status == 200
        return {item["plugin_name"]: item["config"] for item in items}

    tenant, agent = {"tenant_id": mine.tenant}, {"agent_id": mine.agent}
    assert await put(tenant, "甲", tenant_id=other.tenant, agent_id=other.agent) == {
        "plugin_name": "甲",
        "enabled": True,
        "config": {},
    }
    await put(tenant, "乙", config={"来自": "租户"})
    await put(tenant | agent, "乙", config={"来自": "智能体"})
    await put(tenant | agent, "丙", config={"一": 1})
    await put(tenant | agent, "丙", config={"二": 2})
    assert await seen(**tenant) == {"甲": {}, "乙": {"来自": "租户"}}
    merged = {"甲": {}, "乙": {"来自": "智能体"}, "丙": {"二": 2}}
    assert await seen(**tenant, **agent) == merged
    beside = await seen(**tenant, agent_id=sibling.agent)
    assert beside == {"甲": {}, "乙": {"来自": "租户"}}
    for owner in (
        {"tenant_id": other.tenant},
        {"tenant_id": "none"},
        {"tenant_id": mine.tenant, "agent_id": other.agent},
        {"tenant_id": other.tenant, "agent_id": mine.agent},
        {"tenant_id": mine.tenant, "agent_id": "none"},
    ):
        assert await seen(**owner) == {}
    refused = await put({"tenant_id": "none"}, "甲")
    assert (refused["success"], refused["error_code"]) == (False, "TENANT_003")
    for agent_id in (other.agent, "none"):
        refused = await put({**tenant, "agent_id": agent_id}, "甲")
        assert (refused["success"], refused["error_code"]) == (False, "AGENT_004")
    assert (await lab.http("GET", PLUGINS))[0] == 422


# —— 列表 ——


async def test_lists_filter_by_status_page_by_page_in_order_of_creation(lab: Lab) -> None:
    tenants = [await lab.tenant() for _ in range(5)]
    agents = [await lab.agent(tenants[0], name=str(number)) for number in range(5)]
    await lab.agent(tenants[1])
    for tenant, agent in zip(tenants[1::2], agents[1::2], strict=True):
        await lab.call("PUT", f"/tenants/{tenant}", {"status": "suspended"})
        await lab.call("PUT", f"/agents/{agent}", {"status": "inactive"})

    async def listed(path: str) -> tuple[list[str], int, int]:
        data = (await lab.call("GET", path))["data"]
        return [item["id"] for item in data["items"]], data["total"], data["pages"]

    assert await listed("/tenants?size=2&page=2") == (tenants[2:4], 5, 3)
    assert await listed("/tenants?status=active&size=2&page=2") == (tenants[4:], 3, 2)
    scoped = f"/agents?tenant_id={tenants[0]}"
    assert await listed(f"{scoped}&status=inactive&size=1&page=2") == (agents[3:4], 2, 2)
    assert await listed(f"{scoped}&size=3&page=2") == (agents[3:], 5, 2)
