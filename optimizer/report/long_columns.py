"""Long columns, put into the XML of a workbook that XlsxWriter has closed.

XlsxWriter keeps every cell as an object and asks each what it is. A long table is several times as
quick where XlsxWriter writes its first row alone, with the formats, and the other rows are made
here, column by column, in the styles of the first. What is used is the standard of the file
(ECMA-376, part 1, 18.3 and 18.5), not the inside of XlsxWriter.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from io import BytesIO
from itertools import pairwise
from typing import BinaryIO
from xml.etree import ElementTree
from zipfile import ZIP_DEFLATED, ZipFile

from msgspec import Struct

from optimizer.report.excel_values import CellContent, column_name
from optimizer.report.shared_strings import SharedStrings

COMPRESSION_LEVEL = 5
"""Of 1 to 9, as zlib counts; measured in ``docs/performance.md`` under Long tables."""
ROWS_AT_ONCE = 5_000
"""Rows whose XML is made in memory before it is compressed.

Chosen so that the memory does not grow with the table.
"""
_WORKBOOK, _SHARED_STRINGS = "xl/workbook.xml", "xl/sharedStrings.xml"
_RELATIONSHIP = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_ROW = re.compile(r'<row r="(\d+)"([^>]*?)(?:/>|>(.*?)</row>)', re.DOTALL)
_CELL = re.compile(r'<c r="([A-Z]+)\d+"([^>]*?)(?:/>|>.*?</c>)', re.DOTALL)
_STYLE = re.compile(r' s="\d+"')
_SPANS = re.compile(r' spans="[^"]*"')
"""Columns of the cells of a row, a hint that may be left out."""
_DIMENSION = re.compile(r'(<dimension ref="[A-Z]+\d+:[A-Z]+)(\d+)"')
_TABLE_RANGE = re.compile(r'( ref="[A-Z]+\d+:[A-Z]+)(\d+)"')


class LongColumn(Struct, frozen=True):
    """Cells of a column whose first one is written; the others get its style.

    The long columns of a sheet begin in one row, are of one length, stand side by side, and have
    no other cells to their left.
    """

    row: int
    """Row of the first value, counted from 0."""
    column: int
    values: Sequence[CellContent]
    """The first value, which is in the file, and those to be put in."""

    @property
    def first(self) -> int:
        """Number of the first row in the file."""
        return self.row + 1

    @property
    def last(self) -> int:
        """Number of the last row in the file."""
        return self.row + len(self.values)


def fill(closed: BinaryIO, columns: Mapping[str, Sequence[LongColumn]]) -> BytesIO:
    """Copy of a workbook with its long columns filled; ``columns`` is by name of the sheet.

    An Excel table that ends with the first row of long columns is extended over them, and a cell
    that XlsxWriter wrote in the place of a value gives way to it. Raises ValueError if the first
    row of a long column is not in the file.
    """
    filled = BytesIO()
    with (
        ZipFile(closed) as source,
        ZipFile(filled, "w", ZIP_DEFLATED, compresslevel=COMPRESSION_LEVEL) as target,
    ):
        sheets = _sheet_parts(source)
        long_sheets = {sheets[name]: each for name, each in columns.items() if each}
        tables = {
            table: columns[0]
            for sheet, columns in long_sheets.items()
            for table in _related(source, sheet).values()
            if table.startswith("xl/tables/")
        }
        strings = SharedStrings(source.read(_SHARED_STRINGS).decode())
        for name in source.namelist():
            content = source.read(name)
            if name == _SHARED_STRINGS:
                continue
            with target.open(name, "w") as part:
                if name in long_sheets:
                    for piece in _filled_sheet(content.decode(), long_sheets[name], strings):
                        part.write(piece.encode())
                elif name in tables:
                    part.write(_extended(_TABLE_RANGE, content.decode(), tables[name]).encode())
                else:
                    part.write(content)
        # Last, because it grows with the sheets.
        with target.open(_SHARED_STRINGS, "w") as part:
            part.write(strings.xml().encode())
    return filled


def _related(source: ZipFile, part: str) -> dict[str, str]:
    """Parts of the package that a part refers to, by identifier."""
    folder, name = posixpath.split(part)
    relationships = f"{folder}/_rels/{name}.rels"
    if relationships not in source.namelist():
        return {}
    return {
        each.attrib["Id"]: posixpath.normpath(posixpath.join(folder, each.attrib["Target"]))
        for each in ElementTree.fromstring(source.read(relationships))
    }


def _sheet_parts(source: ZipFile) -> dict[str, str]:
    """Part of the package that holds each sheet, by name of the sheet."""
    parts = _related(source, _WORKBOOK)
    sheets = ElementTree.fromstring(source.read(_WORKBOOK)).iterfind("{*}sheets/{*}sheet")
    return {each.attrib["name"]: parts[each.attrib[_RELATIONSHIP]] for each in sheets}


def _extended(reference: re.Pattern[str], xml: str, column: LongColumn) -> str:
    """XML whose ranges that end with the first row of a column end with its last."""
    return reference.sub(
        lambda match: f'{match[1]}{column.last}"' if int(match[2]) == column.first else match[0],
        xml,
    )


def _filled_sheet(xml: str, columns: Sequence[LongColumn], strings: SharedStrings) -> Iterator[str]:
    """XML of a sheet with its long columns, in pieces."""
    first, last = columns[0].first, columns[0].last
    rows = list(_ROW.finditer(xml))
    sample = next((row for row in rows if int(row[1]) == first), None)
    if sample is None:
        raise ValueError(f"row {first} of a long table is not in its sheet")
    styles = {cell[1]: _STYLE.search(cell[2]) for cell in _CELL.finditer(sample[3])}
    own = {column_name(column.column) for column in columns}
    if own - styles.keys():
        raise ValueError(f"cells {own - styles.keys()} of row {first} are not in their sheet")
    beside = {
        int(row[1]): (_SPANS.sub("", row[2]), _cells_beside(row[3] or "", own))
        for row in rows
        if first < int(row[1]) <= last
    }
    writers = []
    for column in columns:
        letters = column_name(column.column)
        style = styles[letters]
        writers.append(_CellWriter(letters, style[0] if style else "", column.values, strings))
    yield _DIMENSION.sub(
        lambda match: f'{match[1]}{max(int(match[2]), last)}"', xml[: sample.end()], count=1
    )
    for start, end in pairwise((*range(first + 1, last + 1, ROWS_AT_ONCE), last + 1)):
        numbers = [str(number) for number in range(start, end)]
        cells = [writer.cells(numbers, start - first) for writer in writers]
        yield "".join(_rows(range(start, end), map("".join, zip(*cells, strict=True)), beside))
    later = (row.start() for row in rows if int(row[1]) > last)
    yield xml[next(later, xml.index("</sheetData>")) :]


def _cells_beside(cells: str, own: set[str]) -> str:
    """XML of the cells of a row that are in none of the columns ``own``."""
    return "".join(cell[0] for cell in _CELL.finditer(cells) if cell[1] not in own)


def _rows(
    numbers: Iterable[int], lines: Iterable[str], beside: Mapping[int, tuple[str, str]]
) -> Iterator[str]:
    """XML of rows: their cells in long columns, then attributes and cells of ``beside``."""
    nothing = ("", "")
    for number, cells in zip(numbers, lines, strict=True):
        attributes, more = beside.get(number, nothing)
        yield f'<row r="{number}"{attributes}>{cells}{more}</row>'


class _CellWriter:
    """Makes the XML of the cells of one column."""

    def __init__(
        self, letters: str, style: str, values: Sequence[CellContent], strings: SharedStrings
    ) -> None:
        self._head, self._style, self._values = f'<c r="{letters}', f'"{style}', values
        blank = f"{self._style}/>"
        self._ends: dict[CellContent, str] = {"": blank, None: blank}
        """What follows the number of the row, by text or blank."""
        texts = [value for value in values[1:] if isinstance(value, str) and value]
        for text in dict.fromkeys(texts):
            self._ends[text] = f'{self._style} t="s"><v>{strings.number(text)}</v></c>'
        strings.count_references(len(texts))

    def cells(self, rows: Sequence[str], start: int) -> list[str]:
        """XML of cells in rows, by number; ``start`` is the place of the first of their values."""
        head, ends, number = self._head, self._ends, f"{self._style}><v>"
        return [
            f"{head}{row}{number}{value!r}</v></c>"
            if value.__class__ is float
            else head + row + ends[value]
            for row, value in zip(rows, self._values[start : start + len(rows)], strict=True)
        ]
