"""Native charts of the Summary: cost, demand and utilisation, drawn from its blocks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from optimizer.report.block import Anchor
from optimizer.report.cells import clean
from optimizer.report.formats import FONT, GREY, NAVY, RULE, STEEL
from optimizer.solution.tables import CATEGORIES

if TYPE_CHECKING:
    from xlsxwriter import Workbook

SHEET = "Summary"
COLOURS = (
    "#1F3864",
    "#B08D3C",
    "#3E6D9C",
    "#8A5A83",
    "#7FA3C7",
    "#9AA5B1",
    "#5B8A72",
    "#A9C5B4",
    "#C7B8A1",
    "#4A5568",
    "#A3322B",
    "#2E6B4F",
    "#D9A441",
)
"""One colour for each category of cost, the same in every plan."""
_TEXT = {"name": FONT, "size": 9, "color": GREY}
_TITLE = {"name": FONT, "size": 11, "bold": True, "color": NAVY}


def _dress(chart: Any, title: str, width: float, height: float) -> None:
    """Title, size and frame that all charts share."""
    font = {"name_font": _TITLE, "overlay": False}
    chart.set_title({"name": clean(title), **font})
    chart.set_size({"width": int(width), "height": int(height)})
    chart.set_chartarea({"border": {"color": RULE}})


def _axis(**more: Any) -> dict[str, Any]:
    return {
        "num_font": _TEXT,
        "name_font": {**_TEXT, "bold": False},
        "line": {"color": RULE},
    } | more


def _lines(**more: Any) -> dict[str, Any]:
    grid = {"visible": True, "line": {"color": RULE, "width": 0.75}}
    return _axis(major_gridlines=grid, **more)


def cost_chart(
    workbook: Workbook,
    anchor: Anchor,
    labels: list[str],
    years: int,
    number: str,
    money: str,
    size: tuple[float, float],
) -> Any:
    """Stacked columns: cost by category in each calendar year."""
    chart = workbook.add_chart({"type": "column", "subtype": "stacked"})
    for index, label in enumerate(labels):
        row = anchor.first + index
        known = label.lower() in CATEGORIES
        place = CATEGORIES.index(label.lower()) if known else index
        chart.add_series(
            {
                "name": [SHEET, row, anchor.column],
                "categories": [
                    SHEET,
                    anchor.header,
                    anchor.column + 1,
                    anchor.header,
                    anchor.column + years,
                ],
                "values": [SHEET, row, anchor.column + 1, row, anchor.column + years],
                "fill": {"color": COLOURS[place % len(COLOURS)]},
                "gap": 60,
            }
        )
    _dress(chart, "What the plan costs in each year", *size)
    chart.set_x_axis(_axis(label_position="low"))
    chart.set_y_axis(_lines(name=f"{money}, as paid", num_format=number.replace(".0", "")))
    chart.set_legend({"position": "right", "font": {**_TEXT, "size": 8}})
    return chart


def demand_chart(
    workbook: Workbook, anchor: Anchor, segments: list[str], size: tuple[float, float]
) -> Any:
    """Tonnes wanted and delivered side by side: columns, or bars where names need room."""
    bars = len(segments) > 4 or max(map(len, segments)) > 14
    chart = workbook.add_chart({"type": "bar" if bars else "column"})
    last = anchor.first + len(segments) - 1
    for column, colour in ((1, "#C3CCD7"), (2, NAVY)):
        values = anchor.column + column
        chart.add_series(
            {
                "name": [SHEET, anchor.header, values],
                "categories": [SHEET, anchor.first, anchor.column, last, anchor.column],
                "values": [SHEET, anchor.first, values, last, values],
                "fill": {"color": colour},
                "gap": 60,
                "overlap": 0,
            }
        )
    _dress(chart, "Demand wanted and delivered by segment", *size)
    figures = {"name": "tonnes over the horizon", "num_format": "#,##0", "min": 0}
    if bars:
        chart.set_y_axis(_axis(reverse=True))
        chart.set_x_axis(_lines(label_position="high", **figures))
    else:
        chart.set_x_axis(_axis())
        chart.set_y_axis(_lines(**figures))
    chart.set_legend({"position": "bottom", "font": _TEXT})
    return chart


def utilisation_chart(
    workbook: Workbook, anchor: Anchor, units: int, column: int, size: tuple[float, float]
) -> Any:
    """Bars: average utilisation of the busiest units, the busiest on top."""
    chart = workbook.add_chart({"type": "bar"})
    last = anchor.first + units - 1
    chart.add_series(
        {
            "name": "average utilisation",
            "categories": [SHEET, anchor.first, anchor.column, last, anchor.column],
            "values": [SHEET, anchor.first, anchor.column + column, last, anchor.column + column],
            "fill": {"color": STEEL},
            "gap": 40,
            "data_labels": {
                "value": True,
                "num_format": "0%",
                "position": "inside_end",
                "font": {**_TEXT, "color": "#FFFFFF", "bold": True},
            },
        }
    )
    _dress(chart, "Busiest units, average use of capacity", *size)
    chart.set_y_axis(_axis(reverse=True))
    chart.set_x_axis(
        _lines(
            num_format="0%",
            min=0,
            max=1,
            major_unit=0.25,
            label_position="high",
            name="used / capacity",
        )
    )
    chart.set_legend({"none": True})
    return chart
