"""Reasons of shortages and alerts on risks: sentences and their cells."""

from datetime import date

import openpyxl
import pytest

import optimizer
from tests.conftest import (
    china,
    lane,
    need,
    no_china,
    offer,
    plan,
    process,
    recipe,
    save,
)

SMELTER = {
    "Recipes": recipe("smelt", ore=-1, metal=1),
    "Processes": [process("smelt", unit="kiln")],
}
QUARTERS = {"period length": "quarter", "periods": 2}
FIRST, TO_PLANT = date(2027, 3, 31), lane("Kaz", "Plant")
NO_CHINA = {"Rules": [no_china()], "Rule_scope": [china()]}


def reasons(**sheets):
    """Address, sentence and worth of every reason of a plan that is short."""
    result = plan(**sheets)
    assert result.shortage > 0
    rows = result.tables["Shortage reasons"].frame().to_dict("records")
    return [(f"{row['sheet']}!{row['cell']}", row["reason"], row["worth"]) for row in rows]


def test_a_full_unit_is_the_reason_with_what_it_costs():
    # 7 of 10 t; a tonne of metal costs 1 for ore and saves 100: the kiln is worth 99.
    kiln = [{"site": "Plant", "unit": "kiln", "capacity": 7}]
    ((cell, sentence, worth),) = reasons(
        **SMELTER, Supply=[offer("kaz")], Units=kiln, Demand=[need(10, material="metal")]
    )
    assert cell == "Units!C2"
    assert sentence == (
        "Units!C2 (capacity): kiln at Plant has a capacity of 7 per year in 2027; without this "
        "limit one more tonne would save 99 USD (the penalty is 100 USD per tonne)"
    )
    assert worth == pytest.approx(99)


def test_use_of_a_unit_counts_in_what_it_costs():
    # Two hours of the kiln for a tonne: still 99 per tonne short, 49.5 for an hour.
    kiln = [{"site": "Plant", "unit": "kiln", "capacity": 7}]
    ((_, _, worth),) = reasons(
        Recipes=recipe("smelt", ore=-1, metal=1),
        Processes=[process("smelt", unit="kiln", use=2)],
        Supply=[offer("kaz")],
        Units=kiln,
        Demand=[need(10, material="metal")],
    )
    assert worth == pytest.approx(99)


def test_feed_that_is_sold_out_upstream_is_the_reason():
    # The kiln has room, the mine sells 6 t: ore would be worth 99 more than its price of 1.
    kiln = [{"site": "Plant", "unit": "kiln", "capacity": 70}]
    ((cell, sentence, worth),) = reasons(
        **SMELTER,
        Supply=[offer("kaz", maximum=6)],
        Units=kiln,
        Demand=[need(10, material="metal")],
    )
    assert cell == "Supply!E2"
    assert "kaz sells at most 6 t per year" in sentence
    assert worth == pytest.approx(99)


def test_the_later_row_of_a_ramp_is_not_blamed_for_the_earlier_one():
    kiln = [
        {"site": "Plant", "unit": "kiln", "capacity": 4, "to": date(2027, 3, 31)},
        {"site": "Plant", "unit": "kiln", "capacity": 40, "from": date(2027, 4, 1)},
    ]
    ((cell, sentence, _),) = reasons(
        **SMELTER,
        Settings=QUARTERS,
        Supply=[offer("kaz")],
        Units=kiln,
        Demand=[need(10, material="metal")],
    )
    assert cell == "Units!C2"
    assert "2027-Q1" in sentence


def test_a_cheaper_tier_that_is_sold_out_is_no_reason():
    # One tonne more needs 1 t of ore beyond the tier at 1 (the next costs 41) and kiln time.
    # Kiln: 100 - 41 = 59. The cheap tier is no reason: there is ore at 41.
    kiln = [{"site": "Plant", "unit": "kiln", "capacity": 7}]
    found = reasons(
        **SMELTER,
        Supply=[offer("cheap", maximum=5), offer("dear", price=41)],
        Units=kiln,
        Demand=[need(10, material="metal")],
    )
    assert [(cell, round(worth, 6)) for cell, _, worth in found] == [("Units!C2", 59)]


def test_a_rule_that_bars_everything_is_the_reason():
    ((cell, sentence, _),) = reasons(
        Supply=[offer("china", "China")], Demand=[need(10, segment="defence")], **NO_CHINA
    )
    assert cell == "Rules!A2"
    assert "rule no China excludes all supply that could arrive" in sentence


def test_beside_what_is_sold_out_the_rule_is_named_that_bars_the_rest():
    found = reasons(
        Supply=[offer("kaz", price=5, maximum=4), offer("china", "China")],
        Demand=[need(10, segment="defence")],
        **NO_CHINA,
    )
    assert [cell for cell, *_ in found] == ["Supply!E2", "Rules!A2"]
    assert "all other supply" in found[1][1]


