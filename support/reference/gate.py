"""控制面的门：``--auth`` 打开后，凭 ``X-API-Key`` 或 ``Authorization: Bearer`` 进门。

职责：认凭证、定范围。运营密钥管得着全部；租户的密钥（与消息面同一套放行规则，
且有 ``admin`` 权限或权限为空）只管得着自己的租户。
不做什么：不判断具体的编号（`scope`）。没有、不认识、已失效的凭证答复完全一样。
``/health``、``/info``、``/`` 不含任何租户的东西，不必凭证。
"""

from __future__ import annotations

import hmac

from aiohttp import web

from support.reference.access import Access
from support.reference.envelope import Failure, HttpHandler, failed
from support.reference.scope import Scope, put_scope

ADMIN = "admin"
_PUBLIC = frozenset({"/", "/health", "/info"})


def forbidden() -> Failure:
    """认得来人，但这件事他做不得。"""
    return Failure("AUTH_003", "没有管理权限")


class Gate:
    """控制面的门卫；`operator_key` 为 None 是没开鉴权。"""

    def __init__(self, access: Access, operator_key: str | None) -> None:
        self._access, self._operator_key = access, operator_key

    @web.middleware
    async def guard(self, request: web.Request, handler: HttpHandler) -> web.StreamResponse:
        """每个请求都经过这里。"""
        if self.is_open(request):
            put_scope(request, Scope())
            return await handler(request)
        try:
            scope = self.scope(credential(request))
        except Failure as failure:
            return failed(failure)
        if scope is None:
            return failed(Failure("AUTH_005", "凭证缺失或无效"), status=401)
        put_scope(request, scope)
        return await handler(request)

    def is_open(self, request: web.Request) -> bool:
        """这个请求不必凭证。"""
        return self._operator_key is None or request.path in _PUBLIC

    def scope(self, key: str) -> Scope | None:
        """凭证管得着的范围；不认得返回 None，没有管理权限抛 :class:`Failure`。"""
        if self.is_operator(key):
            return Scope()
        record = self._access.find(key)
        if record is None or self._access.refusal(record) is not None:
            return None
        if not self._access.permits(record["permissions"], ADMIN):
            raise forbidden()
        return Scope(record["tenant_id"])

    def is_operator(self, key: str) -> bool:
        """是不是运营密钥。"""
        expected = self._operator_key or ""
        return bool(expected) and hmac.compare_digest(_bytes(key), _bytes(expected))


def credential(request: web.Request) -> str:
    """来人出示的凭证；两处都有以 ``X-API-Key`` 为准。"""
    if "X-API-Key" in request.headers:
        return request.headers["X-API-Key"]
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")
