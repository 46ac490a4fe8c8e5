"""不像话的目标：管理面有求必应，消息面收了话不理人，或只确认不回复。真端口、真连接。"""

from __future__ import annotations

import itertools
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from aiohttp import WSMsgType, web


@dataclass(frozen=True)
class Addresses:
    control: str
    message: str

    @property
    def options(self) -> tuple[str, ...]:
        return ("--control-url", self.control, "--server-url", self.message)


def _application(*, acks: bool, answers: bool) -> web.Application:
    numbers = itertools.count(1)

    async def manage(request: web.Request) -> web.Response:
        number = next(numbers)
        made = {"id": f"x{number}", "api_key_id": f"k{number}", "api_key": f"mmc_{number:032d}=="}
        paging = {"items": [], "total": 0, "pages": 1, "pagination": {"total": 0}}
        done = request.method != "GET" or "tenant_id" in request.query or request.query
        return web.json_response({"success": bool(done), "data": {**made, **paging}})

    async def talk(request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        async for message in socket:
            if acks and message.type is WSMsgType.TEXT:
                asked = json.loads(message.data)["msg_id"]
                meta = {"uuid": "c1", "acked_msg_id": asked}
                await socket.send_json({"ver": 1, "type": "sys_ack", "meta": meta, "payload": {}})
            if answers and message.type is WSMsgType.TEXT:
                payload = json.loads(message.data)["payload"]
                payload["message_segment"] = {"type": "text", "data": "嗯"}
                await socket.send_json(
                    {"ver": 1, "type": "sys_std", "meta": {}, "payload": payload}
                )
        return socket

    app = web.Application()
    app.router.add_get("/ws", talk)
    app.router.add_route("*", "/api/v2/{rest:.*}", manage)
    return app


@asynccontextmanager
async def poor_target(*, acks: bool, answers: bool = False) -> AsyncIterator[Addresses]:
    """起一个只确认（`acks`）、答话却不问大模型（`answers`）或完全不理人的目标。"""
    runner = web.AppRunner(_application(acks=acks, answers=answers), shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    try:
        yield Addresses(f"http://127.0.0.1:{port}", f"ws://127.0.0.1:{port}/ws")
    finally:
        await runner.cleanup()
