"""XlsxWriter's worksheet with exact numbers, formulas left as they are, and quick long tables.

XlsxWriter keeps every cell as an object and asks each what it is. The columns of a long
table are kept as columns here and become XML row by row, which is several times faster. What
is overridden only shapes the XML; where a later XlsxWriter lacks a method of that name, the
columns are written cell by cell, and numbers with 16 digits.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

from optimizer.report.excel_values import address, column_name
from optimizer.tables.exact_numbers import ExactNumbers

if TYPE_CHECKING:
    from xlsxwriter.worksheet import Worksheet

PIECE = 5_000
"""Rows that are made at a time."""

_CODE = re.compile("_(?=x[0-9A-Fa-f]{4}_)")
"""Begin of what Excel takes for the code of a letter."""

Content = str | float | None
"""What a cell of a long table holds: clean text, a finite number, or nothing."""


class _ExactWorksheet(ExactNumbers):
    """What XlsxWriter's worksheet makes of numbers, attributes and formulas, exact and quick."""

    def _escape_attributes(self, attribute: Any) -> Any:
        """Numbers and addresses need none; XlsxWriter searches each, and fails at numbers."""
        if not isinstance(attribute, str) or attribute.isalnum():
            return attribute
        return super()._escape_attributes(attribute)  # type: ignore[misc]

    def _escape_data(self, data: Any) -> Any:
        """What formulas show is mostly numbers."""
        return super()._escape_data(data) if isinstance(data, str) else data  # type: ignore[misc]

    def _prepare_formula(self, formula: str, *_: Any) -> str:
        """Only the equals sign goes: names inside a formula are not to be rewritten."""
        return formula.removeprefix("=")


@cache
def exact_worksheet() -> type[Worksheet]:
    """The class of worksheet for ``Workbook.add_worksheet``."""
    from xlsxwriter.worksheet import Worksheet

    lays = _lays(Worksheet)

    class ExactWorksheet(_ExactWorksheet, Worksheet):  # type: ignore[misc]
        """Worksheet of the results workbook."""

        def lay_column(self, row: int, col: int, values: Sequence[Content], form: Any) -> None:
            """Put values into the cells of a column from a row on.

            All columns that are laid on a sheet begin in one row and are of one length.
            """
            if lays and values:
                count, shared = self.str_table.count, {}
                for value in dict.fromkeys(values):
                    if isinstance(value, str) and value:
                        shared[value] = self.str_table._get_shared_string_index(value)
                blank = values.count("") + values.count(None) if shared else 0
                self.str_table.count = count + (len(values) - blank if shared else 0)
                self.__dict__.setdefault("laid", []).append((row, col, values, form, shared))
                self._check_dimensions(row, col)
                self._check_dimensions(row + len(values) - 1, col)
                return
            for place, value in enumerate(values, row):
                _write(self, place, col, value, form)

        def add_long_table(
            self, first: tuple[int, int], last: tuple[int, int], options: Mapping[str, Any]
        ) -> None:
            """Excel table over cells that are written: XlsxWriter looks at every cell of one.

            It is made of the header and one row, then stretched.
            """
            _stretch(self, first, last, options)

        def _write_rows(self) -> None:
            """Rows above and below the laid columns as XlsxWriter does, and those with them."""
            laid = self.__dict__.get("laid", [])
            if not laid:
                super()._write_rows()
                return
            first: int = laid[0][0]
            bottom: int = self.dim_rowmax  # type: ignore[has-type]
            self.dim_rowmax = first - 1
            super()._write_rows()
            self.dim_rowmax = bottom
            _write_laid(self, first, laid)
            top: int = self.dim_rowmin  # type: ignore[has-type]
            self.dim_rowmin = first + len(laid[0][2])
            super()._write_rows()
            self.dim_rowmin = top

    return ExactWorksheet


def lay_heights(sheet: Worksheet, heights: Mapping[int, float]) -> None:
    """Heights in points of the rows of laid columns."""
    sheet.__dict__["heights"] = heights
    if not sheet.__dict__.get("laid"):
        for row, height in heights.items():
            sheet.set_row(row, height)


