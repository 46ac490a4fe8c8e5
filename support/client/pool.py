"""密钥池：没有管理面的部署，配置里每一把放行的密钥当作一家租户。

职责：与管理面客户端同样的用法；发得出密钥就发，办不到的说明缺哪样本事，场景因此跳过。
不做什么：不连网。场景结束时密钥回到池里：每个场景用全新的用户与群编号，旧话带不过去。
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from typing import Any

from support.client.control import Answer
from support.errors import SuiteError, Unsupported
from support.ledger import Ledger
from support.model import NOBODY, Kind, Owner, Surface

_PLAIN = {"tenant_id", "agent_id", "name", "permissions"}


class KeyPool:
    """一池密钥；一个进程一池，各场景轮流用。"""

    def __init__(self, keys: tuple[str, ...], ledger: Ledger) -> None:
        self._free, self._total = list(keys), len(keys)
        self._ledger = ledger
        self._numbers = itertools.count(1)
        self._homes: dict[str, str] = {}
        self._lent: dict[str, str] = {}
        for key in keys:
            ledger.redactor.learn(key)

    async def call(
        self,
        method: str,
        path: str,
        *,
        by: Owner = NOBODY,
        body: Mapping[str, Any] | None = None,
        params: Mapping[str, str] | None = None,
        key: str | None = None,
    ) -> Answer:
        """办一件事；除了发一把密钥，别的都没有管理面可办。"""
        data = self._do(method, path, body or {})
        self._ledger.add(
            Kind.BODY,
            by=by,
            surface=Surface.BODY,
            text="",
            method=method,
            path=path,
            status=200,
            success=True,
            error_code="",
        )
        return Answer(True, 200, "", "", data)

    async def settled(self) -> None:
        """没有发出去的请求可等。"""

    async def must(
        self,
        method: str,
        path: str,
        *,
        by: Owner = NOBODY,
        body: Mapping[str, Any] | None = None,
        params: Mapping[str, str] | None = None,
    ) -> Any:
        """同 :meth:`call`，只要业务数据。"""
        return (await self.call(method, path, by=by, body=body, params=params)).data

    async def remove(self, path: str, *, by: Owner) -> bool:
        """收场：密钥回到池里；别的本来就只有名分。"""
        key = self._lent.pop(path.rpartition("/")[2], None)
        if key is not None:
            self._free.append(key)
        return True

    def _do(self, method: str, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        resource = path.removeprefix("/api/v2/")
        if (method, resource) == ("GET", "tenants"):
            return {"items": [], "pages": 1}
        if (method, resource) == ("POST", "tenants"):
            return {"id": self._number("tenant")}
        if (method, resource) == ("POST", "agents"):
            return {"id": self._agent(str(body["tenant_id"]))}
        if (method, resource) == ("POST", "api-keys"):
            return self._lend(body)
        raise Unsupported("管理面")

    def _number(self, kind: str) -> str:
        return f"{kind}_pool{next(self._numbers):06d}"

    def _agent(self, tenant: str) -> str:
        if tenant in self._homes:
            raise Unsupported("多智能体")
        self._homes[tenant] = ""
        return self._number("agent")

    def _lend(self, body: Mapping[str, Any]) -> dict[str, Any]:
        tenant = str(body["tenant_id"])
        plain = set(body) <= _PLAIN and body.get("permissions") == ["chat"]
        if self._homes.get(tenant) or not plain:
            raise Unsupported("发密钥")
        if not self._free:
            raise SuiteError(
                f"池里的密钥不够用：一共 {self._total} 把，都借出去了\n"
                "  改法：在部署里多放行几把（target maibot up --keys 12），"
                "或在 [target].keys_env 里多给几把"
            )
        number, key = self._number("key"), self._free.pop(0)
        self._homes[tenant] = self._lent[number] = key
        return {"api_key_id": number, "api_key": key}
