"""A block of the Summary: a small table whose cells are formulas over the result tables.

A block knows its size before its place, so that the sheet is laid out first and the
formulas of one block can then refer to the cells of another.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import fsum

from msgspec import Struct, structs

from optimizer.report.excel_values import clean, criteria, finite
from optimizer.report.sheet_positions import BlockAnchor, LinkTarget
from optimizer.result.result_layouts import Table

CellValue = float | str


class FormulaCell(Struct, frozen=True):
    """Value of a cell, the formula that gives it (if any), its number format and style."""

    value: CellValue
    formula: str = ""
    number: str = "@"
    style: str = ""
    link: LinkTarget | None = None
    """Rows behind it."""


class BlockRow(Struct, frozen=True):
    """Cells from the label on; ``style`` is ``body`` or ``sum``."""

    cells: list[FormulaCell]
    style: str = "body"


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


def with_cached_rows(block: FormulaBlock) -> FormulaBlock:
    """The block with its lines made at the first call and kept: charts and titles ask again."""
    made: list[list[BlockRow]] = []

    def fill(anchors: Anchors) -> list[BlockRow]:
        if not made:
            made.append(block.fill(anchors))
        return made[0]

    return structs.replace(block, fill=fill)


def grouped_sums(
    table: Table | None, keys: Sequence[str], value: str
) -> dict[tuple[str, ...], float]:
    """Sums of a column by the values of others; empty without a table."""
    found: dict[tuple[str, ...], float] = {}
    if table is None:
        return found
    labels = [[clean(key) for key in table[header]] for header in keys]
    for key, amount in zip(zip(*labels, strict=True), table[value], strict=True):
        found[key] = found.get(key, 0.0) + (finite(amount) or 0.0)
    return found


def column_total(table: Table | None, value: str) -> float:
    """Sum of a column; 0 without a table."""
    return fsum(finite(amount) or 0.0 for amount in table[value]) if table is not None else 0.0


def sum_by_year(
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


def sumifs_over_periods(reference: str, periods: Sequence[str], conditions: str, when: str) -> str:
    """Formula part: sum of a column over some periods, under further conditions.

    ``conditions`` is a list of ranges and criteria; ``when`` the range of periods.
    """
    single = f"SUMIFS({reference},{conditions},{when},{criteria(periods)})"
    return single if len(periods) == 1 else f"SUMPRODUCT({single})"


def division_formula(above: str, below: str) -> str:
    """Formula that divides two cells and shows nothing where there is nothing to divide by."""
    return f'=IF({below}=0,"",{above}/{below})'


def division_value(above: float, below: float) -> CellValue:
    """What :func:`division_formula` shows."""
    return above / below if below else ""
