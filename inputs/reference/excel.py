"""A formatted workbook from rows: bold frozen header, widths, number formats, filters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

from openpyxl import Workbook
from openpyxl.cell.cell import Cell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet
from rows import Row

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "Settings": ("setting", "value"),
    "Sites": (
        "site",
        "kind",
        "country",
        "owner",
        "owner country",
        "latitude",
        "longitude",
        "segregates",
    ),
    "Materials": ("material", "stage", "traced", "value", "disposal cost"),
    "Supply": (
        "offer",
        "site",
        "material",
        "price",
        "minimum",
        "maximum",
        "history",
        "contract quantity",
        "take or pay",
        "firm",
        "probability",
        "from",
        "to",
    ),
    "Assays": ("feed", "oxide", "share"),
    "Recipes": ("recipe", "material", "direction", "quantity"),
    "Recoveries": ("recipe", "oxide", "product", "recovery"),
    "Processes": (
        "site",
        "recipe",
        "feed",
        "unit",
        "use",
        "cost",
        "stage",
        "clears",
        "minimum",
        "maximum",
        "from",
        "to",
    ),
    "Units": (
        "site",
        "unit",
        "capacity",
        "availability",
        "minimum load",
        "may idle",
        "fixed cost",
        "from",
        "to",
    ),
    "Options": (
        "option",
        "site",
        "unit",
        "added capacity",
        "kind",
        "most",
        "capital cost",
        "fixed cost",
        "life",
        "earliest",
        "build months",
        "needs",
        "one of",
    ),
    "Lanes": (
        "from site",
        "to site",
        "material",
        "mode",
        "cost",
        "lead days",
        "maximum",
        "arrives",
        "fixed cost",
        "minimum when used",
        "from",
        "to",
    ),
    "Tariffs": (
        "measure",
        "origin country",
        "destination country",
        "material",
        "ad valorem",
        "customs value",
        "specific",
        "from",
        "to",
    ),
    "Stocks": (
        "site",
        "material",
        "opening",
        "history",
        "minimum",
        "maximum",
        "days of cover",
        "closing",
        "closing value",
        "holding cost",
        "from",
        "to",
    ),
    "Pipeline": ("order", "to site", "material", "arrival", "quantity", "history"),
    "Demand": (
        "line",
        "customer",
        "material",
        "segment",
        "quantity",
        "minimum",
        "price",
        "shortage penalty",
        "from",
        "to",
    ),
    "Rules": (
        "rule",
        "segments",
        "maximum share",
        "window",
        "dated by",
        "from",
        "to",
        "description",
    ),
    "Rule scope": ("rule", "line", "country", "owner country", "owner", "site", "stage"),
    "Limits": (
        "limit",
        "measure",
        "site",
        "country",
        "material",
        "option",
        "as",
        "minimum",
        "maximum",
        "window",
        "from",
        "to",
    ),
    "Scenarios": (
        "scenario",
        "line",
        "based on",
        "sheet",
        "where",
        "column",
        "change",
        "value",
        "probability",
        "from",
        "to",
    ),
}
"""Columns of each sheet, in order; periods of Demand are put before ``from``."""
COMMON = ("active", "notes", "source", "confidence")
KEYS = {
    "Settings": 1,
    "Sites": 1,
    "Materials": 1,
    "Supply": 3,
    "Assays": 2,
    "Recipes": 3,
    "Recoveries": 3,
    "Processes": 4,
    "Units": 2,
    "Options": 3,
    "Lanes": 4,
    "Tariffs": 4,
    "Stocks": 2,
    "Pipeline": 1,
    "Demand": 3,
    "Rules": 1,
    "Rule scope": 2,
    "Limits": 2,
    "Scenarios": 2,
}
"""How many columns at the left name a row."""

MONEY = {
    "price",
    "cost",
    "value",
    "disposal cost",
    "closing value",
    "holding cost",
    "shortage penalty",
    "specific",
    "customs value",
    "capital cost",
    "fixed cost",
}
SHARES = {
    "availability",
    "probability",
    "take or pay",
    "recovery",
    "ad valorem",
    "maximum share",
    "arrives",
    "minimum load",
}
WIDE = {"history": 48, "where": 44, "description": 48, "notes": 60, "source": 60, "clears": 34}
HEADER = PatternFill("solid", fgColor="1F3864")
KEY = PatternFill("solid", fgColor="EAF0F8")
OFF = Font(color="9C9C9C", italic=True)
FILLS = {
    "high": PatternFill("solid", fgColor="E2F0D9"),
    "medium": PatternFill("solid", fgColor="FFF2CC"),
    "low": PatternFill("solid", fgColor="FBE5D6"),
    "assumption": PatternFill("solid", fgColor="F8CBAD"),
}
LINE = Border(bottom=Side(style="hair", color="D0D0D0"))


def write(path: Path, sheets: Mapping[str, Sequence[Row]], guide: Sequence[Sequence[str]]) -> None:
    """The workbook: a guide sheet, then one sheet for each kind of row."""
    book = Workbook()
    book.properties.creator = "magnet sourcing optimizer"
    _guide(book.active, guide)
    for name, rows in sheets.items():
        _sheet(book.create_sheet(name), name, rows)
    book.save(path)


def headers(name: str, rows: Sequence[Row]) -> list[str]:
    """Columns of a sheet: the contract's that are used, then periods, then the common ones."""
    keys = COLUMNS[name][: KEYS[name]]
    used = {key for row in rows for key, cell in row.items() if cell is not None}
    known = [column for column in COLUMNS[name] if column in used or column in keys]
    extra = sorted(used - set(COLUMNS[name]) - set(COMMON))
    at = known.index("from") if "from" in known else len(known)
    return [*known[:at], *extra, *known[at:], *COMMON]


