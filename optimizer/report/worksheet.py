"""XlsxWriter's worksheet with exact numbers, formulas left as they are, and quick long tables.

XlsxWriter keeps every cell as an object and asks each what it is. The columns of a long
table are kept as columns here and become XML row by row, which is several times faster. What
is overridden only shapes the XML; where a later XlsxWriter lacks a method of that name, the
columns are written cell by cell, and numbers with 16 digits.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

from optimizer.report.cells import column_name

if TYPE_CHECKING:
    from xlsxwriter.worksheet import Worksheet

Content = str | float | None
"""What a cell of a long table holds: clean text, a finite number, or nothing."""


@cache
def exact_worksheet() -> type[Worksheet]:
    """The class of worksheet for ``Workbook.add_worksheet``."""
    from xlsxwriter.worksheet import Worksheet

    lays = _lays(Worksheet)

    class ExactWorksheet(Worksheet):  # type: ignore[misc]
        """Worksheet of the results workbook."""

        def lay_column(self, row: int, col: int, values: Sequence[Content], form: Any) -> None:
            """Put values into the cells of a column from a row on.

            All columns that are laid on a sheet begin in one row and are of one length.
            """
            if lays and values:
                words = [value for value in values if isinstance(value, str) and value]
                index = self.str_table._get_shared_string_index
                shared = {word: index(word) for word in dict.fromkeys(words)}
                self.str_table.count += len(words) - len(shared)
                self.__dict__.setdefault("laid", []).append((row, col, values, form, shared))
                self._check_dimensions(row, col)
                self._check_dimensions(row + len(values) - 1, col)
                return
            for place, value in enumerate(values, row):
                _write(self, place, col, value, form)

        def _write_rows(self) -> None:
            """Rows above the laid columns as XlsxWriter does, then those with them."""
            laid = self.__dict__.get("laid", [])
            if not laid:
                super()._write_rows()
                return
            first: int = laid[0][0]
            bottom: int = self.dim_rowmax  # type: ignore[has-type]
            self.dim_rowmax = first - 1
            super()._write_rows()
            self.dim_rowmax = bottom
            columns = [_cells(*column) for column in laid]
            for row, cells in enumerate(zip(*columns, strict=True), first):
                self.fh.write(f'<row r="{row + 1}">{"".join(cells)}')
                beside = self.table.get(row, {})
                for col in sorted(beside):
                    self._write_cell(row, col, beside[col])
                self.fh.write("</row>")

        def _xml_number_element(self, number: float, attributes: Any = ()) -> None:
            """All the digits of a number; XlsxWriter writes 16, which is not always it."""
            text = "".join(f' {key}="{value}"' for key, value in attributes)
            self.fh.write(f"<c{text}><v>{float(number)!r}</v></c>")

        def _prepare_formula(self, formula: str, *_: Any) -> str:
            """Only the equals sign goes: names inside a formula are not to be rewritten."""
            return formula.removeprefix("=")

    return ExactWorksheet


def _lays(sheet: type[Worksheet]) -> bool:
    """Whether this XlsxWriter lets columns be laid."""
    return all(hasattr(sheet, name) for name in ("_write_rows", "_check_dimensions"))


def _write(sheet: Worksheet, row: int, col: int, value: Content, form: Any) -> None:
    """Write one cell as XlsxWriter keeps it."""
    if value is None or value == "":
        sheet.write_blank(row, col, None, form)
    elif isinstance(value, str):
        sheet.write_string(row, col, value, form)
    else:
        sheet.write_number(row, col, value, form)


def _cells(
    row: int, col: int, values: Sequence[Content], form: Any, shared: Mapping[str, int]
) -> Iterable[str]:
    """XML of the cells of a column, downwards from a row."""
    start, style = f'<c r="{column_name(col)}', f'" s="{form._get_xf_index()}"'
    texts = {text: f' t="s"><v>{index}</v></c>' for text, index in shared.items()}
    for place, value in enumerate(values, row + 1):
        if value is None or value == "":
            end = "/>"
        elif isinstance(value, str):
            end = texts[value]
        else:
            end = f"><v>{value!r}</v></c>"
        yield f"{start}{place}{style}{end}"
