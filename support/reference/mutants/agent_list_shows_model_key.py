"""列智能体时忘了遮住模型密钥。"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from aiohttp import web

from support.reference.control_agents import AgentsApi
from support.reference.mutation import Mutant, Trace, replace
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """查看一个时遮了，列出一页时直接交出整行。"""

    async def browse(right: Callable[..., Any], api: AgentsApi, request: web.Request) -> Any:
        answer = await right(api, request)
        for item in answer.data["items"]:
            agent = server.directory.agent(item["id"])
            item["config"] = item["config"] if agent is None else agent["config"]
        return answer

    replace(AgentsApi, "browse", browse, trace)


MUTANT = Mutant(
    title="名录里看得见模型密钥",
    story="单个查看时遮了模型密钥，列名录时忘了，一页就是全部智能体的密钥。",
    catalogue=("E-12",),
    properties=("P8", "P12"),
    killed_by=("MANAGE-04",),
    apply=apply,
)
