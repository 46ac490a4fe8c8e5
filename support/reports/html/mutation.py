"""规约检出率：每台写错的服务被哪些规格抓住，每条规格抓得住哪些错。

职责：把 mutants.json 写成文字、一页网页与一份 Allure 报告。不做什么：不跑、不判。
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any

from allure_commons.model2 import Label, Status, StatusDetails, TestResult, TestStepResult
from allure_commons.reporter import AllureReporter
from allure_commons.types import LabelType
from allure_commons.utils import md5, now, uuid4

from support.reports.allure.attachments import attach_pages, writing
from support.reports.allure.metadata import Category, Cover

TITLE = "规约检出率"
FILE = "mutants.json"
LATEST = "mutants-latest"
_COLOURS = {
    "已杀": "#1a7f37", "误杀": "#a21caf", "崩溃": "#9a6700", "存活": "#b91c1c", "无效": "#6e7781",
    "违反": "#b91c1c", "无法判定": "#9a6700", "跳过": "#6e7781", "通过": "#1a7f37",
}  # fmt: skip
_STATUS = {
    "已杀": Status.PASSED, "误杀": Status.FAILED, "存活": Status.FAILED,
    "崩溃": Status.BROKEN, "无效": Status.BROKEN,
}  # fmt: skip
_CATEGORIES: tuple[Category, ...] = (
    ("存活：该红的没红", "failed", "^存活"),
    ("误杀：不该红的红了", "failed", "^误杀"),
    ("崩溃：出错而红，不算", "broken", "^崩溃"),
    ("无效：没有走到错处", "broken", "^无效"),
)
_STYLE = """body{font:14px/1.6 sans-serif;margin:12px}table{border-collapse:collapse;margin:8px 0}
td,th{border:1px solid #d0d7de;padding:3px 8px;vertical-align:top;text-align:left}
th{background:#f6f8fa;white-space:nowrap}b,i{display:inline-block;margin:1px;padding:0 6px;
border-radius:8px;color:#fff;font:12px/1.6 sans-serif}code{color:#57606a;font-size:12px}
.grid td{padding:0;width:9px;height:14px;border-color:#eaeef2}.grid th{font-size:11px;padding:0 4px}
.grid .通过{background:#1a7f37}.grid .违反{background:#b91c1c}.grid .无法判定{background:#9a6700}
.grid .跳过{background:#6e7781}.grid .id{writing-mode:vertical-rl;padding:4px 0;width:9px}
summary{cursor:pointer}"""


def latest(base: Path) -> dict[str, Any] | None:
    """报告目录 `base` 里最近一次变异检验的结果；没有做过就没有。"""
    path = base / LATEST / FILE
    if not path.exists():
        return None
    proof: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return proof


def facts(results: Mapping[str, Any]) -> dict[str, str]:
    """多少个变异体、各是什么下场、复原得怎样、还有哪些规格没被证明会红。"""
    run, totals = results["run"], results["totals"]
    fates = "，".join(f"{fate} {count}" for fate, count in totals.items() if count)
    verdicts = [one["verdict"] for one in results["clean"].values()]
    told = {
        "变异体": f"{sum(totals.values())}/{run['planned']} 个，{fates or '一个也没有跑完'}",
        "复原": f"{len(verdicts)} 条规格，{verdicts.count('通过')} 条通过",
        "范围": "每个变异体都跑全部规格" if run["full"] else "每个变异体跑点名的规格与旁证",
        "用时": f"{run['duration_s']:.1f} 秒，{run['workers']} 个同时试",
    }
    if results["whole"]:
        told["还没被证明会红的规格"] = " ".join(results["unproven"]) or "没有"
    return told


def summary(results: Mapping[str, Any]) -> str:
    """几行字的总结。"""
    return "\n".join(f"{name}：{fact}" for name, fact in facts(results).items())


def table(results: Mapping[str, Any]) -> str:
    """文字的杀伤表：一行一个变异体。"""
    lines = []
    for one in results["mutants"]:
        red = [spec for spec, seen in one["seen"].items() if seen["verdict"] == "违反"]
        lines.append(f"{one['fate']} {one['name']}  {one['title']}  红：{' '.join(red) or '无'}")
        lines += [f"      {reason}" for reason in one["reasons"]]
    return "\n".join(lines)


def page(results: Mapping[str, Any]) -> str:
    """一页网页：变异体表、规格表、变异体 × 规格的全图。"""
    run = results["run"]
    when = f"{run['started']}，套件 {run['suite_version']}，种子 {run['seed']}"
    told = "".join(f"<p>{escape(line)}</p>" for line in summary(results).splitlines())
    return (
        f'<!doctype html><meta charset="utf-8"><style>{_STYLE}</style>'
        f"<p>参考服务有意写错一处，规格必须因它判违反。{escape(when)}</p>{told}"
        f"{_by_mutant(results['mutants'])}{_by_spec(results)}{_grid(results)}"
    )


def _by_mutant(mutants: Sequence[Mapping[str, Any]]) -> str:
    rows = "".join(
        f"<tr><td>{_pill(one['fate'], one['fate'])}</td>"
        f"<td>{escape(one['title'])}<br><code>{one['name']}</code></td>"
        f"<td>{escape(one['story'])}{''.join(f'<br>{escape(r)}' for r in one['reasons'])}</td>"
        f"<td>{escape(' '.join(one['properties']))}<br>"
        f"<code>{' '.join(one['catalogue'])}</code></td><td>{_badges(one)}</td></tr>"
        for one in mutants
    )
    return (
        "<table><tr><th>下场</th><th>写错了什么</th><th>真实的错</th><th>性质 / 目录</th>"
        f"<th>规格的结论</th></tr>{rows}</table>"
    )


def _badges(one: Mapping[str, Any]) -> str:
    return "".join(
        _pill(seen["verdict"], spec, seen["reason"])
        for spec, seen in one["seen"].items()
        if spec in one["killed_by"] or seen["verdict"] != "通过"
    )


def _pill(colour: str, text: str, title: str = "") -> str:
    hint = f' title="{escape(title.splitlines()[0])}"' if title else ""
    return f'<b style="background:{_COLOURS[colour]}"{hint}>{escape(text)}</b>'


def _by_spec(results: Mapping[str, Any]) -> str:
    killers, exempt = _killers(results["mutants"]), results["exempt"]
    rows = "".join(
        f"<tr><th>{spec}</th><td>{len(killers.get(spec, ()))}</td>"
        f"<td>{escape('、'.join(killers.get(spec, ())) or exempt.get(spec, '还没有'))}</td></tr>"
        for spec in results["specs"]
    )
    return (
        "<details><summary>每条规格抓住了哪些错</summary><table><tr><th>规格</th><th>几个</th>"
        f"<th>哪些（或为什么不可能有）</th></tr>{rows}</table></details>"
    )


def _killers(mutants: Sequence[Mapping[str, Any]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for one in mutants:
        for spec, seen in one["seen"].items():
            if seen["verdict"] == "违反":
                found.setdefault(spec, []).append(one["title"])
    return found


def _grid(results: Mapping[str, Any]) -> str:
    specs = results["specs"]
    head = "".join(f'<th class="id">{spec}</th>' for spec in specs)
    rows = "".join(
        f"<tr><th>{escape(one['title'])}</th>{''.join(_cell(one, spec) for spec in specs)}</tr>"
        for one in results["mutants"]
    )
    return (
        "<details><summary>变异体 × 规格（绿：通过，红：违反，黄：无法判定，白：没有跑）</summary>"
        f'<table class="grid"><tr><th></th>{head}</tr>{rows}</table></details>'
    )


def _cell(one: Mapping[str, Any], spec: str) -> str:
    seen = one["seen"].get(spec)
    if seen is None:
        return "<td>"
    return f"<td class={seen['verdict']} title={spec}>"


def cover(results: Mapping[str, Any], run_dir: Path) -> Cover:
    """变异检验的封面。"""
    run = results["run"]
    origin = {"种子": str(run["seed"]), "开始": run["started"], "套件版本": run["suite_version"]}
    return Cover(
        name=f"麦麦多租户规约 · {TITLE} · {run['id']}",
        build=f"变异检验 {run['id']}",
        facts={**facts(results), **origin},
        categories=_CATEGORIES,
        again=f"python -m support report {run_dir}",
    )


def write_allure(results_dir: Path, results: Mapping[str, Any]) -> None:
    """每个变异体写成一个 Allure 结果，再附上检出率那一页。"""
    attach_pages(results_dir, {TITLE: page(results)})
    with writing(results_dir) as reporter:
        for one in results["mutants"]:
            _write_mutant(reporter, one, results["meaning"])


def _write_mutant(
    reporter: AllureReporter, one: Mapping[str, Any], meaning: Mapping[str, str]
) -> None:
    prop = one["properties"][0]
    feature, key, ended = f"{prop} {meaning[prop]}", uuid4(), now()
    test = TestResult(
        uuid=key,
        name=one["title"],
        fullName=one["name"],
        testCaseId=md5(one["name"]),
        historyId=md5("mutant", one["name"]),
        description=f"{one['story']}\n\n目录：{' '.join(one['catalogue']) or '自己想到的'}",
        start=ended - int(one["duration_s"] * 1000),
        status=_STATUS[one["fate"]],
        labels=[Label(LabelType.EPIC, TITLE), Label(LabelType.FEATURE, feature)],
    )
    test.titlePath = [TITLE, feature]
    if one["fate"] != "已杀":
        test.statusDetails = StatusDetails(message="\n".join((one["fate"], *one["reasons"])))
    test.steps = [_step(one, spec, seen) for spec, seen in one["seen"].items()]
    reporter.schedule_test(key, test)
    test.stop = ended
    reporter.close_test(key)


def _step(one: Mapping[str, Any], spec: str, seen: Mapping[str, Any]) -> TestStepResult:
    named = spec in one["killed_by"]
    wanted = "该红" if named else "该绿" if spec in one["spares"] else "连带"
    fine = seen["verdict"] == "违反" if named else seen["verdict"] == "通过" or wanted == "连带"
    head = seen["reason"].splitlines()[0] if seen["reason"] else ""
    return TestStepResult(
        name=f"{spec}（{wanted}）{seen['verdict']}{'：' if head else ''}{head}",
        status=Status.PASSED if fine else Status.FAILED,
        start=now(),
        stop=now(),
    )


def write_files(run_dir: Path, results: Mapping[str, Any]) -> None:
    """写 mutants.json 与 mutants.txt。"""
    written = {
        FILE: json.dumps(results, ensure_ascii=False, indent=2),
        "mutants.txt": f"{summary(results)}\n\n{table(results)}",
    }
    for name, text in written.items():
        (run_dir / name).write_text(text + "\n", encoding="utf-8")
