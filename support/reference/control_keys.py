"""控制面：密钥的发放、查看、修改、停用、删除。

职责：HTTP 与名册之间的转换。完整密钥只在发放的应答里出现一次，此后只见首尾。
不做什么：不判断密钥放不放行（`access`）。停用、删除、改期、改权限即刻作用于已开的连接。
"""

from __future__ import annotations

from typing import Any

from aiohttp import web

from support.reference import ids
from support.reference.directory import Directory, NameTaken, Record
from support.reference.envelope import Answer, Failure, enveloped, key_page_of
from support.reference.forms import body_form, query_form
from support.reference.lifecycle import Lifecycle
from support.reference.scope import View, scope_of


class KeysApi:
    """``/api/v2/api-keys``。"""

    def __init__(self, directory: Directory, lifecycle: Lifecycle) -> None:
        self._directory, self._lifecycle = directory, lifecycle

    def mount(self, app: web.Application) -> None:
        """挂上路由。"""
        router = app.router
        router.add_post("/api/v2/api-keys", enveloped(self.create))
        router.add_get("/api/v2/api-keys", enveloped(self.browse), allow_head=False)
        router.add_get("/api/v2/api-keys/{id}", enveloped(self.show), allow_head=False)
        router.add_put("/api/v2/api-keys/{id}", enveloped(self.change))
        router.add_delete("/api/v2/api-keys/{id}", enveloped(self.remove))
        router.add_post("/api/v2/api-keys/{id}/disable", enveloped(self.disable))

    async def create(self, request: web.Request) -> Answer:
        """发一把密钥；智能体必须属于这个租户。"""
        form = await body_form(request)
        fields: dict[str, Any] = {
            "tenant_id": form.required("tenant_id"),
            "agent_id": form.required("agent_id"),
            "name": form.required("name"),
            "description": form.text("description"),
            "permissions": form.texts("permissions") or [],
            "expires_at": form.moment("expires_at"),
        }
        form.check()
        self._require_owner(request, fields["tenant_id"], fields["agent_id"])
        try:
            key = self._directory.add_key(fields)
        except NameTaken:
            raise _name_taken() from None
        data = {**shown(key), "api_key": key["api_key"]}
        return Answer(data, "API密钥创建成功", key["tenant_id"])

    async def browse(self, request: web.Request) -> Answer:
        """列出一个租户的密钥；`tenant_id` 必填。"""
        form = query_form(request)
        tenant_id, agent_id = form.required("tenant_id"), form.text("agent_id")
        status = form.text("status")
        page, size = form.number("page", 1), form.number("page_size", 20, high=100)
        form.check()
        keys, total = (
            self._directory.keys(tenant_id, agent_id, status, page, size)
            if scope_of(request).covers(tenant_id)
            else ([], 0)
        )
        items = [{**shown(key), **_usage(key)} for key in keys]
        return Answer(key_page_of(items, total, page, size), "获取API密钥列表成功", tenant_id)

    async def show(self, request: web.Request) -> Answer:
        """查看。"""
        key = self._find(request)
        return Answer({**shown(key), **_usage(key)}, "获取API密钥详情成功", key["tenant_id"])

    async def change(self, request: web.Request) -> Answer:
        """修改名称、说明、权限、期限；`status` 不在此改。"""
        form = await body_form(request)
        wanted = {
            "name": form.text("name"),
            "description": form.text("description"),
            "permissions": form.texts("permissions"),
            "expires_at": form.moment("expires_at"),
        }
        form.check()
        key = self._find(request)
        fields = {name: value for name, value in wanted.items() if value is not None}
        try:
            self._directory.change_key(key["id"], fields)
        except NameTaken:
            raise _name_taken() from None
        self._lifecycle.access_changed(key["tenant_id"])
        return Answer(shown(self._find(request)), "API密钥更新成功", key["tenant_id"])

    async def disable(self, request: web.Request) -> Answer:
        """停用。"""
        key = self._find(request)
        self._directory.change_key(key["id"], {"status": "disabled"})
        self._lifecycle.access_changed(key["tenant_id"])
        return Answer(shown(self._find(request)), "API密钥已停用", key["tenant_id"])

    async def remove(self, request: web.Request) -> Answer:
        """删除。"""
        key = self._find(request)
        self._directory.remove_key(key["id"])
        self._lifecycle.access_changed(key["tenant_id"])
        data = {"id": key["id"], "api_key_id": key["id"]}
        return Answer(data, "API密钥删除成功", key["tenant_id"])

    def _find(self, request: web.Request) -> Record:
        key = View(self._directory, request).key(request.match_info["id"])
        if key is None:
            raise Failure("KEY_001", "API密钥不存在")
        return key

    def _require_owner(self, request: web.Request, tenant_id: str, agent_id: str) -> None:
        view = View(self._directory, request)
        if view.tenant(tenant_id) is None:
            raise Failure("TENANT_001", "租户不存在")
        if view.agent_of(tenant_id, agent_id) is None:
            raise Failure("AGENT_001", "智能体不存在")


def _name_taken() -> Failure:
    return Failure("KEY_002", "API密钥名称在该租户内已存在")


def shown(key: Record) -> dict[str, Any]:
    """密钥在应答里的样子；全文已遮住。"""
    columns = ("tenant_id", "agent_id", "name", "description", "permissions", "status")
    return {
        "api_key_id": key["id"],
        **{column: key[column] for column in columns},
        "api_key": ids.mask_key(key["api_key"]),
        "expires_at": ids.iso(key["expires_at"]),
        "created_at": ids.iso(key["created_at"]),
    }


def _usage(key: Record) -> dict[str, Any]:
    return {"last_used_at": ids.iso(key["last_used_at"]), "usage_count": key["usage_count"]}
