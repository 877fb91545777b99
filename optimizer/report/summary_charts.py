"""The charts of the Summary: which there are, what each is drawn from, where it stands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
from optimizer.report.block_grid import LEFT, ROW, SheetGrid
from optimizer.report.charts import ChartFrame
from optimizer.report.formula_block import Anchors, BlockRow, FormulaBlock
from optimizer.report.summary import Summary

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.worksheet import Worksheet

Blocks = Mapping[str, FormulaBlock]
ACROSS = 3
"""Charts side by side."""
_GAP, _LEAST, _MOST = 10, 16, 21
"""Pixels between charts, fewest and most rows of the grid that one takes."""


def chosen(blocks: Blocks) -> list[str]:
    """Blocks that a chart is drawn from, in the order of the charts."""
    return [name for name in block_titles.ANSWERS if name in blocks]


def make_room(count: int, page: SheetGrid, top: int) -> int:
    """Set the rows that each chart takes from a row on, to fill the page; the row below all."""
    bands = -(-count // ACROSS)
    page.deep = _LEAST
    if bands > 1:
        page.deep = max(_LEAST, min(_MOST, (page.left(top) - 2) // bands))
    return top + bands * page.deep


def add_charts(
    workbook: Workbook,
    sheet: Worksheet,
    summary: Summary,
    blocks: Blocks,
    anchors: Anchors,
    page: SheetGrid,
    top: int,
) -> None:
    """Insert the charts from a row on, three side by side over the width of the page."""
    names = chosen(blocks)
    across = min(ACROSS, len(names))
    for index, name in enumerate(names):
        width = (page.pixels - _GAP * (across - 1)) / across
        title = anchors[block_titles.NAME].ref(block_titles.position(blocks, name), 1)
        frame = ChartFrame(_fixed(title), summary.span, width, page.deep * ROW - _GAP)
        lines = blocks[name].fill(anchors)
        chart = _draw(workbook, blocks[name], anchors, lines, frame)
        down, right = divmod(index, ACROSS)
        where = {"x_offset": int(right * (width + _GAP)), "y_offset": 2, "object_position": 3}
        about = {"description": blocks[name].title}
        sheet.insert_chart(top + down * page.deep, LEFT, chart, where | about)


def _fixed(reference: str) -> str:
    """A reference to one cell as a fixed one, which is what a chart's title takes."""
    sheet, cell = reference.rsplit("!", 1)
    letters = cell.rstrip("0123456789")
    return f"{sheet}!${letters}${cell[len(letters) :]}"


def _draw(
    workbook: Workbook,
    block: FormulaBlock,
    anchors: Anchors,
    lines: Sequence[BlockRow],
    frame: ChartFrame,
) -> Any:
    """The chart of a block."""
    name, anchor, columns = block.name, anchors[block.name], len(block.headers)
    labels = [str(row.cells[0].value) for row in lines]
    if name == block_costs.NAME:
        number, money = lines[0].cells[1].number, block.title.rsplit(", ", 1)[-1]
        return charts.cost_chart(workbook, anchor, labels[:-1], columns - 3, number, money, frame)
    if name == block_origin.SOURCES:
        stage = block.title.split("country where ")[-1].split(",")[0]
        return charts.sources_chart(workbook, anchor, len(lines) - 2, columns - 2, stage, frame)
    if name == block_demand.COVERAGE:
        named = [row for row in lines if row.style == "body" and row.cells[1].value != ""]
        segments = [str(row.cells[0].value) for row in named]
        return charts.demand_chart(workbook, anchor, segments, frame)
    if name == block_origin.ORIGIN:
        return charts.origin_chart(workbook, anchor, len(lines), columns - 2, frame)
    if name == block_plants.UTILISATION:
        axis = f"capacity used / available, average over {frame.span}"
        return charts.bar_chart(workbook, anchor, len(lines), columns - 2, axis, "0%", frame)
    assert name == block_scarce.NAME
    axis = f"saving from 1 % more, {block.title.rsplit(', ', 1)[-1]}, present value"
    number = lines[0].cells[3].number
    return charts.bar_chart(workbook, anchor, len(lines), 3, axis, number, frame)
