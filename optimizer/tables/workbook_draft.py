"""The workbook while it is being checked: rows as records, and the findings about them."""

from __future__ import annotations

from datetime import date
from typing import Any

from msgspec import Struct, field

from optimizer.tables.canonical_names import Vocabularies
from optimizer.tables.dates import Horizon
from optimizer.tables.findings import Findings, Hint, SheetNeed
from optimizer.tables.missing_names import NameCell
from optimizer.tables.schema import SHEETS
from optimizer.tables.settings import SettingsTable
from optimizer.tables.sheet_table import SheetTable
from optimizer.tables.sheets import Dated

SHEET_BY_RECORD = {sheet.record: sheet.name for sheet in SHEETS.values()}


class WorkbookDraft(Struct):
    """Active rows of every sheet; cells that could not be read hold a placeholder."""

    settings: SettingsTable
    horizon: Horizon | None
    tables: dict[str, SheetTable]
    vocabularies: Vocabularies
    findings: Findings
    changed: bool = False
    """True for tables of a case after a change, as by a scenario; Scenarios is empty then."""
    active: dict[str, list[Any]] = field(default_factory=dict)
    inactive: dict[str, list[Any]] = field(default_factory=dict)
    unreadable: dict[str, dict[int, set[str]]] = field(default_factory=dict)
    """Unreadable attributes by sheet and row."""
    shared: dict[Any, Any] = field(default_factory=dict)
    """Results that several checks need, cached by the first check that computes them."""

    def __post_init__(self) -> None:
        for name, table in self.tables.items():
            self.unreadable[name] = {
                table.rows[at]: names for at, names in table.unreadable.items()
            }
            self.active[name], self.inactive[name] = _records(table)

    def rows(self, sheet: str) -> list[Any]:
        """Active rows, including those with a cell that could not be read."""
        return self.active[sheet]

    def readable_rows(self, sheet: str) -> list[Any]:
        """Active rows in which every cell could be read."""
        unreadable = self.unreadable[sheet]
        if not unreadable:
            return self.active[sheet]
        return [row for row in self.active[sheet] if row.row not in unreadable]

    def rows_readable_in(self, sheet: str, *attributes: str) -> list[Any]:
        """Active rows in which these cells could be read."""
        unreadable = self.unreadable[sheet]
        if not unreadable:
            return self.active[sheet]
        return [
            row
            for row in self.active[sheet]
            if unreadable.get(row.row, set()).isdisjoint(attributes)
        ]

    def error(self, row: Any, attribute: str, message: str, hint: Hint = "") -> None:
        """Add an error at a cell of a row."""
        self._add("error", row, attribute, message, hint)

    def warning(self, row: Any, attribute: str, message: str, hint: Hint = "") -> None:
        """Add a warning at a cell of a row."""
        self._add("warning", row, attribute, message, hint)

    def cell(self, row: Any, attribute: str) -> NameCell:
        """A cell of a row by its place in the table of its sheet."""
        table = self.tables[SHEET_BY_RECORD[type(row)]]
        return NameCell(table, table.rows.index(row.row), attribute)

    def need(
        self, sheet: str, row: Any, attribute: str, name: str = "", severity: str = "error"
    ) -> None:
        """Add a cell of a row that needs a sheet without rows, with the name in it."""
        table = self.tables[SHEET_BY_RECORD[type(row)]]
        place = table.address(attribute, row.row)
        self.findings.need(sheet, SheetNeed(severity, place, name))

    def _add(self, severity: str, row: Any, attribute: str, message: str, hint: Hint) -> None:
        name = SHEET_BY_RECORD[type(row)]
        table = self.tables[name]
        self.findings.add(
            severity,
            name,
            message,
            row=row.row,
            letter=table.letter(attribute),
            column=table.sheet.header(attribute),
            hint=hint,
        )


def _records(table: SheetTable) -> tuple[list[Any], list[Any]]:
    """Records of the active rows, and of the inactive rows that can be read."""
    record = table.sheet.record
    names = ("row", *table.values)
    active, inactive = [], []
    for at, cells in enumerate(zip(table.rows, *table.values.values(), strict=True)):
        if at not in table.inactive:
            active.append(record(**dict(zip(names, cells, strict=True))))
        elif at not in table.unreadable:
            inactive.append(record(**dict(zip(names, cells, strict=True))))
    return active, inactive


def covers_day(row: Dated, day: date) -> bool:
    """True if a row's dates cover a day."""
    return (row.start is None or row.start <= day) and (row.end is None or row.end >= day)


def common_dates(one: Dated, other: Dated) -> tuple[date, date] | None:
    """First and last day on which both rows hold, None if there is none."""
    start = max(one.start or date.min, other.start or date.min)
    end = min(one.end or date.max, other.end or date.max)
    return (start, end) if start <= end else None
