"""管理面的边界：分不出、动不了、拒得明白、报错说人话。"""

import pytest

from support.model import Kind
from support.oracles import outsider
from support.oracles.outsider import Attempt
from tests.histories import EDU, HELD, INCONCLUSIVE, VIOLATED, History


def attempt(shape, *, success=False, status=200, event=1):
    return Attempt(success, status, shape, event)


OWN, NOWHERE = attempt("自己的", success=True, event=3), attempt("没有", event=2)


def test_foreign_and_never_existing_ids_answered_alike_is_held():
    verdict = outsider.alike(OWN, attempt("没有"), NOWHERE)
    assert (verdict.outcome, verdict.evidence) == (HELD, (1, 2, 3))


@pytest.mark.parametrize("foreign", [attempt("没有权限"), attempt("别家的", success=True)])
def test_any_difference_gives_the_foreign_id_away(foreign):
    assert outsider.alike(OWN, foreign, NOWHERE).outcome is VIOLATED


@pytest.mark.parametrize(
    ("own", "foreign", "nowhere"),
    [
        (attempt("没有"), attempt("没有"), NOWHERE),
        (attempt("没有", success=True), attempt("没有"), NOWHERE),
        (OWN, attempt("崩了", status=500), attempt("崩了", status=500)),
        (OWN, attempt("崩了", status=500), NOWHERE),
    ],
    ids=["自己的也办不成", "对谁都一样", "都崩了", "只崩一次"],
)
def test_without_a_control_alike_proves_nothing(own, foreign, nowhere):
    assert outsider.alike(own, foreign, nowhere).outcome is INCONCLUSIVE


def test_untouched_points_at_the_first_difference():
    same = outsider.untouched("人设：甲", "人设：甲", tenant="甲", events=(1, 2))
    assert (same.outcome, same.examined) == (HELD, 2)
    changed = outsider.untouched("人设：甲", "人设：乙", tenant="甲", events=(1, 2))
    assert changed.outcome is VIOLATED
    assert ("甲" in changed.expected, "乙" in changed.actual) == (True, True)
    longer = outsider.untouched("人设：甲", "人设：甲，乙", tenant="甲", events=(1, 2))
    assert longer.outcome is VIOLATED


GOOD = attempt("办成", success=True)


@pytest.mark.parametrize(
    ("good", "bad", "leaked", "outcome"),
    [
        (GOOD, attempt("不认识", status=401), False, HELD),
        (GOOD, attempt("没有权限"), False, HELD),
        (GOOD, attempt("办成", success=True), False, VIOLATED),
        (GOOD, attempt("没有权限"), True, VIOLATED),
        (GOOD, attempt("崩了", status=500), False, INCONCLUSIVE),
        (attempt("不认识", status=401), attempt("不认识", status=401), False, INCONCLUSIVE),
    ],
)
def test_refusal_at_the_desk(good, bad, leaked, outcome):
    assert outsider.refused(good, bad, leaked=leaked).outcome is outcome


def answered(text, *, success=False, status=200):
    history = History()
    history.ledger.add(Kind.BODY, by=EDU, text=text, success=success, status=status)
    return history.events


@pytest.mark.parametrize(
    "text",
    [
        "UNIQUE constraint failed: tenants.tenant_name",
        "Traceback (most recent call last)",
        "can't compare: TypeError",
        "SELECT id FROM agents",
        "File app/main.py line 3",
    ],
)
def test_raw_database_or_program_text_is_violated(text):
    verdict = outsider.plain_errors(answered(f"失败 {text}"))
    assert (verdict.outcome, verdict.evidence) == (VIOLATED, (1,))


def test_plain_errors():
    assert outsider.plain_errors(answered("智能体名称在该租户内已存在")).outcome is HELD
    assert outsider.plain_errors(answered("出错了", status=500)).outcome is VIOLATED
    assert outsider.plain_errors(answered("sqlite", success=True)).outcome is INCONCLUSIVE
    assert outsider.plain_errors([]).outcome is INCONCLUSIVE


def test_writes_and_counts_are_compared_exactly():
    assert outsider.same_after("新", "新", event=4).outcome is HELD
    assert outsider.same_after("新", "旧", event=4).outcome is VIOLATED
    assert outsider.counted(2, 2, what="用量", event=4).outcome is HELD
    assert outsider.counted(0, 0, what="用量", event=4).outcome is HELD
    assert outsider.counted(3, 2, what="用量", event=4).outcome is VIOLATED


@pytest.mark.parametrize(
    ("shown", "control", "outcome"),
    [(True, True, VIOLATED), (True, False, VIOLATED), (False, True, HELD)],
)
def test_a_secret_is_hidden_only_where_something_is_shown(shown, control, outcome):
    verdict = outsider.secret_hidden(shown=shown, control=control, what="模型密钥", event=1)
    assert verdict.outcome is outcome
    nothing = outsider.secret_hidden(shown=False, control=False, what="模型密钥", event=1)
    assert nothing.outcome is INCONCLUSIVE
