"""New values of cells, in the cell's own unit, and the case with them."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from msgspec import Struct

from optimizer.explain.cell_locator import CellLocator, WorkbookCell
from optimizer.tables.case import Case
from optimizer.tables.schema import SHEETS

DIGITS = 6
"""Significant digits of a new value; it is rounded to the side that gives more."""

SAME = 1e-9
"""Relative difference that is the solver's."""

SHARES = ("share", "t/t")


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
    by_sheet: dict[str, list[Edit]] = {}
    for edit in edits:
        by_sheet.setdefault(edit.sheet, []).append(edit)
    changed: dict[str, Any] = {}
    for sheet, own in by_sheet.items():
        attribute_of = {column.header: name for name, column in SHEETS[sheet].columns.items()}
        news: dict[int, dict[str, float]] = {}
        for edit in own:
            news.setdefault(edit.row, {})[attribute_of[edit.header]] = edit.new
        changed[SHEETS[sheet].attribute] = tuple(
            replace(record, **news[record.row]) if record.row in news else record
            for record in case.rows(sheet)
        )
    return replace(case, **changed)


def edit_of(places: CellLocator, cell: WorkbookCell, new: float, old: float | None = None) -> Edit:
    """New value of a cell, rounded; ``old`` where it is not the one that stands there."""
    value, unit = places.value(cell)
    before = float(value) if old is None else old
    new = rounded(new, before, unit)
    return Edit(cell.sheet, cell.row, cell.header, places.letter(cell), before, new)


def rounded(new: float, old: float, unit: str) -> float:
    """A new value of few digits, no nearer to the old one; a share stays one."""
    if not new or not math.isfinite(new):
        return new
    near = float(f"{new:.{DIGITS}g}")
    if abs(near - new) <= SAME * abs(new):
        return near
    step = 10.0 ** (math.floor(math.log10(abs(new))) - DIGITS + 1)
    new = math.floor(new / step) * step if new < old else math.ceil(new / step) * step
    new = float(f"{new:.{DIGITS}g}")
    return min(new, 1.0) if unit in SHARES else new
