"""台账：运行中看见的一切，只追加、逐行落盘，事后可离线重判。

职责：记、存、读、抹去密钥。不做什么：不判断、不统计（那是 oracles 与 metrics 的事）。
文件是 JSONL，一行一个事件；写一行就交给操作系统，进程被杀也不丢已写的行。
"""

from __future__ import annotations

import json
import re
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import fields
from pathlib import Path
from typing import IO, Any

from support.model import NOBODY, Event, Kind, Owner, Surface

#: 逐字段取，不用 asdict：它递归地深拷贝，写台账的用时有九成花在那里。
_FIELDS = tuple(field.name for field in fields(Event))
_OWNER_FIELDS = tuple(field.name for field in fields(Owner))
_HEAD = 3
_KEY_SHAPES = re.compile(r"(mmc_[A-Za-z0-9+/=_-]{8,}|(?<![A-Za-z0-9_])sk-[A-Za-z0-9_-]{8,})")


def mask(secret: str) -> str:
    """把密钥缩成认得出、用不了的样子，例如 ``sk-…3f2a``。"""
    head = secret[:4] if secret.startswith("mmc_") else secret[:3]
    return f"{head}…{secret.rstrip('=')[-4:]}" if len(secret) > 8 else "…"


class Redactor:
    """抹密钥：登记过的密钥与形似密钥的串，一律只留首尾。"""

    def __init__(self) -> None:
        #: 开头 → 那样开头的各把密钥 → 抹过的样子。一次运行登记上千把，开头却只有几种。
        self._known: defaultdict[str, dict[str, str]] = defaultdict(dict)

    def learn(self, secret: str) -> None:
        """登记一把密钥；此后任何文本里出现它都会被抹掉。"""
        if len(secret) > 8:
            self._known[secret[:_HEAD]][secret] = mask(secret)

    def text(self, text: str) -> str:
        """返回抹去密钥后的文本。"""
        for head, secrets in self._known.items():
            if head in text:
                for secret, masked in secrets.items():
                    text = text.replace(secret, masked)
        return _KEY_SHAPES.sub(lambda found: mask(found.group(1)), text)

    def data(self, value: Any) -> Any:
        """对嵌套的 JSON 值逐个字符串抹密钥。"""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, dict):
            return {key: self.data(item) for key, item in value.items()}
        if isinstance(value, (list, tuple)):
            return [self.data(item) for item in value]
        return value


class Ledger:
    """一个进程的台账。`path` 为空时只留在内存（单元测试用）。"""

    def __init__(
        self,
        path: Path | None = None,
        *,
        mono: Callable[[], float] = time.monotonic,
        wall: Callable[[], float] = time.time,
        redactor: Redactor | None = None,
    ) -> None:
        self.redactor = redactor or Redactor()
        self.events: list[Event] = []
        self.scenario = ""
        self._mono, self._wall = mono, wall
        self._file: IO[str] | None = None
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
            # 落单的代理字符写成 \\udXXX：正好是 JSON 的转义，读得回来。
            self._file = path.open("a", encoding="utf-8", errors="backslashreplace", buffering=1)

    def add(
        self,
        kind: Kind,
        *,
        by: Owner = NOBODY,
        token: str = "",
        surface: Surface | None = None,
        text: str = "",
        mono: float | None = None,
        wall: float | None = None,
        scenario: str | None = None,
        **data: Any,
    ) -> Event:
        """记一笔并返回它；`mono`/`wall` 缺省取现在，`scenario` 缺省取当前场景。"""
        event = Event(
            seq=len(self.events) + 1,
            kind=kind,
            mono=self._mono() if mono is None else mono,
            wall=self._wall() if wall is None else wall,
            scenario=self.scenario if scenario is None else scenario,
            by=by,
            token=token,
            surface=surface,
            text=self.redactor.text(text),
            data=self.redactor.data(data),
        )
        self.events.append(event)
        if self._file is not None:
            self._file.write(dump_event(event) + "\n")
        return event

    def since(self, mark: int) -> list[Event]:
        """`mark` 之后的事件；`mark` 取自 :meth:`mark`。"""
        return self.events[mark:]

    def mark(self) -> int:
        """现在的位置，供 :meth:`since` 使用。"""
        return len(self.events)

    def close(self) -> None:
        """关闭文件；内存里的事件仍可读。"""
        if self._file is not None:
            self._file.close()
            self._file = None


def dump_event(event: Event) -> str:
    """把事件写成一行 JSON（省略空字段）。"""
    row = {name: getattr(event, name) for name in _FIELDS}
    row = {name: value for name, value in row.items() if value not in ("", None, {})}
    owner = ((name, getattr(event.by, name)) for name in _OWNER_FIELDS)
    row["by"] = {name: value for name, value in owner if value}
    return json.dumps(row, ensure_ascii=False, separators=(",", ":"))


def parse_event(line: str) -> Event:
    """读回 :func:`dump_event` 写的一行。"""
    row = json.loads(line)
    row["kind"] = Kind(row["kind"])
    row["by"] = Owner(**{"tenant": "", **row["by"]})
    row["surface"] = Surface(row["surface"]) if "surface" in row else None
    row.setdefault("scenario", "")
    return Event(**row)


def read_events(path: Path) -> Iterator[Event]:
    """逐行读回台账；崩溃留下的半行（只可能是最后一行）被略过。"""
    with path.open(encoding="utf-8", errors="replace") as file:
        for line in file:
            if line.endswith("\n"):
                yield parse_event(line)
