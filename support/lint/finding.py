"""一条意见：哪个文件、哪一行、哪条规矩、怎么改。只依赖标准库。"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, order=True, slots=True)
class Finding:
    """一条意见；按文件与行号排序。"""

    path: Path
    line: int
    rule: str
    message: str
