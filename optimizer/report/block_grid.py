"""The grid of a sheet of small tables: blocks side by side in bands, one page wide.

The Summary and the sheet of figures behind its charts use it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from msgspec import Struct, field

from optimizer.report.cell_links import RowFinder
from optimizer.report.conditional_formats import UTILISATION_COLOUR_SCALE, colour_verdicts
from optimizer.report.excel_rows import write_text
from optimizer.report.excel_values import address
from optimizer.report.formats import STEEL, Formats
from optimizer.report.formula_block import BlockRow, FormulaBlock, FormulaCell
from optimizer.report.sheet_positions import BlockAnchor

if TYPE_CHECKING:
    from xlsxwriter.worksheet import Worksheet

BlockBands = Sequence[Sequence[Sequence[str]]]
"""Names of blocks: bands from top to bottom, panels side by side, blocks below each other."""
FIRST_COLUMN = 1
"""Column of the first label; column A is a margin."""
LABEL_WIDTH = 34
"""Characters in the width of a column of labels."""
ROW_HEIGHT = 18
"""Height of a row in pixels."""
_MARGIN_WIDTH = 2
"""Characters in the width of column A."""
_MAX_COLUMNS_BESIDE = 7
"""Maximum columns of figures of two blocks side by side that remain readable on A4."""
_PAPER_ASPECT_RATIO = 0.65
"""Height by width of what is printed on A4 landscape, which is flatter than Letter."""
_EXTRA_ROWS_ON_TOP = 3
"""Ordinary rows whose height the taller rows on top of a sheet take in addition."""
_CHARACTER_PIXELS = 7.0
"""Pixels of one character of column width; each column has 5 pixels of padding more."""


class SheetGrid(Struct):
    """The grid of a sheet and where its blocks stand."""

    sheet: str
    figure_columns: int
    """Columns of figures in a panel, to the right of its labels."""
    two_panels: bool
    """True if two panels stand side by side."""
    width: float
    """Width of a column of figures, in characters."""
    anchors: dict[str, BlockAnchor] = field(default_factory=dict)
    next_row: int = 0
    """First row below all blocks."""
    page_breaks: list[int] = field(default_factory=list)
    """Rows with which a printed page begins."""
    chart_rows: int = 0
    """Rows that a chart takes."""

    @property
    def last_column(self) -> int:
        """Last column."""
        columns = self.figure_columns
        return FIRST_COLUMN + columns + (columns + 2 if self.two_panels else 0)

    @property
    def widths(self) -> list[float]:
        """Widths of the columns from the first label on."""
        panel = [float(LABEL_WIDTH), *([self.width] * self.figure_columns)]
        return [*panel, 2.0, *panel] if self.two_panels else panel

    @property
    def page_pixels(self) -> float:
        """Width of a printed page in pixels."""
        return sum(int(width * _CHARACTER_PIXELS + 5) for width in self.widths)

    @property
    def last_cell(self) -> str:
        """Address of the last cell of the blocks."""
        return address(max(self.next_row, 1), self.last_column)

    @property
    def rows_per_page(self) -> int:
        """Rows that fit on one printed page."""
        return int(self.page_pixels * _PAPER_ASPECT_RATIO / ROW_HEIGHT)

    def break_before(self, row: int, rows: int) -> None:
        """Begin a new printed page at a row if the rows from it on do not fit on this one."""
        if row > 0 and rows > self.rows_left(row):
            self.page_breaks.append(row)

    def rows_left(self, row: int) -> int:
        """Rows that are left from a row on, on the printed page where it stands."""
        start = self.page_breaks[-1] if self.page_breaks else -_EXTRA_ROWS_ON_TOP
        return self.rows_per_page - (row - start)


def grid_for(sheet: str, blocks: Iterable[FormulaBlock], figures: int) -> SheetGrid:
    """Grid that is wide enough for the blocks and at least for a number of columns of figures.

    It has two panels side by side, or one if the blocks are wide.
    """
    figures = max([len(block.headers) - 1 for block in blocks] + [figures])
    if figures <= _MAX_COLUMNS_BESIDE:
        return SheetGrid(sheet, figures, True, 10.5)
    return SheetGrid(sheet, max(figures, 10), False, 12.0)


def place_blocks(
    grid: SheetGrid, bands: BlockBands, blocks: Mapping[str, FormulaBlock], row: int
) -> None:
    """Give every block an anchor, from a row on; a page break may stand between two bands."""
    if not grid.two_panels:
        bands = [((name,),) for band in bands for panel in band for name in panel]
    for band in bands:
        panels = [[blocks[name] for name in panel if name in blocks] for panel in band]
        panels = [panel for panel in panels if panel]
        height = max((sum(block.height for block in panel) for panel in panels), default=0)
        grid.break_before(row, height - 1)
        for index, panel in enumerate(panels):
            top = row
            for block in panel:
                column = FIRST_COLUMN + index * (grid.figure_columns + 2)
                grid.anchors[block.name] = BlockAnchor(top, column, grid.sheet)
                top += block.height
        row += height
    grid.next_row = row


def set_columns(sheet: Worksheet, grid: SheetGrid) -> None:
    """Set the widths of the columns and the default height of the rows."""
    sheet.hide_gridlines(2)
    sheet.set_default_row(ROW_HEIGHT * 0.75)
    sheet.set_column(0, 0, _MARGIN_WIDTH)
    for column, width in enumerate(grid.widths, FIRST_COLUMN):
        sheet.set_column(column, column, width)


def write_cell(
    sheet: Worksheet, row: int, column: int, cell: FormulaCell, form: Any, link: str
) -> None:
    """Write text, a number, or a formula with its value; a link if ``link`` is not empty."""
    if link:
        sheet.write_url(row, column, link, form, "link", "Go to the rows behind it")
    if cell.formula:
        sheet.write_formula(row, column, cell.formula, form, cell.value)
    elif isinstance(cell.value, str):
        write_text(sheet, row, column, cell.value, form)
    else:
        sheet.write_number(row, column, cell.value, form)


def write_heading(sheet: Worksheet, row: int, text: str, grid: SheetGrid, forms: Formats) -> None:
    """Write a heading that is ruled over the whole width."""
    for column in range(FIRST_COLUMN, grid.last_column + 1):
        write_text(sheet, row, column, text if column == FIRST_COLUMN else "", forms("heading"))


def write_block(
    sheet: Worksheet,
    block: FormulaBlock,
    rows: Sequence[BlockRow],
    grid: SheetGrid,
    finder: RowFinder,
    forms: Formats,
) -> None:
    """Write title, headings and lines of a block, ruled over the width of its panel."""
    anchor = grid.anchors[block.name]
    for column in range(grid.figure_columns + 1):
        text = block.title if column == 0 else ""
        write_text(sheet, anchor.row, anchor.column + column, text, forms("heading"))
    for column, header in enumerate(block.headers):
        align = "left" if column == 0 or block.text_only else "right"
        form = forms("column", align=align, valign="bottom", shrink=len(header) > 11)
        write_text(sheet, anchor.header, anchor.column + column, header, form)
    for index, row in enumerate(rows):
        for column, cell in enumerate(row.cells):
            link = finder.link(cell.link)
            more: dict[str, Any] = {} if column or block.text_only else {"shrink": True}
            if link:
                more["font_color"] = STEEL
            align = "right" if column and not block.text_only else "left"
            form = forms(row.style, cell.number, align=align, valign="top", **more)
            write_cell(sheet, anchor.first + index, anchor.column + column, cell, form, link)
    _format_conditionally(sheet, block, anchor, len(rows), forms)


def _format_conditionally(
    sheet: Worksheet, block: FormulaBlock, anchor: BlockAnchor, rows: int, forms: Formats
) -> None:
    """Colour the verdicts and the shares of capacity of a block."""
    last = anchor.first + rows - 1
    if block.verdict_column:
        column = anchor.column + block.verdict_column
        colour_verdicts(sheet, (anchor.first, column, last, column), forms)
    if block.utilisation_columns:
        first_share, last_share = block.utilisation_columns
        cells = (anchor.first, anchor.column + first_share, last, anchor.column + last_share)
        sheet.conditional_format(*cells, UTILISATION_COLOUR_SCALE)
