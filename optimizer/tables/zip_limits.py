"""Limits on the zip of an Excel file, and what the reader of cells does not tell about a sheet.

The fast reader (calamine) returns an empty cell for ``#N/A`` and for formulas that were never
calculated, and its memory use ends the process where one cell stands in the last row and
column. So the XML of each sheet is searched first.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator

from optimizer.errors import FileError
from optimizer.tables.cell_values import UnreadableCell
from optimizer.tables.sheet_xml import NO_SAVED_RESULT, SheetCells
from optimizer.tables.text_matching import letter

MAX_UNPACKED_BYTES = 1 << 30
"""Chosen so that the XML and what is read from it fit into the memory of an office machine."""
MAX_GRID_CELLS = 12_000_000
"""Rows times columns of a sheet; chosen above any table, and below what fills the memory."""
MAX_UNCHECKED_BYTES = 100_000_000
"""Unpacked size up to which any compression is accepted: it fits into any memory."""
MAX_COMPRESSION_RATIO = 200
"""Unpacked by packed bytes of a large file; chosen so that only zip bombs exceed it."""

_MAY_BE_FAR = re.compile(rb'r="(?:[A-Za-z]{2}|[A-Za-z]?\d{6})')
_FAR = re.compile(rb"""\br=["'](?=[A-Za-z]{2}|[A-Za-z]?\d{6})([A-Za-z]*)(\d+)""")
"""References to cells beyond column Z or row 99,999; most sheets have none."""
_TOKENS = re.compile(
    rb"<(?:\w+:)?(?:row\b([^>]*)|c\b((?:[^>\"']|\"[^\"]*\"|'[^']*')*?)(?:/>|>(.*?)</(?:\w+:)?c>))",
    re.DOTALL,
)
_REFERENCE = re.compile(rb"""\br=["']([A-Za-z]*)(\d+)["']""")
_REFERENCE_OF_ROW = re.compile(rb"""\br=["'](\d{1,7})["']""")
_TYPE = re.compile(rb"""\bt=["'](\w+)["']""")
_VALUE = re.compile(rb"<(?:\w+:)?v(?:\s[^>]*)?>([^<]*)<")
_BLANK = re.compile(rb"<c [^<>]*/>")
_FORMULA = re.compile(rb"<(?:\w+:)?f[\s>/]")


def check_sizes(archive: zipfile.ZipFile) -> None:
    """Refuse an archive that would fill the memory when it is unpacked.

    Raises FileError.
    """
    parts = archive.infolist()
    size = sum(part.file_size for part in parts)
    packed = sum(part.compress_size for part in parts) or 1
    if size > MAX_UNPACKED_BYTES or (
        size > MAX_UNCHECKED_BYTES and size / packed > MAX_COMPRESSION_RATIO
    ):
        raise FileError(f"unpacks to {size / 1e6:,.0f} MB: too much for a workbook")


MIN_BLANK_ROW_BYTES = 1_000_000
"""Bytes of blank rows from which they are left out; chosen so that ordinary sheets stay as is."""


def without_blank_rows(xml: bytes) -> bytes:
    """XML of a sheet without the formatted blank rows below its last filled cell, if many."""
    end = xml.rfind(b"</sheetData>")
    if len(xml) < MIN_BLANK_ROW_BYTES or end < 0:
        return xml
    last = max(xml.rfind(mark, 0, end) for mark in (b"</v", b"</is", b"<f", b'"e"'))
    stop = b"</row>" if last >= 0 else b"<sheetData>"
    after = xml.find(stop, max(last, 0), end) + len(stop)
    return (
        xml[:after] + xml[end:]
        if max(last, len(stop)) <= after < end - MIN_BLANK_ROW_BYTES
        else xml
    )