def test_a_rule_with_a_share_has_a_price():
    # 4 t are clean. With a share of 1/5, x <= (4 + x) / 5: 1 t of Chinese ore, 5 t in all.
    # A tonne more of clean ore would allow a quarter of a tonne more.
    found = reasons(
        Supply=[offer("kaz", price=1, maximum=4), offer("china", "China", price=1)],
        Demand=[need(10, segment="defence")],
        Rules=[no_china(maximum_share=0.2)],
        Rule_scope=[china()],
    )
    assert {cell.partition("!")[0] for cell, *_ in found} <= {"Rules", "Supply"}
    assert found[0][2] > 0


def test_a_lead_time_says_when_the_first_arrival_is():
    ((cell, sentence, _),) = reasons(
        Settings=QUARTERS,
        Supply=[offer("kaz")],
        Lanes=[lane("Kaz", "Buyer", lead_days=91.3125)],
        Demand=[need(10)],
    )
    assert cell == "Lanes!E2"
    assert "the first arrival of ore from Kaz is 2027-Q2" in sentence


@pytest.mark.parametrize(
    ("where", "verb"),
    [
        ({"Supply": [offer("kaz", to=FIRST, maximum=8)]}, "bought"),
        ({"Units": [{"site": "Plant", "unit": "kiln", "capacity": 8, "to": FIRST}]}, "made"),
        ({"Lanes": [TO_PLANT, lane("Plant", "Buyer", maximum=8, to=FIRST)]}, "shipped"),
    ],
)
def test_a_bound_of_an_earlier_period_says_why_it_is_named(where, verb):
    # All of the second quarter's 10 t must be there before it begins, and 2 t come.
    ((_, sentence, _),) = reasons(
        **{
            **SMELTER,
            "Settings": QUARTERS,
            "Supply": [offer("kaz", to=FIRST)],
            "Units": [{"site": "Plant", "unit": "kiln", "capacity": 80, "to": FIRST}],
            "Lanes": [TO_PLANT, lane("Plant", "Buyer", to=FIRST)],
            "Stocks": [{"site": "Buyer", "material": "metal"}],
            "Demand": [need(None, material="metal", **{"2027-Q1": 0, "2027-Q2": 10})],
            **where,
        }
    )
    assert f" in 2027-Q1, when material for this delivery would have to be {verb}; wi" in sentence


def test_a_late_start_of_supply_is_said():
    found = reasons(
        Settings=QUARTERS, Supply=[offer("kaz", from_=date(2027, 4, 1))], Demand=[need(10)]
    )
    assert any("there is none at Kaz before 2027-Q2" in sentence for _, sentence, _ in found)


def test_a_missing_lane_is_said():
    ((cell, sentence, _),) = reasons(
        Supply=[offer("kaz")], Lanes=[lane("Kaz", "Plant", "ore")], Demand=[need(10)]
    )
    assert cell == "Lanes!"
    assert sentence.startswith("no lane ends at Buyer with ore")


def test_an_input_without_a_source_is_said_far_upstream():
    found = reasons(
        Recipes=recipe("smelt", ore=-1, acid=-1, metal=1),
        Processes=[process("smelt")],
        Supply=[offer("kaz")],
        Lanes=[lane("Kaz", "Plant", "ore"), lane("Plant", "Buyer", "metal")],
        Demand=[need(10, material="metal")],
    )
    assert any("no lane ends at Plant with acid" in sentence for _, sentence, _ in found)


def test_a_unit_that_is_not_there_yet_is_the_reason():
    kiln = [{"site": "Plant", "unit": "kiln", "capacity": 40, "from": date(2027, 4, 1)}]
    found = reasons(
        **SMELTER,
        Settings=QUARTERS,
        Supply=[offer("kaz")],
        Units=kiln,
        Demand=[need(10, material="metal")],
    )
    assert any(
        "kiln at Plant has" in sentence and "2027-Q1" in sentence for _, sentence, _ in found
    )


def test_a_chain_dearer_than_the_penalty_is_said():
    ((cell, sentence, _),) = reasons(Supply=[offer("kaz", price=150)], Demand=[need(10)])
    assert cell.startswith("Demand!")
    assert "would cost at least 150 USD, against a penalty of 100" in sentence


def test_opening_stock_that_is_used_up_is_the_reason():
    stock = {"site": "Buyer", "material": "ore", "opening": 4}
    ((cell, _, worth),) = reasons(Supply=[], Stocks=[stock], Demand=[need(10)])
    assert cell == "Stocks!C2"
    assert worth == pytest.approx(100)


def test_sources_that_can_grow_are_listed_before_opening_stock():
    # 4 t lie there and 3 can be bought: more can only come from the offer.
    stock = {"site": "Buyer", "material": "ore", "opening": 4}
    ((cell, _, worth),) = reasons(
        Supply=[offer("kaz", maximum=3)], Stocks=[stock], Demand=[need(10)]
    )
    assert cell == "Supply!E2"
    assert worth == pytest.approx(99)


