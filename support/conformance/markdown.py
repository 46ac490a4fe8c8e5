"""合规报告的 Markdown：产品同事从上往下读，工程师照末尾的命令复现。

职责：排版。不做什么：不计算、不取舍（公开还是全文由 `withhold` 定）；
JSON 里有的每个没通过的场景这里都有。
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from support.known import describe
from support.model import Outcome

_NONE = "无"
_UNPROVEN = (Outcome.VIOLATED, Outcome.KNOWN, Outcome.INCONCLUSIVE)
#: 每个结论在这一页里举几条证据；全部在 JSON 里。
_SHOWN = 3


def render(report: Mapping[str, Any]) -> str:
    """整份 Markdown，不含校验。"""
    found: dict[Outcome, list[Mapping[str, Any]]] = defaultdict(list)
    for one in report["scenarios"]:
        found[Outcome(one["verdict"])].append(one)
    held: Mapping[str, Any] = report.get("withheld", {})
    blocks = [
        report.get("notice", ""),
        _head(report),
        _batches(report["run"]),
        _levels(report),
        _capabilities(report),
        _withheld(held) if held else "",
        _red(Outcome.VIOLATED, found, f"{'除安全检查之外，' if held else ''}{_NONE}。"),
        _red(Outcome.KNOWN, found, ""),
        _listed(report["known"]),
        _leaks(report["leaks"]),
        _undecided(found[Outcome.INCONCLUSIVE]),
        _skipped(found[Outcome.SKIPPED]),
        _held(found[Outcome.HELD]),
        _reproduce(report),
    ]
    return "\n\n".join(block for block in blocks if block) + "\n"


def _head(report: Mapping[str, Any]) -> str:
    target, run = report["target"], report["run"]
    rows = [
        ("被测目标", " · ".join(dict.fromkeys((target["name"], target["kind"])))),
        ("目标版本", target["version"]),
        ("部署的种类", target["profile"] or _NONE),
        ("传输", target["transport"]),
        ("套件版本", report["suite"]["version"]),
        ("开始", run["started"]),
        ("用时", f"{run['duration_s']:.0f} 秒"),
        ("种子", run["seed"]),
        ("场景", f"运行 {run['ran']} / 计划 {run['planned']}"),
        ("完整", "是" if run["complete"] else f"否：{'；'.join(run['gaps'])}"),
        ("形式", _form(report)),
        ("遗留", f"{report['leftovers']} 样没能删掉" if report["leftovers"] else _NONE),
        ("数据", f"同名的 .json，sha256 {report['generated']['sha256']}"),
    ]
    return (
        f"# 合规报告：{target['name']} {target['version']}\n\n"
        f"由运行（{run['id']}）的记录生成，手改即作废；"
        "核对：`python -m support conformance --verify 本文件`。\n\n" + _table(("项", "值"), rows)
    )


def _form(report: Mapping[str, Any]) -> str:
    """公开还是全文；后来改写过的说明何时改写。"""
    return "；".join(filter(None, (report["form"], report.get("rewritten"))))


def _batches(run: Mapping[str, Any]) -> str:
    """分批跑的：每一批，与几批判得不一样的场景。"""
    if not run["batches"]:
        return ""
    rows = [
        (one["id"], one["started"], f"{one['duration_s']:.0f} 秒", one["planned"], one["ran"],
         " ".join(one["tags"]))
        for one in run["batches"]
    ]  # fmt: skip
    heads = ("运行", "开始", "用时", "选中", "真跑", "标签")
    note = "一个场景取真正判过的那一批；几批判得不一样的取最坏的。"
    blocks = ["## 分批", note, _table(heads, rows)]
    if run["contradictions"]:
        unlike = [
            (_name(one), "；".join(f"{at}：{said}" for at, said in one["verdicts"].items()))
            for one in run["contradictions"]
        ]
        blocks += ["判得不一样的：", _table(("场景", "各批"), unlike)]
    return "\n\n".join(blocks)


def _levels(report: Mapping[str, Any]) -> str:
    names = [outcome.value for outcome in Outcome]
    rows = [
        (level, f"**{one['result']}**", one["specs"], *(one["counts"][name] for name in names),
         one["examined"])
        for level, one in report["levels"].items()
    ]  # fmt: skip
    note = (
        "符合：全部通过；部分符合：没有违反，有的因目标没有那项能力而跳过；"
        "未能证明：没有违反，但有无法判定的；不符合：有违反，写明已知的也算。"
    )
    heads = ("级别", "结论", "规格", *names, "看过的证据")
    return f"## 结论\n\n{_table(heads, rows)}\n\n{note}"


def _capabilities(report: Mapping[str, Any]) -> str:
    capabilities = report["capabilities"]
    rows = [
        ("有", "、".join(capabilities["supported"]) or _NONE),
        ("没有", "、".join(capabilities["unsupported"]) or _NONE),
    ]
    note = "\n\n与安全检查有关的能力不列。" if "withheld" in report else ""
    return f"## 能力\n\n{_table(('目标', '能力'), rows)}{note}"


def _withheld(withheld: Mapping[str, Any]) -> str:
    """公开的形式里，安全检查只有数目与一句话。"""
    names = [outcome.value for outcome in Outcome]
    rows = [
        (f"{one['property']} {one['meaning']}", *(one["counts"][name] for name in names))
        for one in withheld["properties"]
    ]
    listed = _table(("性质", *names), rows) if rows else "这次运行没有选到。"
    return f"## 安全检查\n\n{withheld['said']}\n\n{listed}"


def _red(
    outcome: Outcome, found: Mapping[Outcome, Sequence[Mapping[str, Any]]], nothing: str
) -> str:
    title, scenarios = outcome.value, found.get(outcome, ())
    if not scenarios:
        return f"## {title}\n\n{nothing}" if nothing else ""
    rows = [(_name(one), one["level"], one["reason"].partition("\n")[0]) for one in scenarios]
    listed = _table(("场景", "级别", "结论"), rows)
    return "\n\n".join([f"## {title}", listed, *map(_one_red, scenarios)])


def _one_red(one: Mapping[str, Any]) -> str:
    lines = [f"### {_name(one)}", "", f"{one['level']} · {one['feature']} · {one['rule']}", ""]
    if one["known"]:
        link = f"（{one['known']['link']}）" if one["known"]["link"] else ""
        lines += [f"已知，{describe(one['known']['since'], one['known']['reason'])}{link}", ""]
    for bad in one["violations"]:
        facts = (("期望", bad["expected"]), ("实际", bad["actual"]))
        lines.append(f"- {_text(bad['claim'])}")
        lines += [f"  - {head}：{_text(fact)}" for head, fact in facts if fact]
        lines += [f"  - 证据：{_text(line)}" for line in bad["evidence"][:_SHOWN]]
        rest = len(bad["evidence"]) - _SHOWN
        lines += [f"  - 还有 {rest} 条证据，见 .json"] if rest > 0 else []
    lines += [] if one["violations"] else [f"- {_text(one['reason'])}"]
    return "\n".join([*lines, "", f"复现：`{one['reproduce']}`"])


def _listed(known: Sequence[Mapping[str, Any]]) -> str:
    """名单上的每一条，连没有跑到与消失了的。"""
    lines = [f"- {_text(one['said'])}" for one in known]
    return "\n".join(["## 已知违反的名单", "", *lines]) if lines else ""


def _leaks(leaks: Sequence[Mapping[str, Any]]) -> str:
    if not leaks:
        return ""
    rows = [
        (one["scenario"], one["property"], one["surface"], one["count"],
         "是" if one["known"] else "否", one["evidence"])
        for one in leaks
    ]  # fmt: skip
    heads = ("场景", "性质", "在哪里看见", "处数", "已知", "其中一处")
    return f"## 越界审计\n\n{_table(heads, rows)}"


def _undecided(scenarios: Sequence[Mapping[str, Any]]) -> str:
    rows = [(_name(one), one["level"], one["reason"]) for one in scenarios]
    return (
        f"## {Outcome.INCONCLUSIVE.value}\n\n{_table(('场景', '级别', '为什么'), rows)}"
        if rows
        else ""
    )


def _skipped(scenarios: Sequence[Mapping[str, Any]]) -> str:
    reasons: dict[str, list[str]] = defaultdict(list)
    for one in scenarios:
        reasons[one["reason"]].append(one["id"])
    rows = [(reason, " ".join(dict.fromkeys(ids))) for reason, ids in reasons.items()]
    return f"## {Outcome.SKIPPED.value}\n\n{_table(('为什么', '规格'), rows)}" if rows else ""


def _held(scenarios: Sequence[Mapping[str, Any]]) -> str:
    features: dict[str, list[str]] = defaultdict(list)
    for one in scenarios:
        features[one["feature"]].append(one["id"])
    rows = [(feature, " ".join(dict.fromkeys(ids))) for feature, ids in features.items()]
    return f"## {Outcome.HELD.value}\n\n{_table(('功能', '规格'), rows)}" if rows else ""


def _reproduce(report: Mapping[str, Any]) -> str:
    commands = dict.fromkeys(
        one["reproduce"] for one in report["scenarios"] if Outcome(one["verdict"]) in _UNPROVEN
    )
    lines = [
        "## 复现", "",
        f"装上套件 {report['suite']['version']}（README“三分钟跑起来”），"
        "备好同一版本的目标与当时的配置，然后：", "",
        "```bash", report["reproduce"], "```",
    ]  # fmt: skip
    if commands:
        lines += ["", "只复现没有通过的，一条规格一条命令：", "", "```bash", *commands, "```"]
    return "\n".join(lines)


def _name(one: Mapping[str, Any]) -> str:
    return _text(f"{one['id']} {one['name']}")


def _table(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    lines = [f"| {' | '.join(heads)} |", f"|{'---|' * len(heads)}"]
    lines += [f"| {' | '.join(_text(cell) for cell in row)} |" for row in rows]
    return "\n".join(lines)


def _text(value: object) -> str:
    """一行之内、不破坏表格与标签的文字。"""
    line = " ".join(str(value).split())
    return line.replace("|", "\\|").replace("<", "&lt;")
