"""一问一答的剧本：每句话只来问一次模型的部署用它（参考服务）。"""

from __future__ import annotations

import re

from support.canary import find_tokens
from support.observer.call import Call, Said

_ALSO = "；还记得"
#: 从前回复里复述的那一截；应的那句话的口令不在里面。
_REPEATED = re.compile(f"{_ALSO}[^。]*。")


def answer(call: Call) -> Said:
    """这样的部署没有别的步骤：来问的就是要说给用户听的。"""
    return Said(echo(call.prompt, call.tail))


def echo(prompt: str, tail: str) -> str:
    """先应最后一句话的口令，再按出现次序复述提示词里的其余口令。

    复述是故意的：提示词里混进了别人的话，就会连回复也看得见。
    自己从前复述过的不再复述：回复进了聊天记录又被复述，一句比一句长，聊上几百句，
    一份提示词就有二十万字，压测量到的便是观察站，不是服务。
    """
    asked = find_tokens(tail)[-1:]
    others = [token for token in find_tokens(_REPEATED.sub("", prompt)) if token not in asked]
    opening = f"说到{asked[0]}，我记着呢" if asked else "嗯，我在听，你接着说"
    return f"{opening}{_ALSO}{'、'.join(others)}。" if others else f"{opening}。"
