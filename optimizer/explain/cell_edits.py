"""New values of cells, each in the unit of its cell, and the case with them."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from msgspec import Struct

from optimizer.explain.cell_locator import CellLocator, WorkbookCell
from optimizer.tables.case import Case
from optimizer.tables.schema import SHEETS, group_rows

EDIT_DIGITS = 6
"""Significant digits of a new value, chosen so that a person can type it; it is rounded away
from the old value."""

EDIT_TOLERANCE = 1e-9
"""Relative difference to a shorter number that counts as rounding of the solver."""

SHARE_UNITS = ("share", "t/t")
"""Units of cells that are part of something, at most 1."""


class Edit(Struct, frozen=True):
    """A new value for a cell; ``row`` is the row of the sheet, ``cell`` its address there."""

    sheet: str
    row: int
    header: str
    cell: str
    old: float
    new: float


def apply(case: Case, edits: Iterable[Edit]) -> Case:
    """The case with the new values in their cells."""
    changed: dict[str, Any] = {}
    for sheet, of_sheet in group_rows(edits, lambda edit: edit.sheet).items():
        attribute_of = {column.header: name for name, column in SHEETS[sheet].columns.items()}
        values: dict[int, dict[str, float]] = {}
        for edit in of_sheet:
            values.setdefault(edit.row, {})[attribute_of[edit.header]] = edit.new
        changed[SHEETS[sheet].attribute] = tuple(
            replace(record, **values[record.row]) if record.row in values else record
            for record in case.rows(sheet)
        )
    return replace(case, **changed)


def edit_of(places: CellLocator, cell: WorkbookCell, new: float, old: float | None = None) -> Edit:
    """Edit that writes a new value, rounded; ``old`` if the value before is not the cell's."""
    value, unit = places.value(cell)
    before = float(value) if old is None else old
    new = rounded(new, before, unit)
    return Edit(cell.sheet, cell.row, cell.header, places.letter(cell), before, new)


def rounded(new: float, old: float, unit: str) -> float:
    """A new value of few digits, rounded away from the old one; a share is at most 1."""
    if not new or not math.isfinite(new):
        return new
    near = float(f"{new:.{EDIT_DIGITS}g}")
    if abs(near - new) <= EDIT_TOLERANCE * abs(new):
        return near
    step = 10.0 ** (math.floor(math.log10(abs(new))) - EDIT_DIGITS + 1)
    new = math.floor(new / step) * step if new < old else math.ceil(new / step) * step
    new = float(f"{new:.{EDIT_DIGITS}g}")
    return min(new, 1.0) if unit in SHARE_UNITS else new
