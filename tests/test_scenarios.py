"""Scenarios: how a row of the sheet changes a case, which equals the workbook edited by hand."""

from __future__ import annotations

from dataclasses import fields
from datetime import date

import pytest

import optimizer
from optimizer import studies
from tests.conftest import china, make, need, no_china, offer, process, recipe

FOUR_QUARTERS = {"periods": 4, "period length": "quarter"}


def change(scenario="what if", sheet="Supply", column="price", value="1", how="set", **more):
    return {
        "scenario": scenario,
        "sheet": sheet,
        "column": column,
        "change": how,
        "value": value,
        **more,
    }


def case(*changes, **sheets):
    return make(
        **{
            "Supply": [offer("kaz", price=5, maximum=6), offer("dear", price=7)],
            "Demand": [need(10)],
            "Scenarios": list(changes),
            **sheets,
        }
    )


def changed_case(*changes, **sheets):
    return studies.apply(case(*changes, **sheets), "what if")


def errors_of(*changes, **sheets):
    with pytest.raises(optimizer.WorkbookError) as caught:
        changed_case(*changes, **sheets)
    return [str(each) for each in caught.value.findings if each.severity == "error"]


def values_of(rows, names):
    return [tuple(getattr(row, name) for name in names) for row in rows]


def assert_same_case(one, other, *, but=()):
    """Assert that two cases have the same content, whatever the row numbers."""
    for field in fields(one):
        if field.name in ("columns", "warnings", "scenarios", "whole", *but):
            continue
        if field.name == "settings":
            assert repr(one.settings) == repr(other.settings)
        elif isinstance(getattr(one, field.name), tuple):
            rows = (
                sorted(row_text(row) for row in getattr(each, field.name)) for each in (one, other)
            )
            assert next(rows) == next(rows), field.name


def row_text(row):
    return str([(f.name, getattr(row, f.name)) for f in fields(row) if f.name != "row"])


def test_a_value_is_set_multiplied_or_added_to_in_the_rows_that_where_picks():
    found = changed_case(
        change(value=9, where="offer = kaz"),
        change(column="maximum", value=2, how="×", where="offer = K*"),
        change(value=0.5, how="+"),
    )
    # kaz: 9 + 0.5, maximum 6 × 2; dear: 7 + 0.5
    assert values_of(found.supply, ("offer", "price", "maximum")) == [
        ("kaz", 9.5, 12.0),
        ("dear", 7.5, float("inf")),
    ]


def test_the_case_itself_stays_as_it_is():
    base = case(change(value=9))
    studies.apply(base, "WHAT  IF")
    assert [row.price for row in base.supply] == [5, 7]


@pytest.mark.parametrize(
    ("where", "picked"),
    [
        ("", ["a", "b", "c"]),
        ("offer <> b", ["a", "c"]),
        ("price >= 6", ["b", "c"]),
        ("price > 5; maximum < 100", ["b"]),
        ("firm = no", ["c"]),
        ("from >= 2027-04-01", ["c"]),
        ("to >= 2027-06-30", ["a", "b", "c"]),
        ("from =", ["a", "b"]),
    ],
)
def test_where_picks_rows_by_every_condition(where, picked):
    supply = [
        offer("a", price=5),
        offer("b", price=6, maximum=50),
        offer("c", price=7, firm="no", from_=date(2027, 4, 1)),
    ]
    found = changed_case(change(value=99, where=where), Supply=supply, Settings=FOUR_QUARTERS)
    assert [row.offer for row in found.supply if row.price == 99] == picked


def test_a_dated_change_cuts_the_row_at_its_dates():
    found = changed_case(
        change(value=9, where="offer = kaz", from_="2027-04-01", to="2027-09-30"),
        Settings=FOUR_QUARTERS,
    )
    rows = [row for row in found.supply if row.offer == "kaz"]
    assert values_of(rows, ("price", "start", "end", "maximum")) == [
        (9, date(2027, 4, 1), date(2027, 9, 30), 6),
        (5, None, date(2027, 3, 31), 6),
        (5, date(2027, 10, 1), None, 6),
    ]
    assert len({row.row for row in found.supply}) == 4


def test_dates_around_the_horizon_cut_nothing():
    found = changed_case(change(value=9, where="offer = kaz", from_="2027-01-01", to="2027-12-31"))
    assert values_of(found.supply, ("offer", "price", "start")) == [
        ("kaz", 9, None),
        ("dear", 7, None),
    ]


