"""模型设置是共用的一个对象。"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from typing import Any

from support.reference import calls
from support.reference.agent_config import ModelSettings
from support.reference.mutation import QUIET, Mutant, Trace, replace
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """模型名写进共用的设置对象，后改的盖过先改的。"""
    shared: dict[str, str] = {}

    def change(right: Callable[..., None], agent_id: str, fields: Mapping[str, Any]) -> None:
        right(agent_id, fields)
        shared["agent"] = agent_id

    def settings(right: Callable[..., Any], config: Mapping[str, Any]) -> ModelSettings:
        own: ModelSettings = right(config)
        last = server.directory.agent(shared.get("agent", ""))
        name = None if last is None else right(last["config"]).model_name
        if name is None or name == own.model_name:
            return own
        trace.hit()
        return dataclasses.replace(own, model_name=name)

    replace(server.directory, "change_agent", change, QUIET)
    replace(calls, "model_settings", settings, QUIET)


MUTANT = Mutant(
    title="用了别家选的模型",
    story="各家共用一个模型设置对象，后改的盖过先改的，一家换模型，家家都换。",
    catalogue=("H-11",),
    properties=("P1", "P2", "P14"),
    killed_by=("SETTING-02", "SET-01"),
    apply=apply,
)
