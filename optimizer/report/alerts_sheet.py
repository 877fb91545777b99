"""The sheet of all alerts, ranked and by kind, each with the cell of the input that it is about."""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING, Any

from optimizer.report.cell_links import MAX_LINKS, alert_link, input_reference
from optimizer.report.excel_rows import write_text
from optimizer.report.excel_values import cell_range, clean
from optimizer.report.formats import STEEL, Formats
from optimizer.report.summary import Summary
from optimizer.report.worksheet import add_excel_table

if TYPE_CHECKING:
    from xlsxwriter.worksheet import Worksheet

ALERTS_SHEET = "Alerts"
ALERTS_SUBTITLE = "What a reader must know: risks first, then remarks and warnings about the input."
_HEADERS = ("rank", "kind", "alert", "cell")
_WIDTHS = (7, 26, 110, 18)
_HEADER_ROW, _FIRST_ALERT_ROW = 3, 4
_MAX_ROW_HEIGHT = 400
"""Greatest height of a row in points; Excel takes 409."""


def write_alerts(sheet: Worksheet, summary: Summary, forms: Formats) -> str:
    """Fill the sheet; gives the range that prints on demand."""
    write_text(sheet, 0, 0, ALERTS_SHEET, forms("title"))
    sheet.set_row(0, 24)
    write_text(sheet, 1, 0, ALERTS_SUBTITLE, forms("subtitle"))
    for column, width in enumerate(_WIDTHS):
        sheet.set_column(column, column, width)
    body = forms("body", text_wrap=True)
    for rank, alert in enumerate(summary.alerts, 1):
        row = _FIRST_ALERT_ROW + rank - 1
        text = clean(alert)
        sheet.write_number(row, 0, float(rank), forms("body", "0", align="left", indent=1))
        write_text(sheet, row, 1, getattr(alert, "kind", ""), body)
        write_text(sheet, row, 2, text, body)
        _write_place(sheet, row, alert, summary.input_path, forms)
        lines = sum(max(1, ceil(len(line) / (_WIDTHS[2] * 1.1))) for line in text.split("\n"))
        sheet.set_row(row, min(14 * lines, _MAX_ROW_HEIGHT))
    last = _FIRST_ALERT_ROW + len(summary.alerts) - 1
    columns = [
        {"header": header, "header_format": forms("header", align="left")} for header in _HEADERS
    ]
    options: dict[str, Any] = {
        "name": "tbl_Alerts",
        "columns": columns,
        "style": "Table Style Light 1",
    }
    add_excel_table(sheet, (_HEADER_ROW, 0), (last, len(_HEADERS) - 1), options)
    sheet.freeze_panes(_FIRST_ALERT_ROW, 0)
    sheet.repeat_rows(_HEADER_ROW)
    sheet.set_tab_color(STEEL)
    return cell_range((0, 0), (last, len(_HEADERS) - 1), ALERTS_SHEET)


def _write_place(sheet: Worksheet, row: int, alert: str, path: str, forms: Formats) -> None:
    """Write the cell that an alert is about, as a link where the input is known."""
    own, cell = getattr(alert, "sheet", ""), getattr(alert, "cell", "")
    if not own:
        own, cell = input_reference(alert)
    place = f"{own}!{cell}" if own and cell else own
    link = alert_link(path, alert) if row < MAX_LINKS else ""
    if link:
        sheet.write_url(row, 3, link, forms("link"), place, "Go to the cell of the input")
    else:
        write_text(sheet, row, 3, place, forms("body"))
