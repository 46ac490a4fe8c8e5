"""控制面：插件设置。约定没有信封：列表就是列表，一项就是一项。

职责：HTTP 与 `plugins` 之间的转换。租户、智能体只取自查询参数，请求体里的不起作用。
看不见的租户（或不属于它的智能体）：读是空列表，写是带错误码的拒绝。
"""

from __future__ import annotations

from typing import Any

from aiohttp import web

from support.reference.directory import Directory
from support.reference.envelope import Failure, bare
from support.reference.forms import body_form, query_form
from support.reference.plugins import Plugins
from support.reference.scope import View


class PluginsApi:
    """``/api/v1/plugins/settings``。"""

    def __init__(self, directory: Directory, plugins: Plugins) -> None:
        self._directory, self._plugins = directory, plugins

    def mount(self, app: web.Application) -> None:
        """挂上路由。"""
        app.router.add_get("/api/v1/plugins/settings", bare(self.browse), allow_head=False)
        app.router.add_post("/api/v1/plugins/settings", bare(self.change))

    async def browse(self, request: web.Request) -> Any:
        """一个租户的设置；给了智能体，就是对它生效的设置。"""
        tenant_id, agent_id = _whose(request)
        if self.refusal(View(self._directory, request), tenant_id, agent_id) is not None:
            return []
        return self._plugins.settings(tenant_id, agent_id)

    async def change(self, request: web.Request) -> Any:
        """写一项设置。"""
        tenant_id, agent_id = _whose(request)
        form = await body_form(request)
        setting = {
            "plugin_name": form.required("plugin_name"),
            "enabled": form.flag("enabled", True),
            "config": form.mapping("config") or {},
        }
        form.check()
        refusal = self.refusal(View(self._directory, request), tenant_id, agent_id)
        if refusal is not None:
            raise refusal
        self._plugins.put(tenant_id, agent_id, setting)
        return setting

    def refusal(self, view: View, tenant_id: str, agent_id: str | None) -> Failure | None:
        """为什么碰不得；碰得返回 None。"""
        if view.tenant(tenant_id) is None:
            return Failure("TENANT_003", "租户不存在")
        if agent_id is not None and view.agent_of(tenant_id, agent_id) is None:
            return Failure("AGENT_004", "智能体不存在")
        return None


def _whose(request: web.Request) -> tuple[str, str | None]:
    form = query_form(request)
    tenant_id, agent_id = form.required("tenant_id"), form.text("agent_id")
    form.check()
    return tenant_id, agent_id
