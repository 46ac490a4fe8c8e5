"""控制面：密钥的解析、验证、权限查询。

职责：把 `access` 的判断说给来问的人。租户的密钥只能问自己租户的密钥，别家的与没有的一样答。
不做什么：运营方的解析只看格式，从不说明真假。
"""

from __future__ import annotations

from dataclasses import asdict

from aiohttp import web

from support.reference import ids
from support.reference.access import FORGED, UNKNOWN, Access
from support.reference.directory import Directory, Record
from support.reference.envelope import Answer, Failure, enveloped
from support.reference.forms import body_form
from support.reference.scope import scope_of


class AuthApi:
    """``/api/v2/auth``。"""

    def __init__(self, directory: Directory, access: Access) -> None:
        self._directory, self._access = directory, access

    def mount(self, app: web.Application) -> None:
        """挂上路由。"""
        router = app.router
        router.add_post("/api/v2/auth/parse-api-key", enveloped(self.parse))
        router.add_post("/api/v2/auth/validate-api-key", enveloped(self.validate))
        router.add_post("/api/v2/auth/check-permission", enveloped(self.check_permission))

    async def parse(self, request: web.Request) -> Answer:
        """只看格式。"""
        form = await body_form(request)
        api_key = form.required("api_key")
        form.check()
        parsed = ids.parse_key(api_key)
        if parsed is None:
            raise Failure(FORGED.code, FORGED.message)
        if not scope_of(request).is_operator and self._find(request, api_key) is None:
            raise Failure(UNKNOWN.code, UNKNOWN.message)
        return Answer({**asdict(parsed), "format_valid": True}, "API密钥解析成功", parsed.tenant_id)

    async def validate(self, request: web.Request) -> Answer:
        """查库验证；`check_rate_limit` 为真时记一次使用。"""
        form = await body_form(request)
        api_key, wanted = form.required("api_key"), form.text("required_permission")
        counts = form.flag("check_rate_limit", True)
        form.check()
        key = self._admitted(request, api_key)
        if counts:
            self._directory.count_use(key["id"])
        data = {
            "valid": True,
            "tenant_id": key["tenant_id"],
            "agent_id": key["agent_id"],
            "api_key_id": key["id"],
            "permissions": key["permissions"],
            "has_permission": wanted is None or self._access.permits(key["permissions"], wanted),
            "status": key["status"],
        }
        return Answer(data, "API密钥验证成功", key["tenant_id"])

    async def check_permission(self, request: web.Request) -> Answer:
        """查一项权限。"""
        form = await body_form(request)
        api_key, wanted = form.required("api_key"), form.required("permission")
        form.check()
        key = self._admitted(request, api_key)
        data = {
            "has_permission": self._access.permits(key["permissions"], wanted),
            "permission": wanted,
            "all_permissions": key["permissions"],
            "tenant_id": key["tenant_id"],
            "agent_id": key["agent_id"],
            "api_key_status": key["status"],
        }
        return Answer(data, "权限检查完成", key["tenant_id"])

    def _find(self, request: web.Request, api_key: str) -> Record | None:
        """来人看得见的密钥。"""
        record = self._access.find(api_key)
        if record is None or not scope_of(request).covers(record["tenant_id"]):
            return None
        return record

    def _admitted(self, request: web.Request, api_key: str) -> Record:
        """放行的密钥；否则报出缘由的错误码。"""
        if ids.parse_key(api_key) is None:
            raise Failure(FORGED.code, FORGED.message)
        record = self._find(request, api_key)
        refusal = self._access.refusal(record)
        if refusal is not None or record is None:
            refused = refusal or FORGED
            raise Failure(refused.code, refused.message)
        return record
