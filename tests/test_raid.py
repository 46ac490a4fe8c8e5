"""吵闹邻居的分寸：服务断线、不放行时不越闹越凶；排不排得起队，看闸前停着几句。"""

from __future__ import annotations

import asyncio
from collections import Counter
from types import SimpleNamespace

import pytest

from support.client.stream import Fate
from support.errors import Inconclusive
from support.ledger import Ledger
from support.model import Kind
from support.phrases import Attack, Speaker
from support.play.raid import Raid
from tests.histories import TECH

NOISY, QUIET = Speaker("科技公司", "小闹"), Speaker("教育机构", "小王")
FLOOD = 200


class Stage:
    """一台假的服务与它的台子：至多 `slots` 句停在闸前，刷屏的话头一个下场是 `fate`。

    `shared` 是闸关着时别家也答不了。
    """

    def __init__(self, *, fate=Fate.REPLIED, slots=8, shared=False):
        self._fate, self._slots, self._shared = fate, slots, shared
        self._lines, self._settled = [], set()
        self.opened, self.waits = 0, Counter()
        self.shut, self.moved = False, asyncio.Event()
        self.households = {"科技公司": SimpleNamespace(agent=lambda name: self.agent)}
        self.agent = SimpleNamespace(owner=TECH, model_calls={})
        self.ledger = Ledger(None, mono=lambda: 0.0, wall=lambda: 0.0)

    @property
    def noisy(self):
        return [line for line in self._lines if line.speaker.tenant == "科技公司"]

    def raid(self):
        notes = SimpleNamespace(note_asked=lambda speaker, token: None)
        return Raid(self, self, notes, self.ledger, self, attacker=NOISY, patience=0.01)

    # 演员
    def line(self, speaker, words, **notes):
        line = SimpleNamespace(speaker=speaker, token=f"第{len(self._lines)}句")
        self._lines.append(line)
        return line

    def connection_for(self, speaker):
        return self

    async def say(self, speaker, line):
        return self

    # 连接
    async def open(self):
        self.opened += 1

    async def acked(self, tokens, *, patience):
        return True

    def is_settled(self, token):
        return token in self._settled

    async def fate(self, token, *, patience):
        quiet = next(line for line in self._lines if line.token == token).speaker == QUIET
        if quiet and self.shut and not self._shared:
            self._settled.add(token)
        return self._fate

    # 故障：头一回等到下场，再等就等到闹完
    async def outcome(self, connection, line):
        self.waits[line.token] += 1
        await asyncio.sleep(0)
        if self.shut or self.waits[line.token] > 1:
            await self.moved.wait()

    # 观察站
    async def script(self, action):
        self.shut = True
        return "闸"

    async def held(self, rule, *, count, patience):
        return count <= min(self._slots, len(self.noisy))

    async def release(self, rule, *, patience):
        self.shut = False
        self.moved.set()


async def flooded(stage, work):
    async def then_end():
        try:
            await work()
        finally:
            stage.moved.set()

    await stage.raid().during(Attack.FLOOD, then_end)


async def some_turns():
    for _ in range(20):
        await asyncio.sleep(0)


@pytest.mark.parametrize(("fate", "opened"), [(Fate.REFUSED, 0), (Fate.BROKEN, FLOOD)])
async def test_a_service_that_shuts_the_flooder_out_is_not_flooded_harder(fate, opened):
    stage = Stage(fate=fate)
    await flooded(stage, some_turns)
    assert (len(stage.noisy), stage.opened) == (FLOOD, opened)


async def behind(stage):
    """在 `stage` 上趁刷屏说一句；返回那一句说出时刷屏的有几位。"""
    raid, talkers = stage.raid(), []

    async def work():
        stage.shut = True
        stage.moved.clear()
        line = stage.line(QUIET, "在吗")
        await raid.behind_queue(QUIET, line)
        talkers.append(len({one.speaker.user for one in stage.noisy}))

    stage.shut = True
    await raid.during(Attack.FLOOD, work)
    assert [e.data.get("gate") for e in stage.ledger.events if e.kind is Kind.FAULT].count("open")
    return talkers


@pytest.mark.parametrize(("slots", "talkers"), [(8, FLOOD), (39, FLOOD), (100, 5 * FLOOD)])
async def test_the_queue_is_made_longer_than_what_is_answered_at_once(slots, talkers):
    assert await behind(Stage(slots=slots)) == [talkers]


async def test_a_service_that_queues_nobody_must_answer_while_the_gate_is_shut():
    assert await behind(Stage(slots=10**6)) == [FLOOD]
    with pytest.raises(Inconclusive, match="一句也没排着"):
        await behind(Stage(slots=10**6, shared=True))
