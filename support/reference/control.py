"""控制面的 HTTP 应用：挂上各组路由，以及 ``/health``、``/info``、``/``。

职责：组装。不做什么：不含业务。鉴权是个开关（`gate`）：缺省没有。
"""

from __future__ import annotations

from aiohttp import web

from support.reference import (
    NAME,
    VERSION,
    agent_config,
    archive,
    outbox,
    people,
    sayings,
    scheduler,
)
from support.reference.access import Access
from support.reference.activity import Activity
from support.reference.control_activity import ActivityApi
from support.reference.control_agents import AgentsApi
from support.reference.control_auth import AuthApi
from support.reference.control_keys import KeysApi
from support.reference.control_plugins import PluginsApi
from support.reference.control_tenants import TenantsApi
from support.reference.control_usage import UsageApi
from support.reference.directory import Directory
from support.reference.envelope import http_errors, json_response
from support.reference.gate import Gate
from support.reference.lifecycle import Lifecycle
from support.reference.plugins import Plugins
from support.reference.usage import Usage

BODY_LIMIT = 16 * 1024 * 1024


def control_app(
    *,
    directory: Directory,
    access: Access,
    lifecycle: Lifecycle,
    activity: Activity,
    plugins: Plugins,
    usage: Usage,
    gate: Gate,
) -> web.Application:
    """组装控制面。"""
    app = web.Application(middlewares=[http_errors, gate.guard], client_max_size=BODY_LIMIT)
    TenantsApi(directory, lifecycle).mount(app)
    AgentsApi(directory, lifecycle).mount(app)
    KeysApi(directory, lifecycle).mount(app)
    AuthApi(directory, access).mount(app)
    ActivityApi(directory, activity).mount(app)
    PluginsApi(directory, plugins).mount(app)
    UsageApi(directory, usage).mount(app)
    app.router.add_get("/health", health, allow_head=False)
    app.router.add_get("/info", info, allow_head=False)
    app.router.add_get("/", root, allow_head=False)
    return app


async def health(_: web.Request) -> web.Response:
    """活着。"""
    return json_response({"status": "healthy", "service": NAME, "version": VERSION})


async def info(_: web.Request) -> web.Response:
    """这是什么、隔离哪几维、各种上限。"""
    return json_response(
        {
            "name": NAME,
            "version": VERSION,
            "isolation": ["tenant", "agent", "platform", "chat"],
            "limits": {
                "history_lines": agent_config.DEFAULT_HISTORY_LINES,
                "memories": archive.MEMORY_LIMIT,
                "likes": people.LIKES_LIMIT,
                "sayings": sayings.SAYINGS_LIMIT,
                "duplicate_seconds": archive.SEEN_SECONDS,
                "outbox_replies": outbox.CAPACITY,
                "outbox_seconds": outbox.KEEP_SECONDS,
                "model_calls": scheduler.TOTAL,
                "model_calls_per_tenant": scheduler.PER_TENANT,
            },
        }
    )


async def root(_: web.Request) -> web.Response:
    """门牌。"""
    return json_response({"message": NAME, "version": VERSION, "docs": "/info"})