def _sheet(sheet: Worksheet, name: str, rows: Sequence[Row]) -> None:
    columns = headers(name, rows)
    sheet.append(columns)
    for row in rows:
        sheet.append([row.get(column) for column in columns])
    _format(sheet, name, columns)


def _format(sheet: Worksheet, name: str, columns: Sequence[str]) -> None:
    for cell in sheet[1]:
        cell.font = Font(bold=True, color="FFFFFF")
        cell.fill = HEADER
        cell.alignment = Alignment(wrap_text=True, vertical="top")
    for cells in sheet.iter_rows(min_row=2):
        off = any(c.value == "no" and columns[c.column - 1] == "active" for c in cells)
        for cell in cells:
            _cell(cell, columns[cell.column - 1], key=cell.column <= KEYS[name], off=off)
    for number, column in enumerate(columns, start=1):
        longest = max(
            (
                len(str(c.value))
                for c in sheet[get_column_letter(number)][1:]
                if c.value is not None and not isinstance(c.value, date)
            ),
            default=6,
        )
        width = WIDE.get(column, min(max(longest, len(column), 9) + 2, 34))
        sheet.column_dimensions[get_column_letter(number)].width = width
    sheet.freeze_panes = sheet.cell(row=2, column=KEYS[name] + 1)
    sheet.auto_filter.ref = sheet.dimensions


def _cell(cell: Cell, column: str, *, key: bool, off: bool) -> None:
    cell.border = LINE
    if isinstance(cell.value, date):
        cell.number_format = "yyyy-mm-dd"
    elif isinstance(cell.value, (int, float)):
        cell.number_format = _number_format(column, float(cell.value))
    if key:
        cell.fill = KEY
    if column == "confidence" and cell.value in FILLS:
        cell.fill = FILLS[cell.value]
    if off:
        cell.font = OFF


def _number_format(column: str, number: float) -> str:
    if column in SHARES:
        return "0.0%"
    if column in MONEY and abs(number) >= 1:
        return "#,##0"
    if column in ("latitude", "longitude"):
        return "0.00"
    return "#,##0" if number == int(number) else "#,##0.#####"


def _guide(sheet: Worksheet, lines: Sequence[Sequence[str]]) -> None:
    sheet.title = "Read me"
    sheet.column_dimensions["A"].width = 24
    sheet.column_dimensions["B"].width = 110
    sheet.sheet_view.showGridLines = False
    for number, (head, text) in enumerate(lines, start=1):
        left, right = (
            sheet.cell(row=number, column=1, value=head or None),
            sheet.cell(row=number, column=2, value=text or None),
        )
        left.font = Font(bold=True, size=16 if number == 1 else 11)
        left.alignment = Alignment(vertical="top")
        right.alignment = Alignment(wrap_text=True, vertical="top")
        if head in FILLS:
            left.fill = FILLS[head]
