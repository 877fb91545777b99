"""The workbook of a study: its overview with a chart first, then a sheet for each table."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from optimizer.atomic_write import Target, writing
from optimizer.report.excel_compression import close
from optimizer.report.excel_rows import write_text
from optimizer.report.excel_values import one_line
from optimizer.report.formats import Formats
from optimizer.report.results_workbook import options, set_paper
from optimizer.report.study_chart import HEIGHT, study_chart
from optimizer.report.summary import Summary
from optimizer.report.table_sheet import write_sheet
from optimizer.report.what_is_written import check_study
from optimizer.report.worksheet import exact_worksheet

if TYPE_CHECKING:
    from optimizer.studies import Study

GAP = 2
"""Rows between the overview, its notes and its chart."""
ROW, PAGE = 20, 660
"""Pixels of a row, and of a page of a narrow sheet; a chart is not cut by the end of a page."""


def write_study(study: Study, path: Target) -> None:
    """Write the workbook of a study to a path or an open file.

    An existing file is replaced in one go. Raises FileError if the file is open in another
    program or cannot be written, UsageError for anything but a study.
    """
    check_study(study)
    with writing(path) as file:
        _fill(file, study)


def _fill(file: Any, study: Study) -> None:
    import xlsxwriter

    workbook = xlsxwriter.Workbook(file, options())
    forms, summary = Formats(workbook), _summary(study)
    sheets = {name: workbook.add_worksheet(name, exact_worksheet()) for name in study.tables}
    places = {
        name: write_sheet(sheet, study.tables[name], summary, forms)
        for name, sheet in sheets.items()
    }
    for name, sheet in sheets.items():
        sheet.freeze_panes(places[name].first, 1)
        set_paper(sheet, summary, name)
    name = next(iter(sheets))
    row = places[name].last + GAP
    notes = (*study.notes, *([f"Run {study.run}."] if study.run else []))
    for number, note in enumerate(notes):
        write_text(sheets[name], row + number, 0, note, forms("subtitle"))
    if study.chart is not None:
        drawn = places[study.chart[0]]
        chart = study_chart(workbook, study, drawn.first, drawn.last)
        row += len(notes) + GAP
        if row * ROW + HEIGHT > PAGE:
            sheets[name].set_h_pagebreaks([row])
        sheets[name].insert_chart(row, 0, chart, {"y_offset": 4})
    title = {"title": one_line(f"{study.case}: {study.title}")[:255], "subject": "What if"}
    title |= {"comments": f"Run {study.run}"} if study.run else {}
    workbook.set_properties(title)
    close(workbook)


def _summary(study: Study) -> Summary:
    """What a sheet must know beside its table."""
    return Summary(
        case=study.case,
        status="",
        objective=0.0,
        currency=study.currency,
        periods=study.span,
        years=(),
        input_name=f"{study.case}, {study.title}",
        input_sha256="",
        audit="",
        audit_passed=study.solved,
        made=date.today().isoformat(),
    )
