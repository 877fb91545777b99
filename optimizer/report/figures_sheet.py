"""Figures behind the charts of the Summary, as small tables of formulas over the result tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

from optimizer.report import block_demand, block_origin, block_plants, block_scarce, block_titles
from optimizer.report.block_grid import (
    FIRST_COLUMN,
    SheetGrid,
    grid_for,
    place_blocks,
    set_columns,
    write_block,
)
from optimizer.report.cell_links import RowFinder
from optimizer.report.delivered_origins import OUTLETS_BLOCK, delivered_origins
from optimizer.report.excel_rows import write_text
from optimizer.report.excel_values import cell_range
from optimizer.report.formats import STEEL, Formats
from optimizer.report.formula_block import Anchors, BlocksByName, FormulaBlock, with_cached_rows
from optimizer.report.summary import Summary
from optimizer.result.result_layouts import Tables

if TYPE_CHECKING:
    from xlsxwriter.worksheet import Worksheet

FIGURES_SHEET = "Figures"
FIGURES_SUBTITLE = "What the charts of the Summary are drawn from, beside its own tables."
FIGURES_BANDS = (
    ((block_titles.CHART_TITLES_BLOCK,),),
    ((block_origin.SOURCES_BLOCK,), (block_demand.DEMAND_BLOCK,)),
    ((block_origin.ORIGIN_BLOCK,), (OUTLETS_BLOCK,)),
    ((block_scarce.SCARCITY_BLOCK,), (block_plants.SUPPLY_BLOCK,)),
)
_FIRST_BLOCK_ROW = 3
"""Below the title, the subtitle and a blank row."""


def figure_blocks(summary: Summary, tables: Tables) -> dict[str, FormulaBlock]:
    """Blocks that have something to show."""
    demand = block_demand.demand_by_year(summary, tables)
    candidates = [
        block_demand.demand_block(demand) if demand else None,
        block_scarce.scarcity_block(summary, tables),
        block_plants.supply_block(summary, tables),
    ]
    origins = delivered_origins(summary, tables) if demand else None
    if origins:
        candidates += [
            block_origin.sources_block(summary, tables, origins),
            block_origin.origin_block(origins),
            block_origin.outlets_block(origins),
        ]
    return {block.name: with_cached_rows(block) for block in candidates if block}


def lay_out_figures(blocks: BlocksByName, summary: Summary) -> SheetGrid:
    """Grid of the sheet of figures, with an anchor for each block."""
    grid = grid_for(FIGURES_SHEET, blocks.values(), len(summary.calendar) + 1)
    place_blocks(grid, FIGURES_BANDS, blocks, _FIRST_BLOCK_ROW)
    return grid


def write_figures(
    sheet: Worksheet,
    blocks: BlocksByName,
    grid: SheetGrid,
    anchors: Anchors,
    finder: RowFinder,
    forms: Formats,
) -> str:
    """Fill the sheet of figures; gives the range that prints on demand.

    ``anchors`` are those of the blocks of all sheets.
    """
    set_columns(sheet, grid)
    write_text(sheet, 0, FIRST_COLUMN, FIGURES_SHEET, forms("title"))
    sheet.set_row(0, 24)
    write_text(sheet, 1, FIRST_COLUMN, FIGURES_SUBTITLE, forms("subtitle"))
    for name in grid.anchors:
        block = blocks[name]
        write_block(sheet, block, block.make_rows(anchors), grid, finder, forms)
    sheet.set_h_pagebreaks(grid.page_breaks)
    sheet.set_tab_color(STEEL)
    cells = f"A1:{grid.last_cell}"
    sheet.ignore_errors({"number_stored_as_text": cells, "formula_differs": cells})
    last = max(grid.next_row - 1, _FIRST_BLOCK_ROW)
    return cell_range((0, 0), (last, grid.last_column), FIGURES_SHEET)
