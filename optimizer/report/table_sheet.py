"""One sheet for one result table: title, live totals, an Excel table, its pivot beside it.

Rows 1 to 5 are title, meaning, totals of the rows shown, units and header; the data
follows. The totals count what a filter leaves.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate, chain
from math import fsum
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from optimizer.errors import FileError
from optimizer.report.block_grid import HEAT, colour_verdicts
from optimizer.report.cell_links import input_links
from optimizer.report.excel_rows import write_column, write_text
from optimizer.report.excel_values import (
    address,
    area,
    column_cells,
    column_name,
    column_titles,
    finite,
    plain,
    table_name,
)
from optimizer.report.formats import (
    AMBER,
    APART,
    GREEN,
    GREY,
    PALE_AMBER,
    PALE_GREEN,
    PALE_RED,
    RED,
    STEEL,
    SUMMED_KINDS,
    TEXT_KINDS,
    Formats,
    number_format,
    size_of,
)
from optimizer.report.pivot import PivotPlace, write_pivot
from optimizer.report.summary import Summary
from optimizer.report.worksheet import lay_heights
from optimizer.result.field_units import unit

if TYPE_CHECKING:
    from xlsxwriter.worksheet import Worksheet

    from optimizer.result.result_layouts import Field, Table

TITLE, MEANING, TOTALS, UNITS, HEADER, FIRST = range(6)
"""Rows of a sheet, counted from 0; the data begins at FIRST."""
NOTHING = "nothing in this plan"
MOST_ROWS = 1_048_576 - FIRST

RATIOS = {
    ("Purchases", "price"): ("cost", "tonnes"),
    ("Utilisation", "utilisation"): ("used", "capacity"),
    ("Shortages", "share short"): ("short", "wanted"),
}
"""Columns whose total is the quotient of two other columns' totals."""
LEVELS = {("Stock", "tonnes")}
"""Columns of levels: over periods they are averaged, not added."""
NOT_SUMMED = LEVELS | {
    ("Scarcity", "bound"),
    ("Provenance", "tonnes"),
    ("Certificates", "tonnes"),
    *(
        (table, header)
        for table in ("Volume changes", "Changes by period")
        for header in ("before", "after", "change")
    ),
}
"""Columns that are not added up: the same tonnes stand in several rows, or a sum says nothing."""

PRINTED = 400
"""Rows of a long table that are printed, about ten pages; the print area says which."""
_WIDEST, _WRAPPED, _SAMPLE = 48, 80, 5000
_HIGHEST = 400
"""Most points that a header is high; Excel takes 409."""
_LINES = 8
"""Most lines that a row is high; the cell has the rest."""
_WIDE = 1.35
"""A pivot is printed if it is no wider than this many times the table, or than the paper."""
_PAPER, _MOST_PAPER = 190, 300
"""Characters that read well in the width of a page, and the most that can be read at all."""


class TablePosition(Struct, frozen=True):
    """Where a result table stands: first and last row of its data, and its pivot."""

    sheet: str
    meaning: str
    first: int
    last: int
    rows: int
    printed: str
    """Ranges that are printed."""
    pivot: PivotPlace | None = None
    note: str = ""
    """What is said at the foot of the paper."""
    links: int = 0
    """Links on the sheet."""


def write_sheet(sheet: Worksheet, table: Table, summary: Summary, forms: Formats) -> TablePosition:
    """Fill a sheet with a result table and say where things stand on it.

    Raises FileError if the table has more rows than a sheet can hold.
    """
    name, fields = table.layout.name, table.layout.fields
    if len(table) > MOST_ROWS:
        raise FileError(
            f"{name} has {len(table):,} rows and a sheet holds {MOST_ROWS:,}; "
            "take fewer or longer periods, or read the tables from Python"
        )
    write_text(sheet, TITLE, 0, name, forms("title"))
    sheet.set_row(TITLE, 24)
    sheet.set_tab_color(STEEL if len(table) else GREY)
    write_text(sheet, MEANING, 0, table.layout.meaning, forms("subtitle"))
    last = FIRST + max(len(table), 1) - 1
    figures = [_figures(field, table[field.header]) for field in fields]
    links = [input_links(table, field.header, summary.input_path) for field in fields]
    widths = [
        _write_field(sheet, table, column, figures[column], links[column], summary.currency, forms)
        for column in range(len(fields))
    ]
    _set_heights(sheet, table, widths)
    _write_totals(sheet, table, figures, forms)
    _make_table(sheet, table, last, forms)
    _mark(sheet, table, last, forms)
    pivot = None
    if table.layout.pivot and len(table):
        pivot = write_pivot(
            sheet, table, summary, FIRST, len(fields) + 1, forms, _pivot_style(table)
        )
    printed = _set_page(sheet, name, last, widths, pivot)
    note = _note(len(table), widths)
    count = sum(map(bool, chain.from_iterable(links)))
    return TablePosition(
        name, table.layout.meaning, FIRST, last, len(table), printed, pivot, note, count
    )


