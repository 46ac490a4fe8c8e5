"""网页的壳、样式与颜色：每一页都由模板写成，进到页里的字一律转义。

职责：开好模板环境，认出每种说法该用哪种颜色。不做什么：不懂结果，不写某一页的内容。
"""

from __future__ import annotations

from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from support.model import Outcome

#: 说法 → 颜色的名字；颜色本身在 page.css。不认得的与没有跑到的一样，不上色。
_TONES = {
    Outcome.HELD.value: "good",
    Outcome.VIOLATED.value: "bad",
    Outcome.KNOWN.value: "known",
    Outcome.INCONCLUSIVE.value: "unsure",
    Outcome.SKIPPED.value: "idle",
    "未公开": "untold",
    "已杀": "good",
    "误杀": "known",
    "崩溃": "unsure",
    "存活": "bad",
    "无效": "idle",
}
_PLAIN = "absent"


def _tone(word: str) -> str:
    return _TONES.get(word, _PLAIN)


_ENVIRONMENT = Environment(
    loader=PackageLoader("support.reports.html"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    keep_trailing_newline=True,
)
_ENVIRONMENT.filters["tone"] = _tone


def render(name: str, *, title: str, **facts: Any) -> str:
    """照模板 `name` 写一页自足的网页；`facts` 里缺一样就抛错，不留空白。"""
    template = _ENVIRONMENT.get_template(f"{name}.html.j2")
    return template.render(title=title, **facts)
