"""逐行看文字的规矩：语言、关键字、冒号、步骤词、禁词、篇幅。

职责：抓住解析器会悄悄吞掉的行（全角冒号、示例、假设……都不会报错）。不做什么：不解析结构。
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from support.lint import words

MAX_LINES = 80
Remark = tuple[int, str, str]


def _either(options: Iterable[str]) -> str:
    return "|".join(re.escape(word) for word in sorted(options, key=len, reverse=True))


_HEADING = re.compile(
    rf"(?P<word>{_either((*words.KEYWORDS, *words.FOREIGN_KEYWORDS))})(?P<gap>\s*)(?P<colon>[:：])"
)
_STEP = re.compile(rf"(?:{_either(words.STEP_WORDS)}) ")
_FOREIGN_STEP = re.compile(rf"(?P<word>{_either(words.FOREIGN_STEP_WORDS)})")
_DOCSTRING = ('"""', "'''")


def check_text(text: str) -> Iterator[Remark]:
    """全文的规矩。"""
    lines = text.splitlines()
    if not lines or lines[0].strip() != words.LANGUAGE:
        yield 1, "语言", f"第一行写 {words.LANGUAGE}"
    if len(lines) > MAX_LINES:
        yield len(lines), "篇幅", f"一份规格至多 {MAX_LINES} 行，现有 {len(lines)} 行；拆成两份"
    yield from _check_lines(lines)


def _check_lines(lines: list[str]) -> Iterator[Remark]:
    section, quoting = "", False
    for number, raw in enumerate(lines, start=1):
        line = raw.strip()
        if line.startswith(_DOCSTRING):
            quoting = not quoting
        elif not quoting and line and not line.startswith(("#", "@")):
            heading = _HEADING.match(line)
            section = heading["word"] if heading else section
            remarks = _check_heading(heading) if heading else _check_body(section, line)
            yield from ((number, rule, message) for rule, message in remarks)
            yield from ((number, "用词", message) for message in _check_words(line))


def _check_heading(heading: re.Match[str]) -> Iterator[tuple[str, str]]:
    word = heading["word"]
    if word in words.FOREIGN_KEYWORDS:
        yield "关键字", f"不写“{word}”，写“{words.FOREIGN_KEYWORDS[word]}”"
    if heading["colon"] == "：" or heading["gap"]:
        yield "冒号", f"“{word}”后面紧跟半角冒号，否则这一段会被悄悄吞掉"


def _check_body(section: str, line: str) -> Iterator[tuple[str, str]]:
    """场景与背景里只有步骤与表格，规则与例子之下没有说明文字。"""
    if section in ("", "功能") or line.startswith("|") or _STEP.match(line):
        return
    foreign = _FOREIGN_STEP.match(line)
    if foreign:
        yield "关键字", f"不写“{foreign['word']}”，写“{words.FOREIGN_STEP_WORDS[foreign['word']]}”"
    else:
        yield "步骤", f"这一行会被悄悄吞掉；步骤以 {' '.join(words.STEP_WORDS)} 加空格开头"


def _check_words(line: str) -> Iterator[str]:
    for pattern, where in ((words.TECHNICAL, line), (words.NARRATION, words.QUOTED.sub("", line))):
        for word in dict.fromkeys(pattern.findall(where)):
            yield f"不写“{word}”：规格只用业务语言"
