"""The chart of a study's overview: columns for each run, or a curve against a limit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from optimizer.report.charts import COLOURS, dress, plain_axis, ruled_axis
from optimizer.report.excel_values import clean
from optimizer.report.formats import TEXT_KINDS, number_format
from optimizer.result.field_units import unit

if TYPE_CHECKING:
    from xlsxwriter import Workbook

    from optimizer.result.result_layouts import Field
    from optimizer.studies import Study

MOST = 24
"""Rows that a chart shows, so that their names can be read."""
HEIGHT = 320
"""Pixels."""


def study_chart(workbook: Workbook, study: Study, first: int, last: int) -> Any:
    """The chart that a study asks for; its table's data stand in rows first to last.

    Values of one unit share an axis; those of another are markers on an axis of their own.
    Where the names are numbers the values are curves against them.
    """
    assert study.chart is not None
    sheet, names, values = study.chart
    fields = {field.header: field for field in study.tables[sheet].layout.fields}
    columns = {header: place for place, header in enumerate(fields)}
    against = fields[names].kind not in TEXT_KINDS
    last = last if against else min(last, first + MOST - 1)
    kind = (
        {"type": "scatter", "subtype": "straight_with_markers"} if against else {"type": "column"}
    )
    chart, other = workbook.add_chart(kind), None
    for header, colour in zip(values, COLOURS, strict=False):
        own = fields[header].kind == fields[values[0]].kind
        series: dict[str, Any] = {
            "name": [sheet, first - 1, columns[header]],
            "categories": [sheet, first, columns[names], last, columns[names]],
            "values": [sheet, first, columns[header], last, columns[header]],
        } | _drawn(colour, against, own)
        if own or against:
            chart.add_series(series)
        else:
            other = other or workbook.add_chart({"type": "line"})
            other.add_series(series)
    if other is not None:
        chart.combine(other)
    _finish(chart, other, study, [fields[each] for each in (names, *values)])
    return chart


def _drawn(colour: str, against: bool, own: bool) -> dict[str, Any]:
    """Columns, a curve, or markers on an axis of their own."""
    if own and not against:
        return {"fill": {"color": colour}}
    marker: dict[str, Any] = {"type": "circle" if own else "diamond", "size": 7}
    marker |= {"fill": {"color": colour}, "border": {"color": colour}}
    line = {"color": colour} if own else {"none": True}
    return {"marker": marker, "line": line} | ({} if own else {"y2_axis": True})


def _finish(chart: Any, other: Any, study: Study, fields: list[Field]) -> None:
    """Title and axes, each with its unit; columns begin at zero."""
    names, *values = fields
    against = names.kind not in TEXT_KINDS
    second = [field for field in values if field.kind != values[0].kind]
    told = " and ".join(dict.fromkeys(_called(field, study) for field in values))
    dress(chart, clean(f"{study.title}: {told}"), 900, HEIGHT)
    number = {"num_format": number_format(names.kind, 1.0), "name": _called(names, study)}
    chart.set_x_axis(plain_axis(label_position="low", **(number if against else {})))
    assert study.chart is not None
    table = study.tables[study.chart[0]]
    drawn = [value for field in values if field not in second for value in table[field.header]]
    zero = {} if against or min(filter(None, drawn), default=0.0) < 0 else {"min": 0}
    chart.set_y_axis(ruled_axis(name=_called(values[0], study), num_format="#,##0", **zero))
    if second:
        axis = plain_axis(name=_called(second[0], study), num_format="#,##0", min=0)
        (other or chart).set_y2_axis(axis)
    chart.set_legend({"position": "bottom"})


def _called(field: Field, study: Study) -> str:
    told = unit(field.kind, study.currency, "")
    return f"{field.header} ({told})" if told else field.header
