"""A copy of the planner's workbook in which what is wrong stands out.

Cells with errors are red, cells with warnings amber; their notes say why, and a sheet in
front lists everything. The planner's own file is only read.
"""

from __future__ import annotations

import os
import re
import warnings
from collections.abc import Iterable, Mapping, Sequence
from io import BytesIO
from pathlib import Path
from typing import Any, Final

from optimizer.atomic_write import replacing, same_file
from optimizer.errors import FileError, Finding, UsageError
from optimizer.tables.check_report import (
    COLOURS,
    DARK,
    REPORT,
    Address,
    fill_for,
    former_fills,
    is_marked_copy,
    is_report,
    printable,
    write_report,
)
from optimizer.tables.plain_copy import MOST_CELLS, plain_copy, size_of
from optimizer.tables.schema import SHEETS
from optimizer.tables.text_matching import fold

MOST: Final = 8
"""Findings that one note spells out."""

Head = dict[str, tuple[int, str]]

_HEADING: Final = f"{REPORT}:\n"
_CELL: Final = re.compile(r"\$?([A-Za-z]{0,3})\$?(\d*)")
_WHITE: Final = (("rgb", "FFFFFFFF"), ("rgb", "00FFFFFF"), ("theme", 0), ("indexed", 9))
_TOP: Final = 100
"""Rows in which headers are looked for."""
_LAST: Final = (1_048_576, (3, "XFD"))


def write_marked_copy(source: str | Path, findings: Sequence[Finding], target: str | Path) -> Path:
    """Write a copy of a workbook with its findings marked, and return its path.

    A marked copy that stands there already is replaced, another file is not; ``source`` is
    only read. A source that is a marked copy itself loses its old marks first. Where openpyxl
    cannot open the source, or not in bounded time, the copy holds the values of the cells alone
    and says so. Raises UsageError if the target is the source or has another ending than its
    kind, and FileError if the source cannot be opened for marking (only .xlsx and .xlsm can) or
    the target not be written.
    """
    origin, copy = Path(source), Path(target)
    _refuse(origin, copy)
    book, why = _load(origin, macros=copy.suffix.lower() == ".xlsm")
    _unmark(book)
    places = _places(book, findings)
    former = _mark(book, findings, places)
    write_report(book, origin.name, findings, places, former, why)
    for sheet in book.worksheets:
        _fit_notes(sheet)
    with replacing(copy, "marked copy") as draft:
        _save(book, draft, copy)
    return copy


def _refuse(origin: Path, copy: Path) -> None:
    if not origin.is_file():
        raise UsageError(f"{origin}: no such file")
    if same_file(copy, origin):
        raise UsageError(f"{copy}: the marked copy must not replace the workbook itself")
    if os.path.lexists(copy) and not is_marked_copy(copy):
        raise FileError(
            f"{copy}: this file was not written by the check, and is left as it is; "
            "move it or give it another name, and check again"
        )
    endings = (".xlsx", ".xlsm") if origin.suffix.lower() == ".xlsm" else (".xlsx",)
    if copy.suffix.lower() not in endings:
        raise UsageError(f"{copy}: the marked copy of {origin.name} ends in {endings[-1]}")


def _load(origin: Path, macros: bool) -> tuple[Any, str]:
    """The workbook as openpyxl sees it, or its values alone and why."""
    names, cells = size_of(origin)
    if cells > MOST_CELLS:
        why = f"marking more than {MOST_CELLS:,} cells, blank and merged ones included, takes long"
        return plain_copy(origin, macros), why
    try:
        book = _opened(origin, macros)
        if set(names) <= set(book.sheetnames):
            return book, ""
    except OSError as error:
        raise FileError(f"{origin} cannot be read ({error.strerror or error})") from error
    except Exception:  # of any kind: openpyxl has none of its own for what it does not expect
        if not names:
            raise FileError(
                f"{origin} cannot be opened for marking; save it in Excel as .xlsx"
            ) from None
    return plain_copy(origin, macros), "openpyxl, which marks the cells, cannot read all of it"


def _opened(file: Any, macros: bool) -> Any:
    import openpyxl
    from openpyxl.workbook.properties import CalcProperties

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        book = openpyxl.load_workbook(file, keep_vba=macros, rich_text=True)
    book.template = False
    book.calculation = CalcProperties(fullCalcOnLoad=True)
    return book


def _save(book: Any, draft: Path, copy: Path) -> None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            file = BytesIO()
            book.save(file)
        draft.write_bytes(file.getbuffer())
    except OSError:
        raise
    except Exception as error:
        raise FileError(f"{copy} cannot be written ({_first_line(error)})") from error


def _first_line(error: Exception) -> str:
    lines = str(error).strip().splitlines()
    return lines[0].rstrip(".") if lines else type(error).__name__


def _cells(sheet: Any) -> list[Any]:
    """The cells that a sheet holds; walking its whole area would create the empty ones."""
    return list(sheet._cells.values())


def _places(book: Any, findings: Iterable[Finding]) -> list[Address | None]:
    """The cell that carries each finding, None if its sheet does not exist."""
    sheets = {fold(sheet.title): sheet for sheet in book.worksheets}
    heads = {name: _head(sheet) for name, sheet in sheets.items()}
    return [
        _place(sheets[fold(each.sheet)], heads[fold(each.sheet)], each)
        if fold(each.sheet) in sheets
        else None
        for each in findings
    ]


