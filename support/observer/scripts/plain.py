"""一问一答的剧本：每句话只来问一次模型的部署用它（参考服务）。"""

from __future__ import annotations

from support.canary import find_tokens
from support.observer.call import Call, Said


def answer(call: Call) -> Said:
    """这样的部署没有别的步骤：来问的就是要说给用户听的。"""
    return Said(echo(call.prompt, call.tail))


def echo(prompt: str, tail: str) -> str:
    """先应最后一句话的口令，再按出现次序复述提示词里的其余口令。

    复述是故意的：提示词里混进了别人的话，就会连回复也看得见。
    """
    asked = find_tokens(tail)[-1:]
    others = [token for token in find_tokens(prompt) if token not in asked]
    opening = f"说到{asked[0]}，我记着呢" if asked else "嗯，我在听，你接着说"
    return f"{opening}；还记得{'、'.join(others)}。" if others else f"{opening}。"
