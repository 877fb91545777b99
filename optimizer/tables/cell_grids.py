"""Read the cells of each sheet of an Excel file without losing any.

The fast reader (calamine, written in Rust) gives the values. The filled cells of each sheet are
counted in its XML and in the reader's result. Where the counts differ, or the reader refuses the
sheet, its XML is parsed, rewritten in the form that Excel writes (``sheet_xml``) and read again.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable
from math import inf
from typing import Any

from msgspec import Struct

from optimizer.errors import FileError
from optimizer.tables import zip_limits
from optimizer.tables.cell_values import MergedCell, SharedCell, UnreadableCell, is_blank
from optimizer.tables.excel_package import RESAVE_CURE, ExcelPackage
from optimizer.tables.sheet_xml import SheetCells, is_plain_xml, not_a_number_fault, rewrite_sheet
from optimizer.tables.text_matching import clean_text, letter

MergedRange = tuple[tuple[int, int], tuple[int, int]]
"""First and last cell of a merged range as row and column, counted from 0."""


class CellGrid(Struct):
    """The cells of one sheet; ``rows[0][0]`` is A1, and an empty cell is '' or None."""

    name: str
    rows: list[list[Any]]
    hidden: frozenset[int] = frozenset()
    """Numbers (from 1) of the rows that are hidden, by hand or by a filter."""
    trouble: str = ""
    """Why its cells cannot be read, with the cure after a semicolon; empty if they can."""


def read_grids(package: ExcelPackage, content: bytes) -> list[CellGrid]:
    """The grid of each sheet of a workbook, in the workbook's order.

    ``content`` is the whole file, which ``package`` has opened. Cells without a readable value
    hold an UnreadableCell, merged ranges the value of their first cell. A sheet that cannot be
    read has a ``trouble``. Raises FileError if no cell is filled.
    """
    paths = {sheet.name: sheet.path for sheet in package.sheets if not sheet.trouble}
    by_name: dict[str, CellGrid] = {}
    plain_cells: dict[str, SheetCells] = {}
    shortened: dict[str, bytes] = {}
    for name, path in paths.items():
        original = package.read(path)
        if is_plain_xml(original):
            xml = zip_limits.without_blank_rows(original)
            zip_limits.check_extent(name, xml)
            plain_cells[name] = zip_limits.sheet_cells(xml, package.never_calculated)
            if xml is not original:
                shortened[name] = xml
    if package.is_standard and not shortened:
        by_name = _read_with_calamine(lambda: content, plain_cells)[0]
    elif plain_cells:
        parts = {name: shortened.get(name) or package.read(paths[name]) for name in plain_cells}
        by_name = _read_with_calamine(lambda: package.copy(parts), plain_cells)[0]
    remaining = [name for name in paths if name not in by_name]
    rewritten_grids, troubles = _read_rewritten(package, {name: paths[name] for name in remaining})
    by_name |= rewritten_grids
    grids = [
        by_name.get(sheet.name)
        or CellGrid(sheet.name, [], trouble=sheet.trouble or troubles[sheet.name])
        for sheet in package.sheets
    ]
    if not any(grid.rows or grid.trouble for grid in grids):
        raise FileError("is an empty workbook")
    return grids


def _read_rewritten(
    package: ExcelPackage, paths: dict[str, str]
) -> tuple[dict[str, CellGrid], dict[str, str]]:
    """Read sheets from their rewritten XML; return their grids and the errors of the others."""
    cells: dict[str, SheetCells] = {}
    xml_by_name: dict[str, bytes] = {}
    troubles: dict[str, str] = {}
    for name, path in paths.items():
        try:
            xml_by_name[name], cells[name] = rewrite_sheet(
                package.read(path), package.filled_strings, package.never_calculated
            )
            zip_limits.check_extent(name, xml_by_name[name])
        except ValueError as error:
            troubles[name] = f"the sheet cannot be read: {error}; {RESAVE_CURE}"
    if not xml_by_name:
        return {}, troubles
    grids, errors = _read_with_calamine(lambda: package.copy(xml_by_name), cells)
    return grids, troubles | errors


def _read_with_calamine(
    content: Callable[[], bytes], expected: dict[str, SheetCells]
) -> tuple[dict[str, CellGrid], dict[str, str]]:
    """The grids with as many filled cells as their XML has, and the errors of the others."""
    from python_calamine import load_workbook

    grids: dict[str, CellGrid] = {}
    errors: dict[str, str] = {}
    try:
        with load_workbook(io.BytesIO(content())) as book:
            for name, cells in expected.items():
                try:
                    sheet = book.get_sheet_by_name(name)
                    rows = sheet.to_python(skip_empty_area=False)
                    merged_ranges = sheet.merged_cell_ranges or ()
                except BaseException as error:
                    errors[name] = _damage_message(error)
                    continue
                filled = sum(len(row) - row.count("") for row in rows)
                if filled != cells.filled:
                    errors[name] = (
                        f"the sheet has {cells.filled:,} filled cells, of which {filled:,} can "
                        f"be read; {RESAVE_CURE}"
                    )
                    continue
                grids[name] = _completed(CellGrid(name, rows, cells.hidden), cells, merged_ranges)
    except BaseException as error:
        reason = _damage_message(error)
        return {}, dict.fromkeys(expected, reason)
    return grids, errors


def _damage_message(error: BaseException) -> str:
    """Why a sheet cannot be read.

    A panic of the reader in Rust is a BaseException, so errors that must pass are raised again.
    """
    if isinstance(error, (FileError, MemoryError, KeyboardInterrupt, SystemExit)):
        raise error
    return f"the sheet is damaged ({clean_text(str(error))[:100]}); {RESAVE_CURE}"


def _completed(grid: CellGrid, cells: SheetCells, merged_ranges: Iterable[MergedRange]) -> CellGrid:
    """A grid with its unreadable cells and merged ranges filled in."""
    for row in grid.rows:
        if inf in row or -inf in row or any(raw != raw for raw in row):
            for column, raw in enumerate(row):
                if isinstance(raw, float) and not -inf < raw < inf:
                    row[column] = not_a_number_fault(raw)
    for row_number, column, fault in cells.faults:
        _write_cell(grid, row_number, column, fault)
    for merged_range in merged_ranges:
        _fill_merged_range(grid, merged_range)
    return grid


def _write_cell(grid: CellGrid, row: int, column: int, value: Any) -> None:
    """Write into a cell that may lie beyond the grid: the reader omits trailing empty cells."""
    while len(grid.rows) <= row:
        grid.rows.append([])
    cells = grid.rows[row]
    cells.extend([""] * (column + 1 - len(cells)))
    cells[column] = value


def _fill_merged_range(grid: CellGrid, merged_range: MergedRange) -> None:
    """Give each row of a merged range the value of its first cell.

    In a range of several columns the value belongs to the first. The cells of the others are
    marked, because the file does not say what they hold.
    """
    (top, left), (bottom, right) = merged_range
    if top >= len(grid.rows) or left >= len(grid.rows[top]):
        return
    value = grid.rows[top][left]
    if is_blank(value):
        return
    merged = MergedCell(f"the cell is merged with {letter(left)}{top + 1}; unmerge the cells")
    for row in range(top, min(bottom + 1, len(grid.rows))):
        if row > top:
            _write_cell(
                grid, row, left, value if isinstance(value, UnreadableCell) else SharedCell(value)
            )
        for column in range(left + 1, min(right + 1, len(grid.rows[row]))):
            _write_cell(grid, row, column, merged)
