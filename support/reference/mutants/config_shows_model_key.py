"""查看配置时忘了遮住模型密钥。"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from aiohttp import web

from support.reference.control_agents import AgentsApi
from support.reference.envelope import Answer
from support.reference.mutation import Mutant, Trace, replace
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """智能体的应答遮了，配置的应答忘了遮。"""

    async def show_config(right: Callable[..., Any], api: AgentsApi, request: web.Request) -> Any:
        answer = await right(api, request)
        agent = server.directory.agent(request.match_info["id"])
        return answer if agent is None else Answer(agent["config"], answer.message)

    replace(AgentsApi, "show_config", show_config, trace)


MUTANT = Mutant(
    title="配置里看得见模型密钥",
    story="查看智能体时遮了模型密钥，查看它的配置时忘了遮，付账的密钥就这么露出来。",
    catalogue=("E-12",),
    properties=("P8", "P12"),
    killed_by=("MANAGE-04",),
    apply=apply,
)
