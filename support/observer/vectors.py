"""向量：把文本变成确定的单位向量。纯函数。"""

from __future__ import annotations

import math
import zlib


def vector(text: str, size: int) -> list[float]:
    """相邻两字散列到各维，字面相近的文本方向也相近。"""
    values = [0.0] * size
    padded = f"^{text}$"
    for start in range(len(padded) - 1):
        number = zlib.crc32(padded[start : start + 2].encode())
        values[(number >> 1) % size] += 1.0 if number & 1 else -1.0
    length = math.sqrt(sum(value * value for value in values))
    if not length:
        return [1.0] + [0.0] * (size - 1)
    return [value / length for value in values]
