"""Conditional formats: colour scales, verdicts, bars, and cells that need attention."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from optimizer.report.formats import (
    AMBER,
    GREEN,
    ORANGE,
    PALE_AMBER,
    PALE_GREEN,
    PALE_ORANGE,
    PALE_RED,
    RED,
    Formats,
)

if TYPE_CHECKING:
    from xlsxwriter.worksheet import Worksheet

    from optimizer.result.result_layouts import Table

UTILISATION_COLOUR_SCALE: dict[str, Any] = {
    "type": "3_color_scale",
    "min_type": "num",
    "mid_type": "num",
    "max_type": "num",
    "min_value": 0,
    "mid_value": 0.75,
    "max_value": 1,
    "min_color": "#FFFFFF",
    "mid_color": PALE_ORANGE,
    "max_color": ORANGE,
}
"""Colour scale of shares of capacity: white at 0, pale at 75 %, strong at 100 %."""
_BALANCE_DIFFERENCE = 1e-5
"""Tonnes; a larger difference in the balance is shown in red, float noise is not."""


def colour_verdicts(sheet: Worksheet, cells: tuple[int, int, int, int], forms: Formats) -> None:
    """Green where a rule is kept, amber where it is kept as far as stated, red where broken."""
    for word, form in (
        ("kept as far as stated", forms.conditional(AMBER, PALE_AMBER)),
        ("kept", forms.conditional(GREEN, PALE_GREEN)),
        ("broken", forms.conditional(RED, PALE_RED)),
    ):
        sheet.conditional_format(*cells, _begins_with(word, form) | {"stop_if_true": True})


def format_table(sheet: Worksheet, table: Table, rows: tuple[int, int], forms: Formats) -> None:
    """Bars and colours in the columns of a result table; ``rows`` are the first and last."""
    name, headers = table.layout.name, table.layout.headers

    def apply(header: str, condition: dict[str, Any]) -> None:
        column = headers.index(header)
        sheet.conditional_format(rows[0], column, rows[1], column, condition)

    red = forms.conditional(RED, PALE_RED)
    if name == "Utilisation":
        apply("utilisation", _share_bar("#C9D6E5"))
    elif name == "Shortages":
        apply("share short", _share_bar("#E9B8B2"))
    elif name == "Run":
        apply("value", _begins_with("FAILED", red))
    elif name == "Balance":
        outside = {"minimum": -_BALANCE_DIFFERENCE, "maximum": _BALANCE_DIFFERENCE}
        apply("difference", {"type": "cell", "criteria": "not between", "format": red} | outside)
    if "verdict" in headers:
        column = headers.index("verdict")
        colour_verdicts(sheet, (rows[0], column, rows[1], column), forms)
    if "confidence" in headers:
        low = forms.conditional(AMBER, PALE_AMBER)
        high = forms.conditional(GREEN, PALE_GREEN)
        for word, form in (("high", high), ("low", low), ("assumption", low)):
            condition = {"type": "cell", "criteria": "==", "value": f'"{word}"', "format": form}
            apply("confidence", condition)


def _begins_with(word: str, form: Any) -> dict[str, Any]:
    return {"type": "text", "criteria": "begins with", "value": word, "format": form}


def _share_bar(colour: str) -> dict[str, Any]:
    """Solid data bar of a share from 0 to 1."""
    ends = {"min_type": "num", "min_value": 0, "max_type": "num", "max_value": 1}
    return {"type": "data_bar", "bar_solid": True, "bar_color": colour} | ends
