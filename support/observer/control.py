"""控制面：读记录、立规则、等人到闸前。口令不对时装作没有这条路。

不做什么：不作答模型请求。
"""

from __future__ import annotations

import hmac
import json
import math
from collections.abc import Awaitable, Callable

from aiohttp import web

from support.errors import ProtocolError
from support.observer.protocol import dump
from support.observer.records import Records
from support.observer.rules import Rulebook

PREFIX = "/_observer"
HEADER = "X-Observer-Token"
_LONGEST_WAIT = 600.0
_Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Control:
    """控制面的处理函数，共用一份记录簿与规则簿。"""

    def __init__(self, records: Records, rules: Rulebook, *, token: str) -> None:
        self._records, self._rules, self._token = records, rules, token

    def routes(self) -> list[web.RouteDef]:
        """控制面的路由。"""
        return [
            web.get(f"{PREFIX}/records", self._guard(self._read)),
            web.post(f"{PREFIX}/rules", self._guard(self._add)),
            web.get(f"{PREFIX}/rules/{{id}}", self._guard(self._show)),
            web.delete(f"{PREFIX}/rules/{{id}}", self._guard(self._remove)),
        ]

    def _guard(self, handler: _Handler) -> _Handler:
        async def guarded(request: web.Request) -> web.StreamResponse:
            given = request.headers.get(HEADER, "")
            if not hmac.compare_digest(given.encode(errors="replace"), self._token.encode()):
                raise web.HTTPNotFound
            try:
                return await handler(request)
            except ProtocolError as error:
                return _json({"error": str(error)}, status=400)

        return guarded

    async def _read(self, request: web.Request) -> web.StreamResponse:
        after = int(_number(request, "after", 0))
        wait = _number(request, "wait", 0)
        records = self._records
        await records.bell.until(lambda: records.last > after, seconds=wait)
        rows = [record.row() for record in records.after(after)]
        return _json({"records": rows, "last": records.last, "dropped": records.dropped})

    async def _add(self, request: web.Request) -> web.StreamResponse:
        try:
            body = json.loads(await request.read())
        except ValueError as error:
            raise ProtocolError("规则必须是 JSON 对象") from error
        return _json({"id": self._rules.add(body).id})

    async def _show(self, request: web.Request) -> web.StreamResponse:
        rule = self._rules.get(request.match_info["id"])
        if rule is None:
            return _no_rule()
        held = _number(request, "held", 0)
        wait = _number(request, "wait", 0)
        await self._rules.bell.until(
            lambda: rule.held >= held or rule.released.is_set(), seconds=wait
        )
        return _json(rule.row())

    async def _remove(self, request: web.Request) -> web.StreamResponse:
        """撤规则；带 wait 时等被放行的都走出闸门（那时它们的记录已经定案）。"""
        wait = _number(request, "wait", 0)
        rule = self._rules.remove(request.match_info["id"])
        if rule is None:
            return _no_rule()
        await self._rules.bell.until(lambda: rule.held == 0, seconds=wait)
        return _json(rule.row())


def _number(request: web.Request, name: str, default: float) -> float:
    text = request.query.get(name)
    if text is None:
        return default
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not 0 <= value < math.inf:
        raise ProtocolError(f"{name} 必须是不小于 0 的数")
    return min(value, _LONGEST_WAIT) if name == "wait" else value


def _no_rule() -> web.Response:
    return _json({"error": "没有这条规则"}, status=404)


def _json(value: object, *, status: int = 200) -> web.Response:
    return web.Response(body=dump(value), status=status, content_type="application/json")