def test_an_opening_stock_stays_where_the_row_begins():
    stock = {"site": "Buyer", "material": "ore", "opening": 3, "closing": 1, "maximum": 9}
    found = changed_case(
        change(sheet="Stocks", column="maximum", value=5, from_="2027-04-01", to="2027-06-30"),
        Stocks=[stock],
        Settings=FOUR_QUARTERS,
    )
    assert values_of(found.stocks, ("maximum", "opening", "closing")) == [
        (5, 0, 0),
        (9, 3, 0),
        (9, 0, 1),
    ]


def test_demand_is_changed_in_a_period_of_its_own():
    lines = [need(8, **{"2027-Q2": 3})]
    found = changed_case(
        change(sheet="Demand", column="2027-Q2", value=2, how="×"),
        change(sheet="Demand", column="2027-q3", value=7),
        Demand=lines,
        Settings=FOUR_QUARTERS,
    )
    assert found.demand[0].by_period == (("2027-Q2", 6.0), ("2027-Q3", 7.0))


def test_a_factor_on_quantity_is_a_factor_on_the_figures_by_period_too():
    found = changed_case(
        change(sheet="Demand", column="quantity", value=1.5, how="×"),
        Demand=[need(8, **{"2027-Q2": 3})],
        Settings=FOUR_QUARTERS,
    )
    assert (found.demand[0].quantity, found.demand[0].by_period) == (12, (("2027-Q2", 4.5),))
    assert errors_of(
        change(sheet="Demand", column="quantity", value=9),
        Demand=[need(8, **{"2027-Q2": 3})],
        Settings=FOUR_QUARTERS,
    ) == [
        "Scenarios!C2 (column): Demand!D2 (quantity): figures by period override quantity; "
        "change the columns of the periods, or multiply"
    ]


def test_settings_are_changed_by_name():
    found = changed_case(
        change(sheet="Settings", column="discount rate", value="10 %"),
        change(sheet="Settings", column="value", where="setting = shortage penalty", value=250),
    )
    assert (found.settings.discount_rate, found.settings.shortage_penalty) == (0.1, 250)


def test_a_row_is_switched_off_and_on_with_all_that_follows():
    sheets = {
        "Supply": [offer("kaz"), offer("cn", "China", active="no"), offer("late")],
        "Limits": [
            {"limit": "few", "measure": "bought", "offer": "cn, late", "maximum": 4},
        ],
    }
    base = case(change(column="active", value="yes", where="offer = cn"), **sheets)
    assert base.limits[0].offer == ("late",)
    found = studies.apply(base, "what if")
    assert [row.offer for row in found.supply] == ["kaz", "cn", "late"]
    assert found.limits[0].offer == ("cn", "late")  # as it is written
    gone = changed_case(
        change(sheet="Sites", column="active", value="no", where="site = China"), **sheets
    )
    assert {row.site for row in gone.supply} == {"Kaz"}
    assert all("China" not in (row.from_site, row.to_site) for row in gone.lanes)


def test_a_scenario_may_be_based_on_others():
    rows = (
        change("dear", value=2, how="×"),
        change("short", column="maximum", value=1),
        change("both", sheet="", column="", value="", based_on="dear; short"),
        change("worse", value=1, how="+", based_on="both, dear"),
    )
    base = case(*rows)
    assert studies.scenarios_of(base) == ("dear", "short", "both", "worse")
    both, worse = (studies.apply(base, name) for name in ("both", "worse"))
    assert values_of(both.supply, ("price", "maximum")) == [(10, 1), (14, 1)]
    assert values_of(worse.supply, ("price", "maximum")) == [(11, 1), (15, 1)]  # dear once


def test_scenarios_in_a_circle_are_refused():
    rows = (change(based_on="other"), change("other", based_on="what if"))
    assert errors_of(*rows) == [
        "Scenarios!F2 (based on): scenarios are based on each other: 'what if' on 'other' on "
        "'what if'"
    ]


