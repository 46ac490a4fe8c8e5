"""消息面客户端：摊平消息段、认聊天流、回复对上话、关闭码的含义。不开端口，连接由剧本扮演。"""

import asyncio
import json
from dataclasses import replace
from types import SimpleNamespace

import aiohttp
import pytest

from support.canary import find_tokens
from support.client.dialects import chat_of
from support.client.lines import Line, flatten
from support.client.stream import Connection, Fate
from support.errors import TargetUnreachable
from support.model import Kind, Surface
from support.oracles.delivery import exactly_once
from tests.histories import EDU, TECH, VIOLATED, History

KEY = "mmc_dGVuYW50X2FnZW50XzEyMzQ1Njc4OWFiY2RlZl92MQ=="
TEXT = aiohttp.WSMsgType.TEXT


def text(data):
    return {"type": "text", "data": data}


def seglist(*parts):
    return {"type": "seglist", "data": list(parts)}


# ---- 消息段 ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("segment", "flat"),
    [
        (text("你好"), "你好"),
        (seglist(text("甲"), text(""), text("乙")), "甲 乙"),
        (seglist(text("甲"), seglist(text("乙"), seglist(text("丙")))), "甲 乙 丙"),
        (seglist(), ""),
        ({"type": "reply", "data": "原话"}, "[reply:原话]"),
        (seglist({"type": "image", "data": "base64…"}, text("图")), "[image:base64…] 图"),
        ({"type": "forward", "data": ["甲", "乙"]}, "[forward:['甲', '乙']]"),
        (None, ""),
    ],
)
def test_flatten_keeps_everything_readable(segment, flat):
    assert flatten(segment) == flat


def test_a_canary_split_over_segments_is_still_found():
    token = History().plant(TECH)
    parts = seglist(text(token[:4]), seglist(text(token[4:9])), text(token[9:]))
    assert find_tokens(flatten(parts)) == [token]


# ---- 聊天流 ----------------------------------------------------------------------

USER, GROUP = {"user_info": {"user_id": 1001}}, {"group_info": {"group_id": 2001}}


@pytest.mark.parametrize(
    ("info", "chat"),
    [
        ({"receiver_info": USER}, ("private", "1001")),
        ({"receiver_info": {**USER, **GROUP}}, ("group", "2001")),
        ({"receiver_info": GROUP}, ("group", "2001")),
        ({"receiver_info": USER, "sender_info": GROUP}, ("private", "1001")),
        ({"sender_info": GROUP}, ("group", "2001")),
        ({"receiver_info": {"group_info": None, **USER}}, ("private", "1001")),
        ({"receiver_info": None}, None),
        ({}, None),
    ],
)
def test_chat_of_a_reply(info, chat):
    assert chat_of(info) == chat


# ---- 一条照剧本走的连接 --------------------------------------------------------------


class Script:
    """扮演 aiohttp 会话与它的一条连接：`feed` 送帧，`hang_up` 挂断。"""

    def __init__(self):
        self.sent, self.headers, self.query, self.close_code = [], {}, {}, None
        self._frames = asyncio.Queue()

    async def ws_connect(self, url, *, headers, params, **_):
        self.headers, self.query = headers, params
        return self

    async def send_str(self, raw):
        self.sent.append(json.loads(raw))

    async def close(self):
        self.close_code = 1000

    def feed(self, frame):
        raw = frame if isinstance(frame, str) else json.dumps(frame, ensure_ascii=False)
        self._frames.put_nowait(SimpleNamespace(type=TEXT, data=raw))

    def hang_up(self, code):
        self.close_code = code
        self._frames.put_nowait(None)

    async def __aiter__(self):
        while (frame := await self._frames.get()) is not None:
            yield frame


class Scene:
    """一条连接、它的剧本和台账。"""

    def __init__(self, **tricks):
        self.history, self.script = History(), Script()
        self.connection = Connection(
            self.script, "ws://127.0.0.1:1/ws", key=KEY, platform="qq",
            base=replace(TECH, chat="", user=""), ledger=self.history.ledger, timeout=1.0, ping=1.0,
            **tricks,
        )  # fmt: skip

    async def say(self, *, group="", user="u1001", claims=None):
        token = self.history.plant(TECH)
        line = Line(
            token, f"在吗（{token}）", TECH, user, "小王", f"m-{token}",
            group_id=group, group_name=group and "读书会", claims=claims or {},
        )  # fmt: skip
        await self.connection.open()
        await self.connection.say(line)
        return token

    def reply(self, segment, *, group="", user="u1001"):
        receiver = {"user_info": {"user_id": user}}
        if group:
            receiver["group_info"] = {"group_id": group}
        info = {"receiver_info": receiver} if group or user else {}
        segment = text(segment) if isinstance(segment, str) else segment
        payload = {"message_info": info, "message_segment": segment}
        self.script.feed({"type": "sys_std", "meta": {}, "payload": payload})

    async def end(self, code=1006):
        """挂断并等读完：此后台账里该有的都有了。"""
        self.script.hang_up(code)
        await self.connection.reader
        return self

    def noted(self, kind):
        return [event for event in self.history.events if event.kind is kind]

    def answered(self):
        return [event.token for event in self.noted(Kind.HEARD)]

    async def fate(self, token):
        return await self.connection.fate(token, patience=0)


