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
NEGLIGIBLE_SUM_SHARE = 1e-6
"""Share of a total below which a difference of sums is rounding and no line of its own; chosen
so that what HiGHS's tolerance of 1e-7 leaves in each row does not show."""


class FormulaCell(Struct, frozen=True):
    """Value of a cell, its formula (if any), its number format and style."""

    value: CellValue
    formula: str = ""
    number: str = "@"
    style: str = ""
    link: LinkTarget | None = None
    """Rows that the cell leads to."""


class BlockRow(Struct, frozen=True):
    """Cells from the label on; ``style`` is ``body`` or ``sum``."""

    cells: list[FormulaCell]
    style: str = "body"


Anchors = Mapping[str, BlockAnchor]
"""Where each block stands, by its name."""


class FormulaBlock(Struct, frozen=True):
    """A small table: its size is known at once, its cells when all blocks have an anchor."""

    name: str
    title: str
    headers: tuple[str, ...]
    lines: int
    """Number of lines below the headings."""
    make_rows: Callable[[Anchors], list[BlockRow]]
    """Makes the lines from the anchors of all blocks."""
    verdict_column: int = 0
    """Column of the verdicts; 0 if there is none."""
    utilisation_columns: tuple[int, int] | None = None
    """First and last column of shares of capacity, if there are any."""
    text_only: bool = False
    """True if all columns are text."""

    @property
    def height(self) -> int:
        """Rows that it takes: title, headings, lines, and a blank row below."""
        return self.lines + 3


BlocksByName = Mapping[str, FormulaBlock]


def with_cached_rows(block: FormulaBlock) -> FormulaBlock:
    """The block, making its lines once only: charts and titles need them too."""
    cache: list[list[BlockRow]] = []

    def make_rows(anchors: Anchors) -> list[BlockRow]:
        if not cache:
            cache.append(block.make_rows(anchors))
        return cache[0]

    return structs.replace(block, make_rows=make_rows)


def grouped_sums(
    table: Table | None, keys: Sequence[str], value: str
) -> dict[tuple[str, ...], float]:
    """Sums of a column for each combination of values of others; empty without a table."""
    sums: dict[tuple[str, ...], float] = {}
    if table is None:
        return sums
    labels = [[clean(key) for key in table[header]] for header in keys]
    for key, amount in zip(zip(*labels, strict=True), table[value], strict=True):
        sums[key] = sums.get(key, 0.0) + (finite(amount) or 0.0)
    return sums


def column_total(table: Table | None, value: str) -> float:
    """Sum of a column; 0 without a table."""
    return fsum(finite(amount) or 0.0 for amount in table[value]) if table is not None else 0.0


def sum_by_year(
    sums: Mapping[tuple[str, ...], float], calendar: Mapping[str, Sequence[str]]
) -> dict[tuple[str, ...], float]:
    """Sums whose keys end in a calendar year, from sums whose keys end in a period."""
    years = {period: year for year, periods in calendar.items() for period in periods}
    result: dict[tuple[str, ...], float] = {}
    for (*labels, period), amount in sums.items():
        if period in years:
            key = (*labels, years[period])
            result[key] = result.get(key, 0.0) + amount
    return result


def sumifs_over_periods(
    reference: str, periods: Sequence[str], conditions: str, period_range: str
) -> str:
    """Formula part: sum of a column over some periods, under further conditions.

    ``conditions`` are ranges and criteria, separated by commas.
    """
    single = f"SUMIFS({reference},{conditions},{period_range},{criteria(periods)})"
    return single if len(periods) == 1 else f"SUMPRODUCT({single})"


def division_formula(dividend: str, divisor: str) -> str:
    """Formula that divides two cells and shows nothing if the divisor is 0."""
    return f'=IF({divisor}=0,"",{dividend}/{divisor})'


def division_value(dividend: float, divisor: float) -> CellValue:
    """Value of :func:`division_formula`."""
    return dividend / divisor if divisor else ""
