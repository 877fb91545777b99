"""The Settings sheet: one setting a row."""

from __future__ import annotations

import os
from datetime import date
from typing import Any

from msgspec import Struct, field

from optimizer.tables.cell_grids import CellGrid
from optimizer.tables.cell_values import CellComplaint, blank, parser, text_of
from optimizer.tables.dates import Horizon
from optimizer.tables.findings import Findings
from optimizer.tables.headers import find_headers, header_columns
from optimizer.tables.schema import Sheet, columns_of, text
from optimizer.tables.sheets import PERIOD_MONTHS, SETTINGS, Record, Settings
from optimizer.tables.text_matching import did_you_mean, fold, letter, quoted


class _Setting(Record):
    """A row of Settings; what may stand in it is declared in sheets.Settings."""

    setting: str = text("what is set", key=True)
    value: str = text("its value")


SHEET = Sheet(
    "Settings", "The calendar, the money and the solver.", _Setting, "", columns_of(_Setting)
)


class GivenSettings(Struct):
    """Settings that could be read, by attribute, and where they stand."""

    values: dict[str, Any] = field(default_factory=dict)
    rows: dict[str, int] = field(default_factory=dict)
    unread: set[str] = field(default_factory=set)
    """Settings whose value could not be read."""
    letter: str = ""
    columns: dict[str, str] = field(default_factory=dict)

    @property
    def currency(self) -> str:
        """The word for money in messages."""
        return str(self.values.get("currency", "USD"))

    def settings(self) -> Settings:
        """The settings; call it only if no finding is an error."""
        defaults = {name: column.default for name, column in SETTINGS.items()}
        return Settings(**(defaults | self.values))

    def horizon(self) -> Horizon | None:
        """The periods of the plan, None where Settings leaves them open."""
        try:
            start, count = self.values["start"], self.values["periods"]
            horizon = Horizon(start, PERIOD_MONTHS[self.values["period_length"]], count)
            aligned = start.day == 1 and (start.month - 1) % horizon.months == 0
            return horizon if aligned and horizon.end < date(9000, 1, 1) else None
        except (KeyError, ValueError, OverflowError):
            return None


def read_settings(grid: CellGrid | None, path: str, found: Findings) -> GivenSettings:
    """Read the Settings sheet; complain of what is unknown, missing or twice."""
    given = GivenSettings()
    if grid is None:
        if "Settings" not in found.replaced:
            found.error("Settings", "the sheet is missing", hint="add a sheet Settings")
        return given
    headers = find_headers(grid, SHEET, None, found)
    given.columns = header_columns(headers, SHEET)
    absent = [name for name in ("setting", "value") if name not in headers.places]
    for name in absent:
        found.error("Settings", "the column is missing", column=name)
    if absent:
        return given
    given.letter = letter(headers.places["value"])
    for number, row in enumerate(grid.rows[headers.row + 1 :], headers.row + 2):
        cells = {name: row[at] for name, at in headers.places.items() if at < len(row)}
        _read_setting(number, cells, given, headers.places["setting"], found)
    complete(given, path, found)
    return given


def _read_setting(
    number: int, cells: dict[str, Any], given: GivenSettings, place: int, found: Findings
) -> None:
    """Read one row into what is given."""
    raw_name, raw = cells.get("setting"), cells.get("value")
    if _switched_off(cells.get("active"), given, number, found):
        return
    if blank(raw_name):
        if not blank(raw):
            message = f"a value ({quoted(text_of(raw))}) without a setting"
            found.error("Settings", message, row=number, letter=letter(place), column="setting")
        return
    by_fold = {fold(column.header): name for name, column in SETTINGS.items()}
    name = by_fold.get(fold(text_of(raw_name)))
    if name is None:
        hint = did_you_mean(text_of(raw_name), [column.header for column in SETTINGS.values()])
        message = f"{quoted(text_of(raw_name))} is not a setting"
        found.error(
            "Settings", message, row=number, letter=letter(place), column="setting", hint=hint
        )
    elif name in given.rows:
        header = quoted(SETTINGS[name].header)
        message = f"{header} is given twice, in rows {given.rows[name]} and {number}"
        found.error(
            "Settings",
            message,
            row=number,
            letter=letter(place),
            column="setting",
            hint="delete one",
        )
    else:
        given.rows[name] = number
        if not blank(raw):
            _read_value(name, raw, given, found)


def _read_value(name: str, raw: Any, given: GivenSettings, found: Findings) -> None:
    try:
        given.values[name] = parser(SETTINGS[name], "money")(raw)
    except CellComplaint as complaint:
        given.unread.add(name)
        _error(given, name, complaint.message, complaint.hint, found)


def _switched_off(raw: Any, given: GivenSettings, number: int, found: Findings) -> bool:
    if blank(raw):
        return False
    try:
        return not parser(SHEET.columns["active"])(raw)
    except CellComplaint as complaint:
        found.error("Settings", complaint.message, row=number, column="active", hint=complaint.hint)
        return False


def _error(given: GivenSettings, name: str, message: str, hint: str, found: Findings) -> None:
    """Complain of the value of a setting."""
    found.error(
        "Settings",
        message,
        row=given.rows.get(name, 0),
        letter=given.letter if name in given.rows else "",
        column=SETTINGS[name].header,
        hint=hint,
    )


def complete(given: GivenSettings, path: str, found: Findings) -> None:
    """Check what is required, and the calendar as a whole."""
    for name, column in SETTINGS.items():
        if not column.required or name in given.values or name in given.unread:
            continue
        if name in given.rows:
            _error(given, name, "the cell is blank, but required", "", found)
        else:
            _error(given, name, "the setting is missing", "add it as a row", found)
    if not given.values.get("case") and path:
        given.values["case"] = os.path.splitext(os.path.basename(path))[0]
    start, length = given.values.get("start"), given.values.get("period_length")
    if start is None:
        return
    months = PERIOD_MONTHS.get(length or "month", 1)
    if start.day != 1:
        first = start.replace(day=1)
        _error(given, "start", f"{start} is not the first of a month", f"write {first}", found)
    elif (start.month - 1) % months:
        first = start.replace(month=start.month - (start.month - 1) % months)
        cure = f"write {first}"
        if length != "quarter":
            word = "month" if (start.month - 1) % 3 else "quarter"
            cure += f", or for a fiscal year keep {start} and write {word} under period length"
        message = f"{start} is not the first month of a {length}"
        _error(given, "start", message, cure, found)
    elif length and "periods" in given.values and given.horizon() is None:
        _error(given, "periods", "the plan ends after the year 9000", "plan fewer periods", found)
