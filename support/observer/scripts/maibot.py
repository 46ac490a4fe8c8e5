"""主线版 MaiBot 的剧本：规划（用工具）→ 回复 → 收工；其余的小步骤答以空结果。

职责：让每句话都立刻、恰好得到一条回复。规划器看见没答过的话就答，没有就收工，绝不空转。
不做什么：不记账。答过没有，全看请求里带来的旧的工具调用，重启也不会记错。
凭模型的名字（配置里起的）与备好的工具认出这是哪一步；认不出的照记、不猜。
"""

from __future__ import annotations

import re

from support.canary import find_tokens
from support.observer.call import UNPLACED, Call, Said, ToolCall
from support.observer.scripts.plain import echo

_REFERENCE = "请应："
_PLANNED = re.compile(f"{_REFERENCE}(\\w+)")
_HEAD = re.compile(r"<message\s+([^>]*)>")
_ID = re.compile(r'msg_id="?([^\s">]+)')
#: 小步骤要的是列表还是对象，看它自己怎么说；都没说就给空列表。
_NOTHING = "[]"


def answer(call: Call) -> Said:
    """按模型的名字分给各步。"""
    if "reply" in call.tools:
        return _plan(call)
    step = call.model.rpartition("-")[2]
    if step == "replyer":
        return Said(_reply(call))
    if step == "utils":
        return Said(_NOTHING, kind="utils")
    if step == "planner":
        return Said("（无事可做）", kind="planner")
    return Said(_NOTHING, kind=UNPLACED)


def _plan(call: Call) -> Said:
    """没答过的每句话各一次 reply；都答过就收工。"""
    done = {str(one.arguments.get("msg_id")) for m in call.messages for one in m.calls}
    fresh = {key: text for key, text in _lines(call).items() if key not in done}
    calls = [
        ToolCall("reply", {"msg_id": key, "reply_reference": _reference(text)})
        for key, text in fresh.items()
    ]
    if calls:
        return Said(calls=tuple(calls), kind="planner")
    stop = (ToolCall("stop"),) if "stop" in call.tools else ()
    return Said("" if stop else "（无事可做）", calls=stop, kind="planner")


def _reference(text: str) -> str:
    tokens = find_tokens(text)
    return f"{_REFERENCE}{tokens[-1]}" if tokens else "照常答"


def _lines(call: Call) -> dict[str, str]:
    """请求里别人说的每句话：消息编号 → 原文。"""
    found: dict[str, str] = {}
    for message in call.messages:
        if message.role != "user":
            continue
        heads = list(_HEAD.finditer(message.text))
        for at, head in enumerate(heads):
            end = heads[at + 1].start() if at + 1 < len(heads) else len(message.text)
            number = _ID.search(head[1])
            if number and "is_self" not in head[1]:
                found[number[1]] = message.text[head.end() : end]
    return found


def _reply(call: Call) -> str:
    """先应规划器点名的那句，再复述提示词里看得见的全部口令。"""
    planned = _PLANNED.findall(call.prompt)
    return echo(call.prompt, planned[-1] if planned else call.tail)
