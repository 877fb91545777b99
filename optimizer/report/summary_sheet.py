"""The Summary: status, headline figures, key risks, charts, small tables, contents.

It is one page wide, with charts on the first page and tables on the second: what a board reads.
Every figure that the result tables have is a formula over them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import ceil
from typing import TYPE_CHECKING

from optimizer.report import block_costs, block_demand, block_plants, block_rules, summary_charts
from optimizer.report.alerts_sheet import ALERTS_SHEET
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
from optimizer.report.cell_links import RowFinder, input_link
from optimizer.report.excel_rows import write_text
from optimizer.report.excel_values import address, clean, one_line, quoted_sheet
from optimizer.report.formats import NAVY, Formats
from optimizer.report.formula_block import (
    Anchors,
    BlocksByName,
    FormulaBlock,
    FormulaCell,
    with_cached_rows,
)
from optimizer.report.headline import HEADLINE_FIGURES, HeadlineFigure
from optimizer.report.summary import Summary
from optimizer.result.result_layouts import Tables

if TYPE_CHECKING:
    from xlsxwriter.worksheet import Worksheet

    from optimizer.report.sheet_positions import TablePosition

SUMMARY_SHEET = "Summary"
SUMMARY_BANDS = (
    ((block_costs.COSTS_BLOCK,), (block_demand.COVERAGE_BLOCK, block_demand.COVERED_SHARE_BLOCK)),
    ((block_plants.UTILISATION_BLOCK,), (block_rules.RULES_BLOCK,)),
)
"""Blocks from top to bottom; those of a band stand side by side if the page is wide enough."""
_TITLE_ROW, _STATUS_ROW, _SOURCE_ROW, _TILES_ROW, _RISKS_ROW = 0, 1, 2, 4, 8
_OWNER_COLUMNS, _CELL_COLUMNS = 2, 1
"""Columns of figures that the owner of a risk and its cell take, at the right edge."""
NO_RISK_SENTENCE = (
    "None found: nothing is short, no supply is uncertain, no unit is full and no site or offer is "
    "the only one."
)
PRINT_NOTE = (
    "Printing gives this summary alone. To print another sheet, choose Printout in its Name Box "
    "(left of the formula bar) and print the selection."
)


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


def first_chart_row(summary: Summary) -> int:
    """First row of the charts, below the key risks."""
    return _RISKS_ROW + max(len(summary.risks), 1) + 2


def lay_out_summary(blocks: BlocksByName, summary: Summary, charts: int) -> SheetGrid:
    """Grid with an anchor for each block, below the headline figures and a number of charts."""
    grid = grid_for(SUMMARY_SHEET, blocks.values(), len(summary.calendar) + 2)
    place_blocks(
        grid,
        SUMMARY_BANDS,
        blocks,
        summary_charts.reserve_chart_rows(charts, grid, first_chart_row(summary)),
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
    _write_risks(sheet, summary, grid, forms)
    for name in grid.anchors:
        block = blocks[name]
        write_block(sheet, block, block.make_rows(anchors), grid, finder, forms)


def write_contents_below(
    sheet: Worksheet,
    summary: Summary,
    positions: Mapping[str, TablePosition],
    grid: SheetGrid,
    forms: Formats,
) -> None:
    """Write the contents below the blocks, and set what is printed."""
    row = grid.next_row
    write_text(sheet, row, FIRST_COLUMN, PRINT_NOTE, forms("note"))
    if summary.alerts:
        link = f"internal:{quoted_sheet(ALERTS_SHEET)}!A1"
        text = f"{_alert_count(summary)}, ranked and by kind: sheet {ALERTS_SHEET}"
        sheet.write_url(row + 1, FIRST_COLUMN, link, forms("link"), text, f"Go to {ALERTS_SHEET}")
    last = _write_contents(sheet, positions, row + 3, grid, forms)
    # The contents are not printed: their links are of no use on paper.
    sheet.print_area(0, 0, row - 1, grid.last_column)
    sheet.set_h_pagebreaks(grid.page_breaks)
    sheet.set_tab_color(NAVY)
    all_cells = f"A1:{address(last, grid.last_column)}"
    sheet.ignore_errors({"number_stored_as_text": all_cells, "formula_differs": all_cells})
    sheet.activate()
    sheet.set_first_sheet()


def _alert_count(summary: Summary) -> str:
    count = len(summary.alerts)
    return f"{count} alert{'s' if count != 1 else ''}" if count else "no alerts"


def _write_top(sheet: Worksheet, summary: Summary, grid: SheetGrid, forms: Formats) -> None:
    """Write the name of the case, the status line, and the source of the plan."""
    sheet.set_row(_TITLE_ROW, 32)
    title = forms("title", font_size=20)
    write_text(sheet, _TITLE_ROW, FIRST_COLUMN, one_line(summary.case), title)
    style = forms(summary.colour, font_size=12, indent=1)
    sheet.set_row(_STATUS_ROW, 24)
    sheet.merge_range(_STATUS_ROW, FIRST_COLUMN, _STATUS_ROW, grid.last_column, "", style)
    write_text(sheet, _STATUS_ROW, FIRST_COLUMN, summary.verdict, style)
    parts = (summary.span, _alert_count(summary), f"input {summary.input_name}", summary.made)
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


def _write_risks(sheet: Worksheet, summary: Summary, grid: SheetGrid, forms: Formats) -> None:
    """Write the key risks: rank and sentence, owner of the place, cell of the input."""
    cell_column = grid.last_column - _CELL_COLUMNS + 1
    owner_column = cell_column - _OWNER_COLUMNS
    write_heading(sheet, _RISKS_ROW, "Key risks", grid, forms)
    for column, text in ((owner_column, "owner"), (cell_column, "cell")):
        write_text(sheet, _RISKS_ROW, column, text, forms("heading", font_size=9, bold=False))
    if not summary.risks:
        write_text(sheet, _RISKS_ROW + 1, FIRST_COLUMN, NO_RISK_SENTENCE, forms("subtitle"))
    characters = sum(grid.widths[: owner_column - FIRST_COLUMN]) * 1.15
    owner_characters = sum(grid.widths[owner_column - FIRST_COLUMN :][:_OWNER_COLUMNS]) * 1.15
    for rank, risk in enumerate(summary.risks, 1):
        row = _RISKS_ROW + rank
        text = f"{rank}. {clean(risk.sentence)}"
        form = forms("body", text_wrap=True, valign="top")
        sheet.merge_range(row, FIRST_COLUMN, row, owner_column - 1, "", form)
        write_text(sheet, row, FIRST_COLUMN, text, form)
        sheet.merge_range(row, owner_column, row, cell_column - 1, "", form)
        write_text(sheet, row, owner_column, risk.owner or "–", form)
        link = input_link(summary.input_path, risk.sheet, risk.cell) if risk.cell else ""
        write_cell(sheet, row, cell_column, FormulaCell(risk.place or "–"), form, link)
        lines = max(ceil(len(text) / characters), ceil(len(risk.owner) / owner_characters))
        sheet.set_row_pixels(row, ROW_HEIGHT * min(3, lines))


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
