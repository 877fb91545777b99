"""Words of messages: none of the glossary's "Words that are not used" reaches a person."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "optimizer"

PUBLIC_NAMES = {
    "dearer by": "column of Stress, Frontier and Alternatives, and key of their JSON",
    "not followed": "column of Shipments",
    "inputs not followed": "column of Production",
}
"""Names of columns and keys that others read, and that therefore stay as they are."""


@cache
def unused_words() -> tuple[str, ...]:
    """The first column of the glossary's table, word by word."""
    section = (ROOT / "docs" / "glossary.md").read_text("utf-8").split("## Words that are not used")
    rows = re.findall(r"^\| (.+?) \| .+ \|$", section[1], re.MULTILINE)
    return tuple(word.strip() for row in rows if row != "instead of" for word in row.split(","))


def python_texts(source: str) -> Iterator[str]:
    """Strings of a Python file without docstrings; a formatted value is ``{}``."""
    tree = ast.parse(source)
    skipped = {
        id(node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            skipped.update(map(id, node.values))
            yield "".join(
                str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values
            )
        elif (
            isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and id(node) not in skipped
        ):
            yield node.value


class _Level:
    """Code of a script, or of ``${…}`` in a template: strings that are added are one text."""

    def __init__(self) -> None:
        self.braces, self.between, self.texts = 0, "", list[str]()

    def add(self, text: str) -> None:
        if self.texts and self.between.strip() == "+":
            self.texts[-1] += text
        else:
            self.texts.append(text)
        self.between = ""


_COMMENT_OR_STRING = re.compile(
    r"//[^\n]*|/\*.*?\*/|'(?:\\.|[^'\\\n])*'|\"(?:\\.|[^\"\\\n])*\"", re.DOTALL
)


def script_texts(source: str) -> Iterator[str]:
    """Strings and templates of a script, without comments; ``${…}`` of a template is ``{}``."""
    levels, templates, position = [_Level()], list[str](), 0
    in_template = False
    while position < len(source):
        letter, level = source[position], levels[-1]
        step = 1
        if in_template:
            if letter == "`":
                level.add(templates.pop())
                in_template = False
            elif source.startswith("${", position):
                templates[-1] += "{}"
                levels.append(_Level())
                in_template, step = False, 2
            else:
                step = 2 if letter == "\\" else 1
                templates[-1] += source[position : position + step]
        elif token := _COMMENT_OR_STRING.match(source, position):
            step = len(token[0])
            if letter != "/":
                level.add(token[0][1:-1])
        elif letter == "`":
            templates.append("")
            in_template = True
        elif letter == "}" and level.braces == 0 and len(levels) > 1:
            yield from levels.pop().texts
            in_template = True
        else:
            level.braces += {"{": 1, "}": -1}.get(letter, 0)
            level.between += letter
        position += step
    for level in levels:
        yield from level.texts


def page_texts(source: str) -> Iterator[str]:
    """A page without its comments."""
    yield re.sub(r"<!--.*?-->", " ", source, flags=re.DOTALL)


READERS = {".py": python_texts, ".js": script_texts, ".html": page_texts}
FILES = sorted(
    path.relative_to(ROOT).as_posix() for path in PACKAGE.rglob("*") if path.suffix in READERS
)


def words_found(texts: Iterator[str]) -> dict[str, str]:
    """Each unused word of the texts, with the text that has it."""
    found = {}
    for text in texts:
        if text.removeprefix("#") in PUBLIC_NAMES:  # "#" marks a number in a page
            continue
        plain = " ".join(text.split())
        for word in unused_words():
            if re.search(rf"(?<!\w){re.escape(word)}(?!\w)", plain, re.IGNORECASE):
                found[word] = plain
    return found


@pytest.mark.parametrize("file", FILES)
def test_no_text_has_a_word_that_the_glossary_replaces(file):
    path = ROOT / file
    found = words_found(READERS[path.suffix](path.read_text("utf-8")))
    assert found == {}


def test_the_glossary_says_what_to_write_instead():
    assert {"dearer", "mend", "thrown away", "give or take"} <= set(unused_words())


def test_strings_and_templates_are_read_and_docstrings_and_comments_are_not():
    python = (
        '"""dearer"""\ndef f(x):\n    "dearest"\n    return f"{x} is mended", "stands " "twice"\n'
    )
    assert set(words_found(python_texts(python))) == {"mended", "stands twice"}
    script = """// dearer
    /* mend */ a = 'is dearest'; b = `thrown ` +
      `away ${dearer.map(x => ({ x: `mended` }))} by ${mend}`; c = "give or take";"""
    assert set(words_found(script_texts(script))) == {
        "dearest",
        "thrown away",
        "mended",
        "give or take",
    }
    assert words_found(page_texts("<!-- mend --><p>MEND it</p>")) == {"mend": "<p>MEND it</p>"}


def test_every_public_name_is_still_in_use():
    texts = "\n".join((ROOT / file).read_text("utf-8") for file in FILES)
    assert [name for name in PUBLIC_NAMES if f'"{name}"' not in texts] == []
