"""A whole page: template, style, program and data put into one file."""

from __future__ import annotations

import json
from collections.abc import Sequence
from math import isfinite
from pathlib import Path
from typing import Any

import msgspec

FOLDER = Path(__file__).parent
SHARED = ("base.js", "marks.js", "frame.js")
"""Parts of every page's program, which stand first."""
WHAT = "page"
"""What messages call the file."""
_UNSAFE = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026"}


def whole(data: Any, title: str, skip: str, programs: Sequence[str], land: str = "null") -> str:
    """One HTML file that needs nothing else.

    ``skip`` is what the first link leads to, ``programs`` are the parts of the program after
    the shared ones, ``land`` is JSON of the outline of the land.
    """
    parts = {
        "title": _escaped(title),
        "skip": _escaped(skip),
        "style": text_of("page.css"),
        "data": embedded(data),
        "land": land,
        "program": "".join(text_of(name) for name in (*SHARED, *programs)),
    }
    pieces = text_of("page.html").split("{{")
    filled = (piece.partition("}}") for piece in pieces[1:])
    return pieces[0] + "".join(parts[name] + rest for name, _, rest in filled)


def embedded(data: Any) -> str:
    """JSON that may stand in a script element: whatever a name holds, it cannot end it."""
    try:
        text = msgspec.json.encode(data, enc_hook=float).decode()
    except UnicodeEncodeError:  # half a character: told as its number
        text = json.dumps(_finite(data), separators=(",", ":"))
    for character, safe in _UNSAFE.items():
        text = text.replace(character, safe)
    return text


def text_of(name: str) -> str:
    """The text of a part of the page."""
    return (FOLDER / name).read_text(encoding="utf-8")


def _finite(data: Any) -> Any:
    if isinstance(data, dict):
        return {key: _finite(value) for key, value in data.items()}
    if isinstance(data, (list, tuple)):
        return [_finite(value) for value in data]
    return None if isinstance(data, float) and not isfinite(data) else data


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
