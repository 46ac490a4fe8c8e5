"""模型调用：替一个智能体去问模型，账记在它的租户名下。

职责：按这个智能体此刻的设置调用，每次调用记一笔。不做什么：不拼提示词、不缓存应答。
"""

from __future__ import annotations

from dataclasses import replace

from support.reference.agent_config import model_settings
from support.reference.directory import Record
from support.reference.prompt import Message
from support.reference.provider import DEFAULT_MODEL, Provider
from support.reference.usage import Usage

VISION_SUFFIX = "-vision"


class ModelCalls:
    """问模型的窗口。"""

    def __init__(self, provider: Provider, usage: Usage) -> None:
        self._provider, self._usage = provider, usage

    async def ask(self, agent: Record, messages: list[Message], *, vision: bool = False) -> str:
        """问一次；看图用同一套设置，模型名另加后缀。"""
        settings = model_settings(agent["config"])
        if vision:
            name = (settings.model_name or DEFAULT_MODEL) + VISION_SUFFIX
            settings = replace(settings, model_name=name)
        self._usage.count_call(self.payer(agent))
        return await self._provider.complete(messages, settings)

    def payer(self, agent: Record) -> str:
        """这次调用记在谁名下。"""
        return str(agent["tenant_id"])
