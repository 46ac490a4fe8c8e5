"""任务：一片压测要做的事，派给本机或别的机器都是这一份。

职责：形状。不做什么：不跑（engine、shard）、不分（session）。
"""

from __future__ import annotations

from dataclasses import dataclass

from support.load.crowd import Resident
from support.load.lane import Door
from support.load.profile import LoadProfile


@dataclass(frozen=True, slots=True)
class Shard:
    """一片：分到的住户与速率。`number` 从 0 起，共 `of` 片；句号按片错开，合起来不重。

    `share` 是分到的速率与人数占全部的几成，照住户的分量算：分几片，各家说的都一样多。
    """

    profile: LoadProfile
    residents: tuple[Resident, ...]
    doors: tuple[Door, ...]
    run: str
    seed: int
    nonce: int
    number: int = 0
    of: int = 1
    share: float = 1.0
    #: 句号从这里起；同一次运行里先后跑几段时错开，上一段迟来的答复认不成这一段的。
    first: int = 0
