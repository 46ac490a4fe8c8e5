"""分批：同一个目标跑了几次，合成一份结果，好写一份合规报告。

有的部署越跑越慢，只能按标签分批、每批换一个空库；合起来才是一整套规格。
职责：合成一份结果，纯函数。不做什么：不改判、不挑好的。
一个场景取真正判过的那一次；几次判得不一样就取最坏的，并在报告里一一写明。
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from support.errors import ConfigError
from support.known import State
from support.model import Outcome
from support.records import Scene

#: 名单上的一条在几次运行里各有下文：还违反着的最要紧，没有跑到的不作数。
_STATES = [
    state.value
    for state in (
        State.STANDS,
        State.UNDECIDED,
        State.SKIPPED,
        State.VANISHED,
        State.NOT_RUN,
    )
]
_SAME_RUN = {"suite_version": "套件版本", "seed": "种子", "mode": "模式", "transport": "传输"}
_SAME_TARGET = {"name": "目标", "version": "目标版本", "kind": "种类", "profile": "部署的种类"}


def combine(everything: Sequence[Mapping[str, Any]], scenes: Sequence[Scene]) -> dict[str, Any]:
    """几次运行合成一份；`scenes` 是整套规格，没有判到的记作不完整。"""
    parts = sorted(everything, key=lambda one: str(one["run"]["started"]))
    first = parts[0]
    for other in parts[1:]:
        _refuse_strangers(first, other)
    _refuse_twice([part["run"]["id"] for part in parts])
    rows = _by_scenario(parts)
    scenarios = [_worst(found) for found in rows.values()]
    return {
        **first,
        "run": _run(parts, rows, [scene for scene in scenes if _key(scene) not in rows]),
        "scenarios": sorted(scenarios, key=_place),
        "findings": [one for part in parts for one in part["findings"]],
        "leftovers": [one for part in parts for one in part["leftovers"]],
        "known": _known(parts),
    }


def _run(
    parts: Sequence[Mapping[str, Any]],
    rows: Mapping[tuple[str, str], Sequence[tuple[str, Mapping[str, Any]]]],
    missing: Sequence[Scene],
) -> dict[str, Any]:
    first = parts[0]["run"]
    skipped = Outcome.SKIPPED.value
    return {
        **first,
        "id": f"{first['id']} 起分 {len(parts)} 批",
        "tags": [],
        "duration_s": sum(part["run"]["duration_s"] for part in parts),
        "planned": len(rows) + len(missing),
        "ran": sum(_worst(found)["verdict"] != skipped for found in rows.values()),
        "interrupted": any(part["run"]["interrupted"] for part in parts),
        "invalid_reasons": [*_reasons(parts), *_left_out(missing)],
        "batches": [_batch(part["run"]) for part in parts],
        "contradictions": _contradictions(rows),
    }


def _batch(run: Mapping[str, Any]) -> dict[str, Any]:
    kept = {name: run[name] for name in ("id", "started", "duration_s", "planned", "ran")}
    return {**kept, "tags": list(run.get("tags", ())), "command": run["command"]}


def _reasons(parts: Iterable[Mapping[str, Any]]) -> list[str]:
    """各次自己的毛病；整批都因没有能力而跳过的，合起来不算毛病。"""
    runs = [part["run"] for part in parts if part["run"]["ran"]]
    return [f"{run['id']}：{reason}" for run in runs for reason in run["invalid_reasons"]]


def _left_out(missing: Sequence[Scene]) -> list[str]:
    if not missing:
        return []
    ids = "、".join(dict.fromkeys(scene.id for scene in missing))
    return [f"整套规格里还有 {len(missing)} 个场景哪一批都没有选到：{ids}"]


def _key(scene: Scene) -> tuple[str, str]:
    return scene.id, scene.name


def _by_scenario(
    parts: Iterable[Mapping[str, Any]],
) -> dict[tuple[str, str], list[tuple[str, Mapping[str, Any]]]]:
    """每个场景在哪几次运行里有结论；（运行编号，结论）。"""
    found: dict[tuple[str, str], list[tuple[str, Mapping[str, Any]]]] = {}
    for part in parts:
        for one in part["scenarios"]:
            found.setdefault((one["id"], one["name"]), []).append((part["run"]["id"], one))
    return found


def _worst(found: Sequence[tuple[str, Mapping[str, Any]]]) -> Mapping[str, Any]:
    """真正判过的几次里最坏的；哪次都没有跑到，就是跳过。"""
    rows = [one for _, one in found]
    judged = [one for one in rows if one["verdict"] != Outcome.SKIPPED.value]
    return max(judged or rows, key=lambda one: Outcome(one["verdict"]).severity)


def _contradictions(
    rows: Mapping[tuple[str, str], Sequence[tuple[str, Mapping[str, Any]]]],
) -> list[dict[str, Any]]:
    """几次判得不一样的场景；没有跑的那几次不算一种说法。"""
    told = []
    for (spec, name), found in rows.items():
        judged = {
            run: one["verdict"] for run, one in found if one["verdict"] != Outcome.SKIPPED.value
        }
        if len(set(judged.values())) > 1:
            told.append({"id": spec, "name": name.strip(), "verdicts": judged})
    return told


def _known(parts: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    found: dict[tuple[Any, ...], list[Mapping[str, Any]]] = {}
    for part in parts:
        for one in part.get("known", ()):
            found.setdefault((one["id"], *one["rows"]), []).append(one)
    return [min(some, key=lambda one: _STATES.index(one["state"])) for some in found.values()]


def _place(one: Mapping[str, Any]) -> tuple[str, int]:
    """文件与行号的次序，与一次跑完时相同。"""
    path, _, line = str(one["location"]).rpartition(":")
    return path, int(line)


def _refuse_strangers(first: Mapping[str, Any], other: Mapping[str, Any]) -> None:
    """不是同一个目标、同一套规格的，合不到一起。"""
    mine, theirs = _origin(first["run"]), _origin(other["run"])
    for name in mine:
        if mine[name] != theirs[name]:
            raise ConfigError(
                other["run"]["id"], key=name, found=theirs[name],
                allowed=f"与 {first['run']['id']} 相同：{mine[name]}",
                fix="一份合规报告只说一个目标；不同的分开写，再用 compare 并排看",
            )  # fmt: skip


def _origin(run: Mapping[str, Any]) -> dict[str, str]:
    target = run["target"]
    return {
        **{said: str(run[name]) for name, said in _SAME_RUN.items()},
        **{said: str(target.get(name, "")) for name, said in _SAME_TARGET.items()},
        "能力": "、".join(sorted(run["capabilities"])),
    }


def _refuse_twice(ids: Sequence[str]) -> None:
    again = next((one for at, one in enumerate(ids) if one in ids[:at]), None)
    if again is not None:
        raise ConfigError(
            again, found="同一次运行给了两遍", allowed="不同的运行", fix="去掉其中一个"
        )
