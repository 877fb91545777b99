"""Studies: scenarios beside the base case, losses, trade-offs and other plans."""

from __future__ import annotations

import json
from datetime import date

import openpyxl
import pytest

import optimizer
from optimizer import studies
from optimizer.cli import main
from optimizer.report.study_workbook import write_study
from tests.conftest import ROOT, lane, make, need, offer, process, recipe, save, site


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
    assert list(overview["probability"]) == [None, 0.25, 0.25, None]
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


def works():
    """Two lines make 20 t for 10 each; the works of three units, at two sites, make 10 t for 50."""
    unit = {"option": "works", "added capacity": 10}
    line = {"option": "line", "added capacity": 10, "kind": "any amount", "most": 2}
    return make(
        Materials=[{"material": "ore", "stage": "mined"}, {"material": "metal", "stage": "melted"}],
        Supply=[offer("kaz")],
        Recipes=recipe("smelt", ore=-1, metal=1),
        Processes=[process("smelt", unit="kiln"), process("smelt", unit="press")],
        Options=[
            {**unit, "site": "Plant", "unit": "kiln", "capital cost": 20},
            {**unit, "site": "Plant", "unit": "press", "capital cost": 30},
            {**unit, "site": "Kaz", "unit": "tent"},
            {**line, "site": "Plant", "unit": "kiln", "capital cost": 5},
            {**line, "site": "Plant", "unit": "press", "capital cost": 5},
        ],
        Scenarios=[change("more", "quantity", 25, sheet="Demand")],
        Demand=[need(13, material="metal")],
    )


def test_an_option_counts_once_however_many_units_and_sites_it_adds_to():
    study = studies.scenarios(works())
    # 13 t: 1.3 lines. 25 t: the works, which are built as a whole, and 1.5 lines for 15 t.
    built = study.tables["Investment"]
    assert row(built, "line")["base"] == pytest.approx(1.3)
    assert row(built, "line")["more"] == pytest.approx(1.5)
    assert row(built, "works") == {
        "option": "works",
        "site": "Plant, Kaz",
        "base": 0,
        "more": 1,
        "more less base": 1,
    }
    # A row of each site, with the capital of all its units: 20 + 30.
    kept = study.outcomes["more"].tables["Investment"]
    assert [each for each in kept.rows() if each[0] == "works"] == [
        ("works", "Plant", "2027", 1, pytest.approx(50)),
        ("works", "Kaz", "2027", 1, 0),
    ]


def test_two_plans_differ_by_an_option_once_however_many_units_it_adds_to():
    case = works()
    before, after = optimizer.solve(case), optimizer.solve(studies.apply(case, "more"))
    changes = optimizer.compare(before, after).tables["Volume changes"]
    built = {each[1]: each[2:] for each in changes.rows() if each[0] == "built"}
    assert built == {
        "line": pytest.approx((1.3, 1.5, 0.2, 2)),
        "works": pytest.approx((0, 1, 1, 50)),
    }


def test_a_scenario_without_a_plan_says_why_and_ends_nothing():
    study = studies.scenarios(trade(Scenarios=THREE))
    reason = row(study.tables["Scenarios"], "must")["reason"]
    # 6 t are all there is: 4 t too few.
    assert reason.startswith("no plan meets every hard limit. Reduce a requirement: ")
    assert "0.4 (4 t) less" in reason
    assert "6 t" in reason or "more" in reason
    assert not study.solved
    assert study.notes == (f"must: {reason}.",)


