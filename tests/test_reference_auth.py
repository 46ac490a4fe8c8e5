"""参考服务控制面的鉴权开关：谁管得着什么，管不着的与没有的一样。"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest_asyncio

from tests.reference_kit import Lab, Party, forged_key, running_lab

OPERATOR = "op-secret-1"
ANY = {"timestamp": None, "request_id": None, "execution_time": None}
SETTING = {"plugin_name": "p", "enabled": False, "config": {"甲": [1]}}
ACTIVITY, PLUGINS = "/api/v2/agent-activity", "/api/v1/plugins/settings"


@pytest_asyncio.fixture
async def guarded(tmp_path: Path) -> AsyncIterator[Lab]:
    async with running_lab(tmp_path, OPERATOR) as running:
        yield running


def as_(key: str | Party) -> dict[str, str]:
    return {"X-API-Key": key.key if isinstance(key, Party) else key}


async def test_without_a_live_credential_everything_is_401_alike(guarded: Lab) -> None:
    party, dead, deleted = [await guarded.party() for _ in range(3)]
    await guarded.call("POST", f"/api-keys/{dead.key_id}/disable")
    await guarded.call("DELETE", f"/api-keys/{deleted.key_id}")
    suspended = await guarded.party()
    await guarded.call("PUT", f"/tenants/{suspended.tenant}", {"status": "suspended"})
    expired = await guarded.party(expires_at="2001-01-01T00:00:00")
    keys = [*(p.key for p in (dead, deleted, suspended, expired)), forged_key(party), "", "x"]
    wrong = [as_(key) for key in keys]
    wrong += [{}, {"Authorization": f"Basic {party.key}"}, {"Authorization": OPERATOR}]
    seen = []
    for headers in wrong:
        for method, path in (("GET", "/api/v2/tenants"), ("DELETE", "/api/v2/nothing")):
            status, answer = await guarded.http(method, path, headers=headers)
            seen.append((status, answer | ANY))
    assert all(each == seen[0] for each in seen)
    assert (seen[0][0], seen[0][1]["success"], seen[0][1]["error_code"]) == (401, False, "AUTH_005")
    for path in ("/health", "/info", "/"):
        assert (await guarded.http("GET", path, headers={}))[0] == 200
    bearer = {"Authorization": f"bearer {party.key}"}
    assert (await guarded.call("GET", "/tenants", headers=bearer))["data"]["total"] == 1
    both = {**bearer, **as_("x")}
    assert (await guarded.http("GET", "/api/v2/tenants", headers=both))[0] == 401


async def test_a_key_without_the_permission_manages_nothing(guarded: Lab) -> None:
    chat = await guarded.party(permissions=["chat"])
    admin = await guarded.party(permissions=["admin"])
    path = f"/tenants/{chat.tenant}"
    answer = await guarded.call("GET", path, headers=as_(chat))
    assert (answer["success"], answer["error_code"], answer["data"]) == (False, "AUTH_003", None)
    own = await guarded.call("GET", f"/tenants/{admin.tenant}", headers=as_(admin))
    assert own["data"]["id"] == admin.tenant
    body = {"tenant_name": "新", "tenant_type": "personal"}
    made = await guarded.call("POST", "/tenants", body, headers=as_(admin))
    assert made["error_code"] == "AUTH_003"
    assert (await guarded.call("GET", "/tenants"))["data"]["total"] == 2


Request = tuple[str, str, Any]


def requests_about(whose: Party, own: Party) -> list[Request]:
    """拿着 `whose` 的编号能发的全部请求；`own` 是拿着密钥的人自己。"""
    tenant, agent, key_id = whose.tenant, whose.agent, whose.key_id
    pair = {"tenant_id": tenant, "agent_id": agent}
    keyed = {"api_key": whose.key}
    return [
        ("GET", f"/api/v2/tenants/{tenant}", None),
        ("PUT", f"/api/v2/tenants/{tenant}", {"status": "suspended"}),
        ("DELETE", f"/api/v2/tenants/{tenant}", None),
        ("POST", "/api/v2/agents", {"tenant_id": tenant, "name": "混进来"}),
        ("GET", f"/api/v2/agents?tenant_id={tenant}", None),
        ("GET", f"/api/v2/agents/{agent}", None),
        ("PUT", f"/api/v2/agents/{agent}", {"name": "改"}),
        ("GET", f"/api/v2/agents/{agent}/config", None),
        ("PUT", f"/api/v2/agents/{agent}/config", {"persona": "改"}),
        ("DELETE", f"/api/v2/agents/{agent}", None),
        ("POST", "/api/v2/api-keys", {**pair, "name": "k1"}),
        ("POST", "/api/v2/api-keys", {**pair, "tenant_id": own.tenant, "name": "k2"}),
        ("GET", f"/api/v2/api-keys?tenant_id={tenant}", None),
        ("GET", f"/api/v2/api-keys?tenant_id={own.tenant}&agent_id={agent}", None),
        ("GET", f"/api/v2/api-keys/{key_id}", None),
        ("PUT", f"/api/v2/api-keys/{key_id}", {"name": "改"}),
        ("POST", f"/api/v2/api-keys/{key_id}/disable", None),
        ("DELETE", f"/api/v2/api-keys/{key_id}", None),
        ("POST", "/api/v2/auth/parse-api-key", keyed),
        ("POST", "/api/v2/auth/validate-api-key", keyed),
        ("POST", "/api/v2/auth/check-permission", {**keyed, "permission": "chat"}),
        ("PUT", ACTIVITY, {**pair, "ttl_seconds": 5}),
        ("PUT", ACTIVITY, {**pair, "tenant_id": own.tenant, "ttl_seconds": 5}),
        ("GET", f"{ACTIVITY}?tenant_id={tenant}", None),
        ("GET", f"{PLUGINS}?tenant_id={tenant}", None),
        ("GET", f"{PLUGINS}?tenant_id={own.tenant}&agent_id={agent}", None),
        ("POST", f"{PLUGINS}?tenant_id={tenant}", SETTING),
        ("POST", f"{PLUGINS}?tenant_id={own.tenant}&agent_id={agent}", SETTING),
        ("POST", "/api/v1/usage/log", {"tenant_id": tenant, "action": "x"}),
        ("GET", f"/api/v1/usage?tenant_id={tenant}", None),
    ]


async def test_foreign_and_never_existing_ids_are_answered_alike(guarded: Lab) -> None:
    own, victim = await guarded.party(), await guarded.party()
    await (await guarded.connect(victim)).ask("用量也不让看")
    whole = {"tenant_id": victim.tenant, "agent_id": victim.agent}
    await guarded.call("PUT", "/agent-activity", {**whole, "ttl_seconds": 60})
    await guarded.http("POST", f"{PLUGINS}?tenant_id={victim.tenant}", json=SETTING)
    before = guarded.server.store.all("SELECT * FROM agents"), await everything(guarded, victim)
    ghost = Party("tenant_" + "0" * 12, "agent_" + "0" * 12, "key_" + "0" * 12, forged_key(victim))
    asked = requests_about(victim, own)
    for foreign, never in zip(asked, requests_about(ghost, own), strict=True):
        answer = await answer_of(guarded, foreign, own, victim)
        assert answer == await answer_of(guarded, never, own, ghost), foreign
        status, body, _ = answer
        assert status == 200
        assert is_empty_handed(body), foreign
    after = guarded.server.store.all("SELECT * FROM agents"), await everything(guarded, victim)
    assert [tuple(row) for row in after[0]] == [tuple(row) for row in before[0]]
    assert after[1] == before[1]


def is_empty_handed(body: Any) -> bool:
    """一点东西也没给：拒绝、空列表、或全是零。"""
    if isinstance(body, list):
        return not body
    if body.get("success") is False:
        return body["data"] is None
    data = body.get("data", body)
    return data["items"] == [] and not data.get("messages")


async def answer_of(lab: Lab, request: Request, own: Party, whose: Party) -> Any:
    """状态、应答体与应答头；来人自己写的编号、时刻与请求编号不算在内。"""
    method, path, body = request
    url = lab.server.control_url + path
    async with lab.session.request(method, url, json=body, headers=as_(own)) as response:
        headers = {name: value for name, value in response.headers.items() if name != "Date"}
        value = json.loads((await response.text()).replace(whose.tenant, "T"))
    if isinstance(value, dict) and "request_id" in value:
        value |= ANY
    return response.status, value, headers


async def everything(lab: Lab, party: Party) -> Any:
    """运营方眼中这个租户的一切。"""
    paths = [
        f"/api/v2/tenants/{party.tenant}",
        f"/api/v2/api-keys?tenant_id={party.tenant}",
        f"/api/v2/agents?tenant_id={party.tenant}",
        f"{ACTIVITY}?tenant_id={party.tenant}",
        f"{PLUGINS}?tenant_id={party.tenant}",
        f"/api/v1/usage?tenant_id={party.tenant}",
    ]
    answers = [(await lab.http("GET", path))[1] for path in paths]
    return [answer | ANY if isinstance(answer, dict) else answer for answer in answers]


async def test_a_tenants_key_manages_its_own_tenant_completely(guarded: Lab) -> None:
    own, other = await guarded.party(), await guarded.party()
    for party in (own, other):
        body = {"tenant_id": party.tenant, "agent_id": party.agent, "ttl_seconds": 60}
        await guarded.call("PUT", "/agent-activity", body)
    for number in range(len(requests_about(own, own))):
        spare = await guarded.party(tenant=own.tenant, permissions=["chat"])
        method, path, body = requests_about(spare, own)[number]
        if (method, path) in {
            (verb, f"/api/v2/tenants/{own.tenant}") for verb in ("PUT", "DELETE")
        }:
            continue
        status, answer = await guarded.http(method, path, json=body, headers=as_(own))
        assert status == 200, path
        assert isinstance(answer, list) or answer.get("success", True), (path, answer)
    listed = (await guarded.call("GET", "/tenants", headers=as_(own)))["data"]
    assert ([item["id"] for item in listed["items"]], listed["total"]) == ([own.tenant], 1)
    activity = (await guarded.call("GET", "/agent-activity", headers=as_(own)))["data"]
    assert {item["tenant_id"] for item in activity["items"]} == {own.tenant}
    log = {"action": "没写租户"}
    _, logged = await guarded.http("POST", "/api/v1/usage/log", json=log, headers=as_(own))
    assert logged["data"]["tenant_id"] == own.tenant
    await guarded.call("PUT", f"/tenants/{own.tenant}", {"description": "改"}, headers=as_(own))
    gone = await guarded.call("DELETE", f"/tenants/{own.tenant}", headers=as_(own))
    assert gone["data"] == {"id": own.tenant}
    assert (await guarded.http("GET", "/api/v2/tenants", headers=as_(own)))[0] == 401
    assert (await guarded.call("GET", "/tenants"))["data"]["total"] == 1
