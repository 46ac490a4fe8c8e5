"""怪输入：别人（或崩溃）可能给我们的坏东西，不许让证据丢失、让结论变好看。"""

import re

import pytest

from support import results
from support.canary import find_tokens
from support.client.lines import flatten
from support.ledger import Ledger, Redactor, read_events
from support.model import Kind, Surface
from support.oracles import leaks
from support.oracles.listing import only_own
from support.oracles.recall import forgets, only_remembers
from support.records import dump_record
from support.running.merge import merge
from tests.histories import EDU, INCONCLUSIVE, TECH, VIOLATED, History
from tests.test_canary import split
from tests.test_cli import call
from tests.test_results import record, run


def test_key_after_a_chinese_character():
    assert "efghijkl" not in Redactor().text("密钥sk-abcdefghijkl1234")


def test_lone_surrogate(tmp_path):
    ledger = Ledger(tmp_path / "l.jsonl")
    ledger.add(Kind.HEARD, by=TECH, surface=Surface.REPLY, text="半个表情\ud83d")
    ledger.close()
    assert len(list(read_events(tmp_path / "l.jsonl"))) == 1


def test_half_line_cut_inside_a_character(tmp_path):
    path = tmp_path / "ledger.jsonl"
    history = History(path)
    history.said(TECH)
    history.ledger.close()
    whole = path.read_bytes()
    path.write_bytes(whole + whole[: whole.index("科".encode()) + 1])
    assert list(read_events(path)) == history.events


@pytest.mark.parametrize("segment", [[{"type": "text", "data": "TOKEN"}], "TOKEN"])
def test_flatten_hides_nothing_from_the_audit(segment):
    assert "TOKEN" in flatten(segment)


@pytest.mark.parametrize(
    "glue", ["\u202a", "\u202e", "\u2063", "\u2066", "\ufe0f", "\u180e", "\u034f", "\u3164"]
)
def test_other_invisible_characters(glue):
    token = History().plant(TECH)
    assert find_tokens(split(token, glue)) == [token]


def test_a_leaky_reply_is_remembering_even_if_the_prompt_was_clean():
    history = History()
    told, again = history.said(TECH, "周三"), history.said(TECH)
    history.prompted(again, told)
    question = history.said(TECH)
    history.prompted(question)
    history.heard(question, told)
    verdict = forgets(
        history.events, question=question, unwanted=told, words="周三", controls=[again]
    )
    assert verdict.outcome is VIOLATED


def test_only_with_nothing_else_planted_proves_nothing():
    history = History()
    told, question = history.said(TECH), history.said(TECH)
    history.prompted(question, told)
    verdict = only_remembers(
        history.events, question=question, wanted=told, words="x", planted=[told]
    )
    assert verdict.outcome is INCONCLUSIVE


def test_strangers_listed_for_someone_who_owns_nothing():
    assert only_own({"别家的"}, [], 1, event=7).outcome is VIOLATED


def test_no_english_argument_word(capsys):
    assert "argument" not in call(capsys, "--mode", "快")[2]


@pytest.mark.parametrize(
    "arguments",
    [
        ["serve"],
        ["serve", "--bogus"],
        ["serve", "--model-url", "x", "--data", "y", "--control-port", "八"],
        ["observe", "--bogus"],
        ["observe", "--listen", "x"],
        ["lint", "--bogus"],
    ],
)
def test_every_command_says_wrong_usage_alike(capsys, arguments):
    code, out, err = call(capsys, *arguments)
    assert (code, out) == (2, "")
    assert "用法错误：" in err
    assert not re.search("error|invalid|usage|argument", err)


@pytest.mark.parametrize(
    ("control", "server"),
    [
        ("http://127.0.0.1:99999", "ws://127.0.0.1:1"),
        ("http://127.0.0.1:八千", "ws://127.0.0.1:1"),
        ("http://[::1", "ws://127.0.0.1:1"),
        ("http://127.0.0.1:1", "ws://127.0.0.1:99999"),
        ("ftp://127.0.0.1:1", "ws://127.0.0.1:1"),
    ],
)
def test_bad_addresses_are_usage_errors(capsys, control, server):
    code, _, err = call(capsys, "--control-url", control, "--server-url", server)
    assert code == 2
    assert "--" in err


def test_idna(capsys):
    assert call(
        capsys,
        "--config",
        "configs/live.example.toml",
        "--control-url",
        "http://a..b:1",
        "--server-url",
        "ws://127.0.0.1:1",
    )[0] in (2, 4)


def test_claims_are_renumbered_too(tmp_path):
    for name in "01":
        history = History(tmp_path / name / "ledger.jsonl", nonce=name)
        seq = history.heard(history.said(TECH))
        history.ledger.add(Kind.CLAIM, outcome="通过", claim="好", examined=1, evidence=(seq,))
        history.ledger.close()
    events, _ = merge([tmp_path / "0", tmp_path / "1"])
    claims = [e for e in events if e.kind is Kind.CLAIM]
    assert [events[claim.data["evidence"][0] - 1].seq + 1 for claim in claims] == [
        c.seq for c in claims
    ]


def test_the_evidence_in_the_report_names_the_leak(tmp_path):
    history = History(tmp_path / "ledger.jsonl")
    history.heard(history.said(EDU), history.said(TECH, "发布会在周三"))
    history.ledger.close()
    audit = leaks.check(history.events, leaks.manifest(history.events))
    one = record(VIOLATED, verdicts=(audit,))
    (tmp_path / "scenarios.jsonl").write_text(dump_record(one) + "\n", "utf-8")
    events, records = merge([tmp_path])
    [scenario] = results.build(run(), records, events)["scenarios"]
    assert "科技公司/小王的“发布会在周三”" in "".join(scenario["violations"][0]["evidence"])


def test_more_records_than_planned_is_not_ok():
    records = [record(), record()]
    assert results.exit_code(results.build(run(planned=1), records, []), records) == 3
