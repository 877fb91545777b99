"""The sheet of a marked copy that lists every finding, and what it remembers of the marks."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from optimizer.errors import Finding
from optimizer.tables.text_matching import fold

REPORT: Final = "Check report"
COLOURS: Final = {"error": "FFFF7C80", "warning": "FFFFD966"}
DARK: Final = {"error": "FFC00000", "warning": "FFC65911"}
"""The same behind white text."""
HEADERS: Final = {
    "place": 24,
    "severity": 11,
    "column": 20,
    "message": 80,
    "hint": 50,
    "former fill": 12,
}
"""Columns of the report with their widths; the last is hidden."""
HEADER_ROW: Final = 5

Address = tuple[str, str]
"""Title of a sheet and a cell in it: ``("Supply", "F12")``."""

_UNPRINTABLE: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def fill_for(severity: str, dark: bool = False) -> Any:
    """Red for errors, amber for anything else."""
    from openpyxl.styles import PatternFill

    colours = DARK if dark else COLOURS
    return PatternFill("solid", fgColor=colours.get(severity, colours["warning"]))


def write_report(
    book: Any,
    name: str,
    findings: Sequence[Finding],
    places: Sequence[Address | None],
    former: Mapping[Address, str],
    values_alone: str = "",
) -> None:
    """Write the report of ``findings`` as the first sheet of an openpyxl workbook.

    ``places`` holds the cell that each finding is marked at, ``former`` the fills that
    these cells had, in words. ``values_alone`` tells why the copy holds values alone.
    """
    report = book.create_sheet(_free_title(book), 0)
    _write_head(report, name, findings, values_alone)
    for row, (finding, place) in enumerate(zip(findings, places, strict=True), HEADER_ROW + 1):
        cells = (
            finding.place,
            finding.severity,
            finding.column,
            finding.message,
            finding.hint,
            former[place] if place else "",
        )
        for column, text in enumerate(cells, start=1):
            _write_text(report.cell(row, column), text)
        report.cell(row, 2).fill = fill_for(finding.severity)
        report.row_dimensions[row].height = _height(cells[:-1])
        if place:
            _link(report.cell(row, 1), place)
    _open_at_first(book)


def _height(texts: Sequence[str]) -> float:
    """Height of a row whose texts wrap in the columns that are shown."""
    widths = list(HEADERS.values())[:-1]
    lines = (1 + len(text) * 1.1 // width for text, width in zip(texts, widths, strict=True))
    return min(15.0 * max(lines), 300.0)


def _open_at_first(book: Any) -> None:
    """Select the first sheet alone: with several selected, an entry would go to all of them."""
    for sheet in book.worksheets:
        sheet.sheet_view.tabSelected = sheet is book.worksheets[0]
    for chart in book.chartsheets:
        for view in chart.sheetViews.sheetView:
            view.tabSelected = False
    book.active = 0
    for window in book.views:
        window.firstSheet = 0


def _write_head(report: Any, name: str, findings: Sequence[Finding], values_alone: str) -> None:
    from openpyxl.styles import Alignment, Font, PatternFill

    face = report["A1"].font.name
    report["A1"] = REPORT
    report["A1"].font = Font(name=face, bold=True, size=16, color="FF1F3864")
    _write_text(report["A2"], f"{name}: {_count(findings)}", wrap=False)
    missing = (
        "This copy holds the values of your cells alone, without formulas, drawings and notes, "
        f"because {values_alone}."
        if values_alone
        else "Drawings and pictures may be missing from this copy."
    )
    told = "Red cells hold errors, amber cells warnings; their notes say why. Your own workbook is "
    _write_text(report["A3"], f"{told}unchanged. {missing}", wrap=False)
    for column, (header, width) in enumerate(HEADERS.items(), start=1):
        cell = report.cell(HEADER_ROW, column, header)
        cell.font = Font(name=face, size=report["A2"].font.size, bold=True, color="FFFFFFFF")
        cell.fill = PatternFill("solid", fgColor="FF1F4E78")
        cell.alignment = Alignment(vertical="center")
        report.column_dimensions[cell.column_letter].width = width
    report.column_dimensions[cell.column_letter].hidden = True
    report.freeze_panes = report.cell(HEADER_ROW + 1, 1)
    report.auto_filter.ref = f"A{HEADER_ROW}:E{HEADER_ROW + max(len(findings), 1)}"
    report.sheet_properties.tabColor = COLOURS["error"]
    report.page_setup.orientation = "landscape"
    report.page_setup.fitToHeight = 0
    report.sheet_properties.pageSetUpPr.fitToPage = True
    report.print_title_rows = f"{HEADER_ROW}:{HEADER_ROW}"


def _count(findings: Sequence[Finding]) -> str:
    errors = sum(finding.severity == "error" for finding in findings)
    if not findings:
        return "no errors, no warnings"
    counts = ((errors, "error"), (len(findings) - errors, "warning"))
    return ", ".join(f"{n:,} {word}{'' if n == 1 else 's'}" for n, word in counts)


def _write_text(cell: Any, text: str, wrap: bool = True) -> None:
    """Write text that stays text, whatever sign it begins with."""
    from openpyxl.styles import Alignment

    words = printable(text)
    cell.value = words or None
    if words:
        cell.data_type = "s"
    cell.quotePrefix = words.startswith(("=", "+", "-", "@"))
    cell.alignment = Alignment(vertical="top", wrap_text=wrap)


def printable(text: str) -> str:
    """Text that a cell or a note can hold."""
    return _UNPRINTABLE.sub("�", text)[:32_000]


def _link(cell: Any, place: Address) -> None:
    from openpyxl.styles import Font
    from openpyxl.worksheet.hyperlink import Hyperlink

    title, address = place
    quoted = title.replace("'", "''")
    cell.hyperlink = Hyperlink(ref=cell.coordinate, location=f"'{quoted}'!{address}")
    face = cell.font
    cell.font = Font(name=face.name, size=face.size, color="FF0563C1", underline="single")


def _free_title(book: Any) -> str:
    """The name of the report; numbered if the planner has a sheet of that name."""
    taken = {fold(title) for title in book.sheetnames}
    return next(title for title in _titles() if fold(title) not in taken)


def _titles() -> Iterator[str]:
    yield REPORT
    number = 2
    while True:
        yield f"{REPORT} {number}"
        number += 1


def is_report(sheet: Any) -> bool:
    """True for a report of an earlier check, false for a sheet of the planner's."""
    if not sheet.title.startswith(REPORT) or sheet["A1"].value != REPORT:
        return False
    return [cell.value for cell in sheet[HEADER_ROW][: len(HEADERS)]] == list(HEADERS)


def is_marked_copy(path: Path) -> bool:
    """True for a workbook that bears a report of an earlier check; false for any other file."""
    from python_calamine import CalamineWorkbook

    try:
        book = CalamineWorkbook.from_path(path)
        for name in book.sheet_names:
            if not name.startswith(REPORT):
                continue
            rows = book.get_sheet_by_name(name).to_python(skip_empty_area=False, nrows=HEADER_ROW)
            head = [str(value) for value in rows[-1][: len(HEADERS)]]
            if rows[0][0] == REPORT and len(rows) == HEADER_ROW and head == list(HEADERS):
                return True
    except Exception:  # whatever it is, it is not ours
        return False
    return False


def former_fills(report: Any) -> dict[Address, str]:
    """The fills in words that marked cells had before an earlier check."""
    found: dict[Address, str] = {}
    for row in report.iter_rows(min_row=HEADER_ROW + 1, max_col=len(HEADERS)):
        if row[0].hyperlink and row[0].hyperlink.location and row[-1].value:
            title, _, address = row[0].hyperlink.location.rpartition("!")
            found[title.strip("'").replace("''", "'"), address] = str(row[-1].value)
    return found
