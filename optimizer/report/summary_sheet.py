"""The Summary: status, headline figures, charts, small tables, alerts, contents.

It is one page wide, with charts on the first page and tables on the second. Every figure that
the result tables have is a formula over them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import ceil
from typing import TYPE_CHECKING, Any

from optimizer.report import block_costs, block_demand, block_plants, block_rules, summary_charts
from optimizer.report.block_grid import (
    FIRST_COLUMN,
    ROW_HEIGHT,
    SheetGrid,
    grid_for,
    place_blocks,
    set_columns,
    write_block,
    write_cell,
    write_heading,
)
from optimizer.report.cell_links import RowFinder, alert_link
from optimizer.report.excel_rows import write_text
from optimizer.report.excel_values import address, clean, one_line, quoted_sheet
from optimizer.report.formats import NAVY, Formats
from optimizer.report.formula_block import Anchors, BlocksByName, FormulaBlock, with_cached_rows
from optimizer.report.headline import HEADLINE_FIGURES, HeadlineFigure
from optimizer.report.summary import Summary
from optimizer.result.result_layouts import Tables

if TYPE_CHECKING:
    from xlsxwriter.worksheet import Worksheet

    from optimizer.report.sheet_positions import TablePosition

SUMMARY_SHEET = "Summary"
MAX_SUMMARY_ALERTS = 200
"""Alerts that are shown; a longer list is not read, and its length is stated."""
MIN_PRINTED_ALERTS = 12
"""Rows of alerts that are printed even where they need another page."""
SUMMARY_BANDS = (
    ((block_costs.COSTS_BLOCK,), (block_demand.COVERAGE_BLOCK, block_demand.COVERED_SHARE_BLOCK)),
    ((block_plants.UTILISATION_BLOCK,), (block_rules.RULES_BLOCK,)),
)
"""Blocks from top to bottom; those of a band stand side by side if the page is wide enough."""
FIRST_CHART_ROW = 8
"""First row of the charts."""
_TITLE_ROW, _STATUS_ROW, _SOURCE_ROW, _TILES_ROW = 0, 1, 2, 4


def summary_blocks(summary: Summary, tables: Tables) -> dict[str, FormulaBlock]:
    """Blocks that have something to show."""
    demand = block_demand.demand_by_year(summary, tables)
    candidates = [
        block_costs.costs_block(summary, tables),
        block_demand.coverage_block(demand) if demand else None,
        block_demand.covered_share_block(demand) if demand else None,
        block_plants.utilisation_block(summary, tables),
        block_rules.rules_block(summary, tables),
    ]
    return {block.name: with_cached_rows(block) for block in candidates if block}


def lay_out_summary(blocks: BlocksByName, summary: Summary, charts: int) -> SheetGrid:
    """Grid with an anchor for each block, below the headline figures and a number of charts."""
    grid = grid_for(SUMMARY_SHEET, blocks.values(), len(summary.calendar) + 2)
    place_blocks(
        grid,
        SUMMARY_BANDS,
        blocks,
        summary_charts.reserve_chart_rows(charts, grid, FIRST_CHART_ROW),
    )
    return grid


def write_summary(
    sheet: Worksheet,
    summary: Summary,
    blocks: BlocksByName,
    grid: SheetGrid,
    anchors: Anchors,
    tiles: Sequence[HeadlineFigure],
    finder: RowFinder,
    forms: Formats,
) -> None:
    """Fill the Summary except its charts; ``anchors`` are those of the blocks of all sheets."""
    set_columns(sheet, grid)
    _write_top(sheet, summary, grid, forms)
    _write_tiles(sheet, tiles, grid, finder, forms)
    for name in grid.anchors:
        block = blocks[name]
        write_block(sheet, block, block.make_rows(anchors), grid, finder, forms)


def write_alerts_and_contents(
    sheet: Worksheet,
    summary: Summary,
    positions: Mapping[str, TablePosition],
    grid: SheetGrid,
    forms: Formats,
) -> None:
    """Write alerts and contents below the blocks, and set what is printed."""
    printed, row = _write_alerts(sheet, summary, grid, forms)
    last = _write_contents(sheet, positions, row + 1, grid, forms)
    # The contents are not printed: their links are of no use on paper.
    sheet.print_area(0, 0, printed, grid.last_column)
    sheet.set_h_pagebreaks(grid.page_breaks)
    sheet.set_tab_color(NAVY)
    all_cells = f"A1:{address(last, grid.last_column)}"
    sheet.ignore_errors({"number_stored_as_text": all_cells, "formula_differs": all_cells})
    sheet.activate()
    sheet.set_first_sheet()


def _write_top(sheet: Worksheet, summary: Summary, grid: SheetGrid, forms: Formats) -> None:
    """Write the name of the case, the status line, and the source of the plan."""
    sheet.set_row(_TITLE_ROW, 32)
    title = forms("title", font_size=20)
    write_text(sheet, _TITLE_ROW, FIRST_COLUMN, one_line(summary.case), title)
    style = forms(summary.colour, font_size=12, indent=1)
    sheet.set_row(_STATUS_ROW, 24)
    sheet.merge_range(_STATUS_ROW, FIRST_COLUMN, _STATUS_ROW, grid.last_column, "", style)
    write_text(sheet, _STATUS_ROW, FIRST_COLUMN, summary.verdict, style)
    count = len(summary.alerts)
    alerts = f"{count} alert{'s' if count != 1 else ''}, listed below" if count else "no alerts"
    parts = (summary.span, alerts, summary.audit, f"input {summary.input_name}", summary.made)
    text = "   |   ".join(one_line(part) for part in parts if part)
    write_text(sheet, _SOURCE_ROW, FIRST_COLUMN, text, forms("subtitle", font_size=9))


def _write_tiles(
    sheet: Worksheet,
    tiles: Sequence[HeadlineFigure],
    grid: SheetGrid,
    finder: RowFinder,
    forms: Formats,
) -> None:
    """Write the headline figures in boxes of about equal width; each figure links to its rows."""
    sheet.set_row(_TILES_ROW + 1, 26)
    edges = _tile_columns(grid.widths)
    for tile, first, next_first in zip(tiles, edges, edges[1:], strict=False):
        lines = ((tile.label, "label"), (tile.cell, "value"), (tile.note, "note"))
        for row, (cell, style) in enumerate(lines, _TILES_ROW):
            form = forms(
                f"tile {style}", cell.number, align="left", indent=1, left=5, left_color="#FFFFFF"
            )
            left, right = FIRST_COLUMN + first, FIRST_COLUMN + next_first - 1
            if left < right:
                sheet.merge_range(row, left, row, right, "", form)
            link = finder.link(tile.target) if style == "value" else ""
            write_cell(sheet, row, left, cell, form, link)


def _tile_columns(widths: Sequence[float]) -> list[int]:
    """Columns at which the boxes begin, and the column after the last."""
    share, edges, width_before = sum(widths) / HEADLINE_FIGURES, [0], 0.0
    for column, width in enumerate(widths):
        if (
            width_before + width / 2 >= share * len(edges)
            and len(edges) < HEADLINE_FIGURES
            and column > edges[-1]
        ):
            edges.append(column)
        width_before += width
    return [*edges, len(widths)]


def _write_alerts(
    sheet: Worksheet, summary: Summary, grid: SheetGrid, forms: Formats
) -> tuple[int, int]:
    """Write the alerts over the whole width; returns the last printed row and the row below all.

    Alerts that do not fit on the printed page follow on the screen.
    """
    row, count = grid.next_row, len(summary.alerts)
    if not count:
        return row - 2, row - 1
    grid.break_before(row, min(count, MIN_PRINTED_ALERTS) + 2)
    last_printable = row + max(MIN_PRINTED_ALERTS, grid.rows_left(row) - 2)
    write_heading(sheet, row, f"Alerts ({count})", grid, forms)
    printed = 0
    lines = [_wrapped_lines(clean(alert), grid) for alert in summary.alerts]
    for index, alert in enumerate(summary.alerts[:MAX_SUMMARY_ALERTS]):
        if (
            index
            and not printed
            and row + sum(lines[index : index + 2]) > last_printable - (index + 2 < count)
        ):
            row = printed = row + 1
            text = f"… and {count - index} more below, not printed"
            write_text(sheet, row, FIRST_COLUMN, text, forms("note"))
        row += 1
        _write_alert(sheet, row, alert, lines[index], summary, grid, forms)
        last_printable -= lines[index] - 1
    if count > MAX_SUMMARY_ALERTS:
        row += 1
        write_text(
            sheet, row, FIRST_COLUMN, f"… and {count - MAX_SUMMARY_ALERTS} more", forms("note")
        )
    return printed or row, row + 1


def _wrapped_lines(text: str, grid: SheetGrid) -> int:
    """Number of lines that a text takes over the whole width."""
    characters = sum(grid.widths) * 1.2
    return sum(max(1, ceil(len(line) / characters)) for line in text.split("\n"))


def _write_alert(
    sheet: Worksheet,
    row: int,
    alert: str,
    lines: int,
    summary: Summary,
    grid: SheetGrid,
    forms: Formats,
) -> None:
    """Write one alert, as a link to the cell of the input that it names.

    An alert of several lines is no link, because LibreOffice does not wrap links.
    """
    link = alert_link(summary.input_path, alert) if lines == 1 else ""
    more: dict[str, Any] = {"font_color": NAVY, "underline": 1} if link else {}
    form = forms("body", text_wrap=True, valign="top", **more)
    sheet.merge_range(row, FIRST_COLUMN, row, grid.last_column, "", form)
    if link:
        sheet.write_url(row, FIRST_COLUMN, link, form, "link", "Go to the cell of the input")
    write_text(sheet, row, FIRST_COLUMN, clean(alert), form)
    sheet.set_row(row, min(ROW_HEIGHT * 0.75 * lines, 400))


def _write_contents(
    sheet: Worksheet,
    positions: Mapping[str, TablePosition],
    row: int,
    grid: SheetGrid,
    forms: Formats,
) -> int:
    """Write the list of the other sheets, with links; returns its last row."""
    write_heading(sheet, row, "In this workbook", grid, forms)
    for name, position in positions.items():
        row += 1
        plural = "s" if position.rows != 1 else ""
        rows = f"{position.rows:,} row{plural}" if position.rows else "nothing"
        link = f"internal:{quoted_sheet(name)}!A1"
        sheet.write_url(row, FIRST_COLUMN, link, forms("link"), name, f"Go to {name}")
        write_text(sheet, row, FIRST_COLUMN + 1, rows, forms("subtitle", align="right"))
        write_text(
            sheet,
            row,
            FIRST_COLUMN + 2,
            position.meaning,
            forms("subtitle", align="left", indent=1),
        )
    return row
