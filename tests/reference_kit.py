"""参考服务自测的器具：一个看得见提示词的小模型、一台真服务、一条说话的连接。

职责：起停、收发、等条件。不做什么：不判断；也不使用套件自己的客户端（免得两边共用一处错）。
"""

from __future__ import annotations

import asyncio
import base64
import json
import time
import uuid
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import web

from support.reference.options import Options
from support.reference.server import ReferenceServer

#: 等条件的耐心：等到就走，写大只影响红的时候多久才认输。
PATIENCE = 60.0
#: 模型的限时另给：比哪一处的耐心都长，慢的机器上也不会把作答变成兜底。
_MODEL_TIMEOUT = 600.0
IMAGE = "iVBORw0KGgo="


@dataclass(frozen=True)
class Call:
    """模型看到的一次调用。"""

    body: dict[str, Any]
    authorization: str

    @property
    def messages(self) -> list[dict[str, Any]]:
        return self.body["messages"]

    @property
    def prompt(self) -> str:
        return "\n".join(_text(message["content"]) for message in self.messages)

    @property
    def tail(self) -> str:
        return _text(self.messages[-1]["content"])

    @property
    def system(self) -> str:
        return self.messages[0]["content"]

    @property
    def lines(self) -> list[str]:
        """系统消息之后的各行。"""
        return [_text(message["content"]) for message in self.messages[1:]]

    @property
    def is_vision(self) -> bool:
        return self.body["model"].endswith("-vision")


def _text(content: Any) -> str:
    """一条消息的文字；分成几段的，连同图片地址拼在一起。"""
    if isinstance(content, str):
        return content
    return "".join(part.get("text") or part["image_url"]["url"] for part in content)


class Model:
    """小模型：记下每次调用；`hold` 的话扣住不答，`script` 可改写应答。"""

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self.url = ""
        self.script: Callable[[Call], web.Response | None] = lambda call: None
        self._held: dict[str, asyncio.Event] = {}
        self._changed = asyncio.Condition()
        self.hung_up: asyncio.Queue[str] = asyncio.Queue()

    def hold(self, text: str) -> asyncio.Event:
        return self._held.setdefault(text, asyncio.Event())

    async def arrived(self, count: int, text: str = "") -> list[Call]:
        """等到含 `text` 的调用有 `count` 次。"""

        def found() -> list[Call]:
            return [call for call in self.calls if text in call.tail]

        async with self._changed:
            await asyncio.wait_for(self._changed.wait_for(lambda: len(found()) >= count), PATIENCE)
        return found()

    async def handle(self, request: web.Request) -> web.Response:
        call = Call(await request.json(), request.headers["Authorization"])
        async with self._changed:
            self.calls.append(call)
            self._changed.notify_all()
        try:
            await self._wait_while_held(call)
        except asyncio.CancelledError:
            self.hung_up.put_nowait(call.tail)
            raise
        answer = self.script(call)
        return say(f"答：{call.tail}") if answer is None else answer

    async def _wait_while_held(self, call: Call) -> None:
        for text, release in self._held.items():
            if text in call.tail:
                await release.wait()


def say(content: Any) -> web.Response:
    return web.json_response({"choices": [{"message": {"role": "assistant", "content": content}}]})


async def lead_astray(_: web.Request) -> web.Response:
    """重定向的去处；谁跟来谁就上当。"""
    return say("被带走了")


@asynccontextmanager
async def running_model() -> AsyncIterator[Model]:
    model = Model()
    app = web.Application(client_max_size=2**28)
    app.router.add_post("/v1/chat/completions", model.handle)
    app.router.add_post("/elsewhere", lead_astray)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1, handler_cancellation=True)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    model.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield model
    finally:
        await runner.cleanup()


@dataclass(frozen=True)
class Party:
    """一个租户、它的一个智能体、智能体的一把密钥。"""

    tenant: str
    agent: str
    key_id: str
    key: str


def forged_key(party: Party) -> str:
    """格式对、编号真、从没发过的密钥。"""
    plain = f"{party.tenant}_{party.agent}_{'dead' * 4}_v1"
    return "mmc_" + base64.b64encode(plain.encode()).decode()


class Talker:
    """一条连接。帧里自称的一切都可经 `payload` 改写。"""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self.socket = socket

    async def send(
        self,
        text: str,
        *,
        user: str = "u1",
        group: str | None = None,
        msg_id: str | None = None,
        message_id: str = "b1",
        nickname: str = "小雨",
        extra: Callable[[dict[str, Any]], object] = lambda frame: None,
    ) -> str:
        sender: dict[str, Any] = {"user_info": {"user_id": user, "user_nickname": nickname}}
        if group is not None:
            sender["group_info"] = {"group_id": group, "group_name": "读书会"}
        frame: dict[str, Any] = {
            "ver": 1,
            "msg_id": uuid.uuid4().hex if msg_id is None else msg_id,
            "type": "sys_std",
            "meta": {"sender_user": "x", "platform": "qq", "timestamp": time.time()},
            "payload": {
                "message_info": {"message_id": message_id, "time": 0.0, "sender_info": sender},
                "message_segment": {"type": "text", "data": text},
            },
        }
        extra(frame)
        await self.socket.send_str(json.dumps(frame))
        return str(frame.get("msg_id"))

    async def next(self) -> dict[str, Any]:
        message = await self.socket.receive(timeout=PATIENCE)
        assert message.type is aiohttp.WSMsgType.TEXT, message
        return json.loads(message.data)

    async def reply(self) -> dict[str, Any]:
        """下一条回复；途中的确认略过。"""
        while True:
            frame = await self.next()
            if frame["type"] == "sys_std":
                return frame

    async def ask(self, text: str, **how: Any) -> str:
        """说一句，返回答它的文字。"""
        await self.send(text, **how)
        return words_of(await self.reply())

    async def heard_until(self, sentinel: str, **how: Any) -> list[dict[str, Any]]:
        """说一句哨兵话，返回在它的回复之前听到的全部帧（哨兵自己的确认除外）。"""
        own = await self.send(sentinel, **how)
        heard = []
        while True:
            frame = await self.next()
            if frame["type"] == "sys_ack" and frame["meta"]["acked_msg_id"] == own:
                continue
            if frame["type"] == "sys_std" and sentinel in words_of(frame):
                return heard
            heard.append(frame)

    async def close_code(self) -> int | None:
        """等对方关闭，返回关闭码；关闭之前不许有帧。"""
        message = await self.socket.receive(timeout=PATIENCE)
        assert message.type in (aiohttp.WSMsgType.CLOSE, aiohttp.WSMsgType.CLOSED), message
        return self.socket.close_code