def _pivot_style(table: Table) -> tuple[tuple[str, str] | None, bool]:
    """What the pivot's value is a quotient of, if it is one, and whether it is a level."""
    assert table.layout.pivot
    key = (table.layout.name, table.layout.pivot[1])
    return RATIOS.get(key), key in LEVELS


def _figures(field: Field, values: Any) -> list[float]:
    """The numbers of a column, without its blanks; none of a column of text or dates."""
    if field.kind in TEXT_KINDS or field.kind == "date":
        return []
    if plain(values):
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
    """Write width, unit, note, links and values of one column; gives its width."""
    field = table.layout.fields[column]
    values = table[field.header]
    width, wrapped = _width(field, values, figures)
    sheet.set_column(column, column, width)
    write_text(sheet, UNITS, column, unit(field.kind, currency, table.layout.name), forms("unit"))
    note = f"{field.meaning[:1].upper()}{field.meaning[1:]}."
    size = {"x_scale": 1.6, "y_scale": 0.4 + 0.2 * (len(note) // 34)}
    sheet.write_comment(HEADER, column, note, size | {"author": "", "font_size": 9})
    number = number_format(field.kind, size_of(field.kind, figures))
    more = {"font_color": STEEL} if links else {}
    if field.kind in TEXT_KINDS:
        style = {"text_wrap": True, "quote_prefix": True} if wrapped else {"num_format": number}
        form = forms("body", align="left", indent=1, **style, **more)
    elif field.kind == "date":
        form = forms("body", number, align="left", indent=1)
    else:
        form = forms("body", number, **more)
    for row, link in enumerate(links, FIRST):
        if link:
            sheet.write_url(row, column, link, form, "link", "Go to the input")
    write_column(sheet, (FIRST, column), field.kind, values, form)
    return width


def _set_heights(sheet: Worksheet, table: Table, widths: Sequence[float]) -> None:
    """Rows as high as the wrapped text that is printed: not every program sees to that."""
    heads = (
        lines_of(field.header, width)
        for field, width in zip(table.layout.fields, widths, strict=True)
    )
    sheet.set_row(HEADER, min(max(30, 15 * max(heads, default=1)), _HIGHEST))
    high: dict[int, int] = {}
    printed = _readable(widths)
    for field, width in zip(table.layout.fields[:printed], widths[:printed], strict=True):
        if field.kind in TEXT_KINDS and width >= _WRAPPED:
            for row, value in enumerate(table[field.header], FIRST):
                if value and len(value) > width:
                    high[row] = max(high.get(row, 1), lines_of(value, width))
    if high:
        lay_heights(sheet, {row: 15 * min(lines, _LINES) for row, lines in high.items()})


def lines_of(text: str, width: float) -> int:
    """Lines that words take in a column of so many characters.

    >>> lines_of("cheap Kazakhstan less base", 14.5)
    3
    """
    lines, left = 1, width - 3
    for word in str(text).split():
        if len(word) > left and left < width - 3:
            lines, left = lines + 1, width - 3
        left -= len(word) + 1
    return lines


def _width(field: Field, values: Any, figures: list[float]) -> tuple[float, bool]:
    """Width of a column in characters, and whether its text is wrapped."""
    words = map(len, field.header.split())
    heading = min(max(*words, len(field.header) / 3, 1) + 3.5, _WRAPPED)
    if field.kind in TEXT_KINDS:
        longest = max(map(len, map(str, filter(None, set(values[:_SAMPLE])))), default=0)
        wrapped = longest > 2 * _WIDEST
        return max(heading, 8, min(longest * 1.05 + 2, _WRAPPED if wrapped else _WIDEST)), wrapped
    if field.kind == "date":
        return 12, False
    widest = fsum(map(abs, figures)) if field.kind in SUMMED_KINDS else max(figures, default=0.0)
    decimals = 0 if field.kind == "money" else 3
    return max(heading, 9, len(f"{widest:,.{decimals}f}") + 1.5), False


def _write_totals(
    sheet: Worksheet, table: Table, figures: list[list[float]], forms: Formats
) -> None:
    """Totals of the rows that a filter leaves, above the header."""
    if not len(table):
        write_text(sheet, TOTALS, 0, NOTHING, forms("subtitle", italic=True))
        return
    name, fields = table.layout.name, table.layout.fields
    if not any(_adds_up(name, field) for field in fields):
        return
    sums = _subtotals(table)
    for column, field in enumerate(fields):
        form = forms("total", number_format(field.kind, size_of(field.kind, figures[column])))
        ratio = RATIOS.get((name, field.header))
        if ratio:
            above, below = (sums[header] for header in ratio)
            value = quotient(_total(table, ratio[0]), _total(table, ratio[1]))
            sheet.write_formula(TOTALS, column, f'=IFERROR({above}/{below},"")', form, value)
        elif _adds_up(name, field):
            value = _total(table, field.header)
            sheet.write_formula(TOTALS, column, f"={sums[field.header]}", form, value)
        else:
            write_text(sheet, TOTALS, column, "Rows shown" if column == 0 else "", form)


def _adds_up(name: str, field: Field) -> bool:
    apart = name in APART or (name, field.header) in NOT_SUMMED
    return field.kind in SUMMED_KINDS and not apart


def _subtotals(table: Table) -> dict[str, str]:
    """What adds up the rows shown of each column, by its header."""
    headers, last = table.layout.headers, FIRST + max(len(table), 1) - 1
    return {
        header: f"SUBTOTAL(109,{column_cells(table.layout.name, title, (FIRST, column), last)})"
        for column, (header, title) in enumerate(zip(headers, column_titles(headers), strict=True))
    }


def _total(table: Table, header: str) -> float:
    return fsum(finite(value) or 0.0 for value in table[header])


def quotient(above: float, below: float) -> float | str:
    """What ``IFERROR(above/below,"")`` shows."""
    return above / below if below else ""


def _make_table(sheet: Worksheet, table: Table, last: int, forms: Formats) -> None:
    """Turn the written cells into a named Excel table; an empty one keeps a blank row."""
    fields = table.layout.fields
    columns = [
        {
            "header": title,
            "header_format": forms("header", align="left", indent=1)
            if field.kind in (*TEXT_KINDS, "date")
            else forms("header", align="right"),
        }
        for field, title in zip(fields, column_titles(table.layout.headers), strict=True)
    ]
    options = {
        "name": table_name(table.layout.name),
        "columns": columns,
        "style": "Table Style Light 1",
    }
    sheet.add_long_table((HEADER, 0), (last, len(fields) - 1), options)
    sheet.freeze_panes(FIRST, 0)


def _mark(sheet: Worksheet, table: Table, last: int, forms: Formats) -> None:
    """Bars and colours where a look should go first."""
    name, headers = table.layout.name, table.layout.headers

    def lay(header: str, condition: dict[str, Any]) -> None:
        column = headers.index(header)
        sheet.conditional_format(FIRST, column, last, column, condition)

    red = forms.difference(RED, PALE_RED)
    if name == "Utilisation":
        bar = {"type": "data_bar", "bar_solid": True, "bar_color": "#C9D6E5", "min_type": "num"}
        lay("utilisation", bar | {"min_value": 0, "max_type": "num", "max_value": 1})
    elif name == "Shortages":
        bar = {"type": "data_bar", "bar_solid": True, "bar_color": "#E9B8B2", "min_type": "num"}
        lay("share short", bar | {"min_value": 0, "max_type": "num", "max_value": 1})
    elif name == "Run":
        lay("value", {"type": "text", "criteria": "begins with", "value": "FAILED", "format": red})
    elif name == "Balance":
        outside = {"type": "cell", "criteria": "not between", "minimum": -1e-5, "maximum": 1e-5}
        lay("difference", outside | {"format": red})
    if "verdict" in headers:
        column = headers.index("verdict")
        colour_verdicts(sheet, (FIRST, column, last, column), forms)
    if "confidence" in headers:
        low = forms.difference(AMBER, PALE_AMBER)
        high = forms.difference(GREEN, PALE_GREEN)
        for word, form in (("high", high), ("low", low), ("assumption", low)):
            condition = {"type": "cell", "criteria": "==", "value": f'"{word}"', "format": form}
            lay("confidence", condition)


def _set_page(
    sheet: Worksheet, name: str, last: int, widths: list[float], pivot: PivotPlace | None
) -> str:
    """No green corners on labels that look like numbers; gives what is printed.

    The pivot comes first, unless it is so wide that it would shrink the table.
    """
    columns, bottom = len(widths), FIRST + PRINTED - 1
    printed = area((0, 0), (min(last, bottom), _readable(widths) - 1), name)
    edge = address(last, columns - 1)
    if pivot:
        edge = address(max(last, pivot.last), pivot.total)
        sheet.set_column(columns, columns, 3)
        if name == "Utilisation":
            cells = (pivot.first, pivot.periods, pivot.last, pivot.total)
            sheet.conditional_format(*cells, HEAT)
        if pivot.width <= max(_WIDE * sum(widths), _PAPER):
            shown = area((0, pivot.keys), (min(pivot.last, bottom), pivot.total), name)
            printed = f"{shown},{printed}"
    sheet.ignore_errors({"number_stored_as_text": f"A1:{edge}"})
    sheet.repeat_rows(HEADER)
    return printed


def _readable(widths: Sequence[float]) -> int:
    """Columns that stay readable when they are printed one page wide."""
    return max(1, sum(wide <= _MOST_PAPER for wide in accumulate(widths)))


def _note(rows: int, widths: Sequence[float]) -> str:
    """What the foot of the paper says where not all of a table is printed."""
    shown, parts = _readable(widths), []
    if rows > PRINTED:
        parts.append(f"the first {PRINTED:,} of {rows:,} rows")
    if shown < len(widths):
        parts.append(f"columns A to {column_name(shown - 1)} of {column_name(len(widths) - 1)}")
    return f"Printed: {', '.join(parts)} (Page Layout, Print Area)" if parts else ""
