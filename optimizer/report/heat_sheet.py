"""The heat map: how full each unit is in each period, the busiest on top."""

from __future__ import annotations

from typing import TYPE_CHECKING

from optimizer.report.conditional_formats import UTILISATION_COLOUR_SCALE
from optimizer.report.excel_rows import write_text
from optimizer.report.excel_values import address, cell_range, quoted_sheet
from optimizer.report.formats import STEEL, Formats
from optimizer.report.sheet_positions import PivotPosition, TablePosition

if TYPE_CHECKING:
    from xlsxwriter.worksheet import Worksheet

    from optimizer.result.result_layouts import Tables

HEAT_MAP_SHEET = "Heat map"
HEAT_MAP_TABLE = "Utilisation"
"""Result table whose pivot the heat map shows."""
MAX_HEAT_MAP_UNITS = 40
"""Units that are shown: about one page. The pivot of Utilisation has all of them."""
_MAX_WIDE_PERIODS = 24
"""Periods up to which columns are wide enough for a horizontal heading."""
_HEADER_ROW, _FIRST_UNIT_ROW = 3, 4
_UNIT_COLUMN = 1
"""Below the title, the subtitle and a blank row; column A is a margin."""
_SHARE_FORMAT = '0%;-0%;"–"'


def write_heat_map(
    sheet: Worksheet, tables: Tables, position: TablePosition, forms: Formats
) -> str:
    """Fill the heat map; gives the range that prints on demand.

    Each of its cells refers to one of the pivot of Utilisation.
    """
    pivot, rows = position.pivot, busiest_pivot_rows(tables, position)
    assert pivot
    last_column = _UNIT_COLUMN + 1 + pivot.total - pivot.periods
    last_row = _FIRST_UNIT_ROW + max(min(len(rows), MAX_HEAT_MAP_UNITS), 1) - 1
    _write_header(sheet, pivot, len(rows) - MAX_HEAT_MAP_UNITS, forms)
    for row, index in enumerate(rows[:MAX_HEAT_MAP_UNITS], _FIRST_UNIT_ROW):
        _write_unit(sheet, pivot, row, index, forms)
    cells = (_FIRST_UNIT_ROW, _UNIT_COLUMN + 1, last_row, last_column)
    sheet.conditional_format(*cells, UTILISATION_COLOUR_SCALE)
    sheet.freeze_panes(_FIRST_UNIT_ROW, _UNIT_COLUMN + 1)
    sheet.repeat_rows(_HEADER_ROW)
    sheet.set_tab_color(STEEL)
    all_cells = cell_range((0, 0), (last_row, last_column)).replace("$", "")
    sheet.ignore_errors({"number_stored_as_text": all_cells})
    return cell_range((0, 0), (last_row, last_column), HEAT_MAP_SHEET)


def busiest_pivot_rows(tables: Tables, position: TablePosition) -> list[int]:
    """Rows of the pivot of Utilisation by use over the horizon, without units never used."""
    assert position.pivot
    table = tables[HEAT_MAP_TABLE]
    used: dict[tuple[str, ...], float] = {}
    available: dict[tuple[str, ...], float] = {}
    for site, unit, use, capacity in zip(
        *(table[header] for header in ("site", "unit", "used", "capacity")), strict=True
    ):
        used[site, unit] = used.get((site, unit), 0.0) + (use or 0.0)
        available[site, unit] = available.get((site, unit), 0.0) + (capacity or 0.0)
    keys = position.pivot.rows
    share = {
        row: used[key] / available[key]
        for row, key in enumerate(keys)
        if used.get(key, 0.0) > 0 < available.get(key, 0.0)
    }
    return sorted(share, key=lambda row: (-share[row], keys[row]))


def _write_header(sheet: Worksheet, pivot: PivotPosition, omitted: int, forms: Formats) -> None:
    """Title, subtitle, widths and column headings; ``omitted`` units are not shown if positive."""
    write_text(sheet, 0, _UNIT_COLUMN, "Which units are full, and when?", forms("title"))
    sheet.set_row(0, 24)
    subtitle = "Capacity used by period, % of what is available; the busiest units on top."
    subtitle += f" {omitted} less busy units are in {HEAT_MAP_TABLE}." if omitted > 0 else ""
    write_text(sheet, 1, _UNIT_COLUMN, subtitle, forms("subtitle"))
    sheet.hide_gridlines(2)
    count = len(pivot.labels)
    narrow = count > _MAX_WIDE_PERIODS
    sheet.set_column(0, 0, 2)
    sheet.set_column(_UNIT_COLUMN, _UNIT_COLUMN, 34)
    sheet.set_column(_UNIT_COLUMN + 1, _UNIT_COLUMN + count, 5.5 if narrow else 8)
    sheet.set_column(_UNIT_COLUMN + count + 1, _UNIT_COLUMN + count + 1, 9)
    write_text(sheet, _HEADER_ROW, _UNIT_COLUMN, "unit", forms("header", align="left", indent=1))
    form = forms("header", align="center", rotation=90 if narrow else 0)
    for column, text in enumerate((*pivot.labels, "average")):
        cell = address(pivot.first - 1, pivot.periods + column)
        formula = f"={quoted_sheet(HEAT_MAP_TABLE)}!{cell}"
        sheet.write_formula(_HEADER_ROW, _UNIT_COLUMN + 1 + column, formula, form, text)
    if narrow:
        sheet.set_row(_HEADER_ROW, 52)


def _write_unit(
    sheet: Worksheet, pivot: PivotPosition, row: int, index: int, forms: Formats
) -> None:
    """Label and shares of the unit in a row of the pivot, counted from its first."""
    source, sheet_name = pivot.first + index, quoted_sheet(HEAT_MAP_TABLE)
    link = f"internal:{sheet_name}!{address(source, pivot.keys)}"
    label = forms("body", align="left", shrink=True, font_color=STEEL)
    sheet.write_url(row, _UNIT_COLUMN, link, label, "link", "Go to the rows behind it")
    write_text(sheet, row, _UNIT_COLUMN, " · ".join(pivot.rows[index]), label)
    count = len(pivot.labels)
    size = 8 if count > _MAX_WIDE_PERIODS else 9
    for number, value in enumerate(pivot.values[index]):
        style, column = "body" if number < count else "total", _UNIT_COLUMN + 1 + number
        form = forms(style, _SHARE_FORMAT, align="center", font_size=size)
        cell = f"{sheet_name}!{address(source, pivot.periods + number)}"
        if pivot.live:
            sheet.write_formula(row, column, f'=IF({cell}="","",{cell})', form, value)
        elif value == "":
            sheet.write_blank(row, column, None, form)
        else:
            sheet.write_number(row, column, value, form)
