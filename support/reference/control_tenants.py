"""控制面：租户的开通、查看、修改、删除。

职责：HTTP 与名册之间的转换。不做什么：不判断密钥、不碰聊天数据（删除由外键级联）。
"""

from __future__ import annotations

from typing import Any

from aiohttp import web

from support.reference import ids
from support.reference.directory import Directory, NameTaken, Record
from support.reference.envelope import Answer, Failure, enveloped, page_of
from support.reference.forms import body_form, query_form
from support.reference.gate import forbidden
from support.reference.lifecycle import Lifecycle
from support.reference.scope import View, scope_of

TYPES = ("personal", "enterprise")
STATUSES = ("active", "inactive", "suspended")


def missing() -> Failure:
    """租户不存在；不说明为什么不存在。"""
    return Failure("TENANT_003", "租户不存在")


class TenantsApi:
    """``/api/v2/tenants``。"""

    def __init__(self, directory: Directory, lifecycle: Lifecycle) -> None:
        self._directory, self._lifecycle = directory, lifecycle

    def mount(self, app: web.Application) -> None:
        """挂上路由。"""
        router = app.router
        router.add_post("/api/v2/tenants", enveloped(self.create))
        router.add_get("/api/v2/tenants", enveloped(self.browse), allow_head=False)
        router.add_get("/api/v2/tenants/{id}", enveloped(self.show), allow_head=False)
        router.add_put("/api/v2/tenants/{id}", enveloped(self.change))
        router.add_delete("/api/v2/tenants/{id}", enveloped(self.remove))

    async def create(self, request: web.Request) -> Answer:
        """开通；只有运营方可以。"""
        if not scope_of(request).is_operator:
            raise forbidden()
        form = await body_form(request)
        fields = {
            "tenant_name": form.required("tenant_name"),
            "tenant_type": form.required_choice("tenant_type", TYPES),
            "description": form.text("description"),
            "contact_email": form.text("contact_email"),
            "tenant_config": form.mapping("tenant_config"),
            "owner_id": form.text("owner_id"),
        }
        form.check()
        try:
            tenant = self._directory.add_tenant(fields)
        except NameTaken:
            raise Failure("TENANT_002", "租户名称已存在") from None
        return Answer(shown(tenant), "租户创建成功", tenant["id"])

    async def browse(self, request: web.Request) -> Answer:
        """列出看得见的。"""
        form = query_form(request)
        status = form.text("status")
        page, size = form.number("page", 1), form.number("size", 20, high=100)
        form.check()
        tenants, total = self._directory.tenants(scope_of(request).tenant_id, status, page, size)
        items = [shown(tenant) for tenant in tenants]
        return Answer(page_of(items, total, page, size), "获取租户列表成功")

    async def show(self, request: web.Request) -> Answer:
        """查看。"""
        tenant = self._find(request)
        return Answer(shown(tenant), "获取租户详情成功", tenant["id"])

    async def change(self, request: web.Request) -> Answer:
        """修改；停用即刻生效。"""
        form = await body_form(request)
        wanted = {
            "tenant_name": form.text("tenant_name"),
            "description": form.text("description"),
            "contact_email": form.text("contact_email"),
            "tenant_config": form.mapping("tenant_config"),
            "status": form.choice("status", STATUSES),
        }
        form.check()
        tenant_id = self._find(request)["id"]
        fields = {name: value for name, value in wanted.items() if value is not None}
        try:
            self._directory.change_tenant(tenant_id, fields)
        except NameTaken:
            raise Failure("TENANT_006", "租户更新失败：名称已存在") from None
        self._lifecycle.access_changed(tenant_id)
        return Answer(shown(self._find(request)), "租户更新成功", tenant_id)

    async def remove(self, request: web.Request) -> Answer:
        """删除租户与名下一切。"""
        tenant_id = self._find(request)["id"]
        self._directory.remove_tenant(tenant_id)
        self._lifecycle.tenant_removed(tenant_id)
        return Answer({"id": tenant_id}, "租户删除成功", tenant_id)

    def _find(self, request: web.Request) -> Record:
        tenant = View(self._directory, request).tenant(request.match_info["id"])
        if tenant is None:
            raise missing()
        return tenant


def shown(tenant: Record) -> dict[str, Any]:
    """租户在应答里的样子。"""
    created, updated = ids.iso(tenant["created_at"]), ids.iso(tenant["updated_at"])
    return {**tenant, "created_at": created, "updated_at": updated}
