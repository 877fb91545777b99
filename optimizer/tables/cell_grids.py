"""The cells of each sheet of an Excel file, none of them lost.

The fast reader in Rust gives the values. Each sheet's filled cells are counted in its XML and
in what the reader found; where the two differ, or the reader refuses the sheet, its XML is
parsed and written in the form that Excel writes (``sheet_xml``), and read again.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable
from math import inf
from typing import Any

from msgspec import Struct

from optimizer.errors import FileError
from optimizer.tables import zip_limits
from optimizer.tables.cell_values import MergedCell, SharedCell, UnreadableCell, blank
from optimizer.tables.excel_package import ExcelPackage
from optimizer.tables.sheet_xml import SheetCells, is_plain, not_a_number, rewritten
from optimizer.tables.text_matching import clean, letter

Block = tuple[tuple[int, int], tuple[int, int]]
"""First and last cell of a merged block, row and column from 0."""
_RESAVE = "open the workbook in Excel and save it again"


class CellGrid(Struct):
    """The cells of one sheet: ``rows[0][0]`` is A1, an empty cell is '' or None."""

    name: str
    rows: list[list[Any]]
    hidden: frozenset[int] = frozenset()
    """Numbers of the rows that are hidden, by hand or by a filter (from 1)."""
    trouble: str = ""
    """Why its cells cannot be read, with the cure after a semicolon; empty if they can."""


def read_grids(package: ExcelPackage, content: bytes) -> list[CellGrid]:
    """The grids of a workbook, with faults and merged blocks filled in.

    A sheet that cannot be read has a trouble. Raises FileError if no cell is filled.
    """
    paths = {sheet.name: sheet.path for sheet in package.sheets if not sheet.trouble}
    found: dict[str, CellGrid] = {}
    plain: dict[str, SheetCells] = {}
    shorter: dict[str, bytes] = {}
    for name, path in paths.items():
        whole = package.read(path)
        if is_plain(whole):
            xml = zip_limits.without_blank_rows(whole)
            zip_limits.check_extent(name, xml)
            plain[name] = zip_limits.sheet_cells(xml, package.never_calculated)
            if xml is not whole:
                shorter[name] = xml
    if package.plain and not shorter:
        found = _read(lambda: content, plain)[0]
    elif plain:
        parts = {name: shorter.get(name) or package.read(paths[name]) for name in plain}
        found = _read(lambda: package.copy(parts), plain)[0]
    rest = [name for name in paths if name not in found]
    again, troubles = _read_again(package, {name: paths[name] for name in rest})
    found |= again
    grids = [
        found.get(sheet.name)
        or CellGrid(sheet.name, [], trouble=sheet.trouble or troubles[sheet.name])
        for sheet in package.sheets
    ]
    if not any(grid.rows or grid.trouble for grid in grids):
        raise FileError("is an empty workbook")
    return grids


def _read_again(
    package: ExcelPackage, paths: dict[str, str]
) -> tuple[dict[str, CellGrid], dict[str, str]]:
    """Sheets whose XML the fast reader does not know, and the troubles of the others."""
    told: dict[str, SheetCells] = {}
    xmls: dict[str, bytes] = {}
    troubles: dict[str, str] = {}
    for name, path in paths.items():
        try:
            xmls[name], told[name] = rewritten(
                package.read(path), package.strings, package.never_calculated
            )
            zip_limits.check_extent(name, xmls[name])
        except ValueError as error:
            troubles[name] = f"the sheet cannot be read: {error}; {_RESAVE}"
    if not xmls:
        return {}, troubles
    found, refused = _read(lambda: package.copy(xmls), told)
    return found, troubles | refused


def _read(
    workbook: Callable[[], bytes], told: dict[str, SheetCells]
) -> tuple[dict[str, CellGrid], dict[str, str]]:
    """The grids that hold as many filled cells as is told, and why the others are refused."""
    from python_calamine import load_workbook

    found: dict[str, CellGrid] = {}
    refused: dict[str, str] = {}
    try:
        with load_workbook(io.BytesIO(workbook())) as book:
            for name, cells in told.items():
                try:
                    sheet = book.get_sheet_by_name(name)
                    rows = sheet.to_python(skip_empty_area=False)
                    blocks = sheet.merged_cell_ranges or ()
                except BaseException as error:
                    refused[name] = _refusal(error)
                    continue
                filled = sum(len(row) - row.count("") for row in rows)
                if filled != cells.filled:
                    refused[name] = (
                        f"the sheet holds {cells.filled:,} filled cells, of which {filled:,} can "
                        f"be read; {_RESAVE}"
                    )
                    continue
                found[name] = _filled(CellGrid(name, rows, cells.hidden), cells, blocks)
    except BaseException as error:
        reason = _refusal(error)
        return {}, dict.fromkeys(told, reason)
    return found, refused


def _refusal(error: BaseException) -> str:
    """Why a sheet cannot be read; the reader in Rust panics with a BaseException."""
    if isinstance(error, (FileError, MemoryError, KeyboardInterrupt, SystemExit)):
        raise error
    return f"the sheet is damaged ({clean(str(error))[:100]}); {_RESAVE}"


def _filled(grid: CellGrid, cells: SheetCells, blocks: Iterable[Block]) -> CellGrid:
    """A grid with its faults and merged blocks."""
    for row in grid.rows:
        if inf in row or -inf in row or any(raw != raw for raw in row):
            for place, raw in enumerate(row):
                if isinstance(raw, float) and not -inf < raw < inf:
                    row[place] = not_a_number(raw)
    for number, column, fault in cells.faults:
        _put(grid, number, column, fault)
    for block in blocks:
        _spread(grid, block)
    return grid


def _put(grid: CellGrid, row: int, column: int, value: Any) -> None:
    """Write into a cell; the reader leaves out empty cells at the end of a sheet."""
    while len(grid.rows) <= row:
        grid.rows.append([])
    cells = grid.rows[row]
    cells.extend([""] * (column + 1 - len(cells)))
    cells[column] = value


def _spread(grid: CellGrid, block: Block) -> None:
    """Let the value of a merged block count in each of its rows.

    A block over several columns counts in the first; the others are marked, since
    nobody can tell what they hold.
    """
    (top, left), (bottom, right) = block
    if top >= len(grid.rows) or left >= len(grid.rows[top]):
        return
    value = grid.rows[top][left]
    if blank(value):
        return
    merged = MergedCell(f"the cell is merged with {letter(left)}{top + 1}; unmerge the cells")
    for row in range(top, min(bottom + 1, len(grid.rows))):
        if row > top:
            _put(grid, row, left, value if isinstance(value, UnreadableCell) else SharedCell(value))
        for column in range(left + 1, min(right + 1, len(grid.rows[row]))):
            _put(grid, row, column, merged)
