"""The Summary: status, headline figures, charts, small tables, alerts, contents.

One page wide. Every figure that the tables give is a formula over them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import ceil
from typing import TYPE_CHECKING, Any

from optimizer.report import block_costs, block_demand, block_plants, block_rules, charts
from optimizer.report.block import Anchor, Block, Row
from optimizer.report.cells import clean, one_line, quoted
from optimizer.report.formats import GREEN, NAVY, PALE_GREEN, PALE_RED, RED, Formats
from optimizer.report.headline import TILES, Tile, headline
from optimizer.report.rows import write_text
from optimizer.report.sheet import Place
from optimizer.report.summary import Summary
from optimizer.solution.tables import Tables

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.worksheet import Worksheet

NAME = charts.SHEET
MOST_ALERTS = 60
BANDS = (
    ((block_costs.NAME,), (block_demand.COVERAGE, block_demand.COVERED)),
    ((block_plants.UTILISATION,), (block_rules.NAME,)),
    ((block_plants.SUPPLY,), (block_demand.WANTED,)),
)
"""Blocks from top to bottom, those of a pair side by side where the page is wide enough."""
_LEFT, _MARGIN, _LABEL = 1, 2, 34
_TITLE, _STATUS, _SOURCE, _TILES, _CHARTS = 0, 1, 2, 4, 8
_CHART_HEIGHT, _CHART_ROWS = 280, 16
_BESIDE = 7
"""Most columns of figures with which two blocks stand side by side."""
_SHAPE, _ROW, _EXTRA = 0.65, 18, 3
"""Height of the paper by its width, height of a row, rows that the tall ones at the top take."""
_LONGEST = 250
"""Characters of a text that is a link; Excel takes no more than 255."""
_CHARACTER = 7.0
"""Pixels of a character of the width of a column."""


@dataclass(slots=True)
class _Page:
    """The grid of the sheet and where its blocks stand."""

    figures: int
    beside: bool
    width: float
    anchors: dict[str, Anchor] = field(default_factory=dict)
    below: int = 0
    breaks: list[int] = field(default_factory=list)

    @property
    def last(self) -> int:
        """Last column."""
        return _LEFT + self.figures + (self.figures + 2 if self.beside else 0)

    @property
    def widths(self) -> list[float]:
        """Widths of the columns from the first label on."""
        panel = [float(_LABEL), *([self.width] * self.figures)]
        return [*panel, 2.0, *panel] if self.beside else panel

    @property
    def pixels(self) -> float:
        """Width of the page."""
        return sum(int(width * _CHARACTER + 5) for width in self.widths)

    def part(self, row: int, deep: int) -> None:
        """Begin a new sheet of paper at a row if what follows would not fit on this one."""
        fit = int(self.pixels * _SHAPE / _ROW)
        start = self.breaks[-1] if self.breaks else -_EXTRA
        if row > 0 and row + deep - start > fit:
            self.breaks.append(row)


def write_summary(
    workbook: Workbook,
    sheet: Worksheet,
    summary: Summary,
    tables: Tables,
    places: Mapping[str, Place],
    forms: Formats,
) -> None:
    """Fill the Summary; ``places`` says where the other sheets keep their tables."""
    blocks = _blocks(summary, tables)
    page = _lay_out(blocks, summary)
    sheet.hide_gridlines(2)
    sheet.set_default_row(_ROW * 0.75)
    sheet.set_column(0, 0, _MARGIN)
    for column, width in enumerate(page.widths, _LEFT):
        sheet.set_column(column, column, width)
    _write_top(sheet, summary, page, forms)
    tiles = headline(summary, tables, places, page.anchors, blocks)
    _write_tiles(sheet, tiles, page, forms)
    for block in blocks.values():
        _write_block(sheet, block, block.fill(page.anchors), page, forms)
    _add_charts(workbook, sheet, summary, blocks, page)
    row = _write_alerts(sheet, summary, page, forms)
    last = _write_contents(sheet, places, row + 1, page, forms)
    _set_page(sheet, row - 1, last, page)


def _blocks(summary: Summary, tables: Tables) -> dict[str, Block]:
    """Blocks that have something to show."""
    demand = block_demand.demand(summary, tables)
    found = [
        block_costs.costs(summary, tables),
        block_demand.coverage(demand) if demand else None,
        block_demand.covered_by_year(demand) if demand else None,
        block_plants.utilisation(summary, tables),
        block_rules.rules(summary, tables),
        block_plants.supply(summary, tables),
        block_demand.wanted_by_year(demand) if demand else None,
    ]
    return {block.name: block for block in found if block}


def _lay_out(blocks: Mapping[str, Block], summary: Summary) -> _Page:
    """Give every block its place, in bands across the page that a page break may part."""
    figures = max(
        [len(block.headers) - 1 for block in blocks.values()] + [len(summary.calendar) + 2]
    )
    beside = figures <= _BESIDE
    page = _Page(figures, beside, 10.5) if beside else _Page(max(figures, 10), beside, 12.0)
    row = _CHARTS + (_CHART_ROWS + 1 if blocks else 0)
    for band in (
        BANDS if beside else [((name,),) for pair in BANDS for side in pair for name in side]
    ):
        sides = [[blocks[name] for name in side if name in blocks] for side in band]
        sides = [side for side in sides if side]
        deep = max((sum(block.height for block in side) for side in sides), default=0)
        page.part(row, deep)
        for panel, side in enumerate(sides):
            top = row
            for block in side:
                page.anchors[block.name] = Anchor(top, _LEFT + panel * (page.figures + 2))
                top += block.height
        row += deep
    page.below = row
    return page


def _write_top(sheet: Worksheet, summary: Summary, page: _Page, forms: Formats) -> None:
    """Name of the case, status line, where it comes from."""
    sheet.set_row(_TITLE, 32)
    title = forms("title", font_size=20)
    write_text(sheet, _TITLE, _LEFT, one_line(summary.case), title)
    style = forms("good" if summary.sound else "bad", font_size=12, indent=1)
    sheet.set_row(_STATUS, 24)
    sheet.merge_range(_STATUS, _LEFT, _STATUS, page.last, "", style)
    write_text(sheet, _STATUS, _LEFT, summary.verdict, style)
    count = len(summary.alerts)
    alerts = f"{count} alert{'s' if count != 1 else ''}, listed below" if count else "no alerts"
    span = " to ".join(dict.fromkeys((*summary.periods[:1], *summary.periods[-1:])))
    parts = (span, alerts, summary.audit, f"input {summary.input_name}", summary.made)
    text = "   |   ".join(one_line(part) for part in parts if part)
    write_text(sheet, _SOURCE, _LEFT, text, forms("subtitle", font_size=9))


def _write_tiles(sheet: Worksheet, tiles: Sequence[Tile], page: _Page, forms: Formats) -> None:
    """Headline figures in boxes of about equal width."""
    sheet.set_row(_TILES + 1, 26)
    edges = _edges(page.widths)
    for tile, first, after in zip(tiles, edges, edges[1:], strict=False):
        lines = ((tile.label, "label"), (tile.cell, "value"), (tile.note, "note"))
        for row, (cell, style) in enumerate(lines, _TILES):
            form = forms(
                f"tile {style}", cell.number, align="left", indent=1, left=5, left_color="#FFFFFF"
            )
            left, right = _LEFT + first, _LEFT + after - 1
            if left < right:
                sheet.merge_range(row, left, row, right, "", form)
            _write_cell(sheet, row, left, cell, form)


def _edges(widths: Sequence[float]) -> list[int]:
    """Columns at which the tiles begin, and the end."""
    share, edges, sofar = sum(widths) / TILES, [0], 0.0
    for column, width in enumerate(widths):
        if sofar + width / 2 >= share * len(edges) and len(edges) < TILES and column > edges[-1]:
            edges.append(column)
        sofar += width
    return [*edges, len(widths)]


def _write_cell(sheet: Worksheet, row: int, column: int, cell: Any, form: Any) -> None:
    """Write text, a number or a formula with the value that it gives."""
    if cell.formula:
        sheet.write_formula(row, column, cell.formula, form, cell.value)
    elif isinstance(cell.value, str):
        write_text(sheet, row, column, cell.value, form)
    else:
        sheet.write_number(row, column, cell.value, form)


def _write_block(
    sheet: Worksheet, block: Block, rows: Sequence[Row], page: _Page, forms: Formats
) -> None:
    """Title, headings and lines of one block, ruled over the width of its panel."""
    anchor = page.anchors[block.name]
    for column in range(page.figures + 1):
        text = block.title if column == 0 else ""
        write_text(sheet, anchor.row, anchor.column + column, text, forms("heading"))
    for column, header in enumerate(block.headers):
        form = forms("column", align="left" if column == 0 else "right", valign="bottom")
        write_text(sheet, anchor.header, anchor.column + column, header, form)
    for index, row in enumerate(rows):
        for column, cell in enumerate(row.cells):
            more = {} if column else {"shrink": True}
            align = "right" if column else "left"
            form = forms(row.style, cell.number, align=align, valign="top", **more)
            _write_cell(sheet, anchor.first + index, anchor.column + column, cell, form)
    if block.name == block_rules.NAME:
        _colour_verdicts(sheet, anchor, len(rows), forms)


def _colour_verdicts(sheet: Worksheet, anchor: Anchor, rows: int, forms: Formats) -> None:
    column = anchor.column + block_rules.VERDICT
    cells = (anchor.first, column, anchor.first + rows - 1, column)
    for word, form in (
        (block_rules.KEPT, forms.difference(GREEN, PALE_GREEN)),
        (block_rules.BROKEN, forms.difference(RED, PALE_RED)),
    ):
        condition = {"type": "cell", "criteria": "==", "value": f'"{word}"', "format": form}
        sheet.conditional_format(*cells, condition)


def _add_charts(
    workbook: Workbook, sheet: Worksheet, summary: Summary, blocks: Mapping[str, Block], page: _Page
) -> None:
    """The charts that have data, side by side over the width of the page."""
    wanted = [
        n
        for n in (block_costs.NAME, block_demand.COVERAGE, block_plants.UTILISATION)
        if n in blocks
    ]
    gap = 10
    size = ((page.pixels - gap * (len(wanted) - 1)) / max(len(wanted), 1), _CHART_HEIGHT)
    for index, name in enumerate(wanted):
        block, anchor = blocks[name], page.anchors[name]
        rows = block.fill(page.anchors)
        years = len(block.headers) - 3
        if name == block_costs.NAME:
            labels = [str(row.cells[0].value) for row in rows[:-1]]
            money = block.title.rsplit(", ", 1)[-1]
            number = rows[0].cells[1].number
            chart = charts.cost_chart(workbook, anchor, labels, years, number, money, size)
        elif name == block_demand.COVERAGE:
            named = [row for row in rows if row.style == "body" and row.cells[1].value != ""]
            segments = [str(row.cells[0].value) for row in named]
            chart = charts.demand_chart(workbook, anchor, segments, size)
        else:
            chart = charts.utilisation_chart(workbook, anchor, len(rows), years + 1, size)
        offset = index * (size[0] + gap)
        where = {"x_offset": int(offset), "y_offset": 2, "object_position": 3}
        sheet.insert_chart(_CHARTS, _LEFT, chart, where | {"description": block.title})


def _write_alerts(sheet: Worksheet, summary: Summary, page: _Page, forms: Formats) -> int:
    """Alerts over the whole width; gives the row below."""
    row = page.below
    page.part(row, min(len(summary.alerts), MOST_ALERTS) + 2)
    if not summary.alerts:
        return row - 1
    _write_heading(sheet, row, f"Alerts ({len(summary.alerts)})", page, forms)
    lines = list(summary.alerts[:MOST_ALERTS])
    if len(summary.alerts) > MOST_ALERTS:
        lines.append(f"… and {len(summary.alerts) - MOST_ALERTS} more")
    form = forms("body", text_wrap=True, valign="top")
    characters = sum(page.widths) * 1.2
    for alert in lines:
        row += 1
        text = clean(alert)
        sheet.merge_range(row, _LEFT, row, page.last, "", form)
        link = _link(summary, alert)
        if link and len(text) <= _LONGEST:
            sheet.write_url(row, _LEFT, link, form, text, "Go to the cell of the input")
        else:
            write_text(sheet, row, _LEFT, text, form)
        deep = sum(max(1, ceil(len(line) / characters)) for line in text.split("\n"))
        sheet.set_row(row, min(_ROW * 0.75 * deep, 400))
    return row + 1


def _link(summary: Summary, alert: str) -> str:
    """Link to the cell of the input that an alert stems from; empty where there is none."""
    sheet, cell = getattr(alert, "sheet", ""), getattr(alert, "cell", "")
    if not (summary.input_path and sheet and cell) or not cell[0].isalpha():
        return ""
    return f"external:{summary.input_path}#{quoted(sheet)}!{cell}"


def _write_contents(
    sheet: Worksheet, places: Mapping[str, Place], row: int, page: _Page, forms: Formats
) -> int:
    """What stands on the other sheets, with links; gives the last row."""
    _write_heading(sheet, row, "In this workbook", page, forms)
    for name, place in places.items():
        row += 1
        rows = f"{place.rows:,} row{'s' if place.rows != 1 else ''}" if place.rows else "nothing"
        link = f"internal:{quoted(name)}!A1"
        sheet.write_url(row, _LEFT, link, forms("link"), name, f"Go to {name}")
        write_text(sheet, row, _LEFT + 1, rows, forms("subtitle", align="right"))
        write_text(sheet, row, _LEFT + 2, place.meaning, forms("subtitle", align="left", indent=1))
    return row


def _write_heading(sheet: Worksheet, row: int, text: str, page: _Page, forms: Formats) -> None:
    for column in range(_LEFT, page.last + 1):
        write_text(sheet, row, column, text if column == _LEFT else "", forms("heading"))


def _set_page(sheet: Worksheet, printed: int, last: int, page: _Page) -> None:
    """Print all but the contents, whose links are of no use on paper."""
    sheet.print_area(0, 0, printed, page.last)
    sheet.set_h_pagebreaks(page.breaks)
    sheet.set_tab_color(NAVY)
    everything = f"A1:{Anchor(last - 2, page.last).at(0, 0)}"
    sheet.ignore_errors({"number_stored_as_text": everything, "formula_differs": everything})
    sheet.activate()
    sheet.set_first_sheet()
