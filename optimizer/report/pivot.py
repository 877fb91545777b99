"""The pivot by period beside a result table: a row per key, a column per period.

Small pivots are live: SUMIFS over the columns of the Excel table, so that they follow an edit.
Large ones hold values, and a note says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import fsum
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from optimizer.report.excel_rows import write_text
from optimizer.report.excel_values import (
    address,
    cell_criterion,
    clean,
    column_name,
    column_ref,
    finite,
    has_wildcards,
)
from optimizer.report.formats import Formats, number_format
from optimizer.report.formula_block import division_value
from optimizer.report.sheet_positions import PivotPosition
from optimizer.report.summary import Summary

if TYPE_CHECKING:
    from xlsxwriter.worksheet import Worksheet

    from optimizer.result.result_layouts import Field, Table

MAX_LIVE_PIVOT_CELLS = 4_000
"""Maximum cells of a live pivot; see MAX_PIVOT_LOOKUPS."""
MAX_PIVOT_LOOKUPS = 20_000_000
"""Maximum of cells times table rows of a live pivot, chosen so that the workbook opens promptly."""
PERIOD_HEADER = "period"


class _Pivot(Struct, frozen=True):
    """Rows and periods of a pivot, and the sums behind its cells."""

    table: Table
    keys: tuple[str, ...]
    value: Field
    parts: tuple[str, ...]
    """Headers of what is added up: the value, or dividend and divisor of a ratio."""
    level: bool
    """True if the value is averaged over periods."""
    rows: list[tuple[str, ...]]
    periods: tuple[str, ...]
    sums: list[dict[tuple[str, ...], float]]

    @property
    def is_ratio(self) -> bool:
        """True if the value is a ratio of sums."""
        return len(self.parts) > 1

    def cell(self, row: tuple[str, ...], period: str) -> float | str:
        """Value of a cell; "" for a ratio whose divisor is 0."""
        parts = [sums.get((*row, period), 0.0) for sums in self.sums]
        return division_value(*parts) if self.is_ratio else parts[0]

    def total(self, row: tuple[str, ...]) -> float | str:
        """Total of a row: sum, average of a level, or ratio of sums."""
        parts = [fsum(sums.get((*row, p), 0.0) for p in self.periods) for sums in self.sums]
        if self.is_ratio:
            return division_value(*parts)
        return parts[0] / len(self.periods) if self.level else parts[0]


def write_pivot(
    sheet: Worksheet,
    table: Table,
    summary: Summary,
    first: int,
    left: int,
    forms: Formats,
    style: tuple[tuple[str, str] | None, bool],
) -> PivotPosition:
    """Write the pivot of a table from the column ``left`` on; its rows begin beside the table's.

    ``style`` has the dividend and divisor of a ratio, if it is one, and True for a level.
    """
    pivot = _pivot_data(table, summary.periods, style)
    largest = _largest_total(pivot)
    position = _position(pivot, first, left, _set_widths(sheet, pivot, left, largest))
    _write_heading(sheet, pivot, position, summary.currency, forms)
    label = forms("body", "@", align="left", indent=1)
    for row, keys in enumerate(pivot.rows, first):
        for column, key in enumerate(keys, left):
            write_text(sheet, row, column, key, label)
        number = number_format(pivot.value.kind, _row_magnitude(pivot, keys, largest), dash=True)
        _write_cells(sheet, pivot, position, row, keys, forms("body", number))
        _write_row_total(sheet, pivot, position, row, keys, forms("total", number))
    if pivot.value.kind in ("tonnes", "money"):
        number = number_format(pivot.value.kind, largest)
        _write_column_totals(sheet, pivot, position, forms("total", number))
    return position


def _position(pivot: _Pivot, first: int, left: int, width: float) -> PivotPosition:
    """Position of a pivot whose data begin at a row and column, with the values of a ratio."""
    cells = len(pivot.rows) * len(pivot.periods)
    periods = left + len(pivot.keys)
    values: tuple[tuple[float | str, ...], ...] = ()
    if pivot.is_ratio:
        values = tuple(
            (*(pivot.cell(row, period) for period in pivot.periods), pivot.total(row))
            for row in pivot.rows
        )
    return PivotPosition(
        first=first,
        last=first + len(pivot.rows) - 1,
        keys=left,
        periods=periods,
        total=periods + len(pivot.periods),
        live=cells <= MAX_LIVE_PIVOT_CELLS and cells * len(pivot.table) <= MAX_PIVOT_LOOKUPS,
        width=width,
        rows=tuple(pivot.rows),
        labels=pivot.periods,
        values=values,
    )


def _row_magnitude(pivot: _Pivot, keys: tuple[str, ...], largest: float) -> float:
    """Size by which the decimals of a row are chosen: its own, so that few tonnes of Tb show."""
    if pivot.value.kind == "money":
        return largest
    cells = (pivot.cell(keys, period) for period in pivot.periods)
    return max((abs(cell) for cell in cells if not isinstance(cell, str)), default=0.0)


def _pivot_data(
    table: Table, periods: Sequence[str], style: tuple[tuple[str, str] | None, bool]
) -> _Pivot:
    """Rows in order of first appearance, all periods, and sums by row and period."""
    assert table.layout.pivot
    keys, header = table.layout.pivot
    ratio, level = style
    parts = ratio or (header,)
    labels = [[clean(value) for value in table[key]] for key in (*keys, PERIOD_HEADER)]
    combined = list(zip(*labels, strict=True))
    sums: list[dict[tuple[str, ...], float]] = []
    for part in parts:
        by_key: dict[tuple[str, ...], float] = {}
        for key, value in zip(combined, table[part], strict=True):
            by_key[key] = by_key.get(key, 0.0) + (finite(value) or 0.0)
        sums.append(by_key)
    return _Pivot(
        table=table,
        keys=keys,
        value=table.layout.fields[table.layout.headers.index(header)],
        parts=parts,
        level=level,
        rows=list(dict.fromkeys(row[:-1] for row in combined)),
        periods=tuple(dict.fromkeys((*periods, *labels[-1]))),
        sums=sums,
    )


def _largest_total(pivot: _Pivot) -> float:
    values = (pivot.total(row) for row in pivot.rows)
    return max((abs(value) for value in values if not isinstance(value, str)), default=0.0)


def _write_heading(
    sheet: Worksheet, pivot: _Pivot, position: PivotPosition, currency: str, forms: Formats
) -> None:
    measure = "" if pivot.value.kind == "tonnes" else pivot.value.unit_in(currency)
    title = f"{pivot.table.layout.name}: {pivot.value.header} by period"
    title += f", {measure}" if measure else ""
    write_text(sheet, position.first - 5, position.keys, title, forms("heading", bottom=0))
    note = "" if position.live else "values as of the run: too many cells for live formulas"
    write_text(sheet, position.first - 2, position.keys, note, forms("note"))
    header = position.first - 1
    for column, key in enumerate(pivot.keys, position.keys):
        write_text(sheet, header, column, key, forms("header", align="left", indent=1))
    for column, period in enumerate(pivot.periods, position.periods):
        write_text(sheet, header, column, period, forms("header", align="right"))
    total = "average" if pivot.level or pivot.is_ratio else "total"
    write_text(sheet, header, position.total, total, forms("header", align="right"))


def _set_widths(sheet: Worksheet, pivot: _Pivot, left: int, largest: float) -> float:
    """Set the widths of the pivot's columns; returns their sum."""
    widths = []
    for column, key in enumerate(pivot.keys):
        longest = max(len(row[column]) for row in pivot.rows)
        widths.append(max(len(key) + 3, 9, min(longest * 1.05 + 3, 38)))
    figures = max(9.0, len(f"{largest:,.1f}") + 1.5, max(map(len, pivot.periods)) + 2)
    widths += [figures] * (len(pivot.periods) + 1)
    for column, width in enumerate(widths, left):
        sheet.set_column(column, column, width)
    return sum(widths)


