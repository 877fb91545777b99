"""Writing the results workbook: every sheet in order, in one go or not at all."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, BinaryIO

from optimizer.atomic_write import Target, writing
from optimizer.report import block_titles
from optimizer.report.cell_links import RowFinder, write_links
from optimizer.report.excel_compression import close
from optimizer.report.excel_values import one_line, quoted, shortened
from optimizer.report.figures_sheet import NAME as FIGURES
from optimizer.report.figures_sheet import figure_blocks, lay_out_figures, write_figures
from optimizer.report.formats import FONT, SIZE, Formats
from optimizer.report.headline import headline
from optimizer.report.heat_sheet import NAME as HEAT
from optimizer.report.heat_sheet import SOURCE as HEAT_OF
from optimizer.report.heat_sheet import write_heat
from optimizer.report.summary import Summary
from optimizer.report.summary_charts import add_charts, chosen
from optimizer.report.summary_sheet import (
    CHARTS,
    lay_out_summary,
    summary_blocks,
    write_below,
    write_summary,
)
from optimizer.report.summary_sheet import NAME as SUMMARY
from optimizer.report.table_sheet import TablePosition, write_sheet
from optimizer.report.worksheet import exact_worksheet
from optimizer.result.result_layouts import CERTIFICATES, Table, in_order

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.worksheet import Worksheet

_A4 = 9
_MARGIN = 65
"""Most characters of a text in the margin of the paper."""


def write(path: Target, summary: Summary, tables: Mapping[str, Table]) -> None:
    """Write the results workbook to a path, whose folder is made if need be, or an open file.

    An existing file is replaced only when the new one is complete. Raises FileError if
    the file is open in another program or cannot be written; nothing half-written stays.
    """
    with writing(path) as file:
        _fill(file, summary, tables)


def _fill(file: BinaryIO, summary: Summary, tables: Mapping[str, Table]) -> None:
    """Write every sheet of the workbook to an open file."""
    import xlsxwriter

    workbook = xlsxwriter.Workbook(file, options())
    exact = exact_worksheet()
    forms = Formats(workbook)
    order = list(in_order(tables))
    first = workbook.add_worksheet(SUMMARY, exact)
    boards = _BoardSheets(workbook, first, summary, tables, exact)
    sheets = {name: workbook.add_worksheet(name, exact) for name in order}
    places = {name: write_sheet(sheets[name], tables[name], summary, forms) for name in order}
    if CERTIFICATES.name in sheets:
        write_links(sheets[CERTIFICATES.name], tables, places, forms)
    boards.fill(places, forms)
    for name, place in places.items():
        # The range of several areas, which Worksheet.print_area does not take.
        workbook.define_name(f"{quoted(name)}!_xlnm.Print_Area", f"={place.printed}")
        set_paper(sheets[name], summary, name, place.note)
    for name, sheet in boards.sheets.items():
        set_paper(sheet, summary, name)
    workbook.set_properties(_properties(summary))
    close(workbook)


class _BoardSheets:
    """The sheets that a board reads: Summary, the figures behind its charts, the heat map."""

    def __init__(
        self,
        workbook: Workbook,
        first: Worksheet,
        summary: Summary,
        tables: Mapping[str, Table],
        exact: type[Worksheet],
    ) -> None:
        self.workbook, self.summary, self.tables = workbook, summary, tables
        self.sheets = {SUMMARY: first}
        self.own = summary_blocks(summary, tables)
        self.figures = figure_blocks(summary, tables)
        if self.own or self.figures:
            titles = block_titles.titles(summary, {**self.own, **self.figures})
            self.figures = {titles.name: titles, **self.figures}
            self.sheets[FIGURES] = workbook.add_worksheet(FIGURES, exact)
        used = tables.get(HEAT_OF)
        if used is not None and len(used):
            self.sheets[HEAT] = workbook.add_worksheet(HEAT, exact)

    def fill(self, places: Mapping[str, TablePosition], forms: Formats) -> None:
        """Fill the sheets, once it is known where the result tables stand."""
        summary, tables = self.summary, self.tables
        blocks, finder = {**self.own, **self.figures}, RowFinder(tables, places)
        page = lay_out_summary(self.own, summary, len(chosen(blocks)))
        behind = lay_out_figures(self.figures, summary)
        anchors = {**page.anchors, **behind.anchors}
        tiles = headline(summary, tables, places, anchors, blocks)
        first = self.sheets[SUMMARY]
        write_summary(first, summary, self.own, page, anchors, tiles, finder, forms)
        if FIGURES in self.sheets:
            sheet = self.sheets[FIGURES]
            write_figures(sheet, self.figures, behind, anchors, finder, forms)
            add_charts(self.workbook, first, summary, blocks, anchors, page, CHARTS)
        if HEAT in self.sheets:
            write_heat(self.sheets[HEAT], tables, places[HEAT_OF], forms)
        write_below(first, summary, places, page, forms)


def options() -> dict[str, Any]:
    """How XlsxWriter writes every workbook of this room."""
    return {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_numbers": False,
        "strings_to_urls": False,
        "default_format_properties": {"font_name": FONT, "font_size": SIZE},
    }


def set_paper(sheet: Worksheet, summary: Summary, name: str, note: str = "") -> None:
    """Landscape A4 or Letter, one page wide, with case, periods, sheet and page in the margins.

    The page is scaled to its width, so that either paper takes it as it is.
    """
    sheet.set_landscape()
    sheet.set_paper(_A4)
    sheet.fit_to_pages(1, 0)
    sheet.center_horizontally()
    sheet.set_margins(left=0.4, right=0.4, top=0.6, bottom=0.5)
    case, span, source = (
        _margin(text) for text in (summary.case, summary.span, summary.input_name)
    )
    sheet.set_header(f"&L&8 {case}&C&8 {span}&R&8 {name}", {"margin": 0.25})
    middle = f"&C&8 {note}" if note else ""
    sheet.set_footer(f"&L&8 {source}{middle}&R&8 Page &P of &N", {"margin": 0.25})


def _margin(text: str) -> str:
    """Text for a margin of the paper, whose three texts may have 255 characters together."""
    cut = shortened(one_line(text).replace("&", "&&"), _MARGIN)
    kept = cut.removesuffix("…")
    half = (len(kept) - len(kept.rstrip("&"))) % 2
    return cut.replace("&…", "…") if half else cut


def _properties(summary: Summary) -> dict[str, Any]:
    """Title and, where ``made`` is a date, the time of making: the same plan, the same file."""
    properties: dict[str, Any] = {"title": one_line(summary.case)[:255], "subject": "Sourcing plan"}
    with contextlib.suppress(ValueError):
        properties["created"] = datetime.fromisoformat(summary.made).replace(tzinfo=None)
    return properties
