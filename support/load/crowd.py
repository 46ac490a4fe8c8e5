"""人群：谁在哪家、哪个场景、哪条车道上说话，每句话的帧预先排好版。

职责：从开好的住户得出用户与帧的底版。不做什么：不收发、不排时刻。
底版里只有台词、口令与时刻是空着的，发一句就是填空，不必每句重新写一遍 JSON。
"""

from __future__ import annotations

import heapq
import json
import random
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import accumulate
from operator import itemgetter
from typing import Any

from support.client.dialects import Dialect
from support.client.lines import Line
from support.model import Owner

_TOKEN_SLOT = "zx00000000000000"
_TEXT_SLOT = "zx-台词-zx"
_WORDS = 12
#: 从（口令、时刻、台词）里照次序取。
Order = Callable[[tuple[bytes, bytes, bytes]], tuple[bytes, ...]]


@dataclass(frozen=True, slots=True)
class Resident:
    """一家租户里为一个场景备好的一处：凭 `key` 在 `platform` 上说话。

    `tenant` 是它在本次运行里的编号；`name` 是租户在报告里的叫法；`household` 是同一家租户的
    几处共有的编号；`allowed` 是它自己的人设口令。
    """

    tenant: int
    name: str
    household: str
    agent: str
    platform: str
    scenario: str
    group: str
    weight: float
    allowed: tuple[str, ...]
    words: tuple[str, ...]
    key: str = field(repr=False)
    provider_key: str = field(repr=False, default="")


@dataclass(frozen=True, slots=True)
class Voice:
    """一位用户。`chat` 是聊天流的编号：私聊各是各的，群聊大家同一个。

    `order` 照底版里空位的次序，从（口令、时刻、台词）里各取哪一样。
    """

    number: int
    resident: int
    chat: int
    blank: bytes
    order: Order
    words: tuple[bytes, ...]

    def frame(self, token: bytes, turn: int, now: float) -> bytes:
        """第 `turn` 句话的帧，填上台词、口令与时刻。"""
        words = self.words[turn % len(self.words)]
        return self.blank % self.order((token, b"%.6f" % now, words))


def gather(
    residents: Sequence[Resident],
    count: int,
    dialect: Dialect,
    *,
    run: str,
    seed: int,
    claims: Mapping[str, Any] | None = None,
) -> list[Voice]:
    """`count` 位用户按分量分到各处；每处至少一位。`claims` 是每一帧另外捎上的字段。"""
    total = sum(one.weight for one in residents) or 1.0
    voices: list[Voice] = []
    chats = len(residents)
    for place, resident in enumerate(residents):
        share = max(1, round(count * resident.weight / total)) if resident.weight else 0
        words = [_escaped(text) for text in resident.words]
        for turn in range(share):
            user = f"{run}-u{len(voices)}"
            chat = place if resident.group else chats
            chats += not resident.group
            spoken = random.Random(f"{seed}/{place}/{turn}").sample(words, min(_WORDS, len(words)))
            blank, order = _blank(resident, user, dialect, claims or {})
            voices.append(Voice(len(voices), place, chat, blank, order, tuple(spoken)))
    return voices


def picker(
    residents: Sequence[Resident], voices: Sequence[Voice], seed: int, *, steady: bool = False
) -> Picker:
    """开放式里下一句由谁说；`steady` 是各处也匀着轮，不抽签。"""
    by_place: dict[int, list[Voice]] = {}
    for voice in voices:
        by_place.setdefault(voice.resident, []).append(voice)
    weights = {place: residents[place].weight for place in by_place}
    return Picker(by_place, weights, None if steady else random.Random(seed))


class Picker:
    """按分量选一处，那一处的用户轮流说；没有 `rng` 就匀着轮，每一处隔得一样久。

    选一次的开销与处数的对数成正比：一万处也不拖慢说话的时刻。
    """

    def __init__(
        self,
        by_place: Mapping[int, Sequence[Voice]],
        weights: Mapping[int, float],
        rng: random.Random | None,
    ) -> None:
        self._places, self._voices = list(by_place), by_place
        self._steps = {place: 1 / weights[place] for place in self._places}
        self._sums = list(accumulate(weights[place] for place in self._places))
        self._rng = rng
        self._turns = dict.fromkeys(self._places, 0)
        #: 下一次轮到各处的次第，小的先说。
        self._due = [(step / 2, place) for place, step in self._steps.items()]
        heapq.heapify(self._due)

    def next(self) -> Voice:
        """下一位。"""
        place = self._rotate() if self._rng is None else self._draw(self._rng)
        here = self._voices[place]
        self._turns[place] += 1
        return here[self._turns[place] % len(here)]

    def _draw(self, rng: random.Random) -> int:
        return rng.choices(self._places, cum_weights=self._sums)[0]

    def _rotate(self) -> int:
        """各处每隔“分量分之一”轮到一次：分量大的说得密，彼此匀着插开。"""
        due, place = self._due[0]
        heapq.heapreplace(self._due, (due + self._steps[place], place))
        return place


@cache
def _escaped(text: str) -> bytes:
    """台词在 JSON 字符串里的写法。"""
    return json.dumps(text, ensure_ascii=False)[1:-1].encode()


def _blank(
    resident: Resident, user: str, dialect: Dialect, claims: Mapping[str, Any]
) -> tuple[bytes, Order]:
    """一位用户说话的底版；写法借规格用的那一套，只把台词、口令与时刻换成空位。"""
    line = Line(
        token=_TOKEN_SLOT,
        text=f"{_TEXT_SLOT} {_TOKEN_SLOT}",
        owner=Owner(resident.name),
        user_id=user,
        nickname=f"用户{user[-4:]}",
        message_id=_TOKEN_SLOT,
        group_id=resident.group,
        group_name=resident.scenario,
        claims=claims,
    )
    frame = dialect.frame(line, key=resident.key, platform=resident.platform)
    moment = json.dumps(frame.get("payload", frame)["message_info"]["time"])
    raw = json.dumps(frame, ensure_ascii=False).replace("%", "%%")
    slots = (_TOKEN_SLOT, moment, _TEXT_SLOT)
    either = re.compile("|".join(map(re.escape, slots)))
    places = tuple(slots.index(found[0]) for found in either.finditer(raw))
    return either.sub("%b", raw).encode(), _order(places)


@cache
def _order(places: tuple[int, ...]) -> Order:
    """人人的底版空位次序相同，共用一个取法。"""
    return itemgetter(*places)
