"""A workbook reduced to its values, for marking what openpyxl cannot open in bounded time."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path
from typing import Any, Final

from optimizer.errors import FileError
from optimizer.tables import zip_limits
from optimizer.tables.cell_values import SharedCell, UnreadableCell, blank
from optimizer.tables.check_report import printable
from optimizer.tables.excel_package import ExcelPackage
from optimizer.tables.sheet_xml import in_utf8, is_plain
from optimizer.tables.workbook_files import open_book

MOST_CELLS: Final = 400_000
"""Cells, blank ones too, that openpyxl reads and writes in half a minute or so."""
MOST_FILLED: Final = 1_000_000
"""Filled cells of which a plain copy is made in about a minute."""

_MERGED: Final = re.compile(rb"""mergeCell\b[^>]*\bref=["']([A-Z]*)(\d*):([A-Z]*)(\d*)["']""")


def size_of(path: Path) -> tuple[list[str], int]:
    """Names of the sheets of a workbook, and its cells, with those that are blank or merged.

    Nothing and 0 where it cannot be told.
    """
    try:
        with zipfile.ZipFile(path) as file:
            zip_limits.check_sizes(file)
            package = ExcelPackage(file)
            sheets = [sheet for sheet in package.sheets if not sheet.trouble]
            cells = 0
            for sheet in sheets:
                xml = package.read(sheet.path)
                xml = xml if is_plain(xml) else in_utf8(xml)
                cells += xml.count(b"<c ") + xml.count(b":c ") + _merged(xml)
            return [sheet.name for sheet in sheets], cells
    except (OSError, FileError, ValueError, KeyError, SyntaxError, zipfile.BadZipFile):
        return [], 0


def _merged(xml: bytes) -> int:
    """Number of cells in merged blocks."""
    count = 0
    for left, top, right, bottom in _MERGED.findall(xml):
        rows = int(bottom or 1_048_576) - int(top or 1) + 1
        count += rows * (zip_limits.number(right) - zip_limits.number(left) + 1)
    return count


def plain_copy(path: Path, macros: bool) -> Any:
    """The values of a workbook that can be read, as a workbook of openpyxl.

    Raises FileError if they are too many to be marked.
    """
    import openpyxl

    book = openpyxl.Workbook()
    book.remove(book.active)
    count = 0
    for grid in open_book(path).grids:
        sheet = book.create_sheet(grid.name)
        for number, row in enumerate(grid.rows, 1):
            for place, raw in enumerate(row, 1):
                if blank(raw) or isinstance(raw, (UnreadableCell, SharedCell)):
                    continue
                count += 1
                cell = sheet.cell(number, place)
                cell.value = printable(raw) if isinstance(raw, str) else raw
                if isinstance(raw, str):
                    cell.data_type = "s"  # text stays text, whatever sign it begins with
        if count > MOST_FILLED:
            raise FileError(
                f"{path}: the workbook has more than {MOST_FILLED:,} filled cells, which take too "
                "long to mark; go by the list of findings"
            )
    if macros:  # openpyxl writes the kind of file that fits the name only if it has read one
        file = io.BytesIO()
        book.save(file)
        return openpyxl.load_workbook(file, keep_vba=True)
    return book
