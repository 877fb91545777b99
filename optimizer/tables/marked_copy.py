"""Write a copy of the planner's workbook in which the findings are marked.

Cells with errors are red and cells with warnings amber. Their notes give the messages, and the
first sheet lists all findings. The planner's own file is only read.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping, Sequence
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO, Final, overload

from optimizer.argument_kinds import ArgumentKind, check_arguments
from optimizer.atomic_write import FileTarget, same_file, write_when_complete
from optimizer.errors import FileError, Finding, UsageError
from optimizer.tables.check_report import (
    DARK_SEVERITY_COLOURS,
    REPORT_TITLE,
    SEVERITY_COLOURS,
    CellAddress,
    fill_for,
    finding_counts,
    is_marked_copy,
    is_report,
    original_fills,
    printable,
    write_report,
)
from optimizer.tables.plain_copy import MAX_MARKED_CELLS, plain_copy, sheet_names_and_cell_count
from optimizer.tables.schema import SHEETS
from optimizer.tables.sheet_xml import EXCEL_MAX_ROWS
from optimizer.tables.text_matching import fold
from optimizer.tables.workbook_files import WorkbookContent, WorkbookSource, workbook_source

MAX_FINDINGS_PER_NOTE: Final = 8
"""Findings that one note shows; more would not fit into a note on the screen."""

HeaderCells = dict[str, tuple[int, str]]
"""Row number and column letter of each header of a sheet, by the fold of its text."""

_NOTE_HEADING: Final = f"{REPORT_TITLE}:\n"
_CELL_REFERENCE: Final = re.compile(r"\$?([A-Za-z]{0,3})\$?(\d*)")
_WHITE_FONT_COLOURS: Final = (
    ("rgb", "FFFFFFFF"),
    ("rgb", "00FFFFFF"),
    ("theme", 0),
    ("indexed", 9),
)
_MAX_HEADER_ROW: Final = 100
"""Last row that may hold headers; titles and remarks above a table are shorter than this."""
_LAST_CELL: Final = (EXCEL_MAX_ROWS, (3, "XFD"))
"""Last row and column of an Excel sheet; the letters are compared by length first."""


def _are_findings(things: Any) -> bool:
    listed = isinstance(things, (list, tuple))
    return listed and all(isinstance(each, Finding) for each in things)


@overload
def write_marked_copy(
    source: WorkbookSource, findings: Sequence[Finding], target: BinaryIO
) -> None: ...


@overload
def write_marked_copy(
    source: WorkbookSource, findings: Sequence[Finding], target: str | os.PathLike[str]
) -> Path: ...


@check_arguments(findings=ArgumentKind("the findings of check", _are_findings))
def write_marked_copy(
    source: WorkbookSource, findings: Sequence[Finding], target: FileTarget
) -> Path | None:
    """Write a copy of a workbook with its findings marked, and return its path.

    ``source`` is a path, bytes or an open binary file, and only read; ``target`` is a path or an
    open binary file, whose path is None. An existing marked copy at ``target`` is replaced,
    another file is not. If the source is a marked copy itself, its old marks are removed first. If
    openpyxl cannot open the source, or not in bounded time, the copy holds only the values of the
    cells and says so.

    Raises UsageError if the source does not exist, or if the target is the source or has the
    wrong extension. Raises FileError if the target is another file or cannot be written, or if
    the source cannot be opened for marking (only .xlsx and .xlsm can).
    """
    origin = workbook_source(source)
    copy = Path(target) if isinstance(target, (str, os.PathLike)) else None
    if copy is not None:
        _check_paths(origin, copy)
    macros = origin.has_macros if copy is None else copy.suffix.lower() == ".xlsm"
    book, values_only_reason = _load_workbook(origin, macros)
    _remove_marks(book)
    marks = [mark for finding in findings for mark in _by_cell(finding)]
    addresses = _cell_addresses(book, marks)
    fills = _mark_cells(book, marks, addresses)
    heading = f"{origin.name}: {finding_counts(findings)}"
    write_report(book, heading, marks, addresses, fills, values_only_reason)
    for sheet in book.worksheets:
        _fit_notes(sheet)
    with write_when_complete(target, "marked copy") as file:
        _save_workbook(book, file, copy or origin.name)
    return copy


def _by_cell(finding: Finding) -> list[Finding]:
    """A finding of several cells as one for each of them: the others point to the first."""
    message = f"see {finding.place}: {finding.message}"
    places = [place.rpartition("!") for place in finding.cells if place != finding.place]
    return [
        finding,
        *(Finding(finding.severity, sheet, cell, "", message) for sheet, _, cell in places),
    ]


def _check_paths(origin: WorkbookContent, copy: Path) -> None:
    """Raise an error if a copy must not be written to a path."""
    if origin.path and same_file(copy, origin.path):
        raise UsageError(f"{copy}: the marked copy must not replace the workbook itself")
    if os.path.lexists(copy) and not is_marked_copy(copy):
        raise FileError(
            f"{copy}: this file was not written by the check, so it is not overwritten; "
            "move it or give it another name, and check again"
        )
    suffix = Path(origin.path).suffix.lower()
    macros = suffix == ".xlsm" or (not origin.path and origin.has_macros)
    endings = (".xlsx", ".xlsm") if macros else (".xlsx",)
    if copy.suffix.lower() not in endings:
        raise UsageError(f"{copy}: the marked copy of {origin.name} ends in {endings[-1]}")


def _load_workbook(origin: WorkbookContent, macros: bool) -> tuple[Any, str]:
    """The openpyxl workbook and an empty reason, or only its values and the reason."""
    names, cells = sheet_names_and_cell_count(origin.file())
    if cells > MAX_MARKED_CELLS:
        reason = (
            f"marking more than {MAX_MARKED_CELLS:,} cells, blank and merged ones included, "
            "takes long"
        )
        return plain_copy(origin, macros), reason
    try:
        book = _open_workbook(origin.file(), macros)
        if set(names) <= set(book.sheetnames):
            return book, ""
    except Exception:  # openpyxl raises errors of any type for content that it does not expect
        if not names:
            raise FileError(
                f"{origin.path or origin.name} cannot be opened for marking; save it in Excel as "
                ".xlsx"
            ) from None
    return plain_copy(origin, macros), "openpyxl, which marks the cells, cannot read all of it"


def _open_workbook(file: Any, macros: bool) -> Any:
    import openpyxl
    from openpyxl.workbook.properties import CalcProperties

    # Its warnings about what it leaves out go where the caller's go: filters are of the process.
    book = openpyxl.load_workbook(file, keep_vba=macros, rich_text=True)
    book.template = False
    book.calculation = CalcProperties(fullCalcOnLoad=True)
    return book


def _save_workbook(book: Any, file: BytesIO, copy: str | Path) -> None:
    try:
        book.save(file)
    except Exception as error:  # openpyxl raises errors of any type for what it cannot write
        raise FileError(f"{copy} cannot be written ({_first_line(error)})") from error


def _first_line(error: Exception) -> str:
    lines = str(error).strip().splitlines()
    return lines[0].rstrip(".") if lines else type(error).__name__


def _existing_cells(sheet: Any) -> list[Any]:
    """The cells that a sheet holds; iterating over its rows would create the empty ones."""
    return list(sheet._cells.values())


def _cell_addresses(book: Any, findings: Iterable[Finding]) -> list[CellAddress | None]:
    """The cell to mark for each finding, None if its sheet does not exist."""
    sheets = {fold(sheet.title): sheet for sheet in book.worksheets}
    headers = {name: _header_cells(sheet) for name, sheet in sheets.items()}
    return [
        _cell_address(sheets[fold(finding.sheet)], headers[fold(finding.sheet)], finding)
        if fold(finding.sheet) in sheets
        else None
        for finding in findings
    ]


def _cell_address(sheet: Any, headers: HeaderCells, finding: Finding) -> CellAddress:
    """The cell of a finding; without a cell the header of its column, or else the first header."""
    match = _CELL_REFERENCE.fullmatch(finding.cell)
    letters, digits = (match[1].upper(), match[2]) if match else ("", "")
    header_row, header_letters = headers.get(fold(finding.column), headers[""])
    row = int(digits or 0) or header_row
    letters = letters or header_letters
    if row > _LAST_CELL[0] or (len(letters), letters) > _LAST_CELL[1]:
        return sheet.title, "A1"
    coordinate = f"{letters}{row}"
    for merged_range in sheet.merged_cells.ranges:
        if coordinate in merged_range:
            return sheet.title, merged_range.start_cell.coordinate
    return sheet.title, coordinate


def _header_cells(sheet: Any) -> HeaderCells:
    """The headers of a sheet; the key "" is the first cell of their row.

    The header row is the one with the most declared headers, or else the first filled one.
    """
    declared = _declared_headers(sheet.title)
    rows: dict[int, list[Any]] = {}
    for cell in _existing_cells(sheet):
        if cell.row <= _MAX_HEADER_ROW and str(cell.value or "").strip():
            rows.setdefault(cell.row, []).append(cell)
    matches = {row: sum(fold(str(cell.value)) in declared for cell in rows[row]) for row in rows}
    row = min(matches, key=lambda row: (-matches[row], row), default=1)
    headers = {fold(str(cell.value)): (row, cell.column_letter) for cell in rows.get(row, [])}
    return headers | {"": (row, "A")}


def _declared_headers(title: str) -> set[str]:
    """Folded headers that a sheet with this title may have."""
    for name, sheet in SHEETS.items():
        if fold(name) == fold(title):
            return {fold(column.header) for column in sheet.columns.values()}
    return {"setting", "value"}


def _mark_cells(
    book: Any, findings: Sequence[Finding], addresses: Sequence[CellAddress | None]
) -> dict[CellAddress, str]:
    """Fill the cells and extend their notes; return their original fills as text."""
    marks: dict[CellAddress, list[Finding]] = {}
    for finding, address in zip(findings, addresses, strict=True):
        if address:
            marks.setdefault(address, []).append(finding)
    fills: dict[CellAddress, str] = {}
    for (title, coordinate), cell_findings in marks.items():
        cell = book[title][coordinate]
        fills[title, coordinate] = _fill_to_text(cell)
        has_error = any(finding.severity == "error" for finding in cell_findings)
        cell.fill = fill_for("error" if has_error else "warning", dark=_has_white_text(cell))
        _extend_note(cell, cell_findings)
    return fills


def _has_white_text(cell: Any) -> bool:
    """True for white text, as in a header, which needs a dark fill."""
    colour = cell.font.color
    return colour is not None and (colour.type, colour.value) in _WHITE_FONT_COLOURS


def _extend_note(cell: Any, findings: Iterable[Finding]) -> None:
    from openpyxl.comments import Comment

    sentences = list(dict.fromkeys(_sentence(finding) for finding in findings))
    if len(sentences) > MAX_FINDINGS_PER_NOTE:
        sentences[MAX_FINDINGS_PER_NOTE:] = [
            f"… and {len(sentences) - MAX_FINDINGS_PER_NOTE:,} more, see {REPORT_TITLE}"
        ]
    marks = _NOTE_HEADING + "\n".join(sentences)
    comment = cell.comment
    text = f"{comment.text}\n\n{marks}" if comment else marks
    cell.comment = Comment(printable(text), comment.author if comment else "optimizer check")


def _sentence(finding: Finding) -> str:
    hint = f"; {finding.hint}" if finding.hint else ""
    return f"{finding.severity.capitalize()}: {finding.message}{hint}"


def _fit_notes(sheet: Any) -> None:
    """Size the notes by their text, because openpyxl does not read their original size.

    A line of a note 320 pixels wide holds about 48 characters and is 18 pixels high.
    """
    for cell in _existing_cells(sheet):
        if cell.comment:
            lines = sum(1 + len(line) // 48 for line in cell.comment.text.split("\n"))
            cell.comment.width, cell.comment.height = 320, min(18 * lines + 14, 500)


def _remove_marks(book: Any) -> None:
    """Remove the marks and the report of an earlier check from the workbook."""
    fills: dict[CellAddress, str] = {}
    for sheet in [sheet for sheet in book.worksheets if is_report(sheet)]:
        fills |= original_fills(sheet)
        book.remove(sheet)
    for sheet in book.worksheets:
        for cell in _existing_cells(sheet):
            if cell.comment and _NOTE_HEADING in cell.comment.text:
                _remove_mark(cell, fills.get((sheet.title, cell.coordinate), ""))


def _remove_mark(cell: Any, original_fill: str) -> None:
    from openpyxl.comments import Comment

    text = cell.comment.text.partition(_NOTE_HEADING)[0].rstrip("\n")
    cell.comment = Comment(text, cell.comment.author) if text else None
    colours = (*SEVERITY_COLOURS.values(), *DARK_SEVERITY_COLOURS.values())
    if any(colour in _fill_to_text(cell) for colour in colours):
        cell.fill = _fill_from_text(original_fill)


def _fill_to_text(cell: Any) -> str:
    """A cell's fill as text such as ``solid theme 4 0.6``, empty for no fill."""
    if not cell.fill.fill_type or not hasattr(cell.fill, "fgColor"):
        return ""
    colour = cell.fill.fgColor
    return f"{cell.fill.fill_type} {colour.type} {colour.value} {colour.tint}"


def _fill_from_text(text: str) -> Any:
    from openpyxl.styles import PatternFill
    from openpyxl.styles.colors import Color

    if len(text.split()) != 4:
        return PatternFill()
    pattern, kind, value, tint = text.split()
    value_by_kind: Mapping[str, Any] = {kind: value if kind == "rgb" else int(value)}
    return PatternFill(pattern, fgColor=Color(**value_by_kind, tint=float(tint)))
