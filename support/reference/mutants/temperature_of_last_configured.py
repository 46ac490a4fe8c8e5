"""温度写进了共用的缺省。"""

from __future__ import annotations

import dataclasses
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from support.reference.agent_config import ModelSettings, model_settings
from support.reference.mutation import Mutant, Trace, replace
from support.reference.prompt import Message
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """每次调用的温度都是最后改过的那个。"""
    shared: dict[str, float] = {}

    def change(right: Callable[..., None], agent_id: str, fields: Mapping[str, Any]) -> None:
        right(agent_id, fields)
        agent = server.directory.agent(agent_id)
        wanted = None if agent is None else model_settings(agent["config"]).temperature
        if wanted is not None:
            shared["temperature"] = wanted

    async def complete(
        right: Callable[..., Awaitable[str]], messages: list[Message], settings: ModelSettings
    ) -> str:
        if settings.temperature is None:
            return await right(messages, settings)
        trace.hit()
        temperature = shared.get("temperature", settings.temperature)
        return await right(messages, dataclasses.replace(settings, temperature=temperature))

    replace(server.directory, "change_agent", change, Trace(None))
    replace(server.provider, "complete", complete, Trace(None))


MUTANT = Mutant(
    title="温度写进了共用的缺省",
    story="模型缺省参数是全体共用的一个字典，谁最后改温度，谁的温度就归全体用。",
    catalogue=("H-11", "F-07"),
    properties=("P1", "P2", "P14"),
    killed_by=("SET-01",),
    apply=apply,
)
