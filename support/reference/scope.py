"""来人管得着哪些租户，以及他眼中的名册。

职责：管不着的，与不存在的一样，都看不见。不做什么：不认凭证（`gate`）。
没开鉴权时，来人都是运营方。
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from aiohttp import web

from support.reference.directory import Directory, Record

# aiohttp 3.14 起要用 RequestKey，之前的版本没有它。
_PLACE: Any = web.RequestKey("scope", object) if hasattr(web, "RequestKey") else "scope"


@dataclass(frozen=True, slots=True)
class Scope:
    """管得着的范围；`tenant_id` 为 None 是运营方，管得着全部。"""

    tenant_id: str | None = None

    @property
    def is_operator(self) -> bool:
        """是不是运营方。"""
        return self.tenant_id is None

    def covers(self, tenant_id: str | None) -> bool:
        """管不管得着这个租户。"""
        return self.tenant_id is None or tenant_id == self.tenant_id


def put_scope(request: web.Request, scope: Scope) -> None:
    """认出来人之后，把他的范围放进这次请求。"""
    request[_PLACE] = scope


def scope_of(request: web.Request) -> Scope:
    """这次请求的来人管得着什么。"""
    scope: Scope = request[_PLACE]
    return scope


class View:
    """一次请求看得见的名册。"""

    def __init__(self, directory: Directory, request: web.Request) -> None:
        self._directory, self.scope = directory, scope_of(request)

    def tenant(self, tenant_id: str) -> Record | None:
        """看得见的租户。"""
        tenant = self._directory.tenant(tenant_id)
        return tenant if tenant is not None and self.scope.covers(tenant["id"]) else None

    def agent(self, agent_id: str) -> Record | None:
        """看得见的智能体。"""
        agent = self._directory.agent(agent_id)
        return agent if agent is not None and self.scope.covers(agent["tenant_id"]) else None

    def agent_of(self, tenant_id: str, agent_id: str) -> Record | None:
        """看得见的、确实属于这个租户的智能体。"""
        agent = self.agent(agent_id)
        return agent if agent is not None and agent["tenant_id"] == tenant_id else None

    def key(self, key_id: str) -> Record | None:
        """看得见的密钥。"""
        key = self._directory.key(key_id)
        return key if key is not None and self.scope.covers(key["tenant_id"]) else None
