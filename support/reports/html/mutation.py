"""规约检出率那一页：每台写错的服务被哪些规格抓住，每条规格抓得住哪些错。

职责：把 mutants.json 写成一页网页。不做什么：不判下场。
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from support.model import Outcome
from support.reports.facts.mutation import TITLE, killers, summary
from support.reports.html.components import render


def page(results: Mapping[str, Any]) -> str:
    """一页网页：变异体表、规格表、变异体 × 规格的全图。"""
    run, caught, exempt = results["run"], killers(results["mutants"]), results["exempt"]
    return render(
        "mutation",
        title=TITLE,
        when=f"{run['started']}，套件 {run['suite_version']}，种子 {run['seed']}",
        told=summary(results).splitlines(),
        mutants=results["mutants"],
        held=Outcome.HELD.value,
        specs=[
            (spec, caught.get(spec, []), exempt.get(spec, "还没有")) for spec in results["specs"]
        ],
    )
