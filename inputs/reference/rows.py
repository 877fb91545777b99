"""Rows of a sheet: cells by column name, with notes that name the route."""

from __future__ import annotations

from datetime import date

from facts import Fact, cite

Row = dict[str, object]

START = date(2026, 10, 1)
"""First day of the plan."""

OFF_ROUTES = (
    "Round Top",
    "Bear Lodge",
    "Bokan Mountain",
    "Sheep Creek",
    "Tardiff",
    "Browns Range",
    "Carina",
    "Northlake",
    "Blacksburg",
    "Russian transit",
    "Mountain Pass concentrate to SRC",
    "SRC metal to Fort Worth",
)
"""Routes that stand in the workbook switched off: each row's notes give the reason."""


def row(*facts: Fact, route: str = "", notes: str = "", **cells: object) -> Row:
    """A row with its source and confidence; ``route`` is put before the notes.

    Column names with a space or a reserved word are written with ``_``: ``from_`` is
    ``from``, ``from_site`` is ``from site``.
    """
    named = {key.rstrip("_").replace("_", " "): cell for key, cell in cells.items()}
    tag = f"[{route}] " if route else ""
    return {**named, "notes": (tag + notes).strip() or None, **cite(*facts)}


def rounded(number: float, digits: int = 5) -> float:
    """A number with as many significant digits as its use deserves."""
    return float(f"{number:.{digits}g}")


def switched(cells: Row, route: str) -> Row:
    """The row, inactive if its route is off; what refers to it then goes off with it."""
    return cells | {"active": "no"} if route in OFF_ROUTES else cells
