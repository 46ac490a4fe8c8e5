"""管理面的请求：对哪样东西做哪件事，写成动词、路径、查询与正文。

职责：纯数据。不做什么：不收发。同一件事对着不同的编号，除编号外一字不差。
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from support.errors import SuiteError
from support.phrases import Deed, Resource


@dataclass(frozen=True, slots=True)
class Ids:
    """一组编号：租户、智能体、密钥。"""

    tenant_id: str
    agent_id: str
    key_id: str

    @classmethod
    def fresh(cls) -> Ids:
        """样子相同、从未有过的一组。"""
        return cls(*(f"{kind}_{secrets.token_hex(6)}" for kind in ("tenant", "agent", "key")))

    def under(self, tenant_id: str) -> Ids:
        """同样的智能体与密钥，写在另一家名下。"""
        return replace(self, tenant_id=tenant_id)

    @property
    def parts(self) -> tuple[str, str, str]:
        """三个编号。"""
        return (self.tenant_id, self.agent_id, self.key_id)


@dataclass(frozen=True, slots=True)
class Request:
    """一次请求。"""

    ids: Ids
    method: str
    path: str
    params: Mapping[str, str] = field(default_factory=dict)
    body: Mapping[str, Any] | None = None


def request(deed: Deed, resource: Resource, ids: Ids, mark: str) -> Request:
    """写好一次请求；`mark` 是写进去的内容。没有这种做法的东西，查看与列出用同一种。"""
    made = _VERBS.get(deed, {}).get(resource) or _VERBS[Deed.LIST].get(resource)
    made = made or _VERBS[Deed.READ].get(resource)
    if made is None or (deed not in (Deed.READ, Deed.LIST) and resource not in _VERBS[deed]):
        raise SuiteError(f"管理面没有“{deed.value}{resource.value}”这件事")
    method, path, where = made
    places = {"tenant": ids.tenant_id, "agent": ids.agent_id, "key": ids.key_id}
    params = {name: places[name.removesuffix("_id")] for name in where}
    body = _body(deed, resource, ids, mark) if method in ("POST", "PUT") else None
    return Request(ids, method, path.format(**places), params, body)


def _body(deed: Deed, resource: Resource, ids: Ids, mark: str) -> Mapping[str, Any] | None:
    both = {"tenant_id": ids.tenant_id, "agent_id": ids.agent_id}
    if deed is Deed.DISABLE:
        return None
    if resource is Resource.ACTIVITY:
        return {**both, "ttl_seconds": int(mark) if mark.isdigit() else 60}
    if resource is Resource.PLUGINS:
        return {"plugin_name": mark, "enabled": True, "config": {"note": mark}}
    if resource is Resource.USAGE:
        return {**both, "action": "chat", "details": {"note": mark}}
    if resource is Resource.CONFIG:
        return {"persona": mark}
    if deed is Deed.CHANGE:
        return {"description": mark}
    if resource is Resource.AGENTS:
        return {"tenant_id": ids.tenant_id, "name": mark}
    return {**both, "name": mark, "permissions": ["chat"]}


_Verb = tuple[str, str, tuple[str, ...]]
_TENANT, _AGENT, _KEY = (
    "/api/v2/tenants/{tenant}",
    "/api/v2/agents/{agent}",
    "/api/v2/api-keys/{key}",
)
_ACTIVITY, _PLUGINS = "/api/v2/agent-activity", "/api/v1/plugins/settings"
_BOTH = ("tenant_id", "agent_id")
_VERBS: Mapping[Deed, Mapping[Resource, _Verb]] = {
    Deed.READ: {
        Resource.TENANT: ("GET", _TENANT, ()),
        Resource.AGENTS: ("GET", _AGENT, ()),
        Resource.CONFIG: ("GET", f"{_AGENT}/config", ()),
        Resource.KEYS: ("GET", _KEY, ()),
        Resource.PLUGINS: ("GET", _PLUGINS, _BOTH),
    },
    Deed.LIST: {
        Resource.AGENTS: ("GET", "/api/v2/agents", ("tenant_id",)),
        Resource.KEYS: ("GET", "/api/v2/api-keys", ("tenant_id",)),
        Resource.ACTIVITY: ("GET", _ACTIVITY, ("tenant_id",)),
        Resource.PLUGINS: ("GET", _PLUGINS, ("tenant_id",)),
        Resource.USAGE: ("GET", "/api/v1/usage", ("tenant_id",)),
    },
    Deed.CHANGE: {
        Resource.TENANT: ("PUT", _TENANT, ()),
        Resource.AGENTS: ("PUT", _AGENT, ()),
        Resource.CONFIG: ("PUT", f"{_AGENT}/config", ()),
        Resource.KEYS: ("PUT", _KEY, ()),
        Resource.ACTIVITY: ("PUT", _ACTIVITY, ()),
        Resource.PLUGINS: ("POST", _PLUGINS, ("tenant_id",)),
    },
    Deed.DISABLE: {Resource.KEYS: ("POST", f"{_KEY}/disable", ())},
    Deed.REMOVE: {
        Resource.TENANT: ("DELETE", _TENANT, ()),
        Resource.AGENTS: ("DELETE", _AGENT, ()),
        Resource.KEYS: ("DELETE", _KEY, ()),
    },
    Deed.ADD: {
        Resource.AGENTS: ("POST", "/api/v2/agents", ()),
        Resource.KEYS: ("POST", "/api/v2/api-keys", ()),
        Resource.USAGE: ("POST", "/api/v1/usage/log", ()),
    },
    Deed.ADOPT: {
        Resource.KEYS: ("POST", "/api/v2/api-keys", ()),
        Resource.ACTIVITY: ("PUT", _ACTIVITY, ()),
        Resource.PLUGINS: ("POST", _PLUGINS, _BOTH),
    },
}
