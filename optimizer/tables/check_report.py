"""The check report: the first sheet of a marked copy.

It lists every finding, and keeps the original fills of the marked cells so that a later check
can restore them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import chain, count
from pathlib import Path
from typing import Any, Final

from optimizer.errors import Finding
from optimizer.tables.text_matching import fold

REPORT_TITLE: Final = "Check report"
SEVERITY_COLOURS: Final = {"error": "FFFF7C80", "warning": "FFFFD966"}
DARK_SEVERITY_COLOURS: Final = {"error": "FFC00000", "warning": "FFC65911"}
"""Darker colours, on which white text is readable."""
REPORT_COLUMN_WIDTHS: Final = {
    "place": 24,
    "severity": 11,
    "column": 20,
    "message": 80,
    "hint": 50,
    "former fill": 12,
}
"""Columns of the report with their widths in characters; the last one is hidden."""
REPORT_HEADER_ROW: Final = 5
"""Below the title, the counts, the legend and a blank row."""

CellAddress = tuple[str, str]
"""Title of a sheet and coordinate of a cell in it: ``("Supply", "F12")``."""

_UNPRINTABLE: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def fill_for(severity: str, dark: bool = False) -> Any:
    """The openpyxl fill of a mark: red for errors, amber for anything else."""
    from openpyxl.styles import PatternFill

    colours = DARK_SEVERITY_COLOURS if dark else SEVERITY_COLOURS
    return PatternFill("solid", fgColor=colours.get(severity, colours["warning"]))


def write_report(
    book: Any,
    heading: str,
    findings: Sequence[Finding],
    addresses: Sequence[CellAddress | None],
    original_fills: Mapping[CellAddress, str],
    values_only_reason: str = "",
) -> None:
    """Write the report of ``findings`` as the first sheet of an openpyxl workbook.

    ``heading`` names the workbook and counts its findings. ``addresses`` holds the marked cell of
    each finding (None if it has none), ``original_fills`` the fills of these cells before they were
    marked. ``values_only_reason`` says why the copy
    holds only values; it is empty if the copy is complete.
    """
    report = book.create_sheet(_free_title(book), 0)
    _write_heading(report, heading, findings, values_only_reason)
    for row, (finding, address) in enumerate(
        zip(findings, addresses, strict=True), REPORT_HEADER_ROW + 1
    ):
        cells = (
            finding.place,
            finding.severity,
            finding.column,
            finding.message,
            finding.hint,
            original_fills[address] if address else "",
        )
        for column, text in enumerate(cells, start=1):
            _write_text(report.cell(row, column), text)
        report.cell(row, 2).fill = fill_for(finding.severity)
        report.row_dimensions[row].height = _row_height(cells[:-1])
        if address:
            _link(report.cell(row, 1), address)
    _select_first_sheet(book)


def _row_height(texts: Sequence[str]) -> float:
    """Height in points of a row whose texts wrap in the visible columns.

    A line takes 15 points and a character 1.1 of the width's units on average, which leaves
    room for wide letters. 300 points are the limit, since Excel allows no row above 409.
    """
    widths = list(REPORT_COLUMN_WIDTHS.values())[:-1]
    lines = (1 + len(text) * 1.1 // width for text, width in zip(texts, widths, strict=True))
    return min(15.0 * max(lines), 300.0)


def _select_first_sheet(book: Any) -> None:
    """Select only the first sheet: Excel writes an entry into all selected sheets."""
    for sheet in book.worksheets:
        sheet.sheet_view.tabSelected = sheet is book.worksheets[0]
    for chart in book.chartsheets:
        for view in chart.sheetViews.sheetView:
            view.tabSelected = False
    book.active = 0
    for window in book.views:
        window.firstSheet = 0


def _write_heading(
    report: Any, heading: str, findings: Sequence[Finding], values_only_reason: str
) -> None:
    from openpyxl.styles import Alignment, Font, PatternFill

    font_name = report["A1"].font.name
    report["A1"] = REPORT_TITLE
    report["A1"].font = Font(name=font_name, bold=True, size=16, color="FF1F3864")
    _write_text(report["A2"], heading, wrap=False)
    omissions = (
        "This copy has only the values of your cells, without formulas, drawings and notes, "
        f"because {values_only_reason}."
        if values_only_reason
        else "Drawings and pictures may be missing from this copy."
    )
    legend = (
        "Red cells have errors, amber cells have warnings; the note on each cell gives the "
        "reason. Your workbook is "
    )
    _write_text(report["A3"], f"{legend}unchanged. {omissions}", wrap=False)
    for column, (header, width) in enumerate(REPORT_COLUMN_WIDTHS.items(), start=1):
        cell = report.cell(REPORT_HEADER_ROW, column, header)
        cell.font = Font(name=font_name, size=report["A2"].font.size, bold=True, color="FFFFFFFF")
        cell.fill = PatternFill("solid", fgColor="FF1F4E78")
        cell.alignment = Alignment(vertical="center")
        report.column_dimensions[cell.column_letter].width = width
    report.column_dimensions[cell.column_letter].hidden = True
    report.freeze_panes = report.cell(REPORT_HEADER_ROW + 1, 1)
    report.auto_filter.ref = f"A{REPORT_HEADER_ROW}:E{REPORT_HEADER_ROW + max(len(findings), 1)}"
    report.sheet_properties.tabColor = SEVERITY_COLOURS["error"]
    report.page_setup.orientation = "landscape"
    report.page_setup.fitToHeight = 0
    report.sheet_properties.pageSetUpPr.fitToPage = True
    report.print_title_rows = f"{REPORT_HEADER_ROW}:{REPORT_HEADER_ROW}"


def finding_counts(findings: Sequence[Finding]) -> str:
    """Number of errors and warnings in words."""
    errors = sum(finding.severity == "error" for finding in findings)
    if not findings:
        return "no errors, no warnings"
    counts = ((errors, "error"), (len(findings) - errors, "warning"))
    return ", ".join(f"{n:,} {word}{'' if n == 1 else 's'}" for n, word in counts)


def _write_text(cell: Any, text: str, wrap: bool = True) -> None:
    """Write text that Excel does not take for a formula, whatever sign it begins with."""
    from openpyxl.styles import Alignment

    content = printable(text)
    cell.value = content or None
    if content:
        cell.data_type = "s"
    cell.quotePrefix = content.startswith(("=", "+", "-", "@"))
    cell.alignment = Alignment(vertical="top", wrap_text=wrap)


def printable(text: str) -> str:
    """Text without characters that XML forbids, cut to what a cell or a note can hold.

    Excel's limit is 32,767 characters.
    """
    return _UNPRINTABLE.sub("�", text)[:32_000]


def _link(cell: Any, cell_address: CellAddress) -> None:
    from openpyxl.styles import Font
    from openpyxl.worksheet.hyperlink import Hyperlink

    title, coordinate = cell_address
    quoted = title.replace("'", "''")
    cell.hyperlink = Hyperlink(ref=cell.coordinate, location=f"'{quoted}'!{coordinate}")
    font = cell.font
    cell.font = Font(name=font.name, size=font.size, color="FF0563C1", underline="single")


def _free_title(book: Any) -> str:
    """The report's title, with a number if the workbook has a sheet of that name."""
    used = {fold(title) for title in book.sheetnames}
    numbered = (f"{REPORT_TITLE} {number}" for number in count(2))
    return next(title for title in chain([REPORT_TITLE], numbered) if fold(title) not in used)


