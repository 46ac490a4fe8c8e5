"""规约检出率那一页：下场、规格、缘由都写得出来，写不坏网页。"""

from __future__ import annotations

from support.reports.facts.mutation import latest, summary
from support.reports.html.mutation import page as mutation_page
from support.reports.text.mutation import table
from tests.mutants_sample import results
from tests.reports_sample import EVIL, assert_harmless, hostile


def test_the_summary_counts_what_ran_against_what_was_planned():
    told = summary(results())
    assert "2/3 个，已杀 1，存活 1" in told
    assert "2 条规格，1 条通过" in told
    assert "S-01" in told


def test_a_partial_battery_claims_nothing_about_the_other_scenarios():
    assert "还没被证明会红" not in summary(results(whole=False))


def test_the_page_shows_fates_killers_and_reasons_and_escapes_everything():
    page = mutation_page(results())
    assert "wrong的题" in page
    assert "没有红" in page
    assert "只有旁证" in page
    assert "<话>" not in page
    assert "<越界>" not in page
    assert page.count('<td class="bad"') == 1
    assert page.count('<td class="good"') == 3


def test_the_table_names_each_mutant_and_the_scenarios_it_turned_red():
    lines = table(results()).splitlines()
    assert lines[0] == "已杀 wrong  wrong的题  红：A-01"
    assert lines[1] == "存活 alive  alive的题  红：无"


def test_without_a_battery_there_is_no_page(tmp_path):
    assert latest(tmp_path) is None


def test_whatever_the_file_says_is_only_text_on_the_page():
    made = hostile(results(), keep=("fate", "totals"))
    for one in made["mutants"]:
        one["seen"] = {f"{spec}{EVIL}": seen for spec, seen in one["seen"].items()}
        one["fate"] += EVIL
    made["exempt"] = {f"X-01{EVIL}": f"只有旁证{EVIL}"}
    shown = ("wrong的题", "wrong", "一句<话>。", "A-01 通过：没有红", "P1", "B-01", "A-01", "存活")
    assert_harmless(mutation_page(made), *shown, "只有旁证")
