"""The rows of a case as they were written: inactive rows included, lists complete."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from heapq import merge
from operator import attrgetter
from typing import Any, Final, Protocol

from msgspec import Struct

from optimizer.tables.schema import INFINITY, SHEETS, Column
from optimizer.tables.sheet_table import SheetTable
from optimizer.tables.sheets import settings_in_order


class CaseRecords(Protocol):
    """What is used of a case."""

    @property
    def settings(self) -> Any:
        """Record of the settings."""

    @property
    def switched_off(self) -> Mapping[str, tuple[Any, ...]]:
        """Inactive rows by sheet."""

    @property
    def lists_as_written(self) -> Mapping[str, Mapping[int, Mapping[str, tuple[str, ...]]]]:
        """Complete lists of names, by sheet, row and attribute."""

    @property
    def columns(self) -> Mapping[str, Mapping[str, str]]:
        """Letter of each column, by sheet and header."""

    def rows(self, name: str) -> tuple[Any, ...]:
        """Active rows of a sheet."""


class WrittenSheet(Struct):
    """One sheet as a planner writes it: columns by header, and rows of cells.

    A cell is a str, float, int, date, or None for a blank.
    """

    columns: dict[str, Column]
    rows: list[list[Any]]


def tables_of(case: CaseRecords) -> dict[str, SheetTable]:
    """Tables of every sheet as they were written: inactive rows included, in sheet order.

    Active rows keep their order even where a caller has rearranged them.
    """
    tables = {}
    for name, sheet in SHEETS.items():
        off = case.switched_off.get(name, ())
        rows = list(merge(case.rows(name), off, key=attrgetter("row")))
        table = SheetTable(
            sheet, [row.row for row in rows], letters=dict(case.columns.get(name, {}))
        )
        table.values = {
            attribute: [getattr(row, attribute) for row in rows] for attribute in sheet.columns
        }
        if name == "Demand":
            table.values["by_period"] = [row.by_period for row in rows]
        table.inactive = {position for position, row in enumerate(rows) if not row.active}
        _restore_removed_names(table, case)
        tables[name] = table
    return tables


def _restore_removed_names(table: SheetTable, case: CaseRecords) -> None:
    """Restore inactive names that were removed from lists, unless the list has changed since."""
    for number, originals in case.lists_as_written.get(table.sheet.name, {}).items():
        for position in (position for position, row in enumerate(table.rows) if row == number):
            for attribute, original in originals.items():
                names = table.values[attribute][position]
                if names == tuple(name for name in original if name in names):
                    table.values[attribute][position] = original


SETTING_COLUMNS: Final = {
    "setting": Column("text", "what is set", header="setting"),
    "value": Column("text", "its value", header="value"),
}


def written_sheets(case: CaseRecords) -> dict[str, WrittenSheet]:
    """Every sheet of a case, Settings first, with the headers and units of the workbook."""
    settings = [
        [column.header, _cell(column, getattr(case.settings, attribute))]
        for attribute, column in settings_in_order().items()
    ]
    sheets = {"Settings": WrittenSheet(dict(SETTING_COLUMNS), settings)}
    for name, table in tables_of(case).items():
        sheets[name] = _written(table)
    return sheets


def _written(table: SheetTable) -> WrittenSheet:
    columns: dict[str, Column] = {}
    cells: list[Iterable[Any]] = []
    for attribute, column in table.sheet.columns.items():
        if attribute == "start" and "by_period" in table.values:
            rows = [dict(figures) for figures in table.values["by_period"]]
            for label in sorted({label for row in rows for label in row}):
                columns[label] = period_column(label, table.sheet.columns["quantity"])
                cells.append([row.get(label) for row in rows])
        columns[column.header] = column
        cells.append([_cell(column, value) for value in table.values[attribute]])
    return WrittenSheet(columns, list(map(list, zip(*cells, strict=True))))


def period_column(label: str, quantity: Column) -> Column:
    """The column of Demand that holds the tonnes of one period."""
    return Column(
        "number",
        "demand in this period, in tonnes; overrides quantity where it is filled. Rename the "
        "column "
        "when the periods in Settings change",
        header=label,
        unit="t",
        default=None,
        default_text="quantity",
        minimum=quantity.minimum,
    )


def _cell(column: Column, value: Any) -> Any:
    """A value as it is written in a cell; None, no limit and no text are blank."""
    if value is None or value == "" or value == () or value == INFINITY:
        return None
    if column.kind == "yes/no":
        return "yes" if value else "no"
    if column.kind == "names":
        return ", ".join(value)
    if column.kind == "history":
        return "; ".join(map(str, value))
    return value
