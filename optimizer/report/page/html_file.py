"""A whole page: template, style, program and data put into one file."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec

PAGE_FOLDER = Path(__file__).parent
SHARED_PROGRAMS = ("base.js", "marks.js", "frame.js")
"""Parts of every page's program, which stand first."""
PAGE_FILE_KIND = "page"
"""What messages call the file."""
_JSON_ESCAPES = {b"<": rb"\u003c", b">": rb"\u003e", b"&": rb"\u0026"}


def html_page(
    data: Any, title: str, skip: str, programs: Sequence[str], land: str = "null"
) -> bytes:
    """One HTML file that needs nothing else.

    ``skip`` is what the first link leads to, ``programs`` are the parts of the program after
    the shared ones, ``land`` is JSON of the outline of the land.
    """
    texts = {
        "title": _escaped(title),
        "skip": _escaped(skip),
        "style": page_part("page.css"),
        "land": land,
        "program": "".join(page_part(name) for name in (*SHARED_PROGRAMS, *programs)),
    }
    parts = {name: text.encode() for name, text in texts.items()} | {"data": script_json(data)}
    begin, *pieces = page_part("page.html").encode().split(b"{{")
    filled = (piece.partition(b"}}") for piece in pieces)
    return begin + b"".join(parts[name.decode()] + rest for name, _, rest in filled)


def script_json(data: Any) -> bytes:
    """JSON that may stand in a script element: whatever a name holds, it cannot end it."""
    text = msgspec.json.encode(data, enc_hook=float)
    for character, safe in _JSON_ESCAPES.items():
        text = text.replace(character, safe)
    return text


def page_part(name: str) -> str:
    """The text of a part of the page."""
    return (PAGE_FOLDER / name).read_text(encoding="utf-8")


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
