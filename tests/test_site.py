"""The documentation as a site: its contents hold every page, its reference every public name."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

import optimizer
from optimizer import cli

DOCS = Path(__file__).parents[1] / "docs"
ENTRY = re.compile(r"^\.\. auto(?:function|class|exception):: (\w+)$", re.MULTILINE)


def test_every_public_name_stands_once_in_the_reference():
    assert sorted(ENTRY.findall((DOCS / "api.md").read_text())) == sorted(optimizer.__all__)


def test_every_page_is_in_the_contents():
    contents = "\n".join(
        re.findall(r"```{toctree}\n(.*?)```", (DOCS / "index.md").read_text(), re.S)
    )
    listed = [line for line in contents.splitlines() if line and not line.startswith(":")]
    pages = [*DOCS.glob("*.md"), *DOCS.glob("*.ipynb")]
    assert sorted(listed) == sorted(page.stem for page in pages if page.stem != "index")


@pytest.mark.parametrize("picture", sorted((DOCS / "pictures").glob("*.png")), ids=lambda p: p.name)
def test_every_picture_is_in_the_gallery(picture):
    assert f"(pictures/{picture.name})" in (DOCS / "gallery.md").read_text()


def test_every_command_of_the_gallery_is_a_command():
    gallery = (DOCS / "gallery.md").read_text()
    commands = re.findall(r"^\.venv/bin/optimizer (.*)$", gallery, re.MULTILINE)
    assert len(commands) >= 5
    for command in commands:
        cli.command_parser().parse_args(shlex.split(command))
