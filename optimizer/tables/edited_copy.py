"""Write a copy of a workbook in which some cells have other values, and nothing else differs.

The cells are changed in the XML of their sheets. Formats, notes, charts, macros and every other
part are copied byte for byte. What only Excel can keep right is refused: a cell with a formula, a
cell that a formula depends on, the header of an Excel table, the inside of a merged range.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any, Final
from xml.etree import ElementTree

from msgspec import Struct

from optimizer.atomic_write import replace_when_complete, same_file
from optimizer.errors import FileError, UsageError
from optimizer.tables.cell_styles import date_styles
from optimizer.tables.cell_values import SharedCell, UnreadableCell, is_blank
from optimizer.tables.excel_package import ExcelPackage
from optimizer.tables.formula_references import formula_that_uses
from optimizer.tables.sheet_patch import SheetCell, SheetPatch
from optimizer.tables.text_matching import letter
from optimizer.tables.workbook_files import read_workbook_file
from optimizer.tables.zip_limits import check_sizes

CELL_CURE: Final = "correct it in Excel, save, and read the workbook again"
"""What helps where a cell cannot be changed here."""
MAX_ENTRY_CHARACTERS: Final = 32_767
"""Characters that a cell of Excel holds."""

EntryValue = str | float | date | None
"""New value of a cell; None empties it."""


class CellEdit(Struct, frozen=True):
    """A new value of one cell; row and column count from 1."""

    sheet: str
    row: int
    column: int
    value: EntryValue

    @property
    def place(self) -> str:
        """Address such as ``Supply!B2``."""
        return f"{self.sheet}!{letter(self.column - 1)}{self.row}"


def write_edited_copy(source: str | Path, edits: Sequence[CellEdit], target: str | Path) -> Path:
    """Write a copy of a workbook with new values in some cells, and return its path.

    ``source`` is only read. The copy is read again, and must differ from it in these cells alone.
    Raises UsageError if the target is the source or a cell cannot be changed here, FileError if
    the source is no workbook or the copy cannot be written.
    """
    origin, copy = Path(source), Path(target)
    if same_file(origin, copy):
        raise UsageError(f"{copy}: the copy must not replace the workbook itself")
    before = {grid.name: grid.rows for grid in read_workbook_file(origin).grids}
    by_sheet: dict[str, dict[SheetCell, CellEdit]] = {}
    for edit in edits:
        _check_value(edit)
        by_sheet.setdefault(edit.sheet, {})[edit.row, edit.column] = edit
    content = _edited(origin, by_sheet)
    with replace_when_complete(copy, "copy of the workbook") as part:
        part.write_bytes(content)
        after = {grid.name: grid.rows for grid in read_workbook_file(part).grids}
        _check_difference(before, after, by_sheet)
    return copy


def _check_value(edit: CellEdit) -> None:
    text = edit.value
    if not isinstance(text, str):
        return
    if len(text) > MAX_ENTRY_CHARACTERS:
        raise UsageError(f"{edit.place}: a cell holds {MAX_ENTRY_CHARACTERS:,} characters at most")
    if text.startswith("="):
        raise UsageError(f"{edit.place}: formulas are not calculated here; write the value")
    if any((ord(sign) < 32 and sign not in "\t\n\r") or sign in "\ufffe\uffff" for sign in text):
        raise UsageError(f"{edit.place}: a cell cannot hold control characters")


def _edited(origin: Path, by_sheet: Mapping[str, Mapping[SheetCell, CellEdit]]) -> bytes:
    """The bytes of the workbook with its new cells."""
    file = io.BytesIO()
    with zipfile.ZipFile(origin) as archive:
        check_sizes(archive)
        package = ExcelPackage(archive)
        parts = _edited_parts(package, by_sheet)
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as copy:
            for entry in archive.infolist():
                key = package.part_key(entry.filename)
                copy.writestr(entry, parts[key] if key in parts else archive.read(entry))
    return file.getvalue()


def _edited_parts(
    package: ExcelPackage, by_sheet: Mapping[str, Mapping[SheetCell, CellEdit]]
) -> dict[str, bytes]:
    """New XML of each sheet with edits, by the key of its part."""
    paths = {sheet.name: sheet.path for sheet in package.sheets if not sheet.trouble}
    patches = {name: SheetPatch(package.read(path)) for name, path in paths.items()}
    formulas = [
        (name, position, text)
        for name, patch in patches.items()
        for position, text in patch.formulas.items()
    ]
    dates = date_styles(package)
    parts = {}
    for name, edits in by_sheet.items():
        if name not in patches:
            raise UsageError(f"the workbook has no sheet {name!r}")
        patch = patches[name]
        if patch.trouble:
            raise UsageError(f"{name}: {patch.trouble}; {CELL_CURE}")
        headers = _table_headers(package, paths[name])
        for position, edit in edits.items():
            _refuse(edit, patch, headers)
            user = formula_that_uses(name, position, formulas)
            if user:
                raise UsageError(
                    f"{edit.place}: the formula in {user} may depend on it, and only Excel "
                    f"calculates formulas; {CELL_CURE}"
                )
            patch.set(position, _stored(edit.value, patch.style(position) in dates))
        parts[package.part_key(paths[name])] = patch.xml()
    return parts


def _refuse(edit: CellEdit, patch: SheetPatch, headers: set[SheetCell]) -> None:
    """Raise UsageError for a cell that only Excel can change."""
    position = edit.row, edit.column
    if position in patch.formulas:
        raise UsageError(f"{edit.place}: the cell has a formula; {CELL_CURE}")
    if position in headers:
        raise UsageError(f"{edit.place}: the cell is the header of an Excel table; {CELL_CURE}")
    if patch.is_inside_merged(position):
        raise UsageError(f"{edit.place}: the cell is part of a merged range; {CELL_CURE}")


def _stored(value: EntryValue, shows_dates: bool) -> str | float | None:
    """A value as the sheet stores it: a date is a number where the cell shows dates, else text."""
    if not isinstance(value, date):
        return value
    days = (value - date(1899, 12, 30)).days
    return float(days) if shows_dates and value >= date(1900, 3, 1) else value.isoformat()


def _table_headers(package: ExcelPackage, path: str) -> set[SheetCell]:
    """Header cells of the Excel tables of a sheet."""
    from openpyxl.utils.cell import range_boundaries

    headers = set()
    for kind, target in package.relationships_of(path).values():
        if kind.endswith("/table") and target in package:
            root = ElementTree.fromstring(package.read(target))
            if root.attrib.get("headerRowCount", "1") != "0":
                left, top, right, _ = range_boundaries(root.attrib["ref"])
                headers |= {(top, column) for column in range(left, right + 1)}
    return headers


def _check_difference(
    before: Mapping[str, list[list[Any]]],
    after: Mapping[str, list[list[Any]]],
    by_sheet: Mapping[str, Mapping[SheetCell, CellEdit]],
) -> None:
    """Raise FileError unless both workbooks differ in the edited cells alone, and as wanted."""
    for name in before.keys() | after.keys():
        edits = by_sheet.get(name, {})
        old, new = before.get(name, []), after.get(name, [])
        for row in range(1, max(len(old), len(new)) + 1):
            cells = [grid[row - 1] if row <= len(grid) else [] for grid in (old, new)]
            for column in range(1, max(map(len, cells)) + 1):
                one, other = (line[column - 1] if column <= len(line) else None for line in cells)
                edit = edits.get((row, column))
                right = _same(one, other) if edit is None else _is_entry(other, edit.value)
                if not right:
                    place = f"{name}!{letter(column - 1)}{row}"
                    raise FileError(f"{place}: the copy does not hold what it should; {CELL_CURE}")


def _same(one: Any, other: Any) -> bool:
    if is_blank(one) or is_blank(other):
        return is_blank(one) and is_blank(other)
    if isinstance(one, SharedCell) and isinstance(other, SharedCell):
        return True  # compared in the first cell of the merged range
    return type(one) is type(other) and bool(one == other)


def _is_entry(cell: Any, value: EntryValue) -> bool:
    """True if a cell that was read holds a value that was entered."""
    if isinstance(cell, UnreadableCell):
        return False
    if value is None or value == "":
        return is_blank(cell)
    if isinstance(value, date):
        return str(cell)[:10] == value.isoformat()
    return bool(cell == value)
