"""Read an earlier plan: its result tables, from a result or from its workbook."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from optimizer.errors import UsageError
from optimizer.model import Commitment
from optimizer.plan import Result
from optimizer.result.result_layouts import (
    DELIVERIES_LAYOUT,
    DISPOSAL_LAYOUT,
    INVESTMENT_LAYOUT,
    PRODUCTION_LAYOUT,
    PURCHASES_LAYOUT,
    RESULT_LAYOUTS,
    RUN_LAYOUT,
    SHIPMENTS_LAYOUT,
    Layout,
    Table,
    Tables,
    table,
)
from optimizer.tables.cell_grids import CellGrid
from optimizer.tables.dates import InvalidDate, parse_day
from optimizer.tables.workbook_files import WorkbookSource, read_workbook_file

PLAN_HEADER_ROW = 4
"""Row of the header in a sheet of the results workbook, counted from 0."""

PreviousPlan = Result | Tables | WorkbookSource
"""A result, its tables, or its workbook: a path, its bytes or an open binary file."""

COMMITMENT_SOURCES: dict[str, tuple[Layout, tuple[str, ...], str]] = {
    "purchases": (PURCHASES_LAYOUT, ("offer", "site", "material"), "tonnes"),
    "shipments": (SHIPMENTS_LAYOUT, ("from site", "to site", "material", "mode"), "tonnes"),
    "production": (PRODUCTION_LAYOUT, ("site", "recipe", "feed"), "activity"),
    "deliveries": (DELIVERIES_LAYOUT, ("line", "customer", "material"), "tonnes"),
    "disposal": (DISPOSAL_LAYOUT, ("site", "material"), "tonnes"),
    "options": (INVESTMENT_LAYOUT, ("option",), "number"),
}
"""Table, columns of the name and column of the amount of each kind of commitment."""

_REQUIRED_TABLES = {
    "Costs",
    "Run",
    "Shortages",
    *(layout.name for layout, _, _ in COMMITMENT_SOURCES.values()),
}
"""Tables that need all their columns; others may be of an earlier version and lack some."""

_NUMERIC_KINDS = ("tonnes", "amount", "money", "price", "share", "number")
"""Kinds of column that hold numbers."""


def plan_tables(plan: PreviousPlan) -> Tables:
    """Result tables of a plan.

    Raises UsageError if there is no such file or the workbook is not that of a plan.
    """
    if isinstance(plan, Result):
        if not plan.tables:
            raise UsageError(f"the earlier result has no plan: {plan.status}")
        return plan.tables
    if not isinstance(plan, Mapping):
        return read_plan(plan)
    missing = [name for name in ("Costs", "Purchases", "Run") if name not in plan]
    if missing:
        raise UsageError(f"the tables are not those of a plan: {missing[0]} is missing")
    return plan


def read_plan(path: WorkbookSource) -> dict[str, Table]:
    """Result tables of a results workbook as it is now: edited and sorted rows count."""
    book = read_workbook_file(path)
    for grid in book.grids:
        if grid.trouble and grid.name in RESULT_LAYOUTS:
            raise UsageError(f"{book.path or 'the workbook'}: {grid.name}: {grid.trouble}")
    tables = {
        grid.name: _read(grid, RESULT_LAYOUTS[grid.name], book.path or "the workbook")
        for grid in book.grids
        if grid.name in RESULT_LAYOUTS
    }
    if not {"Costs", "Purchases", "Run"} <= set(tables):
        name = book.path or "the workbook"
        raise UsageError(f"{name}: is not the workbook of a plan (no sheets Costs and Run)")
    return tables


def run_values(tables: Tables, name: str) -> list[str]:
    """Values of an item of the sheet Run; none in workbooks that do not have it."""
    run = tables.get(RUN_LAYOUT.name)
    items = zip(run["item"], run["value"], strict=True) if run is not None else ()
    return [value for item, value in items if item == name]


def changed_model_sentences(which: str, tables: Tables) -> list[str]:
    """A sentence if a plan is of a changed model, whose cost is no least cost of a workbook."""
    changed = run_values(tables, "changed")
    return [f"The {which} plan is of a changed model: {'; '.join(changed)}."] if changed else []


def planned_commitments(tables: Tables, kinds: Sequence[str]) -> dict[Commitment, float]:
    """Amounts of the commitments of a plan; provenance classes of one name are added up."""
    amounts: dict[Commitment, float] = {}
    for kind in kinds:
        layout, names, header = COMMITMENT_SOURCES[kind]
        source = tables.get(layout.name)
        if source is None:
            continue
        seen: set[tuple[str, str]] = set()
        columns = [source[name] for name in names]
        for row, (period, amount) in enumerate(zip(source["period"], source[header], strict=True)):
            name = tuple(column[row] for column in columns)
            if kind == "options":  # a row for each part, and each has the number
                if (name[0], period) in seen:
                    continue
                seen.add((name[0], period))
            key = Commitment(kind, name, period)
            amounts[key] = amounts.get(key, 0.0) + amount
    return amounts


def _read(grid: CellGrid, layout: Layout, path: str) -> Table:
    header = [str(cell).strip() for cell in _row(grid, PLAN_HEADER_ROW)]
    names = {field.title: field.header for field in layout.fields if field.title}
    header = [names.get(name, name) for name in header]
    missing = [name for name in layout.headers if name not in header]
    if missing and layout.name in _REQUIRED_TABLES:
        raise UsageError(
            f"{path}: sheet {layout.name} has no column {missing[0]!r} in row {PLAN_HEADER_ROW + 1}"
        )
    places = [header.index(name) if name in header else len(header) for name in layout.headers]
    return table(layout, list(_rows(grid, layout, places, path)))


def _rows(
    grid: CellGrid, layout: Layout, places: Sequence[int], path: str
) -> Iterator[tuple[Any, ...]]:
    for number in range(PLAN_HEADER_ROW + 1, len(grid.rows)):
        cells = _row(grid, number)
        raw = [cells[place] if place < len(cells) else "" for place in places]
        filled = [cell not in ("", None) for cell in raw]
        if not any(filled):
            return
        if sum(filled) == 1 and len(layout.fields) > 2:
            return  # the sentence in a sheet without rows
        yield tuple(
            _value(cell, field.kind, f"{path}: {layout.name} row {number + 1}, {field.header}")
            for cell, field in zip(raw, layout.fields, strict=True)
        )


def _row(grid: CellGrid, number: int) -> Sequence[Any]:
    return grid.rows[number] if number < len(grid.rows) else ()


def _value(cell: Any, kind: str, place: str) -> Any:
    """Value of a cell in its column's kind; some programs save numbers and days as text."""
    if kind in _NUMERIC_KINDS:
        if cell in ("", None):
            return 0.0
        try:
            return float(cell)
        except (TypeError, ValueError):
            raise UsageError(f"{place}: {cell!r} is not a number") from None
    if kind == "date":
        if cell in ("", None):
            return None
        try:
            return parse_day(cell)
        except InvalidDate as error:
            raise UsageError(f"{place}: {error.args[0]}") from None
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return "" if cell is None else str(cell)
