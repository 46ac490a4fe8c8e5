"""一次运行的合计：全部租户加起来的句数，每条规格的结论。

职责：由结果得出各种报告共用的数。不做什么：不重算账，不排版。
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from support.model import Outcome


@dataclass(frozen=True, slots=True)
class Overall:
    """全部租户的合计，单位都是句。"""

    sent: int
    replied: int
    errors: int
    refused: int

    @property
    def rate(self) -> float | None:
        """说了的有几成得到回复；一句没说就没有这个数。"""
        return self.replied / self.sent if self.sent else None


def overall(results: Mapping[str, Any]) -> Overall:
    """各家的句数加起来。"""
    names = ("sent", "replied", "errors", "refused")
    return Overall(*(sum(int(one[name]) for one in results["tenants"]) for name in names))


def by_spec(results: Mapping[str, Any]) -> dict[str, Outcome]:
    """每条规格的结论；大纲有多行时取最坏的一行。"""
    found: dict[str, Outcome] = {}
    for scenario in results["scenarios"]:
        outcome, spec = Outcome(scenario["verdict"]), scenario["id"]
        found[spec] = max(outcome, found.get(spec, outcome), key=lambda one: one.severity)
    return found
