"""密钥的各种来路：抄错的仍像密钥，伪造的合格式，变故各有各的调用。"""

import base64
import re
from datetime import datetime, timedelta, timezone

import pytest

from support.phrases import Change
from support.play.credentials import change_call, forge, past, swap_case, typo

IDS = {"tenant_id": "t1", "agent_id": "a1", "key_id": "k1"}


def test_a_forged_key_has_the_right_shape():
    key = forge("t1", "a1")
    assert key.startswith("mmc_")
    plain = base64.b64decode(key[4:], validate=True).decode()
    assert re.fullmatch(r"t1_a1_[0-9a-f]{16}_v1", plain)
    assert forge("t1", "a1") != key


@pytest.mark.parametrize("length", range(1, 31))
def test_a_typo_changes_one_legal_letter(length):
    for key in (forge("t" * length, "a1"), f"mmc_0+/{'9' * length}=="):
        wrong = typo(key)
        assert [a for a, b in zip(key, wrong, strict=True) if a != b] == [key[len(key) // 2]]
        assert re.fullmatch(r"mmc_[A-Za-z0-9+/]+=*", wrong)


def test_every_change_has_its_own_call():
    composite = {
        Change.TENANT_REOPENED,
        Change.AGENT_REOPENED,
        Change.KEY_ROTATED,
        Change.ACTIVITY_LAPSED,
    }
    simple = [change for change in Change if change not in composite]
    calls = {change: change_call(change, **IDS) for change in simple}
    assert len({repr(call) for call in calls.values()}) == len(simple)
    for change, (_, path, _) in calls.items():
        start = {"密钥": "/api-keys/k1", "租户": "/tenants/t1", "智能": "/agents/a1"}
        assert path.startswith(start[change.value[:2]])


def test_past_is_an_hour_ago_in_naive_utc():
    moment = datetime.fromisoformat(past())
    assert moment.tzinfo is None
    now = datetime.now(timezone.utc).replace(tzinfo=None)
    assert timedelta(minutes=59) < now - moment < timedelta(minutes=61)


def test_swapping_case_keeps_the_prefix_and_changes_the_rest():
    key = forge("t1", "a1")
    assert swap_case(key) != key
    assert swap_case(key).startswith("mmc_")
    assert swap_case(key).casefold() == key.casefold()
