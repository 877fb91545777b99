"""Text, and the columns of result tables, in the cells of a worksheet."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from optimizer.report.excel_values import (
    CellContent,
    all_finite_floats,
    clean,
    excel_serial,
    finite,
)
from optimizer.report.formats import TEXT_KINDS

if TYPE_CHECKING:
    from xlsxwriter.worksheet import Worksheet


def write_text(sheet: Worksheet, row: int, column: int, text: object, form: Any) -> None:
    """Write text as text even if it begins like a formula; empty text leaves a formatted blank."""
    cleaned = clean(text)
    if cleaned:
        sheet.write_string(row, column, cleaned, form)
    else:
        sheet.write_blank(row, column, None, form)


def write_column(
    sheet: Worksheet, first: tuple[int, int], kind: str, values: Sequence[Any], form: Any
) -> None:
    """Write one column of a result table downwards from a cell; blanks keep the format.

    Text is never read as a formula. A value that is not a finite number stays blank.
    """
    contents = (
        _text_contents(values) if kind in TEXT_KINDS else _number_contents(values, kind == "date")
    )
    # With the options of ``results_workbook.options`` text stays text, and "" is a blank.
    sheet.write_column(*first, contents, form)


def _text_contents(values: Sequence[Any]) -> list[CellContent]:
    if set(map(type, values)) <= {str}:
        cleaned = {value: clean(value) for value in dict.fromkeys(values)}
        return [cleaned[value] for value in values]
    return [clean(value) for value in values]


def _number_contents(values: Sequence[Any], dates: bool) -> list[CellContent]:
    if all_finite_floats(values):
        return list(values)
    convert = excel_serial if dates else finite
    contents: list[CellContent] = []
    for value in values:
        number = convert(value)
        contents.append(clean(value) if number is None and isinstance(value, str) else number)
    return contents