@pytest.fixture
async def scene():
    return Scene()


# ---- 回复对上话 --------------------------------------------------------------------


async def test_the_first_canary_names_the_line_that_is_answered(scene):
    first, second = await scene.say(), await scene.say()
    scene.reply(f"说到{second}，还记得{first}")
    assert (await scene.end()).answered() == [second]
    assert [await scene.fate(token) for token in (first, second)] == [Fate.BROKEN, Fate.REPLIED]


async def test_a_strangers_canary_answers_nothing_but_is_on_record(scene):
    mine, foreign = await scene.say(), scene.history.plant(EDU)
    scene.reply(f"说到{foreign}，还记得{mine}")
    await scene.end()
    [heard] = scene.noted(Kind.HEARD)
    assert (heard.token, heard.surface) == ("", Surface.REPLY)
    assert foreign in heard.text
    assert await scene.fate(mine) is Fate.BROKEN


async def test_a_reply_without_a_canary_answers_the_oldest_waiting_line_of_its_chat(scene):
    private, early, late = (
        await scene.say(),
        await scene.say(group="g1"),
        await scene.say(group="g1"),
    )
    for _ in range(3):
        scene.reply("我没听清", group="g1")
    scene.reply("我没听清", user="别人")
    assert (await scene.end()).answered() == [early, late, late, ""]
    assert await scene.fate(private) is Fate.BROKEN


async def test_a_reply_to_nowhere_answers_the_oldest_waiting_line(scene):
    first, second = await scene.say(group="g1"), await scene.say()
    scene.reply("我没听清", user="")
    scene.reply("我没听清", user="")
    assert (await scene.end()).answered() == [first, second]


async def test_both_replies_to_one_line_are_on_record(scene):
    token = await scene.say()
    scene.reply(token)
    scene.reply(token)
    assert (await scene.end()).answered() == [token, token]
    assert await scene.fate(token) is Fate.REPLIED


async def test_a_reply_belongs_to_the_chat_it_was_sent_to(scene):
    await scene.say()
    scene.reply("大家好", group="g1")
    scene.reply("你好")
    scene.reply("哪里？", user="")
    await scene.end()
    assert [event.by.chat for event in scene.noted(Kind.HEARD)] == ["group:g1", "private:u1001", ""]
    assert {event.by.tenant for event in scene.noted(Kind.HEARD)} == {TECH.tenant}


async def test_acks_name_the_line_but_are_no_reply(scene):
    token = await scene.say()
    for acked in (f"m-{token}", "m-别的"):
        scene.script.feed({"type": "sys_ack", "meta": {"uuid": "c-7", "acked_msg_id": acked}})
    await scene.end()
    assert [event.token for event in scene.noted(Kind.ACKED)] == [token, ""]
    assert scene.connection.connection_id == "c-7"
    assert await scene.fate(token) is Fate.BROKEN


@pytest.mark.parametrize(
    "frame",
    [
        "不是 JSON TOKEN",
        '[1, "TOKEN"]',
        '"TOKEN"',
        "null",
        '{"meta": "TOKEN"}',
        '{"type": "sys_odd", "x": "TOKEN"}',
    ],
)
async def test_odd_frames_are_kept_for_the_audit(scene, frame):
    token, foreign = await scene.say(), scene.history.plant(EDU)
    raw = frame.replace("TOKEN", foreign)
    scene.script.feed(raw)
    scene.reply(token)
    await scene.end()
    odd, heard = scene.noted(Kind.HEARD)
    assert (odd.text, odd.surface, odd.token, odd.data) == (raw, Surface.REPLY, "", {"odd": True})
    assert heard.token == token, "怪帧之后照常收"


# ---- 关闭码 ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "fate", "kind"),
    [
        (1000, Fate.REFUSED, Kind.REFUSED),
        (1008, Fate.REFUSED, Kind.REFUSED),
        (1001, Fate.BROKEN, Kind.FAILED),
        (1006, Fate.BROKEN, Kind.FAILED),
        (1011, Fate.BROKEN, Kind.FAILED),
        (None, Fate.BROKEN, Kind.FAILED),
    ],
)
async def test_only_a_named_close_is_a_refusal(scene, code, fate, kind):
    done, waiting = await scene.say(), await scene.say()
    scene.reply(done)
    await scene.end(code)
    assert (await scene.fate(done), await scene.fate(waiting)) == (Fate.REPLIED, fate)
    assert [event.token for event in (*scene.noted(Kind.REFUSED), *scene.noted(Kind.FAILED))] == [
        waiting
    ]
    assert [event.token for event in scene.noted(kind)] == [waiting]


