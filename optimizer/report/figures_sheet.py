"""Figures behind the charts of the Summary, as small tables of formulas over the result tables."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from optimizer.report import block_demand, block_origin, block_plants, block_scarce, block_titles
from optimizer.report.block_grid import LEFT, SheetGrid, lay_out, page_of, set_columns, write_block
from optimizer.report.cell_links import RowFinder
from optimizer.report.excel_rows import write_text
from optimizer.report.formats import STEEL, Formats
from optimizer.report.formula_block import Anchors, FormulaBlock, once
from optimizer.report.summary import Summary
from optimizer.result.result_layouts import Tables

if TYPE_CHECKING:
    from xlsxwriter.worksheet import Worksheet

NAME = "Figures"
MEANING = "What the charts of the Summary are drawn from, beside its own tables."
BANDS = (
    ((block_titles.NAME,),),
    ((block_origin.SOURCES,), (block_demand.WANTED,)),
    ((block_origin.ORIGIN,), (block_origin.OUTLETS,)),
    ((block_scarce.NAME,), (block_plants.SUPPLY,)),
)
_TOP = 3


def figure_blocks(summary: Summary, tables: Tables) -> dict[str, FormulaBlock]:
    """Blocks that have something to show."""
    demand = block_demand.demand(summary, tables)
    found = [
        block_demand.wanted_by_year(demand) if demand else None,
        block_scarce.scarce(summary, tables),
        block_plants.supply(summary, tables),
    ]
    origins = block_origin.origins(summary, tables) if demand else None
    if origins:
        found += [
            block_origin.sources(summary, tables, origins),
            block_origin.origin(origins),
            block_origin.outlets(origins),
        ]
    return {block.name: once(block) for block in found if block}


def lay_out_figures(blocks: Mapping[str, FormulaBlock], summary: Summary) -> SheetGrid:
    """Where each block of figures stands."""
    page = page_of(NAME, blocks.values(), len(summary.calendar) + 1)
    lay_out(page, BANDS, blocks, _TOP)
    return page


def write_figures(
    sheet: Worksheet,
    blocks: Mapping[str, FormulaBlock],
    page: SheetGrid,
    anchors: Anchors,
    finder: RowFinder,
    forms: Formats,
) -> None:
    """Fill the sheet of figures; ``anchors`` are those of all sheets."""
    set_columns(sheet, page)
    write_text(sheet, 0, LEFT, NAME, forms("title"))
    sheet.set_row(0, 24)
    write_text(sheet, 1, LEFT, MEANING, forms("subtitle"))
    for name in page.anchors:
        block = blocks[name]
        write_block(sheet, block, block.fill(anchors), page, finder, forms)
    sheet.print_area(0, 0, max(page.below - 1, _TOP), page.last)
    sheet.set_h_pagebreaks(page.breaks)
    sheet.set_tab_color(STEEL)
    cells = f"A1:{page.end}"
    sheet.ignore_errors({"number_stored_as_text": cells, "formula_differs": cells})
