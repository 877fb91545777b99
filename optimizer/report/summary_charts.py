"""The charts of the Summary: the block from which each is drawn, its size and position."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from optimizer.report import (
    block_costs,
    block_demand,
    block_origin,
    block_plants,
    block_scarce,
    block_titles,
    charts,
)
from optimizer.report.block_grid import FIRST_COLUMN, ROW_HEIGHT, SheetGrid
from optimizer.report.charts import ChartFrame
from optimizer.report.formula_block import Anchors, BlockRow, BlocksByName, FormulaBlock
from optimizer.report.summary import Summary

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.worksheet import Worksheet

CHARTS_ACROSS = 3
"""Maximum charts side by side."""
_CHART_GAP = 10
"""Pixels between charts."""
_MIN_CHART_ROWS = 16
"""Minimum rows of the grid that a chart takes, chosen so that its legend can be read."""
_MAX_CHART_ROWS = 21
"""Maximum rows of the grid that a chart takes, so that two bands of charts fit on one page."""


def charted_blocks(blocks: BlocksByName) -> list[str]:
    """Names of the blocks from which charts are drawn, in the order of the charts."""
    return [name for name in block_titles.CHART_TITLES if name in blocks]


def reserve_chart_rows(count: int, grid: SheetGrid, top: int) -> int:
    """Choose the rows of each chart so that they fill the page; returns the row below them."""
    bands = -(-count // CHARTS_ACROSS)
    grid.chart_rows = _MIN_CHART_ROWS
    if bands > 1:
        grid.chart_rows = max(
            _MIN_CHART_ROWS, min(_MAX_CHART_ROWS, (grid.rows_left(top) - 2) // bands)
        )
    return top + bands * grid.chart_rows


def add_charts(
    workbook: Workbook,
    sheet: Worksheet,
    summary: Summary,
    blocks: BlocksByName,
    anchors: Anchors,
    grid: SheetGrid,
    top: int,
) -> None:
    """Insert the charts from a row on, three side by side over the width of the page."""
    names = charted_blocks(blocks)
    across = min(CHARTS_ACROSS, len(names))
    for index, name in enumerate(names):
        width = (grid.page_pixels - _CHART_GAP * (across - 1)) / across
        title = anchors[block_titles.CHART_TITLES_BLOCK].ref(
            block_titles.title_row(blocks, name), 1
        )
        frame = ChartFrame(
            _absolute_reference(title),
            summary.span,
            width,
            grid.chart_rows * ROW_HEIGHT - _CHART_GAP,
        )
        lines = blocks[name].make_rows(anchors)
        chart = _chart_of(workbook, blocks[name], anchors, lines, frame)
        down, right = divmod(index, CHARTS_ACROSS)
        offset = {
            "x_offset": int(right * (width + _CHART_GAP)),
            "y_offset": 2,
            "object_position": 3,
        }
        description = {"description": blocks[name].title}
        sheet.insert_chart(top + down * grid.chart_rows, FIRST_COLUMN, chart, offset | description)


def _absolute_reference(reference: str) -> str:
    """Reference to one cell with dollar signs, as the title of a chart needs it."""
    sheet, cell = reference.rsplit("!", 1)
    letters = cell.rstrip("0123456789")
    return f"{sheet}!${letters}${cell[len(letters) :]}"


def _chart_of(
    workbook: Workbook,
    block: FormulaBlock,
    anchors: Anchors,
    lines: Sequence[BlockRow],
    frame: ChartFrame,
) -> Any:
    """The chart of a block."""
    name, anchor, columns = block.name, anchors[block.name], len(block.headers)
    labels = [str(row.cells[0].value) for row in lines]
    if name == block_costs.COSTS_BLOCK:
        number, money = lines[0].cells[1].number, block.title.rsplit(", ", 1)[-1]
        return charts.cost_chart(workbook, anchor, labels[:-1], columns - 3, number, money, frame)
    if name == block_origin.SOURCES_BLOCK:
        stage = block.title.split("country where ")[-1].split(",")[0]
        return charts.sources_chart(workbook, anchor, len(lines) - 2, columns - 2, stage, frame)
    if name == block_demand.COVERAGE_BLOCK:
        named = [row for row in lines if row.style == "body" and row.cells[1].value != ""]
        segments = [str(row.cells[0].value) for row in named]
        return charts.demand_chart(workbook, anchor, segments, frame)
    if name == block_origin.ORIGIN_BLOCK:
        return charts.origin_chart(workbook, anchor, len(lines), columns - 2, frame)
    if name == block_plants.UTILISATION_BLOCK:
        axis = f"capacity used / available, average over {frame.span}"
        return charts.bar_chart(workbook, anchor, len(lines), columns - 2, axis, "0%", frame)
    assert name == block_scarce.SCARCITY_BLOCK
    axis = f"saving from 1 % more, {block.title.rsplit(', ', 1)[-1]}, present value"
    number = lines[0].cells[3].number
    return charts.bar_chart(workbook, anchor, len(lines), 3, axis, number, frame)
