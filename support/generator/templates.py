"""从模板拼一段对话：同样的种子永远同样的话，一段之内绝不重复。

职责：排话题、挑句子、说完了换个开头接着说。不做什么：不联网、不读时钟、不看人设。
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Collection, Iterator, Sequence

from support.config import ScenarioConfig
from support.generator import small_talk
from support.generator.lines import TOPICS
from support.generator.utterance import Source, Utterance

_WITH_MANNERS = 4  # 少于这么多句就不寒暄了
_Line = tuple[str, str]  # 种类、原文


def from_templates(
    scenario: ScenarioConfig, *, seed: int, count: int, avoid: Collection[str] = ()
) -> list[Utterance]:
    """恰好 `count` 句：有头有尾、话题依次铺开、不重复，也不撞上 `avoid` 里的话。"""
    rng = random.Random(f"{seed}/{scenario.name}")
    slots = plan_topics(scenario.conversation_topics, count)
    greetings = small_talk.GROUP_GREETINGS if scenario.group_id else small_talk.PRIVATE_GREETINGS
    streams = {topic: _endless(rng, topic) for topic in scenario.conversation_topics}
    openings = _endless_manners(rng, "问候", greetings)
    endings = _endless_manners(rng, "告别", small_talk.FAREWELLS)
    used = set(avoid)
    talk = []
    for index, topic in enumerate(slots):
        stream = streams[topic]
        if count >= _WITH_MANNERS and index in (0, count - 1):
            stream = endings if index else openings
        kind, text = _fresh(stream, topic, used)
        talk.append(Utterance(text=text, source=Source.TEMPLATE, topic=topic, kind=kind))
    return talk


def plan_topics(topics: Sequence[str], count: int) -> list[str]:
    """每一句的话题：照配置的次序一段段铺开；句数够时每个话题都有份。"""
    return [topics[index * len(topics) // count] for index in range(count)]


def _fresh(stream: Iterator[_Line], topic: str, used: set[str]) -> _Line:
    """取下一句没说过的，记为说过。"""
    for kind, text in stream:
        said = text.replace("{topic}", topic)
        if said not in used:
            used.add(said)
            return kind, said
    raise AssertionError("模板的句子是取不完的")


def _endless(rng: random.Random, topic: str) -> Iterator[_Line]:
    """一个话题说不完的话：问题、陈述、情绪轮着来，一轮说完换开头再来。"""
    pool = TOPICS.get(topic, small_talk.GENERIC)
    columns = [[(kind, text) for text in _shuffled(rng, texts)] for kind, texts in pool.items()]
    rows = itertools.zip_longest(*columns)
    order = [line for row in rows for line in row if line is not None]
    return _with_leads(order, _shuffled(rng, small_talk.FOLLOW_UPS))


def _endless_manners(rng: random.Random, kind: str, texts: Sequence[str]) -> Iterator[_Line]:
    order = [(kind, text) for text in _shuffled(rng, texts)]
    return _with_leads(order, list(small_talk.FOLLOW_UPS))


def _with_leads(order: Sequence[_Line], leads: Sequence[str]) -> Iterator[_Line]:
    """先原样说一遍，再斜着配上开头：相邻两句的开头总不相同。"""
    for depth in itertools.count():
        heads = ["".join(parts) for parts in itertools.product(leads, repeat=depth)]
        for shift in range(len(heads)):
            for index, (kind, text) in enumerate(order):
                yield kind, heads[(index + shift) % len(heads)] + text


def _shuffled(rng: random.Random, items: Sequence[str]) -> list[str]:
    """洗牌；只用 ``random()``，它的数列在各版 Python 上保证一致。"""
    return [item for _, item in sorted((rng.random(), item) for item in items)]
