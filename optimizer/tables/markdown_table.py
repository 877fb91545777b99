"""Rows of Markdown tables, for the generated pages."""

from __future__ import annotations

from collections.abc import Iterable


def markdown_row(cells: Iterable[str]) -> str:
    """A row of a table from the text of its cells."""
    return "| " + " | ".join(cells) + " |"


def escaped(text: str) -> str:
    r"""Text with the signs escaped that Markdown would interpret inside a table.

    >>> print(escaped("t | kg*"))
    t \| kg\*
    """
    for sign in "\\*|<[":
        text = text.replace(sign, f"\\{sign}")
    return text
