"""HTML of cards and tables for notebooks.

A notebook may be light or dark, and what a file host shows of it has no style sheet at all. So text
and background are those of the notebook, lines are grey at half strength, and a verdict has a sign
and words beside its colour. Every text is escaped, and nothing here is a script.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from msgspec import Struct

MARKS = {"good": ("✓", "#2f9e6e"), "doubtful": ("!", "#c98a12"), "bad": ("✕", "#d1453b")}
"""Sign and colour of a verdict; the colour is that of a bar, 3:1 on white and on black."""
MAX_UNBROKEN_LETTERS = 30
"""Letters of a cell up to which it stays on one line."""
MAX_LISTED = 8
"""Sentences of a list that a card shows, so that it stays smaller than a screen."""
_LINE = "rgba(128,128,128,.5)"
_FONT = "font-family:system-ui,'Segoe UI',Roboto,Arial,sans-serif;line-height:1.4"


class CardFigure(Struct, frozen=True):
    """One figure of a card: what it is, the figure, and a note."""

    label: str
    value: str
    note: str = ""


def card(
    title: str,
    verdict: str,
    mark: str,
    figures: Iterable[CardFigure],
    lists: Iterable[tuple[str, Sequence[str]]] = (),
) -> str:
    """HTML of a card: title, verdict, figures side by side, and lists of sentences.

    ``mark`` is one of ``MARKS``, or empty for a card without a verdict.
    """
    sign, colour = MARKS.get(mark, ("", _LINE))
    return (
        f'<div style="{_FONT};max-width:62em;border:1px solid {_LINE};'
        f'border-left:5px solid {colour};border-radius:6px;padding:.6em 1em;margin:.3em 0">'
        '<div style="font-size:1.15em;font-weight:600;overflow-wrap:anywhere">'
        f"{escape(title)}</div>"
        f"<div>{escape(f'{sign} {verdict}'.strip())}</div>"
        f"{_figures(figures)}"
        f"{''.join(_list(heading, sentences) for heading, sentences in lists if sentences)}</div>"
    )


def _figures(figures: Iterable[CardFigure]) -> str:
    tiles = "".join(
        f'<div style="min-width:9em;max-width:17em"><div style="opacity:.75;font-size:.85em">'
        f'{escape(each.label)}</div><div style="font-size:1.2em;font-weight:600">'
        f'{escape(each.value)}</div><div style="opacity:.75;font-size:.85em">'
        f"{escape(each.note)}</div></div>"
        for each in figures
    )
    return f'<div style="display:flex;flex-wrap:wrap;gap:.5em 1.6em;margin:.5em 0">{tiles}</div>'


def _list(heading: str, sentences: Sequence[str]) -> str:
    items = "".join(f"<li>{escape(sentence)}</li>" for sentence in sentences[:MAX_LISTED])
    more = len(sentences) - MAX_LISTED
    rest = f"<li>and {more:,} more</li>" if more > 0 else ""
    return (
        f'<div style="font-weight:600;margin-top:.4em">{escape(heading)}</div>'
        f'<ul style="margin:.1em 0 .3em;padding-left:1.3em">{items}{rest}</ul>'
    )


def table_html(
    caption: str,
    headers: Sequence[tuple[str, str]],
    rows: Iterable[Sequence[str]],
    numeric: Sequence[bool],
    note: str = "",
) -> str:
    """HTML of a table: headers with units, texts of the cells, numbers to the right."""
    sides = [f"text-align:{'right' if right else 'left'}" for right in numeric]
    cell = f"padding:.15em .6em;border-bottom:1px solid {_LINE};vertical-align:top"
    heads = "".join(
        f'<th style="{side};{cell}">{escape(header)}'
        + (f'<br><span style="font-weight:400;opacity:.75">{escape(unit)}</span>' if unit else "")
        + "</th>"
        for (header, unit), side in zip(headers, sides, strict=True)
    )
    body = "".join(
        "<tr>"
        + "".join(
            f'<td style="{side};{cell};{_wrapping(value)}">{escape(value)}</td>'
            for value, side in zip(row, sides, strict=True)
        )
        + "</tr>"
        for row in rows
    )
    return (
        f'<div style="{_FONT};overflow-x:auto">'
        f'<table style="border-collapse:collapse;font-variant-numeric:tabular-nums">'
        '<caption style="text-align:left;caption-side:top;color:inherit">'
        f"{escape(caption)}</caption>"
        f"<thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table>"
        f'<div style="opacity:.75;font-size:.85em">{escape(note)}</div></div>'
    )


def _wrapping(value: str) -> str:
    return "white-space:nowrap" if len(value) <= MAX_UNBROKEN_LETTERS else "min-width:18em"
