"""文字报告：终端里与 report.txt 里的那一页。

职责：照 results.json 排版。不做什么：不重算；没有分母的比率写“无”，不写 0% 或 100%。
前四节的标题与栏目是最初的约定，脚本可能靠它们取数，不要改字。
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from rich.markup import escape
from rich.table import Table

from support.known import describe
from support.model import Outcome
from support.reports.facts.run import overall
from support.reports.text.console import drawn
from support.reports.wording import target_name, totals_line

_NONE = "无"
_COLUMNS = (
    ("sent", "发送"),
    ("acked", "确认"),
    ("replied", "回复"),
    ("lost", "丢失"),
    ("duplicated", "重复"),
    ("foreign", "越界"),
    ("late", "迟到"),
    ("errors", "错误"),
    ("refused", "拒绝"),
)


def render_text(results: Mapping[str, Any]) -> str:
    """整份报告，约 100 列宽，不带颜色。"""
    blocks = [
        _summary(results),
        _provenance(results),
        _scenes(results["conversations"]),
        _key_figures(results),
        _tenants(results["tenants"]),
        _known(results.get("known", ())),
        _unsettled(results["scenarios"]),
        _findings(results["findings"]),
        _leftovers(results["leftovers"]),
        _timing(results["run"]),
        _notes(results["notes"]),
    ]
    return "\n\n".join(block for block in blocks if block) + "\n"


def _block(title: str, lines: Iterable[str]) -> str:
    body = list(lines)
    return "\n".join([f"=== {title} ===", *body]) if body else ""


def _share(rate: float | None) -> str:
    return _NONE if rate is None else f"{rate * 100:.2f}%"


def _number(value: float | None, unit: str) -> str:
    return _NONE if value is None else f"{value:.2f}{unit}"


def _summary(results: Mapping[str, Any]) -> str:
    run, everyone = results["run"], overall(results)
    head = _block(
        "多租户集成测试报告",
        [
            f"测试时间: {run['started'][:19].replace('T', ' ')}",
            f"测试场景数: {len(results['scenarios'])}",
        ],
    )
    totals = _block(
        "总体统计",
        [
            f"总发送消息数: {everyone.sent}",
            f"总接收消息数: {everyone.replied}",
            f"总错误数: {everyone.errors}",
            f"总体成功率: {_share(everyone.rate)}",
            f"其中被拒绝: {everyone.refused}（拿失效的密钥说的话，本该拒绝）",
            f"裁决: {totals_line(results['totals'])}",
        ],
    )
    return f"{head}\n\n{totals}"


def _provenance(results: Mapping[str, Any]) -> str:
    run = results["run"]
    target = run["target"]
    lines = [
        f"被测目标: {target_name(target)}",
        *(f"{title}: {target[key]}" for key, title in _ADDRESSES if target[key]),
        f"传输: {run['transport']}",
        f"运行: {run['id']}（模式 {run['mode']}，{run['workers']} 个工作进程）",
        f"种子: {run['seed']}",
        f"能力: {'、'.join(run['capabilities']) or _NONE}",
        f"场景: 运行 {run['ran']} / 计划 {run['planned']}",
        f"套件版本: {run['suite_version']}",
        f"命令: {run['command']}",
    ]
    if run["interrupted"]:
        lines.append("中断: 是，以下数字只到中断为止")
    if not run["valid"]:
        lines.append(f"本次运行无效: {'；'.join(run['invalid_reasons']) or '没有写明原因'}")
    return _block("出处", lines)


_ADDRESSES = (("control_url", "管理面"), ("server_url", "消息面"))


def _scenes(conversations: Sequence[Mapping[str, Any]]) -> str:
    shown = [
        "\n".join(
            [
                f"场景: {talk['scenario']}",
                f"  租户: {talk['tenant']}",
                f"  智能体: {talk['agent']}",
                f"  平台: {talk['platform']}",
                f"  发送消息: {talk['sent']}",
                f"  接收消息: {talk['received']}",
                f"  成功率: {_share(talk['success_rate'] if talk['sent'] else None)}",
                f"  耗时: {talk['duration_s']:.2f}秒",
                f"  用户: {talk['users']}",
                f"  规格: {talk['spec']}",
                f"  话的来源: {_sources(talk['sources'])}",
            ]
        )
        for talk in conversations
    ]
    return _block("场景详情", shown)


def _sources(sources: dict[str, int]) -> str:
    used = [f"{name} {count}" for name, count in sources.items() if count]
    return " · ".join(used) or _NONE


def _key_figures(results: Mapping[str, Any]) -> str:
    """压测跑了就写压测的，没跑就写整次运行的。"""
    load, run, everyone = results["load"], results["run"], overall(results)
    if load is not None:
        users, total = str(load["concurrent_users"]), int(load["sent"])
        rate = _share(load["success_rate"] if total else None)
        speed, seconds = load["messages_per_s"], load["duration_s"]
    else:
        users, total, rate = f"{_NONE}（没有压测）", everyone.sent, _share(everyone.rate)
        speed, seconds = run["messages_per_s"], run["duration_s"]
    return _block(
        "关键指标",
        [
            f"并发用户数: {users}",
            f"总消息数: {total}",
            f"成功率: {rate}",
            f"消息速率: {_number(speed, ' msg/s')}",
            f"测试耗时: {_number(seconds, ' 秒')}",
        ],
    )


def _tenants(tenants: Sequence[Mapping[str, Any]]) -> str:
    if not tenants:
        return ""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="")
    table.add_column("租户", overflow="fold")
    for title in (*(title for _, title in _COLUMNS), "p50", "p95", "p99"):
        table.add_column(title, justify="right", no_wrap=True)
    for tenant in tenants:
        counts = [str(tenant[key]) for key, _ in _COLUMNS]
        table.add_row(escape(tenant["tenant"]), *counts, *_latency(tenant["latency"]))
    return _block("每家租户", ["（用时单位：毫秒）", drawn(table)])


def _latency(latency: dict[str, float] | None) -> list[str]:
    if latency is None:
        return [_NONE] * 3
    return [f"{latency[key] * 1000:.0f}" for key in ("p50", "p95", "p99")]


def _known(known: Sequence[Mapping[str, Any]]) -> str:
    """名单上的每一条都说：还在、消失了、说不上，没有一条悄悄略去。"""
    shown = ["\n".join(filter(None, (one["said"], _link(one["link"])))) for one in known]
    return _block(Outcome.KNOWN.value, shown)


def _link(link: str) -> str:
    return f"  链接  {link}" if link else ""


def _unsettled(scenarios: Sequence[Mapping[str, Any]]) -> str:
    shown = [_one(scenario) for scenario in scenarios if scenario["verdict"] != Outcome.HELD.value]
    return _block("没有通过的场景", shown)


def _one(scenario: Mapping[str, Any]) -> str:
    lines = [
        f"[{scenario['verdict']}] {scenario['id']} {scenario['name']}（{scenario['feature']}）"
    ]
    known = scenario.get("known")
    if known:
        lines.append(f"  已知  {describe(known['since'], known['reason'])}")
    if scenario["reason"]:
        lines.append(f"  原因  {scenario['reason']}")
    for violation in scenario["violations"]:
        lines.append(f"  结论  {violation['claim']}")
        facts = (("期望", violation["expected"]), ("实际", violation["actual"]))
        lines += [f"  {head}  {text}" for head, text in facts if text]
        lines += [f"  证据  {line}" for line in violation["evidence"]]
    lines.append(f"  复现  {scenario['reproduce']}")
    return "\n".join(lines)


def _findings(findings: Sequence[Mapping[str, Any]]) -> str:
    shown = [
        f"{one['property']}：{one['owner']} 的话 → 被 {one['observer']} 在{one['surface']}里看见"
        f"（{one['scenario']}{'，已知' if one.get('known') else ''}）\n  证据  {one['evidence']}"
        for one in findings
    ]
    return _block("越界", shown)


def _leftovers(leftovers: Sequence[Mapping[str, Any]]) -> str:
    return _block(
        "遗留（没能删掉，请手工清理）",
        [f"{one['resource']} {one['id']}：{one['reason']}" for one in leftovers],
    )


def _timing(run: Mapping[str, Any]) -> str:
    facts = (
        ("服务启动", run["startup_s"], " 秒"),
        ("场景准备（中位）", run["setup_median_ms"], " 毫秒"),
        ("场景收尾（中位）", run["teardown_median_ms"], " 毫秒"),
        ("全程", run["duration_s"], " 秒"),
    )
    return _block("用时", [f"{title}: {_number(value, unit)}" for title, value, unit in facts])


def _notes(notes: Sequence[str]) -> str:
    return _block("说明", [f"- {note}" for note in notes])
