"""The pivot by period beside a long table: one row per thing, one column per period.

Small pivots are live (SUMIFS over the Excel table's columns, so that they follow an
edit); large ones hold values and say so.
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
    column_of,
    finite,
    wild,
)
from optimizer.report.formats import Formats, number_format
from optimizer.report.summary import Summary
from optimizer.result.field_units import unit

if TYPE_CHECKING:
    from xlsxwriter.worksheet import Worksheet

    from optimizer.result.result_layouts import Field, Table

LIVE_CELLS = 4_000
"""Most cells of a live pivot."""
LIVE_LOOKUPS = 20_000_000
"""Most cells times table rows of a live pivot, so that the workbook opens promptly."""
PERIOD = "period"


class PivotPlace(Struct, frozen=True):
    """Where a pivot stands, counted from 0: its rows, its keys, its periods, its total."""

    first: int
    last: int
    keys: int
    periods: int
    total: int
    live: bool
    width: float
    """Width of all its columns, in characters."""
    rows: tuple[tuple[str, ...], ...] = ()
    """Keys of its rows, in order."""
    labels: tuple[str, ...] = ()
    """Its periods."""
    values: tuple[tuple[float | str, ...], ...] = ()
    """Its cells by row and period, the total last, of a quotient; empty for sums."""


class _Pivot(Struct, frozen=True):
    """What a pivot shows: its rows, its periods and the sums behind its cells."""

    table: Table
    keys: tuple[str, ...]
    value: Field
    parts: tuple[str, ...]
    """Headers of what is added up: the value, or both sides of a quotient."""
    level: bool
    rows: list[tuple[str, ...]]
    periods: tuple[str, ...]
    sums: list[dict[tuple[str, ...], float]]

    def cell(self, row: tuple[str, ...], period: str) -> float | str:
        """Value of a cell; of a quotient "" where there is nothing to divide by."""
        found = [sums.get((*row, period), 0.0) for sums in self.sums]
        if len(found) == 1:
            return found[0]
        return found[0] / found[1] if found[1] else ""

    def total(self, row: tuple[str, ...]) -> float | str:
        """Total of a row: sum, average of a level, or quotient of sums."""
        found = [fsum(sums.get((*row, p), 0.0) for p in self.periods) for sums in self.sums]
        if len(found) == 1:
            return found[0] / len(self.periods) if self.level else found[0]
        return found[0] / found[1] if found[1] else ""


def write_pivot(
    sheet: Worksheet,
    table: Table,
    summary: Summary,
    first: int,
    left: int,
    forms: Formats,
    style: tuple[tuple[str, str] | None, bool],
) -> PivotPlace:
    """Write the pivot of a table from a column on, its rows level with the table's."""
    pivot = _gather(table, summary.periods, style)
    cells = len(pivot.rows) * len(pivot.periods)
    live = cells <= LIVE_CELLS and cells * len(table) <= LIVE_LOOKUPS
    periods = left + len(pivot.keys)
    largest = _largest(pivot)
    width = _set_widths(sheet, pivot, left, largest)
    total = periods + len(pivot.periods)
    last = first + len(pivot.rows) - 1
    values: tuple[tuple[float | str, ...], ...] = ()
    if len(pivot.parts) > 1:
        values = tuple(
            (*(pivot.cell(row, period) for period in pivot.periods), pivot.total(row))
            for row in pivot.rows
        )
    place = PivotPlace(
        first,
        last,
        left,
        periods,
        total,
        live,
        width,
        tuple(pivot.rows),
        pivot.periods,
        values,
    )
    _write_heading(sheet, pivot, place, summary.currency, forms)
    label = forms("body", "@", align="left", indent=1)
    for row, keys in enumerate(pivot.rows, first):
        for column, key in enumerate(keys, left):
            write_text(sheet, row, column, key, label)
        number = number_format(pivot.value.kind, _row_size(pivot, keys, largest), dash=True)
        _write_cells(sheet, pivot, place, row, keys, forms("body", number))
        _write_row_total(sheet, pivot, place, row, keys, forms("total", number))
    if pivot.value.kind in ("tonnes", "money"):
        number = number_format(pivot.value.kind, largest)
        _write_column_totals(sheet, pivot, place, forms("total", number))
    return place


def _row_size(pivot: _Pivot, keys: tuple[str, ...], largest: float) -> float:
    """Size by which a row's decimals are chosen: its own, so that a little Tb oxide shows."""
    if pivot.value.kind == "money":
        return largest
    cells = (pivot.cell(keys, period) for period in pivot.periods)
    return max((abs(cell) for cell in cells if not isinstance(cell, str)), default=0.0)


