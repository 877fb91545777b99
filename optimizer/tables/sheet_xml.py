"""Parse the XML of one sheet with a full XML parser and rewrite it as Excel would.

The fast reader of cells (calamine) expects the XML that Excel writes. Other programs write a
value before its formula, CDATA, comments between digits, UTF-16, error values of their own. Such
a sheet is rewritten with its filled cells only, so that one reader reads all workbooks.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from xml.parsers import expat
from xml.sax.saxutils import escape, quoteattr

from msgspec import Struct, field

from optimizer.tables.cell_values import UnreadableCell
from optimizer.tables.text_matching import letter, quoted

NO_SAVED_RESULT = UnreadableCell(
    "the formula has no saved result; open the workbook in Excel and save it"
)
EXCEL_MAX_ROWS, EXCEL_MAX_COLUMNS = 1_048_576, 16_384
"""Size of a sheet in Excel since 2007; an address beyond it is not a cell."""

_SPREADSHEET_NAMESPACE = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_ADDRESS = re.compile(r"\$?([A-Za-z]{1,3})\$?(\d{1,7})")
_INTEGER = re.compile(r"\d{1,9}")
_SPACE = " \t\r\n"
_INFINITE = re.compile(r"[+-]?(?:nan|inf|infinity)", re.IGNORECASE)


class SheetCells(Struct):
    """What the XML of a sheet tells besides the values of its cells."""

    filled: int = 0
    """Number of cells with a value that is no Excel error."""
    faults: list[tuple[int, int, UnreadableCell]] = field(default_factory=list)
    """Row and column (from 0) of cells without a readable value."""
    hidden: frozenset[int] = frozenset()
    """Numbers of the rows that are hidden (from 1)."""


def is_plain_xml(xml: bytes) -> bool:
    """True for UTF-8 without comments, CDATA, DOCTYPE and processing instructions.

    The fast reader loses the text before or after one of these.
    """
    start = xml[:200]
    if b"\0" in start or start[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return False
    declared = re.search(rb"""<\?xml[^>]*encoding\s*=\s*["']([^"']+)""", start)
    if declared and declared[1].lower() not in (b"utf-8", b"utf8", b"us-ascii", b"ascii"):
        return False
    if xml.find(b"!") >= 0 and b"<!" in xml:
        return False
    return xml.find(b"?", 2) < 0 or b"<?" not in xml[start.find(b"?>") + 2 :]


def normalise_xml(xml: bytes) -> bytes:
    """XML in UTF-8, without comments, CDATA, processing instructions and namespace prefixes.

    Raises ValueError where it is not well-formed.
    """
    written: list[str] = []

    def start(tag: str, attributes: dict[str, str]) -> None:
        kept = "".join(
            f" {name}={quoteattr(value)}"
            for name, value in attributes.items()
            if not name.startswith("xmlns")
        )
        space = f' xmlns="{_SPREADSHEET_NAMESPACE}"' if not written else ""
        written.append(f"<{_local_name(tag)}{space}{kept}>")

    parser = _parser()
    parser.StartElementHandler = start
    parser.EndElementHandler = lambda tag: written.append(f"</{_local_name(tag)}>")
    parser.CharacterDataHandler = lambda text: written.append(escape(text))
    _parse(parser, xml)
    return "".join(written).encode()


def rewrite_sheet(
    xml: bytes, strings: Sequence[bool], never_calculated: bool
) -> tuple[bytes, SheetCells]:
    """A sheet's XML in the form that Excel writes, and what it tells besides the values.

    ``strings[i]`` is True if shared string ``i`` is not empty. ``never_calculated`` is True if a
    program saved the workbook without calculating it, so that a formula's 0 is no result. Raises
    ValueError where the XML is not well-formed or a cell's address is invalid.
    """
    sheet = _Rewriter(strings, never_calculated)
    parser = _parser()
    parser.StartElementHandler = sheet.start
    parser.EndElementHandler = sheet.end
    parser.CharacterDataHandler = sheet.characters
    _parse(parser, xml)
    return sheet.xml(), sheet.cells()


def _parser() -> expat.XMLParserType:
    parser = expat.ParserCreate()
    parser.buffer_text = True
    return parser


def _parse(parser: expat.XMLParserType, xml: bytes) -> None:
    try:
        parser.Parse(xml, True)
    except expat.ExpatError as error:
        raise ValueError(f"its XML is not well-formed ({error})") from None


def _local_name(tag: str) -> str:
    return tag.rpartition(":")[2]


class _Rewriter:
    """Handlers of the parser that collect the filled cells of a sheet."""

    def __init__(self, strings: Sequence[bool], never_calculated: bool) -> None:
        self._strings = strings
        self._never_calculated = never_calculated
        self._rows: dict[int, dict[int, str]] = {}
        self._faults: dict[tuple[int, int], UnreadableCell] = {}
        self._hidden: set[int] = set()
        self._merged: list[str] = []
        self._path: list[str] = []
        self._row, self._column = -1, -1
        self._cell: dict[str, str] = {}
        self._texts: dict[str, list[str]] = {}
        self._twice = False

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """Handle the start of an element."""
        name = _local_name(tag)
        inside = self._path[-1] if self._path else ""
        self._path.append(name)
        if name == "row" and inside == "sheetData":
            number = attributes.get("r", "").strip()
            self._row = int(number) - 1 if _INTEGER.fullmatch(number) else self._row + 1
            self._column = -1
            if attributes.get("hidden") in ("1", "true"):
                self._hidden.add(self._row + 1)
        elif name == "c" and inside == "row":
            self._cell, self._texts, self._twice = attributes, {}, False
            self._move_to(attributes.get("r", "").strip())
        elif name in ("v", "f", "is") and inside == "c":
            self._twice = self._twice or name in self._texts
            self._texts.setdefault(name, [])
        elif name == "mergeCell" and "ref" in attributes:
            self._merged.append(attributes["ref"])

    def _move_to(self, address: str) -> None:
        """Set row and column; a cell without an address follows the one before it."""
        if not address:
            self._column += 1
        else:
            match = _ADDRESS.fullmatch(address)
            if match is None:
                raise ValueError(f"{quoted(address)} is not the address of a cell")
            self._row, self._column = int(match[2]) - 1, _column_number(match[1]) - 1
        if not (0 <= self._row < EXCEL_MAX_ROWS and self._column < EXCEL_MAX_COLUMNS):
            raise ValueError(f"{quoted(address)} is not the address of a cell")

    def characters(self, text: str) -> None:
        """Handle text inside an element."""
        path = self._path
        if len(path) < 3:
            return
        if path[-1] in ("v", "f") and path[-2] == "c":
            self._texts[path[-1]].append(text)
        elif path[-1] == "t" and "is" in path[-3:-1] and "rPh" not in path:
            self._texts["is"].append(text)

    def end(self, tag: str) -> None:
        """Handle the end of an element."""
        self._path.pop()
        if _local_name(tag) == "c" and self._path[-1:] == ["row"]:
            self._add_cell()

    def _add_cell(self) -> None:
        """Record the cell that has just ended."""
        kind = self._cell.get("t", "n")
        texts = {name: "".join(parts) for name, parts in self._texts.items()}
        text = texts.get("is", "") if kind == "inlineStr" else texts.get("v", "")
        position = (self._row, self._column)
        fault = self._fault(kind, text, texts)
        if fault is not None:
            self._faults[position] = fault
            return
        if not text or (kind == "s" and not (text.strip() and self._strings[int(text)])):
            return
        cells = self._rows.setdefault(self._row, {})
        if self._column in cells or position in self._faults:
            fact = f"two cells of the file have the address {letter(self._column)}{self._row + 1}"
            self._faults[position] = UnreadableCell(f"{fact}; clear the cell and write it again")
        cells[self._column] = self._cell_xml(kind, text)

    def _fault(self, kind: str, text: str, texts: dict[str, str]) -> UnreadableCell | None:
        """Why a cell has no readable value, None if it has one or is blank."""
        value = text.strip(_SPACE)
        if self._twice:
            return UnreadableCell(
                "the file holds two values for the cell; clear it and write it again"
            )
        if kind == "e":
            return UnreadableCell(f"{value or '#N/A'} is in the cell; fix its formula or clear it")
        if kind == "n":
            if "f" in texts and (not value or (self._never_calculated and value == "0")):
                return NO_SAVED_RESULT
            return not_a_number_fault(value) if _INFINITE.fullmatch(value) else None
        if kind == "s" and value and not self._has_string(value):
            return UnreadableCell("the text of the cell is missing in the file; write it again")
        if kind not in ("s", "str", "inlineStr", "b", "d"):
            return UnreadableCell(f"the cell has the unknown type {quoted(kind)}; write it again")
        if kind == "inlineStr" and not text and texts.get("v", "").strip(_SPACE):
            return UnreadableCell(
                "the value of the cell is in the wrong place of the file; write it again"
            )
        return None

    def _has_string(self, number: str) -> bool:
        return bool(_INTEGER.fullmatch(number)) and int(number) < len(self._strings)

    def _cell_xml(self, kind: str, text: str) -> str:
        address = f"{letter(self._column)}{self._row + 1}"
        style = self._cell.get("s", "").strip()
        style = f' s="{style}"' if _INTEGER.fullmatch(style) else ""
        if kind == "inlineStr":
            body = f'<is><t xml:space="preserve">{escape(text)}</t></is>'
        else:
            body = f"<v>{escape(text if kind == 'str' else text.strip(_SPACE))}</v>"
        return f'<c r="{address}"{style} t="{kind}">{body}</c>'

    def xml(self) -> bytes:
        """The sheet with its filled cells only."""
        parts = [f'<worksheet xmlns="{_SPREADSHEET_NAMESPACE}"><sheetData>']
        for row in sorted(self._rows):
            cells = self._rows[row]
            inside = "".join(cells[column] for column in sorted(cells))
            parts.append(f'<row r="{row + 1}">{inside}</row>')
        parts.append("</sheetData>")
        if self._merged:
            merged = "".join(f"<mergeCell ref={quoteattr(ref)}/>" for ref in self._merged)
            parts.append(f"<mergeCells>{merged}</mergeCells>")
        parts.append("</worksheet>")
        return "".join(parts).encode()

    def cells(self) -> SheetCells:
        """What the sheet tells besides its values."""
        return SheetCells(
            filled=sum(map(len, self._rows.values())),
            faults=[(*position, fault) for position, fault in self._faults.items()],
            hidden=frozenset(self._hidden),
        )


def not_a_number_fault(value: object) -> UnreadableCell:
    """The fault of a cell in which a program has written NaN or infinity."""
    text = "NaN" if str(value).lower().strip("+-") == "nan" else str(value)
    return UnreadableCell(
        f"{text} is in the cell, which is not a number; write one or clear the cell"
    )


def _column_number(letters: str) -> int:
    number = 0
    for character in letters.upper():
        number = number * 26 + ord(character) - 64
    return number