def test_a_scenario_is_told_by_the_notes_of_its_rows_and_their_number():
    """Each note once, in the order of the sheet, own ones first; three are shown."""
    sheet = [
        change("late", "maximum", 5, where="offer = kaz", notes="the mine is late"),
        change("late", "maximum", 4, where="offer = cn", notes="the mine is late"),
        change("both", "price", 2, "×", notes="prices double", based_on="late"),
        {"scenario": "both", "based on": "late", "notes": "all at once"},
        change("both", "price", 2, "×", where="site = Kaz", notes="and again"),
        change("plain", "price", 2, "×", where="site = Kaz; offer = kaz"),
    ]
    overview = studies.scenarios(trade(Scenarios=sheet)).tables["Scenarios"]
    found = {each["scenario"]: (each["notes"], each["rows"]) for each in overview.records()}
    assert found == {
        "base": ("", None),
        "late": ("the mine is late", 2),
        "both": ("prices double; all at once; and again; and 1 more note", 4),
        "plain": ("", 1),
    }
    assert overview.layout.headers[-1] == "changes"


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
    assert sheet["F7"].value == pytest.approx(86)
    assert sheet["F9"].value is None
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
    return studies.stress(case, studies.StressOptions(**asked)).tables["Stress"]


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
    study = studies.stress(case, studies.StressOptions(kinds=("offer",)))
    lost = row(study.tables["Stress"], "cn")
    # 3 t of idle at 9 and 1 t short: 30 + 27 + 100 - 58 = 99.
    assert lost["dearer by"] == pytest.approx(99)
    assert lost["shorter by"] == pytest.approx(1)
    assert (lost["first short"], lost["after"], lost["rank by tonnes"]) == ("2027", 0, 1)
    assert lost["replaced by"] == "idle +3 t"
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
    asked = {"kinds": ("offer",), "first_period": "2027-Q3"}
    free = row(ranked(stocked(), **asked), "kaz")
    assert (free["dearer by"], free["short"]) == (pytest.approx(1.5), 0)
    frozen = row(ranked(stocked(), freeze_orders=True, **asked), "kaz")
    assert frozen["dearer by"] == pytest.approx(198, rel=1e-5)
    assert frozen["short"] == pytest.approx(2)
    assert (frozen["first short"], frozen["after"]) == ("2027-Q3", 0)
    for_one = row(ranked(stocked(), freeze_orders=True, periods=1, **asked), "kaz")
    assert for_one["dearer by"] == pytest.approx(99, rel=1e-5)


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


def plant(**more):
    """10 t of metal smelted of ore at 1 in a kiln of 50 a year, or bought in China at 3."""
    given = {
        "Supply": [offer("ore"), offer("cn metal", "China", "metal", 3)],
        "Recipes": recipe("smelt", ore=-1, metal=1),
        "Processes": [process("smelt", unit="kiln")],
        "Units": [{"site": "Plant", "unit": "kiln", "capacity": 20, "fixed cost": 50}],
        "Demand": [need(10, material="metal")],
    }
    return make(**(given | more))


@pytest.mark.parametrize(("kind", "name"), [("site", "Plant"), ("country", "Canada")])
def test_a_lost_plant_still_costs_its_fixed_cost_unless_told_otherwise(kind, name):
    # Base 10 + 50. Without the plant metal is bought for 30: 20 more, and the kiln is still paid;
    # where it is saved the loss costs 30 less.
    paid = row(ranked(plant(), kinds=(kind,)), name)
    assert paid["dearer by"] == pytest.approx(20)
    assert paid["goes with it"] == "fixed cost of kiln still paid"
    saved = row(ranked(plant(), kinds=(kind,), pay_fixed_cost=False), name)
    assert saved["dearer by"] == pytest.approx(-30)
    assert saved["goes with it"] == "fixed cost of kiln saved"


def test_the_fixed_cost_of_a_unit_that_may_idle_is_saved_by_a_loss_as_by_idling():
    units = [{"site": "Plant", "unit": "kiln", "capacity": 20, "fixed cost": 5, "may idle": "yes"}]
    lost = row(ranked(plant(Units=units), kinds=("site",)), "Plant")
    # Base 10 + 5; without it 30.
    assert lost["dearer by"] == pytest.approx(15)
    assert lost["goes with it"] == ""


def test_what_a_lost_plant_must_do_goes_with_it():
    # It must run 8 t in its kiln, 6 t of the recipe, and buy 4 t of its own ore; none of it can.
    case = plant(
        Supply=[
            offer("ore"),
            offer("own", "Plant", minimum=4, history="mined: Canada"),
            offer("cn metal", "China", "metal", 3),
        ],
        Processes=[process("smelt", unit="kiln", minimum=6)],
        Units=[{"site": "Plant", "unit": "kiln", "capacity": 20, "minimum load": 0.4}],
    )
    lost = row(ranked(case, kinds=("site",)), "Plant")
    assert lost["status"] == "optimal"
    assert lost["dearer by"] == pytest.approx(30 - 10)
    assert lost["goes with it"] == (
        "minimum purchase of own; minimum activity of smelt; minimum load of kiln"
    )


