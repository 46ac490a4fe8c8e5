"""控制面：使用日志与用量。

职责：HTTP 与 `usage` 之间的转换。``GET /api/v1/usage`` 是本服务添的，真实部署没有：
没有信封，``{items,total,messages,model_calls}``，`tenant_id` 必填，分页同租户列表。
"""

from __future__ import annotations

from typing import Any

from aiohttp import web

from support.reference.directory import Directory
from support.reference.envelope import Answer, Failure, bare, enveloped
from support.reference.forms import body_form, query_form
from support.reference.scope import View, scope_of
from support.reference.usage import Usage


class UsageApi:
    """``/api/v1/usage``。"""

    def __init__(self, directory: Directory, usage: Usage) -> None:
        self._directory, self._usage = directory, usage

    def mount(self, app: web.Application) -> None:
        """挂上路由。"""
        app.router.add_post("/api/v1/usage/log", enveloped(self.log))
        app.router.add_get("/api/v1/usage", bare(self.show), allow_head=False)

    async def log(self, request: web.Request) -> Answer:
        """记一条使用日志；租户的密钥没写租户，就记在自己名下。"""
        form, view = await body_form(request), View(self._directory, request)
        entry: dict[str, Any] = {
            "tenant_id": form.text("tenant_id"),
            "agent_id": form.text("agent_id"),
            "user_id": form.text("user_id"),
            "action": form.required("action"),
            "details": form.mapping("details"),
            "timestamp": form.text("timestamp"),
        }
        form.check()
        if entry["tenant_id"] is None:
            entry["tenant_id"] = view.scope.tenant_id
        elif view.tenant(entry["tenant_id"]) is None:
            raise Failure("TENANT_003", "租户不存在")
        return Answer(self._usage.add(entry), "使用日志已记录", entry["tenant_id"])

    async def show(self, request: web.Request) -> Any:
        """一个租户的使用日志与总数；看不见的租户什么都是零。"""
        form = query_form(request)
        tenant_id = form.required("tenant_id")
        page, size = form.number("page", 1), form.number("size", 20, high=100)
        form.check()
        if not scope_of(request).covers(tenant_id):
            return {"items": [], "total": 0, "messages": 0, "model_calls": 0}
        items, total = self._usage.entries(tenant_id, page, size)
        return {"items": items, "total": total, **self._usage.totals(tenant_id)}
