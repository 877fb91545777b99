"""An HTML file from template, style sheet, programs and data; it needs no other file."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec

PAGE_FOLDER = Path(__file__).parent
SHARED_PROGRAMS = ("base.js", "marks.js", "frame.js")
"""Programs of every page; they come before the others."""
PAGE_FILE_KIND = "page"
"""Name of the file in messages."""
_JSON_ESCAPES = {b"<": rb"\u003c", b">": rb"\u003e", b"&": rb"\u0026"}


def html_page(
    data: Any, title: str, skip: str, programs: Sequence[str], land: str = "null"
) -> bytes:
    """Bytes of one HTML file.

    ``skip`` names the target of the skip link; ``programs`` are files that follow the shared
    ones; ``land`` is JSON of the outlines of the land.
    """
    texts = {
        "title": _escaped(title),
        "skip": _escaped(skip),
        "style": page_part("page.css"),
        "land": land,
        "program": "".join(page_part(name) for name in (*SHARED_PROGRAMS, *programs)),
    }
    values = {name: text.encode() for name, text in texts.items()} | {"data": script_json(data)}
    start, *sections = page_part("page.html").encode().split(b"{{")
    fields = (section.partition(b"}}") for section in sections)
    return start + b"".join(values[name.decode()] + rest for name, _, rest in fields)


def script_json(data: Any) -> bytes:
    """JSON for a script element, escaped so that no text in it can end the element."""
    text = msgspec.json.encode(data, enc_hook=float)
    for character, safe in _JSON_ESCAPES.items():
        text = text.replace(character, safe)
    return text


def page_part(name: str) -> str:
    """Text of a file of the page."""
    return (PAGE_FOLDER / name).read_text(encoding="utf-8")


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
