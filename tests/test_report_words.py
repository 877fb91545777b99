"""Texts of the reports in plain English of planning: words of the glossary, and no others.

What a person meets in the results workbook and on the pages is a text in the rooms `result` and
`report`, or in a page's program.
"""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from optimizer.result import LAYOUTS_ON_REQUEST, RESULT_LAYOUTS
from tests.conftest import ROOT

PACKAGE = ROOT / "optimizer"
PROGRAMS = sorted((PACKAGE / "report" / "page").glob("*.js"))
SOURCES = sorted([*(PACKAGE / "result").glob("*.py"), *(PACKAGE / "report").rglob("*.py")])
OTHER_WORDS = {
    r"thrown away": "disposed of",
    r"not followed": "not tracked",
    r"\bdear(er|est)?\b": "more expensive, costliest, price ceiling",
    r"know before you read": "key risks, alerts",
    r"give or take": "± (solver gap)",
    r"would have to give": "changes that make a plan feasible",
    r"the case (itself|alone)": "base case",
    r"nothing to complain": "no errors or warnings",
    r"stands? twice": "appears twice",
    r"goes short": "shortage",
    r"\bmend\b": "fix",
}
"""Words that were found in texts, as patterns, and the words of the glossary for them."""
NAMES_FOR_PROGRAMS = {"not followed", "inputs not followed", "dearer by"}
"""Columns that keep their names for programs; what is shown is their title."""


def texts_of_python(path: Path) -> list[str]:
    """Texts in a source that are no docstring and no name of a column for programs."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    docstrings = {
        id(node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    return [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and id(node) not in docstrings
        and node.value not in NAMES_FOR_PROGRAMS
    ]


def texts_of_program(path: Path) -> list[str]:
    """Texts in quotes of a page's program that are no name of a column for programs."""
    source = re.sub(r"^\s*//.*$", "", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
    source = re.sub(r"\$\{[^{}]*\}", "", source)  # what is put into a text is code
    found = re.findall(r'"([^"\n]*)"|`([^`]*)`', source)
    return [text for pair in found for text in pair if text and text not in NAMES_FOR_PROGRAMS]


@pytest.mark.parametrize("pattern", OTHER_WORDS)
def test_no_text_of_a_report_has_a_word_for_which_there_is_a_better_one(pattern):
    found = [
        f"{path.name}: {text!r}; write {OTHER_WORDS[pattern]}"
        for paths, texts in ((SOURCES, texts_of_python), (PROGRAMS, texts_of_program))
        for path in paths
        for text in texts(path)
        if re.search(pattern, text, re.IGNORECASE)
    ]
    assert not found, "\n".join(found)


def test_no_header_that_is_shown_is_a_name_for_programs():
    for layout in (RESULT_LAYOUTS | LAYOUTS_ON_REQUEST).values():
        for field in layout.fields:
            assert "_" not in field.shown, (layout.name, field.header)
            assert not any(re.search(pattern, field.shown) for pattern in OTHER_WORDS)


def test_the_words_of_the_first_screen_are_in_the_glossary():
    glossary = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
    for term in ("total cost", "shortfall", "lawful", "cost of compliance", "key risk", "alert"):
        assert f"| {term}" in glossary, term
