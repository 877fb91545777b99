"""The workbook of a study: its chart has one axis for each unit, and its text is not cut."""

from __future__ import annotations

import dataclasses
from typing import Any

import openpyxl
import pytest

import optimizer
from optimizer.report.study_chart import MAX_CHARTED_RUNS
from optimizer.report.table_sheet import lines_of
from optimizer.result.result_layouts import Table
from tests.test_studies import THREE, trade
from tests.test_study_page import MADE

pytestmark = pytest.mark.filterwarnings("ignore:.*extension is not supported")


def book(study: optimizer.Study, folder: Any) -> openpyxl.Workbook:
    optimizer.write_study(study, folder / "study.xlsx")
    return openpyxl.load_workbook(folder / "study.xlsx")


def series(chart: Any) -> list[tuple[str, str]]:
    """Name and axis title of each series of a chart, and of those combined with it."""
    found = []
    for part in [chart, *chart._charts[1:]]:
        title = part.y_axis.title.tx.rich.p[0].r[0].t
        found += [(each.tx.strRef.f.split("$")[1], title) for each in part.series]
    return found


def test_columns_of_one_unit_share_an_axis(tmp_path):
    # The farmer's By scenario: cost, base plan and known in advance, all of them money.
    (chart,) = book(MADE["farmer"](), tmp_path)["Value"]._charts
    assert series(chart) == [(column, "cost (USD)") for column in "CEF"]


def test_tonnes_stand_on_an_axis_of_their_own(tmp_path):
    (chart,) = book(optimizer.scenarios(trade(Scenarios=THREE)), tmp_path)["Scenarios"]._charts
    assert series(chart) == [("F", "cost (USD)"), ("J", "short (t)")]
    assert chart.y_axis.scaling.min == 0


def test_costs_below_zero_are_not_cut_by_the_axis(tmp_path):
    (chart,) = book(MADE["farmer"](), tmp_path)["Value"]._charts
    assert chart.y_axis.scaling.min is None


def test_a_frontier_is_a_curve_of_cost_against_the_limit(tmp_path):
    (chart,) = book(MADE["frontier"](), tmp_path)["Frontier"]._charts
    assert type(chart).__name__ == "ScatterChart"
    cost = chart.series[0]
    assert (cost.xVal.numRef.f, cost.yVal.numRef.f) == (
        "Frontier!$B$6:$B$9",
        "Frontier!$D$6:$D$9",
    )


def test_a_chart_shows_no_more_names_than_can_be_read(tmp_path):
    study = optimizer.scenarios(trade(Scenarios=THREE[:1]))
    overview = study.tables["Scenarios"]
    many = Table(overview.layout, tuple(column * 20 for column in overview.columns))
    study = dataclasses.replace(study, tables={**study.tables, "Scenarios": many})
    (chart,) = book(study, tmp_path)["Scenarios"]._charts
    assert chart.series[0].val.numRef.f == f"Scenarios!$F$6:$F${5 + MAX_CHARTED_RUNS}"


def test_a_row_is_as_high_as_its_text(tmp_path):
    study = optimizer.scenarios(trade(Scenarios=THREE))
    sheet = book(study, tmp_path)["Scenarios"]
    # The reason of the scenario without a plan takes more than the 80 characters of its column.
    (reason,) = [row[12].value for row in sheet.iter_rows(min_row=6) if row[12].value][:1]
    assert len(reason) > 80
    lines = lines_of(reason, 80)
    assert lines >= 2
    assert sheet.row_dimensions[9].height == 15 * lines
    assert sheet.row_dimensions[6].height is None


def test_a_header_of_three_lines_is_not_cut(tmp_path):
    name = "a scenario whose name alone takes more than two lines"
    rows = [{**THREE[0], "scenario": name}]
    sheet = book(optimizer.scenarios(trade(Scenarios=rows)), tmp_path)["Costs"]
    # 63 letters in a column of 63 / 3 + 3.5, of which 21.5 hold text: four lines of 15 points.
    assert len(f"{name} less base") == 63
    assert sheet.row_dimensions[5].height == 60


def test_notes_stand_below_the_first_table(tmp_path):
    study = dataclasses.replace(optimizer.scenarios(trade(Scenarios=THREE)), notes=("Mind this.",))
    sheet = book(study, tmp_path)["Scenarios"]
    # The base and three scenarios stand in rows 6 to 9, and two rows are left free.
    assert sheet.cell(11, 1).value == "Mind this."
