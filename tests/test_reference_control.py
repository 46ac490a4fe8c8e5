"""参考服务的控制面：形状、错误码、分页、遮密钥、级联。"""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from tests.reference_kit import Lab, forged_key, running_lab

ENVELOPE = set(
    [
        *("success", "message", "data", "timestamp", "request_id", "tenant_id"),
        *("execution_time", "error", "error_code"),
    ]
)


@pytest_asyncio.fixture
async def lab(tmp_path: Path) -> AsyncIterator[Lab]:
    async with running_lab(tmp_path) as running:
        yield running


async def test_success_and_failure_share_the_envelope(lab: Lab) -> None:
    body = {"tenant_name": "科技公司", "tenant_type": "enterprise", "id": "tenant_x", "bogus": 1}
    good = await lab.call("POST", "/tenants", body)
    again = await lab.call("POST", "/tenants", body)
    assert set(good) == set(again) == ENVELOPE
    assert good["success"]
    assert good["tenant_id"] == good["data"]["id"] != "tenant_x"
    assert good["data"]["status"] == "active"
    assert (again["success"], again["data"], again["error_code"]) == (False, None, "TENANT_002")
    assert "UNIQUE" not in str(again)


async def test_names_and_ids_are_compared_exactly(lab: Lab) -> None:
    for name in ("T3", "t3", "T3 ", "é", "e\u0301"):
        body = {"tenant_name": name, "tenant_type": "personal"}
        made = await lab.call("POST", "/tenants", body)
        assert made["data"]["tenant_name"] == name
    tenant = made["data"]["id"]
    for other in (tenant.upper(), tenant + "%20", tenant[:-1], "%25"):
        assert (await lab.call("GET", f"/tenants/{other}"))["error_code"] == "TENANT_003"


@pytest.mark.parametrize(
    ("method", "path", "body", "code"),
    [
        ("GET", "/tenants/none", None, "TENANT_003"),
        ("PUT", "/tenants/none", {}, "TENANT_003"),
        ("DELETE", "/tenants/none", None, "TENANT_003"),
        ("POST", "/agents", {"tenant_id": "none", "name": "a"}, "AGENT_001"),
        ("GET", "/agents?tenant_id=none", None, "AGENT_001"),
        ("GET", "/agents/none", None, "AGENT_004"),
        ("PUT", "/agents/none", {}, "AGENT_004"),
        ("DELETE", "/agents/none", None, "AGENT_004"),
        ("GET", "/agents/none/config", None, "AGENT_004"),
        ("PUT", "/agents/none/config", {}, "AGENT_004"),
        ("POST", "/api-keys", {"tenant_id": "none", "agent_id": "x", "name": "k"}, "TENANT_001"),
        ("GET", "/api-keys/none", None, "KEY_001"),
        ("PUT", "/api-keys/none", {}, "KEY_001"),
        ("DELETE", "/api-keys/none", None, "KEY_001"),
        ("POST", "/api-keys/none/disable", None, "KEY_001"),
        ("POST", "/auth/parse-api-key", {"api_key": "mmc_!!"}, "AUTH_001"),
        ("POST", "/auth/validate-api-key", {"api_key": "nope"}, "AUTH_001"),
    ],
)
async def test_failure_codes(lab: Lab, method: str, path: str, body: Any, code: str) -> None:
    answer = await lab.call(method, path, body)
    assert (answer["success"], answer["error_code"]) == (False, code)


async def test_names_taken_and_agents_of_others(lab: Lab) -> None:
    mine, other = await lab.party(), await lab.party()
    await lab.call("PUT", f"/agents/{mine.agent}", {"name": "甲", "tenant_id": other.tenant})
    assert (await lab.call("GET", f"/agents/{mine.agent}"))["data"]["tenant_id"] == mine.tenant
    taken = await lab.call("POST", "/agents", {"tenant_id": mine.tenant, "name": "甲"})
    assert taken["error_code"] == "AGENT_002"
    allowed = await lab.call("POST", "/agents", {"tenant_id": other.tenant, "name": "甲"})
    assert allowed["success"]
    key = {"tenant_id": mine.tenant, "agent_id": mine.agent, "name": "一号"}
    assert (await lab.call("POST", "/api-keys", key))["success"]
    assert (await lab.call("POST", "/api-keys", key))["error_code"] == "KEY_002"
    foreign = {**key, "agent_id": other.agent}
    assert (await lab.call("POST", "/api-keys", foreign))["error_code"] == "AGENT_001"


