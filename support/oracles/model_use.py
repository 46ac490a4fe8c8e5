"""模型设置：每次作答用的都是智能体自己的密钥、模型与温度。"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from support.model import Event, Kind, Outcome, Verdict


@dataclass(frozen=True, slots=True)
class ModelUse:
    """一次调用拿什么去问模型。`key_fp` 是模型密钥的指纹。"""

    key_fp: str
    model: str
    temperature: float


def own_settings(
    events: Sequence[Event], questions: Sequence[str], own: Mapping[tuple[str, str], ModelUse]
) -> Verdict:
    """答 `questions` 的每次调用都照提问者的智能体自己的设置。

    `own`：(租户, 智能体) → 它的设置。开口的智能体里至少要有两种不同的模型、两种温度，
    否则用错了别人的也看不出来，无法判定。
    """
    wanted = {e.token: e.by for e in events if e.kind is Kind.SAID and e.token in set(questions)}
    calls = [e for e in events if e.kind is Kind.PROMPT and e.token in wanted]
    pairs = [(e, own.get((wanted[e.token].tenant, wanted[e.token].agent))) for e in calls]
    mine = {use for _, use in pairs if use is not None}
    if len({use.model for use in mine}) < 2 or len({use.temperature for use in mine}) < 2:
        claim = "作答的智能体没有两种不同的模型设置，用错了也看不出来"
        return Verdict(Outcome.INCONCLUSIVE, claim, len(calls), tuple(e.seq for e in calls))
    wrong = [(event, use) for event, use in pairs if _used(event) != use]
    if not wrong:
        claim = f"{len(calls)} 次调用都照自己的模型设置"
        return Verdict(Outcome.HELD, claim, len(calls), tuple(e.seq for e in calls))
    first, expected = wrong[0]
    return Verdict(
        Outcome.VIOLATED,
        f"{len(wrong)} 次调用没有照自己的模型设置",
        len(calls),
        tuple(event.seq for event, _ in wrong),
        expected=_told(expected),
        actual=_told(_used(first)),
    )


def _used(event: Event) -> ModelUse:
    params = event.data.get("params") or {}
    return ModelUse(
        str(event.data.get("key_fp", "")),
        str(event.data.get("model", "")),
        params.get("temperature", -1.0),
    )


def _told(use: ModelUse | None) -> str:
    if use is None:
        return "没有登记过的智能体"
    return f"模型“{use.model}”、温度 {use.temperature:g}、模型密钥指纹 {use.key_fp[:6]}"
