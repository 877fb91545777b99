"""Writing the results workbook: all sheets in order, into a file that is replaced atomically."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from datetime import datetime
from io import BytesIO
from typing import TYPE_CHECKING, Any

from optimizer.atomic_write import FileTarget, write_when_complete
from optimizer.report import block_titles
from optimizer.report.alerts_sheet import ALERTS_SHEET, write_alerts
from optimizer.report.cell_links import RowFinder, write_certificate_links
from optimizer.report.excel_values import one_line, quoted_sheet, truncated
from optimizer.report.figures_sheet import (
    FIGURES_SHEET,
    figure_blocks,
    lay_out_figures,
    write_figures,
)
from optimizer.report.formats import FONT_NAME, FONT_SIZE, Formats
from optimizer.report.headline import headline
from optimizer.report.heat_sheet import HEAT_MAP_SHEET, HEAT_MAP_TABLE, write_heat_map
from optimizer.report.long_columns import fill
from optimizer.report.sheet_positions import TablePosition
from optimizer.report.summary import Summary
from optimizer.report.summary_charts import add_charts, charted_blocks
from optimizer.report.summary_sheet import (
    SUMMARY_SHEET,
    first_chart_row,
    lay_out_summary,
    summary_blocks,
    write_contents_below,
    write_summary,
)
from optimizer.report.table_sheet import write_table_sheet
from optimizer.report.worksheet import exact_worksheet, long_table_worksheet
from optimizer.result.result_layouts import CERTIFICATES_LAYOUT, Table, in_order

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.worksheet import Worksheet

PRINTOUT_NAME = "Printout"
"""Local name of each sheet of what is printed of it on demand."""
BLANK = "$XFD$1:$XFD$1"
"""The last cell of the first row, which no sheet uses."""
_A4 = 9
"""Excel's number of the paper size A4."""
_MAX_MARGIN_CHARACTERS = 65
"""Maximum characters of a text in the margin: Excel takes 255 for the three texts of a header."""


def write(path: FileTarget, summary: Summary, tables: Mapping[str, Table]) -> None:
    """Write the results workbook to a path, whose missing folder is created, or an open file.

    An existing file is replaced only when the new one is complete. Raises FileError if
    the file is open in another program or cannot be written; no partial file remains.
    """
    with write_when_complete(path) as file:
        # In memory first: on a full disk, closing a ZipFile raises a second error.
        file.write(_package(summary, tables).getbuffer())


def _package(summary: Summary, tables: Mapping[str, Table]) -> BytesIO:
    """The file with every sheet of the workbook."""
    import xlsxwriter

    file = BytesIO()
    workbook = xlsxwriter.Workbook(file, workbook_options())
    exact = exact_worksheet()
    forms = Formats(workbook)
    order = list(in_order(tables))
    first = workbook.add_worksheet(SUMMARY_SHEET, exact)
    overview = _OverviewSheets(workbook, first, summary, tables, exact)
    sheets = {name: workbook.add_worksheet(name, long_table_worksheet()) for name in order}
    positions = {
        name: write_table_sheet(sheets[name], tables[name], summary, forms) for name in order
    }
    if CERTIFICATES_LAYOUT.name in sheets:
        write_certificate_links(sheets[CERTIFICATES_LAYOUT.name], tables, positions, forms)
    printouts = overview.fill(positions, forms)
    for name, position in positions.items():
        printouts[name] = position.printed
        set_paper(sheets[name], summary, name, position.note)
    for name, sheet in overview.sheets.items():
        set_paper(sheet, summary, name)
    for name, ranges in printouts.items():
        print_on_demand(workbook, name, ranges)
    workbook.set_properties(_properties(summary))
    workbook.close()
    return fill(file, {name: sheet.long_columns for name, sheet in sheets.items()})


