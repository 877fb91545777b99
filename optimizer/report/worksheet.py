"""XlsxWriter's worksheet with exact numbers, formulas and titles, and with long columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

from optimizer.report.excel_values import CellContent, escape_character_codes
from optimizer.report.long_columns import LongColumn
from optimizer.tables.exact_numbers import ExactNumber

if TYPE_CHECKING:
    from xlsxwriter.worksheet import Worksheet


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

        def write_column(
            self, row: int, col: int, data: Sequence[CellContent], cell_format: Any = None
        ) -> Any:
            """Write texts, numbers and blanks downwards from a cell."""
            numbers = [ExactNumber(each) if each.__class__ is float else each for each in data]
            return super().write_column(row, col, numbers, cell_format)

    return ExactWorksheet


@cache
def long_table_worksheet() -> type[Worksheet]:
    """The class of worksheet for long tables; :func:`fill` completes what it writes."""

    class LongTableWorksheet(exact_worksheet()):  # type: ignore[misc]
        """Worksheet that writes the first cell of a column and keeps the column."""

        def __init__(self) -> None:
            super().__init__()
            self.long_columns: list[LongColumn] = []

        def write_column(
            self, row: int, col: int, data: Sequence[CellContent], cell_format: Any = None
        ) -> Any:
            """Write the first of texts, numbers and blanks; the others are to be filled in."""
            if len(data) > 1:
                self.long_columns.append(LongColumn(row, col, data))
            return super().write_column(row, col, data[:1], cell_format)

        def add_table(
            self,
            first_row: int,
            first_col: int,
            last_row: int,
            last_col: int,
            options: dict[str, Any] | None = None,
        ) -> Any:
            """Make an Excel table; over long columns it is to be extended from their first row."""
            if any(column.row == first_row + 1 for column in self.long_columns):
                last_row = first_row + 1
            return super().add_table(first_row, first_col, last_row, last_col, options)

    return LongTableWorksheet


def add_excel_table(
    sheet: Worksheet, first: tuple[int, int], last: tuple[int, int], options: Mapping[str, Any]
) -> None:
    """Turn cells that are written into an Excel table with the titles of ``options["columns"]``.

    A title such as ``_x0041_`` would be read as the code of a character. XlsxWriter escapes it in
    the cell and not in the table, so the table gets it escaped and the cell is written again.
    """
    titles = [column["header"] for column in options["columns"]]
    columns = [
        {**column, "header": escape_character_codes(title)}
        for column, title in zip(options["columns"], titles, strict=True)
    ]
    sheet.add_table(*first, *last, {**options, "columns": columns})
    for number, (column, title) in enumerate(zip(columns, titles, strict=True), first[1]):
        if column["header"] != title:
            sheet.write_string(first[0], number, title, column["header_format"])
