"""模型客户端按模型名缓存。"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from support.reference.agent_config import ModelSettings
from support.reference.mutation import QUIET, Mutant, Trace, replace
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """客户端按模型名缓存，直到它的智能体注销；里面的模型密钥是先用的那个智能体的。"""
    clients: dict[str | None, str] = {}

    def credential(right: Callable[..., Any], settings: ModelSettings) -> str:
        own: str = right(settings)
        cached = clients.get(settings.model_name, own)
        alive = "SELECT 1 FROM agents WHERE instr(config, ?)"
        if server.store.one(alive, cached) is None:
            cached = own
        clients[settings.model_name] = cached
        if cached != own:
            trace.hit()
        return cached

    replace(server.provider, "credential", credential, QUIET)


MUTANT = Mutant(
    title="用了别家的模型密钥",
    story="模型客户端按模型名缓存成单例，后来的各家都用第一家的模型密钥，账记在它头上。",
    catalogue=("H-10",),
    properties=("P1",),
    killed_by=("PERSONA-03",),
    apply=apply,
)
