"""公开的形式：安全检查只给数目，细节私下交给那个软件的维护者。

职责：一份全文 → 公开的一份，或注明不可公开的一份；纯函数（性质的名字取自覆盖矩阵）。
不做什么：不改判、不排版、不落盘。内置参考服务是自己的，公开的也是全文。
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any

from support.coverage import load_matrix
from support.disclosure import CAPABILITIES, TAG, hide, is_listed
from support.errors import ConfigError
from support.model import Outcome

FULL, PUBLIC = "全文", "公开"
NOTICE = "不可公开：这是全文，写着安全检查的细节，只交给这个软件的维护者"
SAID = (
    "查谁凭什么放行、归谁管、是不是同一个的规则，这里只给每种性质的数目；"
    "细节私下交给这个软件的维护者。"
)
_OWN = "内置参考服务"
_OTHER = "别的检查"
_UNTOLD = "# 点名选了安全检查的命令未公开"
#: 一条规格看守几种性质时，记在排得最前的那一种上：身份、密钥、管理动作在先。
_ORDER = ("P6", "P7", "P8", "P13", "P12", "P10", "P9", "P11", "P5", "P1", "P2", "P3", "P4", "P14")


def private(report: Mapping[str, Any]) -> dict[str, Any]:
    """全文，第一项就写明不可公开。"""
    return {"notice": NOTICE, **report}


def public(report: Mapping[str, Any]) -> dict[str, Any]:
    """公开的形式；检查类的规格没有记号（规格比清单旧）时抛 ConfigError。"""
    _refuse_unmarked(report)
    report = {key: value for key, value in report.items() if key != "notice"}
    if is_own(report):
        return report
    held = checks(report)
    shown = [one for one in report["scenarios"] if not _held(one["id"], held)]
    open_to_all = {
        **report,
        "form": PUBLIC,
        "run": _run(report["run"], held),
        "capabilities": _capabilities(report["capabilities"]),
        "scenarios": shown,
        "known": [one for one in report["known"] if not _held(one["id"], held)],
        "leaks": [one for one in report["leaks"] if not _held(one["scenario"], held)],
    }
    words = _words(held, shown)
    open_to_all["reproduce"] = _commands(report["reproduce"], words)
    hidden: dict[str, Any] = _hide(open_to_all, words)
    return {**hidden, "withheld": {"said": SAID, "properties": tally(held)}}


def describe(report: Mapping[str, Any]) -> str:
    """这一份收起了什么，一句话。"""
    if "notice" in report:
        return NOTICE
    if report["form"] == FULL:
        return "公开的形式：测的是内置参考服务，不收起什么"
    count = sum(sum(one["counts"].values()) for one in report["withheld"]["properties"])
    return f"公开的形式：安全检查 {count} 个场景只给数目；--full 才有细节，不可公开"


def is_own(report: Mapping[str, Any]) -> bool:
    """测的是不是内置参考服务：自己的东西，没有什么要收起。"""
    return bool(report["target"]["kind"] == _OWN)


def checks(report: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """一份报告里的检查；第一版的报告没有记号，照清单认。"""
    return [one for one in report["scenarios"] if one.get("check") or is_listed(one["id"])]


def tally(scenarios: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """每种性质、每种结论有几个场景；不说是哪几个。"""
    found: dict[str, list[str]] = {}
    meaning, guards = _properties()
    for one in scenarios:
        found.setdefault(guards.get(one["id"], ""), []).append(one["verdict"])
    return [
        {
            "property": name,
            "meaning": meaning.get(name, _OTHER),
            "counts": {outcome.value: verdicts.count(outcome.value) for outcome in Outcome},
        }
        for name, verdicts in sorted(found.items(), key=lambda item: list(meaning).index(item[0]))
    ]


def _refuse_unmarked(report: Mapping[str, Any]) -> None:
    """清单上的规格在这次运行里没有记号，就不知道还漏了哪些记号：整份不写。"""
    rows = report["scenarios"]
    bare = [one["id"] for one in rows if is_listed(one["id"]) and not one.get("check")]
    if bare:
        raise ConfigError(
            f"运行 {report['run']['id']}",
            key="scenarios[].tags",
            found=f"{len(bare)} 个场景没有 @{TAG}：{'、'.join(dict.fromkeys(bare))}",
            allowed=f"检查类的规格都带着 @{TAG}（清单在 support/disclosure.py）",
            fix="这次运行的规格比清单旧，所以什么也没有写；用现在的规格重跑，"
            "或加 --full 写一份只供自己看的全文",
        )


@cache
def _properties() -> tuple[dict[str, str], dict[str, str]]:
    """性质的名字，与每条规格的数目记在哪种性质上。"""
    matrix = load_matrix()
    guards: dict[str, str] = {}
    for name in _ORDER:
        for spec in matrix.ids_of(name):
            guards.setdefault(spec, name)
    return {**matrix.meaning, "": _OTHER}, guards


def _held(place: str, held: Sequence[Mapping[str, Any]]) -> bool:
    """这个编号，或以编号开头的场景，是不是检查。"""
    spec = place.partition(" ")[0]
    return is_listed(spec) or any(one["id"] == spec for one in held)


def _run(run: Mapping[str, Any], held: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    unlike = [one for one in run["contradictions"] if not _held(one["id"], held)]
    return {**run, "contradictions": unlike}


def _capabilities(capabilities: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """有没有检查，也是检查的结果：与检查有关的能力两边都不列。"""
    return {
        side: [one for one in names if one not in CAPABILITIES]
        for side, names in capabilities.items()
    }


def _words(held: Iterable[Mapping[str, Any]], shown: Iterable[Mapping[str, Any]]) -> set[str]:
    """检查的编号、名字与规则：写进别处（缺口、命令、缘由）也要抹；公开的场景里本来就有的不抹。"""
    told = "\n".join(one[key] for one in shown for key in ("feature", "rule", "name"))
    words = {one[key] for one in held for key in ("id", "name", "rule")}
    return {word for word in words if word and word not in told}


def _commands(commands: str, words: Iterable[str]) -> str:
    """点名选了检查的命令不写：抹掉编号的命令也跑不了。"""
    lines = commands.split("\n")
    return "\n".join(
        dict.fromkeys(line if hide(line, words) == line else _UNTOLD for line in lines)
    )


def _hide(value: Any, words: Iterable[str]) -> Any:
    if isinstance(value, str):
        return hide(value, words)
    if isinstance(value, dict):
        return {key: _hide(item, words) for key, item in value.items()}
    return [_hide(item, words) for item in value] if isinstance(value, list) else value