def test_orders_under_way_are_lost_with_the_plant_they_go_to_but_reach_customers_of_a_country():
    # 4 t of metal are on their way to the Buyer, 3 t of ore to the Plant. The Buyer has no use
    # for more than 10 t.
    def arriving(end, material, quantity):
        return {
            "order": f"to {end}",
            "to site": end,
            "material": material,
            "arrival": date(2027, 2, 1),
            "quantity": quantity,
            "history": "mined: Kazakhstan; melted: Kazakhstan",
        }

    case = plant(Pipeline=[arriving("Plant", "ore", 3), arriving("Buyer", "metal", 4)])
    # Base: 6 t are smelted, of 3 t under way and 3 t at 1; the kiln costs 50.
    lost = row(ranked(case, kinds=("site",)), "Plant")
    assert lost["cost"] == pytest.approx(6 * 3 + 50)
    assert lost["goes with it"] == "1 order in transit, 3 t; fixed cost of kiln still paid"
    home = make(
        Supply=[offer("kaz", price=5), offer("home", "Store", price=9)],
        Sites=[
            site("Kaz", "Kazakhstan"),
            site("Store", "USA", kind="mine"),
            site("Buyer", "USA"),
        ],
        Lanes=[lane("Kaz", "Buyer"), lane("Store", "Buyer")],
        Demand=[need(10)],
        Pipeline=[arriving("Buyer", "ore", 4)],
    )
    lost = row(ranked(home, kinds=("country",)), "United States")
    assert lost["cost"] == pytest.approx(6 * 5)


def test_a_study_of_losses_says_what_goes_with_them():
    study = studies.stress(plant(), studies.StressOptions(kinds=("site",)))
    assert "the fixed cost of its units is still paid" in study.notes[0]
    assert "orders in transit" in study.notes[0]
    study = studies.stress(plant(), studies.StressOptions(kinds=("site",), pay_fixed_cost=False))
    assert "the fixed cost of its units is saved" in study.notes[0]


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
    lost = row(ranked(case, kinds=("offer",), first_period="2027-Q2", periods=1), "kaz")
    assert lost["dearer by"] == pytest.approx(2 * 4)


def test_what_cannot_be_asked_of_stress_is_said():
    with pytest.raises(optimizer.UsageError, match="'2031' is not a period of the plan"):
        studies.stress(trade(), studies.StressOptions(first_period="2031"))
    with pytest.raises(optimizer.UsageError, match="'planet' is not a kind of loss"):
        studies.stress(trade(), studies.StressOptions(kinds=("planet",)))


# Frontier


def curve(case, limit, points=5):
    found = studies.frontier(case, limit, points).tables["Frontier"]
    return list(zip(found["bound"], found["found"], found["cost"], strict=True))


def test_the_frontier_of_a_country_runs_from_the_least_cost_to_none_of_it():
    # Base: 6 t of kaz at 5, 4 t of cn at 7: 58, 40 % from China. Each tenth less leaves a share
    # s of what is bought: 6 / (1 - s) t are bought, the rest is short at 100.
    got = curve(trade(), "country = China", 5)
    assert got[0] == (None, pytest.approx(0.4), pytest.approx(58))
    for bound, share, cost in got[1:]:
        bought = 6 / (1 - bound)
        assert share == pytest.approx(bound)
        assert cost == pytest.approx(30 + 7 * (bought - 6) + 100 * (10 - bought))
    assert [row[0] for row in got[1:]] == pytest.approx([0.3, 0.2, 0.1, 0])
    # The last end is the plan without the offer from China.
    alone = optimizer.solve(trade(Supply=[offer("kaz", price=5, maximum=6)]))
    assert got[-1][2] == pytest.approx(alone.objective)


def test_the_frontier_of_tonnes_is_that_of_a_row_in_limits():
    got = curve(trade(), "bought; country = China; as = tonnes", 3)
    assert [row[0] for row in got[1:]] == pytest.approx([2, 0])
    for bound, _, cost in got[1:]:
        limits = [
            {
                "limit": "x",
                "measure": "bought",
                "country": "China",
                "maximum": bound,
                "window": "horizon",
            }
        ]
        assert cost == pytest.approx(optimizer.solve(trade(Limits=limits)).objective)
    assert [row[2] for row in got] == pytest.approx([58, 58 + 2 * 93, 58 + 4 * 93])


def test_the_frontier_of_shortage_buys_it_off():
    # A tonne short costs 6, cn 7: 4 t are short in the least-cost plan. 30 + 24 = 54.
    case = trade(Settings={"shortage penalty": 6})
    got = curve(case, "short", 3)
    assert got[0] == (None, pytest.approx(4), pytest.approx(54))
    assert [row[1] for row in got[1:]] == pytest.approx([2, 0], abs=1e-9)
    assert [row[2] for row in got[1:]] == pytest.approx([56, 58])


