"""The chart of a study: columns for each run, or curves against a limit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from optimizer.report.charts import SERIES_COLOURS, format_chart, plain_axis, ruled_axis
from optimizer.report.excel_values import clean
from optimizer.report.formats import TEXT_KINDS, number_format

if TYPE_CHECKING:
    from xlsxwriter import Workbook

    from optimizer.result.result_layouts import Field
    from optimizer.studies import Study

MAX_CHARTED_RUNS = 24
"""Maximum rows that a chart shows; chosen so that their names can be read."""
STUDY_CHART_HEIGHT = 320
"""Height of the chart in pixels."""


def study_chart(workbook: Workbook, study: Study, first: int, last: int) -> Any:
    """The chart of a study; the data of its table stand in rows ``first`` to ``last``.

    Values of one unit share an axis; those of another are markers on a second axis. If the
    names are numbers, the values are curves against them.
    """
    assert study.chart is not None
    sheet, names, values = study.chart
    fields = {field.header: field for field in study.tables[sheet].layout.fields}
    columns = {header: column for column, header in enumerate(fields)}
    is_curve = fields[names].kind not in TEXT_KINDS
    last = last if is_curve else min(last, first + MAX_CHARTED_RUNS - 1)
    kind = (
        {"type": "scatter", "subtype": "straight_with_markers"} if is_curve else {"type": "column"}
    )
    chart, second_axis_chart = workbook.add_chart(kind), None
    for header, colour in zip(values, SERIES_COLOURS, strict=False):
        first_axis = fields[header].kind == fields[values[0]].kind
        series: dict[str, Any] = {
            "name": [sheet, first - 1, columns[header]],
            "categories": [sheet, first, columns[names], last, columns[names]],
            "values": [sheet, first, columns[header], last, columns[header]],
        } | _series_style(colour, is_curve, first_axis)
        if first_axis or is_curve:
            chart.add_series(series)
        else:
            second_axis_chart = second_axis_chart or workbook.add_chart({"type": "line"})
            second_axis_chart.add_series(series)
    if second_axis_chart is not None:
        chart.combine(second_axis_chart)
    drawn = [fields[header] for header in (names, *values)]
    _set_title_and_axes(chart, second_axis_chart or chart, study, drawn)
    return chart


def _series_style(colour: str, is_curve: bool, first_axis: bool) -> dict[str, Any]:
    """Style of columns, of a curve, or of markers on the second axis."""
    if first_axis and not is_curve:
        return {"fill": {"color": colour}}
    marker: dict[str, Any] = {"type": "circle" if first_axis else "diamond", "size": 7}
    marker |= {"fill": {"color": colour}, "border": {"color": colour}}
    line = {"color": colour} if first_axis else {"none": True}
    return {"marker": marker, "line": line} | ({} if first_axis else {"y2_axis": True})


def _set_title_and_axes(
    chart: Any, second_axis_chart: Any, study: Study, fields: list[Field]
) -> None:
    """Set the title and the axes, each with its unit; columns begin at zero."""
    names, *values = fields
    is_curve = names.kind not in TEXT_KINDS
    second = [field for field in values if field.kind != values[0].kind]
    labels = " and ".join(dict.fromkeys(_axis_label(field, study) for field in values))
    format_chart(chart, clean(f"{study.title}: {labels}"), 900, STUDY_CHART_HEIGHT)
    number = {"num_format": number_format(names.kind, 1.0), "name": _axis_label(names, study)}
    chart.set_x_axis(plain_axis(label_position="low", **(number if is_curve else {})))
    assert study.chart is not None
    table = study.tables[study.chart[0]]
    drawn = [value for field in values if field not in second for value in table[field.header]]
    zero = {} if is_curve or min(filter(None, drawn), default=0.0) < 0 else {"min": 0}
    chart.set_y_axis(ruled_axis(name=_axis_label(values[0], study), num_format="#,##0", **zero))
    if second:
        axis = plain_axis(name=_axis_label(second[0], study), num_format="#,##0", min=0)
        second_axis_chart.set_y2_axis(axis)
    chart.set_legend({"position": "bottom"})


def _axis_label(field: Field, study: Study) -> str:
    unit = field.unit_in(study.currency)
    return f"{field.shown} ({unit})" if unit else field.shown
