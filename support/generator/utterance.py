"""一句要说的话与它的来源。不做什么：不带口令（口令由 World 加）。"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Source(str, Enum):
    """这句话是谁想出来的；报告据此写明大模型与模板各多少句。"""

    LLM = "大模型"
    TEMPLATE = "模板"


@dataclass(frozen=True, slots=True)
class Utterance:
    """一句话。`kind` 是 问候、问题、陈述、情绪、告别 之一。"""

    text: str
    source: Source
    topic: str
    kind: str