def is_report(sheet: Any) -> bool:
    """True if an openpyxl sheet is the report of an earlier check."""
    if not sheet.title.startswith(REPORT_TITLE) or sheet["A1"].value != REPORT_TITLE:
        return False
    return _are_headers([cell.value for cell in sheet[REPORT_HEADER_ROW]])


def _are_headers(values: Sequence[Any]) -> bool:
    """True if the first cells of a row are the headers of a report."""
    return list(values[: len(REPORT_COLUMN_WIDTHS)]) == list(REPORT_COLUMN_WIDTHS)


def is_marked_copy(path: Path) -> bool:
    """True for a workbook with a report of an earlier check, False for any other file."""
    from python_calamine import CalamineWorkbook

    try:
        book = CalamineWorkbook.from_path(path)
        for name in book.sheet_names:
            if not name.startswith(REPORT_TITLE):
                continue
            rows = book.get_sheet_by_name(name).to_python(
                skip_empty_area=False, nrows=REPORT_HEADER_ROW
            )
            if (
                len(rows) == REPORT_HEADER_ROW
                and rows[0][0] == REPORT_TITLE
                and _are_headers(rows[-1])
            ):
                return True
    except Exception:  # a file that cannot be read is no marked copy
        return False
    return False


def original_fills(report: Any) -> dict[CellAddress, str]:
    """The fills of marked cells before an earlier check, as its report describes them."""
    fills: dict[CellAddress, str] = {}
    for row in report.iter_rows(min_row=REPORT_HEADER_ROW + 1, max_col=len(REPORT_COLUMN_WIDTHS)):
        if row[0].hyperlink and row[0].hyperlink.location and row[-1].value:
            title, _, coordinate = row[0].hyperlink.location.rpartition("!")
            fills[title.strip("'").replace("''", "'"), coordinate] = str(row[-1].value)
    return fills
