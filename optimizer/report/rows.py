"""Where the rows of the long tables are written: the one place to make faster."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from optimizer.report.cells import clean, finite, serial
from optimizer.report.formats import TEXT_KINDS

if TYPE_CHECKING:
    from xlsxwriter.worksheet import Worksheet


def write_text(sheet: Worksheet, row: int, column: int, text: object, form: Any) -> None:
    """Write text as text, whatever it begins with; an empty one leaves a formatted blank."""
    words = clean(text)
    if words:
        sheet.write_string(row, column, words, form)
    else:
        sheet.write_blank(row, column, None, form)


def write_column(
    sheet: Worksheet, first: tuple[int, int], kind: str, values: Sequence[Any], form: Any
) -> None:
    """Write one column of a result table downwards from a cell; blanks keep the format.

    Text is written as text whatever it begins with; what is no finite number stays blank.
    """
    row, column = first
    if kind in TEXT_KINDS:
        _write_text(sheet, row, column, values, form)
    else:
        _write_numbers(sheet, row, column, values, form, kind == "date")


def _write_text(sheet: Worksheet, row: int, column: int, values: Sequence[Any], form: Any) -> None:
    known: dict[str, str] = {}
    for place, value in enumerate(values, row):
        if type(value) is not str:
            text = clean(value)
        elif value in known:
            text = known[value]
        else:
            text = known[value] = clean(value)
        if text:
            sheet.write_string(place, column, text, form)
        else:
            sheet.write_blank(place, column, None, form)


def _write_numbers(
    sheet: Worksheet, row: int, column: int, values: Sequence[Any], form: Any, dates: bool
) -> None:
    for place, value in enumerate(values, row):
        number = serial(value) if dates else finite(value)
        if number is not None:
            sheet.write_number(place, column, number, form)
        elif isinstance(value, str) and value:
            sheet.write_string(place, column, clean(value), form)
        else:
            sheet.write_blank(place, column, None, form)
