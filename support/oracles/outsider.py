"""管理面的边界：别家的编号与从未有过的编号分不出来，别家的东西动不了，报错不露内情。"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from support.model import Event, Kind, Outcome, Verdict

#: 数据库与程序内部才有的说法。
_INSIDE = re.compile(
    r"Traceback|Exception\b|\w+Error\b(?!\")|constraint failed|sqlite|psycopg|sqlalchemy|peewee"
    r"|\bSELECT\b.+\bFROM\b|\bINSERT INTO\b|\.py\b|site-packages|no such (?:table|column)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Attempt:
    """管理面上的一次尝试。`shape` 是去掉时刻与编号之后的应答：状态、头、正文。"""

    success: bool
    status: int
    shape: str
    event: int


def alike(own: Attempt, foreign: Attempt, nowhere: Attempt) -> Verdict:
    """对着别家的与从未有过的编号，应答一模一样；对着自己的办得成，且答得不同（对照）。"""
    seqs = (foreign.event, nowhere.event, own.event)
    broken = max(foreign.status, nowhere.status) >= 500
    if foreign.shape != nowhere.shape and not broken:
        return Verdict(
            Outcome.VIOLATED,
            "别家的编号答得与从未有过的编号不一样",
            3,
            seqs,
            expected=f"与从未有过的编号一样：{nowhere.shape[:200]}",
            actual=f"别家的编号：{foreign.shape[:200]}",
        )
    if broken:
        return Verdict(Outcome.INCONCLUSIVE, "管理面自己出了错，答得一样证明不了什么", 3, seqs)
    if not own.success or own.shape == nowhere.shape:
        return Verdict(Outcome.INCONCLUSIVE, "对着自己的也办不成，答得一样证明不了什么", 3, seqs)
    return Verdict(Outcome.HELD, "别家的与从未有过的编号答得一样", 3, seqs)


def untouched(before: str, after: str, *, tenant: str, events: tuple[int, ...]) -> Verdict:
    """一家租户的全部东西，前后两次看一模一样。"""
    if before == after:
        return Verdict(Outcome.HELD, f"“{tenant}”的东西原样未动", len(events), events)
    shorter = min(len(before), len(after))
    at = next((n for n in range(shorter) if before[n] != after[n]), shorter)
    start = max(0, at - 60)
    return Verdict(
        Outcome.VIOLATED,
        f"“{tenant}”的东西被动过",
        len(events),
        events,
        expected=f"……{before[start : at + 80]}……",
        actual=f"……{after[start : at + 80]}……",
    )


def refused(good: Attempt, bad: Attempt, *, leaked: bool) -> Verdict:
    """先放行 `good`、后拒绝 `bad`；`leaked` 表示后者的应答里仍有那家的东西。"""
    seqs = (good.event, bad.event)
    if not good.success:
        return Verdict(Outcome.INCONCLUSIVE, "有效的密钥也没有办成，拒绝证明不了什么", 2, seqs)
    if bad.success or leaked:
        actual = "办成了" if bad.success else "应答里露出了那家的东西"
        return Verdict(
            Outcome.VIOLATED, f"该拒绝的密钥{actual}", 2, seqs, expected="被拒绝", actual=actual
        )
    if bad.status >= 500:
        return Verdict(Outcome.INCONCLUSIVE, "管理面自己出了错，不算拒绝", 2, seqs)
    return Verdict(Outcome.HELD, "先放行、后拒绝", 2, seqs)


def plain_errors(events: Sequence[Event]) -> Verdict:
    """本场景的每次失败都说人话：没有数据库与程序内部的说法，也没有崩溃。"""
    failed = [e for e in events if e.kind is Kind.BODY and not e.data.get("success")]
    if not failed:
        return Verdict(Outcome.INCONCLUSIVE, "没有一次失败的应答，看不出报错的样子", 0)
    for event in failed:
        found, status = _INSIDE.search(event.text), event.data["status"]
        if found or status >= 500:
            actual = f"“{found.group(0)}”" if found else f"崩溃（{status}）"
            return Verdict(
                Outcome.VIOLATED,
                "报错露出了内情",
                len(failed),
                (event.seq,),
                expected="一句产品语言的缘由",
                actual=actual,
            )
    seqs = tuple(event.seq for event in failed)
    return Verdict(Outcome.HELD, f"{len(failed)} 次报错都不露内情", len(failed), seqs)


def same_after(wanted: str, read: str, *, event: int) -> Verdict:
    """写进去的，读回来正是那样。"""
    if wanted == read:
        return Verdict(Outcome.HELD, "读回来正是改成的样子", 1, (event,))
    return Verdict(
        Outcome.VIOLATED, "答应了却没有改", 1, (event,), expected=wanted[:200], actual=read[:200]
    )


def counted(reported: int, wanted: int, *, what: str, event: int) -> Verdict:
    """账上记的数恰好是这么多。"""
    if reported == wanted:
        return Verdict(Outcome.HELD, f"{what}恰好是 {wanted}", max(1, wanted), (event,))
    return Verdict(
        Outcome.VIOLATED,
        f"{what}记错了账",
        1,
        (event,),
        expected=str(wanted),
        actual=str(reported),
    )


def secret_hidden(*, shown: bool, control: bool, what: str, event: int) -> Verdict:
    """应答里没有这个秘密；`control` 表示同一份应答里确有它旁边的内容。"""
    if shown:
        return Verdict(
            Outcome.VIOLATED, f"应答里就有{what}", 1, (event,), expected="看不见", actual="看得见"
        )
    if not control:
        return Verdict(Outcome.INCONCLUSIVE, "应答里什么也没有，看不见证明不了什么", 1, (event,))
    return Verdict(Outcome.HELD, f"应答里没有{what}", 1, (event,))