async def test_lists_are_scoped_and_paged(lab: Lab) -> None:
    mine, other = await lab.party(), await lab.party()
    await lab.party(tenant=mine.tenant, agent=mine.agent)
    page = (await lab.call("GET", f"/agents?tenant_id={mine.tenant}&size=1"))["data"]
    assert [item["id"] for item in page.pop("items")] == [mine.agent]
    assert page == {"total": 1, "page": 1, "size": 1, "pages": 1}
    keys = (await lab.call("GET", f"/api-keys?tenant_id={mine.tenant}&page_size=1&page=2"))["data"]
    assert keys["pagination"] == {
        "page": 2,
        "page_size": 1,
        "total": 2,
        "total_pages": 2,
        "has_next": False,
        "has_prev": True,
    }
    assert {"usage_count", "last_used_at"} <= set(keys["items"][0])
    assert other.key_id not in str(keys)
    assert mine.key not in str(await lab.call("GET", f"/api-keys?tenant_id={mine.tenant}"))
    tenants = (await lab.call("GET", "/tenants"))["data"]
    assert (tenants["total"], tenants["size"]) == (2, 20)


@pytest.mark.parametrize(
    ("method", "path", "body", "kind", "place"),
    [
        ("POST", "/tenants", b'{"tenant_type":"personal"}', "missing", ["body", "tenant_name"]),
        ("POST", "/tenants", b'{"tenant_name":"a","tenant_type":"x"}', "enum", ["body"]),
        ("POST", "/tenants", b"{", "json_invalid", ["body", 0]),
        ("POST", "/tenants", b'{"tenant_name":' + b"[" * 5000, "json_invalid", ["body", 0]),
        ("POST", "/tenants", b"[1]", "model_attributes_type", ["body"]),
        ("POST", "/tenants", b'{"tenant_name":"\\ud800"}', "string_unicode", ["body"]),
        ("GET", "/agents", None, "missing", ["query", "tenant_id"]),
        ("GET", "/tenants?page=0", None, "greater_than_equal", ["query", "page"]),
        ("GET", "/tenants?size=101", None, "less_than_equal", ["query", "size"]),
        ("GET", "/tenants?page=x", None, "int_parsing", ["query", "page"]),
    ],
)
async def test_validation_errors(
    lab: Lab, method: str, path: str, body: bytes | None, kind: str, place: list[Any]
) -> None:
    status, answer = await lab.http(method, f"/api/v2{path}", data=body)
    first = answer["detail"][0]
    assert (status, first["type"]) == (422, kind)
    assert first["loc"][: len(place)] == place
    assert set(first) == {"type", "loc", "msg", "input"}


async def test_http_errors_and_plain_pages(lab: Lab) -> None:
    assert await lab.http("GET", "/api/v2/nothing") == (404, {"detail": "Not Found"})
    assert await lab.http("PATCH", "/api/v2/tenants") == (405, {"detail": "Method Not Allowed"})
    for path in ("/health", "/info", "/"):
        status, answer = await lab.http("GET", path)
        assert status == 200
        assert "success" not in answer


async def test_provider_secret_stays_inside(lab: Lab) -> None:
    secret = {"name": "p", "base_url": "http://x/v1", "api_key": "sk-very-secret"}
    config = {
        "persona": {"core": "稳重"},
        "config_overrides": {"personality": "慢", "model": {"api_providers": [secret]}},
        "extra": [1, None, {"a": "b"}],
    }
    party = await lab.party(agent=await lab.agent(tenant := await lab.tenant()), tenant=tenant)
    path = f"/agents/{party.agent}/config"
    put = await lab.call("PUT", path, config)
    shown = (await lab.call("GET", path))["data"]
    assert put["data"] == shown
    assert shown["config_overrides"]["model"]["api_providers"][0].pop("api_key") == "********"
    expected = {**secret}
    del expected["api_key"]
    assert shown["config_overrides"]["model"]["api_providers"] == [expected]
    assert (shown["extra"], shown["persona"]) == (config["extra"], config["persona"])
    masked = (await lab.call("GET", path))["data"]
    masked["persona"] = "新的人设"
    await lab.call("PUT", path, masked)
    for seen in (f"/agents/{party.agent}", f"/agents?tenant_id={tenant}", path):
        assert "sk-very-secret" not in str(await lab.call("GET", seen))
    agent = lab.server.directory.agent(party.agent)
    assert agent is not None
    stored = agent["config"]
    assert stored["config_overrides"]["model"]["api_providers"] == [secret]
    assert stored["persona"] == "新的人设"


