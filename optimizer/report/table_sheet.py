"""One sheet for one result table: title, live totals, an Excel table, its pivot beside it.

Rows 1 to 5 are title, meaning, totals, units and header; the data follows. The totals are those
of the rows that a filter leaves.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from math import fsum
from typing import TYPE_CHECKING, Any

from optimizer.errors import FileError
from optimizer.report.cell_links import input_links
from optimizer.report.column_totals import RATIO_COLUMNS
from optimizer.report.conditional_formats import UTILISATION_COLOUR_SCALE, format_table
from optimizer.report.excel_rows import write_column, write_text
from optimizer.report.excel_values import (
    address,
    all_finite_floats,
    column_range,
    column_titles,
    finite,
    table_name,
)
from optimizer.report.formats import (
    GREY,
    STEEL,
    TEXT_KINDS,
    Formats,
    number_format,
    size_for_decimals,
)
from optimizer.report.formula_block import column_total, division_value
from optimizer.report.pivot import write_pivot
from optimizer.report.print_area import print_area, print_note, printed_columns
from optimizer.report.sheet_positions import PivotPosition, TablePosition
from optimizer.report.summary import Summary
from optimizer.report.worksheet import add_excel_table
from optimizer.result.result_table import ADDITIVE_KINDS
from optimizer.tables.sheet_xml import EXCEL_MAX_ROWS

if TYPE_CHECKING:
    from xlsxwriter.worksheet import Worksheet

    from optimizer.result.result_layouts import Field, Table

TITLE_ROW, MEANING_ROW, TOTALS_ROW, UNITS_ROW, HEADER_ROW, FIRST_DATA_ROW = range(6)
"""Rows of a sheet, counted from 0."""
EMPTY_TABLE_NOTE = "nothing in this plan"
MAX_SHEET_ROWS = EXCEL_MAX_ROWS - FIRST_DATA_ROW
"""Maximum data rows on a sheet of Excel."""
_MAX_TEXT_WIDTH = 48
"""Characters in the width of a column of text that is not wrapped."""
_MAX_WRAPPED_WIDTH = 80
"""Characters in the width of a column of wrapped text, so that it reads like a paragraph."""
_WIDTH_SAMPLE_ROWS = 5_000
"""Rows by whose texts the width of a column is chosen: a width need not suit every row."""
_MAX_HEADER_HEIGHT = 400
"""Greatest height of the header in points; Excel takes 409."""
_MAX_TEXT_LINES = 8
"""Greatest height of a row in lines of text; the cell holds the rest."""


def write_table_sheet(
    sheet: Worksheet, table: Table, summary: Summary, forms: Formats
) -> TablePosition:
    """Fill a sheet with a result table; returns the positions on it.

    Raises FileError if the table has more rows than a sheet can hold.
    """
    name, fields = table.layout.name, table.layout.fields
    if len(table) > MAX_SHEET_ROWS:
        raise FileError(
            f"{name} has {len(table):,} rows and a sheet holds {MAX_SHEET_ROWS:,}; "
            "take fewer or longer periods, or read the tables from Python"
        )
    write_text(sheet, TITLE_ROW, 0, name, forms("title"))
    sheet.set_row(TITLE_ROW, 24)
    sheet.set_tab_color(STEEL if len(table) else GREY)
    write_text(sheet, MEANING_ROW, 0, table.layout.meaning, forms("subtitle"))
    last = FIRST_DATA_ROW + max(len(table), 1) - 1
    figures = [_column_numbers(field, table[field.header]) for field in fields]
    links = [input_links(table, field.header, summary.input_path) for field in fields]
    widths = [
        _write_field(sheet, table, column, figures[column], links[column], summary.currency, forms)
        for column in range(len(fields))
    ]
    _set_heights(sheet, table, widths)
    _write_totals(sheet, table, figures, forms)
    _make_table(sheet, table, last, forms)
    format_table(sheet, table, (FIRST_DATA_ROW, last), forms)
    pivot, end = None, address(last, len(fields) - 1)
    if table.layout.pivot and len(table):
        pivot = write_pivot(
            sheet, table, summary, FIRST_DATA_ROW, len(fields) + 1, forms, _pivot_style(table)
        )
        _format_pivot(sheet, name, len(fields), pivot)
        end = address(max(last, pivot.last), pivot.total)
    # No green corners on labels that look like numbers.
    sheet.ignore_errors({"number_stored_as_text": f"A1:{end}"})
    sheet.repeat_rows(HEADER_ROW)
    printed = print_area(name, FIRST_DATA_ROW, last, widths, pivot)
    note = print_note(len(table), widths)
    count = sum(map(bool, chain.from_iterable(links)))
    return TablePosition(
        name, table.layout.meaning, FIRST_DATA_ROW, last, len(table), printed, pivot, note, count
    )


def _pivot_style(table: Table) -> tuple[tuple[str, str] | None, bool]:
    """The two columns whose ratio the pivot shows, if it is one, and True if it shows a level."""
    assert table.layout.pivot
    header = table.layout.pivot[1]
    field = table.layout.fields[table.layout.headers.index(header)]
    return RATIO_COLUMNS.get((table.layout.name, header)), field.aggregation == "level"


def _column_numbers(field: Field, values: Any) -> list[float]:
    """Numbers of a column without its blanks; empty for text and dates."""
    if field.kind in TEXT_KINDS or field.kind == "date":
        return []
    if all_finite_floats(values):
        return list(values)
    return [number for number in map(finite, values) if number is not None]


def _write_field(
    sheet: Worksheet,
    table: Table,
    column: int,
    figures: list[float],
    links: Sequence[str],
    currency: str,
    forms: Formats,
) -> float:
    """Write unit, note, links and values of one column; returns its width."""
    field = table.layout.fields[column]
    values = table[field.header]
    width, wrapped = _width(field, values, figures)
    sheet.set_column(column, column, width)
    write_text(sheet, UNITS_ROW, column, field.unit_in(currency, table.layout.name), forms("unit"))
    note = f"{field.meaning[:1].upper()}{field.meaning[1:]}."
    size = {"x_scale": 1.6, "y_scale": 0.4 + 0.2 * (len(note) // 34)}
    sheet.write_comment(HEADER_ROW, column, note, size | {"author": "", "font_size": 9})
    number = number_format(field.kind, size_for_decimals(field.kind, figures))
    more = {"font_color": STEEL} if links else {}
    if field.kind in TEXT_KINDS:
        style = {"text_wrap": True, "quote_prefix": True} if wrapped else {"num_format": number}
        form = forms("body", align="left", indent=1, **style, **more)
    elif field.kind == "date":
        form = forms("body", number, align="left", indent=1)
    else:
        form = forms("body", number, **more)
    for row, link in enumerate(links, FIRST_DATA_ROW):
        if link:
            sheet.write_url(row, column, link, form, "link", "Go to the input")
    write_column(sheet, (FIRST_DATA_ROW, column), field.kind, values, form)
    return width


def _set_heights(sheet: Worksheet, table: Table, widths: Sequence[float]) -> None:
    """Set the heights of rows with wrapped text that is printed; not every program adapts them."""
    header_lines = (
        lines_of(field.shown, width)
        for field, width in zip(table.layout.fields, widths, strict=True)
    )
    sheet.set_row(HEADER_ROW, min(max(30, 15 * max(header_lines, default=1)), _MAX_HEADER_HEIGHT))
    lines: dict[int, int] = {}
    printed = printed_columns(widths)
    for field, width in zip(table.layout.fields[:printed], widths[:printed], strict=True):
        if field.kind in TEXT_KINDS and width >= _MAX_WRAPPED_WIDTH:
            for row, value in enumerate(table[field.header], FIRST_DATA_ROW):
                if value and len(value) > width:
                    lines[row] = max(lines.get(row, 1), lines_of(value, width))
    for row, count in lines.items():
        sheet.set_row(row, 15 * min(count, _MAX_TEXT_LINES))


def lines_of(text: str, width: float) -> int:
    """Number of lines that a text takes in a column of a width in characters.

    >>> lines_of("cheap Kazakhstan less base", 14.5)
    3
    """
    lines, room = 1, width - 3
    for word in str(text).split():
        if len(word) > room and room < width - 3:
            lines, room = lines + 1, width - 3
        room -= len(word) + 1
    return lines


def _width(field: Field, values: Any, figures: list[float]) -> tuple[float, bool]:
    """Width of a column in characters, and True if its text is wrapped."""
    words = map(len, field.header.split())
    heading = min(max(*words, len(field.header) / 3, 1) + 3.5, _MAX_WRAPPED_WIDTH)
    if field.kind in TEXT_KINDS:
        longest = max(map(len, map(str, filter(None, set(values[:_WIDTH_SAMPLE_ROWS])))), default=0)
        wrapped = longest > 2 * _MAX_TEXT_WIDTH
        limit = _MAX_WRAPPED_WIDTH if wrapped else _MAX_TEXT_WIDTH
        return max(heading, 8, min(longest * 1.05 + 2, limit)), wrapped
    if field.kind == "date":
        return 12, False
    widest = fsum(map(abs, figures)) if field.kind in ADDITIVE_KINDS else max(figures, default=0.0)
    decimals = 0 if field.kind == "money" else 3
    return max(heading, 9, len(f"{widest:,.{decimals}f}") + 1.5), False


def _write_totals(
    sheet: Worksheet, table: Table, figures: list[list[float]], forms: Formats
) -> None:
    """Write the totals of the rows that a filter leaves, above the header."""
    if not len(table):
        write_text(sheet, TOTALS_ROW, 0, EMPTY_TABLE_NOTE, forms("subtitle", italic=True))
        return
    name, fields = table.layout.name, table.layout.fields
    if not any(field.has_total for field in fields):
        return
    sums = _subtotals(table)
    for column, field in enumerate(fields):
        form = forms(
            "total", number_format(field.kind, size_for_decimals(field.kind, figures[column]))
        )
        ratio = RATIO_COLUMNS.get((name, field.header))
        if ratio:
            dividend, divisor = (sums[header] for header in ratio)
            value = division_value(column_total(table, ratio[0]), column_total(table, ratio[1]))
            sheet.write_formula(
                TOTALS_ROW, column, f'=IFERROR({dividend}/{divisor},"")', form, value
            )
        elif field.has_total:
            value = column_total(table, field.header)
            sheet.write_formula(TOTALS_ROW, column, f"={sums[field.header]}", form, value)
        else:
            write_text(
                sheet, TOTALS_ROW, column, "Total of rows shown" if column == 0 else "", form
            )


def _subtotals(table: Table) -> dict[str, str]:
    """Formula part that adds up the rows shown of each column, by header."""
    headers, last = table.layout.headers, FIRST_DATA_ROW + max(len(table), 1) - 1
    tops = [(FIRST_DATA_ROW, column) for column in range(len(headers))]
    titles = column_titles(table.layout.titles)
    return {
        header: f"SUBTOTAL(109,{column_range(table.layout.name, title, top, last)})"
        for header, title, top in zip(headers, titles, tops, strict=True)
    }


def _make_table(sheet: Worksheet, table: Table, last: int, forms: Formats) -> None:
    """Turn the written cells into a named Excel table; one without rows has a blank row."""
    fields = table.layout.fields
    columns = [
        {
            "header": title,
            "header_format": forms("header", align="left", indent=1)
            if field.kind in (*TEXT_KINDS, "date")
            else forms("header", align="right"),
        }
        for field, title in zip(fields, column_titles(table.layout.titles), strict=True)
    ]
    options = {
        "name": table_name(table.layout.name),
        "columns": columns,
        "style": "Table Style Light 1",
    }
    add_excel_table(sheet, (HEADER_ROW, 0), (last, len(fields) - 1), options)
    sheet.freeze_panes(FIRST_DATA_ROW, 0)


def _format_pivot(sheet: Worksheet, name: str, columns: int, pivot: PivotPosition) -> None:
    """Set the gap between table and pivot, and colour shares of capacity."""
    sheet.set_column(columns, columns, 3)
    if name == "Utilisation":
        cells = (pivot.first, pivot.periods, pivot.last, pivot.total)
        sheet.conditional_format(*cells, UTILISATION_COLOUR_SCALE)
