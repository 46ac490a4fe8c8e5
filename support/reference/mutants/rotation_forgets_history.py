"""聊天历史挂在密钥名下。"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from support.reference.mutation import Mutant, Trace, replace
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """历史的外键挂到了密钥上，删旧密钥就级联删了用它聊过的话。"""

    def remove_key(right: Callable[..., Any], key_id: str) -> None:
        server.store.run("DELETE FROM turns WHERE key_id = ?", key_id)
        right(key_id)

    replace(server.directory, "remove_key", remove_key, trace)


MUTANT = Mutant(
    title="换密钥就忘了聊过的话",
    story="聊天历史跟着密钥走，安全起见换一把密钥，麦麦就什么都不记得了。",
    catalogue=("F-11",),
    properties=("P9", "P14"),
    killed_by=("LIFE-02",),
    apply=apply,
)
