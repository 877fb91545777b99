"""A workbook on the page: its check report, its cells, and the cell of each finding."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from optimizer.errors import Finding, OptimizerError
from optimizer.tables.edited_copy import CellEdit, write_edited_copy
from optimizer.tables.text_matching import as_text, fold
from optimizer.web_app.cell_entry import column_kind, entry_value
from optimizer.web_app.file_names import safe_name, workbook_name
from optimizer.web_app.shown_cells import cell_at, cell_json, column_index, header_row

if TYPE_CHECKING:
    from optimizer.tables.cell_grids import CellGrid

MAX_WORKBOOK_BYTES = 100_000_000
"""Size of the largest workbook that the page takes; chosen far above that of any real case, so that
a wrong file does not fill the memory."""
ROWS_PER_BLOCK = 300
"""Rows of a sheet that are shown at once; chosen so that a browser draws them without delay."""
MAX_SHOWN_COLUMNS = 400
"""Columns of a sheet that are shown, for the same reason."""
MAX_PAGE_FINDINGS = 1000
"""Findings that are listed: nobody reads more on a page. The marked copy has all."""
MAX_NEW_ROWS = 1000
"""Rows below the last one in which a cell may be filled; chosen so that a wrong row number does not
make a sheet of a million rows."""
MAX_CHOICES = 200
"""Names of a column that a form offers; chosen so that they can be looked through."""
ShownCell = tuple[int, int, int]
"""Sheet, row and column of a cell, from 0."""


class Correction(Struct, frozen=True):
    """A cell that was corrected on the page: its place from 0, and its values for a reader."""

    sheet: int
    row: int
    column: int
    before: str | float
    after: str | float
    edit: CellEdit


class WorkbookView:
    """A workbook in a folder of its own, read and checked; the planner's file is never changed.

    ``origin`` is the planner's file, if the program can read it again. A corrected workbook is
    a new one: a copy of ``source``, the workbook as it came, with ``corrections``.
    """

    def __init__(self, number: int, name: str, folder: Path, origin: Path | None = None) -> None:
        self.number = number
        self.name = safe_name(name)
        self.origin = origin
        self.path = folder / workbook_name(self.name)
        self.source = self.path
        self.corrections: dict[ShownCell, Correction] = {}
        self.saved = ""
        """Path of the copy that was saved last; empty if there is none."""
        self.read_error = ""
        """Why the file cannot be read as a workbook; empty if it can."""
        self.findings: tuple[Finding, ...] = ()
        self.grids: list[CellGrid] = []
        self._headers: dict[str, tuple[int, int, dict[str, int]]] = {}
        """Index, row of the headers and columns by header of each sheet, by its folded name."""
        self._copy_lock = threading.Lock()

    @property
    def errors(self) -> int:
        """Number of findings that are errors."""
        return sum(finding.severity == "error" for finding in self.findings)

    @property
    def solvable(self) -> bool:
        """True if it can be read and has no errors."""
        return not self.read_error and not self.errors

    def check(self) -> None:
        """Read and check the file; the page shows whatever is wrong, nothing is raised."""
        try:
            self._check()
        except OptimizerError as error:
            self.read_error = str(error).replace(str(self.path), self.name)
        except MemoryError:
            self.read_error = f"{self.name}: this machine has not enough memory for the workbook"
        except Exception as error:
            self.read_error = (
                f"{self.name}: the program failed while it read the workbook "
                f"({type(error).__name__}). Please report it with the workbook"
            )

    def _check(self) -> None:
        from optimizer.tables.workbook_files import read_workbook_file
        from optimizer.workbook_check import check

        if self.name.startswith("~$"):
            self.read_error = f"{self.name}: is Excel's note that the workbook is open, not it"
            return
        self.grids = read_workbook_file(self.path).grids
        self._headers = {
            fold(grid.name): (index, *header_row(grid)) for index, grid in enumerate(self.grids)
        }
        if not self.is_plan:
            self.findings = check(self.path)

    @property
    def is_plan(self) -> bool:
        """True for the results workbook of a plan, by its sheets."""
        return {"Costs", "Purchases", "Run"} <= {grid.name for grid in self.grids}

    def corrected(self, into: WorkbookView, cell: ShownCell, text: str | None) -> None:
        """Write this workbook with one more correction to another, which is still to be checked.

        ``text`` is what was typed; None takes a correction back. Raises IndexError if there is no
        such sheet, UsageError if the cell cannot be changed here.
        """
        sheet, row, column = cell
        if sheet < 0 or not 0 <= column < MAX_SHOWN_COLUMNS:
            raise IndexError(cell)
        if not 0 <= row < len(self.grids[sheet].rows) + MAX_NEW_ROWS:
            raise IndexError(cell)
        corrections = dict(self.corrections)
        known = corrections.pop(cell, None)
        if text is not None:
            cells = self._row(sheet, row)
            before = known.before if known else cell_json(cell_at(cells, column))
            name = self.grids[sheet].name
            value = entry_value(text, self._kind(sheet, row, column, cells))
            after = cell_json(value)
            if after != before:
                edit = CellEdit(name, row + 1, column + 1, value)
                corrections[cell] = Correction(sheet, row, column, before, after, edit)
        into.source = into.path.with_name(f"as it came {into.path.name}")
        shutil.copyfile(self.source, into.source)
        into.corrections, into.saved = corrections, ""
        write_edited_copy(into.source, [each.edit for each in corrections.values()], into.path)

    def names_in(self, sheet: str, column: str) -> list[str]:
        """Distinct texts of a column, at most MAX_CHOICES; empty if there is no such column."""
        index, header, columns = self._headers.get(fold(sheet), (0, 0, {}))
        if fold(column) not in columns:
            return []
        place, rows = columns[fold(column)], self.grids[index].rows[header + 1 :]
        texts = (as_text(cell_json(cell_at(row, place))).strip() for row in rows)
        return list(islice(dict.fromkeys(text for text in texts if text), MAX_CHOICES))

    def _row(self, sheet: int, row: int) -> list[Any]:
        rows = self.grids[sheet].rows
        return rows[row] if row < len(rows) else []

    def _kind(self, sheet: int, row: int, column: int, cells: Sequence[Any]) -> str | None:
        """Kind of the column of a cell; headers and what is above them are text."""
        name = self.grids[sheet].name
        header_row, columns = self._headers[fold(name)][1:]
        if row <= header_row:
            return "text"
        header = next((text for text, place in columns.items() if place == column), "")
        return column_kind(name, header, cells)

    def to_dict(self) -> dict[str, Any]:
        """JSON of the check report, as the page shows it."""
        return {
            "number": self.number,
            "name": self.name,
            "can_reload": self.origin is not None,
            "read_error": self.read_error,
            "saved": self.saved,
            "corrections": [
                {
                    "cell": cell,
                    "place": each.edit.place,
                    "before": each.before,
                    "after": each.after,
                }
                for cell, each in self.corrections.items()
            ],
            "errors": self.errors,
            "warnings": len(self.findings) - self.errors,
            "findings": [self._finding(each) for each in self.findings[:MAX_PAGE_FINDINGS]],
            "sheets": [
                {
                    "name": grid.name,
                    "rows": len(grid.rows),
                    "header": self._headers[fold(grid.name)][1],
                }
                for grid in self.grids
            ],
        }

    def _finding(self, finding: Finding) -> dict[str, Any]:
        return {
            "severity": finding.severity,
            "place": finding.place,
            "column": finding.column,
            "message": finding.message,
            "hint": finding.hint,
            "position": self.position_of(finding),
            "cells": [position for place in finding.cells if (position := self._cell(place))],
        }

    def _cell(self, place: str) -> ShownCell | None:
        """The cell of an address with its sheet."""
        sheet, _, cell = place.rpartition("!")
        return self.position_of(Finding("", sheet, cell, "", ""))

    def position_of(self, finding: Finding) -> ShownCell | None:
        """The cell of a finding, or else the header of its column, or else the first header.

        None if the workbook has no such sheet.
        """
        if fold(finding.sheet) not in self._headers:
            return None
        sheet, header, columns = self._headers[fold(finding.sheet)]
        letters = finding.cell.rstrip("0123456789")
        digits = finding.cell[len(letters) :]
        column = column_index(letters) if letters else columns.get(fold(finding.column), 0)
        return sheet, int(digits) - 1 if digits else header, column

    def cells(self, sheet: int, first: int) -> dict[str, Any]:
        """JSON of a block of rows of a sheet that begins with row ``first``, from 0.

        Raises IndexError if there is no such sheet, or a number is negative.
        """
        if sheet < 0 or first < 0:
            raise IndexError(sheet)
        rows = self.grids[sheet].rows
        block = [
            [cell_json(value) for value in row[:MAX_SHOWN_COLUMNS]]
            for row in rows[first : first + ROWS_PER_BLOCK]
        ]
        columns = min(max((len(row) for row in rows), default=0), MAX_SHOWN_COLUMNS)
        return {"sheet": sheet, "first": first, "rows": block, "columns": columns}

    def marked_copy(self) -> Path:
        """Path of the marked copy; the first call writes it.

        Raises FileError if the workbook cannot be marked.
        """
        from optimizer.tables.marked_copy import write_marked_copy

        copy = self.path.with_name(f"{self.path.stem}.checked{self.path.suffix}")
        with self._copy_lock:
            if not copy.exists():
                write_marked_copy(self.path, self.findings, copy)
        return copy


def size_error(name: str, size: int) -> str:
    """Sentence for a workbook that is too large."""
    return (
        f"{name}: has {size / 1e6:,.0f} MB, and the page takes "
        f"{MAX_WORKBOOK_BYTES / 1e6:,.0f} MB at most; "
        "solve it with the command: optimizer solve"
    )
