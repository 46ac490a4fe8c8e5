"""控制面：智能体的活跃状态。

职责：HTTP 与 `activity` 之间的转换；只登记确实属于该租户、双方都启用的智能体。
"""

from __future__ import annotations

from typing import Any

from aiohttp import web

from support.reference import ids
from support.reference.activity import Activity
from support.reference.directory import Directory, Record
from support.reference.envelope import Answer, Failure, enveloped
from support.reference.forms import body_form, query_form
from support.reference.scope import View, scope_of


class ActivityApi:
    """``/api/v2/agent-activity``。"""

    def __init__(self, directory: Directory, activity: Activity) -> None:
        self._directory, self._activity = directory, activity

    def mount(self, app: web.Application) -> None:
        """挂上路由。"""
        app.router.add_put("/api/v2/agent-activity", enveloped(self.touch))
        app.router.add_get("/api/v2/agent-activity", enveloped(self.browse), allow_head=False)

    async def touch(self, request: web.Request) -> Answer:
        """登记活跃。"""
        form = await body_form(request)
        tenant_id, agent_id = form.required("tenant_id"), form.required("agent_id")
        ttl_seconds = form.positive("ttl_seconds")
        form.check()
        if not self.is_awake(View(self._directory, request), tenant_id, agent_id):
            raise Failure("ACTIVITY_002", "智能体不存在、不属于该租户或未启用")
        entry = self._activity.touch(tenant_id, agent_id, ttl_seconds)
        return Answer(shown(entry), "活跃状态已登记", tenant_id)

    async def browse(self, request: web.Request) -> Answer:
        """列出此刻活跃的；没给 `tenant_id` 就是来人管得着的全部。"""
        form, scope = query_form(request), scope_of(request)
        tenant_id = form.text("tenant_id")
        form.check()
        wanted = scope.tenant_id if tenant_id is None else tenant_id
        entries = self._activity.current(wanted) if scope.covers(wanted) else []
        items = [shown(entry) for entry in entries]
        return Answer({"items": items, "count": len(items)}, "获取活跃状态成功", tenant_id)

    def is_awake(self, view: View, tenant_id: str, agent_id: str) -> bool:
        """智能体属于这个租户，且双方都启用。"""
        tenant, agent = view.tenant(tenant_id), view.agent_of(tenant_id, agent_id)
        if tenant is None or agent is None:
            return False
        return bool(tenant["status"] == "active" and agent["status"] == "active")


def shown(entry: Record) -> dict[str, Any]:
    """活跃状态在应答里的样子。"""
    seen, expires = ids.iso(entry["last_seen_at"]), ids.iso(entry["expires_at"])
    return {**entry, "last_seen_at": seen, "expires_at": expires}
