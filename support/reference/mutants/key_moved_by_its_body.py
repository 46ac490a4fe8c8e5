"""正文里的租户把密钥改挂到别家。"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from aiohttp import web

from support.reference.control_keys import KeysApi
from support.reference.mutation import QUIET, Mutant, Trace, replace
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """修改时正文的每个字段都写进那一行，租户也不例外。"""

    async def change(right: Callable[..., Any], api: KeysApi, request: web.Request) -> Any:
        answer, body = await right(api, request), await request.json()
        if "tenant_id" in body:
            trace.hit()
            wanted = {"tenant_id": body["tenant_id"]}
            server.directory.change_key(request.match_info["id"], wanted)
        return answer

    replace(KeysApi, "change", change, QUIET)


MUTANT = Mutant(
    title="密钥的归属改得掉",
    story="修改密钥时正文里的字段照单全收，写上别家的租户，它就到了别家名下。",
    catalogue=("E-03",),
    properties=("P6", "P8"),
    killed_by=("MANAGE-02",),
    apply=apply,
)