def test_a_bound_that_has_no_plan_ends_the_frontier_where_there_is_one():
    # 2 t short at the least: kaz has 6 t and cn 2 t.
    case = trade(
        Settings={"shortage penalty": 6},
        Supply=[offer("kaz", price=5, maximum=6), offer("cn", "China", price=7, maximum=2)],
    )
    got = curve(case, "short", 3)
    assert got[-1][0] == pytest.approx(2)
    assert got[-1][2] == pytest.approx(30 + 14 + 12)
    assert got[-2][0] == pytest.approx(3)


def test_the_least_of_a_frontier_is_exact_however_small_a_part_of_its_range_it_is():
    # b has one tonne of 10,000 at 500, a has 5,000 at 1: 4,999 t are short at the least, for
    # 5,000 + 500 + 499,900; the least-cost plan is 5,000 t short, for 5,000 + 500,000.
    case = make(
        Supply=[offer("a", price=1, maximum=5000), offer("b", price=500, maximum=1)],
        Demand=[need(10000)],
    )
    got = curve(case, "short", 2)
    assert got[0] == (None, pytest.approx(5000), pytest.approx(505_000))
    assert got[1] == (pytest.approx(4999, abs=1e-6), pytest.approx(4999), pytest.approx(505_400))


def test_the_least_share_of_a_frontier_is_exact():
    # 3 t from China are contracted, 6 t from Kaz can be had: no share is below 3 / 9. The
    # least-cost plan has 4 of 10 t. The least: 1 t short at 100, so 6·5 + 3·7 + 100.
    case = trade(
        Supply=[
            offer("kaz", price=5, maximum=6),
            offer("cn", "China", price=7, minimum=3),
        ]
    )
    got = curve(case, "country = China", 2)
    assert got[0][1:] == (pytest.approx(0.4), pytest.approx(58))
    assert got[1] == (
        pytest.approx(1 / 3, rel=1e-8),
        pytest.approx(1 / 3, rel=1e-7),
        pytest.approx(151),
    )


def test_the_least_capital_of_a_frontier_is_that_of_whole_plants():
    # 8 t must be delivered: of two lines of 4 t at 70 and one of 10 t at 150, whose ore is
    # cheaper by what the least-cost plan saves, the two lines are the least capital.
    case = make(
        Supply=[offer("kaz", "Plant", price=1)],
        Recipes=[*recipe("sep", ore=-1, oxide=1), *recipe("part", ore=-2, oxide=1)],
        Processes=[process("sep", unit="line"), process("part", unit="half", cost=30)],
        Options=[
            {
                "option": name,
                "site": "Plant",
                "unit": unit,
                "added capacity": capacity,
                "kind": kind,
                "most": most,
                "capital cost": cost,
            }
            for name, unit, capacity, kind, most, cost in (
                ("big", "line", 10, "yes/no", 1, 150),
                ("small", "half", 4, "whole number", 3, 70),
            )
        ],
        Demand=[need(10, material="oxide", minimum=0.8)],
    )
    got = curve(case, "capital", 2)
    # Big: 150 + 10 of ore. Two small: 140, 8 t at 32, and 2 t short at 100.
    assert got[0][1:] == (pytest.approx(150), pytest.approx(160))
    assert got[1] == (pytest.approx(140), pytest.approx(140), pytest.approx(140 + 256 + 200))


def test_the_frontier_of_stock_counts_the_end_of_the_horizon():
    # 4 t are left at the end, of which 3 must be: a closing value of 2 pays for the fourth.
    case = make(
        Settings={"periods": 2, "period length": "half-year"},
        Supply=[offer("kaz", price=1, maximum=14)],
        Demand=[need(10)],
        Stocks=[{"site": "Buyer", "material": "ore", "closing": 3, "closing value": 2}],
    )
    got = curve(case, "stock; material = ore", 2)
    assert [row[1] for row in got] == pytest.approx([4, 3])
    assert [row[2] for row in got] == pytest.approx([14 - 8, 13 - 6])


