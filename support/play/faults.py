"""故障：按住或弄坏某家的大模型、断线、强杀服务。

职责：造成故障并把它记进台账，等故障结束后的话有了下场。不做什么：不判断后果。
并发的泄漏靠闸门逼出来，从不靠睡觉碰运气。
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import AsyncExitStack
from typing import Any

from support.client.lines import Line
from support.client.provider import Provider
from support.client.stream import Connection
from support.errors import Inconclusive
from support.ledger import Ledger
from support.model import Kind
from support.phrases import Accident, ModelFault, Restart, Speaker
from support.play.cast import SENTINEL, Cast
from support.play.estate import Agent
from support.targets.embedded import Reference

_SCRIPTS: Mapping[ModelFault, Mapping[str, Any]] = {
    ModelFault.HELD: {"action": "hold"},
    ModelFault.ERROR: {"action": "status", "status": 500},
    ModelFault.CUT: {"action": "cut"},
    ModelFault.MALFORMED: {"action": "malformed"},
    ModelFault.EMPTY: {"action": "empty"},
    ModelFault.BUSY: {"action": "status", "status": 429},
    ModelFault.SILENT: {"action": "silent"},
    ModelFault.SLOW_ONCE: {"action": "hold", "times": 1},
    ModelFault.ERROR_ONCE: {"action": "status", "status": 500, "times": 1},
    ModelFault.HELD_ONCE: {"action": "hold", "times": 1},
}
#: 这么多个聊天的话都停在闸前，就是重叠。
_OVERLAP = 2


def slot(tenant: str, agent: str) -> tuple[str, str]:
    """一个智能体在故障表里的格子。"""
    return tenant, agent


class Faults:
    """一个场景里正在发生的故障。`patience` 是等一句话的秒数。"""

    def __init__(
        self,
        provider: Provider,
        ledger: Ledger,
        *,
        patience: float,
        start_timeout: float,
        private: Reference | None,
    ) -> None:
        self._provider, self._ledger, self._private = provider, ledger, private
        self._patience, self._start_timeout = patience, start_timeout
        self._rules: dict[tuple[str, str], str] = {}
        self._passing: set[tuple[str, str]] = set()
        self._slow: set[tuple[str, str]] = set()
        self._held: dict[tuple[str, str], list[tuple[Connection, Line]]] = {}

    @property
    def disturbed(self) -> set[tuple[str, str]]:
        """正处在故障里的智能体的格子；只坏头一句的不算。"""
        return set(self._rules) - self._passing

    async def model(self, agent: Agent, fault: ModelFault) -> None:
        """让一个智能体的大模型出状况，或从状况中恢复；别的智能体不受影响。"""
        where = slot(agent.owner.tenant, agent.name)
        self._ledger.add(Kind.FAULT, by=agent.owner, what=f"大模型{fault.value}")
        if fault is ModelFault.RELEASED:
            await self._release(where)
            return
        if fault in (ModelFault.HELD, ModelFault.HELD_ONCE):
            self._held[where] = []
        if "times" in _SCRIPTS[fault]:
            self._passing.add(where)
        if fault is ModelFault.SLOW_ONCE:
            self._slow.add(where)
        self._rules[where] = await self._provider.script(**agent.model_calls, **_SCRIPTS[fault])

    async def outcome(self, connection: Connection, line: Line) -> None:
        """等一句话有下场；大模型被按住时，等到停在闸前就够了。

        第二个聊天的话也要等到停在闸前，否则闸一松它才送到，就谈不上重叠；
        再多的可能正排着队，等到确认收到就够了。
        """
        where = slot(line.owner.tenant, line.owner.agent)
        if where not in self._held:
            await connection.fate(line.token, patience=self._patience)
            return
        self._held[where].append((connection, line))
        chats = {held.chat for _, held in self._held[where]}
        count = min(len(chats), _OVERLAP)
        if not await self._provider.held(self._rules[where], count=count, patience=self._patience):
            raise Inconclusive("话没有送到大模型，按不住它，并发无从检验")
        # 排在闸前那几句后面的也要确认收到：没收到的谈不上排着队。
        await connection.acked([line.token], patience=self._patience)

    def is_slow(self, agent: Agent) -> bool:
        """这个智能体的大模型头一句是不是答得慢，此刻还没答。"""
        return slot(agent.owner.tenant, agent.name) in self._slow

    async def outlast(self, cast: Cast, speaker: Speaker, agent: Agent) -> None:
        """让头一句慢到自家别的聊天也问答过一轮：抢得了先的，这时都已经抢了先。"""
        where = slot(agent.owner.tenant, agent.name)
        if not await self._provider.held(self._rules[where], count=1, patience=self._patience):
            raise Inconclusive("头一句没有送到大模型，慢不起来")
        await self.let_reply_be_produced(cast, speaker)
        await self._release(where)

    async def accident(
        self, cast: Cast, speaker: Speaker, line: Line, accident: Accident, agent: Agent
    ) -> None:
        """话刚送到大模型就出意外；恢复之后等它的回复。"""
        rule = await self._provider.script("hold", **agent.model_calls)
        connection = await cast.say(speaker, line)
        if not await self._provider.held(rule, count=1, patience=self._patience):
            raise Inconclusive("这句话没有送到大模型，意外无从发生")
        if accident is Accident.RECONNECT:
            self._ledger.add(Kind.FAULT, by=line.owner, what="客户端断线")
            await connection.close()
            await self._provider.release(rule, patience=self._patience)
            await self.let_reply_be_produced(cast, speaker)
        else:
            await self.restart()
            await self._provider.release(rule, patience=0.0)
        await connection.open()
        await connection.fate(line.token, patience=self._patience)

    async def let_reply_be_produced(self, cast: Cast, speaker: Speaker) -> None:
        """请哨兵在另一个平台上一问一答：等它走完，先前那条回复一定已经产生。"""
        elsewhere = Speaker(speaker.tenant, SENTINEL, platform=f"{SENTINEL}台", agent=speaker.agent)
        line = cast.line(elsewhere, "在吗", user_id="sentinel", sentinel=True)
        connection = await cast.say(elsewhere, line)
        await connection.fate(line.token, patience=self._patience)

    async def restart(self, restart: Restart = Restart.KILLED) -> None:
        """停下本场景专用的参考服务，再在原数据上启动。"""
        if self._private is None:
            raise Inconclusive("这个场景没有可重启的服务：请给它加上标签 @需.重启")
        self._ledger.add(Kind.FAULT, what=f"服务{restart.value}")
        orderly = restart is Restart.ORDERLY
        await asyncio.to_thread(self._private.restart, self._start_timeout, orderly=orderly)

    def is_held(self, agent: Agent) -> bool:
        """这个智能体的大模型是不是正被按住。"""
        return slot(agent.owner.tenant, agent.name) in self._held

    async def close(self) -> None:
        """撤掉全部剧本，让还按着的话得到回复；一条撤不掉也继续撤下一条。"""
        async with AsyncExitStack() as stack:
            for where in list(self._rules):
                stack.push_async_callback(self._release, where)

    async def _release(self, where: tuple[str, str]) -> None:
        waiting = self._held.pop(where, [])
        self._passing.discard(where)
        self._slow.discard(where)
        patience = self._patience if waiting else 0.0
        await self._provider.release(self._rules.pop(where), patience=patience)
        await asyncio.gather(*(c.fate(line.token, patience=self._patience) for c, line in waiting))