class _OverviewSheets:
    """The sheets before the result tables: Summary, the figures behind its charts, heat map."""

    def __init__(
        self,
        workbook: Workbook,
        first: Worksheet,
        summary: Summary,
        tables: Mapping[str, Table],
        exact: type[Worksheet],
    ) -> None:
        self.workbook, self.summary, self.tables = workbook, summary, tables
        self.sheets = {SUMMARY_SHEET: first}
        self.summary_blocks = summary_blocks(summary, tables)
        self.figure_blocks = figure_blocks(summary, tables)
        if summary.alerts:
            self.sheets[ALERTS_SHEET] = workbook.add_worksheet(ALERTS_SHEET, exact)
        if self.summary_blocks or self.figure_blocks:
            titles = block_titles.chart_titles_block(
                summary, {**self.summary_blocks, **self.figure_blocks}
            )
            self.figure_blocks = {titles.name: titles, **self.figure_blocks}
            self.sheets[FIGURES_SHEET] = workbook.add_worksheet(FIGURES_SHEET, exact)
        utilisation = tables.get(HEAT_MAP_TABLE)
        if utilisation is not None and len(utilisation):
            self.sheets[HEAT_MAP_SHEET] = workbook.add_worksheet(HEAT_MAP_SHEET, exact)

    def fill(self, positions: Mapping[str, TablePosition], forms: Formats) -> dict[str, str]:
        """Fill the sheets; gives the ranges of those that print on demand.

        ``positions`` are those of the result tables.
        """
        printouts: dict[str, str] = {}
        summary, tables = self.summary, self.tables
        blocks, finder = {**self.summary_blocks, **self.figure_blocks}, RowFinder(tables, positions)
        grid = lay_out_summary(self.summary_blocks, summary, len(charted_blocks(blocks)))
        figures_grid = lay_out_figures(self.figure_blocks, summary)
        anchors = {**grid.anchors, **figures_grid.anchors}
        tiles = headline(summary, tables, anchors, blocks)
        first = self.sheets[SUMMARY_SHEET]
        write_summary(first, summary, self.summary_blocks, grid, anchors, tiles, finder, forms)
        if FIGURES_SHEET in self.sheets:
            sheet = self.sheets[FIGURES_SHEET]
            printouts[FIGURES_SHEET] = write_figures(
                sheet, self.figure_blocks, figures_grid, anchors, finder, forms
            )
            top = first_chart_row(summary)
            add_charts(self.workbook, first, summary, blocks, anchors, grid, top)
        if HEAT_MAP_SHEET in self.sheets:
            sheet, position = self.sheets[HEAT_MAP_SHEET], positions[HEAT_MAP_TABLE]
            printouts[HEAT_MAP_SHEET] = write_heat_map(sheet, tables, position, forms)
        if ALERTS_SHEET in self.sheets:
            printouts[ALERTS_SHEET] = write_alerts(self.sheets[ALERTS_SHEET], summary, forms)
        write_contents_below(first, summary, positions, grid, forms)
        return printouts


def workbook_options() -> dict[str, Any]:
    """Options of XlsxWriter for every workbook of this package."""
    return {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_numbers": False,
        "strings_to_urls": False,
        "default_format_properties": {"font_name": FONT_NAME, "font_size": FONT_SIZE},
    }


def print_on_demand(workbook: Workbook, name: str, ranges: str) -> None:
    """Keep a sheet out of what prints by default; its local name Printout has what can be printed.

    The print area is a blank cell: Excel and LibreOffice print no page for it.
    """
    workbook.define_name(f"{quoted_sheet(name)}!_xlnm.Print_Area", f"={quoted_sheet(name)}!{BLANK}")
    workbook.define_name(f"{quoted_sheet(name)}!{PRINTOUT_NAME}", f"={ranges}")


def set_paper(sheet: Worksheet, summary: Summary, name: str, note: str = "") -> None:
    """Set landscape, one page wide, with case, periods, sheet and page in the margins.

    The page is scaled to the width of the paper, so that it fits both A4 and Letter.
    """
    sheet.set_landscape()
    sheet.set_paper(_A4)
    sheet.fit_to_pages(1, 0)
    sheet.center_horizontally()
    sheet.set_margins(left=0.4, right=0.4, top=0.6, bottom=0.5)
    case, span, source = (
        _margin_text(text) for text in (summary.case, summary.span, summary.input_name)
    )
    sheet.set_header(f"&L&8 {case}&C&8 {span}&R&8 {name}", {"margin": 0.25})
    centre = f"&C&8 {note}" if note else ""
    sheet.set_footer(f"&L&8 {source}{centre}&R&8 Page &P of &N", {"margin": 0.25})


def _margin_text(text: str) -> str:
    """Text for a margin of the page: short, and with each & doubled."""
    cut = truncated(one_line(text).replace("&", "&&"), _MAX_MARGIN_CHARACTERS)
    uncut = cut.removesuffix("…")
    # An odd number of & at the end is half of a doubled one.
    is_odd = (len(uncut) - len(uncut.rstrip("&"))) % 2
    return cut.replace("&…", "…") if is_odd else cut


def _properties(summary: Summary) -> dict[str, Any]:
    """Title, and the date in ``made`` as creation time, so that equal plans give equal files."""
    properties: dict[str, Any] = {"title": one_line(summary.case)[:255], "subject": "Sourcing plan"}
    with contextlib.suppress(ValueError):
        properties["created"] = datetime.fromisoformat(summary.made).replace(tzinfo=None)
    return properties
