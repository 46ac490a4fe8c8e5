"""剧本：没有规则时模型怎么答。一种部署一个模块，各有 ``answer(call) -> Said``。

职责：按名字取剧本。每个剧本都是纯函数：同样的请求永远同样的回答，重启也不会记错。
不做什么：不收发、不记录、不看时钟。
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable

from support.observer.call import Call, Said

Script = Callable[[Call], Said]


def names() -> tuple[str, ...]:
    """全部剧本的名字。"""
    return tuple(sorted(module.name for module in pkgutil.iter_modules(__path__)))


def load(name: str) -> Script:
    """按名字取剧本。"""
    module = importlib.import_module(f"{__name__}.{name}")
    script: Script = module.answer
    return script
