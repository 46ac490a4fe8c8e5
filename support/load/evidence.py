"""证据：谁听见了谁的口令（原文），以及判卷时要重扫一遍的全部回复。

职责：落盘与读回，先抹掉密钥。不做什么：不判断。
"""

from __future__ import annotations

import contextlib
import json
import re
import struct
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from support.ledger import Redactor

_HEAD = struct.Struct("<HI")
_KEYS = re.compile(rb"mmc_[A-Za-z0-9+/=_-]{8,}")
_ESCAPED = re.compile(r"\\(?:[nrtbf]|u00[01][0-9a-f])")
#: 越界的原文最多留这么多条；句数照数，不受此限。
_MOST = 1000
#: 攒到这么多字节写一次盘。
_BATCH = 1 << 16


@dataclass(frozen=True, slots=True)
class Sighting:
    """一次看见：`lane` 上的回复（或 `surface` 是提示词）里有 `token`。"""

    lane: int
    token: str
    text: str
    at: float
    surface: str = "回复"


class Evidence:
    """一片压测的证据，放在 `folder` 里。"""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._frames = (folder / "frames.bin").open("wb")
        self._sightings = (folder / "sightings.jsonl").open("w", encoding="utf-8")
        self._redactor, self._kept, self.odd_frames = Redactor(), 0, 0
        self._pending: list[bytes] = []
        self._size = 0

    def foreign(
        self, lane: int, token: str, frame: bytes, at: float, surface: str = "回复"
    ) -> None:
        """记下一次越界的原文。"""
        self._kept += 1
        if self._kept <= _MOST:
            text = self._redactor.text(decoded(frame))
            row = asdict(Sighting(lane, token, text, at, surface))
            self._sightings.write(json.dumps(row, ensure_ascii=False) + "\n")

    def odd(self, lane: int, frame: bytes) -> None:
        """一帧里没有任何口令：认不出答的是哪一句。"""
        self.odd_frames += 1
        self.keep(lane, frame)

    def keep(self, lane: int, frame: bytes) -> None:
        """留着，判卷时还原转义再扫一遍。"""
        if b"mmc_" in frame:
            frame = _KEYS.sub(b"mmc_", frame)
        size = len(frame)
        self._pending += (_HEAD.pack(lane, size), frame)
        self._size += size
        if self._size >= _BATCH:
            self.flush()

    def flush(self) -> None:
        """把攒着的写下去。"""
        if not self._frames.closed:
            self._frames.write(b"".join(self._pending))
            self._frames.flush()
        self._pending.clear()
        self._size = 0

    def close(self) -> None:
        """写完、关上。"""
        self.flush()
        self._frames.close()
        self._sightings.close()


def read_frames(path: Path) -> Iterator[tuple[int, bytes]]:
    """逐帧读回：哪条车道、帧。"""
    with path.open("rb") as file:
        while len(head := file.read(_HEAD.size)) == _HEAD.size:
            lane, size = _HEAD.unpack(head)
            yield lane, file.read(size)


def read_sightings(path: Path) -> list[Sighting]:
    """读回越界的原文。"""
    rows = path.read_text("utf-8").splitlines() if path.exists() else []
    return [Sighting(**json.loads(row)) for row in rows]


def decoded(frame: bytes) -> str:
    """还原 JSON 转义之后的全文；不是 JSON 就原样。

    换行、制表之类写成 JSON 时又会被转义，把拆在它们两边的口令藏起来，所以也还原。
    一个反斜杠也没有就没有转义，不必解了再编。
    """
    text = frame.decode(errors="replace")
    if "\\" not in text:
        return text
    with contextlib.suppress(ValueError):
        text = json.dumps(json.loads(text), ensure_ascii=False)
    return _ESCAPED.sub(lambda found: str(json.loads(f'"{found[0]}"')), text)
