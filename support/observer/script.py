"""剧本：没有规则时模型怎么答、向量怎么算。纯函数，同样的输入永远同样的输出。

不做什么：不收发、不记录、不看时钟。
"""

from __future__ import annotations

import math
import zlib

from support.canary import find_tokens


def answer(prompt: str, tail: str) -> str:
    """默认回答：先应最后一句话的口令，再按出现次序复述提示词里的其余口令。

    复述是故意的：提示词里混进了别人的话，就会连回复也看得见。
    """
    asked = find_tokens(tail)[-1:]
    others = [token for token in find_tokens(prompt) if token not in asked]
    opening = f"说到{asked[0]}，我记着呢" if asked else "嗯，我在听，你接着说"
    return f"{opening}；还记得{'、'.join(others)}。" if others else f"{opening}。"


def vector(text: str, size: int) -> list[float]:
    """把文本变成单位向量：相邻两字散列到各维，字面相近的文本方向也相近。"""
    values = [0.0] * size
    padded = f"^{text}$"
    for start in range(len(padded) - 1):
        number = zlib.crc32(padded[start : start + 2].encode())
        values[(number >> 1) % size] += 1.0 if number & 1 else -1.0
    length = math.sqrt(sum(value * value for value in values))
    if not length:
        return [1.0] + [0.0] * (size - 1)
    return [value / length for value in values]