async def test_silence_is_neither_refused_nor_broken(scene):
    token = await scene.say()
    assert await scene.fate(token) is Fate.SILENT
    await scene.connection.close()
    assert not scene.noted(Kind.REFUSED) + scene.noted(Kind.FAILED)


async def test_a_broken_line_waits_again_after_reconnecting(scene):
    token = await scene.say()
    await scene.end(1006)
    await scene.connection.open()
    scene.reply("我没听清")
    assert await scene.connection.fate(token, patience=5) is Fate.REPLIED
    await scene.end(1008)
    assert await scene.fate(token) is Fate.REPLIED
    assert len(scene.noted(Kind.OPENED)) == 2


async def test_a_resent_line_is_one_line(scene):
    token = await scene.say()
    [line] = scene.connection._lines.values()
    scene.reply(token)
    assert await scene.connection.fate(token, patience=5) is Fate.REPLIED
    await scene.connection.say(line, resend=True)
    await scene.end()
    assert [event.data["resend"] for event in scene.noted(Kind.SAID)] == [False, True]
    assert scene.script.sent[0]["msg_id"] == scene.script.sent[1]["msg_id"]
    assert await scene.fate(token) is Fate.REPLIED
    assert not scene.noted(Kind.FAILED)


# ---- 发出的帧 ----------------------------------------------------------------------


async def test_the_frame_says_who_speaks_where(scene):
    token = await scene.say(group="g1", user="u7")
    await scene.end()
    [frame] = scene.script.sent
    info = frame["payload"]["message_info"]
    assert frame["payload"]["message_segment"] == text(f"在吗（{token}）")
    assert frame["payload"]["message_dim"] == {"api_key": KEY, "platform": "qq"}
    assert info["sender_info"]["user_info"]["user_id"] == "u7"
    assert info["sender_info"]["group_info"]["group_id"] == "g1"
    assert "additional_config" not in info
    assert scene.script.headers == {"x-apikey": KEY, "x-platform": "qq"}


@pytest.mark.parametrize(
    ("tricks", "headers", "query"),
    [
        ({}, (KEY, "qq"), {}),
        ({"header_key": "借来的"}, ("借来的", "qq"), {"api_key": KEY}),
        ({"header_platform": "wechat"}, (KEY, "wechat"), {"platform": "qq"}),
    ],
)
async def test_what_counts_is_in_the_address_when_two_are_shown(tricks, headers, query):
    scene = Scene(**tricks)
    await scene.connection.open()
    await scene.end()
    assert tuple(scene.script.headers.values()) == headers
    assert scene.script.query == query


async def test_claims_are_put_into_the_frame(scene):
    claims = {"message_dim": {"api_key": "别家的"}, "additional_config": {"tenant_id": "t9"}}
    await scene.say(claims=claims)
    await scene.end()
    payload = scene.script.sent[0]["payload"]
    assert payload["message_dim"] == {"api_key": "别家的", "platform": "qq"}
    assert payload["message_info"]["additional_config"] == {"tenant_id": "t9"}
    assert "group_info" not in payload["message_info"]["sender_info"]


@pytest.mark.parametrize("error", [aiohttp.ClientConnectionError("x"), OSError("x")])
async def test_an_unreachable_door_is_told_without_the_key(scene, monkeypatch, error):
    async def refuse(*_, **__):
        raise error

    monkeypatch.setattr(scene.script, "ws_connect", refuse)
    with pytest.raises(TargetUnreachable) as told:
        await scene.connection.open()
    assert "ws://127.0.0.1:1/ws" in str(told.value)
    assert KEY not in str(told.value)
    assert not scene.noted(Kind.OPENED)


@pytest.mark.parametrize(
    "frame",
    [
        {"type": "sys_std", "payload": ["TOKEN"]},
        {"type": "sys_std", "payload": {"message_info": "TOKEN"}},
        {"type": "sys_std", "payload": {"message_info": {"receiver_info": {"user_info": "TOKEN"}}}},
        {"type": "sys_ack", "meta": "TOKEN"},
    ],
)
async def test_misshapen_frames_do_not_stop_the_reader(scene, frame):
    token = await scene.say()
    scene.script.feed(frame)
    scene.reply(token)
    await scene.end()
    assert token in scene.answered()


async def test_a_second_reply_without_a_canary_is_a_duplicate(scene):
    token = await scene.say()
    scene.reply("我走神了")
    scene.reply("我走神了")
    await scene.end()
    assert exactly_once(scene.history.events, [token]).outcome is VIOLATED
