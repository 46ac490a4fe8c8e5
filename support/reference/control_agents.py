"""控制面：智能体与它的配置。

职责：HTTP 与名册之间的转换；配置出门一律遮住模型密钥。
不做什么：不解释配置（`agent_config`），不缓存它。
"""

from __future__ import annotations

from typing import Any

from aiohttp import web

from support.reference import agent_config, ids
from support.reference.directory import Directory, NameTaken, Record
from support.reference.envelope import Answer, Failure, enveloped, page_of
from support.reference.forms import body_form, query_form
from support.reference.lifecycle import Lifecycle
from support.reference.scope import View

STATUSES = ("active", "inactive", "archived")


class AgentsApi:
    """``/api/v2/agents``。"""

    def __init__(self, directory: Directory, lifecycle: Lifecycle) -> None:
        self._directory, self._lifecycle = directory, lifecycle

    def mount(self, app: web.Application) -> None:
        """挂上路由。"""
        router = app.router
        router.add_post("/api/v2/agents", enveloped(self.create))
        router.add_get("/api/v2/agents", enveloped(self.browse), allow_head=False)
        router.add_get("/api/v2/agents/{id}", enveloped(self.show), allow_head=False)
        router.add_put("/api/v2/agents/{id}", enveloped(self.change))
        router.add_delete("/api/v2/agents/{id}", enveloped(self.remove))
        router.add_get("/api/v2/agents/{id}/config", enveloped(self.show_config), allow_head=False)
        router.add_put("/api/v2/agents/{id}/config", enveloped(self.change_config))

    async def create(self, request: web.Request) -> Answer:
        """给一个租户建智能体。"""
        form = await body_form(request)
        fields: dict[str, Any] = {
            "tenant_id": form.required("tenant_id"),
            "name": form.required("name"),
            "description": form.text("description"),
            "template_id": form.text("template_id"),
            "config": form.mapping("config") or {},
            "tags": form.texts("tags"),
        }
        form.check()
        self._require_tenant(request, fields["tenant_id"])
        fields["config"] = _accepted(fields["config"], {})
        try:
            agent = self._directory.add_agent(fields)
        except NameTaken:
            raise _name_taken() from None
        return Answer(shown(agent), "智能体创建成功", agent["tenant_id"])

    async def browse(self, request: web.Request) -> Answer:
        """列出一个租户的智能体；`tenant_id` 必填。"""
        form = query_form(request)
        tenant_id, status = form.required("tenant_id"), form.text("status")
        page, size = form.number("page", 1), form.number("size", 20, high=100)
        form.check()
        self._require_tenant(request, tenant_id)
        agents, total = self._directory.agents(tenant_id, status, page, size)
        items = [shown(agent) for agent in agents]
        return Answer(page_of(items, total, page, size), "获取智能体列表成功", tenant_id)

    async def show(self, request: web.Request) -> Answer:
        """查看。"""
        agent = self._find(request)
        return Answer(shown(agent), "获取智能体详情成功", agent["tenant_id"])

    async def change(self, request: web.Request) -> Answer:
        """修改；请求体里的 tenant_id 不起作用，停用即刻生效。"""
        form = await body_form(request)
        wanted: dict[str, Any] = {
            "name": form.text("name"),
            "description": form.text("description"),
            "config": form.mapping("config"),
            "status": form.choice("status", STATUSES),
            "tags": form.texts("tags"),
        }
        form.check()
        agent = self._find(request)
        fields = {name: value for name, value in wanted.items() if value is not None}
        if "config" in fields:
            fields["config"] = _accepted(fields["config"], agent["config"])
        try:
            self._directory.change_agent(agent["id"], fields)
        except NameTaken:
            raise _name_taken() from None
        self._lifecycle.access_changed(agent["tenant_id"])
        return Answer(shown(self._find(request)), "智能体更新成功", agent["tenant_id"])

    async def remove(self, request: web.Request) -> Answer:
        """删除智能体与它的密钥、历史、记忆。"""
        agent = self._find(request)
        self._directory.remove_agent(agent["id"])
        self._lifecycle.agent_removed(agent["tenant_id"], agent["id"])
        return Answer({"id": agent["id"]}, "智能体删除成功", agent["tenant_id"])

    async def show_config(self, request: web.Request) -> Answer:
        """查看配置；模型密钥只见星号。"""
        agent = self._find(request)
        config = agent_config.masked(agent["config"])
        return Answer(config, "获取智能体配置成功", agent["tenant_id"])

    async def change_config(self, request: web.Request) -> Answer:
        """整个替换配置；仍是星号的密钥沿用旧值。"""
        config = (await body_form(request)).values()
        agent = self._find(request)
        stored = _accepted(config, agent["config"])
        self._directory.change_agent(agent["id"], {"config": stored})
        return Answer(agent_config.masked(stored), "智能体配置更新成功", agent["tenant_id"])

    def _find(self, request: web.Request) -> Record:
        agent = View(self._directory, request).agent(request.match_info["id"])
        if agent is None:
            raise Failure("AGENT_004", "智能体不存在")
        return agent

    def _require_tenant(self, request: web.Request, tenant_id: str) -> None:
        if View(self._directory, request).tenant(tenant_id) is None:
            raise Failure("AGENT_001", "租户不存在")


def _accepted(config: dict[str, Any], stored: dict[str, Any]) -> dict[str, Any]:
    """能存的配置；不能用的报 AGENT_011。"""
    wrong = agent_config.problem(config)
    if wrong is not None:
        raise Failure("AGENT_011", f"智能体配置无效：{wrong}")
    kept: dict[str, Any] = agent_config.keep_secrets(config, stored)
    return kept


def _name_taken() -> Failure:
    return Failure("AGENT_002", "智能体名称在该租户内已存在")


def shown(agent: Record) -> dict[str, Any]:
    """智能体在应答里的样子。"""
    return {
        **agent,
        "config": agent_config.masked(agent["config"]),
        "created_at": ids.iso(agent["created_at"]),
        "updated_at": ids.iso(agent["updated_at"]),
    }
