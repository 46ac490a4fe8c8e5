"""直通：把请求原样转给真正的大模型服务，答案原样送回，只在中间记一笔。

职责：一次转发。不做什么：不改写请求与答案、不重试、不把上游的密钥写进任何地方。
流式的答案攒齐了再送：记录里要有全文，拖一点时间换证据完整。
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass

import aiohttp
from aiohttp import web

from support.observer import protocol

_PATIENCE = 300.0  # 真模型可以很慢；调用方自己会先挂断


@dataclass(frozen=True, slots=True)
class Relayed:
    """上游的一次应答；`text` 是其中说给人听的文字，读不出就是空。"""

    status: int
    content_type: str
    body: bytes
    text: str


class Upstream:
    """一家真正的大模型服务。`url` 到 ``/v1`` 为止；`key` 只在请求头里出现。"""

    def __init__(self, url: str, key: str) -> None:
        self._base, self._key = url.rstrip("/"), key
        self._session: aiohttp.ClientSession | None = None

    async def open(self, app: web.Application) -> AsyncIterator[None]:
        """随观察站开、随观察站关（aiohttp 的 cleanup_ctx）。"""
        timeout = aiohttp.ClientTimeout(total=_PATIENCE)
        async with aiohttp.ClientSession(timeout=timeout, trust_env=True) as session:
            self._session = session
            yield

    async def relay(self, path: str, raw: bytes) -> Relayed:
        """转发一次；上游连不上时给一个 502，样子与别的模型错误相同。"""
        assert self._session is not None
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {self._key}"}
        url = self._base + path.removeprefix("/v1")
        try:
            async with self._session.post(url, data=raw, headers=headers) as reply:
                body, kind = await reply.read(), reply.content_type
                return Relayed(reply.status, kind, body, _text(body, kind))
        except (aiohttp.ClientError, asyncio.TimeoutError, OSError) as error:
            why = f"观察站连不上上游的大模型（{type(error).__name__}），检查 --upstream 的地址"
            body = protocol.dump(protocol.error_body(502, why))
            return Relayed(502, "application/json", body, "")


def _text(body: bytes, kind: str) -> str:
    lines = body.decode(errors="replace").splitlines()
    if kind == "text/event-stream":
        payloads = [line.removeprefix("data:").strip() for line in lines if line.startswith("data")]
        return "".join(_spoken(payload) for payload in payloads)
    return _spoken("".join(lines))


def _spoken(payload: str) -> str:
    """一块应答里的文字与工具调用；不认得的形状当作没说话。"""
    try:
        choice = json.loads(payload)["choices"][0]
        said = choice.get("message") or choice.get("delta") or {}
        calls = said.get("tool_calls")
        return (said.get("content") or "") + (
            json.dumps(calls, ensure_ascii=False) if calls else ""
        )
    except (ValueError, KeyError, IndexError, TypeError, AttributeError):
        return ""
