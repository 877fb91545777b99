"""Colours, number formats by kind of column, and cell formats of the workbooks."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from xlsxwriter import Workbook

FONT_NAME = "Arial"
FONT_SIZE = 10
"""Points; ten can be read on the printed page and keeps tables narrow."""

INK = "#1F2933"
NAVY = "#1F3864"
STEEL = "#3E6D9C"
PALE_BLUE = "#EEF2F7"
HAIRLINE = "#D5DBE3"
GREY = "#6B7785"
GREEN = "#2E6B4F"
PALE_GREEN = "#E6F1EB"
RED = "#A3322B"
PALE_RED = "#F8E7E5"
AMBER = "#8A6116"
PALE_AMBER = "#FBF1DC"
PALE_ORANGE = "#FBE3C0"
ORANGE = "#E58A63"

TEXT_KINDS = ("text", "period")
"""Kinds of column that hold text."""

_NUMBER_FORMATS = {
    "text": "@",
    "period": "@",
    "date": "yyyy-mm-dd",
    "price": "#,##0.00",
    "share": "0.0%",
    "number": "General",
}

CELL_STYLES: dict[str, dict[str, Any]] = {
    "title": {"bold": True, "font_size": 16, "font_color": NAVY, "valign": "vcenter"},
    "subtitle": {"font_color": GREY, "valign": "top"},
    "heading": {
        "bold": True,
        "font_size": 11,
        "font_color": NAVY,
        "bottom": 2,
        "bottom_color": NAVY,
    },
    "header": {
        "bold": True,
        "font_color": "#FFFFFF",
        "bg_color": NAVY,
        "valign": "top",
        "text_wrap": True,
        "border": 1,
        "border_color": NAVY,
    },
    "column": {
        "bold": True,
        "font_color": GREY,
        "bottom": 1,
        "bottom_color": HAIRLINE,
    },
    "unit": {"italic": True, "font_size": 8, "font_color": GREY, "align": "right"},
    "note": {"italic": True, "font_size": 8, "font_color": GREY},
    "total": {"bold": True, "font_color": INK, "bg_color": PALE_BLUE, "valign": "top"},
    "body": {"font_color": INK, "valign": "top", "bottom": 1, "bottom_color": HAIRLINE},
    "sum": {"bold": True, "font_color": INK, "top": 1, "top_color": NAVY, "bg_color": PALE_BLUE},
    "tile label": {
        "font_size": 9,
        "font_color": GREY,
        "bg_color": PALE_BLUE,
        "top": 2,
        "top_color": NAVY,
    },
    "tile value": {"bold": True, "font_size": 16, "font_color": NAVY, "bg_color": PALE_BLUE},
    "tile note": {"font_size": 8, "font_color": GREY, "bg_color": PALE_BLUE, "valign": "top"},
    "good": {"bold": True, "font_color": GREEN, "bg_color": PALE_GREEN, "valign": "vcenter"},
    "bad": {"bold": True, "font_color": RED, "bg_color": PALE_RED, "valign": "vcenter"},
    "doubtful": {"bold": True, "font_color": AMBER, "bg_color": PALE_AMBER, "valign": "vcenter"},
    "neutral": {"bold": True, "font_color": GREY, "bg_color": PALE_BLUE, "valign": "vcenter"},
    "link": {"font_color": STEEL, "underline": 1, "valign": "top"},
}


class Formats:
    """Cell formats of one workbook; each combination is made once."""

    def __init__(self, workbook: Workbook) -> None:
        self._workbook = workbook
        self._formats: dict[tuple[Any, ...], Any] = {}

    def __call__(self, style: str, number: str = "", **more: Any) -> Any:
        """Format of a style with a number format and further properties of XlsxWriter."""
        key = (style, number, *sorted(more.items()))
        if key not in self._formats:
            properties = {
                "font_name": FONT_NAME,
                "font_size": FONT_SIZE,
                **CELL_STYLES[style],
                **more,
            }
            if number:
                properties["num_format"] = number
            self._formats[key] = self._workbook.add_format(properties)
        return self._formats[key]

    def conditional(self, colour: str, background: str) -> Any:
        """Format that a condition applies to a cell."""
        key = ("conditional", colour, background)
        if key not in self._formats:
            properties = {"font_color": colour, "bg_color": background}
            self._formats[key] = self._workbook.add_format(properties)
        return self._formats[key]


def number_format(kind: str, size: float = 0.0, dash: bool = False) -> str:
    """Number format of a kind of column, with decimals that suit values of a size.

    ``dash`` shows zero as a dash, for pivots. Zero, and what the decimals would show as zero, is a
    plain 0: no dust of 0.000. The value in the cell is never rounded.

    >>> number_format("money", 12_345.0), number_format("tonnes", 0.04)
    ('#,##0', '[>=0.0005]#,##0.000;[<=-0.0005]-#,##0.000;0')
    """
    size = abs(size)
    if kind in ("tonnes", "amount"):
        number = "#,##0.0" if size >= 100 else "#,##0.00" if size >= 10 else "#,##0.000"
    elif kind == "money":
        number = "#,##0" if size >= 1000 else "#,##0.00"
    elif kind == "number" and size:
        number = "[<0.1]0.0000;[<100]0.00;#,##0"
    else:
        number = _NUMBER_FORMATS[kind]
    zero = '"–"' if dash else "0"
    if "." in number and number[0] in "#0" and kind in ("tonnes", "amount", "money"):
        least = 0.5 * 10.0 ** -len(number.rpartition(".")[2])
        return f"[>={least:g}]{number};[<=-{least:g}]-{number};{zero}"
    return f"{number};-{number};{zero}" if dash and number[0] in "#0" else number


def size_for_decimals(kind: str, values: Iterable[float]) -> float:
    """Size by which the decimals of a column are chosen: the least of tonnes, else the largest.

    A tonne of Tb oxide stands in one column with thousands of tonnes of concentrate.
    Tonnes that three decimals show as zero do not count. Of numbers without a unit it is 0 if all
    are whole.
    """
    sizes = [abs(value) for value in values]
    if kind == "number":
        # Counts and ranks are shown as they are.
        return 0.0 if all(map(float.is_integer, sizes)) else max(sizes, default=0.0)
    if kind in ("tonnes", "amount"):
        return min((size for size in sizes if size >= 0.0005), default=0.0)
    return max(sizes, default=0.0)


def format_divisor(number: str) -> float:
    """Divisor by which a number format of :func:`money_scale` shows a value.

    >>> format_divisor("#,##0.0,,")
    1000000.0
    """
    return 1000.0 ** (len(number) - len(number.rstrip(",")))


def money_scale(largest: float, currency: str) -> tuple[str, str]:
    """Number format and unit in which amounts of money up to a largest one are shown.

    >>> money_scale(250e6, "USD")
    ('#,##0.0,,', 'USD million')
    """
    if abs(largest) >= 1e7:
        return "#,##0.0,,", f"{currency} million"
    if abs(largest) >= 1e5:
        return "#,##0.0,", f"{currency} thousand"
    return number_format("money", largest), currency
