"""参考服务读懂一句话：图片、引用、各种段。"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from aiohttp import web

from tests.reference_kit import IMAGE, Lab, Talker, described, running_lab, segments, strangers


@pytest_asyncio.fixture
async def lab(tmp_path: Path) -> AsyncIterator[Lab]:
    async with running_lab(tmp_path) as running:
        yield running


# —— 图片 ——


async def test_an_image_is_described_once_per_agent_with_that_agents_settings(lab: Lab) -> None:
    lab.model.script = described
    tenant = await lab.tenant()
    parties = []
    for number in (1, 2):
        provider = {"base_url": lab.model.url, "api_key": f"sk-{number}"}
        model = {"api_providers": [provider], "model_name": f"m{number}", "max_tokens": 7}
        config = {"config_overrides": {"model": model}}
        agent = await lab.agent(tenant, name=str(number), config=config)
        parties.append(await lab.party(tenant=tenant, agent=agent))
    picture = segments(("text", "看"), ("image", IMAGE), ("text", "好看吗"))
    for number, party in enumerate(parties, start=1):
        talker = await lab.connect(party)
        for group in ("g1", "g2"):
            await talker.ask("", group=group, extra=picture)
            line = f"小雨: 看[图片：一只猫，第{number}只]好看吗"
            assert lab.model.calls[-1].tail == line
        await talker.ask("还记得吗", group="g1")
        assert line in lab.model.calls[-1].lines
    first, second = [call for call in lab.model.calls if call.is_vision]
    assert (first.authorization, second.authorization) == ("Bearer sk-1", "Bearer sk-2")
    assert (first.body["model"], first.body["max_tokens"]) == ("m1-vision", 7)
    assert first.messages == [
        {
            "role": "user",
            "content": [
                {"type": "text", "text": "请用一句话描述这张图片"},
                {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{IMAGE}"}},
            ],
        }
    ]


async def test_an_image_that_cannot_be_seen_is_tried_again(lab: Lab) -> None:
    talker = await lab.connect(await lab.party())
    lab.model.script = lambda call: web.Response(status=500) if call.is_vision else None
    picture = segments(("seglist", [{"type": "image", "data": IMAGE}]), ("image", 5))
    await talker.ask("", extra=picture)
    assert lab.model.calls[-1].tail == "小雨: [图片：一张图片][图片：一张图片]"
    lab.model.script = described
    await talker.ask("", extra=picture)
    assert lab.model.calls[-1].tail == "小雨: [图片：一只猫，第e只][图片：一张图片]"
    assert len([call for call in lab.model.calls if call.is_vision]) == 2
    assert "base64" not in str(lab.server.store.all("SELECT * FROM turns WHERE pieces NOT NULL"))


async def test_looking_at_an_image_delays_neither_the_ack_nor_other_chats(lab: Lab) -> None:
    talker = await lab.connect(await lab.party())
    lab.model.script = described
    release = lab.model.hold("请用一句话描述")
    msg_id = await talker.send("", group="g", extra=segments(("image", IMAGE)))
    assert (await talker.next())["meta"]["acked_msg_id"] == msg_id
    await lab.model.arrived(1, "请用一句话描述")
    await talker.send("排在图片后面", group="g")
    await talker.send("", group="g2", extra=segments(("image", IMAGE)))
    assert "答" in await talker.ask("另一个聊天", user="u2")
    assert not [call for call in lab.model.calls if "排在" in call.tail]
    release.set()
    await lab.model.arrived(1, "排在图片后面")
    await lab.idle()
    queued = next(call for call in lab.model.calls if "排在" in call.tail)
    assert queued.lines[0] == "小雨: [图片：一只猫，第e只]"
    assert len([call for call in lab.model.calls if call.is_vision]) == 1, "同时来的也只看一次"


async def test_a_key_revoked_while_looking_gets_no_answering_call(lab: Lab) -> None:
    party = await lab.party()
    talker = await lab.connect(party)
    release = lab.model.hold("请用一句话描述")
    await talker.send("青铜", extra=segments(("text", "青铜"), ("image", IMAGE)))
    await lab.model.arrived(1, "请用一句话描述")
    await lab.call("POST", f"/api-keys/{party.key_id}/disable")
    release.set()
    await lab.idle()
    assert not [call for call in lab.model.calls if "青铜" in call.prompt]


# —— 引用 ——


async def test_quotes_are_found_only_in_the_same_chat(lab: Lab) -> None:
    home = await lab.party()
    talker = await lab.connect(home)
    quote = segments(("reply", "b7"), ("text", "这句对吗"))
    await talker.ask("旧的那句", group="g1", message_id="b7")
    await talker.ask("青铜在东门", group="g1", message_id="b7", nickname="小王")
    await talker.ask("", group="g1", extra=quote, message_id="b8")
    assert lab.model.calls[-1].tail == "小雨: [引用 小王：青铜在东门] 这句对吗"
    elsewhere: list[tuple[dict[str, Any], Talker]] = [({"group": "g2"}, talker), ({}, talker)]
    elsewhere += [({"group": "g1"}, stranger) for stranger in await strangers(lab, home)]
    for how, other in elsewhere:
        await other.ask("", extra=quote, message_id="b9", **how)
        assert lab.model.calls[-1].tail == "小雨: [引用的消息找不到了] 这句对吗"
    empty = segments(("text", "空"), ("reply", ""), ("reply", 5))
    await talker.ask("", group="g1", extra=empty, message_id="")
    await talker.ask("", group="g1", extra=empty)
    assert lab.model.calls[-1].tail == "小雨: [引用的消息找不到了] 空"


async def test_replies_of_the_bot_can_be_quoted_and_quotes_are_bounded(lab: Lab) -> None:
    tenant = await lab.tenant()
    party = await lab.party(tenant=tenant, agent=await lab.agent(tenant, name="阿麦"))
    talker = await lab.connect(party)
    await talker.send("问", group="g1")
    reply_id = (await talker.reply())["payload"]["message_info"]["message_id"]
    quote = segments(("reply", reply_id), ("text", "是吗"))
    await talker.ask("", group="g1", extra=quote)
    assert lab.model.calls[-1].tail == "小雨: [引用 阿麦：答：小雨: 问] 是吗"
    await talker.ask("", group="g2", extra=quote)
    assert "找不到了" in lab.model.calls[-1].tail
    await talker.ask("长" * 1000, group="g1", message_id="long")
    await talker.ask("", group="g1", extra=segments(("reply", "long"), ("reply", "long")))
    assert lab.model.calls[-1].tail == f"小雨: [引用 小雨：{'长' * 200}…] "


async def test_unread_images_and_quotes_survive_a_restart(lab: Lab) -> None:
    party = await lab.party()
    talker = await lab.connect(party)
    await talker.ask("原话", message_id="b7")
    release = lab.model.hold("请用一句话描述")
    words = segments(("reply", "b7"), ("text", "记住"), ("image", IMAGE))
    await talker.send("", extra=words)
    await lab.model.arrived(1, "请用一句话描述")
    await lab.server.stop()
    release.set()
    lab.model.script = described
    await lab.start()
    await lab.model.arrived(1, "原话] 记住[图片：一只猫，第e只]")
    await (await lab.connect(party)).send("想得起什么")
    (call,) = await lab.model.arrived(1, "想得起什么")
    assert "- 小雨：[引用 小雨：原话] 记住[图片：一只猫" in call.system


# —— 各种段 ——


@pytest.mark.parametrize(
    ("part", "words"),
    [
        (("emoji", "开心"), "[表情包：开心]"),
        (("emoji", "iVBOR" * 100), "[表情包]"),
        (("face", 14), "[表情：14]"),
        (("voice", {"url": "x"}), "[语音]"),
        (("at", "小王"), "@小王"),
        (("at", None), "@某人"),
        (("hologram", "x"), "[看不懂的内容]"),
    ],
)
async def test_segments_without_words_have_a_placeholder(
    lab: Lab, part: tuple[str, Any], words: str
) -> None:
    talker = await lab.connect(await lab.party())
    await talker.ask("", extra=segments(("text", "看 "), part))
    assert lab.model.calls[-1].tail == f"小雨: 看 {words}"


@pytest.mark.parametrize("parts", [(), (("text", ""),), (("hologram", 1), ("text", ""))])
async def test_nothing_said_is_acked_and_silent(lab: Lab, parts: Any) -> None:
    talker = await lab.connect(await lab.party())
    odd = await talker.send("", extra=segments(*parts))
    heard = await talker.heard_until("哨兵")
    assert [frame["meta"].get("acked_msg_id") for frame in heard] == [odd]
    assert len(lab.model.calls) == 1


async def test_the_same_image_in_a_hurry_by_two_agents_is_seen_by_each(lab: Lab) -> None:
    lab.model.script = described
    talkers = [await lab.connect(await lab.party()) for _ in range(2)]
    picture = segments(("image", IMAGE))
    await asyncio.gather(*(talker.ask("", extra=picture) for talker in talkers))
    assert len([call for call in lab.model.calls if call.is_vision]) == 2
