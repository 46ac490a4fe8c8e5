"""规则：哪些请求要被按住、拖延、弄坏或答以定文。

不做什么：不碰套接字；怎样弄坏由 server 执行。
"""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from support.errors import ProtocolError
from support.observer.bell import Bell
from support.observer.call import REPLY
from support.observer.records import Record

ACTIONS = ("hold", "delay", "status", "cut", "malformed", "empty", "silent", "say")
_MATCHES = ("key_fp", "contains", "path")
# 每个字段：允许的类型、取值是否合格、给人看的要求。
_FIELDS: dict[str, tuple[tuple[type, ...], Callable[[Any], bool], str]] = {
    "match": ((dict,), lambda given: True, "对象"),
    "action": ((str,), lambda given: given in ACTIONS, "、".join(ACTIONS)),
    "seconds": ((int, float), lambda given: 0 <= given <= 3600, "0 到 3600 秒"),
    "status": ((int,), lambda given: 400 <= given <= 599, "400 到 599"),
    "say": ((str,), lambda given: True, "文本"),
    "times": ((int,), lambda given: given >= 1, "不小于 1 的整数"),
}
_NEEDS = {"delay": "seconds", "status": "status", "say": "say"}


@dataclass(slots=True)
class Rule:
    """一条规则与它的战况：命中几次、此刻按住几个。"""

    id: str
    action: str
    match: dict[str, str] = field(default_factory=dict)
    seconds: float = 0.0
    status: int = 500
    say: str | None = None
    times: int | None = None
    hits: int = 0
    held: int = 0
    released: asyncio.Event = field(default_factory=asyncio.Event)

    def accepts(self, record: Record) -> bool:
        """这次请求归不归它管。路径只比结尾，带不带 /v1 都算。

        稿子是念给用户听的：规划、分类之类的内部步骤不归它管，免得部署读不懂而卡住。
        """
        if self.times is not None and self.hits >= self.times:
            return False
        if self.action == "say" and record.kind != REPLY:
            return False
        wanted = self.match
        return (
            wanted.get("key_fp", record.key_fp) == record.key_fp
            and wanted.get("contains", "") in record.prompt
            and record.path.endswith(wanted.get("path", ""))
        )

    @property
    def harmless(self) -> bool:
        """只管时机、不改答案：直通时放行之后仍去问真模型。"""
        return self.action in ("hold", "delay")

    def row(self) -> dict[str, Any]:
        """控制面看到的战况。"""
        return {"id": self.id, "hits": self.hits, "held": self.held}


class Rulebook:
    """全部规则；新的先看。有人到闸前或离开时按门铃。"""

    def __init__(self) -> None:
        self.bell = Bell()
        self._ids = itertools.count(1)
        self._rules: dict[str, Rule] = {}

    def add(self, body: Any) -> Rule:
        """按控制面的请求立一条规则；写错时抛 ProtocolError。"""
        _check(body)
        rule = Rule(id=f"r{next(self._ids)}", **body)
        self._rules[rule.id] = rule
        return rule

    def get(self, rule_id: str) -> Rule | None:
        """按编号取规则。"""
        return self._rules.get(rule_id)

    def remove(self, rule_id: str) -> Rule | None:
        """撤掉规则并放行它按住的请求；没有这条就返回 None。"""
        rule = self._rules.pop(rule_id, None)
        if rule is not None:
            rule.released.set()
            self.bell.ring()
        return rule

    def pick(self, record: Record) -> Rule | None:
        """选中第一条管得着的规则并记一次命中。"""
        for rule in reversed(self._rules.values()):
            if rule.accepts(record):
                rule.hits += 1
                return rule
        return None

    async def hold(self, rule: Rule) -> None:
        """在闸前等，直到规则被撤。"""
        rule.held += 1
        self.bell.ring()
        try:
            await rule.released.wait()
        finally:
            rule.held -= 1
            self.bell.ring()


def _check(body: Any) -> None:
    if not isinstance(body, dict):
        raise ProtocolError("规则必须是 JSON 对象")
    for name, value in body.items():
        if name not in _FIELDS:
            raise ProtocolError(f"规则没有字段 {name}；可用：{'、'.join(_FIELDS)}")
        types, good, allowed = _FIELDS[name]
        if isinstance(value, bool) or not isinstance(value, types) or not good(value):
            raise ProtocolError(f"规则的 {name} 写成了 {value!r}；允许：{allowed}")
    if "action" not in body:
        raise ProtocolError(f"规则缺少 action；可用：{'、'.join(ACTIONS)}")
    needed = _NEEDS.get(body["action"])
    if needed is not None and needed not in body:
        raise ProtocolError(f"动作 {body['action']} 还要写 {needed}")
    for name, value in body.get("match", {}).items():
        if name not in _MATCHES or not isinstance(value, str):
            raise ProtocolError(f"match 只认文本的 {'、'.join(_MATCHES)}，不认 {name}")
