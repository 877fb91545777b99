"""XlsxWriter's worksheet with exact numbers and formulas, and Excel tables with any title."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

from optimizer.tables.exact_numbers import ExactNumber

if TYPE_CHECKING:
    from xlsxwriter.worksheet import Worksheet

_CHARACTER_CODE = re.compile("_(?=x[0-9A-Fa-f]{4}_)")
"""Underscore of what Excel reads as the code of a character, such as ``_x0041_``."""


class FinishedFormula(str):
    """A formula as it is in the file: no function of it needs the prefix ``_xlfn.``.

    XlsxWriter searches each formula for thirty new functions, and would put the prefix before what
    only looks like one, such as a site ``MAP(Lumut)``. It leaves a formula alone that contains the
    prefix, so this one says that it does.
    """

    __slots__ = ()

    def __contains__(self, text: object) -> bool:
        return text == "_xlfn." or (isinstance(text, str) and str.__contains__(self, text))


@cache
def exact_worksheet() -> type[Worksheet]:
    """The class of worksheet for ``Workbook.add_worksheet``; XlsxWriter is loaded on first use."""
    from xlsxwriter.worksheet import Worksheet

    class ExactWorksheet(Worksheet):  # type: ignore[misc]
        """Worksheet that keeps all the digits of a number, and formulas as they are."""

        def write_number(self, row: int, col: int, number: float, cell_format: Any = None) -> Any:
            """Write a finite number to a cell; raises TypeError for NaN and infinity."""
            return super().write_number(row, col, ExactNumber(number), cell_format)

        def write_formula(
            self, row: int, col: int, formula: str, cell_format: Any = None, value: Any = 0
        ) -> Any:
            """Write a formula whose functions are those of Excel 2007, and its value."""
            finished = FinishedFormula(formula.removeprefix("="))
            return super().write_formula(row, col, finished, cell_format, value)

    return ExactWorksheet


def add_excel_table(
    sheet: Worksheet, first: tuple[int, int], last: tuple[int, int], options: Mapping[str, Any]
) -> None:
    """Turn cells that are written into an Excel table with the titles of ``options["columns"]``.

    A title such as ``_x0041_`` would be read as the code of a character. XlsxWriter escapes it in
    the cell and not in the table, so the table gets it escaped and the cell is written again.
    """
    titles = [column["header"] for column in options["columns"]]
    columns = [
        {**column, "header": _CHARACTER_CODE.sub("_x005F_", title)}
        for column, title in zip(options["columns"], titles, strict=True)
    ]
    sheet.add_table(*first, *last, {**options, "columns": columns})
    for number, (column, title) in enumerate(zip(columns, titles, strict=True), first[1]):
        if column["header"] != title:
            sheet.write_string(first[0], number, title, column["header_format"])
