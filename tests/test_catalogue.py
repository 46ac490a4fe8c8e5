"""句式目录：每个句式都在，例子真能用，说法不露出代码。"""

import inspect
import re

import pytest

from support.lint.catalogue import catalogue
from support.lint.vocabulary import load_definitions
from support.play.opening import ROOT

DEFINITIONS = [one for kind in load_definitions(ROOT / "steps").values() for one in kind]


@pytest.mark.parametrize("definition", DEFINITIONS, ids=lambda one: one.func.__name__)
def test_the_example_of_a_definition_is_accepted_by_it(definition):
    examples = re.findall(r"例：(.+)", inspect.cleandoc(definition.func.__doc__))
    assert examples
    for example in examples:
        keyword, _, sentence = example.partition(" ")
        assert keyword in ("假如", "当", "那么", "而且", "但是")
        assert definition.match(sentence), sentence


def test_the_catalogue_is_readable_and_complete():
    text = "\n".join(catalogue(ROOT))
    assert not re.search(r"\{\w+:\w+\}|def |Function|Location", text)
    assert text.count("例：") >= len(DEFINITIONS)
    assert "记得 / 不记得 / 只记得" in text
