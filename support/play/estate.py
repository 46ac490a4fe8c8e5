"""一家租户的家当：租户、智能体、密钥，各自的编号与状态。

职责：形状与按名字取。不做什么：不办事（households）。
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from support.model import Owner

#: 已经不在名录里的智能体的状态。
GONE = "gone"


@dataclass(slots=True)
class Agent:
    """一个智能体：编号、人设及其口令、对外的密钥、自己的模型密钥。"""

    name: str
    agent_id: str
    owner: Owner
    persona: str
    persona_token: str
    provider_key: str = field(repr=False)
    key: str = field(default="", repr=False)
    key_id: str = ""
    #: 这个智能体自己的其余设置：``model`` 与 ``chat`` 两节。
    overrides: dict[str, dict[str, Any]] = field(default_factory=dict)
    status: str = "active"
    key_status: str = "active"
    #: 另发的密钥：规格里的叫法 → 密钥。
    spares: dict[str, str] = field(default_factory=dict, repr=False)
    #: 部署里各家共用一把模型密钥。
    shares_model_key: bool = False

    @property
    def model_calls(self) -> dict[str, str]:
        """给它的模型调用定剧本时怎么认：自己的模型密钥；共用密钥的认提示词里的人设口令。"""
        if self.shares_model_key:
            return {"contains": self.persona_token}
        return {"key": self.provider_key}


@dataclass(slots=True)
class Household:
    """一家租户。`name` 是规格里的叫法；`owner` 只到租户一维，用配置里的全名。"""

    name: str
    owner: Owner
    tenant_id: str
    agents: dict[str, Agent] = field(default_factory=dict)
    retired_key: str = field(default="", repr=False)
    #: 替它登记过的东西：哪一类 → 名录里认得出它的记号。
    furnished: dict[str, set[str]] = field(default_factory=dict)

    def agent(self, name: str = "") -> Agent:
        """按名字取智能体；不给名字取第一个。"""
        return self.agents[name] if name else next(iter(self.agents.values()))
