"""参考服务的限额与用量：每个租户各算各的。"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from aiohttp import web

from support.reference.limits import TOO_FAST, USED_UP
from tests.reference_kit import Lab, Party, running_lab, segments, words_of

NOON = datetime(2030, 1, 1, 12, tzinfo=timezone.utc).timestamp()


@pytest_asyncio.fixture
async def lab(tmp_path: Path) -> AsyncIterator[Lab]:
    async with running_lab(tmp_path) as running:
        running.now = lambda: NOON
        yield running


async def limit(lab: Lab, party: Party, per_minute: Any = None, per_day: Any = None) -> None:
    config = {
        "rate_limit": {"messages_per_minute": per_minute},
        "quota": {"messages_per_day": per_day},
    }
    await lab.call("PUT", f"/tenants/{party.tenant}", {"tenant_config": config})


async def usage(lab: Lab, tenant: str) -> dict[str, Any]:
    status, answer = await lab.http("GET", "/api/v1/usage", params={"tenant_id": tenant})
    assert status == 200
    return answer


async def test_the_minute_slides_and_each_tenant_has_its_own(lab: Lab) -> None:
    noisy, quiet = await lab.party(), await lab.party()
    twin = await lab.party(tenant=noisy.tenant)
    for party in (noisy, quiet):
        await limit(lab, party, per_minute=3)
    talker, colleague = await lab.connect(noisy), await lab.connect(twin, "wechat")
    for second in (0, 1):
        lab.now = lambda second=second: NOON + second
        assert await talker.ask("说") != TOO_FAST
    assert await colleague.ask("同一租户一起算") != TOO_FAST
    calls = len(lab.model.calls)
    assert await talker.ask("青铜", message_id="b5") == TOO_FAST
    assert await colleague.ask("青铜") == TOO_FAST
    assert len(lab.model.calls) == calls
    assert "答" in await (await lab.connect(quiet)).ask("别家照说")
    lab.now = lambda: NOON + 60.5
    assert await talker.ask("过了一分钟", extra=segments(("reply", "b5"))) != TOO_FAST
    prompt = lab.model.calls[-1].prompt
    assert "引用的消息找不到了" in prompt
    assert "青铜" not in prompt
    assert TOO_FAST not in prompt
    assert await talker.ask("头一句才过期") == TOO_FAST
    lab.now = lambda: NOON + 120
    assert "答" in await talker.ask("拦下的不算数")


async def test_the_quota_is_per_utc_day_and_told_first(lab: Lab) -> None:
    party = await lab.party()
    await limit(lab, party, per_minute=0, per_day=0)
    talker = await lab.connect(party)
    assert await talker.ask("一句也没有") == USED_UP
    await limit(lab, party, per_day=2)
    await talker.ask("第一句")
    await talker.ask("第二句")
    assert await talker.ask("第三句") == USED_UP
    lab.now = lambda: NOON + 12 * 3600 - 1
    assert await talker.ask("还是今天") == USED_UP
    lab.now = lambda: NOON + 12 * 3600
    assert "答" in await talker.ask("明天了")


@pytest.mark.parametrize("unlimited", [None, -1, True, "0", 1.5, [0]])
async def test_a_limit_that_is_no_count_limits_nothing(lab: Lab, unlimited: Any) -> None:
    party = await lab.party()
    talker = await lab.connect(party)
    await limit(lab, party, 0)
    assert await talker.ask("改前") == TOO_FAST
    await limit(lab, party, unlimited, unlimited)
    assert "答" in await talker.ask("改了就生效")


async def test_what_was_refused_is_not_learned_and_duplicates_are_not_counted(lab: Lab) -> None:
    party = await lab.party()
    await limit(lab, party, per_minute=2)
    talker = await lab.connect(party)
    await talker.ask("一", msg_id="same")
    await talker.send("一", msg_id="same")
    assert "答" in await talker.ask("二", user="u2")
    taught = "我叫林晚，记住上岸就是交稿的意思"
    await talker.send(taught, group="g", extra=segments(("text", taught), ("image", "aGk=")))
    assert words_of(await talker.reply()) == TOO_FAST
    store = lab.server.store
    assert store.all("SELECT * FROM turns WHERE words LIKE '%林晚%' OR notice NOT NULL") == []
    for table in ("memories", "sayings", "pictures"):
        assert store.all(f"SELECT * FROM {table}") == []


async def test_a_notice_waits_its_turn_and_survives_a_restart(lab: Lab) -> None:
    party = await lab.party()
    await limit(lab, party, per_minute=1)
    talker = await lab.connect(party)
    release = lab.model.hold("慢")
    await talker.send("慢")
    await talker.send("快")
    await lab.model.arrived(1, "慢")
    assert [(await talker.next())["type"] for _ in range(2)] == ["sys_ack", "sys_ack"]
    await lab.server.stop()
    release.set()
    await lab.start()
    talker = await lab.connect(party)
    heard = [words_of(await talker.reply()) for _ in range(2)]
    assert heard == ["答：小雨: 慢", TOO_FAST]


async def test_counts_are_booked_to_the_tenant_and_the_key(lab: Lab) -> None:
    party, other = await lab.party(), await lab.party()
    await limit(lab, party, per_minute=3)
    lab.model.script = lambda call: web.Response(status=500) if "坏" in call.tail else None
    first, second = await lab.connect(party), await lab.connect(other)
    await asyncio.gather(
        first.ask("", extra=segments(("image", "aGk="))),
        second.ask("说"),
    )
    await first.ask("坏", user="u2")
    await first.ask("三")
    await first.ask("被拦下")
    entries = {"items": [], "total": 0}
    assert await usage(lab, party.tenant) == {**entries, "messages": 3, "model_calls": 4}
    assert await usage(lab, other.tenant) == {**entries, "messages": 1, "model_calls": 1}
    assert await usage(lab, "tenant_none") == {**entries, "messages": 0, "model_calls": 0}
    key = (await lab.call("GET", f"/api-keys/{party.key_id}"))["data"]
    assert (key["usage_count"], key["last_used_at"]) == (3, "2030-01-01T12:00:00")
    await lab.call("DELETE", f"/agents/{party.agent}")
    assert (await usage(lab, party.tenant))["messages"] == 3, "删智能体不退额度"
    await lab.call("DELETE", f"/tenants/{party.tenant}")
    assert (await usage(lab, party.tenant))["messages"] == 0


async def test_the_usage_log_keeps_and_echoes(lab: Lab) -> None:
    party, other = await lab.party(), await lab.party()
    path = "/api/v1/usage/log"
    entry = {
        "tenant_id": party.tenant,
        "agent_id": "随便",
        "user_id": "u1",
        "action": "登录",
        "details": {"甲": [1]},
        "timestamp": "昨天",
    }
    status, answer = await lab.http("POST", path, json=entry)
    assert (status, answer["success"], answer["data"]) == (200, True, entry)
    _, bare = await lab.http("POST", path, json={"tenant_id": party.tenant, "action": "退出"})
    assert bare["data"]["timestamp"] == "2030-01-01T12:00:00Z"
    await lab.http("POST", path, json={"action": "没有租户"})
    status, answer = await lab.http("POST", path, json={"tenant_id": "none", "action": "x"})
    assert (status, answer["success"], answer["error_code"]) == (200, False, "TENANT_003")
    assert (await lab.http("POST", path, json={"tenant_id": party.tenant}))[0] == 422
    logged = await usage(lab, party.tenant)
    assert (logged["items"], logged["total"]) == ([entry, bare["data"]], 2)
    assert (await usage(lab, other.tenant))["items"] == []
    second = {"tenant_id": party.tenant, "size": 1, "page": 2}
    _, page = await lab.http("GET", "/api/v1/usage", params=second)
    assert (page["items"], page["total"]) == ([bare["data"]], 2)
