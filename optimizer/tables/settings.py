"""Read and check the sheet Settings, one setting a row."""

from __future__ import annotations

import os
from datetime import date
from typing import Any

from msgspec import Struct, field

from optimizer.tables.cell_grids import CellGrid
from optimizer.tables.cell_values import InvalidCell, cell_parser, cell_text, is_blank
from optimizer.tables.dates import Horizon
from optimizer.tables.findings import Findings
from optimizer.tables.headers import find_headers, header_columns
from optimizer.tables.schema import Sheet, columns_of, text
from optimizer.tables.sheets import PERIOD_MONTHS, SETTINGS, Record, Settings
from optimizer.tables.text_matching import did_you_mean, fold, letter, quoted


class _Setting(Record):
    """A row of Settings; the settings themselves are declared in sheets.Settings."""

    setting: str = text("what is set", key=True)
    value: str = text("its value")


SETTINGS_SHEET = Sheet(
    "Settings", "The calendar, the money and the solver.", _Setting, "", columns_of(_Setting)
)


class SettingsTable(Struct):
    """Values of the settings that could be read, by attribute, and their rows."""

    values: dict[str, Any] = field(default_factory=dict)
    rows: dict[str, int] = field(default_factory=dict)
    unreadable: set[str] = field(default_factory=set)
    """Settings whose value could not be read."""
    value_letter: str = ""
    columns: dict[str, str] = field(default_factory=dict)

    @property
    def currency(self) -> str:
        """The currency shown in messages."""
        return str(self.values.get("currency", "USD"))

    def to_record(self) -> Settings:
        """All settings, with defaults for blank ones; only valid if no finding is an error."""
        defaults = {name: column.default for name, column in SETTINGS.items()}
        return Settings(**(defaults | self.values))

    def horizon(self) -> Horizon | None:
        """The periods of the plan, None where start, number or length are missing or invalid."""
        try:
            start, count = self.values["start"], self.values["periods"]
            horizon = Horizon(start, PERIOD_MONTHS[self.values["period_length"]], count)
            aligned = start.day == 1 and (start.month - 1) % horizon.months == 0
            return horizon if aligned and horizon.end < date(9000, 1, 1) else None
        except (KeyError, ValueError, OverflowError):
            return None


def read_settings(grid: CellGrid | None, path: str, findings: Findings) -> SettingsTable:
    """Read the sheet Settings; add errors for unknown, missing and repeated settings."""
    settings = SettingsTable()
    if grid is None:
        if "Settings" not in findings.replaced:
            findings.error("Settings", "the sheet is missing", hint="add a sheet Settings")
        return settings
    headers = find_headers(grid, SETTINGS_SHEET, None, findings)
    settings.columns = header_columns(headers, SETTINGS_SHEET)
    absent = [name for name in ("setting", "value") if name not in headers.places]
    for name in absent:
        findings.error("Settings", "the column is missing", column=name)
    if absent:
        return settings
    settings.value_letter = letter(headers.places["value"])
    for number, row in enumerate(grid.rows[headers.row + 1 :], headers.row + 2):
        cells = {name: row[at] for name, at in headers.places.items() if at < len(row)}
        _read_setting(number, cells, settings, headers.places["setting"], findings)
    check_settings(settings, path, findings)
    return settings


def _read_setting(
    number: int, cells: dict[str, Any], settings: SettingsTable, place: int, findings: Findings
) -> None:
    """Read one row into ``settings``; ``place`` is the column (from 0) of the setting's name."""
    raw_name, raw = cells.get("setting"), cells.get("value")
    if _switched_off(cells.get("active"), settings, number, findings):
        return
    if is_blank(raw_name):
        if not is_blank(raw):
            message = f"a value ({quoted(cell_text(raw))}) without a setting"
            findings.error("Settings", message, row=number, letter=letter(place), column="setting")
        return
    by_fold = {fold(column.header): name for name, column in SETTINGS.items()}
    name = by_fold.get(fold(cell_text(raw_name)))
    if name is None:
        hint = did_you_mean(cell_text(raw_name), [column.header for column in SETTINGS.values()])
        message = f"{quoted(cell_text(raw_name))} is not a setting"
        findings.error(
            "Settings", message, row=number, letter=letter(place), column="setting", hint=hint
        )
    elif name in settings.rows:
        header = quoted(SETTINGS[name].header)
        message = f"{header} is given twice, in rows {settings.rows[name]} and {number}"
        findings.error(
            "Settings",
            message,
            row=number,
            letter=letter(place),
            column="setting",
            hint="delete one",
        )
    else:
        settings.rows[name] = number
        if not is_blank(raw):
            _read_value(name, raw, settings, findings)


def _read_value(name: str, raw: Any, settings: SettingsTable, findings: Findings) -> None:
    try:
        settings.values[name] = cell_parser(SETTINGS[name], "money")(raw)
    except InvalidCell as complaint:
        settings.unreadable.add(name)
        _error(settings, name, complaint.message, complaint.hint, findings)


def _switched_off(raw: Any, settings: SettingsTable, number: int, findings: Findings) -> bool:
    if is_blank(raw):
        return False
    try:
        return not cell_parser(SETTINGS_SHEET.columns["active"])(raw)
    except InvalidCell as complaint:
        findings.error(
            "Settings", complaint.message, row=number, column="active", hint=complaint.hint
        )
        return False


def _error(settings: SettingsTable, name: str, message: str, hint: str, findings: Findings) -> None:
    """Add an error at the value of a setting."""
    findings.error(
        "Settings",
        message,
        row=settings.rows.get(name, 0),
        letter=settings.value_letter if name in settings.rows else "",
        column=SETTINGS[name].header,
        hint=hint,
    )


def check_settings(settings: SettingsTable, path: str, findings: Findings) -> None:
    """Check required settings and the calendar; a blank case is named after the file."""
    for name, column in SETTINGS.items():
        if not column.required or name in settings.values or name in settings.unreadable:
            continue
        if name in settings.rows:
            _error(settings, name, "required cell is empty", "", findings)
        else:
            _error(settings, name, "the setting is missing", "add it as a row", findings)
    if not settings.values.get("case") and path:
        settings.values["case"] = os.path.splitext(os.path.basename(path))[0]
    start, length = settings.values.get("start"), settings.values.get("period_length")
    if start is None:
        return
    months = PERIOD_MONTHS.get(length or "month", 1)
    if start.day != 1:
        first = start.replace(day=1)
        _error(
            settings, "start", f"{start} is not the first of a month", f"write {first}", findings
        )
    elif (start.month - 1) % months:
        first = start.replace(month=start.month - (start.month - 1) % months)
        hint = f"write {first}"
        if length != "quarter":
            word = "month" if (start.month - 1) % 3 else "quarter"
            hint += f", or for a fiscal year keep {start} and write {word} under period length"
        message = f"{start} is not the first month of a {length}"
        _error(settings, "start", message, hint, findings)
    elif length and "periods" in settings.values and settings.horizon() is None:
        _error(
            settings, "periods", "the plan ends after the year 9000", "plan fewer periods", findings
        )
