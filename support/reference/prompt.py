"""提示词：一条系统消息，加上聊天的最近若干行。

职责：纯函数，把人设、场合、记忆、记录排成 OpenAI 的消息。不做什么：不查库、不决定看得见什么。
"""

from __future__ import annotations

from collections.abc import Sequence

from support.reference.agent_config import persona_text
from support.reference.archive import GROUP, Line, Memory, Turn
from support.reference.directory import Record

Message = dict[str, str]


def build(
    agent: Record, turn: Turn, history: Sequence[Line], memories: Sequence[Memory]
) -> list[Message]:
    """一次作答的全部消息；最后一条是正在答的那句话。"""
    system = {"role": "system", "content": system_text(agent, turn, memories)}
    return [system, *(line_message(line) for line in history)]


def system_text(agent: Record, turn: Turn, memories: Sequence[Memory]) -> str:
    """系统消息：我是谁、在哪儿、想得起什么。"""
    parts = [f"你是{agent['name']}。", persona_text(agent["config"]), agent["description"] or ""]
    parts.append(place_text(turn))
    if memories:
        parts.append("你记得这些事：")
        parts += [f"- {memory.nickname}：{memory.words}" for memory in memories]
    parts.append("请以这个身份自然地回复最后一句话。")
    return "\n".join(part for part in parts if part)


def place_text(turn: Turn) -> str:
    """场合：哪个平台的哪个群，或与谁私聊。"""
    if turn.chat.kind == GROUP:
        return f"你在 {turn.chat.platform} 的群“{turn.group_name}”里聊天。"
    return f"你在 {turn.chat.platform} 上与“{turn.nickname}”私聊。"


def line_message(line: Line) -> Message:
    """聊天记录的一行。"""
    if line.nickname is None:
        return {"role": "assistant", "content": line.words}
    return {"role": "user", "content": f"{line.nickname}: {line.words}"}
