"""模型端点：读请求、记一笔、按规则作答。

不做什么：不解析命令行（serve）、不定答什么（scripts）、不改规则（control）。
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable

from aiohttp import web

from support.errors import ProtocolError
from support.observer import protocol, scripts
from support.observer.call import UNPLACED, Call, Said
from support.observer.control import Control
from support.observer.records import Record, Records
from support.observer.rules import Rule, Rulebook
from support.observer.scripts import Script
from support.observer.upstream import Upstream
from support.observer.vectors import vector

_LARGEST_BODY = 128 * 1024 * 1024
EMBEDDING = "embedding"
_JSON, _SSE = "application/json", "text/event-stream"
_Parse = Callable[[bytes], Call]
_Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def build_app(
    *, token: str, script: str = "plain", upstream: Upstream | None = None
) -> web.Application:
    """装好一个观察站；运行它时要打开 ``handler_cancellation``，才看得见调用方挂断。

    给了 `upstream` 就直通：剧本只用来认出这是哪一步，答案是真模型的。
    """
    records = Records(mono=time.monotonic, wall=time.time)
    rules = Rulebook()
    model = ModelEndpoint(records, rules, scripts.load(script), upstream)
    app = web.Application(client_max_size=_LARGEST_BODY)
    if upstream is not None:
        app.cleanup_ctx.append(upstream.open)
    app.add_routes(Control(records, rules, token=token).routes())
    for prefix in ("/v1", ""):
        app.add_routes(
            [
                web.post(f"{prefix}/chat/completions", model.handler(protocol.parse_chat)),
                web.post(f"{prefix}/embeddings", model.handler(protocol.parse_embeddings)),
                web.get(f"{prefix}/models", model.list_models),
            ]
        )
    return app


class ModelEndpoint:
    """OpenAI 兼容的两种请求，走同一条路：记录 → 规则 → 应答。"""

    def __init__(
        self, records: Records, rules: Rulebook, script: Script, upstream: Upstream | None
    ) -> None:
        self._records, self._rules = records, rules
        self._script, self._upstream = script, upstream

    async def list_models(self, request: web.Request) -> web.StreamResponse:
        """模型清单。"""
        return web.Response(body=protocol.dump(protocol.models_body()), content_type=_JSON)

    def handler(self, parse: _Parse) -> _Handler:
        """造一个处理函数；`parse` 决定请求的形状。"""

        async def handle(request: web.Request) -> web.StreamResponse:
            raw = await request.read()
            key = request.headers.get("Authorization", "").partition(" ")[2].strip()
            try:
                call = parse(raw)
            except ProtocolError as error:
                # 读不懂的请求也留底：里面可能正带着别人的口令。
                seen = Call(prompt=raw.decode(errors="replace"))
                self._records.add(seen, path=request.path, key=key, kind=UNPLACED).finish(
                    "status 400"
                )
                return _error(400, str(error))
            said = Said(kind=EMBEDDING) if call.inputs else self._script(call)
            record = self._records.add(
                call, path=request.path, key=key, kind=said.kind, asked=said.asked
            )
            rule = self._rules.pick(record)
            try:
                await self._linger(rule, record)
                if self._upstream is not None and (rule is None or rule.harmless):
                    return await _relay(request, record, raw, self._upstream)
                return await _respond(request, call, record, rule, said)
            except (asyncio.CancelledError, ConnectionResetError):
                if record.unfinished:
                    record.finish("gone")
                raise

        return handle

    async def _linger(self, rule: Rule | None, record: Record) -> None:
        """作答之前的等待：闸门、拖延、装死。"""
        if rule is None:
            return
        if rule.action == "hold":
            record.outcome = "held"
            await self._rules.hold(rule)
        elif rule.action == "delay":
            await asyncio.sleep(rule.seconds)
        elif rule.action == "silent":
            record.finish("silent")
            await asyncio.Event().wait()


async def _relay(
    request: web.Request, record: Record, raw: bytes, upstream: Upstream
) -> web.StreamResponse:
    """上游的答案原样送回；送出之前先定案。"""
    relayed = await upstream.relay(request.path, raw)
    good = relayed.status == 200
    record.finish("answered" if good else f"status {relayed.status}", relayed.text)
    return web.Response(body=relayed.body, status=relayed.status, content_type=relayed.content_type)


async def _respond(
    request: web.Request, call: Call, record: Record, rule: Rule | None, said: Said
) -> web.StreamResponse:
    action = rule.action if rule is not None else ""
    if rule is not None and action == "status":
        record.finish(f"status {rule.status}")
        return _error(rule.status, f"观察站按规则答以 {rule.status}")
    said = _amended(said, rule)
    pieces = protocol.broken_pieces(call) if action == "malformed" else _pieces(call, said, record)
    if action == "cut":
        record.finish("cut")
        return await _cut(request, call, b"".join(pieces))
    outcome = action if action in ("malformed", "empty") else "answered"
    delivered = protocol.told(said) if outcome == "answered" else ""
    return await _send(request, call, pieces, lambda: record.finish(outcome, delivered))


def _amended(said: Said, rule: Rule | None) -> Said:
    """规则改写过的回答：说空话，或照稿子念。"""
    if rule is None or said.kind == EMBEDDING:
        return said
    if rule.action == "empty":
        return Said(kind=said.kind)
    return said if rule.say is None else Said(rule.say, kind=said.kind)


def _pieces(call: Call, said: Said, record: Record) -> list[bytes]:
    if call.inputs:
        size = protocol.vector_size(call)
        return protocol.embedding_pieces(call, [vector(item, size) for item in call.inputs])
    return protocol.chat_pieces(call, said, seq=record.seq, created=int(record.wall))


async def _send(
    request: web.Request, call: Call, pieces: list[bytes], finish: Callable[[], None]
) -> web.StreamResponse:
    """送出应答；最后一块送出之前先定案，拿到答案的人就一定读得到记录。"""
    if not call.stream:
        finish()
        return web.Response(body=b"".join(pieces), content_type=_JSON)
    response = web.StreamResponse(headers={"Content-Type": _SSE, "Cache-Control": "no-cache"})
    await response.prepare(request)
    for piece in pieces[:-1]:
        await response.write(piece)
    finish()
    await response.write(pieces[-1])
    await response.write_eof()
    return response


async def _cut(request: web.Request, call: Call, body: bytes) -> web.StreamResponse:
    """送一半就断开：头已经发出，长度对不上，流也没有结尾。"""
    response = web.StreamResponse(headers={"Content-Type": _SSE if call.stream else _JSON})
    if not call.stream:
        response.content_length = len(body)
    await response.prepare(request)
    await response.write(body[: len(body) // 2])
    if request.transport is not None:
        request.transport.close()
    return response


def _error(status: int, message: str) -> web.Response:
    body = protocol.dump(protocol.error_body(status, message))
    return web.Response(body=body, status=status, content_type=_JSON)
