"""提示词：一条系统消息，加上聊天的最近若干行；看图时另有一问。

职责：纯函数，把人设、场合、想得起的事、记录排成 OpenAI 的消息。
不做什么：不查库、不决定看得见什么。
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from support.reference.agent_config import persona_text
from support.reference.archive import GROUP, Line, Memory, Turn
from support.reference.directory import Record
from support.reference.people import Person

PICTURE_QUESTION = "请用一句话描述这张图片"
_FORMATS = {"iVBOR": "png", "R0lG": "gif", "UklG": "webp", "Qk": "bmp"}
Message = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Known:
    """作答时想得起的一切；看得见什么已由各部件决定。"""

    history: Sequence[Line]
    memories: Sequence[Memory]
    person: Person
    sayings: Sequence[str]


def build(agent: Record, turn: Turn, known: Known) -> list[Message]:
    """一次作答的全部消息；最后一条是正在答的那句话。"""
    system = {"role": "system", "content": system_text(agent, turn, known)}
    return [system, *(line_message(line) for line in known.history)]


def system_text(agent: Record, turn: Turn, known: Known) -> str:
    """系统消息：我是谁、在哪儿、对面是谁、想得起什么。"""
    parts = [f"你是{agent['name']}。", persona_text(agent["config"]), agent["description"] or ""]
    parts += [place_text(turn), person_text(known.person)]
    if known.memories:
        parts.append("你记得这些事：")
        parts += [f"- {memory.nickname}：{memory.words}" for memory in known.memories]
    if known.sayings:
        parts.append("这个聊天里的说法：")
        parts += [f"- {saying}" for saying in known.sayings]
    parts.append("请以这个身份自然地回复最后一句话。")
    return "\n".join(part for part in parts if part)


def place_text(turn: Turn) -> str:
    """场合：哪个平台的哪个群，或与谁私聊。"""
    if turn.chat.kind == GROUP:
        return f"你在 {turn.chat.platform} 的群“{turn.group_name}”里聊天。"
    return f"你在 {turn.chat.platform} 上与“{turn.nickname}”私聊。"


def person_text(person: Person) -> str:
    """说话的人：昵称、名字、喜欢什么。"""
    facts = [f"昵称“{person.nickname}”"]
    if person.name is not None:
        facts.append(f"名字“{person.name}”")
    if person.likes:
        facts.append("喜欢" + "、".join(f"“{like}”" for like in person.likes))
    return f"关于说话的人：{'；'.join(facts)}。"


def line_message(line: Line) -> Message:
    """聊天记录的一行。"""
    if line.nickname is None:
        return {"role": "assistant", "content": line.words}
    return {"role": "user", "content": f"{line.nickname}: {line.words}"}


def picture_question(data: str) -> list[Message]:
    """请模型描述一张 base64 图片。"""
    kind = next((kind for head, kind in _FORMATS.items() if data.startswith(head)), "jpeg")
    url = data if data.startswith("data:") else f"data:image/{kind};base64,{data}"
    parts = [
        {"type": "text", "text": PICTURE_QUESTION},
        {"type": "image_url", "image_url": {"url": url}},
    ]
    return [{"role": "user", "content": parts}]
