"""变异检验报告测试用的小样：一份 mutants.json。"""

from __future__ import annotations

from support.schemas import ResultsKind


def mutant(name: str, fate: str, **seen: str) -> dict:
    views = {
        spec.replace("_", "-"): {"verdict": verdict, "reason": "<越界>", "duration_s": 0.1}
        for spec, verdict in seen.items()
    }
    return {
        "name": name, "title": f"{name}的题", "story": "一句<话>。", "catalogue": ["B-01"],
        "properties": ["P1"], "killed_by": ["A-01"], "spares": ["S-01"], "fate": fate,
        "reasons": [] if fate == "已杀" else ["A-01 通过：没有红"], "reached": 3,
        "duration_s": 1.0, "seen": views,
    }  # fmt: skip


def results(**changed) -> dict:
    return {
        "schema": ResultsKind.MUTATION.schema,
        "run": {
            "id": "1", "started": "2026-01-01T00:00:00+08:00", "duration_s": 12.3, "seed": 0,
            "suite_version": "0", "workers": 2, "full": False, "planned": 3, "interrupted": False,
        },
        "totals": {"已杀": 1, "误杀": 0, "崩溃": 0, "存活": 1, "无效": 0},
        "mutants": [
            mutant("wrong", "已杀", A_01="违反", S_01="通过"),
            mutant("alive", "存活", A_01="通过", S_01="通过"),
        ],
        "clean": {"A-01": {"verdict": "通过"}, "S-01": {"verdict": "违反"}},
        "specs": ["A-01", "S-01", "X-01"],
        "exempt": {"X-01": "只有旁证"},
        "meaning": {"P1": "各归各"},
        "whole": True,
        "unproven": ["S-01"],
        **changed,
    }  # fmt: skip
