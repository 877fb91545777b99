"""Reduce a workbook to its values, to mark one that openpyxl cannot open in bounded time."""

from __future__ import annotations

import io
import re
import zipfile
from typing import Any, BinaryIO, Final

from optimizer.errors import FileError
from optimizer.tables import zip_limits
from optimizer.tables.cell_values import SharedCell, UnreadableCell, is_blank
from optimizer.tables.check_report import printable
from optimizer.tables.excel_package import ExcelPackage
from optimizer.tables.sheet_xml import EXCEL_MAX_ROWS, is_plain_xml, normalise_xml
from optimizer.tables.workbook_files import WorkbookContent, read_workbook_file

MAX_MARKED_CELLS: Final = 400_000
"""Cells, blank ones included, that openpyxl reads and writes in about half a minute."""
MAX_PLAIN_COPY_CELLS: Final = 1_000_000
"""Filled cells that are copied and written in about a minute."""

_MERGED_RANGE: Final = re.compile(rb"""mergeCell\b[^>]*\bref=["']([A-Z]*)(\d*):([A-Z]*)(\d*)["']""")


def sheet_names_and_cell_count(path: BinaryIO) -> tuple[list[str], int]:
    """Names of the readable sheets of a workbook and number of its cells.

    Blank and merged cells count too, because openpyxl creates them. A file that cannot be read
    has no sheets and 0 cells.
    """
    try:
        with zipfile.ZipFile(path) as file:
            zip_limits.check_sizes(file)
            package = ExcelPackage(file)
            sheets = [sheet for sheet in package.sheets if not sheet.trouble]
            cells = 0
            for sheet in sheets:
                xml = package.read(sheet.path)
                xml = xml if is_plain_xml(xml) else normalise_xml(xml)
                cells += xml.count(b"<c ") + xml.count(b":c ") + _merged_cell_count(xml)
            return [sheet.name for sheet in sheets], cells
    except (OSError, FileError, ValueError, KeyError, SyntaxError, zipfile.BadZipFile):
        return [], 0


def _merged_cell_count(xml: bytes) -> int:
    """Number of cells in merged ranges."""
    count = 0
    for left, top, right, bottom in _MERGED_RANGE.findall(xml):
        rows = int(bottom or EXCEL_MAX_ROWS) - int(top or 1) + 1
        count += rows * (zip_limits.column_number(right) - zip_limits.column_number(left) + 1)
    return count


def plain_copy(source: WorkbookContent, macros: bool) -> Any:
    """The readable values of a workbook as an openpyxl workbook.

    ``macros`` says that the copy will be saved as .xlsm. Raises FileError if there are more
    than MAX_PLAIN_COPY_CELLS values.
    """
    import openpyxl

    book = openpyxl.Workbook()
    book.remove(book.active)
    count = 0
    for grid in read_workbook_file(source.path or source.content).grids:
        sheet = book.create_sheet(grid.name)
        for row, cells in enumerate(grid.rows, 1):
            for column, raw in enumerate(cells, 1):
                if is_blank(raw) or isinstance(raw, (UnreadableCell, SharedCell)):
                    continue
                count += 1
                cell = sheet.cell(row, column)
                cell.value = printable(raw) if isinstance(raw, str) else raw
                if isinstance(raw, str):
                    cell.data_type = "s"  # Excel must not take text such as =A1 for a formula
        if count > MAX_PLAIN_COPY_CELLS:
            raise FileError(
                f"{source.shown}: the workbook has more than {MAX_PLAIN_COPY_CELLS:,} filled "
                "cells, which take too long to mark; use the list of findings"
            )
    if macros:  # openpyxl writes the content type of .xlsm only for a workbook that it has read
        file = io.BytesIO()
        book.save(file)
        return openpyxl.load_workbook(file, keep_vba=True)
    return book
