"""The workbook while it is being checked: rows as records, and what is wrong with them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import date
from typing import Any, TypeVar

from msgspec import Struct, field

from optimizer.tables.canonical_names import Vocabularies
from optimizer.tables.dates import Horizon
from optimizer.tables.findings import Findings, Hint
from optimizer.tables.schema import SHEETS
from optimizer.tables.settings import GivenSettings
from optimizer.tables.sheet_table import SheetTable
from optimizer.tables.sheets import Dated

K = TypeVar("K")
R = TypeVar("R")
SHEET_OF = {sheet.record: sheet.name for sheet in SHEETS.values()}


class WorkbookDraft(Struct):
    """Active rows of every sheet; cells that could not be read hold a stand-in."""

    given: GivenSettings
    horizon: Horizon | None
    tables: dict[str, SheetTable]
    words: Vocabularies
    found: Findings
    active: dict[str, list[Any]] = field(default_factory=dict)
    off: dict[str, list[Any]] = field(default_factory=dict)
    bad: dict[str, dict[int, set[str]]] = field(default_factory=dict)
    """Unreadable attributes by sheet and row."""
    shared: dict[Any, Any] = field(default_factory=dict)
    """What several checks need, made by the first that asks for it."""

    def __post_init__(self) -> None:
        for name, table in self.tables.items():
            self.bad[name] = {table.rows[at]: names for at, names in table.bad.items()}
            self.active[name], self.off[name] = _records(table)

    def rows(self, sheet: str) -> list[Any]:
        """Active rows, also those with a cell that could not be read."""
        return self.active[sheet]

    def sound(self, sheet: str) -> list[Any]:
        """Active rows in which every cell could be read."""
        bad = self.bad[sheet]
        return (
            [row for row in self.active[sheet] if row.row not in bad] if bad else self.active[sheet]
        )

    def named(self, sheet: str, *attributes: str) -> list[Any]:
        """Active rows in which these cells could be read."""
        bad = self.bad[sheet]
        if not bad:
            return self.active[sheet]
        return [row for row in self.active[sheet] if bad.get(row.row, set()).isdisjoint(attributes)]

    def error(self, row: Any, attribute: str, message: str, hint: Hint = "") -> None:
        """Complain of a cell of a row."""
        self._add("error", row, attribute, message, hint)

    def warning(self, row: Any, attribute: str, message: str, hint: Hint = "") -> None:
        """Warn of a cell of a row."""
        self._add("warning", row, attribute, message, hint)

    def _add(self, severity: str, row: Any, attribute: str, message: str, hint: Hint) -> None:
        name = SHEET_OF[type(row)]
        table = self.tables[name]
        self.found.add(
            severity,
            name,
            message,
            row=row.row,
            letter=table.letter(attribute),
            column=table.sheet.header(attribute),
            hint=hint,
        )


def _records(table: SheetTable) -> tuple[list[Any], list[Any]]:
    """Records of the rows that count, and of those that are off and can be read."""
    record = table.sheet.record
    names = ("row", *table.values)
    active, off = [], []
    for at, cells in enumerate(zip(table.rows, *table.values.values(), strict=True)):
        if at not in table.off:
            active.append(record(**dict(zip(names, cells, strict=True))))
        elif at not in table.bad:
            off.append(record(**dict(zip(names, cells, strict=True))))
    return active, off


def grouped(rows: Iterable[R], key: Callable[[R], K]) -> dict[K, list[R]]:
    """Rows by a key, in the order of the sheet."""
    groups: dict[K, list[R]] = defaultdict(list)
    for row in rows:
        groups[key(row)].append(row)
    return dict(groups)


def covers(row: Dated, day: date) -> bool:
    """True if a row's dates cover a day."""
    return (row.start is None or row.start <= day) and (row.end is None or row.end >= day)


def overlap(one: Dated, other: Dated) -> tuple[date, date] | None:
    """First and last day that two rows share, None if there is none."""
    start = max(one.start or date.min, other.start or date.min)
    end = min(one.end or date.max, other.end or date.max)
    return (start, end) if start <= end else None
