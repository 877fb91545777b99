"""A block of the Summary: a small table whose cells are formulas over the result tables.

A block knows its size before its place, so that the sheet is laid out first and the
formulas of one block can then refer to the cells of another.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import fsum

from msgspec import Struct, structs

from optimizer.report.cell_links import LinkTarget
from optimizer.report.excel_values import address, area, clean, criteria, finite, quoted
from optimizer.result.result_layouts import Table

Value = float | str


class FormulaCell(Struct, frozen=True):
    """Value of a cell, the formula that gives it (if any), its number format and style."""

    value: Value
    formula: str = ""
    number: str = "@"
    style: str = ""
    link: LinkTarget | None = None
    """Rows behind it."""


class BlockRow(Struct, frozen=True):
    """Cells from the label on; ``style`` is ``body`` or ``sum``."""

    cells: list[FormulaCell]
    style: str = "body"


class BlockAnchor(Struct, frozen=True):
    """Where a block begins, counted from 0: title, then header, then rows."""

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
        return f"{quoted(self.sheet)}!{self.at(line, column)}"

    def span(self, first: tuple[int, int], last: tuple[int, int]) -> str:
        """Fixed range between two cells by line and column, for formulas on other sheets."""
        start, end = ((self.first + r, self.column + c) for r, c in (first, last))
        return area(start, end, self.sheet)

    def down(self, first: int, last: int, column: int) -> str:
        """Range of lines of one column of the block."""
        return f"{self.at(first, column)}:{self.at(last, column)}"

    def along(self, line: int, first: int, last: int) -> str:
        """Range of columns of one line of the block."""
        return f"{self.at(line, first)}:{self.at(line, last)}"


Anchors = Mapping[str, BlockAnchor]


class FormulaBlock(Struct, frozen=True):
    """A small table: its size is known at once, its cells when all blocks have a place."""

    name: str
    title: str
    headers: tuple[str, ...]
    lines: int
    fill: Callable[[Anchors], list[BlockRow]]
    verdict: int = 0
    """Column of the verdicts, if there is one."""
    heat: tuple[int, int] | None = None
    """First and last column of shares of capacity, if there are any."""
    words: bool = False
    """Whether its columns are text."""

    @property
    def height(self) -> int:
        """Rows that it takes, with the blank one below."""
        return self.lines + 3


def once(block: FormulaBlock) -> FormulaBlock:
    """The block with its lines made at the first call and kept: charts and titles ask again."""
    made: list[list[BlockRow]] = []

    def fill(anchors: Anchors) -> list[BlockRow]:
        if not made:
            made.append(block.fill(anchors))
        return made[0]

    return structs.replace(block, fill=fill)


def sums(table: Table | None, keys: Sequence[str], value: str) -> dict[tuple[str, ...], float]:
    """Sums of a column by the values of others; empty without a table."""
    found: dict[tuple[str, ...], float] = {}
    if table is None:
        return found
    labels = [[clean(key) for key in table[header]] for header in keys]
    for key, amount in zip(zip(*labels, strict=True), table[value], strict=True):
        found[key] = found.get(key, 0.0) + (finite(amount) or 0.0)
    return found


def total(table: Table | None, value: str) -> float:
    """Sum of a column; 0 without a table."""
    return fsum(finite(amount) or 0.0 for amount in table[value]) if table is not None else 0.0


def by_year(
    found: Mapping[tuple[str, ...], float], calendar: Mapping[str, Sequence[str]]
) -> dict[tuple[str, ...], float]:
    """Sums by things and period, added up by things and calendar year."""
    years = {period: year for year, periods in calendar.items() for period in periods}
    result: dict[tuple[str, ...], float] = {}
    for (*things, period), amount in found.items():
        if period in years:
            key = (*things, years[period])
            result[key] = result.get(key, 0.0) + amount
    return result


def within(reference: str, periods: Sequence[str], conditions: str, when: str) -> str:
    """Formula part: sum of a column over some periods, under further conditions.

    ``conditions`` is a list of ranges and criteria; ``when`` the range of periods.
    """
    single = f"SUMIFS({reference},{conditions},{when},{criteria(periods)})"
    return single if len(periods) == 1 else f"SUMPRODUCT({single})"


def divided(above: str, below: str) -> str:
    """Formula that divides two cells and shows nothing where there is nothing to divide by."""
    return f'=IF({below}=0,"",{above}/{below})'


def ratio(above: float, below: float) -> Value:
    """What :func:`divided` shows."""
    return above / below if below else ""
