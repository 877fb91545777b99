"""Write a blank workbook to fill in, generated from the declarations of its columns."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any, BinaryIO, Final, overload

from msgspec import structs

from optimizer.argument_kinds import FLAG, TEXT, check_arguments
from optimizer.atomic_write import FileTarget, write_when_complete
from optimizer.errors import UsageError
from optimizer.tables import columns_page, settings
from optimizer.tables.case_rows import period_column
from optimizer.tables.exact_numbers import input_worksheet
from optimizer.tables.schema import COMMON, DATES, INFINITY, REQUIRED, SHEETS, Column
from optimizer.tables.sheets import settings_in_order
from optimizer.tables.starter_cases import EXAMPLE_NOTE, EXAMPLE_ROWS
from optimizer.tables.template_guide import GUIDE_SHEET, SHEET_GROUPS, header_formats, write_guide
from optimizer.tables.validation import LAST_VALIDATED_ROW, validation_rule

EXAMPLE_SETTINGS: Final = {"start": date(2027, 1, 1), "periods": 4, "period_length": "quarter"}
"""Values in a blank workbook of the settings that have no default."""
EXAMPLE_PERIODS: Final = ("2027-Q1", "2027-Q2", "2027-Q3", "2027-Q4")
"""Labels of the periods of these settings, the headers of the period columns of Demand."""

FIRST_RELIABLE_DATE: Final = date(1900, 3, 1)
"""Excel counts a 29 February 1900 that never was, so that readers disagree on days before."""

KIND_WIDTHS: Final = {  # characters, so that an ordinary value can be read
    "text": 18,
    "names": 22,
    "number": 12,
    "whole": 10,
    "date": 12,
    "yes/no": 10,
    "choice": 13,
    "history": 42,
}
COLUMN_WIDTHS: Final = {"notes": 34, "source": 24, "description": 40, "where": 40}
"""Widths in characters, by attribute, of columns that hold sentences."""
SETTINGS_WIDTHS: Final = {"setting": 22, "value": 18, "notes": 90}
ENTRY_HINTS: Final = {
    "names": "several are separated by commas",
    "date": "a date such as 2027-04-01",
    "history": "here, or stage: country [site or owner]; stage: country\n"
    "e.g. mined: China [Baotou]; separated: Malaysia",
}


@overload
def write_template(path: BinaryIO, *, currency: str = "USD", overwrite: bool = False) -> None: ...


@overload
def write_template(
    path: str | os.PathLike[str], *, currency: str = "USD", overwrite: bool = False
) -> Path: ...


@check_arguments(currency=TEXT, overwrite=FLAG)
def write_template(
    path: FileTarget, *, currency: str = "USD", overwrite: bool = False
) -> Path | None:
    """Write a blank workbook (.xlsx) to a path, which is returned, or to an open binary file.

    It has a guide, Settings with example values, and every input sheet with notes, drop-down
    lists, number formats and an example row, which is inactive. Raises UsageError if the file
    exists and ``overwrite`` is false, or if it is no .xlsx, and FileError if it cannot be written.
    """
    import xlsxwriter

    target = Path(path) if isinstance(path, (str, os.PathLike)) else None
    if target is not None:
        if target.suffix.lower() != ".xlsx":
            raise UsageError(f"{target}: a blank workbook is an .xlsx file")
        if os.path.lexists(target) and not overwrite:
            raise UsageError(f"{target} exists already; give another name")
    with (
        write_when_complete(path, "blank workbook") as file,
        xlsxwriter.Workbook(file, {"in_memory": True}) as book,
    ):
        _write_workbook(book, currency.strip() or "USD")
    return target


def _write_workbook(book: Any, currency: str) -> None:
    values = {name: column.default for name, column in settings_in_order().items()}
    columns = {name: columns_of_sheet(name) for name in SHEETS}

    def fill(name: str, sheet: Any, formats: Sequence[Any]) -> None:
        headers = [column.header for column in columns[name].values()]
        for number, row in enumerate(EXAMPLE_ROWS[name], start=1):
            for header, value in (row | {"active": "no", "notes": EXAMPLE_NOTE}).items():
                place = headers.index(header)
                write_cell(sheet, number, place, value, formats[place])

    write_input_workbook(
        book,
        columns=columns,
        settings_values=values | EXAMPLE_SETTINGS | {"currency": currency},
        currency=currency,
        periods=EXAMPLE_PERIODS,
        fill=fill,
    )


def write_input_workbook(
    book: Any,
    *,
    columns: Mapping[str, Mapping[str, Column]],
    settings_values: Mapping[str, Any],
    currency: str,
    periods: tuple[str, ...],
    fill: Callable[[str, Any, Sequence[Any]], None] | None = None,
) -> None:
    """Write the guide, Settings and every input sheet into an xlsxwriter workbook.

    ``columns`` are those of each sheet, ``periods`` two labels for the guide. ``fill`` is called
    with the name of each sheet but Settings, the sheet and the cell formats of its columns.
    """
    page = book.add_worksheet(GUIDE_SHEET)
    book.set_properties({"title": "Sourcing plan for rare-earth magnets"})
    formats = header_formats(book)
    for colour, names in SHEET_GROUPS.values():
        for name in names:
            sheet = book.add_worksheet(name, input_worksheet())
            sheet.set_tab_color(f"#{colour}")
            if name == "Settings":
                _write_settings(book, sheet, formats, settings_values, currency)
                continue
            shown = _write_sheet(book, sheet, name, columns[name], formats, currency)
            if fill is not None:
                fill(name, sheet, shown)
    write_guide(book, page, currency=currency, periods=periods)
    page.activate()


def _write_sheet(
    book: Any,
    sheet: Any,
    name: str,
    columns: Mapping[str, Column],
    formats: Mapping[str, Any],
    currency: str,
) -> list[Any]:
    """Write the headers, notes and drop-down lists of a sheet; returns the formats of its cells."""
    cells = []
    for place, (attribute, column) in enumerate(columns.items()):
        style = formats[_style(attribute, column)]
        _write_header(sheet, place, column.header, style, note(column, currency))
        cells.append(book.add_format({"num_format": number_format(column)}))
        sheet.set_column(place, place, _width(attribute, column), cells[-1])
        rule = validation_rule(name, column)
        if rule:
            sheet.data_validation(1, place, LAST_VALIDATED_ROW - 1, place, rule)
    _set_up(sheet, len(columns), LAST_VALIDATED_ROW)
    return cells


def _write_settings(
    book: Any,
    sheet: Any,
    formats: Mapping[str, Any],
    values: Mapping[str, Any],
    currency: str,
) -> None:
    declared = settings_in_order()
    for place, (attribute, width) in enumerate(SETTINGS_WIDTHS.items()):
        column = settings.SETTINGS_SHEET.columns[attribute]
        if attribute == "value":
            column = structs.replace(column, default=None, default_text="what the notes say")
        style = formats[_style(attribute, column)]
        _write_header(sheet, place, column.header, style, note(column, currency))
        sheet.set_column(place, place, width)
    name_format = book.add_format({"bold": True})
    for row, (attribute, column) in enumerate(declared.items(), start=1):
        shown = book.add_format({"num_format": number_format(column), "align": "left"})
        sheet.write_string(row, 0, column.header, name_format if column.required else None)
        write_cell(sheet, row, 1, values[attribute], shown)
        sheet.write_string(row, 2, _setting_words(column, currency))
        rule = validation_rule("Settings", column)
        if rule:
            sheet.data_validation(row, 1, row, 1, rule)
    _set_up(sheet, len(SETTINGS_WIDTHS), len(declared) + 1)
    sheet.set_row(0, 18)


def write_cell(sheet: Any, row: int, column: int, value: Any, shown: Any) -> None:
    """Write the value of a cell; a date that Excel does not count right is written as text."""
    if value in (None, "", REQUIRED, INFINITY):
        sheet.write_blank(row, column, None, shown)
    elif isinstance(value, date):
        if value < FIRST_RELIABLE_DATE:
            sheet.write_string(row, column, value.isoformat(), shown)
        else:
            sheet.write_datetime(row, column, value, shown)
    elif isinstance(value, str):
        sheet.write_string(row, column, value, shown)
    else:
        sheet.write_number(row, column, value, shown)


def columns_of_sheet(name: str) -> dict[str, Column]:
    """Columns of a sheet in the template, by attribute; those of Demand include its periods."""
    columns = dict(SHEETS[name].columns)
    if name != "Demand":
        return columns
    quantity = columns["quantity"]
    with_periods: dict[str, Column] = {}
    for attribute, column in columns.items():
        if attribute == DATES[0]:
            with_periods |= {label: period_column(label, quantity) for label in EXAMPLE_PERIODS}
        with_periods[attribute] = column
    return with_periods


def note(column: Column, currency: str) -> str:
    """Text of the note on a header: meaning, unit, type, allowed values, default."""
    entry = ENTRY_HINTS.get(column.kind, columns_page.kind_label(column))
    if column.unit in ("share", "t/t") and column.maximum == 1:
        entry = "0.25 or 25 %"
    allowed = columns_page.allowed_label(column)
    blank = "an error: required" if column.required else columns_page.default_label(column)
    lines = {
        "Unit": column.unit_in(currency),
        "Write": entry,
        "Allowed": allowed,
        "Must be in": columns_page.references_label(column),
        "If blank": blank,
        "Key": "part of the name of the row" if column.key else "",
    }
    facts = [f"{title}: {words}" for title, words in lines.items() if words]
    return "\n".join([column.meaning, "", *facts])


def number_format(column: Column) -> str:
    """Excel number format of the cells of a column."""
    if column.kind == "date":
        return "yyyy-mm-dd"
    if column.kind == "whole":
        return "0"
    if column.kind != "number" or column.unit in ("", "s", "days", "months", "years"):
        return "General"
    if "degrees" in column.unit:
        return "0.0###"
    if column.unit in ("share", "t/t", "per year"):
        return "0.0#####"
    return "#,##0.00####" if column.unit.startswith("t per unit") else "#,##0.00"


def _style(attribute: str, column: Column) -> str:
    if attribute in COMMON:
        return "common"
    return "required" if column.required else "optional"


def _setting_words(column: Column, currency: str) -> str:
    """Meaning, unit, allowed values and default of a setting in one line."""
    unit = column.unit_in(currency)
    allowed = columns_page.allowed_label(column)
    parts = [
        column.meaning + (f" ({unit})" if unit else ""),
        f"allowed: {allowed}" if allowed else "",
        "required" if column.required else f"if blank: {columns_page.default_label(column)}",
    ]
    return ". ".join(part[0].upper() + part[1:] for part in parts if part) + "."


def _write_header(sheet: Any, place: int, header: str, style: Any, words: str) -> None:
    sheet.write_string(0, place, header, style)
    lines = sum(1 + len(line) // 44 for line in words.split("\n"))
    options = {"x_scale": 2.2, "height": 16 * lines + 12, "font_size": 9, "author": "optimizer"}
    sheet.write_comment(0, place, words, options)


def _width(attribute: str, column: Column) -> float:
    """Width that holds the entries, and the header on two lines beside its filter button."""
    words = column.header.split()
    halves = [max(len(" ".join(words[:k])), len(" ".join(words[k:]))) for k in range(len(words))]
    return max(COLUMN_WIDTHS.get(attribute, KIND_WIDTHS[column.kind]), min(halves) + 5)


def _set_up(sheet: Any, columns: int, rows: int) -> None:
    """Freeze the header, add a filter and set up printing."""
    sheet.set_row(0, 33)
    sheet.freeze_panes(1, 1)
    sheet.autofilter(0, 0, rows - 1, columns - 1)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
    sheet.hide_gridlines(0)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)
    sheet.set_footer("&L&F&C&A&R&P / &N")
