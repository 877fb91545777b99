"""Native charts of the Summary, drawn from blocks; the title of each is a cell."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from optimizer.report.formats import FONT_NAME, GREY, HAIRLINE, NAVY, RED, STEEL
from optimizer.report.sheet_positions import BlockAnchor
from optimizer.result.result_layouts import COST_CATEGORIES

if TYPE_CHECKING:
    from xlsxwriter import Workbook

SERIES_COLOURS = (
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
"""Colours of series: one for each category of cost, the same in every plan."""
_CHART_FONT = {"name": FONT_NAME, "size": 9, "color": GREY}
_CHART_TITLE_FONT = {"name": FONT_NAME, "size": 10, "bold": True, "color": NAVY}


class ChartFrame(Struct, frozen=True):
    """Reference to the title of a chart, its span of periods, and its size in pixels."""

    title: str
    span: str
    width: float
    height: float


class ChartSeries(Struct, frozen=True):
    """One series: the cells of its name and of its figures, by line and column of a block."""

    name: tuple[int, int]
    first: tuple[int, int]
    last: tuple[int, int]
    colour: str


def format_chart(chart: Any, title: str, width: float, height: float) -> None:
    """Set title, size and frame of a chart in the common style."""
    chart.set_title({"name": title, "name_font": _CHART_TITLE_FONT, "overlay": False})
    chart.set_size({"width": int(width), "height": int(height)})
    chart.set_chartarea({"border": {"color": HAIRLINE}})


def plain_axis(**more: Any) -> dict[str, Any]:
    """Properties of an axis without gridlines, in the common style."""
    return {
        "num_font": _CHART_FONT,
        "name_font": {**_CHART_FONT, "bold": False},
        "line": {"color": HAIRLINE},
    } | more


def ruled_axis(**more: Any) -> dict[str, Any]:
    """Properties of an axis with gridlines."""
    grid = {"visible": True, "line": {"color": HAIRLINE, "width": 0.75}}
    return plain_axis(major_gridlines=grid, **more)


def _block_range(anchor: BlockAnchor, *places: tuple[int, int]) -> list[Any]:
    """Range of cells of a block, as a list of XlsxWriter: sheet, rows and columns."""
    cells = [(anchor.first + line, anchor.column + column) for line, column in places]
    return [anchor.sheet, *(number for cell in cells for number in cell)]


def _add_series(
    chart: Any, anchor: BlockAnchor, series: ChartSeries, labels: Any, **more: Any
) -> None:
    chart.add_series(
        {
            "name": _block_range(anchor, series.name),
            "categories": labels,
            "values": _block_range(anchor, series.first, series.last),
            "fill": {"color": series.colour},
        }
        | more
    )


def cost_chart(
    workbook: Workbook,
    anchor: BlockAnchor,
    labels: Sequence[str],
    years: int,
    number: str,
    money: str,
    frame: ChartFrame,
) -> Any:
    """Stacked columns: cost by category in each calendar year."""
    chart = workbook.add_chart({"type": "column", "subtype": "stacked"})
    years_of = _block_range(anchor, (-1, 1), (-1, years))
    for index, label in enumerate(labels):
        is_category = label.lower() in COST_CATEGORIES
        colour_index = COST_CATEGORIES.index(label.lower()) if is_category else index
        colour = SERIES_COLOURS[colour_index % len(SERIES_COLOURS)]
        series = ChartSeries((index, 0), (index, 1), (index, years), colour)
        _add_series(chart, anchor, series, years_of, gap=60)
    format_chart(chart, f"={frame.title}", frame.width, frame.height)
    chart.set_x_axis(plain_axis(label_position="low", name=f"calendar year, {frame.span}"))
    chart.set_y_axis(ruled_axis(name=f"{money}, as paid", num_format=number.replace(".0", "")))
    chart.set_legend({"position": "right", "font": {**_CHART_FONT, "size": 8}})
    return chart


def sources_chart(
    workbook: Workbook, anchor: BlockAnchor, lines: int, years: int, stage: str, frame: ChartFrame
) -> Any:
    """Stacked columns of deliveries by country, and a line of demand."""
    chart = workbook.add_chart({"type": "column", "subtype": "stacked"})
    years_of = _block_range(anchor, (-1, 1), (-1, years))
    for index in range(lines):
        colour = SERIES_COLOURS[index % len(SERIES_COLOURS)]
        series = ChartSeries((index, 0), (index, 1), (index, years), colour)
        _add_series(chart, anchor, series, years_of, gap=60)
    wanted = workbook.add_chart({"type": "line"})
    demand = ChartSeries((lines + 1, 0), (lines + 1, 1), (lines + 1, years), RED)
    marker = {"type": "diamond", "size": 7, "fill": {"color": RED}}
    marker["border"] = {"color": RED}
    line = {"color": RED, "width": 1.5, "dash_type": "dash"}
    _add_series(wanted, anchor, demand, years_of, line=line, marker=marker)
    chart.combine(wanted)
    format_chart(chart, f"={frame.title}", frame.width, frame.height)
    chart.set_x_axis(plain_axis(name=f"calendar year, {frame.span}"))
    name = f"tonnes delivered, by country where {stage}"
    chart.set_y_axis(ruled_axis(name=name, num_format="#,##0", min=0))
    chart.set_legend({"position": "right", "font": {**_CHART_FONT, "size": 8}})
    return chart


def demand_chart(
    workbook: Workbook, anchor: BlockAnchor, segments: Sequence[str], frame: ChartFrame
) -> Any:
    """Tonnes wanted and delivered side by side: columns, or bars if names need room."""
    bars = len(segments) > 4 or max(map(len, segments)) > 14
    chart = workbook.add_chart({"type": "bar" if bars else "column"})
    last = len(segments) - 1
    names = _block_range(anchor, (0, 0), (last, 0))
    for column, colour in ((1, "#C3CCD7"), (2, NAVY)):
        series = ChartSeries((-1, column), (0, column), (last, column), colour)
        _add_series(chart, anchor, series, names, gap=60, overlap=0)
    format_chart(chart, f"={frame.title}", frame.width, frame.height)
    figures = {"name": f"tonnes, {frame.span}", "num_format": "#,##0", "min": 0}
    if bars:
        chart.set_y_axis(plain_axis(reverse=True))
        chart.set_x_axis(ruled_axis(label_position="high", **figures))
    else:
        chart.set_x_axis(plain_axis())
        chart.set_y_axis(ruled_axis(**figures))
    chart.set_legend({"position": "bottom", "font": _CHART_FONT})
    return chart


def origin_chart(
    workbook: Workbook, anchor: BlockAnchor, stages: int, countries: int, frame: ChartFrame
) -> Any:
    """Stacked bars of 100 %: country shares of each stage."""
    chart = workbook.add_chart({"type": "bar", "subtype": "percent_stacked"})
    names = _block_range(anchor, (0, 0), (stages - 1, 0))
    for column in range(1, countries + 1):
        colour = SERIES_COLOURS[(column - 1) % len(SERIES_COLOURS)]
        series = ChartSeries((-1, column), (0, column), (stages - 1, column), colour)
        _add_series(chart, anchor, series, names, gap=45)
    format_chart(chart, f"={frame.title}", frame.width, frame.height)
    chart.set_y_axis(plain_axis(reverse=True))
    name = f"share of tonnes delivered to demand lines, {frame.span}"
    chart.set_x_axis(ruled_axis(name=name, num_format="0%", label_position="high"))
    chart.set_legend({"position": "right", "font": {**_CHART_FONT, "size": 8}})
    return chart


def bar_chart(
    workbook: Workbook,
    anchor: BlockAnchor,
    lines: int,
    column: int,
    axis: str,
    number: str,
    frame: ChartFrame,
) -> Any:
    """Bars of one column of a block, its first line on top."""
    chart = workbook.add_chart({"type": "bar"})
    series = ChartSeries((-1, column), (0, column), (lines - 1, column), STEEL)
    labels = {"value": True, "num_format": number, "font": _CHART_FONT}
    names = _block_range(anchor, (0, 0), (lines - 1, 0))
    _add_series(chart, anchor, series, names, gap=40, data_labels=labels)
    format_chart(chart, f"={frame.title}", frame.width, frame.height)
    chart.set_y_axis(plain_axis(reverse=True, interval_unit=1, num_font={**_CHART_FONT, "size": 8}))
    shares = number.endswith("%")
    more = {"max": 1, "major_unit": 0.25} if shares else {}
    # Excel gives long names too little room.
    chart.set_plotarea({"layout": {"x": 0.38, "y": 0.13, "width": 0.54, "height": 0.72}})
    chart.set_x_axis(
        ruled_axis(
            num_format=number, min=0, label_position="high" if shares else "none", name=axis, **more
        )
    )
    chart.set_legend({"none": True})
    return chart
