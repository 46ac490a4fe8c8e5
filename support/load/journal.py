"""流水：压测里发生的每一件事占定长的一条，攒一批就落盘。

职责：写与读。不做什么：不判断。跑多久内存都不长；被强行打断也只少最后不到一秒。
"""

from __future__ import annotations

import struct
from enum import IntEnum
from pathlib import Path
from typing import Any

import numpy as np

_BATCH = 8192

#: 一件事：哪一种、哪条车道、哪位用户、第几句、单调钟秒、本该在的秒（只有“说”有）。
RECORD = np.dtype(
    [
        ("kind", "<u1"),
        ("lane", "<u2"),
        ("voice", "<u4"),
        ("line", "<u4"),
        ("at", "<f8"),
        ("due", "<f8"),
    ]
)
#: 与 RECORD 同一个布局；一条一条打包比攒着元组再转成列省一半。
_PACK = struct.Struct("<BHIIdd").pack
Table = Any  # numpy 的结构数组；numpy 的类型在 3.10 上说不清结构


class What(IntEnum):
    """发生了什么。"""

    SAID = 1
    ACKED = 2
    HEARD = 3
    REFUSED = 4
    FAILED = 5
    FOREIGN = 6


class Journal:
    """一片压测的流水。"""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = path.open("wb")
        self._rows: list[bytes] = []

    def add(
        self,
        what: What,
        lane: int,
        line: int,
        at: float,
        voice: int = 0,
        due: float = 0.0,
    ) -> None:
        """记一件事。每一帧都要走到这里，所以只攒着，满一批才落盘。"""
        rows = self._rows
        rows.append(_PACK(what, lane, voice, line, at, due))
        if len(rows) >= _BATCH:
            self.flush()

    def flush(self) -> None:
        """把攒着的写下去。"""
        if self._rows and not self._file.closed:
            self._file.write(b"".join(self._rows))
            self._file.flush()
            self._rows.clear()

    def close(self) -> None:
        """写完、关上。"""
        self.flush()
        self._file.close()


def read_journal(path: Path) -> Table:
    """读回来；没写完整的最后一条不算。"""
    raw = path.read_bytes()
    whole = len(raw) - len(raw) % RECORD.itemsize
    return np.frombuffer(raw[:whole], RECORD)