def _write_cells(
    sheet: Worksheet,
    pivot: _Pivot,
    position: PivotPosition,
    row: int,
    keys: tuple[str, ...],
    form: Any,
) -> None:
    """Write one row of the pivot, by formulas if it is live."""
    name = pivot.table.layout.name
    conditions = _conditions(pivot, position, row, keys, "c")
    for column, period in enumerate(pivot.periods, position.periods):
        value = pivot.cell(keys, period)
        if not position.live:
            if value:
                sheet.write_number(row, column, value, form)
            continue
        heading = cell_criterion(address(position.first - 1, column, "r"), escape=False)
        in_period = f",{column_ref(name, PERIOD_HEADER)},{heading}"
        sums = [f"SUMIFS({column_ref(name, part)}{conditions}{in_period})" for part in pivot.parts]
        formula = f"={sums[0]}" if len(sums) == 1 else f'=IFERROR({sums[0]}/{sums[1]},"")'
        sheet.write_formula(row, column, formula, form, value)


def _conditions(
    pivot: _Pivot, position: PivotPosition, row: int, keys: tuple[str, ...], fixed: str = ""
) -> str:
    """Part of SUMIFS: each key column of the table equals the key in this row of the pivot."""
    name, escape = pivot.table.layout.name, has_wildcards(keys)
    cells = (address(row, position.keys + number, fixed) for number in range(len(pivot.keys)))
    return "".join(
        f",{column_ref(name, key)},{cell_criterion(cell, escape)}"
        for key, cell in zip(pivot.keys, cells, strict=True)
    )


def _write_row_total(
    sheet: Worksheet,
    pivot: _Pivot,
    position: PivotPosition,
    row: int,
    keys: tuple[str, ...],
    form: Any,
) -> None:
    name = pivot.table.layout.name
    value = pivot.total(keys)
    cells = f"{address(row, position.periods)}:{address(row, position.total - 1)}"
    if not pivot.is_ratio:
        share = f"/{len(pivot.periods)}" if pivot.level else ""
        sheet.write_formula(row, position.total, f"=SUM({cells}){share}", form, value)
    elif position.live:
        conditions = _conditions(pivot, position, row, keys)
        dividend, divisor = (
            f"SUMIFS({column_ref(name, part)}{conditions})" for part in pivot.parts
        )
        sheet.write_formula(row, position.total, f'=IFERROR({dividend}/{divisor},"")', form, value)
    elif value != "":
        sheet.write_number(row, position.total, value, form)


def _write_column_totals(
    sheet: Worksheet, pivot: _Pivot, position: PivotPosition, form: Any
) -> None:
    """Write the sums of the periods, in the row of the table's totals."""
    row = position.first - 3
    for column in range(position.keys, position.periods):
        write_text(sheet, row, column, "Total of all rows" if column == position.keys else "", form)
    totals: list[float] = []
    for period in pivot.periods:
        cells = (pivot.cell(keys, period) for keys in pivot.rows)
        totals.append(fsum(cell for cell in cells if not isinstance(cell, str)))
    grand_total = fsum(totals) / (len(totals) if pivot.level else 1)
    for column, value in enumerate([*totals, grand_total], position.periods):
        letters = column_name(column)
        formula = f"=SUM({letters}{position.first + 1}:{letters}{position.last + 1})"
        sheet.write_formula(row, column, formula, form, value)
