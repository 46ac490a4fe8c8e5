"""注销智能体只是藏起来。"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from support.reference.mutation import Mutant, Trace, replace
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """注销只给智能体那行改了名，它的密钥与活跃状态原样留着。"""

    def remove_agent(right: Callable[..., Any], agent_id: str) -> None:
        server.store.run("UPDATE agents SET name = '已注销/' || id WHERE id = ?", agent_id)

    replace(server.directory, "remove_agent", remove_agent, trace)


MUTANT = Mutant(
    title="注销的智能体还在说话",
    story="注销没有带上它的密钥与活跃状态，拿着旧密钥的人照样得到回答。",
    catalogue=("A-07", "F-01", "C-12"),
    properties=("P7", "P8", "P9"),
    killed_by=("REMOVE-01", "BADGE-02", "ACCOUNT-01"),
    apply=apply,
)
