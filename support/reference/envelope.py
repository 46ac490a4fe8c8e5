"""控制面的信封：业务成败都是 HTTP 200，看 `success`；写错的请求才是 HTTP 错误。

职责：把处理函数的返回值或 :class:`Failure` 装进九个键齐全的信封。
不做什么：不含业务；出了意外也不把异常原文（可能带着别人的数据）交给对方。
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any

from aiohttp import web

from support.reference import ids
from support.reference.forms import Invalid

log = logging.getLogger("reference.control")


@dataclass(frozen=True, slots=True)
class Answer:
    """一次成功的业务应答。"""

    data: Any
    message: str
    tenant_id: str | None = None


class Failure(Exception):
    """一次业务失败：HTTP 200，`success` 为假。"""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code, self.message = code, message


Handler = Callable[[web.Request], Awaitable[Answer]]
HttpHandler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def enveloped(handler: Handler) -> HttpHandler:
    """把业务处理函数变成 HTTP 处理函数。"""

    async def respond(request: web.Request) -> web.Response:
        started = time.perf_counter()
        try:
            answer = await handler(request)
        except Failure as failure:
            return failed(failure)
        return json_response(_envelope(answer, _spent(started), None))

    return respond


def bare(handler: Callable[[web.Request], Awaitable[Any]]) -> HttpHandler:
    """没有信封的处理函数；业务失败仍是信封。"""

    async def respond(request: web.Request) -> web.Response:
        try:
            return json_response(await handler(request))
        except Failure as failure:
            return failed(failure)

    return respond


def failed(failure: Failure, *, status: int = 200) -> web.Response:
    """业务失败的应答；不报用时，用时会透露编号存不存在。"""
    answer = Answer(None, failure.message)
    return json_response(_envelope(answer, None, failure), status=status)


def _spent(started: float) -> float:
    """用时（秒）；总写成六位小数，应答的长短就不透露什么。"""
    return round(max(round(time.perf_counter() - started, 5), 1e-4) + 1e-6, 6)


def _envelope(answer: Answer, spent: float | None, failure: Failure | None) -> dict[str, Any]:
    now = datetime.now(timezone.utc).replace(tzinfo=None)
    return {
        "success": failure is None,
        "message": answer.message,
        "data": answer.data,
        "timestamp": now.isoformat(timespec="microseconds") + "Z",
        "request_id": ids.new_uuid(),
        "tenant_id": answer.tenant_id,
        "execution_time": spent,
        "error": failure.message if failure else None,
        "error_code": failure.code if failure else None,
    }


@web.middleware
async def http_errors(request: web.Request, handler: HttpHandler) -> web.StreamResponse:
    """422、404、405 与意外的形状。"""
    try:
        return await handler(request)
    except Invalid as invalid:
        return json_response({"detail": invalid.detail}, status=422)
    except web.HTTPException as error:
        return json_response({"detail": error.reason}, status=error.status)
    except Exception:
        log.exception("处理 %s %s 时出了意外", request.method, request.path)
        return json_response({"detail": "Internal Server Error"}, status=500)


def json_response(value: Any, *, status: int = 200) -> web.Response:
    """中文不转义的 JSON 应答。"""
    try:
        body = json.dumps(value, ensure_ascii=False).encode("utf-8")
    except UnicodeEncodeError:
        body = json.dumps(value).encode("ascii")
    return web.Response(body=body, status=status, content_type="application/json", charset="utf-8")


def page_of(items: list[Any], total: int, page: int, size: int) -> dict[str, Any]:
    """租户与智能体的分页。"""
    pages = -(-total // size)
    return {"items": items, "total": total, "page": page, "size": size, "pages": pages}


def key_page_of(items: list[Any], total: int, page: int, page_size: int) -> dict[str, Any]:
    """密钥的分页；形状与另两样不同，约定如此。"""
    pages = -(-total // page_size)
    pagination = {
        "page": page,
        "page_size": page_size,
        "total": total,
        "total_pages": pages,
        "has_next": page < pages,
        "has_prev": page > 1,
    }
    return {"items": items, "pagination": pagination}
