"""三种接法，对着真的端口：连上、确认、回复、拒绝、断线、怪帧；参考服务说 Socket.IO 时也守约定。"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import aiohttp
import pytest
import pytest_asyncio
import socketio
from aiohttp import web

from support.client import transports
from support.client.lasting import lasting, watch
from support.client.lines import Line
from support.client.stream import Connection, Fate
from support.client.transports import require_transport
from support.errors import ConfigError, TargetUnreachable
from support.model import Kind
from tests.histories import TECH, History
from tests.reference_kit import PATIENCE, Lab, Party, running_lab


class Caller:
    """一条连接与它的台账。"""

    def __init__(self, session, url, transport, key="钥匙", **options):
        self.history, self._ids = History(), uuid.uuid4().hex
        self.connection = Connection(
            session, url, key=key, platform="qq", base=replace(TECH, chat="", user=""),
            ledger=self.history.ledger, timeout=PATIENCE, ping=20.0, transport=transport, **options,
        )  # fmt: skip

    async def say(self, *, group="", claims=None):
        token = self.history.plant(TECH)
        line = Line(
            token, f"在吗（{token}）", TECH, "u1", "小王", f"{self._ids}-{token}",
            group_id=group, group_name=group and "读书会", claims=claims or {},
        )  # fmt: skip
        await self.connection.open()
        await self.connection.say(line)
        return token

    async def ask(self, **how):
        return await self.fate(await self.say(**how))

    async def fate(self, token):
        return await self.connection.fate(token, patience=PATIENCE)

    def noted(self, kind):
        return [event for event in self.history.events if event.kind is kind]


@asynccontextmanager
async def serving(app: web.Application) -> AsyncIterator[str]:
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"ws://127.0.0.1:{runner.addresses[0][1]}/ws"
    finally:
        await runner.cleanup()


@pytest_asyncio.fixture
async def session():
    async with aiohttp.ClientSession() as one:
        yield one


# ---- 参考服务，两种接法都守同一份约定 ------------------------------------------------


@pytest_asyncio.fixture(params=["native", "socketio"])
async def lab(request, tmp_path: Path) -> AsyncIterator[Lab]:
    async with running_lab(tmp_path, transport=request.param) as running:
        yield running


def caller(lab: Lab, party: Party | str, **options) -> Caller:
    key = party if isinstance(party, str) else party.key
    server = lab.server
    return Caller(lab.session, server.message_url, server.options.transport, key, **options)


async def test_a_line_is_acked_and_answered(lab: Lab) -> None:
    one = caller(lab, await lab.party())
    token = await one.say(group="g1")
    assert await one.connection.acked([token], patience=PATIENCE)
    assert await one.fate(token) is Fate.REPLIED
    [heard] = one.noted(Kind.HEARD)
    assert (heard.token, heard.by.chat) == (token, "group:g1")
    assert one.connection.connection_id


async def test_refused_keys_connect_and_are_turned_away(lab: Lab) -> None:
    party, other = await lab.party(), await lab.party()
    for one in (caller(lab, "mmc_不存在"), caller(lab, "mmc_不存在", header_key=other.key)):
        for _ in range(3):
            assert await one.ask() is Fate.REFUSED
        assert {event.data["code"] for event in one.noted(Kind.CLOSED)} == {1000}
    assert await caller(lab, party, header_key="mmc_不存在").ask() is Fate.REPLIED


async def test_the_decoy_key_opens_nobody_elses_door(lab: Lab) -> None:
    mine, other = await lab.party(), await lab.party()
    bystander = caller(lab, other)
    await bystander.connection.open()
    assert await caller(lab, mine, header_key=other.key).ask() is Fate.REPLIED
    assert await bystander.ask() is Fate.REPLIED
    assert len(bystander.noted(Kind.HEARD)) == 1


async def test_revocation_closes_an_open_connection(lab: Lab) -> None:
    party = await lab.party()
    one = caller(lab, party)
    await one.ask()
    await lab.call("POST", f"/api-keys/{party.key_id}/disable")
    await asyncio.wait_for(one.connection.reader, PATIENCE)
    assert one.connection._wire.refused
    assert await one.ask() is Fate.REFUSED


async def test_a_lost_reply_waits_for_the_absent(lab: Lab) -> None:
    party = await lab.party()
    one = caller(lab, party)
    release = lab.model.hold("在吗")
    token = await one.say()
    await lab.model.arrived(1)
    await one.connection.close()
    release.set()
    await lab.idle()
    await one.connection.open()
    assert await one.fate(token) is Fate.REPLIED


async def test_a_stopping_service_refuses_no_one(lab: Lab) -> None:
    one = caller(lab, await lab.party())
    lab.model.hold("在吗")
    token = await one.say()
    await lab.model.arrived(1)
    await lab.server.connections.close_all(1012)
    assert await one.fate(token) is Fate.BROKEN


async def test_poison_is_survived_and_binary_hangs_up(lab: Lab) -> None:
    one = caller(lab, await lab.party())
    for raw in ('{"ver":1', "[]", "42", "null", "{}", "不是一帧", '{"a":' * 50_000):
        await one.connection.throw(raw)
    assert await one.ask() is Fate.REPLIED
    await one.connection.throw(b"\x00\xff")
    await asyncio.wait_for(one.connection.reader, PATIENCE)
    assert await one.ask() is Fate.REPLIED


async def test_order_is_kept(lab: Lab) -> None:
    one = caller(lab, await lab.party())
    tokens = [await one.say() for _ in range(20)]
    for token in tokens:
        assert await one.fate(token) is Fate.REPLIED
    assert [event.token for event in one.noted(Kind.ACKED)] == tokens
    assert [event.token for event in one.noted(Kind.HEARD)] == tokens


# ---- Socket.IO 的边角 ---------------------------------------------------------------


async def test_a_socketio_reference_has_no_raw_websocket(tmp_path: Path) -> None:
    async with running_lab(tmp_path, transport="socketio") as lab:
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            await lab.session.ws_connect(lab.server.message_url)
        assert refused.value.status == 404


async def test_polling_clients_are_served_too(tmp_path: Path) -> None:
    async with running_lab(tmp_path, transport="socketio") as lab:
        party = await lab.party()
        heard: asyncio.Queue = asyncio.Queue()
        client = socketio.AsyncClient(reconnection=False, handle_sigint=False)
        client.on("message", heard.put)
        url = lab.server.message_url.replace("ws://", "http://").removesuffix("/ws")
        headers = {"x-apikey": party.key, "x-platform": "qq"}
        await client.connect(url, headers=headers, socketio_path="ws")
        await client.emit("message", json.dumps({"msg_id": "m1", "type": "custom_x"}))
        ack = await asyncio.wait_for(heard.get(), PATIENCE)
        assert (ack["type"], ack["meta"]["acked_msg_id"]) == ("sys_ack", "m1")
        await client.disconnect()


async def test_a_late_socketio_disconnect_is_a_refusal(session) -> None:
    """先确认、后断开：断开仍是不放行，确认过也不算放行。"""
    server, app = socketio.AsyncServer(async_mode="aiohttp"), web.Application()
    server.attach(app, socketio_path="ws")

    async def message(sid, data):
        meta = {"uuid": "c-1", "acked_msg_id": data["msg_id"]}
        await server.emit("message", {"type": "sys_ack", "meta": meta}, to=sid)
        await server.disconnect(sid)

    server.on("message", message)
    async with serving(app) as url:
        one = Caller(session, url, "socketio")
        assert await one.ask() is Fate.REFUSED
        assert [event.token for event in one.noted(Kind.ACKED)]
        await server.shutdown()


async def test_a_socketio_handshake_that_says_no_is_a_refusal(session) -> None:
    server, app = socketio.AsyncServer(async_mode="aiohttp"), web.Application()
    server.attach(app, socketio_path="ws")
    server.on("connect", lambda sid, environ: False)
    async with serving(app) as url:
        assert await Caller(session, url, "socketio").ask() is Fate.REFUSED
        await server.shutdown()


async def test_other_events_are_kept_for_the_audit(session) -> None:
    server, app = socketio.AsyncServer(async_mode="aiohttp"), web.Application()
    server.attach(app, socketio_path="ws")

    async def message(sid, _):
        await server.emit("news", {"text": "别家的话"}, to=sid)
        await server.disconnect(sid)

    server.on("message", message)
    async with serving(app) as url:
        one = Caller(session, url, "socketio")
        assert await one.ask() is Fate.REFUSED
        [heard] = one.noted(Kind.HEARD)
        assert "别家的话" in heard.text
        assert heard.data["odd"]
        await server.shutdown()


@pytest.mark.parametrize("transport", ["native", "socketio", "legacy"])
async def test_an_unreachable_door_is_told_without_the_key(session, transport) -> None:
    app = web.Application()
    async with serving(app) as url:
        told = []
        for where in (url, "ws://127.0.0.1:1/ws"):
            with pytest.raises(TargetUnreachable) as error:
                await Caller(session, where, transport, key="机密的钥匙").connection.open()
            told.append(str(error.value))
    assert all("ws://127.0.0.1" in one and "机密" not in one for one in told)


def test_a_missing_package_is_told_with_the_way_to_get_it(monkeypatch) -> None:
    monkeypatch.setattr(transports.importlib.util, "find_spec", lambda name: None)
    assert require_transport("native", "我的.toml").title == "原生 WebSocket"
    with pytest.raises(ConfigError) as told:
        require_transport("socketio", "我的.toml")
    assert "我的.toml [target].transport" in str(told.value)
    assert "pip install" in told.value.fix


async def test_tasks_of_a_connection_are_told_from_the_rest() -> None:
    loop = asyncio.get_running_loop()
    found = watch(loop)
    try:
        with lasting():
            mine = asyncio.create_task(asyncio.wait_for(asyncio.sleep(30), 60))
        other = asyncio.create_task(asyncio.sleep(30))
        await asyncio.sleep(0)
        assert mine in found
        assert other not in found
        # 3.12 以前 wait_for 会另起一个任务，它也得算在内。
        strays = asyncio.all_tasks() - set(found) - {other, asyncio.current_task()}
        assert not strays
    finally:
        loop.set_task_factory(None)
        for task in (mine, other):
            task.cancel()


# ---- 旧版直连 -----------------------------------------------------------------------


class Legacy:
    """一台旧版服务：看 platform 与 Authorization，回一条没有信封的话。"""

    def __init__(self) -> None:
        self.seen: list[dict] = []
        self.headers: list[dict] = []
        self.open: dict[str, web.WebSocketResponse] = {}

    async def handle(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        self.headers.append(dict(request.headers))
        if request.headers.get("Authorization") not in (None, "key"):
            await socket.close(code=1008)
            return socket
        platform = request.headers["platform"]
        if platform in self.open:
            await self.open[platform].close(code=1000)
        self.open[platform] = socket
        async for message in socket:
            frame = json.loads(message.data)
            self.seen.append(frame)
            await socket.send_json({"is_custom_message": True, "content": "心跳"})
            await socket.send_json(frame)
        return socket


@pytest_asyncio.fixture
async def legacy():
    service, app = Legacy(), web.Application()
    app.router.add_get("/ws", service.handle)
    async with serving(app) as url:
        service.url = url
        yield service


async def test_legacy_frames_are_bare_and_answers_find_their_line(session, legacy) -> None:
    one = Caller(session, legacy.url, "legacy", key="key")
    token = await one.say(group="g1", claims={"message_dim": {"api_key": "别家的"}})
    assert await one.fate(token) is Fate.REPLIED
    [frame] = legacy.seen
    assert set(frame) == {"message_info", "message_segment", "raw_message", "message_dim"}
    info = frame["message_info"]
    assert (info["user_info"]["user_id"], info["group_info"]["group_id"]) == ("u1", "g1")
    assert token in frame["raw_message"]
    headers = legacy.headers[0]
    assert (headers["platform"], headers["Authorization"]) == ("qq", "key")
    odd, heard = one.noted(Kind.HEARD)
    assert odd.data == {"odd": True}
    assert (heard.token, heard.by.chat) == (token, "group:g1")
    assert not one.noted(Kind.ACKED)


async def test_legacy_has_no_acks_to_wait_for(session, legacy) -> None:
    one = Caller(session, legacy.url, "legacy", key="")
    token = await one.say()
    assert await one.fate(token) is Fate.REPLIED
    assert "Authorization" not in legacy.headers[0]
    assert not await asyncio.wait_for(one.connection.acked([token], patience=600), 60)


async def test_a_bad_legacy_token_is_refused(session, legacy) -> None:
    assert await Caller(session, legacy.url, "legacy", key="wrong").ask() is Fate.REFUSED


async def test_giving_way_on_a_legacy_platform_is_no_refusal(session, legacy) -> None:
    one, other = (Caller(session, legacy.url, "legacy", key="key") for _ in range(2))
    await one.ask()
    await other.ask()
    await asyncio.wait_for(one.connection.reader, PATIENCE)
    assert not one.connection._wire.refused


# ---- 参考服务的选项 ------------------------------------------------------------------


def _python(code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60,
        cwd=Path(__file__).parent.parent,
    )  # fmt: skip


def test_the_reference_says_how_to_get_socketio(tmp_path: Path) -> None:
    """没有装 python-socketio：一行中文，退出码 2。"""
    command = ["serve", "--model-url", "http://127.0.0.1:1/v1", "--data", str(tmp_path)]
    command += ["--transport", "socketio"]
    done = _python(
        "import sys; sys.modules['socketio'] = None; from support.cli import main; "
        f"sys.exit(main({command!r}))"
    )
    assert done.returncode == 2
    assert "pip install" in done.stderr
    assert "Traceback" not in done.stderr


def test_socketio_is_imported_only_when_asked_for() -> None:
    done = _python(
        "import sys, support.client.stream, support.reference.server; "
        "print('socketio' in sys.modules)"
    )
    assert done.stdout.strip() == "False", done.stderr
