"""Studies: scenarios beside the case itself, losses, trade-offs and other plans."""

from __future__ import annotations

import openpyxl
import pytest

import optimizer
from optimizer import studies
from optimizer.report.study import write_study
from tests.conftest import make, need, offer


def trade(**sheets):
    """10 t are wanted: 6 t from Kaz at 5, the rest from China at 7; 58 in all."""
    given = {
        "Supply": [offer("kaz", price=5, maximum=6), offer("cn", "China", price=7)],
        "Demand": [need(10)],
    }
    return make(**(given | sheets))


def change(scenario, column, value, how="set", where="", sheet="Supply", **more):
    return {
        "scenario": scenario,
        "sheet": sheet,
        "where": where,
        "column": column,
        "change": how,
        "value": value,
        **more,
    }


THREE = [
    change("dear China", "price", 2, "×", "site = China", probability=0.25),
    change("no China", "active", "no", where="site = China", probability=0.25),
    change("must", "minimum", "100 %", sheet="Demand", based_on="no China"),
]


def row(table, key):
    (found,) = [
        dict(zip(table.layout.headers, each, strict=True))
        for each in table.rows()
        if each[0] == key
    ]
    return found


def test_scenarios_stand_beside_the_case_itself():
    study = studies.scenarios(trade(Scenarios=THREE))
    overview = study.tables["Scenarios"]
    # 6·5 + 4·7 = 58; 6·5 + 4·14 = 86; 6·5 + 4 t short at 100 = 430; all 10 t: none.
    assert list(overview["cost"]) == [
        pytest.approx(58),
        pytest.approx(86),
        pytest.approx(430),
        None,
    ]
    assert list(overview["less base"]) == [0, pytest.approx(28), pytest.approx(372), None]
    assert list(overview["short"]) == [0, 0, pytest.approx(4), None]
    assert list(overview["covered"]) == [1, 1, pytest.approx(0.6), None]
    assert list(overview["probability"]) == [None, 0.25, 0.25, 1]
    assert row(overview, "dear China")["changes"] == "Supply price × 2 where site = China"
    costs = study.tables["Costs"]
    assert row(costs, "shortage") == {
        "category": "shortage",
        "base": 0,
        "dear China": 0,
        "no China": pytest.approx(400),
        "must": None,
        "dear China less base": 0,
        "no China less base": pytest.approx(400),
        "must less base": None,
    }
    assert row(study.tables["Offers"], "cn")["no China less base"] == pytest.approx(-4)
    assert row(study.tables["Shortage"], "need")["no China"] == pytest.approx(4)


def test_a_scenario_without_a_plan_says_why_and_ends_nothing():
    study = studies.scenarios(trade(Scenarios=THREE))
    told = row(study.tables["Scenarios"], "must")["reason"]
    # 6 t are all there is: 4 t too few.
    assert told.startswith("no plan meets every hard limit. Ask for less: ")
    assert "4 t less" in told
    assert "6 t" in told or "more" in told
    assert not study.solved
    assert study.notes == (f"must: {told}.",)


def test_a_study_is_a_workbook_with_a_chart(tmp_path):
    target = tmp_path / "study.xlsx"
    write_study(studies.scenarios(trade(Scenarios=THREE)), target)
    book = openpyxl.load_workbook(target)
    assert book.sheetnames == ["Scenarios", "Costs", "Shortage", "Offers", "Countries", "Plants"]
    sheet = book["Scenarios"]
    assert [cell.value for cell in sheet["A"][4:9]] == [
        "scenario",
        "base",
        "dear China",
        "no China",
        "must",
    ]
    assert sheet["E7"].value == pytest.approx(86)
    assert sheet["E9"].value is None
    assert len(sheet._charts) == 1


def test_names_of_scenarios_that_are_words_of_a_table_do_not_collide(tmp_path):
    rows = [change("Base", "price", 1), change("category", "price", 2)]
    study = studies.scenarios(trade(Scenarios=rows))
    headers = [each.casefold() for each in study.tables["Costs"].layout.headers]
    assert len(set(headers)) == len(headers)
    write_study(study, tmp_path / "study.xlsx")


def test_what_is_wrong_in_any_scenario_is_told_before_anything_is_solved():
    rows = [change("a", "price", 1, where="offer = x"), change("b", "price", 1, where="offer = y")]
    with pytest.raises(optimizer.WorkbookError) as caught:
        studies.scenarios(trade(Scenarios=rows))
    assert [each.cell for each in caught.value.findings] == ["C2", "C3"]


def test_a_case_without_scenarios_has_nothing_to_compare():
    with pytest.raises(optimizer.UsageError, match="nothing to compare"):
        studies.scenarios(trade())
