"""本项目的规格自己守规矩，且与句式一一对得上。"""

from __future__ import annotations

from pathlib import Path

from support.lint import lint_features, lint_steps

ROOT = Path(__file__).resolve().parent.parent


def _shown(findings: list) -> str:
    return "\n".join(f"{one.path}:{one.line} {one.rule} {one.message}" for one in findings)


def test_features_follow_the_house_style() -> None:
    assert list((ROOT / "features").rglob("*.feature"))
    findings = lint_features(ROOT / "features")
    assert not findings, _shown(findings)


def test_every_step_has_one_definition_and_every_definition_a_use() -> None:
    findings = lint_steps(ROOT)
    assert not findings, _shown(findings)
