"""The Summary: status, headline figures, charts, small tables, alerts, contents.

One page wide, charts on the first page and tables on the second. Every figure that the
tables give is a formula over them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import ceil
from typing import TYPE_CHECKING, Any

from optimizer.report import block_costs, block_demand, block_plants, block_rules, summary_charts
from optimizer.report.block_grid import (
    LEFT,
    ROW,
    SheetGrid,
    lay_out,
    page_of,
    set_columns,
    write_block,
    write_cell,
    write_heading,
)
from optimizer.report.cell_links import RowFinder, alert_link
from optimizer.report.excel_rows import write_text
from optimizer.report.excel_values import address, clean, one_line, quoted
from optimizer.report.formats import NAVY, Formats
from optimizer.report.formula_block import Anchors, FormulaBlock, once
from optimizer.report.headline import TILES, HeadlineFigure
from optimizer.report.summary import Summary
from optimizer.result.result_layouts import Tables

if TYPE_CHECKING:
    from xlsxwriter.worksheet import Worksheet

    from optimizer.report.table_sheet import TablePosition

NAME = "Summary"
MOST_ALERTS, FEWEST_ALERTS = 200, 12
"""Alerts that are shown at most, and rows of them that are printed even where the paper ends."""
BANDS = (
    ((block_costs.NAME,), (block_demand.COVERAGE, block_demand.COVERED)),
    ((block_plants.UTILISATION,), (block_rules.NAME,)),
)
"""Blocks from top to bottom, those of a pair side by side where the page is wide enough."""
CHARTS = 8
"""Row from which the charts stand."""
_TITLE, _STATUS, _SOURCE, _TILES = 0, 1, 2, 4


def summary_blocks(summary: Summary, tables: Tables) -> dict[str, FormulaBlock]:
    """Blocks that have something to show."""
    demand = block_demand.demand(summary, tables)
    found = [
        block_costs.costs(summary, tables),
        block_demand.coverage(demand) if demand else None,
        block_demand.covered_by_year(demand) if demand else None,
        block_plants.utilisation(summary, tables),
        block_rules.rules(summary, tables),
    ]
    return {block.name: once(block) for block in found if block}


def lay_out_summary(blocks: Mapping[str, FormulaBlock], summary: Summary, charts: int) -> SheetGrid:
    """Where each block stands, below the headline figures and a number of charts."""
    page = page_of(NAME, blocks.values(), len(summary.calendar) + 2)
    lay_out(page, BANDS, blocks, summary_charts.make_room(charts, page, CHARTS))
    return page


def write_summary(
    sheet: Worksheet,
    summary: Summary,
    blocks: Mapping[str, FormulaBlock],
    page: SheetGrid,
    anchors: Anchors,
    tiles: Sequence[HeadlineFigure],
    finder: RowFinder,
    forms: Formats,
) -> None:
    """Fill the Summary but for its charts; ``anchors`` are those of all sheets."""
    set_columns(sheet, page)
    _write_top(sheet, summary, page, forms)
    _write_tiles(sheet, tiles, page, finder, forms)
    for name in page.anchors:
        block = blocks[name]
        write_block(sheet, block, block.fill(anchors), page, finder, forms)


def write_below(
    sheet: Worksheet,
    summary: Summary,
    places: Mapping[str, TablePosition],
    page: SheetGrid,
    forms: Formats,
) -> None:
    """Alerts and contents below the blocks, and what is printed."""
    printed, row = _write_alerts(sheet, summary, page, forms)
    last = _write_contents(sheet, places, row + 1, page, forms)
    # The contents are not printed: their links are of no use on paper.
    sheet.print_area(0, 0, printed, page.last)
    sheet.set_h_pagebreaks(page.breaks)
    sheet.set_tab_color(NAVY)
    everything = f"A1:{address(last, page.last)}"
    sheet.ignore_errors({"number_stored_as_text": everything, "formula_differs": everything})
    sheet.activate()
    sheet.set_first_sheet()


def _write_top(sheet: Worksheet, summary: Summary, page: SheetGrid, forms: Formats) -> None:
    """Name of the case, status line, where it comes from."""
    sheet.set_row(_TITLE, 32)
    title = forms("title", font_size=20)
    write_text(sheet, _TITLE, LEFT, one_line(summary.case), title)
    style = forms(summary.colour, font_size=12, indent=1)
    sheet.set_row(_STATUS, 24)
    sheet.merge_range(_STATUS, LEFT, _STATUS, page.last, "", style)
    write_text(sheet, _STATUS, LEFT, summary.verdict, style)
    count = len(summary.alerts)
    alerts = f"{count} alert{'s' if count != 1 else ''}, listed below" if count else "no alerts"
    parts = (summary.span, alerts, summary.audit, f"input {summary.input_name}", summary.made)
    text = "   |   ".join(one_line(part) for part in parts if part)
    write_text(sheet, _SOURCE, LEFT, text, forms("subtitle", font_size=9))


def _write_tiles(
    sheet: Worksheet,
    tiles: Sequence[HeadlineFigure],
    page: SheetGrid,
    finder: RowFinder,
    forms: Formats,
) -> None:
    """Headline figures in boxes of about equal width; each figure links to its rows."""
    sheet.set_row(_TILES + 1, 26)
    edges = _edges(page.widths)
    for tile, first, after in zip(tiles, edges, edges[1:], strict=False):
        lines = ((tile.label, "label"), (tile.cell, "value"), (tile.note, "note"))
        for row, (cell, style) in enumerate(lines, _TILES):
            form = forms(
                f"tile {style}", cell.number, align="left", indent=1, left=5, left_color="#FFFFFF"
            )
            left, right = LEFT + first, LEFT + after - 1
            if left < right:
                sheet.merge_range(row, left, row, right, "", form)
            link = finder.link(tile.behind) if style == "value" else ""
            write_cell(sheet, row, left, cell, form, link)


def _edges(widths: Sequence[float]) -> list[int]:
    """Columns at which the tiles begin, and the end."""
    share, edges, sofar = sum(widths) / TILES, [0], 0.0
    for column, width in enumerate(widths):
        if sofar + width / 2 >= share * len(edges) and len(edges) < TILES and column > edges[-1]:
            edges.append(column)
        sofar += width
    return [*edges, len(widths)]


def _write_alerts(
    sheet: Worksheet, summary: Summary, page: SheetGrid, forms: Formats
) -> tuple[int, int]:
    """Alerts over the whole width; gives the last row that is printed and the row below.

    Those that the paper does not hold follow on the screen.
    """
    row, count = page.below, len(summary.alerts)
    if not count:
        return row - 2, row - 1
    page.part(row, min(count, FEWEST_ALERTS) + 2)
    room = row + max(FEWEST_ALERTS, page.left(row) - 2)
    write_heading(sheet, row, f"Alerts ({count})", page, forms)
    printed = 0
    deep = [_lines_of(clean(alert), page) for alert in summary.alerts]
    for index, alert in enumerate(summary.alerts[:MOST_ALERTS]):
        if (
            index
            and not printed
            and row + sum(deep[index : index + 2]) > room - (index + 2 < count)
        ):
            row = printed = row + 1
            text = f"… and {count - index} more below, not printed"
            write_text(sheet, row, LEFT, text, forms("note"))
        row += 1
        _write_alert(sheet, row, alert, deep[index], summary, page, forms)
        room -= deep[index] - 1
    if count > MOST_ALERTS:
        row += 1
        write_text(sheet, row, LEFT, f"… and {count - MOST_ALERTS} more", forms("note"))
    return printed or row, row + 1


def _lines_of(text: str, page: SheetGrid) -> int:
    """Lines that a text takes over the whole width."""
    characters = sum(page.widths) * 1.2
    return sum(max(1, ceil(len(line) / characters)) for line in text.split("\n"))


def _write_alert(
    sheet: Worksheet,
    row: int,
    alert: str,
    deep: int,
    summary: Summary,
    page: SheetGrid,
    forms: Formats,
) -> None:
    """One alert, as a link to the cell of the input that it names.

    One that takes several lines is none: LibreOffice does not wrap a link.
    """
    link = alert_link(summary.input_path, alert) if deep == 1 else ""
    more: dict[str, Any] = {"font_color": NAVY, "underline": 1} if link else {}
    form = forms("body", text_wrap=True, valign="top", **more)
    sheet.merge_range(row, LEFT, row, page.last, "", form)
    if link:
        sheet.write_url(row, LEFT, link, form, "link", "Go to the cell of the input")
    write_text(sheet, row, LEFT, clean(alert), form)
    sheet.set_row(row, min(ROW * 0.75 * deep, 400))


def _write_contents(
    sheet: Worksheet, places: Mapping[str, TablePosition], row: int, page: SheetGrid, forms: Formats
) -> int:
    """What stands on the other sheets, with links; gives the last row."""
    write_heading(sheet, row, "In this workbook", page, forms)
    for name, place in places.items():
        row += 1
        rows = f"{place.rows:,} row{'s' if place.rows != 1 else ''}" if place.rows else "nothing"
        link = f"internal:{quoted(name)}!A1"
        sheet.write_url(row, LEFT, link, forms("link"), name, f"Go to {name}")
        write_text(sheet, row, LEFT + 1, rows, forms("subtitle", align="right"))
        write_text(sheet, row, LEFT + 2, place.meaning, forms("subtitle", align="left", indent=1))
    return row