def check_extent(name: str, xml: bytes) -> None:
    """Refuse a sheet whose last cell is so far out that its grid would fill the memory.

    Raises FileError with the address.
    """
    if not _MAY_BE_FAR.search(xml) and b"r='" not in xml:  # a fast test that most sheets pass
        return
    row, column = _extent(_FAR.findall(xml))
    if row * max(column, 26) <= MAX_GRID_CELLS:
        return
    filled = [
        place
        for _, _, attributes, body in _cells(_BLANK.sub(b"", xml))
        if b"v>" in body or b"is>" in body
        for place in _REFERENCE.findall(attributes)
    ]
    row, column = _extent(filled)
    if row * column > MAX_GRID_CELLS:
        raise FileError(
            f"sheet '{name}' reaches to cell {letter(column - 1)}{row}; "
            "delete the cells far from the table"
        )


def _extent(places: list[tuple[bytes, bytes]]) -> tuple[int, int]:
    """Last row and last column (from 1) of cell references, each as letters and digits."""
    row = max((int(digits[:12]) for _, digits in set(places)), default=1)
    return row, max((column_number(letters) for letters, _ in set(places)), default=1)


def column_number(letters: bytes) -> int:
    """Number of a column (from 1) by its letters."""
    column = 0
    for character in letters[:7].upper():
        column = column * 26 + character - 64
    return column


def find_faults(xml: bytes, never_calculated: bool) -> Iterator[tuple[int, int, UnreadableCell]]:
    """Row and column (from 0) of cells with an Excel error or a formula without result.

    ``never_calculated`` makes a formula's 0 a missing result: programs that cannot calculate
    write it.
    """
    if not _has_errors(xml) and b"<f" not in xml and b":f" not in xml:
        return
    for row, column, attributes, body in _cells(xml):
        fault = _fault(attributes, body, never_calculated)
        if fault is not None:
            yield row, column, fault


def _has_errors(xml: bytes) -> bool:
    return b't="e"' in xml or b"t='e'" in xml


def sheet_cells(xml: bytes, never_calculated: bool) -> SheetCells:
    """What the XML of a sheet tells besides the values of its cells, without parsing it.

    ``filled`` is exact where the XML has the form that Excel writes and no cell refers to an
    empty shared string. Otherwise it differs from the count of the fast reader, which shows
    that the sheet must be rewritten.
    """
    faults = list(find_faults(xml, never_calculated))
    errors = sum(fault is not NO_SAVED_RESULT for _, _, fault in faults)
    filled = xml.count(b"</v") + xml.count(b"</is") - errors
    if b"<f" in xml:
        filled -= xml.count(b"<v></v>")  # of a formula whose result is ""
    return SheetCells(filled, faults, hidden_rows(xml))


_HIDDEN = re.compile(rb"""<(?:\w+:)?row\b(?=[^>]*\bhidden=["'](?:1|true)["'])([^>]*)>""")


def hidden_rows(xml: bytes) -> frozenset[int]:
    """Numbers (from 1) of the rows of a sheet that are hidden, by hand or by a filter."""
    if b"hidden=" not in xml:
        return frozenset()
    numbers = (_REFERENCE_OF_ROW.search(each) for each in _HIDDEN.findall(xml))
    return frozenset(int(column_number[1]) for column_number in numbers if column_number)


def _cells(xml: bytes) -> Iterator[tuple[int, int, bytes, bytes]]:
    """Row and column (from 0), attributes and body of each cell."""
    row, column = -1, -1
    for token in _TOKENS.finditer(xml):
        if token[2] is None:
            place = _REFERENCE.search(token[1])
            row, column = (int(place[2]) - 1 if place else row + 1), -1
        else:
            place = _REFERENCE.search(token[2])
            column = column_number(place[1]) - 1 if place else column + 1
            yield row, column, token[2], token[3] or b""


def _fault(attributes: bytes, body: bytes, never_calculated: bool) -> UnreadableCell | None:
    kind = _TYPE.search(attributes)
    value = _VALUE.search(body)
    result = value[1].strip() if value else b""
    if kind and kind[1] == b"e":
        error = result.decode("utf-8", "replace") or "#N/A"
        return UnreadableCell(f"{error} is in the cell; fix its formula or clear it")
    if kind and kind[1] != b"n":
        return None
    unsaved = not result or (never_calculated and result == b"0")
    return NO_SAVED_RESULT if unsaved and _FORMULA.search(body) else None
