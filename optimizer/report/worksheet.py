"""XlsxWriter's worksheet with exact numbers, formulas left as they are, and a shorter way out.

Everything overridden here only shapes the XML; if a later XlsxWriter names these methods
otherwise, the workbook still comes out, with 16 digits and more slowly.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from xlsxwriter.worksheet import Worksheet


@cache
def exact_worksheet() -> type[Worksheet]:
    """The class of worksheet for ``Workbook.add_worksheet``."""
    from xlsxwriter.worksheet import Worksheet

    from optimizer.report.cells import column_name

    letters = [column_name(column) for column in range(1024)]

    class ExactWorksheet(Worksheet):  # type: ignore[misc]
        """Worksheet of the results workbook."""

        def _write_cell(self, row: int, col: int, cell: Any) -> None:
            """Write the plain kinds of cell directly, the others as XlsxWriter does."""
            kind = type(cell).__name__
            if col >= 1024 or not cell.format or kind not in ("Number", "String", "Blank"):
                super()._write_cell(row, col, cell)
                return
            start = f'<c r="{letters[col]}{row + 1}" s="{cell.format._get_xf_index()}"'
            if kind == "Number":
                self.fh.write(f"{start}><v>{float(cell.number)!r}</v></c>")
            elif kind == "String":
                self.fh.write(f'{start} t="s"><v>{cell.string}</v></c>')
            else:
                self.fh.write(f"{start}/>")

        def _xml_number_element(self, number: float, attributes: Any = ()) -> None:
            """All the digits of a number; XlsxWriter writes 16, which is not always it."""
            text = "".join(f' {key}="{value}"' for key, value in attributes)
            self.fh.write(f"<c{text}><v>{float(number)!r}</v></c>")

        def _prepare_formula(self, formula: str, *_: Any) -> str:
            """Only the equals sign goes: names inside a formula are not to be rewritten."""
            return formula.removeprefix("=")

        def _calculate_spans(self) -> None:
            """Spans of rows are a hint that readers do without."""
            self.row_spans: dict[int, str] = {}

    return ExactWorksheet
