"""The XML of one sheet with new values in some cells; all else stays as it is, byte for byte."""

from __future__ import annotations

import re
from typing import Final
from xml.parsers import expat
from xml.sax.saxutils import escape

from msgspec import Struct

from optimizer.tables.sheet_xml import is_plain_xml
from optimizer.tables.text_matching import letter
from optimizer.tables.zip_limits import column_number

SheetCell = tuple[int, int]
"""Row and column of a cell, from 1."""

_START_TAG: Final = re.compile(rb"""<[^>"']*(?:(?:"[^"]*"|'[^']*')[^>"']*)*>""")
_SPANS: Final = re.compile(rb"""\s+spans\s*=\s*(?:"[^"]*"|'[^']*')""")
_CELL_ADDRESS: Final = re.compile(r"([A-Za-z]{1,3})(\d+)")
_RANGE: Final = re.compile(r"([A-Z]{1,3})(\d+):([A-Z]{1,3})(\d+)")


class XmlElement(Struct):
    """Where an element of the XML stands: its first byte, the byte behind its start tag, the first
    byte of its end tag and the byte behind it."""

    begin: int
    content: int
    close: int = 0
    end: int = 0
    style: int = 0


class _XmlChanges:
    """Texts that replace ranges of bytes of an XML, or are inserted at a place."""

    def __init__(self, xml: bytes) -> None:
        self._xml = xml
        self._texts: dict[tuple[int, int], bytes] = {}
        self._filled: dict[tuple[int, int], str] = {}
        """Elements without content that get one, and their tags."""

    def replace(self, begin: int, end: int, text: bytes) -> None:
        self._texts[begin, end] = text

    def insert(self, parent: XmlElement, place: int, text: bytes, tag: str) -> None:
        """Insert a text at a place of an element; later ones follow earlier ones."""
        key = (place, place)
        if parent.content == parent.end:  # <row/>
            key = (parent.begin, parent.end)
            self._filled[key] = tag
        self._texts[key] = self._texts.get(key, b"") + text

    def applied(self) -> bytes:
        xml = self._xml
        for (begin, end), text in sorted(self._texts.items(), reverse=True):
            if tag := self._filled.get((begin, end)):
                start_tag = _SPANS.sub(b"", xml[begin:end])[:-2].rstrip() + b">"
                text = start_tag + text + f"</{tag}>".encode()
            xml = xml[:begin] + text + xml[end:]
        return xml


