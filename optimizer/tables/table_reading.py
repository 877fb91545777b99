"""Read one sheet: its rows as columns of typed values."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import fields
from datetime import MAXYEAR
from typing import Any

from optimizer.tables.cell_grids import CellGrid
from optimizer.tables.cell_values import (
    CELL_NUMBER_LIMIT,
    InvalidCell,
    MergedCell,
    SharedCell,
    cell_parser,
    cell_text,
    is_blank,
)
from optimizer.tables.dates import Horizon
from optimizer.tables.findings import Findings
from optimizer.tables.headers import (
    HeaderColumns,
    find_headers,
    header_columns,
    report_missing_columns,
)
from optimizer.tables.schema import Column, Sheet
from optimizer.tables.sheet_row_checks import (
    check_hidden_rows,
    check_other_periods,
    check_totals,
)
from optimizer.tables.sheet_table import PERIOD_QUANTITY, SheetTable
from optimizer.tables.text_matching import quoted

CellRows = Sequence[Sequence[Any]]

_PLACEHOLDERS = {"text": "", "names": (), "number": 0.0, "whole": 0, "yes/no": True}


def read_table(
    grid: CellGrid, sheet: Sheet, currency: str, horizon: Horizon | None, findings: Findings
) -> SheetTable:
    """Read a sheet column by column; add an error for each cell that cannot be read."""
    headers = find_headers(grid, sheet, horizon, findings)
    table = SheetTable(sheet, letters=header_columns(headers, sheet))
    cells = _data_rows(grid, headers, table) if headers.row >= 0 else []
    if cells or _has_only_unknown_columns(grid, headers):
        report_missing_columns(sheet, headers, findings)
    active = _column(table, "active", headers, cells, currency, findings)
    table.inactive = {position for position, is_active in enumerate(active) if not is_active}
    check_totals(table, headers, cells, findings)
    check_hidden_rows(table, grid, findings)
    for name in sheet.columns:
        table.values[name] = (
            active if name == "active" else _column(table, name, headers, cells, currency, findings)
        )
    if sheet.dated:  # 9999-12-31 is a common way to write "without end"
        ends = table.values["end"]
        table.values["end"] = [None if end and end.year == MAXYEAR else end for end in ends]
    if "by_period" in {each.name for each in fields(sheet.record)}:
        table.values["by_period"] = _periods(table, headers, cells, findings)
        check_other_periods(table, headers, cells, findings)
    return table


def _data_rows(grid: CellGrid, headers: HeaderColumns, table: SheetTable) -> list[list[Any]]:
    """Rows below the header with a filled cell in a column of the table; fills ``table.rows``."""
    places = headers.data_columns()
    rows = []
    for number, row in enumerate(grid.rows[headers.row + 1 :], headers.row + 2):
        width = len(row)
        for place in places:
            raw = row[place] if place < width else ""
            if raw != "" and not is_blank(raw) and not isinstance(raw, (SharedCell, MergedCell)):
                rows.append(row)
                table.rows.append(number)
                break
    return rows


def _has_only_unknown_columns(grid: CellGrid, headers: HeaderColumns) -> bool:
    """True if a sheet has rows, but no known column."""
    below = grid.rows[headers.row + 1 :] if headers.row >= 0 else []
    return not headers.data_columns() and any(not is_blank(raw) for row in below for raw in row)


def _column(
    table: SheetTable,
    name: str,
    headers: HeaderColumns,
    cells: CellRows,
    currency: str,
    findings: Findings,
) -> list[Any]:
    """Typed values of one column; a placeholder where a cell could not be read."""
    column = table.sheet.columns[name]
    place = headers.places.get(name)
    if place is not None:
        return _values(
            table, name, column, [_cell(row, place) for row in cells], currency, findings
        )
    if column.required:
        for position in range(len(cells)):
            table.unreadable.setdefault(position, set()).add(name)
    return [_placeholder(column)] * len(cells)


def _cell(row: Sequence[Any], place: int) -> Any:
    return row[place] if place < len(row) else ""


def _placeholder(column: Column) -> Any:
    return _PLACEHOLDERS.get(column.kind) if column.required else column.default


def _values(
    table: SheetTable,
    name: str,
    column: Column,
    cells: list[Any],
    currency: str,
    findings: Findings,
) -> list[Any]:
    """Typed values of the cells of a column.

    Plain numbers skip the parser and each text is parsed once, since most cells of a large
    sheet are one or the other.
    """
    parse = cell_parser(column, currency)
    numeric = column.kind == "number"
    least = -CELL_NUMBER_LIMIT if column.minimum is None else column.minimum
    most = CELL_NUMBER_LIMIT if column.maximum is None else column.maximum
    empty = _required(column, currency) if column.required else column.default
    read: dict[str, Any] = {"": empty}
    values: list[Any] = []
    for position, raw in enumerate(cells):
        if (
            numeric
            and type(raw) is float
            and least <= raw <= most
            and -CELL_NUMBER_LIMIT < raw < CELL_NUMBER_LIMIT
        ):
            values.append(raw + 0.0)
            continue
        if type(raw) is not str:
            value = _value(raw, parse, empty)
            if type(raw) is SharedCell and type(value) is not InvalidCell:
                table.add_warning(
                    findings,
                    position,
                    name,
                    f"the cell is merged with the one above, and read as {quoted(cell_text(raw))}",
                    "unmerge the cells and write the value of each row",
                )
        elif raw in read:
            value = read[raw]
        else:
            value = read[raw] = _value(raw, parse, empty)
        if type(value) is InvalidCell:
            table.add_unreadable(findings, position, name, value.message, value.hint)
            value = _placeholder(column)
        values.append(value)
    return values


def _value(raw: Any, parse: Callable[[Any], Any], empty: Any) -> Any:
    """The value of a cell, or the complaint that says why it has none."""
    if is_blank(raw):
        return empty
    try:
        return parse(raw)
    except InvalidCell as complaint:
        return complaint


def _required(column: Column, currency: str) -> InvalidCell:
    """The complaint about a blank cell of a required column."""
    kinds = {"number": "a number", "whole": "a whole number", "date": "a date", "text": "a name"}
    kind = " or ".join(column.choices) or kinds.get(column.kind, column.kind)
    unit = column.unit_in(currency)
    hint = f"write {kind} in {unit}" if unit else f"write {kind}"
    return InvalidCell("required cell is empty", hint)


def _periods(
    table: SheetTable, headers: HeaderColumns, cells: CellRows, findings: Findings
) -> list[tuple[tuple[str, float], ...]]:
    """Filled period columns of each row: label and tonnes, in the order of the labels."""
    labels = sorted(headers.periods)
    columns = [
        _values(
            table,
            at,
            PERIOD_QUANTITY,
            [_cell(row, headers.periods[at]) for row in cells],
            "",
            findings,
        )
        for at in labels
    ]
    rows = zip(*columns, strict=True) if columns else ((),) * len(cells)
    return [
        tuple((at, value) for at, value in zip(labels, row, strict=True) if value is not None)
        for row in rows
    ]
