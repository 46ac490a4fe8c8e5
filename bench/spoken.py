"""不经套件说话：一句私聊的帧，读一条回复；只靠 aiohttp，套件自己的收发若有错也影响不到它。

给 ``bench/burst_order.py`` 与 ``bench/neighbour.py`` 用。密钥写在环境变量里，命令行只写变量的名字。
"""

from __future__ import annotations

import asyncio
import os
import sys
import time
import uuid
from collections.abc import AsyncIterator
from typing import Any

import aiohttp

PLATFORM = "qq"


def key_of(variable: str) -> str:
    """环境变量里的密钥；没有就说清楚，退出码 2。"""
    key = os.environ.get(variable, "").strip()
    if not key:
        print(f"环境变量 {variable} 是空的；先 export {variable}=这一家的密钥", file=sys.stderr)
        raise SystemExit(2)
    return key


def connect(session: aiohttp.ClientSession, url: str, key: str) -> Any:
    """拿一把密钥连上消息面。"""
    return session.ws_connect(url, headers={"x-apikey": key, "x-platform": PLATFORM})


def line(key: str, user: str, text: str) -> dict[str, Any]:
    """一句私聊的话。"""
    number, now = uuid.uuid4().hex, time.time()
    who = {"platform": PLATFORM, "user_id": user, "user_nickname": user}
    info = {
        "platform": PLATFORM, "message_id": number, "time": now,
        "sender_info": {"user_info": who},
    }  # fmt: skip
    payload = {
        "message_info": info,
        "message_segment": {"type": "text", "data": text},
        "message_dim": {"api_key": key, "platform": PLATFORM},
    }
    meta = {"sender_user": key, "platform": PLATFORM, "timestamp": now}
    return {"ver": 1, "msg_id": number, "type": "sys_std", "meta": meta, "payload": payload}


async def replies(
    socket: aiohttp.ClientWebSocketResponse, seconds: float
) -> AsyncIterator[tuple[str, str]]:
    """这段时间里的回复：（写明送给哪位用户，正文）；确认不算，连接断了就到此为止。"""
    until = time.monotonic() + seconds
    while (left := until - time.monotonic()) > 0:
        try:
            message = await socket.receive(timeout=left)
        except asyncio.TimeoutError:
            return
        if message.type is not aiohttp.WSMsgType.TEXT:
            return
        frame = message.json()
        if frame["type"] == "sys_std":
            payload = frame["payload"]
            yield _addressee(payload["message_info"]), _text(payload["message_segment"])


def _addressee(info: dict[str, Any]) -> str:
    """有的部署把自己的账号写在收信人里，真正送给谁另写一处；那一处优先。"""
    aimed = (info.get("additional_config") or {}).get("platform_io_target_user_id")
    receiver = info.get("receiver_info") or info.get("sender_info") or {}
    return str(aimed or (receiver.get("user_info") or {}).get("user_id", ""))


def _text(segment: dict[str, Any]) -> str:
    """消息段里的文字；段里可以套段。"""
    data = segment["data"]
    return "".join(map(_text, data)) if isinstance(data, list) else str(data)