class SheetPatch:
    """The cells of a sheet, and the values that they are to have.

    ``trouble`` says why the sheet cannot be changed; empty if it can.
    """

    def __init__(self, xml: bytes) -> None:
        self._xml = xml
        self.formulas: dict[SheetCell, str] = {}
        """Text of each formula; of a shared one empty."""
        self.trouble = ""
        self._rows: dict[int, XmlElement] = {}
        self._cells: dict[SheetCell, XmlElement] = {}
        self._column_styles: list[tuple[int, int, int]] = []
        self._merged: list[tuple[int, int, int, int]] = []
        self._data: XmlElement | None = None
        self._prefix = ""
        self._values: dict[SheetCell, str | float | None] = {}
        self._stack: list[tuple[str, XmlElement]] = []
        self._row = self._column = 0
        self._formula: list[str] | None = None
        if not is_plain_xml(xml):
            self.trouble = "the sheet was written by a program in a form that is only read here"
        # Its formulas are read all the same: a cell of another sheet may depend on one.
        self._parse()
        if self._data is None and not self.trouble:
            self.trouble = "the sheet has no cells"

    def style(self, position: SheetCell) -> int:
        """Number of the style of a cell, or of its column if there is no cell."""
        if position in self._cells:
            return self._cells[position].style
        column = position[1]
        styles = (style for first, last, style in self._column_styles if first <= column <= last)
        return next(styles, 0)

    def is_inside_merged(self, position: SheetCell) -> bool:
        """True for a cell of a merged range other than its first."""
        row, column = position
        return any(
            top <= row <= bottom and left <= column <= right and position != (top, left)
            for left, top, right, bottom in self._merged
        )

    def set(self, position: SheetCell, value: str | float | None) -> None:
        """Give a cell a value; None empties it."""
        self._values[position] = value

    def xml(self) -> bytes:
        """The XML with the new values."""
        changes = _XmlChanges(self._xml)
        new_cells: dict[int, dict[int, bytes]] = {}
        for position in sorted(self._values):
            if position in self._cells:
                cell = self._cells[position]
                changes.replace(cell.begin, cell.end, self._cell_xml(position))
            elif self._values[position] is not None:
                row, column = position
                new_cells.setdefault(row, {})[column] = self._cell_xml(position)
        for row, cells in new_cells.items():
            if row in self._rows:
                self._add_cells(changes, row, cells)
            else:
                self._add_row(changes, row, cells)
        return changes.applied()

    def _add_row(self, changes: _XmlChanges, row: int, cells: dict[int, bytes]) -> None:
        assert self._data is not None
        tag = f"{self._prefix}row"
        line = f'<{tag} r="{row}">'.encode() + b"".join(cells.values()) + f"</{tag}>".encode()
        below = (self._rows[number].begin for number in sorted(self._rows) if number > row)
        changes.insert(self._data, next(below, self._data.close), line, f"{self._prefix}sheetData")

    def _add_cells(self, changes: _XmlChanges, row: int, cells: dict[int, bytes]) -> None:
        element = self._rows[row]
        if element.content != element.end:
            # The row may become longer than its spans say, and they are only a hint.
            start_tag = self._xml[element.begin : element.content]
            changes.replace(element.begin, element.content, _SPANS.sub(b"", start_tag))
        columns = sorted(column for number, column in self._cells if number == row)
        for column, text in cells.items():
            right = (self._cells[row, other].begin for other in columns if other > column)
            changes.insert(element, next(right, element.close), text, f"{self._prefix}row")

    def _cell_xml(self, position: SheetCell) -> bytes:
        row, column = position
        value, style, tag = self._values[position], self.style(position), f"{self._prefix}c"
        start = f'<{tag} r="{letter(column - 1)}{row}"' + (f' s="{style}"' if style else "")
        prefix = self._prefix
        if value is None or value == "":
            return f"{start}/>".encode()
        if isinstance(value, str):
            text = escape(value, {"\r": "&#13;"})
            inside = f'<{prefix}is><{prefix}t xml:space="preserve">{text}</{prefix}t></{prefix}is>'
            return f'{start} t="inlineStr">{inside}</{tag}>'.encode()
        number = repr(int(value)) if value == int(value) and abs(value) < 1e15 else repr(value)
        return f"{start}><{prefix}v>{number}</{prefix}v></{tag}>".encode()

    def _parse(self) -> None:
        parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._characters
        self._parser = parser
        try:
            parser.Parse(self._xml, True)
        except expat.ExpatError as error:
            self.trouble = f"the sheet is damaged ({expat.ErrorString(error.code)})"

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        begin = self._parser.CurrentByteIndex
        prefix, _, local = name.rpartition(":")
        match = None if self.trouble else _START_TAG.match(self._xml, begin)
        element = XmlElement(begin, match.end() if match else begin)
        self._stack.append((local, element))
        parent = self._stack[-2][0] if len(self._stack) > 1 else ""
        if local == "sheetData":
            self._data, self._prefix = element, f"{prefix}:" if prefix else ""
        elif local == "row" and parent == "sheetData":
            self._row = int(attributes.get("r") or self._row + 1)
            self._column = 0
            self._rows[self._row] = element
        elif local == "c" and parent == "row":
            self._start_cell(element, attributes)
        elif local == "f" and parent == "c":
            self._formula = []
            # The cells of a shared formula or of an array have no text of their own, or one that
            # is meant for other cells too.
            self._is_plain_formula = attributes.get("t", "normal") == "normal"
        elif local == "col":
            first, last = int(attributes.get("min", 1)), int(attributes.get("max", 1))
            self._column_styles.append((first, last, int(attributes.get("style", 0))))
        elif local == "mergeCell":
            self._start_merged(attributes.get("ref", ""))

    def _start_cell(self, element: XmlElement, attributes: dict[str, str]) -> None:
        address = _CELL_ADDRESS.fullmatch(attributes.get("r", ""))
        self._column = column_number(address[1].upper().encode()) if address else self._column + 1
        element.style = int(attributes.get("s") or 0)
        self._cells[self._row, self._column] = element

    def _start_merged(self, reference: str) -> None:
        match = _RANGE.fullmatch(reference.replace("$", "").upper())
        if match:
            left, right = (column_number(match[part].encode()) for part in (1, 3))
            self._merged.append((left, int(match[2]), right, int(match[4])))

    def _characters(self, text: str) -> None:
        if self._formula is not None:
            self._formula.append(text)

    def _end(self, name: str) -> None:
        local, element = self._stack.pop()
        if self._xml[element.content - 2 : element.content] == b"/>":
            element.close = element.end = element.content
        else:
            element.close = self._parser.CurrentByteIndex
            element.end = self._xml.find(b">", element.close) + 1
        if local == "f" and self._formula is not None:
            text = "".join(self._formula) if self._is_plain_formula else ""
            self.formulas[self._row, self._column] = text
            self._formula = None
