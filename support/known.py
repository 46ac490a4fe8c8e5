"""已知违反：名单上的每一条，这一次是什么下文。

职责：看它还在不在、名单写得对不对，纯函数。不做什么：不判违反（裁判的事），不读配置。
一条说的是一组场景（一条规格的各行，或其中几行）：只要还有一个违反，它就还在；
全都通过了就是消失了，这次运行算失败，免得名单变成没人看的旧账。
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from enum import Enum
from pathlib import Path
from typing import Any

from support.errors import ConfigError
from support.model import Known, Outcome, ScenarioRecord
from support.records import Scene


class State(str, Enum):
    """一条已知违反这一次的下文。"""

    STANDS = "仍违反"
    VANISHED = "消失了"
    UNDECIDED = "无法判定"
    SKIPPED = "跳过"
    NOT_RUN = "没有跑到"


def settle(listed: Iterable[Known], records: Sequence[ScenarioRecord]) -> list[dict[str, Any]]:
    """名单上每一条的下文；一条也不省略。"""
    told = []
    for known in listed:
        covered = [record for record in records if record.known == known]
        state = _state([record.verdict for record in covered])
        told.append(
            {
                **asdict(known),
                "rows": list(known.rows),
                "state": state.value,
                "scenarios": [record.name for record in covered],
                "said": _say(known, state),
            }
        )
    return told


def _state(verdicts: Sequence[Outcome]) -> State:
    if not verdicts:
        return State.NOT_RUN
    if Outcome.KNOWN in verdicts:
        return State.STANDS
    if Outcome.INCONCLUSIVE in verdicts:
        return State.UNDECIDED
    return State.SKIPPED if Outcome.SKIPPED in verdicts else State.VANISHED


def _say(known: Known, state: State) -> str:
    where = f"{known.id}（{'、'.join(known.rows)}）" if known.rows else known.id
    if state is State.VANISHED:
        return (
            f"已知违反消失了：{where} 现在通过（{known.since} 记的：{known.reason}）。"
            "请从配置里删掉这一条 [[known]]"
        )
    tail = {
        State.STANDS: "仍违反",
        State.UNDECIDED: "这次无法判定，说不上还在不在",
        State.SKIPPED: "这次跳过，说不上还在不在",
        State.NOT_RUN: "这次没有跑到",
    }[state]
    return f"{where} {tail}（{describe(known.since, known.reason)}）"


def vanished(scenario: Mapping[str, Any]) -> bool:
    """结果里的这个场景，名单上的那一条是不是消失了。"""
    known = scenario.get("known")
    return known is not None and bool(known["state"] == State.VANISHED.value)


def describe(since: str, reason: str) -> str:
    """一条已知违反的来历，一句话。"""
    return f"自 {since}：{reason}"


def refuse_unknown(path: Path, listed: Sequence[Known], scenes: Sequence[Scene]) -> None:
    """名单里的编号与行在规格里都要有；没有的多半是写错了，等于没写。"""
    ids = sorted({scene.id for scene in scenes if scene.id})
    for number, known in enumerate(listed, 1):
        names = [scene.name for scene in scenes if scene.id == known.id]
        where = f"[[known]] 第 {number} 个"
        if not names:
            near = difflib.get_close_matches(known.id, ids, n=3, cutoff=0.5)
            raise ConfigError(
                str(path), key=f"{where} .id", found=known.id,
                allowed=f"features/ 里有的编号，例如 {'、'.join(near or ids[:3])}",
                fix="python -m support coverage 看每条规格的编号",
            )  # fmt: skip
        for row in known.rows:
            if not any(row in name for name in names):
                raise ConfigError(
                    str(path), key=f"{where} .rows", found=row,
                    allowed=f"{known.id} 的场景名里有的文字：{'；'.join(names)}",
                    fix="抄场景名里分得开各行的那一段，或删掉 rows 表示整条规格",
                )  # fmt: skip
