"""一类部署与别的有什么不同：接法、租户怎么来、大模型的话怎么答、有哪些本事、要多少耐心。

职责：形状与按名字取。不做什么：不含任何一类的事实（各在自己的模块），不收发。
除了这里取出来的字段，别处不问“目标是谁”。
"""

from __future__ import annotations

import importlib
from dataclasses import dataclass, replace

from support.config import Target


@dataclass(frozen=True, slots=True)
class Profile:
    """一类部署。

    `transport` 消息面的接法：native 原生 WebSocket、socketio、legacy 旧版直连；
    `registry` 租户从哪里来：control 管理面、pool 部署配置里现成的一池密钥；
    `script` 观察站照哪个剧本作答：plain 一句一答、saas、maibot；
    `reply_s` 等一句回复的秒数；
    `fresh_ids` 每个场景都用全新的用户与群编号：租户是轮流扮演的，旧话不能带到下一场；
    `persona_object` 人设要写成对象 ``{"personality": …}``，写成文字的它收下却不用；
    `shared_model_key` 各家的模型调用都用部署自己的一把密钥，认谁的调用要看人设的口令；
    `most_workers` 至多几个工作进程同时对着它，0 不限：几家共用一处时，同时跑会互相看见。
    """

    title: str
    transport: str
    registry: str
    script: str
    capabilities: tuple[str, ...]
    reply_s: float
    fresh_ids: bool = False
    persona_object: bool = False
    shared_model_key: bool = False
    most_workers: int = 0


def profile(name: str) -> Profile:
    """按配置里 [target].profile 的名字取。"""
    module = importlib.import_module(f"support.targets.{name.replace('-', '_')}")
    found: Profile = module.PROFILE
    return found


def profile_of(target: Target) -> Profile:
    """一份配置的目标：照它的一类，配置另写的接法优先。"""
    found = profile(target.profile)
    return replace(found, transport=target.transport) if target.transport else found
