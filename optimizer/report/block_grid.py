"""The grid of a sheet of small tables: blocks side by side in bands, one page wide.

The Summary and the sheet of figures behind its charts are laid out by it; so is any other
sheet that is made of blocks.
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
"""Names of blocks from top to bottom: bands of sides, sides of blocks below each other."""
FIRST_COLUMN = 1
"""Column of the first label; column A is a margin."""
LABEL_WIDTH = 34
"""Characters in the width of a column of labels."""
ROW_HEIGHT = 18
"""Height of a row in pixels."""
_MARGIN_WIDTH = 2
"""Characters in the width of column A."""
_MAX_COLUMNS_BESIDE = 7
"""Most columns of figures with which two blocks stand side by side and remain readable on A4."""
_PAPER_ASPECT_RATIO = 0.65
"""Height by width of what is printed on A4 landscape, which is flatter than Letter."""
_EXTRA_ROWS_ON_TOP = 3
"""Ordinary rows whose height the taller rows on top of a sheet take in addition."""
_CHARACTER_PIXELS = 7.0
"""Pixels of one unit of column width in Arial 10; Excel adds 5 pixels a column."""


class SheetGrid(Struct):
    """The grid of a sheet and where its blocks stand."""

    sheet: str
    figures: int
    beside: bool
    width: float
    anchors: dict[str, BlockAnchor] = field(default_factory=dict)
    below: int = 0
    breaks: list[int] = field(default_factory=list)
    deep: int = 0
    """Rows that a chart takes."""

    @property
    def last(self) -> int:
        """Last column."""
        return FIRST_COLUMN + self.figures + (self.figures + 2 if self.beside else 0)

    @property
    def widths(self) -> list[float]:
        """Widths of the columns from the first label on."""
        panel = [float(LABEL_WIDTH), *([self.width] * self.figures)]
        return [*panel, 2.0, *panel] if self.beside else panel

    @property
    def pixels(self) -> float:
        """Width of the page."""
        return sum(int(width * _CHARACTER_PIXELS + 5) for width in self.widths)

    @property
    def end(self) -> str:
        """Last cell of the blocks."""
        return address(max(self.below, 1), self.last)

    @property
    def fit(self) -> int:
        """Rows that one sheet of paper holds."""
        return int(self.pixels * _PAPER_ASPECT_RATIO / ROW_HEIGHT)

    def part(self, row: int, deep: int) -> None:
        """Begin a new sheet of paper at a row if what follows would not fit on this one."""
        start = self.breaks[-1] if self.breaks else -_EXTRA_ROWS_ON_TOP
        if row > 0 and row + deep - start > self.fit:
            self.breaks.append(row)

    def left(self, row: int) -> int:
        """Rows that are left on the sheet of paper that a row stands on."""
        return self.fit - (row - (self.breaks[-1] if self.breaks else -_EXTRA_ROWS_ON_TOP))


def grid_for(sheet: str, blocks: Iterable[FormulaBlock], figures: int) -> SheetGrid:
    """Grid wide enough for some blocks: two panels, or one where they are wide."""
    figures = max([len(block.headers) - 1 for block in blocks] + [figures])
    if figures <= _MAX_COLUMNS_BESIDE:
        return SheetGrid(sheet, figures, True, 10.5)
    return SheetGrid(sheet, max(figures, 10), False, 12.0)


def place_blocks(
    page: SheetGrid, bands: BlockBands, blocks: Mapping[str, FormulaBlock], row: int
) -> None:
    """Give every block its place from a row on, in bands that a page break may part."""
    if not page.beside:
        bands = [((name,),) for band in bands for side in band for name in side]
    for band in bands:
        sides = [[blocks[name] for name in side if name in blocks] for side in band]
        sides = [side for side in sides if side]
        deep = max((sum(block.height for block in side) for side in sides), default=0)
        page.part(row, deep - 1)
        for panel, side in enumerate(sides):
            top = row
            for block in side:
                column = FIRST_COLUMN + panel * (page.figures + 2)
                page.anchors[block.name] = BlockAnchor(top, column, page.sheet)
                top += block.height
        row += deep
    page.below = row


def set_columns(sheet: Worksheet, page: SheetGrid) -> None:
    """Widths and heights of the grid."""
    sheet.hide_gridlines(2)
    sheet.set_default_row(ROW_HEIGHT * 0.75)
    sheet.set_column(0, 0, _MARGIN_WIDTH)
    for column, width in enumerate(page.widths, FIRST_COLUMN):
        sheet.set_column(column, column, width)


def write_cell(
    sheet: Worksheet, row: int, column: int, cell: FormulaCell, form: Any, link: str
) -> None:
    """Write text, a number or a formula with the value that it gives, as a link if it is one."""
    if link:
        sheet.write_url(row, column, link, form, "link", "Go to the rows behind it")
    if cell.formula:
        sheet.write_formula(row, column, cell.formula, form, cell.value)
    elif isinstance(cell.value, str):
        write_text(sheet, row, column, cell.value, form)
    else:
        sheet.write_number(row, column, cell.value, form)


def write_heading(sheet: Worksheet, row: int, text: str, page: SheetGrid, forms: Formats) -> None:
    """Heading over the whole width."""
    for column in range(FIRST_COLUMN, page.last + 1):
        write_text(sheet, row, column, text if column == FIRST_COLUMN else "", forms("heading"))


def write_block(
    sheet: Worksheet,
    block: FormulaBlock,
    rows: Sequence[BlockRow],
    page: SheetGrid,
    finder: RowFinder,
    forms: Formats,
) -> None:
    """Title, headings and lines of one block, ruled over the width of its panel."""
    anchor = page.anchors[block.name]
    for column in range(page.figures + 1):
        text = block.title if column == 0 else ""
        write_text(sheet, anchor.row, anchor.column + column, text, forms("heading"))
    for column, header in enumerate(block.headers):
        align = "left" if column == 0 or block.words else "right"
        form = forms("column", align=align, valign="bottom", shrink=len(header) > 11)
        write_text(sheet, anchor.header, anchor.column + column, header, form)
    for index, row in enumerate(rows):
        for column, cell in enumerate(row.cells):
            link = finder.link(cell.link)
            more: dict[str, Any] = {} if column or block.words else {"shrink": True}
            if link:
                more["font_color"] = STEEL
            align = "right" if column and not block.words else "left"
            form = forms(row.style, cell.number, align=align, valign="top", **more)
            write_cell(sheet, anchor.first + index, anchor.column + column, cell, form, link)
    _format_conditionally(sheet, block, anchor, len(rows), forms)


def _format_conditionally(
    sheet: Worksheet, block: FormulaBlock, anchor: BlockAnchor, rows: int, forms: Formats
) -> None:
    """Conditional formats of a block: verdicts, heat, bars."""
    last = anchor.first + rows - 1
    if block.verdict:
        column = anchor.column + block.verdict
        colour_verdicts(sheet, (anchor.first, column, last, column), forms)
    if block.heat:
        first, after = block.heat
        cells = (anchor.first, anchor.column + first, last, anchor.column + after)
        sheet.conditional_format(*cells, UTILISATION_COLOUR_SCALE)