def test_the_frontier_of_supply_that_is_not_firm_and_of_capital():
    case = trade(
        Supply=[offer("kaz", price=5, maximum=6, firm="no"), offer("cn", "China", price=7)]
    )
    assert curve(case, "not firm", 2)[-1][1:] == (pytest.approx(0), pytest.approx(70))
    built = make(
        Supply=[offer("kaz", price=1)],
        Recipes=recipe("sep", ore=-1, oxide=1),
        Processes=[process("sep", unit="line")],
        Units=[{"site": "Plant", "unit": "line", "capacity": 0}],
        Options=[
            {
                "option": "new",
                "site": "Plant",
                "unit": "line",
                "added capacity": 1,
                "kind": "any amount",
                "most": 10,
                "capital cost": 20,
            }
        ],
        Demand=[need(10, material="oxide")],
    )
    # 10 of 20 each; half the capital leaves 5 t short: 100 + 5 + 500.
    got = curve(built, "capital", 3)
    assert [row[0] for row in got[1:]] == pytest.approx([100, 0])
    assert [row[2] for row in got] == pytest.approx([210, 605, 1000])


def test_a_frontier_of_what_the_plan_has_none_of_is_a_point():
    study = studies.frontier(trade(), "country = Canada")
    assert len(study.tables["Frontier"]) == 1
    assert "no trade-off" in study.notes[0]


@pytest.mark.parametrize(
    ("limit", "message"),
    [
        ("country = Chnia", "'Chnia' is neither a country nor a group; did you mean 'China'"),
        ("country = France", "'France' is not a country of the case"),
        ("country = China, not China", "no country is left after the exclusions"),
        ("colour = red", "'colour = red' is not understood"),
        ("", "write the measure that is limited"),
        ("not firm", "every offer of the case is firm"),
    ],
)
def test_a_limit_that_is_not_understood_is_said(limit, message):
    with pytest.raises(optimizer.UsageError, match=message):
        studies.frontier(trade(), limit)


# Alternatives


def test_alternatives_cost_no_more_than_was_allowed_and_differ():
    # 10 t at 5 from Kaz, or at 5.1 from China, or at 5.2 from Canada: 50. Within 2 % there is 1:
    # all 10 t from China, or 5 t from Canada.
    case = trade(
        Supply=[
            offer("kaz", price=5),
            offer("cn", "China", price=5.1),
            offer("ca", "Plant", price=5.2),
        ]
    )
    study = studies.alternatives(case, 0.02)
    found = study.tables["Alternatives"]
    assert all(cost <= 51 * (1 + 1e-7) for cost in found["cost"])
    least = row(found, "least from Kazakhstan")
    assert (least["base"], least["then"]) == (10, pytest.approx(0, abs=1e-6))
    assert least["differs"] == pytest.approx(1)
    north = row(found, "most North American")
    assert (north["base"], north["then"]) == (10, pytest.approx(5, rel=1e-5))
    assert all(each.audit_passed for each in study.outcomes.values())


def test_few_suppliers_are_found_where_a_little_money_buys_them():
    # Three offers of 4, 3 and 3 t at 5; one seller has 10 t at 5.04: 0.4 more than 50.
    supply = [
        offer("a", "Kaz", price=5, maximum=4),
        offer("b", "Plant", price=5, maximum=3),
        offer("c", "China", price=5, maximum=3),
        offer("all", "Other", price=5.04),
    ]
    sites = [
        site("Kaz", "Kazakhstan"),
        site("China", "China"),
        site("Plant", "Canada"),
        site("Other", "Australia"),
        site("Buyer", "USA"),
    ]
    lanes = [
        {"from site": each, "to site": "Buyer", "material": "*", "cost": 0}
        for each in ("Kaz", "China", "Plant", "Other")
    ]
    case = trade(Supply=supply, Sites=sites, Lanes=lanes)
    few = row(studies.alternatives(case, 0.02).tables["Alternatives"], "fewest suppliers")
    assert (few["base"], few["then"]) == (3, 1)
    assert few["cost"] == pytest.approx(50.4)
    tight = row(studies.alternatives(case, 0.001).tables["Alternatives"], "fewest suppliers")
    assert tight["then"] == 3


def test_nothing_to_spare_leaves_the_plan_as_it_is():
    study = studies.alternatives(trade(), 0.0)
    assert list(study.tables["Alternatives"]["cost"]) == pytest.approx([58] * 4)
    with pytest.raises(optimizer.UsageError, match="not below 0"):
        studies.alternatives(trade(), -0.1)


# The tutorial, and the commands