def segments(*parts: tuple[str, Any]) -> Callable[[dict[str, Any]], object]:
    """把一句话换成这几段。"""
    data = [{"type": kind, "data": value} for kind, value in parts]

    def put(frame: dict[str, Any]) -> None:
        frame["payload"]["message_segment"] = {"type": "seglist", "data": data}

    return put


def words_of(frame: dict[str, Any]) -> str:
    segment = frame["payload"]["message_segment"]
    return segment["data"] if segment["type"] == "text" else segment["data"][-1]["data"]


class Lab:
    """一台真的参考服务（与测试同一个事件循环）与它的模型。"""

    def __init__(self, model: Model, session: aiohttp.ClientSession, data: Path) -> None:
        self.model, self.session, self.data = model, session, data
        self.now: Callable[[], float] = time.time
        self.operator_key: str | None = None
        self.transport = "native"
        self.headers: dict[str, str] = {}
        self.server: ReferenceServer

    async def start(self) -> None:
        options = Options(
            data=self.data,
            model_url=self.model.url,
            model_timeout=_MODEL_TIMEOUT,
            operator_key=self.operator_key,
            transport=self.transport,
        )
        self.server = ReferenceServer(options, lambda: self.now())
        await self.server.start()

    async def http(self, method: str, path: str, **how: Any) -> tuple[int, Any]:
        url = self.server.control_url + path
        how.setdefault("headers", self.headers)
        async with self.session.request(method, url, **how) as response:
            return response.status, await response.json()

    async def call(self, method: str, path: str, body: Any = None, **how: Any) -> dict[str, Any]:
        status, answer = await self.http(method, f"/api/v2{path}", json=body, **how)
        assert status == 200, answer
        return answer

    async def tenant(self) -> str:
        body = {"tenant_name": uuid.uuid4().hex, "tenant_type": "enterprise"}
        return (await self.call("POST", "/tenants", body))["data"]["id"]

    async def agent(self, tenant: str, **fields: Any) -> str:
        body = {"tenant_id": tenant, "name": "麦麦", **fields}
        return (await self.call("POST", "/agents", body))["data"]["id"]

    async def party(self, *, tenant: str = "", agent: str = "", **key: Any) -> Party:
        tenant = tenant or await self.tenant()
        agent = agent or await self.agent(tenant, name=uuid.uuid4().hex)
        body = {"tenant_id": tenant, "agent_id": agent, "name": uuid.uuid4().hex, **key}
        data = (await self.call("POST", "/api-keys", body))["data"]
        return Party(tenant, agent, data["api_key_id"], data["api_key"])

    async def idle(self) -> None:
        """等到没有一句话在答、在排队。"""
        tenants = self.server.scheduler._tenants
        while running := [task for tenant in tenants.values() for task in tenant.running.values()]:
            await asyncio.wait(running)
            await asyncio.sleep(0)

    async def connect(self, key: str | Party, platform: str = "qq", **headers: str) -> Talker:
        api_key = key.key if isinstance(key, Party) else key
        socket = await self.session.ws_connect(
            self.server.message_url,
            params={"api_key": api_key, "platform": platform},
            headers=headers,
            max_msg_size=0,
        )
        return Talker(socket)


@asynccontextmanager
async def running_lab(
    data: Path, operator_key: str | None = None, *, transport: str = "native"
) -> AsyncIterator[Lab]:
    connector = aiohttp.TCPConnector(limit=0)
    async with running_model() as model, aiohttp.ClientSession(connector=connector) as session:
        lab = Lab(model, session, data)
        lab.operator_key, lab.transport = operator_key, transport
        lab.headers = {} if operator_key is None else {"X-API-Key": operator_key}
        await lab.start()
        try:
            yield lab
        finally:
            await lab.server.stop()


async def strangers(lab: Lab, home: Party) -> list[Talker]:
    """同一用户编号也不该被认出来的四处：别的智能体、别的租户、两个别的平台。"""
    cousin = await lab.party(tenant=home.tenant)
    return [
        await lab.connect(cousin),
        await lab.connect(await lab.party()),
        await lab.connect(home, "wechat"),
        await lab.connect(home, "x-qq"),
    ]


def described(call: Call) -> web.Response | None:
    return say(f"一只猫，第{call.authorization[-1]}只") if call.is_vision else None
