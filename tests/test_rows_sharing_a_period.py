"""A period that several dated rows of Stocks share, and ``*`` lanes to where a lot is discarded.

Each cost is worked by hand, found by the optimizer (whose audit passes) and by the reference.
"""

from __future__ import annotations

from datetime import date

import pytest

import optimizer
from tests.conftest import lane, make, need, offer, plan, process, recipe, tables
from tests.oracle.solve import solve as reference

JUNE, JULY = date(2027, 6, 30), date(2027, 7, 1)
NEEDED_IN_2028 = [need(20, from_=date(2028, 1, 1))]
BOUGHT_IN_2027 = [offer("kaz", "Buyer", to=date(2027, 12, 31))]
BOUGHT_ALWAYS = [offer("kaz", "Buyer")]


def both(**sheets):
    """Cost of a case of two years; the optimizer and the reference must agree."""
    settings = {"periods": 2, **sheets.pop("Settings", {})}
    found = plan(Settings=settings, **sheets).objective
    assert found == pytest.approx(reference(tables(Settings=settings, **sheets)))
    return found


def halves(until_june, from_july):
    """Two rows of Stocks for ore at the Buyer that meet inside 2027."""
    place = {"site": "Buyer", "material": "ore"}
    return [{**place, **until_june, "to": JUNE}, {**place, **from_july, "from": JULY}]


@pytest.mark.parametrize(
    ("supply", "until_june", "from_july", "cost"),
    [
        # 20 t over the end of 2027 at (2 + 4) / 2 = 3, and 20 t bought at 1.
        (BOUGHT_IN_2027, {"holding cost": 2}, {"holding cost": 4}, 20 * 3 + 20),
        # At most 5 t over the end of 2027: 15 t short at 100.
        (BOUGHT_IN_2027, {"maximum": 5}, {"maximum": 20}, 5 + 15 * 100),
        (BOUGHT_IN_2027, {"maximum": 20}, {"maximum": 5}, 5 + 15 * 100),
        # At least 5 t over the end of 2027 at 2, 20 t bought at 1.
        (BOUGHT_ALWAYS, {"minimum": 5, "holding cost": 2}, {"holding cost": 2}, 5 * 2 + 20),
        # A quarter of the 20 t of 2028 lies there at the end of 2027, at 2.
        (BOUGHT_ALWAYS, {"days of cover": 91.3125, "holding cost": 2}, {"holding cost": 2}, 30),
    ],
)
def test_every_row_of_a_shared_period_binds_and_its_holding_cost_is_averaged(
    supply, until_june, from_july, cost
):
    stocks = halves(until_june, from_july)
    assert both(Supply=supply, Demand=NEEDED_IN_2028, Stocks=stocks) == pytest.approx(cost)


def test_nothing_is_carried_over_a_last_day_that_no_row_covers_whatever_the_earlier_row_asks():
    # The row ends in June: nothing can be kept over the end of 2027, and its minimum asks nothing.
    stocks = halves({"minimum": 5}, {})[:1]
    assert both(Supply=BOUGHT_ALWAYS, Demand=NEEDED_IN_2028, Stocks=stocks) == pytest.approx(20)


def test_a_minimum_above_the_maximum_of_a_row_of_the_same_period_is_an_error_at_its_cell():
    stocks = halves({"minimum": 7}, {"maximum": 5})
    with pytest.raises(optimizer.WorkbookError) as raised:
        make(Supply=BOUGHT_ALWAYS, Demand=NEEDED_IN_2028, Stocks=stocks)
    (finding,) = [one for one in raised.value.findings if one.severity == "error"]
    assert finding.message.startswith("7 is above 5, the maximum of row 3; both rows bind 2027")
    assert str(finding).startswith("Stocks!C2 (minimum)")


WASTE = {
    # 10 t of ore give 10 t of metal and 10 t of tailings, which may be discarded at 5 anywhere.
    "Materials": [
        {"material": "ore", "stage": "mined"},
        {"material": "metal", "stage": "melted"},
        {"material": "tailings", "traced": "no", "disposal cost": 5},
    ],
    "Supply": [offer("kaz")],
    "Recipes": recipe("smelt", ore=-2, metal=1, tailings=1),
    "Processes": [process("smelt")],
    "Demand": [need(10, material="metal")],
}


def test_a_star_lane_carries_what_may_be_discarded_at_its_end():
    # 20 t ore at 1. Half of what is shipped to the mine is lost on the way, and the rest is
    # discarded there: 1 + 5 / 2 = 3.5 a tonne instead of 5.
    lanes = [lane("Kaz", "Plant", "ore"), lane("Plant", "Buyer", "metal")]
    lanes.append(lane("Plant", "Kaz", "*", 1, arrives=0.5))
    assert both(**WASTE, Lanes=lanes, Settings={"periods": 1}) == pytest.approx(20 + 35)


def test_a_star_lane_carries_nothing_that_its_end_can_neither_use_nor_discard():
    lanes = [lane("Kaz", "Plant", "ore"), lane("Plant", "Buyer", "metal")]
    lanes.append(lane("Plant", "Kaz", "*", 1, arrives=0.5))
    materials = [{**row, "disposal cost": None} for row in WASTE["Materials"]]
    sheets = {**WASTE, "Materials": materials, "Lanes": lanes, "Settings": {"periods": 1}}
    assert both(**sheets) == pytest.approx(10 * 100)


def test_a_named_row_takes_what_may_be_discarded_out_of_the_star_row():
    lanes = [lane("Kaz", "Plant", "ore"), lane("Plant", "Buyer", "metal")]
    lanes += [lane("Plant", "Kaz", "*", 1, arrives=0.5), lane("Plant", "Kaz", "tailings", 9)]
    assert both(**WASTE, Lanes=lanes, Settings={"periods": 1}) == pytest.approx(20 + 50)
