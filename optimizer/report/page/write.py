"""Writing the page: template, style, program, outline of the land and data in one file."""

from __future__ import annotations

import json
import os
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Any

from optimizer.report.page.gather import page_data
from optimizer.report.write import replacing

if TYPE_CHECKING:
    from optimizer.plan import Result

FOLDER = Path(__file__).parent
PROGRAMS = (
    "base.js",
    "head.js",
    "flows.js",
    "map.js",
    "sankey.js",
    "plants.js",
    "money.js",
    "tables.js",
    "main.js",
)
"""Parts of the page's program, in the order in which they stand in it."""
_UNSAFE = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026"}
WHAT = "page"


def write_page(result: Result, path: str | os.PathLike[str]) -> None:
    """Write the page of a result: one HTML file that opens without a network.

    A result without a plan has a page too: it says why, and what would have to give. An
    existing file is replaced in one go. Raises FileError if the file cannot be written.
    """
    with replacing(path, WHAT) as part:
        part.write_text(page(page_data(result)), encoding="utf-8", newline="\n")


def page(data: dict[str, Any]) -> str:
    """The whole page with its data."""
    placed = any(site["at"] for site in data["sites"])
    parts = {
        "title": _escaped(f"{data['case']}: sourcing plan"),
        "style": _text("page.css"),
        "data": embedded(data),
        "land": _text("land.json") if placed else "null",
        "program": "".join(_text(name) for name in PROGRAMS),
    }
    pieces = _text("page.html").split("{{")
    filled = (piece.partition("}}") for piece in pieces[1:])
    return pieces[0] + "".join(parts[name] + rest for name, _, rest in filled)


def embedded(data: Any) -> str:
    """JSON that may stand in a script element: whatever a name holds, it cannot end it."""
    try:
        text = json.dumps(data, separators=(",", ":"), allow_nan=False)
    except ValueError:
        text = json.dumps(_finite(data), separators=(",", ":"), allow_nan=False)
    for character, safe in _UNSAFE.items():
        text = text.replace(character, safe)
    return text


def _finite(data: Any) -> Any:
    if isinstance(data, dict):
        return {key: _finite(value) for key, value in data.items()}
    if isinstance(data, (list, tuple)):
        return [_finite(value) for value in data]
    return None if isinstance(data, float) and not isfinite(data) else data


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _text(name: str) -> str:
    return (FOLDER / name).read_text(encoding="utf-8")