async def test_unusable_config_is_refused(lab: Lab) -> None:
    agent = await lab.agent(await lab.tenant())
    bad = {"config_overrides": {"model": {"api_providers": [{"base_url": "file:///etc"}]}}}
    assert (await lab.call("PUT", f"/agents/{agent}/config", bad))["error_code"] == "AGENT_011"
    assert (await lab.call("GET", f"/agents/{agent}/config"))["data"] == {}


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("2001-01-01T00:00:00", "AUTH_002"),
        ("2999-01-01T00:00:00", None),
        ("2001-01-01T00:00:00Z", "AUTH_002"),
        ("2999-01-01T00:00:00+08:00", None),
    ],
)
async def test_expiry_with_and_without_zone(lab: Lab, text: str, code: str | None) -> None:
    party = await lab.party(expires_at=text)
    answer = await lab.call("POST", "/auth/validate-api-key", {"api_key": party.key})
    assert answer["error_code"] == code


async def test_expiry_is_read_as_utc_and_must_be_a_moment(lab: Lab) -> None:
    party = await lab.party(expires_at="2030-01-01T08:00:00+08:00")
    key = (await lab.call("GET", f"/api-keys/{party.key_id}"))["data"]
    assert key["expires_at"] == "2030-01-01T00:00:00"
    for wrong in ("明天", 5, "2030-13-01T00:00:00"):
        status, answer = await lab.http(
            "PUT", f"/api/v2/api-keys/{party.key_id}", json={"expires_at": wrong}
        )
        assert (status, answer["detail"][0]["loc"]) == (422, ["body", "expires_at"])


async def test_validation_follows_every_state(lab: Lab) -> None:
    party = await lab.party(permissions=["chat"])

    async def validate(key: str = party.key, **more: Any) -> dict[str, Any]:
        return await lab.call("POST", "/auth/validate-api-key", {"api_key": key, **more})

    good = (await validate(required_permission="admin"))["data"]
    assert (good["valid"], good["has_permission"], good["api_key_id"]) == (
        True,
        False,
        party.key_id,
    )
    await validate(check_rate_limit=False)
    key = (await lab.call("GET", f"/api-keys/{party.key_id}"))["data"]
    assert key["usage_count"] == 1
    parsed = await lab.call("POST", "/auth/parse-api-key", {"api_key": party.key})
    assert (parsed["data"]["tenant_id"], parsed["data"]["agent_id"], parsed["data"]["version"]) == (
        party.tenant,
        party.agent,
        "v1",
    )
    assert (await validate(forged_key(party)))["error_code"] == "AUTH_005"
    for path, asleep in (
        (f"/tenants/{party.tenant}", "suspended"),
        (f"/agents/{party.agent}", "archived"),
    ):
        await lab.call("PUT", path, {"status": asleep})
        assert (await validate())["error_code"] == "AUTH_004"
        await lab.call("PUT", path, {"status": "active"})
        assert (await validate())["success"]
    await lab.call("PUT", f"/api-keys/{party.key_id}", {"status": "disabled"})
    assert (await validate())["success"], "PUT 不改密钥的状态"
    await lab.call("POST", f"/api-keys/{party.key_id}/disable")
    assert (await validate())["error_code"] == "AUTH_004"
    await lab.call("DELETE", f"/api-keys/{party.key_id}")
    assert (await validate())["error_code"] == "AUTH_005"


async def test_deleting_a_tenant_leaves_nothing_and_touches_no_other(lab: Lab) -> None:
    gone, kept = await lab.party(), await lab.party()
    for party in (gone, kept):
        talker = await lab.connect(party)
        await talker.ask("记住：蓝色", user="u1")
    await lab.call("DELETE", f"/tenants/{gone.tenant}")
    assert (await lab.call("GET", f"/agents/{gone.agent}"))["error_code"] == "AGENT_004"
    assert (await lab.call("GET", f"/api-keys/{gone.key_id}"))["error_code"] == "KEY_001"
    answer = await lab.call("POST", "/auth/validate-api-key", {"api_key": gone.key})
    assert answer["error_code"] == "AUTH_005"
    store = lab.server.store
    for table in ("agents", "api_keys", "turns", "memories", "seen"):
        rows = store.all(f"SELECT * FROM {table}")
        text = str([tuple(row) for row in rows])
        assert len(rows) == 1, table
        assert gone.tenant not in text
        assert gone.key_id not in text