def _stretch(
    sheet: Worksheet, first: tuple[int, int], last: tuple[int, int], options: Mapping[str, Any]
) -> None:
    """Make an Excel table of the header and one row, and stretch it to the last row."""
    if last[0] == first[0] + 1 or not hasattr(sheet, "tables"):
        sheet.add_table(*first, *last, options)
        _escape_titles(sheet)
        return
    sheet.add_table(*first, first[0] + 1, last[1], options)
    _escape_titles(sheet)
    made = sheet.tables[-1]
    cells = f"{address(*first)}:{address(*last)}"
    made.update({"range": cells, "a_range": cells, "autofilter": cells})


def _escape_titles(sheet: Worksheet) -> None:
    """Titles such as ``_x0041_`` stay as they are: Excel reads that as the code of a letter."""
    for made in getattr(sheet, "tables", [])[-1:]:
        for column in made["columns"]:
            column["name"] = _CODE.sub("_x005F_", column["name"])


def _write_laid(sheet: Worksheet, first: int, laid: Sequence[tuple[Any, ...]]) -> None:
    """XML of the rows of laid columns, with what stands beside them, piece by piece."""
    own = {column[1] for column in laid}
    writers = [_writer(*column[1:]) for column in laid]
    heights = sheet.__dict__.get("heights", {})
    for start in range(0, len(laid[0][2]), PIECE):
        numbers = range(first + start + 1, first + min(start + PIECE, len(laid[0][2])) + 1)
        rows = [str(number) for number in numbers]
        columns = [writer(rows, start) for writer in writers]
        lines = map("".join, zip(*columns, strict=True))
        for row, (number, cells) in enumerate(zip(rows, lines, strict=True), first + start):
            high = f' ht="{heights[row]}" customHeight="1"' if row in heights else ""
            sheet.fh.write(f'<row r="{number}"{high}>{cells}')
            beside = sheet.table.get(row)
            if beside:
                for col in sorted(beside.keys() - own):
                    sheet._write_cell(row, col, beside[col])
            sheet.fh.write("</row>")


def _lays(sheet: type[Worksheet]) -> bool:
    """Whether this XlsxWriter lets columns be laid."""
    names = ("_write_rows", "_write_cell", "_check_dimensions")
    return all(hasattr(sheet, name) for name in names)


def _write(sheet: Worksheet, row: int, col: int, value: Content, form: Any) -> None:
    """Write one cell as XlsxWriter keeps it."""
    if value is None or value == "":
        sheet.write_blank(row, col, None, form)
    elif isinstance(value, str):
        sheet.write_string(row, col, value, form)
    else:
        sheet.write_number(row, col, value, form)


def _writer(
    col: int, values: Sequence[Content], form: Any, shared: Mapping[str, int]
) -> Callable[[list[str], int], list[str]]:
    """What makes XML of the cells of a column: of some rows, from a place of it on."""
    head, style = f'<c r="{column_name(col)}', f'" s="{form._get_xf_index()}"'
    blank = f"{style}/>"
    ends: dict[Content, str] = {None: blank, "": blank}
    for value in dict.fromkeys(values) if shared else ():
        if isinstance(value, str) and value:
            ends[value] = f'{style} t="s"><v>{shared[value]}</v></c>'
        elif value is not None and value != "":
            ends[value] = f"{style}><v>{value!r}</v></c>"

    def texts(rows: list[str], start: int) -> list[str]:
        part = values[start : start + len(rows)]
        return [head + row + ends[value] for row, value in zip(rows, part, strict=True)]

    def numbers(rows: list[str], start: int) -> list[str]:
        part = values[start : start + len(rows)]
        return [
            f"{head}{row}{blank}"
            if value is None or value == ""
            else f"{head}{row}{style}><v>{value!r}</v></c>"
            for row, value in zip(rows, part, strict=True)
        ]

    return texts if shared else numbers
