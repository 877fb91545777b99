"""Studies: scenarios beside the case itself, losses, trade-offs and other plans."""

from __future__ import annotations

from datetime import date

import openpyxl
import pytest

import optimizer
from optimizer import studies
from optimizer.report.study import write_study
from tests.conftest import make, need, offer, process, recipe, site


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


# Stress


def ranked(case, **asked):
    return studies.stress(case, studies.Strain(**asked)).tables["Stress"]


def test_losses_are_ranked_by_what_they_cost():
    # Base: 6 t of kaz at 5 and 4 t of cn at 7: 58. Without kaz: 10·7 = 70. Without cn 4 t are
    # bought of idle at 9: 8 more; without China they are short at 100: 30 + 400 = 430.
    case = trade(
        Supply=[
            offer("kaz", price=5, maximum=6),
            offer("cn", "China", price=7),
            offer("idle", "China", price=9),
        ]
    )
    found = ranked(case, kinds=("offer", "country"))
    assert [(row[1], row[0], row[2]) for row in found.rows()] == [
        ("country", "China", "optimal"),
        ("country", "Kazakhstan", "optimal"),
        ("offer", "kaz", "optimal"),
        ("offer", "cn", "optimal"),
        ("country", "Canada", "optimal"),
        ("offer", "idle", "unused"),
    ]
    assert list(found["dearer by"]) == pytest.approx([372, 12, 12, 8, 0, 0])


def test_the_loss_of_an_offer_is_met_by_the_next_best():
    case = trade(
        Supply=[
            offer("kaz", price=5, maximum=6),
            offer("cn", "China", price=7),
            offer("idle", "China", price=9, maximum=3),
        ]
    )
    study = studies.stress(case, studies.Strain(kinds=("offer",)))
    lost = row(study.tables["Stress"], "cn")
    # 3 t of idle at 9 and 1 t short: 30 + 27 + 100 - 58 = 99.
    assert lost["dearer by"] == pytest.approx(99)
    assert lost["shorter by"] == pytest.approx(1)
    assert (lost["first short"], lost["after"], lost["rank by tonnes"]) == ("2027", 0, 1)
    assert lost["replaced by"] == "idle +3"
    assert [each[2:] for each in study.tables["Replaced by"].rows() if each[0] == "cn"] == [
        ("idle", "China, ore", 0, pytest.approx(3), pytest.approx(3))
    ]


YEAR = {"periods": 4, "period length": "quarter"}


def stocked(**more):
    """2 t a quarter; kaz sells at 5, dear at 9; the Buyer can store at 1 a tonne and year."""
    return make(
        Settings=YEAR,
        Supply=[offer("kaz", price=5), offer("dear", "China", price=9, maximum=4)],
        Demand=[need(8)],
        Stocks=[{"site": "Buyer", "material": "ore", "holding cost": 1}],
        **more,
    )


def test_a_loss_that_is_foreseen_is_met_from_stock_and_one_that_is_not_is_short():
    # From 2027-Q3 on kaz is lost. Foreseen: 4 t more are bought before and stored: 4 t over
    # Q2, 2 t over Q3: 6 quarters of a tonne at 0.25 = 1.5. Not foreseen: dear gives 1 t a
    # quarter at 9 and 1 t is short at 100: 2·(9 + 100 - 2·5) = 198.
    asked = {"kinds": ("offer",), "first": "2027-Q3"}
    free = row(ranked(stocked(), **asked), "kaz")
    assert (free["dearer by"], free["short"]) == (pytest.approx(1.5), 0)
    frozen = row(ranked(stocked(), freeze=True, **asked), "kaz")
    assert frozen["dearer by"] == pytest.approx(198)
    assert frozen["short"] == pytest.approx(2)
    assert (frozen["first short"], frozen["after"]) == ("2027-Q3", 0)
    for_one = row(ranked(stocked(), freeze=True, periods=1, **asked), "kaz")
    assert for_one["dearer by"] == pytest.approx(99)


def test_a_lost_site_is_the_workbook_with_its_rows_switched_off():
    case = trade()
    lost = row(ranked(case, kinds=("site",)), "China")
    by_hand = optimizer.solve(
        trade(
            Sites=[
                site("Kaz", "Kazakhstan"),
                site("China", "China", active="no"),
                site("Plant", "Canada"),
                site("Buyer", "USA"),
            ]
        )
    )
    assert lost["cost"] == pytest.approx(by_hand.objective)


def test_the_named_mishaps_are_those_that_the_case_can_have():
    supply = [
        offer("kaz", material="Dy oxide", price=5, maximum=6, firm="no"),
        offer("cn", "China", material="Dy oxide", price=7),
        offer("cn ore", "China", price=3),
    ]
    materials = [{"material": "Dy oxide"}, {"material": "ore"}]
    demand = [need(10, material="Dy oxide"), need(5, line="ore")]
    case = trade(Supply=supply, Materials=materials, Demand=demand)
    found = ranked(case, kinds=("named",))
    # Base 6·5 + 4·7 + 5·3 = 73. No exports of Dy: 4 t short. Nothing firm: 10 t from China.
    assert [(each[0], each[4]) for each in found.rows()] == [
        ("China stops exports of Dy and Tb", pytest.approx(4 * (100 - 7))),
        ("offtakes that are not firm fail", pytest.approx(6 * 2)),
    ]


def test_a_plant_that_starts_late_misses_two_quarters():
    case = make(
        Settings={"periods": 8, "period length": "quarter"},
        Supply=[offer("kaz", price=1)],
        Recipes=recipe("sep", ore=-1, oxide=1),
        Processes=[process("sep", unit="line")],
        Units=[{"site": "Plant", "unit": "line", "capacity": 8, "from": date(2027, 7, 1)}],
        Demand=[need(4, material="oxide")],
    )
    found = row(ranked(case, kinds=("named",)), "Plant starts 6 months late")
    # 1 t a quarter: Q3 and Q4 of 2027 are short too, at 100 less 1 for the ore.
    assert found["dearer by"] == pytest.approx(2 * 99)
    assert (found["first short"], found["after"]) == ("2027-Q3", 2)


def test_a_contract_that_is_lost_for_a_while_is_barred_then():
    supply = [
        offer("kaz", price=5, **{"contract quantity": 8, "take or pay": 0.5}),
        offer("dear", "China", price=9),
    ]
    case = make(Settings=YEAR, Supply=supply, Demand=[need(8)])
    lost = row(ranked(case, kinds=("offer",), first="2027-Q2", periods=1), "kaz")
    assert lost["dearer by"] == pytest.approx(2 * 4)


def test_what_cannot_be_asked_of_stress_is_said():
    with pytest.raises(optimizer.UsageError, match="'2031' is not a period of the plan"):
        studies.stress(trade(), studies.Strain(first="2031"))
    with pytest.raises(optimizer.UsageError, match="'planet' cannot be lost"):
        studies.stress(trade(), studies.Strain(kinds=("planet",)))