def _gather(
    table: Table, periods: Sequence[str], style: tuple[tuple[str, str] | None, bool]
) -> _Pivot:
    """Rows in order of first appearance, all periods, and sums by row and period."""
    assert table.layout.pivot
    keys, header = table.layout.pivot
    ratio, level = style
    parts = ratio or (header,)
    labels = [[clean(value) for value in table[key]] for key in (*keys, PERIOD)]
    combined = list(zip(*labels, strict=True))
    sums: list[dict[tuple[str, ...], float]] = []
    for part in parts:
        found: dict[tuple[str, ...], float] = {}
        for key, value in zip(combined, table[part], strict=True):
            found[key] = found.get(key, 0.0) + (finite(value) or 0.0)
        sums.append(found)
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


def _largest(pivot: _Pivot) -> float:
    values = (pivot.total(row) for row in pivot.rows)
    return max((abs(value) for value in values if not isinstance(value, str)), default=0.0)


def _write_heading(
    sheet: Worksheet, pivot: _Pivot, place: PivotPlace, currency: str, forms: Formats
) -> None:
    measure = "" if pivot.value.kind == "tonnes" else unit(pivot.value.kind, currency)
    title = f"{pivot.table.layout.name}: {pivot.value.header} by period"
    title += f", {measure}" if measure else ""
    write_text(sheet, place.first - 5, place.keys, title, forms("heading", bottom=0))
    note = "" if place.live else "values as of the run: too many cells for live formulas"
    write_text(sheet, place.first - 2, place.keys, note, forms("note"))
    header = place.first - 1
    for column, key in enumerate(pivot.keys, place.keys):
        write_text(sheet, header, column, key, forms("header", align="left", indent=1))
    for column, period in enumerate(pivot.periods, place.periods):
        write_text(sheet, header, column, period, forms("header", align="right"))
    total = "average" if pivot.level or len(pivot.parts) > 1 else "total"
    write_text(sheet, header, place.total, total, forms("header", align="right"))


def _set_widths(sheet: Worksheet, pivot: _Pivot, left: int, largest: float) -> float:
    """Set the widths of the pivot's columns; gives their sum."""
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
    place: PivotPlace,
    row: int,
    keys: tuple[str, ...],
    form: Any,
) -> None:
    """One row of the pivot, by formulas if it is live."""
    name, escape = pivot.table.layout.name, wild(keys)
    conditions = "".join(
        f",{column_of(name, key)},{cell_criterion(address(row, place.keys + i, 'c'), escape)}"
        for i, key in enumerate(pivot.keys)
    )
    for column, period in enumerate(pivot.periods, place.periods):
        value = pivot.cell(keys, period)
        if not place.live:
            if value:
                sheet.write_number(row, column, value, form)
            continue
        heading = cell_criterion(address(place.first - 1, column, "r"), escape=False)
        when = f",{column_of(name, PERIOD)},{heading}"
        sums = [f"SUMIFS({column_of(name, part)}{conditions}{when})" for part in pivot.parts]
        formula = f"={sums[0]}" if len(sums) == 1 else f'=IFERROR({sums[0]}/{sums[1]},"")'
        sheet.write_formula(row, column, formula, form, value)


def _write_row_total(
    sheet: Worksheet,
    pivot: _Pivot,
    place: PivotPlace,
    row: int,
    keys: tuple[str, ...],
    form: Any,
) -> None:
    name = pivot.table.layout.name
    value = pivot.total(keys)
    cells = f"{address(row, place.periods)}:{address(row, place.total - 1)}"
    if len(pivot.parts) == 1:
        share = f"/{len(pivot.periods)}" if pivot.level else ""
        sheet.write_formula(row, place.total, f"=SUM({cells}){share}", form, value)
    elif place.live:
        conditions = "".join(
            f",{column_of(name, key)},{cell_criterion(address(row, place.keys + i), wild(keys))}"
            for i, key in enumerate(pivot.keys)
        )
        above, below = (f"SUMIFS({column_of(name, part)}{conditions})" for part in pivot.parts)
        sheet.write_formula(row, place.total, f'=IFERROR({above}/{below},"")', form, value)
    elif value != "":
        sheet.write_number(row, place.total, value, form)


def _write_column_totals(sheet: Worksheet, pivot: _Pivot, place: PivotPlace, form: Any) -> None:
    """Sums of the periods, in the row of the table's totals."""
    row = place.first - 3
    for column in range(place.keys, place.periods):
        write_text(sheet, row, column, "All rows" if column == place.keys else "", form)
    totals: list[float] = []
    for period in pivot.periods:
        cells = (pivot.cell(keys, period) for keys in pivot.rows)
        totals.append(fsum(cell for cell in cells if not isinstance(cell, str)))
    every = fsum(totals) / (len(totals) if pivot.level else 1)
    for column, value in enumerate([*totals, every], place.periods):
        letters = column_name(column)
        formula = f"=SUM({letters}{place.first + 1}:{letters}{place.last + 1})"
        sheet.write_formula(row, column, formula, form, value)
