"""Cells of a grid as the page shows them, and where the headers of a sheet stand."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time
from itertools import islice
from math import isfinite
from typing import TYPE_CHECKING, Any

from optimizer.tables.text_matching import fold

if TYPE_CHECKING:
    from optimizer.tables.cell_grids import CellGrid

MAX_CELL_CHARACTERS = 400
"""Characters of a cell that are shown; chosen so that whole sentences fit."""
HEADER_SEARCH_ROWS = 100
"""First rows of a sheet in which its headers are sought; chosen so that a cover note above the
table does no harm."""


def cell_at(cells: Sequence[Any], column: int) -> Any:
    """A cell of a row, which may be shorter."""
    return cells[column] if column < len(cells) else None


def header_row(grid: CellGrid) -> tuple[int, dict[str, int]]:
    """Row of the headers (from 0), and the column of each header by its folded text.

    It is the row with most declared headers, or else the first that is not empty.
    """
    from optimizer.tables import SHEETS

    declared = {"setting", "value"}
    for name, sheet in SHEETS.items():
        if fold(name) == fold(grid.name):
            declared = {fold(column.header) for column in sheet.columns.values()}
    best_row, best_count, best_columns = 0, -1, {}
    for index, row in enumerate(islice(grid.rows, HEADER_SEARCH_ROWS)):
        columns = _columns_by_text(row)
        count = sum(text in declared for text in columns)
        if columns and count > best_count:
            best_row, best_count, best_columns = index, count, columns
    return best_row, best_columns


def _columns_by_text(row: Sequence[Any]) -> dict[str, int]:
    """First column of each text in a row."""
    texts = [(fold(str(value)), column) for column, value in enumerate(row) if value is not None]
    return {text: column for text, column in reversed(texts) if text}


def column_index(letters: str) -> int:
    """Column from 0: ``A`` is 0, ``AA`` is 26."""
    number = 0
    for letter in letters.upper():
        number = 26 * number + ord(letter) - ord("A") + 1
    return number - 1


def cell_json(value: Any) -> str | float | int:
    """A cell as the page shows it: numbers as numbers, anything else as text."""
    from optimizer.tables.cell_values import MergedCell, SharedCell

    if value is None or isinstance(value, MergedCell):
        return ""
    if isinstance(value, SharedCell):
        return cell_json(value.value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, (int, float)):
        return value if isfinite(value) else str(value)
    if isinstance(value, datetime) and value.time() == time():
        value = value.date()
    text = value.isoformat() if isinstance(value, date) else str(value)
    return text if len(text) <= MAX_CELL_CHARACTERS else text[: MAX_CELL_CHARACTERS - 1] + "…"
