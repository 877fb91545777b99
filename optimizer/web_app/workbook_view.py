"""A workbook on the page: its check report, its cells, and where each finding stands."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from datetime import date, datetime, time
from itertools import islice
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Any

from optimizer.errors import Finding, OptimizerError
from optimizer.tables.text_matching import fold
from optimizer.web_app.file_names import plain_name, workbook_name

if TYPE_CHECKING:
    from optimizer.tables.cell_grids import CellGrid

MOST_BYTES = 100_000_000
"""Size of the largest workbook that the page takes."""
ROWS = 300
"""Rows of a sheet that are shown at once."""
COLUMNS = 400
LONGEST = 400
"""Characters of a cell that are shown."""
LISTED = 1000
"""Findings that are listed; the marked copy has all."""

Place = tuple[int, int, int]
"""Sheet, row and column of a cell, from 0."""


class WorkbookView:
    """A workbook in a folder of its own: it is read and checked, never changed.

    ``origin`` is the planner's file, if the program can read it again.
    """

    def __init__(self, number: int, name: str, folder: Path, origin: Path | None = None) -> None:
        self.number = number
        self.name = plain_name(name)
        self.origin = origin
        self.path = folder / workbook_name(self.name)
        self.trouble = ""
        """Why the file cannot be read as a workbook, empty if it can."""
        self.findings: tuple[Finding, ...] = ()
        self.grids: list[CellGrid] = []
        self._heads: dict[str, tuple[int, int, dict[str, int]]] = {}
        self._marking = threading.Lock()

    @property
    def errors(self) -> int:
        """How many findings are errors."""
        return sum(finding.severity == "error" for finding in self.findings)

    @property
    def sound(self) -> bool:
        """True if it can be solved."""
        return not self.trouble and not self.errors

    def check(self) -> None:
        """Read and check the file; whatever is wrong is kept to be shown, nothing is raised."""
        try:
            self._check()
        except OptimizerError as error:
            self.trouble = str(error).replace(str(self.path), self.name)
        except MemoryError:
            self.trouble = f"{self.name}: this machine has not enough memory for the workbook"
        except Exception as error:
            self.trouble = (
                f"{self.name}: the program failed while it read the workbook "
                f"({type(error).__name__}). Please report it with the workbook"
            )

    def _check(self) -> None:
        from optimizer.tables.workbook_files import open_book
        from optimizer.workbook_check import check

        if self.name.startswith("~$"):
            self.trouble = f"{self.name}: is Excel's note that the workbook is open, not it"
            return
        self.grids = open_book(self.path).grids
        self._heads = {
            fold(grid.name): (place, *head_of(grid)) for place, grid in enumerate(self.grids)
        }
        self.findings = check(self.path)

    def shown(self) -> dict[str, Any]:
        """What the page knows of it."""
        return {
            "number": self.number,
            "name": self.name,
            "again": self.origin is not None,
            "trouble": self.trouble,
            "errors": self.errors,
            "warnings": len(self.findings) - self.errors,
            "findings": [self._shown(each) for each in self.findings[:LISTED]],
            "sheets": [
                {"name": grid.name, "rows": len(grid.rows), "head": self._heads[fold(grid.name)][1]}
                for grid in self.grids
            ],
        }

    def _shown(self, finding: Finding) -> dict[str, Any]:
        return {
            "severity": finding.severity,
            "place": finding.place,
            "column": finding.column,
            "message": finding.message,
            "hint": finding.hint,
            "at": self.place_of(finding),
        }

    def place_of(self, finding: Finding) -> Place | None:
        """The cell itself, or the header of its column, or the first header; None if no sheet."""
        known = self._heads.get(fold(finding.sheet))
        if known is None:
            return None
        sheet, head, headers = known
        letters = finding.cell.rstrip("0123456789")
        digits = finding.cell[len(letters) :]
        column = _number(letters) if letters else headers.get(fold(finding.column), 0)
        return sheet, int(digits) - 1 if digits else head, column

    def cells(self, sheet: int, first: int) -> dict[str, Any]:
        """A block of rows of a sheet, from row ``first`` (from 0) on; IndexError if none."""
        if sheet < 0 or first < 0:
            raise IndexError(sheet)
        rows = self.grids[sheet].rows
        block = [
            [_shown_cell(value) for value in row[:COLUMNS]] for row in rows[first : first + ROWS]
        ]
        wide = max((len(row) for row in rows), default=0)
        return {"sheet": sheet, "first": first, "rows": block, "wide": min(wide, COLUMNS)}

    def marked_copy(self) -> Path:
        """Path of the marked copy, which is written when it is first asked for.

        Raises FileError if the workbook cannot be marked.
        """
        from optimizer.tables.marked_copy import write_marked_copy

        copy = self.path.with_name(f"{self.path.stem}.checked{self.path.suffix}")
        with self._marking:
            if not copy.exists():
                write_marked_copy(self.path, self.findings, copy)
        return copy


def head_of(grid: CellGrid) -> tuple[int, dict[str, int]]:
    """Row of the headers (from 0), and the column of each by its folded text.

    The row is the one that holds most declared headers, or else the first that is filled.
    """
    from optimizer.tables import SHEETS

    declared = {"setting", "value"}
    for name, sheet in SHEETS.items():
        if fold(name) == fold(grid.name):
            declared = {fold(column.header) for column in sheet.columns.values()}
    best, most, found = 0, -1, {}
    for number, row in enumerate(islice(grid.rows, 100)):
        headers = _headers(row)
        hits = sum(header in declared for header in headers)
        if headers and hits > most:
            best, most, found = number, hits, headers
    return best, found


def _headers(row: Sequence[Any]) -> dict[str, int]:
    texts = [(fold(str(value)), place) for place, value in enumerate(row) if value is not None]
    return {text: place for text, place in reversed(texts) if text}


def _number(letters: str) -> int:
    """Column from 0: ``A`` is 0, ``AA`` is 26."""
    number = 0
    for letter in letters.upper():
        number = 26 * number + ord(letter) - ord("A") + 1
    return number - 1


def _shown_cell(value: Any) -> str | float | int:
    """A cell as the page shows it: numbers as numbers, anything else as text."""
    from optimizer.tables.cell_values import MergedCell, SharedCell

    if value is None or isinstance(value, MergedCell):
        return ""
    if isinstance(value, SharedCell):
        return _shown_cell(value.value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, (int, float)):
        return value if isfinite(value) else str(value)
    if isinstance(value, datetime) and value.time() == time():
        value = value.date()
    text = value.isoformat() if isinstance(value, date) else str(value)
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def too_big(name: str, size: int) -> str:
    """Why a workbook of this size is not taken."""
    return (
        f"{name}: has {size / 1e6:,.0f} MB, and the page takes {MOST_BYTES / 1e6:,.0f} MB at most; "
        "solve it with the command: optimizer solve"
    )