def _place(sheet: Any, head: Head, finding: Finding) -> Address:
    """The cell itself, or the header of its column, or the first header."""
    found = _CELL.fullmatch(finding.cell)
    letters, digits = (found[1].upper(), found[2]) if found else ("", "")
    header_row, header_letters = head.get(fold(finding.column), head[""])
    row = int(digits or 0) or header_row
    letters = letters or header_letters
    if row > _LAST[0] or (len(letters), letters) > _LAST[1]:
        return sheet.title, "A1"
    address = f"{letters}{row}"
    for area in sheet.merged_cells.ranges:
        if address in area:
            return sheet.title, area.start_cell.coordinate
    return sheet.title, address


def _head(sheet: Any) -> Head:
    """Where each header stands, by its text without regard to case; "" is the first cell.

    The row is the one that holds most declared headers, or else the first that is filled.
    """
    known = _declared(sheet.title)
    rows: dict[int, list[Any]] = {}
    for cell in _cells(sheet):
        if cell.row <= _TOP and str(cell.value or "").strip():
            rows.setdefault(cell.row, []).append(cell)
    hits = {row: sum(fold(str(cell.value)) in known for cell in rows[row]) for row in rows}
    row = min(hits, key=lambda row: (-hits[row], row), default=1)
    named = {fold(str(cell.value)): (row, cell.column_letter) for cell in rows.get(row, [])}
    return named | {"": (row, "A")}


def _declared(title: str) -> set[str]:
    """Headers that a sheet of this name may have."""
    for name, sheet in SHEETS.items():
        if fold(name) == fold(title):
            return {fold(column.header) for column in sheet.columns.values()}
    return {"setting", "value"}


def _mark(
    book: Any, findings: Sequence[Finding], places: Sequence[Address | None]
) -> dict[Address, str]:
    """Fill the cells and extend their notes; the fills that they had before, in words."""
    marks: dict[Address, list[Finding]] = {}
    for finding, place in zip(findings, places, strict=True):
        if place:
            marks.setdefault(place, []).append(finding)
    former: dict[Address, str] = {}
    for (title, address), found in marks.items():
        cell = book[title][address]
        former[title, address] = _fill_in_words(cell)
        worst = "error" if any(each.severity == "error" for each in found) else "warning"
        cell.fill = fill_for(worst, dark=_has_light_text(cell))
        _extend_note(cell, found)
    return former


def _has_light_text(cell: Any) -> bool:
    """True for white text, as in a header; it needs a dark mark."""
    colour = cell.font.color
    return colour is not None and (colour.type, colour.value) in _WHITE


def _extend_note(cell: Any, found: Iterable[Finding]) -> None:
    from openpyxl.comments import Comment

    said = list(dict.fromkeys(_sentence(finding) for finding in found))
    if len(said) > MOST:
        said[MOST:] = [f"… and {len(said) - MOST:,} more, see {REPORT}"]
    words = _HEADING + "\n".join(said)
    before = cell.comment
    text = f"{before.text}\n\n{words}" if before else words
    cell.comment = Comment(printable(text), before.author if before else "optimizer check")


def _sentence(finding: Finding) -> str:
    hint = f"; {finding.hint}" if finding.hint else ""
    return f"{finding.severity.capitalize()}: {finding.message}{hint}"


def _fit_notes(sheet: Any) -> None:
    """Size the notes by their text, since openpyxl does not read the size they had."""
    for cell in _cells(sheet):
        if cell.comment:
            lines = sum(1 + len(line) // 48 for line in cell.comment.text.split("\n"))
            cell.comment.width, cell.comment.height = 320, min(18 * lines + 14, 500)


def _unmark(book: Any) -> None:
    """Take the marks and the report of an earlier check out of the workbook."""
    former: dict[Address, str] = {}
    for sheet in [each for each in book.worksheets if is_report(each)]:
        former |= former_fills(sheet)
        book.remove(sheet)
    for sheet in book.worksheets:
        for cell in _cells(sheet):
            if cell.comment and _HEADING in cell.comment.text:
                _unmark_cell(cell, former.get((sheet.title, cell.coordinate), ""))


def _unmark_cell(cell: Any, fill: str) -> None:
    from openpyxl.comments import Comment

    text = cell.comment.text.partition(_HEADING)[0].rstrip("\n")
    cell.comment = Comment(text, cell.comment.author) if text else None
    if any(colour in _fill_in_words(cell) for colour in (*COLOURS.values(), *DARK.values())):
        cell.fill = _fill_of_words(fill)


def _fill_in_words(cell: Any) -> str:
    """A fill such as ``solid theme 4 0.6``, empty for none."""
    if not cell.fill.fill_type or not hasattr(cell.fill, "fgColor"):
        return ""
    colour = cell.fill.fgColor
    return f"{cell.fill.fill_type} {colour.type} {colour.value} {colour.tint}"


def _fill_of_words(words: str) -> Any:
    from openpyxl.styles import PatternFill
    from openpyxl.styles.colors import Color

    if len(words.split()) != 4:
        return PatternFill()
    pattern, kind, value, tint = words.split()
    chosen: Mapping[str, Any] = {kind: value if kind == "rgb" else int(value)}
    return PatternFill(pattern, fgColor=Color(**chosen, tint=float(tint)))