def test_prices_of_held_decisions_give_the_reason():
    # The kiln is an investment that is taken: it makes 7 t.
    option = {"option": "new", "site": "Plant", "unit": "kiln", "added capacity": 7}
    found = reasons(
        **SMELTER,
        Supply=[offer("kaz")],
        Options=[option | {"capital cost": 10}],
        Demand=[need(10, material="metal")],
    )
    assert any("kiln at Plant" in sentence for _, sentence, _ in found)


def test_no_shortage_has_no_reason():
    assert len(plan(Supply=[offer("kaz")], Demand=[need(10)]).tables["Shortage reasons"]) == 0


# Alerts ---------------------------------------------------------------------------------------


def alerts(word, **sheets):
    return [alert for alert in plan(**sheets).alerts if word in alert]


def test_the_largest_shortage_is_reported_with_its_reason_and_cell():
    (alert,) = alerts("short in", Supply=[offer("kaz", maximum=6)], Demand=[need(10)])
    assert "need is 4 t short in 2027: Supply!E2" in alert
    assert (alert.sheet, alert.cell) == ("Supply", "E2")


def test_a_site_without_which_nothing_arrives_is_a_single_point_of_failure():
    kiln = [{"site": "Plant", "unit": "kiln", "capacity": 70}]
    sheets = {**SMELTER, "Units": kiln, "Demand": [need(10, material="metal")]}
    found = alerts("Single point", Supply=[offer("kaz"), offer("two")], **sheets)
    assert [alert.sheet for alert in found] == ["Sites"]
    assert "without Plant, no delivery can reach need." in found[0]
    (alert,) = alerts("Single point", Supply=[offer("kaz")], **sheets)
    assert "Single points of failure: without Plant or kaz, no delivery can reach need." in alert


def test_a_second_source_that_a_rule_bars_is_none():
    # China serves until June, from July only Kaz may.
    sheets = {
        "Settings": {"period length": "half-year", "periods": 2},
        "Supply": [offer("kaz", price=5), offer("china", "China")],
        "Demand": [need(10, segment="defence"), need(1, "other", segment="civil")],
        "Rule_scope": [china()],
    }
    assert (
        alerts("Single point", **sheets, Rules=[no_china(segments="civil", to=date(2026, 12, 31))])
        == []
    )
    (alert,) = alerts("Single point", **sheets, Rules=[no_china(from_=date(2027, 7, 1))])
    assert "without kaz, no delivery can reach need and other in 2027-H2." in alert


def test_full_units_and_units_at_their_minimum_are_reported():
    kiln = [{"site": "Plant", "unit": "kiln", "capacity": 10}]
    sheets = {**SMELTER, "Supply": [offer("kaz")], "Demand": [need(9.6, material="metal")]}
    (alert,) = alerts("above 95 %", **sheets, Units=kiln)
    assert (alert.sheet, alert.cell) == ("Units", "C2")
    sheets["Demand"] = [need(9.4, material="metal")]
    assert alerts("above 95 %", **sheets, Units=kiln) == []
    kiln[0]["minimum load"] = 0.94
    (alert,) = alerts("minimum load", **sheets, Units=kiln)
    assert "Kiln at Plant is at its minimum load in 2027" in alert


def test_payments_for_tonnes_not_taken_are_reported():
    # 10 t under contract, all paid for; 4 wanted: 6 t at 3 for nothing.
    contract = offer("kaz", price=3, contract_quantity=10, take_or_pay=1)
    (alert,) = alerts("not taken", Supply=[contract], Demand=[need(4)])
    assert "kaz: 6 t are paid for and not taken, 18 USD" in alert
    assert alert.sheet == "Supply"


def test_purchases_on_figures_of_low_confidence_are_reported():
    supply = [offer("sure", maximum=4), offer("soft", price=2) | {"confidence": "low"}]
    (alert,) = alerts("confidence", Supply=supply, Demand=[need(10)])
    assert "Purchases of 12 USD (6 t)" in alert
    assert "soft" in alert
    assert "sure" not in alert


def test_alerts_link_to_the_input(tmp_path):
    path = save(tmp_path / "case.xlsx", Supply=[offer("kaz", maximum=6)], Demand=[need(10)])
    result = optimizer.solve(optimizer.read(path))
    target = tmp_path / "out" / "plan.xlsx"
    optimizer.write(result, target)
    page = openpyxl.load_workbook(target)["Summary"]
    links = [cell.hyperlink for row in page.iter_rows() for cell in row if cell.hyperlink]
    out = [link for link in links if link.target and "case.xlsx" in link.target]
    assert out
    assert any("Supply" in (link.location or link.target) for link in out)
