"""覆盖矩阵：展开、对账两头都查得出错，真实的矩阵与规格一致。"""

from pathlib import Path

import pytest

from support.coverage import disagreements, load_matrix, summary
from support.errors import ConfigError
from support.play.opening import ROOT
from support.reports.html.isolation_matrix import page
from support.running.plan import plan
from tests.reports_sample import EVIL, assert_harmless, hostile

SMALL = """
data = ["历史", "密钥"]
surfaces = ["回复"]
conditions = ["先后", "重启后"]
[properties]
P1 = "甲"
P2 = "乙"
[[cell]]
property = ["P1"]
data = ["历史"]
ids = ["A-01", "A-02"]
[[blank]]
data = ["密钥"]
reason = "没有意义"
[[planned]]
property = ["P2"]
condition = ["先后"]
reason = "还没写"
"""


@pytest.fixture
def matrix_from(tmp_path: Path):
    def load(text: str):
        path = tmp_path / "coverage.toml"
        path.write_text(text, "utf-8")
        return load_matrix(path)

    return load


def test_every_cell_is_guarded_reasoned_planned_or_open(matrix_from):
    matrix = matrix_from(SMALL)
    assert matrix.total == 8
    assert (len(matrix.guarded), len(matrix.reasoned), len(matrix.planned)) == (2, 4, 1)
    assert matrix.open_cells() == [("P2", "历史", "回复", "重启后")]
    assert matrix.ids_at("P1", "历史") == ("A-01", "A-02")


def test_it_disagrees_both_ways(matrix_from):
    problems = disagreements(matrix_from(SMALL), ["A-01", "A-03"])
    assert problems == [
        "A-03 没有进矩阵",
        "矩阵里的 A-02 没有这条规格",
        "空着：P2 · 历史 · 回复 · 重启后",
    ]


def test_a_guard_beats_a_reason(matrix_from):
    matrix = matrix_from(SMALL + '[[blank]]\nreason = "全都没有意义"\n')
    assert ("P1", "历史", "回复", "先后") in matrix.guarded
    assert ("P1", "历史", "回复", "先后") not in matrix.reasoned
    assert matrix.open_cells() == []


def test_an_unknown_word_is_named(matrix_from):
    with pytest.raises(ConfigError, match="没听过"):
        matrix_from(SMALL.replace('data = ["历史"]', 'data = ["没听过"]', 1))


def test_the_real_matrix_agrees_with_the_features():
    specs = {scene.id for scene in plan(ROOT, ["not @在建"])}
    assert disagreements(load_matrix(), specs) == []


def test_the_page_shows_the_worst_verdict_of_a_spec(matrix_from):
    scenarios = [
        {"id": "A-01", "verdict": "通过"},
        {"id": "A-01", "verdict": "违反"},
        {"id": "A-02", "verdict": "通过"},
    ]
    html = page({"matrix": summary(matrix_from(SMALL)), "scenarios": scenarios})
    assert 'title="违反">A-01' in html
    assert 'title="通过">A-02' in html


def test_whatever_the_results_say_is_only_text_on_the_page(matrix_from):
    matrix = summary(matrix_from(SMALL))
    matrix["properties"] = hostile(matrix["properties"])
    for name, guards in matrix["guards"].items():
        sly = {f"{data}{EVIL}": hostile(specs) for data, specs in guards.items()}
        matrix["guards"][name] = sly
    scenarios = [{"id": f"A-01{EVIL}", "verdict": "违反"}]
    html = page({"matrix": matrix, "scenarios": scenarios})
    assert_harmless(html, "P1 甲", "P2 乙", "历史", "A-01", "A-02")