@pytest.mark.parametrize(
    ("row", "told"),
    [
        (
            change(where="offer = nobody"),
            "Scenarios!F2 (where): 'offer = nobody' selects no row of Supply",
        ),
        (
            change(where="price > dear"),
            "Scenarios!F2 (where): 'dear' is not a number; write a number in USD/t",
        ),
        (
            change(column="probability", value=3, how="×"),
            "Scenarios!E2 (value): Supply!F2 (probability): 1.5 is above 1",
        ),
        (
            change(sheet="Materials", column="disposal cost", value=3, how="+"),
            "Scenarios!E2 (value): Materials!2 (disposal cost) is blank: there is "
            "nothing to change; write set",
        ),
        (
            change(sheet="Sites", column="owner", value="X", from_="2027-02-01"),
            "Scenarios!F2 (from): rows of Sites have no dates; leave from and to blank",
        ),
        (
            change(from_="2029-01-01"),
            "Scenarios!F2 (from): no selected row of Supply is valid on these dates",
        ),
        (
            change(column="site", value="Nowhere", where="offer = kaz"),
            "Scenarios!E2 (value): leads to Supply!B2 (site): 'Nowhere' is not in Sites",
        ),
        (
            change(column="minimum", value=8, where="offer = kaz"),
            "Scenarios!E2 (value): leads to Supply!A2 (minimum): 8 is above the maximum, 6",
        ),
        (
            change(sheet="Settings", column="start", value="2027-02-01"),
            "Scenarios!E2 (value): leads to Settings (start): 2027-02-01 is not the first month "
            "of a year; write 2027-01-01, or for a fiscal year keep 2027-02-01 and write month "
            "under period length",
        ),
    ],
)
def test_what_cannot_be_changed_is_told_at_its_cell(row, told):
    supply = [offer("kaz", maximum=6, probability=0.5, firm="no"), offer("dear")]
    (found,) = errors_of(row, Supply=supply)
    assert found == told


@pytest.mark.parametrize(
    ("sheet", "column", "told"),
    [
        ("Tariffs", "customs value", "-20 is below 0 USD/t"),
        ("Settings", "shortage penalty", "-20 is below 0 USD/t"),
        ("Demand", "shortage penalty", "-20 is below 0 USD/t short"),
        ("Supply", "maximum", "-20 is below 0 t per year"),
    ],
)
def test_a_change_that_goes_too_far_is_told_in_the_unit_of_the_column(sheet, column, told):
    ore = {"origin country": "Kazakhstan", "destination country": "USA", "material": "ore"}
    (found,) = errors_of(
        change(sheet=sheet, column=column, value="-50", how="+"),
        Supply=[offer("kaz", price=30, maximum=30)],
        Tariffs=[{**ore, "ad valorem": 0.1, "customs value": 30}],
        Demand=[need(10, shortage_penalty=30)],
        Settings={"shortage penalty": 30},
    )
    assert found.endswith(told)
    assert "{" not in found


def test_a_contract_cannot_be_cut_by_dates():
    supply = [offer("kaz", contract_quantity=10)]
    assert errors_of(
        change(value=9, from_="2027-04-01"), Supply=supply, Settings=FOUR_QUARTERS
    ) == [
        "Scenarios!F2 (from): Supply row 2 has a contract quantity over all its dates, which "
        "dates cannot split; leave from and to blank, or write rows with dates of their own"
    ]


def test_a_scenario_that_is_not_there_is_a_wrong_call():
    with pytest.raises(optimizer.UsageError, match="did you mean 'what if'"):
        studies.apply(case(change()), "what of")
    inactive = [change() | {"active": "no"}, change("other") | {"active": None}]
    with pytest.raises(optimizer.UsageError, match="the scenario 'what if' is inactive"):
        studies.apply(case(*inactive), "What  if")


def test_a_scenario_is_the_workbook_edited_by_hand():
    sheets = {
        "Supply": [offer("kaz", material="ore", price=5), offer("cn", "China", price=2)],
        "Recipes": recipe("sep", ore=-2, oxide=1),
        "Processes": [process("sep", unit="line", stage="separated", cost=1)],
        "Units": [{"site": "Plant", "unit": "line", "capacity": 30}],
        "Demand": [need(12, material="oxide", segment="defence")],
        "Rules": [no_china(maximum_share=1)],
        "Rule_scope": [china()],
        "Settings": FOUR_QUARTERS,
    }
    rows = (
        change(sheet="Rules", column="maximum share", value="25 %"),
        change(sheet="Units", column="capacity", value=0.5, how="×", from_="2027-04-01"),
        change(column="price", value=1, how="+", where="site = China"),
    )
    by_hand = {
        **sheets,
        "Supply": [offer("kaz", price=5), offer("cn", "China", price=3)],
        "Rules": [no_china(maximum_share=0.25)],
        "Units": [
            {"site": "Plant", "unit": "line", "capacity": 15, "from": date(2027, 4, 1)},
            {"site": "Plant", "unit": "line", "capacity": 30, "to": date(2027, 3, 31)},
        ],
    }
    found, edited = changed_case(*rows, **sheets), make(**by_hand)
    assert_same_case(found, edited)
    one, other = optimizer.solve(found), optimizer.solve(edited)
    assert one.objective == pytest.approx(other.objective)
    assert one.costs == pytest.approx(other.costs)
    # 12 t of oxide take 24 t of ore: 18 at 5 and 6 at 3, and 12 runs at 1.
    assert one.objective == pytest.approx(18 * 5 + 6 * 3 + 12)
