"""压测的结果：由各片的流水与重扫得出整份 results.json；报告只渲染，不再计算。

职责：归拢、对账、定结论与退出码。不做什么：不碰网络；可离线重算。
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

import numpy as np

from support.canary import Numbering
from support.load import account
from support.load.crowd import Resident
from support.load.evidence import read_frames
from support.load.journal import read_journal
from support.load.profile import LoadProfile, as_row, describe
from support.load.rescan import Scan, Scanner
from support.load.shard import FRAMES, JOURNAL, Played
from support.load.spread import Spread
from support.load.thresholds import Judgement, Measured, Threshold
from support.model import Outcome
from support.schemas import ResultsKind

_NONE = dict.fromkeys((one.name for one in fields(account.Counts)), 0)


@dataclass(frozen=True, slots=True)
class Facts:
    """一次压测的来历。"""

    run: Mapping[str, Any]
    profile: LoadProfile
    thresholds: tuple[Threshold, ...]
    residents: tuple[Resident, ...]
    nonce: int
    interrupted: bool = False
    #: 提前停下的缘由；没有就是空。
    aborted: str = ""
    notes: tuple[str, ...] = ()
    #: 让这次压测作不了数的缘由，例如提示词不全、少了一片。
    doubts: tuple[str, ...] = ()
    #: 引擎之外还有谁收到了帧（吵闹的邻居）：住处编号、帧在哪个目录；只重扫，不计句数。
    beside: tuple[tuple[int, Path], ...] = ()


@dataclass(slots=True)
class _Group:
    """一组话：数目与延迟。"""

    counts: Counter[str] = field(default_factory=Counter)
    spread: Spread = field(default_factory=Spread)

    def row(self) -> dict[str, Any]:
        measured = {"latency": self.spread.summary(), "samples": len(self.spread)}
        return {**_NONE, **self.counts, **measured}


def build(facts: Facts, played: Sequence[Played], prompts: Any = None) -> dict[str, Any]:
    """算出整份结果。`prompts` 是提示词所在的目录，没有看就是 None。"""
    judged = [_judged(shard, facts) for shard in played]
    scan = _scan(facts, played, judged, prompts)
    groups = {"total": {"全部": _Group()}, "tenants": {}, "scenarios": {}, "platforms": {}}
    disorder = [
        account.out_of_order(lines, [chat for _, chat in shard.voices])
        for shard, lines in zip(played, judged, strict=True)
    ]
    for shard, lines, late in zip(played, judged, disorder, strict=True):
        _gather(groups, facts, shard, lines, late)
    for (_, observer, _), times in scan.found.items():
        for name in _names(facts.residents[observer]):
            group = groups[name[0]].setdefault(name[1], _Group())
            group.counts["foreign"] += times
    total = groups["total"]["全部"]
    moments = account.Moments.of(
        [(lines, shard.began - shard.offset) for shard, lines in zip(played, judged, strict=True)]
    )
    rate = account.rate(moments)
    judgements = _judgements(facts, total, rate)
    doubts = [*facts.doubts, *_doubts(total, groups)]
    verdict = _verdict(facts, total, judgements, doubts)
    return {
        "schema": ResultsKind.LOAD.schema,
        "run": {**facts.run, "interrupted": facts.interrupted, "aborted": facts.aborted,
                "valid": not doubts, "invalid_reasons": doubts},
        "profile": {**as_row(facts.profile), "described": describe(facts.profile)},
        "verdict": verdict.value,
        "totals": total.row(),
        "replies_per_s": rate,
        "tenants": [{"tenant": name, **group.row()} for name, group in groups["tenants"].items()],
        "scenarios": [{"name": n, **group.row()} for n, group in groups["scenarios"].items()],
        "platforms": [{"name": n, **group.row()} for n, group in groups["platforms"].items()],
        "curves": {
            "全部": total.spread.curve(),
            **{name: group.spread.curve() for name, group in groups["tenants"].items()},
        },
        "histograms": {name: group.spread.dump() for name, group in groups["tenants"].items()},
        "seconds": account.per_second(moments),
        "thresholds": [
            {"text": j.text, "verdict": j.outcome.value, "actual": j.actual} for j in judgements
        ],
        "scan": {"scanned": scan.scanned, "unplaced": scan.unplaced},
        "findings": _findings(facts.residents, scan),
        "notes": [*facts.notes, *doubts],
    }  # fmt: skip


def _judged(shard: Played, facts: Facts) -> account.Lines:
    warm = shard.began + facts.profile.warmup
    return account.judge(read_journal(shard.folder / JOURNAL), warm_until=warm)


def _scan(
    facts: Facts, played: Sequence[Played], judged: Sequence[account.Lines], prompts: Any
) -> Scan:
    chats = _chats(played, judged)
    scanner = Scanner(facts.residents, Numbering(facts.nonce), chats)
    scan = Scan()
    for shard in played:
        frames = read_frames(shard.folder / FRAMES)
        placed = ((shard.places[lane], frame) for lane, frame in frames)
        scanner.scan(placed, "回复", scan)
    for place, folder in facts.beside:
        heard = ((place, frame) for _, frame in read_frames(folder / FRAMES))
        scanner.scan(heard, "回复", scan)
    if prompts is not None:
        scanner.scan(read_frames(prompts / FRAMES), "提示词", scan)
    return scan


def _chats(played: Sequence[Played], judged: Sequence[account.Lines]) -> Any:
    """句号 → 聊天流，没有说过的是 -1。各片的聊天流编号互不相干，合起来要错开。

    句号从 0 起连着编，一列就放得下；一百万句八兆字节，用字典要十几倍。
    """
    last = max((int(lines.line.max()) for lines in judged if len(lines)), default=-1)
    chat_of = np.full(last + 1, -1, np.int64)
    for shard, lines in zip(played, judged, strict=True):
        chats = np.array([chat for _, chat in shard.voices], np.int64)
        if len(lines):
            chat_of[lines.line] = chats[lines.voice] + (shard.number << 32)
    return chat_of


def _names(resident: Resident) -> tuple[tuple[str, str], ...]:
    return (
        ("total", "全部"),
        ("tenants", resident.name),
        ("scenarios", resident.scenario),
        ("platforms", resident.platform),
    )


def _gather(
    groups: dict[str, dict[str, _Group]],
    facts: Facts,
    shard: Played,
    lines: account.Lines,
    disorder: Any,
) -> None:
    """按住处数一遍，并进各组。"""
    for place, rows in _by_place(shard, lines):
        mine = lines.pick(rows)
        counts = account.count(mine, disorder[rows], facts.profile.patience)
        spread = Spread(mine.latency[mine.timed])
        for kind, name in _names(facts.residents[place]):
            group = groups[kind].setdefault(name, _Group())
            group.counts.update(asdict(counts))
            group.spread.merge(spread)


def _by_place(shard: Played, lines: account.Lines) -> Iterator[tuple[int, Any]]:
    """各住处与它的行号；排一次序再切开，住处再多也只看一遍。一句没说的住处也在。"""
    homes = np.array([place for place, _ in shard.voices], int)
    where = homes[lines.voice] if len(lines) else np.array([], int)
    order = np.argsort(where, kind="stable")
    places = sorted({place for place, _ in shard.voices})
    starts = np.searchsorted(where[order], places)
    stops = np.searchsorted(where[order], places, side="right")
    for place, start, stop in zip(places, starts, stops, strict=True):
        yield place, order[start:stop]


def _judgements(facts: Facts, total: _Group, rate: float) -> list[Judgement]:
    measured = Measured(total.counts, total.spread.summary(), rate)
    return [threshold.judge(measured) for threshold in facts.thresholds]


def _doubts(total: _Group, groups: Mapping[str, Mapping[str, _Group]]) -> list[str]:
    """让这次压测作不了数的缘由。"""
    doubts = [] if total.counts["sent"] else ["一句话也没有说出口"]
    if total.counts["sent"] and not total.counts["replied"]:
        doubts.append("一条回复也没有，延迟与越界都无从谈起")
    doubts += [
        f"{name} 的账对不上"
        for name, group in groups["tenants"].items()
        if group.counts["sent"] != sum(group.counts[k] for k in ("replied", "lost", "refused"))
    ]
    return doubts


def _verdict(
    facts: Facts, total: _Group, judgements: Sequence[Judgement], doubts: Sequence[str]
) -> Outcome:
    """越界最重；过关条件没过也是违反；作不了数或被打断就判不了。"""
    outcomes = {judgement.outcome for judgement in judgements}
    if total.counts["foreign"] or Outcome.VIOLATED in outcomes or facts.aborted:
        return Outcome.VIOLATED
    if doubts or facts.interrupted or Outcome.INCONCLUSIVE in outcomes:
        return Outcome.INCONCLUSIVE
    return Outcome.HELD


def _findings(residents: Sequence[Resident], scan: Scan) -> list[dict[str, Any]]:
    """谁的话被谁在哪里看见了几次，各附一处原文。"""
    texts = {(t.owner, t.observer, t.surface): t for t in reversed(scan.shown)}

    def who(place: int) -> str:
        one = residents[place]
        return f"{one.name}/{one.agent}/{one.platform}/{one.scenario}"

    return [
        {
            "property": "P3" if owner == observer else "P5" if surface == "回复" else "P1",
            "owner": who(owner),
            "observer": who(observer),
            "surface": surface,
            "times": times,
            "evidence": texts[owner, observer, surface].text
            if (owner, observer, surface) in texts
            else "",
        }
        for (owner, observer, surface), times in scan.found.most_common()
    ]
