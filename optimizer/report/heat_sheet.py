"""How full each unit is in each period: a heat map, the busiest on top."""

from __future__ import annotations

from typing import TYPE_CHECKING

from optimizer.report.block_grid import HEAT
from optimizer.report.excel_rows import write_text
from optimizer.report.excel_values import address, area, quoted
from optimizer.report.formats import STEEL, Formats
from optimizer.report.table_sheet import TablePosition

if TYPE_CHECKING:
    from xlsxwriter.worksheet import Worksheet

    from optimizer.result.result_layouts import Tables

NAME = "Heat map"
SOURCE = "Utilisation"
MOST = 40
"""Units that are shown, about one page; the pivot of Utilisation has all of them."""
_HEADER, _FIRST, _LEFT = 3, 4, 1
_SHARE = '0%;-0%;"–"'


def busiest(tables: Tables, place: TablePosition) -> list[int]:
    """Rows of the pivot of Utilisation by use over the horizon; those never used are left out."""
    assert place.pivot
    table = tables[SOURCE]
    used: dict[tuple[str, ...], float] = {}
    room: dict[tuple[str, ...], float] = {}
    for site, unit, use, capacity in zip(
        *(table[header] for header in ("site", "unit", "used", "capacity")), strict=True
    ):
        used[site, unit] = used.get((site, unit), 0.0) + (use or 0.0)
        room[site, unit] = room.get((site, unit), 0.0) + (capacity or 0.0)
    keys = place.pivot.rows
    share = {
        row: used[key] / room[key]
        for row, key in enumerate(keys)
        if used.get(key, 0.0) > 0 < room.get(key, 0.0)
    }
    return sorted(share, key=lambda row: (-share[row], keys[row]))


def write_heat(sheet: Worksheet, tables: Tables, place: TablePosition, forms: Formats) -> None:
    """Fill the heat map: every cell is the one of the pivot of Utilisation."""
    pivot, rows = place.pivot, busiest(tables, place)
    assert pivot
    count = pivot.total - pivot.periods
    write_text(sheet, 0, _LEFT, "Which units are full, and when?", forms("title"))
    sheet.set_row(0, 24)
    left = len(rows) - MOST
    meaning = "Capacity used by period, % of what is available; the busiest units on top."
    meaning += f" {left} less busy units are in {SOURCE}." if left > 0 else ""
    write_text(sheet, 1, _LEFT, meaning, forms("subtitle"))
    sheet.hide_gridlines(2)
    sheet.set_column(0, 0, 2)
    sheet.set_column(_LEFT, _LEFT, 34)
    small = count > 24
    sheet.set_column(_LEFT + 1, _LEFT + count, 5.5 if small else 8)
    sheet.set_column(_LEFT + count + 1, _LEFT + count + 1, 9)
    heads = forms("header", align="center", rotation=90 if small else 0)
    write_text(sheet, _HEADER, _LEFT, "unit", forms("header", align="left", indent=1))
    for column in range(count + 1):
        above = address(pivot.first - 1, pivot.periods + column)
        text = (*pivot.labels, "average")[column]
        formula = f"={quoted(SOURCE)}!{above}"
        sheet.write_formula(_HEADER, _LEFT + 1 + column, formula, heads, text)
    if small:
        sheet.set_row(_HEADER, 52)
    shown = rows[:MOST]
    values = pivot.values
    for row, index in enumerate(shown, _FIRST):
        source = pivot.first + index
        link = f"internal:{quoted(SOURCE)}!{address(source, pivot.keys)}"
        label = forms("body", align="left", shrink=True, font_color=STEEL)
        name = " · ".join(pivot.rows[index])
        sheet.write_url(row, _LEFT, link, label, "link", "Go to the rows behind it")
        write_text(sheet, row, _LEFT, name, label)
        for column in range(count + 1):
            style = "body" if column < count else "total"
            form = forms(style, _SHARE, align="center", font_size=8 if small else 9)
            value = values[index][column]
            cell = address(source, pivot.periods + column)
            formula = f'=IF({quoted(SOURCE)}!{cell}="","",{quoted(SOURCE)}!{cell})'
            if pivot.live:
                sheet.write_formula(row, _LEFT + 1 + column, formula, form, value)
            elif value == "":
                sheet.write_blank(row, _LEFT + 1 + column, None, form)
            else:
                sheet.write_number(row, _LEFT + 1 + column, value, form)
    last = _FIRST + max(len(shown), 1) - 1
    sheet.conditional_format(_FIRST, _LEFT + 1, last, _LEFT + count + 1, HEAT)
    sheet.freeze_panes(_FIRST, _LEFT + 1)
    sheet.repeat_rows(_HEADER)
    sheet.print_area(0, 0, last, _LEFT + count + 1)
    sheet.set_tab_color(STEEL)
    everything = area((0, 0), (last, _LEFT + count + 1)).replace("$", "")
    sheet.ignore_errors({"number_stored_as_text": everything})
