"""模型请求与回答里我们关心的部分：一次请求、其中的消息、工具调用、剧本的回答。

职责：形状。不做什么：不读线上的字节（protocol），不决定答什么（scripts）。
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

#: 用户看得见的那一种：闸、定文之类的规则认的是它，不认规划之类的内部步骤。
REPLY = "reply"
#: 哪个剧本都认不出的请求：照记、照答一句无害的话，收场时报出来。
UNPLACED = "unplaced"


@dataclass(frozen=True, slots=True)
class ToolCall:
    """一次工具调用。`id` 留空时由应答的次序编出来。"""

    name: str
    arguments: Mapping[str, Any] = field(default_factory=dict)
    id: str = ""


@dataclass(frozen=True, slots=True)
class Message:
    """请求里的一条消息。`call_id` 只有工具的结果才有：它答的是哪一次调用。"""

    role: str
    text: str
    calls: tuple[ToolCall, ...] = ()
    call_id: str = ""


@dataclass(frozen=True, slots=True)
class Call:
    """一次模型请求里我们关心的部分。`inputs` 只有向量请求才有；`tools` 是它备好的工具名。"""

    model: str = ""
    stream: bool = False
    prompt: str = ""
    tail: str = ""
    params: dict[str, Any] = field(default_factory=dict)
    inputs: tuple[str, ...] = ()
    want_usage: bool = False
    messages: tuple[Message, ...] = ()
    tools: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Said:
    """剧本的回答：文字、工具调用、这是哪一步（写进记录的 `kind`）。

    `asked` 是正在答的那句话的口令：提示词末尾不是那句话的部署才要说明，归属要看它。
    """

    text: str = ""
    calls: tuple[ToolCall, ...] = ()
    kind: str = REPLY
    asked: str = ""
