"""台账：写下的读得回，崩溃的半行不碍事，密钥一把也不留。"""

import json
from pathlib import Path

import pytest

from support.ledger import Ledger, Redactor, dump_event, mask, read_events
from support.model import Event, Kind, Owner, Surface
from tests.histories import EDU, TECH, History

MMC = "mmc_dGVuYW50X2FnZW50XzEyMzQ1Njc4OWFiY2RlZl92MQ=="
SK = "sk-maispec-0123456789abcdef"
LEARNT = "operator/secret+42=="


def test_every_event_reads_back_as_written(tmp_path):
    path = tmp_path / "新目录" / "里层" / "ledger.jsonl"
    history = History(path)
    token = history.answered(TECH, "第一行\n“第二行”\u2028\r\n", source="模板")
    history.prompted(token, key_fp="ab12", deep={"层": [1, None, True, {"空": ""}]})
    history.befell(Kind.REFUSED, token, code=1008)
    history.ledger.add(Kind.OPENED, mono=0.0, wall=0.0)
    history.ledger.add(Kind.BODY, by=Owner("", agent="助手"), surface=Surface.BODY, scenario="")
    history.ledger.close()
    events = list(read_events(path))
    assert events == history.events
    assert {type(event.surface) for event in events} == {Surface, type(None)}
    assert [event.seq for event in history.events] == list(range(1, len(history.events) + 1))


def test_lines_are_on_disk_before_close(tmp_path):
    history = History(tmp_path / "ledger.jsonl")
    history.said(TECH)
    assert list(read_events(tmp_path / "ledger.jsonl")) == history.events
    history.ledger.close()


@pytest.mark.parametrize(
    "half",
    [b'{"seq":5,"kind":"he', '{"by":"科'.encode()[:-1]],
    ids=["断在字段里", "断在字里"],
)
def test_half_line_after_a_crash_is_skipped(tmp_path, half):
    path = tmp_path / "ledger.jsonl"
    history = History(path)
    history.said(TECH)
    history.said(EDU)
    history.ledger.close()
    path.write_bytes(path.read_bytes() + half)
    assert list(read_events(path)) == history.events


def test_half_a_surrogate_pair_is_kept(tmp_path):
    path = tmp_path / "ledger.jsonl"
    ledger = Ledger(path)
    ledger.add(Kind.HEARD, by=TECH, surface=Surface.REPLY, text="半个表情\ud83d")
    ledger.close()
    assert list(read_events(path)) == ledger.events


def test_reopening_appends(tmp_path):
    path = tmp_path / "ledger.jsonl"
    for owner in (TECH, EDU):
        history = History(path)
        history.said(owner)
        history.ledger.close()
    assert [e.by for e in read_events(path) if e.kind is Kind.SAID] == [TECH, EDU]


def test_a_closed_ledger_still_remembers(tmp_path):
    for path in (None, tmp_path / "ledger.jsonl"):
        history = History(path)
        history.said(TECH)
        history.ledger.close()
        history.said(EDU)
        history.ledger.close()
        assert [e.by for e in history.events if e.kind is Kind.SAID] == [TECH, EDU]
    assert [e.by for e in read_events(path)] == [TECH, TECH]


def test_a_line_has_no_blanks_and_no_empty_fields():
    ledger = Ledger(mono=lambda: 5.0, wall=lambda: 6.5)
    event = ledger.add(Kind.SAID, by=Owner("科技公司"), text="你好", words="")
    assert dump_event(event) == (
        '{"seq":1,"kind":"said","mono":5.0,"wall":6.5,"by":{"tenant":"科技公司"},'
        '"text":"你好","data":{"words":""}}'
    )


def test_files_are_opened_as_utf8_whatever_the_machine_and_closed(tmp_path, monkeypatch):
    path, opened, real = tmp_path / "ledger.jsonl", [], Path.open

    def watched(self, *arguments, **options):
        file = real(self, *arguments, **options)
        if self == path:
            opened.append((options.get("encoding"), file))
        return file

    monkeypatch.setattr(Path, "open", watched)
    Ledger(path).close()
    assert list(read_events(path)) == []
    assert [(encoding, file.closed) for encoding, file in opened] == [("utf-8", True)] * 2


def test_since_a_mark():
    history = History()
    history.said(TECH)
    mark = history.ledger.mark()
    history.said(EDU)
    fresh = history.ledger.since(mark)
    assert [(event.kind, event.by) for event in fresh] == [(Kind.PLANTED, EDU), (Kind.SAID, EDU)]


def test_explicit_time_and_scenario_win_over_the_current_ones():
    ledger = Ledger(mono=lambda: 5.0, wall=lambda: 6.0)
    assert ledger.add(Kind.PROMPT) == Event(1, Kind.PROMPT, 5.0, 6.0, "")
    ledger.scenario = "HIST-01#1"
    event = ledger.add(Kind.PROMPT, mono=0.0, wall=0.0, scenario="HIST-02#2")
    assert event == Event(2, Kind.PROMPT, 0.0, 0.0, "HIST-02#2")


# ---- 密钥 ------------------------------------------------------------------------


@pytest.mark.parametrize("secret", [MMC, SK, LEARNT])
def test_masked_keys_show_only_their_ends(secret):
    masked = mask(secret)
    assert len(masked.replace("…", "")) <= 8
    assert masked[:3] == secret[:3]


@pytest.mark.parametrize(
    ("secret", "masked"),
    [
        ("mmc_abcdefghWXYZ==", "mmc_…WXYZ"),
        ("mmc_abcdefghWXYX=", "mmc_…WXYX"),
        ("sk-abcdefghWXYZ", "sk-…WXYZ"),
        ("MMC_abcdefghWXYZ", "MMC…WXYZ"),
        ("123456789", "123…6789"),
        ("12345678", "…"),
    ],
)
def test_masks_to_the_letter(secret, masked):
    assert mask(secret) == masked


@pytest.mark.parametrize("secret", [MMC, SK, LEARNT])
def test_secrets_never_reach_the_ledger(tmp_path, secret):
    path = tmp_path / "ledger.jsonl"
    ledger = Ledger(path)
    ledger.redactor.learn(LEARNT)
    ledger.add(
        Kind.BODY,
        text=f'{{"api_key":"{secret}","again":"Bearer {secret}"}}，还有 {secret}。',
        reason=secret,
        deep={"列表": [secret, {"层": (f"前 {secret} 后",)}]},
    )
    ledger.close()
    written = path.read_text("utf-8")
    body = secret.rstrip("=")[4:-4]
    assert body not in written
    assert written.count(mask(secret)) == 6
    assert "==" not in written


def test_a_learnt_key_is_masked_inside_other_words():
    redactor = Redactor()
    redactor.learn(LEARNT)
    redactor.learn("12345678")
    redactor.learn("abcdefghi")
    learnt = f"甲{LEARNT}乙12345678丙abcdefghi"
    assert redactor.text(learnt) == f"甲{mask(LEARNT)}乙12345678丙{mask('abcdefghi')}"


def test_a_shared_redactor_is_shared():
    redactor = Redactor()
    redactor.learn(LEARNT)
    event = Ledger(redactor=redactor).add(Kind.BODY, text=LEARNT)
    assert event.text == mask(LEARNT)


def test_canaries_and_ordinary_words_survive():
    history = History()
    token = history.said(TECH, "task-sk 与 mmc 都不是密钥，日期 2026-11-22")
    said = history.events[-1]
    assert token in said.text
    assert "task-sk 与 mmc 都不是密钥，日期 2026-11-22" in said.text
    assert json.loads(dump_event(said))["token"] == token
