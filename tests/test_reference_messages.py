"""参考服务的消息面：放行与吊销、身份、帧的怪样、去重、送达。"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import pytest_asyncio

from tests.reference_kit import PATIENCE, Lab, forged_key, running_lab, words_of


@pytest_asyncio.fixture
async def lab(tmp_path: Path) -> AsyncIterator[Lab]:
    async with running_lab(tmp_path) as running:
        yield running


async def test_ack_then_reply_have_the_contract_shape(lab: Lab) -> None:
    party = await lab.party()
    talker = await lab.connect(party)
    msg_id = await talker.send("你好", group="g1", message_id="业务-1")
    ack, reply = await talker.next(), await talker.next()
    assert ack["meta"]["acked_msg_id"] == msg_id
    assert set(ack["meta"]) == {"uuid", "acked_msg_id", "timestamp"}
    assert (ack["type"], ack["payload"]["status"]) == ("sys_ack", "received")
    info = reply["payload"]["message_info"]
    assert reply["payload"]["message_segment"] == {
        "type": "seglist",
        "data": [
            {"type": "reply", "data": "业务-1"},
            {"type": "text", "data": "答：小雨: 你好"},
        ],
    }
    assert info["receiver_info"]["group_info"]["group_id"] == "g1"
    assert info["sender_info"]["user_info"]["user_id"] == party.agent
    assert info["message_id"].startswith("send_api_")
    assert reply["meta"]["sender_user"] == "server"
    await talker.send("私下")
    private = await talker.reply()
    assert private["payload"]["message_segment"]["type"] == "text"
    assert "group_info" not in private["payload"]["message_info"]["receiver_info"]
    assert private["payload"]["message_info"]["message_id"] != info["message_id"]


async def test_keys_that_are_never_admitted(lab: Lab) -> None:
    good = await lab.party()
    expired = await lab.party(expires_at="2001-01-01T00:00:00")
    mute = await lab.party(permissions=["read"])
    deleted = await lab.party()
    await lab.call("DELETE", f"/api-keys/{deleted.key_id}")
    orphan = await lab.party()
    await lab.call("DELETE", f"/agents/{orphan.agent}")
    suspended = await lab.party()
    await lab.call("PUT", f"/tenants/{suspended.tenant}", {"status": "suspended"})
    refused = [expired, mute, deleted, orphan, suspended]
    for key in [party.key for party in refused] + [
        forged_key(good),
        good.key + " ",
        good.key[:-1],
        "",
    ]:
        talker = await lab.connect(key)
        assert await talker.close_code() == 1000
    assert await (await lab.connect(good, platform="")).close_code() == 1000
    assert "答" in await (await lab.connect(good)).ask("放行")


async def test_query_wins_over_header_and_headers_alone_suffice(lab: Lab) -> None:
    party = await lab.party()
    url = lab.server.message_url
    headers = {"x-apikey": party.key, "x-platform": "qq"}
    async with lab.session.ws_connect(url, headers=headers) as socket:
        assert not socket.closed
        await socket.send_str('{"msg_id":"m","type":"custom_x"}')
        ack = json.loads((await socket.receive(timeout=PATIENCE)).data)
        assert ack["meta"]["acked_msg_id"] == "m"
    async with lab.session.ws_connect(url + "?api_key=bad", headers=headers) as socket:
        assert (await socket.receive(timeout=PATIENCE)).data == 1000
    with pytest.raises(aiohttp.WSServerHandshakeError):
        await lab.session.ws_connect(url + "x", headers=headers)


REVOCATIONS = {
    "停用": lambda p: ("POST", f"/api-keys/{p.key_id}/disable", None),
    "删除": lambda p: ("DELETE", f"/api-keys/{p.key_id}", None),
    "改期": lambda p: ("PUT", f"/api-keys/{p.key_id}", {"expires_at": "2001-01-01T00:00:00"}),
    "收权": lambda p: ("PUT", f"/api-keys/{p.key_id}", {"permissions": ["read"]}),
    "智能体停用": lambda p: ("PUT", f"/agents/{p.agent}", {"status": "inactive"}),
    "智能体删除": lambda p: ("DELETE", f"/agents/{p.agent}", None),
    "租户停用": lambda p: ("PUT", f"/tenants/{p.tenant}", {"status": "suspended"}),
    "租户删除": lambda p: ("DELETE", f"/tenants/{p.tenant}", None),
}


@pytest.mark.parametrize("how", REVOCATIONS)
async def test_revocation_reaches_open_connections_and_running_answers(lab: Lab, how: str) -> None:
    party, other = await lab.party(), await lab.party()
    talker, bystander = await lab.connect(party), await lab.connect(other)
    release = lab.model.hold("在途")
    await talker.send("在途")
    await talker.send("排队")
    assert (await talker.next())["type"] == (await talker.next())["type"] == "sys_ack"
    await lab.model.arrived(1, "在途")
    method, path, body = REVOCATIONS[how](party)
    await lab.call(method, path, body)
    assert await talker.close_code() == 1000
    release.set()
    assert await bystander.heard_until("哨兵") == []
    assert not [call for call in lab.model.calls if "排队" in call.tail]
    assert lab.server.store.all("SELECT * FROM outbox") == []
    assert lab.server.archive.waiting() == []
    assert await (await lab.connect(party)).close_code() == 1000


@pytest.mark.parametrize("what", ["agents", "tenants"])
async def test_deletion_cancels_the_running_model_call(lab: Lab, what: str) -> None:
    party = await lab.party()
    lab.model.hold("在途")
    await (await lab.connect(party)).send("在途")
    await lab.model.arrived(1, "在途")
    await lab.call("DELETE", f"/{what}/{party.agent if what == 'agents' else party.tenant}")
    assert "在途" in await asyncio.wait_for(lab.model.hung_up.get(), PATIENCE)


async def test_open_connection_closes_when_its_key_expires(lab: Lab) -> None:
    end = datetime.now(timezone.utc) + timedelta(hours=1)
    party = await lab.party(expires_at=end.isoformat())
    # 服务的钟停在到期之前：连线、问答多慢都还没到期。
    lab.now = lambda: end.timestamp() - 0.1
    talker = await lab.connect(party)
    assert "答" in await talker.ask("还没到期")
    lab.now = end.timestamp
    assert await talker.close_code() == 1000


async def test_queued_replies_wait_out_a_suspension(lab: Lab) -> None:
    party = await lab.party()
    talker = await lab.connect(party)
    release = lab.model.hold("慢")
    await talker.send("慢")
    await lab.model.arrived(1, "慢")
    await talker.socket.close()
    release.set()
    await lab.idle()
    await lab.call("PUT", f"/tenants/{party.tenant}", {"status": "suspended"})
    assert await (await lab.connect(party)).close_code() == 1000
    await lab.call("PUT", f"/tenants/{party.tenant}", {"status": "active"})
    assert "慢" in words_of(await (await lab.connect(party)).reply())


async def test_claims_in_a_frame_change_nothing(lab: Lab) -> None:
    victim, attacker = await lab.party(), await lab.party()
    own = await lab.connect(victim)
    await own.ask("记住：受害者的蓝色", user="u1")
    victim_uuid = ""

    def claim(frame: dict[str, Any]) -> None:
        claims = {
            "api_key": victim.key,
            "tenant_id": victim.tenant,
            "agent_id": victim.agent,
            "platform": "wechat",
        }
        frame["meta"] |= {"sender_user": victim.key, "uuid": victim_uuid, **claims}
        frame["payload"]["message_dim"] = claims
        info = frame["payload"]["message_info"]
        info |= {"platform": "wechat", "additional_config": claims}
        info["sender_info"]["user_info"]["platform"] = "wechat"

    await own.send("再说一句", user="u1")
    victim_uuid = (await own.next())["meta"]["uuid"]
    await own.reply()
    talker = await lab.connect(attacker, **{"x-uuid": victim_uuid})
    await talker.send("你记得什么", user="u1", extra=claim)
    ack, reply = await talker.next(), await talker.next()
    assert ack["meta"]["uuid"] != victim_uuid
    dim = reply["payload"]["message_dim"]
    assert dim == {"api_key": attacker.key, "platform": "qq"}
    assert "蓝色" not in lab.model.calls[-1].prompt
    assert await own.heard_until("哨兵", user="u1") == []
    assert "蓝色" in lab.model.calls[-1].prompt


@pytest.mark.parametrize("raw", ["{坏", "[1,2]", "7", "null", "[" * 200_000, '"文本"'])
async def test_frames_that_are_ignored(lab: Lab, raw: str) -> None:
    talker = await lab.connect(await lab.party())
    await talker.socket.send_str(raw)
    assert await talker.heard_until("哨兵") == []


def _without(*path: str) -> Any:
    def cut(frame: dict[str, Any]) -> None:
        for name in path[:-1]:
            frame = frame[name]
        del frame[path[-1]]

    return cut


def _deep(frame: dict[str, Any]) -> None:
    segment: dict[str, Any] = {"type": "wat", "data": "x"}
    for _ in range(200):
        segment = {"type": "seglist", "data": [segment]}
    frame["payload"]["message_segment"] = segment


def _broken_id(frame: dict[str, Any]) -> None:
    frame["payload"]["message_info"]["sender_info"]["user_info"]["user_id"] = "\ud800"


def _broken_group(frame: dict[str, Any]) -> None:
    frame["payload"]["message_info"]["sender_info"]["group_info"] = {"group_id": 5}


@pytest.mark.parametrize(
    "extra",
    [
        _without("payload"),
        _without("payload", "message_info"),
        _without("payload", "message_info", "sender_info"),
        _without("payload", "message_segment"),
        lambda frame: frame.update(type="custom_hello"),
        lambda frame: frame.update(type="whatever"),
        lambda frame: frame.update(payload=[1]),
        _deep,
        _broken_id,
        _broken_group,
    ],
)
async def test_frames_that_are_acked_and_silent(lab: Lab, extra: Any) -> None:
    talker = await lab.connect(await lab.party())
    odd = await talker.send("怪", extra=extra)
    heard = await talker.heard_until("哨兵")
    assert [frame["meta"].get("acked_msg_id") for frame in heard] == [odd]
    assert not [call for call in lab.model.calls if "怪" in call.prompt]


async def test_more_frame_oddities(lab: Lab) -> None:
    party = await lab.party()
    talker = await lab.connect(party)
    await talker.send("没有编号", extra=lambda frame: frame.pop("msg_id"))
    assert (await talker.next())["type"] == "sys_std"
    huge = "长" * 2_000_000
    assert (await talker.ask(huge)).endswith(huge)
    assert await talker.ask("坏\ud800字", nickname="雨") == "答：雨: 坏?字"
    await talker.socket.send_bytes(b"{}")
    assert await talker.close_code() == 1000


async def test_duplicates_are_recognised_per_key_and_platform_for_an_hour(lab: Lab) -> None:
    party, other = await lab.party(), await lab.party()
    second = await lab.party(tenant=party.tenant, agent=party.agent)
    talker = await lab.connect(party)
    assert "一" in await talker.ask("第一次", msg_id="same")
    again = await talker.send("重发", msg_id="same")
    heard = await talker.heard_until("哨兵")
    assert [frame["meta"].get("acked_msg_id") for frame in heard] == [again]
    for place, key in (("wechat", party), ("qq", other), ("qq", second)):
        assert "别处" in await (await lab.connect(key, place)).ask("别处", msg_id="same")
    lab.now = lambda: time.time() + 3601
    assert "一小时后" in await talker.ask("一小时后", msg_id="same")


async def test_both_sockets_of_a_key_hear_every_reply_and_no_one_else(lab: Lab) -> None:
    party = await lab.party()
    sibling = await lab.party(tenant=party.tenant, agent=party.agent)
    asker, twin = await lab.connect(party), await lab.connect(party)
    elsewhere, colleague = await lab.connect(party, "wechat"), await lab.connect(sibling)
    await asker.send("谁听得见", user="u9")
    assert words_of(await asker.reply()) == words_of(await twin.next())
    assert await elsewhere.heard_until("哨兵") == []
    assert await colleague.heard_until("哨兵", user="u9") == []
    assert "谁听得见" in lab.model.calls[-1].prompt, "同一智能体的两把密钥共用一个聊天"


async def test_replies_wait_for_an_absent_client_once_in_order_and_bounded(lab: Lab) -> None:
    party = await lab.party()
    talker = await lab.connect(party)
    release = lab.model.hold("0号")
    for number in range(105):
        await talker.send(f"{number}号")
        await talker.next()
    await talker.socket.close()
    release.set()
    await lab.idle()
    back = await lab.connect(party)
    await back.send("回来")
    heard = [words_of(await back.reply()) for _ in range(101)]
    assert heard == [f"答：小雨: {number}号" for number in range(5, 105)] + ["答：小雨: 回来"]
    assert await (await lab.connect(party)).heard_until("哨兵") == []


async def test_stopping_closes_with_1012(lab: Lab) -> None:
    talker = await lab.connect(await lab.party())
    await lab.server.connections.close_all(1012)
    assert await talker.close_code() == 1012
