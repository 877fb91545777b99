"""The workbook of a study: a sheet for each table; the first has notes and the chart."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from optimizer.atomic_write import FileTarget, write_when_complete
from optimizer.report.argument_checks import check_study
from optimizer.report.excel_rows import write_text
from optimizer.report.excel_values import one_line
from optimizer.report.formats import Formats
from optimizer.report.results_workbook import set_paper, workbook_options
from optimizer.report.study_chart import STUDY_CHART_HEIGHT, study_chart
from optimizer.report.summary import Summary
from optimizer.report.table_sheet import write_table_sheet
from optimizer.report.worksheet import exact_worksheet

if TYPE_CHECKING:
    from optimizer.studies import Study

STUDY_PART_GAP = 2
"""Rows between the first table, its notes and its chart."""
STUDY_ROW_HEIGHT = 20
"""Pixels of a row at Excel's default height of 15 points."""
STUDY_PAGE_HEIGHT = 660
"""Pixels of a printed page of a narrow sheet; a chart that would cross its end begins a page."""


def write_study(study: Study, path: FileTarget) -> None:
    """Write the workbook of a study to a path or an open file.

    An existing file is replaced atomically. Raises FileError if the file is open in another
    program or cannot be written, UsageError for anything but a study.
    """
    check_study(study)
    with write_when_complete(path) as file:
        _fill(file, study)


def _fill(file: Any, study: Study) -> None:
    import xlsxwriter

    workbook = xlsxwriter.Workbook(file, workbook_options())
    forms, summary = Formats(workbook), _summary(study)
    sheets = {name: workbook.add_worksheet(name, exact_worksheet()) for name in study.tables}
    positions = {
        name: write_table_sheet(sheet, study.tables[name], summary, forms)
        for name, sheet in sheets.items()
    }
    for name, sheet in sheets.items():
        sheet.freeze_panes(positions[name].first, 1)
        set_paper(sheet, summary, name)
    name = next(iter(sheets))
    row = positions[name].last + STUDY_PART_GAP
    notes = (*study.notes, *([f"Run {study.run}."] if study.run else []))
    for number, note in enumerate(notes):
        write_text(sheets[name], row + number, 0, note, forms("subtitle"))
    if study.chart is not None:
        position = positions[study.chart[0]]
        chart = study_chart(workbook, study, position.first, position.last)
        row += len(notes) + STUDY_PART_GAP
        if row * STUDY_ROW_HEIGHT + STUDY_CHART_HEIGHT > STUDY_PAGE_HEIGHT:
            sheets[name].set_h_pagebreaks([row])
        sheets[name].insert_chart(row, 0, chart, {"y_offset": 4})
    title = {"title": one_line(f"{study.case}: {study.title}")[:255], "subject": "What if"}
    title |= {"comments": f"Run {study.run}"} if study.run else {}
    workbook.set_properties(title)
    workbook.close()


def _summary(study: Study) -> Summary:
    """Case, currency and periods of a study, for the margins of its sheets."""
    return Summary(
        case=study.case,
        status="",
        objective=0.0,
        currency=study.currency,
        periods=study.span,
        years=(),
        input_name=f"{study.case}, {study.title}",
        audit="",
        audit_passed=study.solved,
        made=date.today().isoformat(),
    )
