"""Where blocks, tables and pivots stand in a workbook, and what a link leads to.

The grid, the links and the table sheets share these records, so that they need not import each
other. Rows and columns count from 0.
"""

from __future__ import annotations

from msgspec import Struct

from optimizer.report.excel_values import address, cell_range, quoted_sheet


class LinkTarget(Struct, frozen=True):
    """Rows behind a figure: a result table and the values that some of its columns have."""

    table: str
    key_values: tuple[tuple[str, str], ...] = ()
    """Headers and values; empty for the whole table."""


class BlockAnchor(Struct, frozen=True):
    """Where a block begins: its title; the headings and the lines follow below."""

    row: int
    column: int
    sheet: str = ""

    @property
    def header(self) -> int:
        """Row of the column headings."""
        return self.row + 1

    @property
    def first(self) -> int:
        """Row of the first line."""
        return self.row + 2

    def at(self, line: int, column: int, fixed: str = "") -> str:
        """Address of a cell by line and column of the block; line -1 is the heading."""
        return address(self.first + line, self.column + column, fixed)

    def ref(self, line: int, column: int) -> str:
        """Address of a cell for formulas on other sheets."""
        return f"{quoted_sheet(self.sheet)}!{self.at(line, column)}"

    def span(self, first: tuple[int, int], last: tuple[int, int]) -> str:
        """Absolute range between two cells by line and column, for formulas on other sheets."""
        start, end = ((self.first + line, self.column + column) for line, column in (first, last))
        return cell_range(start, end, self.sheet)

    def down(self, first: int, last: int, column: int) -> str:
        """Range of lines of one column of the block."""
        return f"{self.at(first, column)}:{self.at(last, column)}"

    def along(self, line: int, first: int, last: int) -> str:
        """Range of columns of one line of the block."""
        return f"{self.at(line, first)}:{self.at(line, last)}"


class PivotPosition(Struct, frozen=True):
    """Where a pivot stands: first and last row, first column of keys and of periods, total."""

    first: int
    last: int
    keys: int
    periods: int
    total: int
    live: bool
    """True if its cells are formulas over the table."""
    width: float
    """Width of all its columns, in characters."""
    rows: tuple[tuple[str, ...], ...] = ()
    """Keys of its rows, in order."""
    labels: tuple[str, ...] = ()
    """Its periods."""
    values: tuple[tuple[float | str, ...], ...] = ()
    """Cells of a pivot of ratios by row and period, the total last; empty for sums."""


class TablePosition(Struct, frozen=True):
    """Where a result table stands: first and last row of its data, and its pivot."""

    sheet: str
    meaning: str
    first: int
    last: int
    rows: int
    printed: str
    """Ranges that are printed."""
    pivot: PivotPosition | None = None
    note: str = ""
    """Text in the foot of the printed page."""
    links: int = 0
    """Number of links on the sheet."""
