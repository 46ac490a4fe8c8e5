"""SaaS 版麦麦的剧本：规划 → 记忆分类 → 要不要回忆 → 回复，一句话问四次模型。

职责：让每句话都立刻得到一条回复；小步骤一律答“没有”，免得多绕几圈。
不做什么：不记账。答过没有，全看聊天记录里麦麦自己说过的话，重启也不会记错。
凭提示词要的是哪种答案认出这是哪一步（键名与记号是它读答案时的约定）；认不出的照记、不猜。
"""

from __future__ import annotations

import json
import re

from support.canary import find_tokens
from support.observer.call import UNPLACED, Call, Said
from support.observer.scripts.plain import echo

#: 回复的提示词里，正在答的那句话紧挨在这几个字前面。
_POINTED = "引起了你的注意"
#: 规划的提示词里，聊天记录到这里为止；再往后是它自己的例子。
_RULES = re.compile("可[选用]的action")
_LINE = re.compile(r"^\[(m\d+)\](.*)$", re.MULTILINE)
_OWN = "(你)"
#: 本剧本的回复怎样开口（与 plain.echo 一致）。
_OPENING = re.compile("说到zx[0-9a-z]+，我记着呢|嗯，我在听，你接着说")

#: 小步骤：提示词里的记号 → 步骤的名字与“没有”的写法。
_CHORES = (
    ('"selected_situations"', "expression", '{"selected_situations": []}'),
    ('"questions"', "recall", '{"questions": []}'),
    ("严格用<>", "category", "<none>"),
)


def answer(call: Call) -> Said:
    """按提示词要的答案分给各步。"""
    prompt = call.prompt
    if "target_message_id" in prompt:
        return _plan(prompt)
    for sign, kind, nothing in _CHORES:
        if sign in prompt:
            return Said(nothing, kind=kind, asked=_newest(prompt))
    if _POINTED in prompt:
        asked = _asked(_last_line(prompt.rpartition(_POINTED)[0]))
        return Said(echo(prompt, asked), asked=asked)
    return Said("[]", kind=UNPLACED)


def _plan(prompt: str) -> Said:
    """没答过的每句话各答一次；都答过就歇着。"""
    lines = [match.groups() for match in _LINE.finditer(_RULES.split(prompt)[0])]
    heard = [(number, _asked(rest)) for number, rest in lines if not _is_own(rest)]
    answered = {token for _, rest in lines if _is_own(rest) for token in find_tokens(rest)[:1]}
    fresh = [number for number, token in heard if token and token not in answered]
    # 没有口令的话认不出答过没有：只看最新的一句。
    fresh += [number for number, token in heard[-1:] if not token]
    actions = [_action(action="reply", target_message_id=n, reason="照常答") for n in fresh]
    text = "\n".join(["有话就答。", *(actions or [_action(action="no_reply")])])
    return Said(text, kind="planner", asked=heard[-1][1] if heard else "")


def _action(**fields: str) -> str:
    return f"```json\n{json.dumps(fields, ensure_ascii=False)}\n```"


def _is_own(line: str) -> bool:
    """是不是麦麦自己说的：名字后面有记号，或一开口就是本剧本的话。

    它只在自己登记过账号的平台上认得自己；别的平台上名字是“未知用户”，只能认话。
    名字与话之间是带空格的冒号，时刻里的不算。
    """
    name, _, words = line.partition(": ")
    return _OWN in name or _OPENING.match(words) is not None


def _asked(line: str) -> str:
    """这一句自己的口令；引用别人的话时在前面，自己的总在最后。"""
    return (find_tokens(line) or [""])[-1]


def _newest(prompt: str) -> str:
    """最新一句别人的话的口令。"""
    heard = [_asked(line) for line in prompt.splitlines() if not _is_own(line)]
    return next((token for token in reversed(heard) if token), "")


def _last_line(text: str) -> str:
    return text.rpartition("\n")[2]
