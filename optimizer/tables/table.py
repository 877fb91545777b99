"""One sheet as columns of typed values, with the cells that could not be read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from typing import Any

from optimizer.tables.cells import BIGGEST, Complaint, blank, parser
from optimizer.tables.days import Horizon
from optimizer.tables.files import Grid
from optimizer.tables.findings import Findings, Hint
from optimizer.tables.headers import Headers, find_headers, header_columns, missing_columns
from optimizer.tables.schema import Column, Sheet
from optimizer.tables.words import letter

Cells = Sequence[Sequence[Any]]
_STAND_IN = {"text": "", "names": (), "number": 0.0, "whole": 0, "yes/no": True}
_PERIOD = Column("number", "wanted in the period", unit="t", default=None, least=0.0)


@dataclass(slots=True)
class Table:
    """The rows of one sheet; ``values[attribute][i]`` stands in sheet row ``rows[i]``."""

    sheet: Sheet
    rows: list[int] = field(default_factory=list)
    values: dict[str, list[Any]] = field(default_factory=dict)
    letters: dict[str, str] = field(default_factory=dict)
    """Letter of each column by header."""
    bad: dict[int, set[str]] = field(default_factory=dict)
    """Attributes of cells that could not be read, by position of the row."""
    off: set[int] = field(default_factory=set)
    """Positions of the rows that are switched off."""

    def letter(self, attribute: str) -> str:
        """Letter of a column, empty if the sheet does not have it."""
        return self.letters.get(self.sheet.header(attribute), "")

    def spoil(
        self, found: Findings, position: int, attribute: str, message: str, hint: Hint = ""
    ) -> None:
        """Complain of a cell that could not be read, and remember it."""
        self.bad.setdefault(position, set()).add(attribute)
        self.complain(found, position, attribute, message, hint)

    def complain(
        self, found: Findings, position: int, attribute: str, message: str, hint: Hint = ""
    ) -> None:
        """Add an error at a cell; in a row that is switched off it is a warning."""
        if position in self.off:
            severity, message = "warning", f"{message} (the row is switched off)"
        else:
            severity = "error"
        if attribute in self.sheet.columns:
            header = self.sheet.header(attribute)
        else:
            header = attribute
        found.add(
            severity,
            self.sheet.name,
            message,
            hint,
            row=self.rows[position],
            letter=self.letters.get(header, ""),
            column=header,
        )


def read_table(
    grid: Grid, sheet: Sheet, currency: str, horizon: Horizon | None, found: Findings
) -> Table:
    """Read the rows of a sheet, column by column; complain of what cannot be read."""
    headers = find_headers(grid, sheet, horizon, found)
    table = Table(sheet, letters=header_columns(headers, sheet))
    cells = _data_rows(grid, headers, table) if headers.row >= 0 else []
    if cells:
        missing_columns(sheet, headers, found)
    active = _column(table, "active", headers, cells, currency, found)
    table.off = {position for position, on in enumerate(active) if not on}
    for name in sheet.columns:
        table.values[name] = (
            active if name == "active" else _column(table, name, headers, cells, currency, found)
        )
    if "by_period" in {each.name for each in fields(sheet.record)}:
        table.values["by_period"] = _periods(table, headers, cells, found)
        _warn_outside(table, headers, cells, found)
    return table


def _data_rows(grid: Grid, headers: Headers, table: Table) -> list[list[Any]]:
    """Rows below the header of which more than a comment is filled."""
    own = headers.own()
    kept = []
    for number, row in enumerate(grid.rows[headers.row + 1 :], headers.row + 2):
        width = len(row)
        for place in own:
            if place < width and not (row[place] == "" or blank(row[place])):
                kept.append(row)
                table.rows.append(number)
                break
    return kept


def _column(
    table: Table, name: str, headers: Headers, cells: Cells, currency: str, found: Findings
) -> list[Any]:
    """Typed values of one column; a stand-in where a cell could not be read."""
    column = table.sheet.columns[name]
    fallback = _STAND_IN.get(column.kind) if column.required else column.default
    place = headers.places.get(name)
    if place is None:
        if column.required:
            for position in range(len(cells)):
                table.bad.setdefault(position, set()).add(name)
        return [fallback] * len(cells)
    return _values(table, name, place, fallback, cells, parser(column, currency), found)


def _values(
    table: Table, name: str, place: int, fallback: Any, cells: Cells, parse: Any, found: Findings
) -> list[Any]:
    """Each cell of a column as a value; plain numbers and words read before take a short cut."""
    column = table.sheet.columns[name]
    numeric = column.kind == "number"
    least = -BIGGEST if column.least is None else column.least
    most = BIGGEST if column.most is None else column.most
    values: list[Any] = []
    read: dict[str, Any] = {}
    for position, row in enumerate(cells):
        raw = row[place] if place < len(row) else ""
        if numeric and type(raw) is float and least <= raw <= most and -BIGGEST < raw < BIGGEST:
            values.append(raw + 0.0)
            continue
        value = fallback
        if raw == "" or blank(raw):
            if column.required:
                cure = f"write {_kind_of(column)}"
                table.spoil(found, position, name, "the cell is blank, but required", cure)
        elif type(raw) is str and raw in read:
            value = read[raw]
        else:
            try:
                value = parse(raw)
            except Complaint as complaint:
                value = complaint
            if type(raw) is str:
                read[raw] = value
        if isinstance(value, Complaint):
            table.spoil(found, position, name, value.message, value.hint)
            value = fallback
        values.append(value)
    return values


def _kind_of(column: Column) -> str:
    if column.kind == "choice":
        return " or ".join(column.choices)
    kinds = {"number": "a number", "whole": "a whole number", "date": "a date", "text": "a name"}
    return kinds.get(column.kind, column.kind)


def _periods(
    table: Table, headers: Headers, cells: Cells, found: Findings
) -> list[tuple[tuple[str, float], ...]]:
    """Figures of the period columns: label and tonnes, in the order of the calendar."""
    parse = parser(_PERIOD)
    figures: list[list[tuple[str, float]]] = [[] for _ in cells]
    for label in sorted(headers.periods):
        place = headers.periods[label]
        for position, row in enumerate(cells):
            raw = row[place] if place < len(row) else ""
            if raw == "" or blank(raw):
                continue
            try:
                figures[position].append((label, parse(raw)))
            except Complaint as complaint:
                table.spoil(found, position, label, complaint.message, complaint.hint)
    return [tuple(pairs) for pairs in figures]


def _warn_outside(table: Table, headers: Headers, cells: Cells, found: Findings) -> None:
    for label, place in headers.outside.items():
        if any(place < len(row) and not blank(row[place]) for row in cells):
            found.warning(
                table.sheet.name,
                "the period is outside the horizon: ignored",
                row=headers.row + 1,
                letter=letter(place),
                column=label,
            )
