"""给大模型的题目，与它交上来的卷子：写提示词、读回答。纯函数。

不做什么：不联网（那是 llm 的事）。
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from support.config import AgentConfig, PlatformConfig, ScenarioConfig, TenantConfig
from support.generator.utterance import Source, Utterance

KINDS = ("问候", "问题", "陈述", "情绪", "告别")
_LONGEST = 500
_REMEMBERED = 30  # 提示词里带上最近说过的几句，免得重复
_FENCE = re.compile(r"```[a-zA-Z]*\s*(.*?)```", re.DOTALL)
_NOISE = re.compile(r"\W+")


@dataclass(frozen=True, slots=True)
class Brief:
    """一段对话的背景：谁、跟谁、在哪儿、聊什么。"""

    scenario: ScenarioConfig
    agent: AgentConfig
    platform: PlatformConfig
    tenant: TenantConfig | None = None


def messages(brief: Brief, *, topics: Sequence[str], said: Sequence[str], of: int) -> list[Any]:
    """要接下来的 `len(topics)` 句；`said` 是已有的，`of` 是总句数。"""
    scenario, agent = brief.scenario, brief.agent
    first, last = len(said) + 1, len(said) + len(topics)
    where = "群聊" if scenario.group_id else "私聊"
    facts = [
        f"平台：{brief.platform.name}（{brief.platform.description or where}），{where}",
        f"场景：{scenario.name}，{scenario.description}",
        f"说话的对象：{agent.agent_name}，{agent.personality}；{agent.description}",
        f"可用的话题：{'、'.join(scenario.conversation_topics)}",
    ]
    if brief.tenant is not None:
        facts.insert(0, f"所在：{brief.tenant.tenant_name}，{brief.tenant.description}")
    system = (
        "你替一位真实用户写他发给聊天机器人的话。只写用户说的，不写机器人的回复。"
        "口语、自然、简体中文，每句 5 到 60 个字，一句一条，互不重复；"
        "问题、陈述、情绪混着来。\n" + "\n".join(facts)
    )
    plan = "\n".join(f"第 {first + index} 句：{topic}" for index, topic in enumerate(topics))
    manners = (["第 1 句先打个招呼。"] if first == 1 else []) + (
        [f"第 {of} 句自然地道别。"] if last == of else []
    )
    task = (
        f"整段对话共 {of} 句，现在写第 {first} 到 {last} 句，恰好 {len(topics)} 句，话题依次是：\n"
        f"{plan}\n{''.join(manners)}\n"
        '只回答 JSON：{"messages":[{"text":"…","topic":"…","kind":"…"}]}，'
        f"kind 取 {'、'.join(KINDS)} 之一。"
    )
    if said:
        task += "\n已经说过、不要重复的：\n" + "\n".join(said[-_REMEMBERED:])
    return [{"role": "system", "content": system}, {"role": "user", "content": task}]


def schema(brief: Brief) -> dict[str, Any]:
    """回答的 JSON Schema。"""
    item = {
        "type": "object",
        "properties": {
            "text": {"type": "string"},
            "topic": {"type": "string", "enum": list(brief.scenario.conversation_topics)},
            "kind": {"type": "string", "enum": list(KINDS)},
        },
        "required": ["text", "topic", "kind"],
        "additionalProperties": False,
    }
    return {
        "type": "object",
        "properties": {"messages": {"type": "array", "items": item}},
        "required": ["messages"],
        "additionalProperties": False,
    }


def read_answer(answer: str, *, topics: Sequence[str], known: Sequence[str]) -> list[Utterance]:
    """读回答里合格的话；整个不是 JSON 时抛 ValueError，单条不合格的略过。"""
    fenced = _FENCE.search(answer)
    body = json.loads(fenced[1] if fenced else answer)
    items = body.get("messages") if isinstance(body, dict) else body
    if not isinstance(items, list):
        raise ValueError("没有 messages 列表")
    written = []
    for index, item in enumerate(items[: len(topics)]):
        text = _tidy(item["text"]) if _is_message(item) else ""
        if 0 < len(text) <= _LONGEST:
            topic = item.get("topic") if item.get("topic") in known else topics[index]
            kind = item.get("kind") if item.get("kind") in KINDS else "陈述"
            written.append(Utterance(text=text, source=Source.LLM, topic=topic, kind=kind))
    return written


def essence(text: str) -> str:
    """一句话去掉标点空白；用来认重复。"""
    return _NOISE.sub("", text).casefold()


def _tidy(text: str) -> str:
    """压成一行；残缺的代理字符写不成 UTF-8，去掉。"""
    return " ".join(text.encode("utf-8", "ignore").decode().split())


def _is_message(item: Any) -> bool:
    return isinstance(item, dict) and isinstance(item.get("text"), str)