def test_the_scenarios_of_the_tutorial_are_those_of_its_page():
    study = studies.scenarios(optimizer.read(ROOT / "inputs" / "tutorial.xlsx"))
    found = dict(
        zip(*(study.tables["Scenarios"][name] for name in ("scenario", "cost")), strict=True)
    )
    # The first four stand in docs/tutorial.md. Both: in each quarter of the first half 40 t at
    # 67,650 and 10 t at 69,050; of the second 2.5 t at 75,450, 37.5 t at 67,650, 2.5 t at
    # 69,050, and 7.5 t short at 300,000.
    both = 2 * (40 * 67_650 + 10 * 69_050) + 2 * (
        2.5 * 75_450 + 37.5 * 67_650 + 2.5 * 69_050 + 7.5 * 300_000
    )
    assert found == pytest.approx(
        {
            "base": 13_038_000,
            "Ningbo dearer": 13_742_000,
            "Green scarce": 16_406_250,
            "no rule": 12_810_000,
            "both": both,
        }
    )


def command(capsys, *words):
    code = main([*map(str, words), "--json"])
    said = capsys.readouterr()
    return code, json.loads(said.out), said.err


def test_the_command_scenarios_writes_a_workbook_and_goes_on_where_it_was(tmp_path, capsys):
    book = save(
        tmp_path / "trade.xlsx",
        Supply=[offer("kaz", price=5, maximum=6), offer("cn", "China", price=7)],
        Demand=[need(10)],
        Scenarios=THREE,
    )
    words = ("scenarios", book, "--output", tmp_path / "out", "--workers", 1)
    code, found, said = command(capsys, *words)
    assert code == 0
    assert found["status"] == "partly solved"
    assert found["runs"]["dear China"] == {
        "status": "optimal",
        "objective": pytest.approx(86),
        "short": 0,
    }
    assert found["runs"]["must"]["status"] == "infeasible"
    assert "must: no plan meets every hard limit. Reduce a requirement: " in said
    assert "3 of 3 runs: " in said
    assert (tmp_path / "out" / "scenarios.xlsx").exists()
    again = command(capsys, *words)
    assert again[0] == code
    assert again[1] == found | {"run": again[1]["run"]}
    assert again[1]["run"] != found["run"]
    assert "runs:" not in again[2]
    one = command(capsys, *words, "--only", "no China", "--quiet")
    assert list(one[1]["runs"]) == ["base", "no China"]


def test_the_commands_stress_frontier_and_alternatives_answer(tmp_path, capsys):
    book = save(
        tmp_path / "trade.xlsx",
        Supply=[offer("kaz", price=5, maximum=6), offer("cn", "China", price=7)],
        Demand=[need(10)],
    )
    out = ("--output", tmp_path, "--workers", 1)
    code, found, _ = command(capsys, "stress", book, *out, "--lose", "offer")
    assert code == 0
    assert [each["loss"] for each in found["overview"]] == ["cn", "kaz"]
    limit = ("--limit", "country = China", "--points", 2)
    code, found, _ = command(capsys, "frontier", book, *out, *limit)
    assert (code, [each["cost"] for each in found["overview"]]) == (
        0,
        pytest.approx([58, 430]),
    )
    code, found, _ = command(capsys, "alternatives", book, *out, "--within", "5%")
    assert code == 0
    assert "least from China" in found["runs"]
    names = {"stress.xlsx", "frontier.xlsx", "alternatives.xlsx"}
    assert names <= {path.name for path in tmp_path.iterdir()}


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (("scenarios",), 2, "the sheet Scenarios has no row"),
        (("stress", "--from", "2031"), 2, "'2031' is not a period of the plan"),
        (("frontier", "--limit", "colour = red"), 2, "is not understood"),
        (("scenarios", "--only", "none"), 2, "'none' is not a scenario of the case"),
    ],
)
def test_what_a_command_cannot_do_is_an_exit_code_and_a_sentence(
    tmp_path, capsys, words, code, message
):
    book = save(tmp_path / "trade.xlsx", Supply=[offer("kaz")], Demand=[need(10)])
    found = command(capsys, words[0], book, *words[1:], "--output", tmp_path)
    assert found[0] == code
    assert message in found[2]


def test_a_case_without_a_plan_has_no_study_but_scenarios(tmp_path, capsys):
    sheets = {
        "Supply": [offer("kaz", maximum=6)],
        "Demand": [need(10, minimum=1)],
        "Scenarios": [change("less", "minimum", 0, sheet="Demand")],
    }
    book = save(tmp_path / "trade.xlsx", **sheets)
    code, found, _ = command(capsys, "scenarios", book, "--output", tmp_path)
    assert code == 3
    assert found["runs"]["less"]["objective"] == pytest.approx(6 + 400)
    with pytest.raises(optimizer.UsageError, match="no plan to compare with: no plan meets"):
        studies.stress(make(**sheets))
