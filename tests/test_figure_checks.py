"""Implausible figures: each is reported, and a figure just within the bound is not."""

from __future__ import annotations

import random
from datetime import date

import pytest

import optimizer
from optimizer import WorkbookError
from optimizer.audit import audit
from optimizer.studies import apply
from optimizer.tables.checks.check_lane_cycles import negative_cycle
from tests.conftest import (
    CASES,
    ROOT,
    SITES,
    lane,
    make,
    need,
    offer,
    process,
    read_tables,
    recipe,
    site,
)
from tests.oracle.random_case import CORE, WHOLE, draw

SMELT_RECIPE = recipe("smelt", ore=-1, metal=1)
METAL_LINE = need(5, "metal", "metal")
PLAUSIBLE_SHEETS = {
    "Supply": [offer("kaz")],
    "Recipes": SMELT_RECIPE,
    "Processes": [process("smelt")],
    "Demand": [need(10), METAL_LINE],
}


def messages(severity="error", **sheets):
    """Findings of a severity, as printed; ``sheets`` replace those of a plausible case."""
    try:
        found = make(**PLAUSIBLE_SHEETS | sheets).warnings
    except WorkbookError as error:
        found = error.findings
    return [str(finding) for finding in found if finding.severity == severity]


def warnings_of(**sheets):
    """Warnings of a case that has no error."""
    assert messages(**sheets) == []
    return messages("warning", **sheets)


# Demand and capacity

HALF_IDLE_FURNACE = {
    "Processes": [process("smelt", unit="furnace", use=2)],
    "Units": [{"site": "Plant", "unit": "furnace", "capacity": 100, "availability": 0.5}],
}


def test_a_demand_of_a_hundred_times_all_that_can_be_made_is_named():
    # 100 hours half of the time, 2 for a tonne: 25 t a year; 2,500 is a hundred times that.
    many = need(2500, "metal", "metal")
    assert warnings_of(**HALF_IDLE_FURNACE, Demand=[need(10), many]) == [
        "Demand!D3 (quantity): 2,500 t a year of demand for 'metal' is 100 times the total "
        "supply of all its sources, "
        "25 t a year; quantities are in tonnes, not in kilograms"
    ]
    assert warnings_of(**HALF_IDLE_FURNACE, Demand=[need(10), many | {"quantity": 2499}]) == []


@pytest.mark.parametrize(
    ("sheets", "most"),
    [
        ({"Supply": [offer("kaz", maximum=3), offer("two", maximum=2)]}, 5),
        ({"Processes": [process("smelt", maximum=5)]}, 5),
        ({"Supply": [offer("kaz", contract_quantity=5)]}, 5),
        (
            {
                "Supply": [offer("kaz", "Kaz", "metal", maximum=1)],
                "Stocks": [{"site": "Plant", "material": "metal", "opening": 4, "history": "here"}],
                "Recipes": None,
                "Processes": None,
                "Demand": [METAL_LINE],
            },
            5,
        ),
        # What a furnace that is not built yet could make counts.
        (
            {
                "Processes": [process("smelt", unit="furnace")],
                "Units": [{"site": "Plant", "unit": "furnace", "capacity": 3}],
                "Options": [
                    {
                        "option": "second",
                        "site": "Plant",
                        "unit": "furnace",
                        "added capacity": 1,
                        "kind": "whole number",
                        "most": 2,
                    }
                ],
            },
            5,
        ),
    ],
)
def test_every_source_counts_for_what_can_be_had(sheets, most):
    sheets = {name: rows for name, rows in (PLAUSIBLE_SHEETS | sheets).items() if rows}
    others = [row for row in sheets["Demand"] if row["line"] != "metal"]

    def found(quantity):
        own = sheets | {"Demand": [*others, need(quantity, "metal", "metal")]}
        return [finding.message for finding in make(**own).warnings if "times" in finding.message]

    (message,) = found(100 * most)
    assert f"100 times the total supply of all its sources, {most} t a year" in message
    assert found(99 * most) == []


def test_a_demand_by_period_is_compared_by_the_year_in_its_own_cell():
    # Of two quarters the second wants 125 t, 500 a year, where 5 a year can be made.
    wanted = need(None, "metal", "metal") | {"2027-Q1": 1, "2027-Q2": 125}
    sheets = {
        "Settings": {"periods": 2, "period length": "quarter"},
        "Processes": [process("smelt", maximum=5)],
    }
    (found,) = warnings_of(**sheets, Demand=[need(10), wanted])
    assert found.startswith("Demand!F3 (2027-Q2): 500 t a year of demand for 'metal' is 100 times")
    assert warnings_of(**sheets, Demand=[need(10), wanted | {"2027-Q2": 124}]) == []


def test_without_a_bound_on_supply_and_for_optional_sales_nothing_is_said_of_capacity():
    assert warnings_of(Demand=[need(1e9), METAL_LINE]) == []
    outlet = need(1e9, "metal", "metal", shortage_penalty=0, price=5)
    assert warnings_of(**HALF_IDLE_FURNACE, Demand=[need(10), outlet]) == []


# Prices


def price_warnings(value, *prices):
    return warnings_of(
        Materials=[{"material": "ore", "stage": "mined", "value": value}, {"material": "metal"}],
        Supply=[offer(f"offer {at}", price=price) for at, price in enumerate(prices)],
        Demand=[need(10, shortage_penalty=1e9), METAL_LINE | {"shortage penalty": 1e9}],
    )


PRICE_HINT = "prices and values are per tonne, not per kilogram"


def test_a_price_a_hundred_times_the_value_or_a_hundredth_is_named():
    assert price_warnings(50, 5000) == [
        f"Supply!D2 (price): 5000 is 100 times the value of 'ore', 50; {PRICE_HINT}"
    ]
    assert price_warnings(50, 0.5) == [
        f"Supply!D2 (price): 0.5 is 1/100 of the value of 'ore', 50; {PRICE_HINT}"
    ]
    assert price_warnings(50, 4999) == price_warnings(50, 0.51) == []


def test_a_value_far_from_every_price_is_named_once():
    assert price_warnings(0.4, 40, 50, 60) == [
        "Materials!C2 (value): 0.4 is 1/125 of the prices of 3 offers of 'ore', 40 to 60; "
        f"{PRICE_HINT}"
    ]


def test_a_price_far_from_the_other_offers_is_named_where_there_is_no_value():
    assert price_warnings(0, 1, 2, 200) == [
        "Supply!D4 (price): 200 is 100 times the median price of all offers of 'ore', 2; "
        + PRICE_HINT
    ]
    assert price_warnings(0, 1, 2, 199) == []
    assert price_warnings(0, 1) == price_warnings(0, 1, 99) == []


def test_gate_fees_and_gifts_are_not_compared():
    assert price_warnings(0, -1, 0, 200) == price_warnings(50, 0) == price_warnings(50, -1) == []


# Duties


def duty(origin="*", destination="USA", material="ore", **more):
    return {
        "measure": None,
        "origin country": origin,
        "destination country": destination,
        "material": material,
        "ad valorem": 0.1,
        **more,
    }


VALUED_MATERIALS = [
    {"material": "ore", "stage": "mined", "value": 1},
    {"material": "metal", "value": 1},
]


def test_a_duty_above_the_value_is_named():
    assert warnings_of(Materials=VALUED_MATERIALS, Tariffs=[duty(**{"ad valorem": 2.5})]) == [
        "Tariffs!E2 (ad valorem): 2.5 is a duty of 250 % of the value, more than the goods are "
        "worth; for 2.5 % write 0.025"
    ]
    assert warnings_of(Materials=VALUED_MATERIALS, Tariffs=[duty(**{"ad valorem": 1})]) == []


@pytest.mark.parametrize("row", [duty(), duty("Kazakhstan"), duty(material="*"), duty("not China")])
def test_a_material_without_a_value_on_which_a_duty_falls_is_named(row):
    lanes = [lane("Kaz", "Buyer", "ore"), lane("Kaz", "Plant"), lane("Plant", "Buyer", "metal")]
    materials = [{"material": "ore", "stage": "mined", "value": 0}, VALUED_MATERIALS[1]]
    (found,) = warnings_of(Materials=materials, Lanes=lanes, Tariffs=[row])
    assert found == (
        "Materials!C2 (value): 'ore' has no value, but Tariffs!E2 charges 10 % of its value from "
        "'Kazakhstan' to 'United States': this duty is not charged; write its value per tonne "
        "there, or a customs value in Tariffs"
    )


@pytest.mark.parametrize(
    "rows",
    [
        # Another material, an origin that ore does not have, a border that it does not cross.
        [duty(material="metal")],
        [duty("Brazil")],
        [duty(destination="Japan")],
        # Weight alone; a duty that is over; a row that exempts; goods that stay at home.
        [duty(**{"ad valorem": 0, "specific": 5})],
        [duty(to=date(2026, 12, 31))],
        [duty(material="*"), duty(**{"ad valorem": 0})],
        [duty(destination="Kazakhstan")],
        # The row has a value of its own.
        [duty(**{"customs value": 1})],
        # The row that applies has one, or no duty; the row that charges never applies.
        [duty("Kazakhstan", **{"customs value": 1}), duty()],
        [duty("Kazakhstan", **{"ad valorem": 0}), duty()],
        [
            duty(),
            duty(material="*", **{"ad valorem": 0.2}),
            duty("Kazakhstan", **{"ad valorem": 0}),
        ],
        # A more specific row takes its place on every day of the plan.
        [duty("Kazakhstan", **{"ad valorem": 0, "from": date(2026, 5, 1)}), duty()],
    ],
)
def test_a_value_is_not_asked_for_where_no_duty_falls_on_it(rows):
    lanes = [lane("Kaz", "Buyer", "ore"), lane("Kaz", "Plant"), lane("Plant", "Buyer", "metal")]
    materials = [{"material": "ore", "stage": "mined", "value": 0}, VALUED_MATERIALS[1]]
    rows = [{"from": None, "to": None, "customs value": None} | row for row in rows]
    assert warnings_of(Materials=materials, Lanes=lanes, Tariffs=rows) == []


@pytest.mark.parametrize(
    ("rows", "cell"),
    [
        # Rows without a duty: on other goods, on other days, or less specific ones.
        ([duty("Kazakhstan"), duty(**{"ad valorem": 0})], "E2"),
        (
            [
                duty(**{"ad valorem": 0, "to": date(2027, 6, 30)}),
                duty(**{"from": date(2027, 7, 1)}),
            ],
            "E3",
        ),
        # Another measure charges on a customs value of its own.
        ([duty(measure="MFN", **{"customs value": 1}), duty(measure="Section 301")], "E3"),
        ([duty(specific=5)], "E2"),
    ],
)
def test_a_duty_that_is_not_charged_is_named_by_the_row_that_applies(rows, cell):
    lanes = [lane("Kaz", "Buyer", "ore"), lane("Kaz", "Plant"), lane("Plant", "Buyer", "metal")]
    materials = [{"material": "ore", "stage": "mined", "value": 0}, VALUED_MATERIALS[1]]
    blank = {"from": None, "to": None, "customs value": None, "specific": None}
    rows = [blank | row for row in rows]
    rows = [{"measure": row["measure"]} | row for row in rows]
    (found,) = warnings_of(Materials=materials, Lanes=lanes, Tariffs=rows)
    letter = "ABCDEFGHIJK"[list(rows[0]).index("ad valorem")]
    assert f"Tariffs!{letter}{cell[1:]} charges 10 %" in found
    assert "this duty is not charged" in found


# Customs values


def customs_warnings(rows, *, prices=(100,), value=100, **sheets):
    """Warnings of Tariffs; offers of ore from Kazakhstan at prices, and its value."""
    blank = {"from": None, "to": None}
    offers = [offer(f"kaz {at}", price=price) for at, price in enumerate(prices)]
    lanes = [lane("Kaz", "Buyer", "ore"), lane("Kaz", "Plant"), lane("Plant", "Buyer", "metal")]
    ample = {"shortage penalty": 1e9}
    case = {
        "Materials": [{"material": "ore", "stage": "mined", "value": value}, VALUED_MATERIALS[1]],
        "Supply": offers,
        "Lanes": lanes,
        "Demand": [need(10) | ample, METAL_LINE | ample],
        "Tariffs": [blank | row for row in rows],
    }
    return [found for found in warnings_of(**case | sheets) if found.startswith("Tariffs")]


def customs(value, origin="Kazakhstan", **more):
    return duty(origin, **{"customs value": value} | more)


@pytest.mark.parametrize(
    ("value", "prices", "words"),
    [
        (0.1, (100,), "0.1 is 1/1,000 of the price of 'kaz 0', 100; " + PRICE_HINT),
        (1e5, (100,), "100000 is 1,000 times the price of 'kaz 0', 100; " + PRICE_HINT),
        (
            1,
            (100, 150),
            "1 is 1/100 of the prices of 'kaz 0' and 'kaz 1', 100 to 150; " + PRICE_HINT,
        ),
        (
            0,
            (100,),
            "0 is far below the price of 'kaz 0', 100; write the price that is paid, or leave it "
            "blank",
        ),
        (
            111,
            (100,),
            "111 is the customs value, but 'kaz 0' costs 100; write the price that is paid",
        ),
        (
            80,
            (100, 50),
            "80 is the customs value, but 'kaz 0' and 'kaz 1' cost 50 to 100; write the price "
            "that is paid",
        ),
        (110, (100,), ""),
        (90, (100,), ""),
        # The price of one of several tiers; gate fees and gifts are not compared.
        (50, (100, 50), ""),
        (60, (-1, 0), ""),
        # One price is a slip of its own; the customs value is near the other.
        (100, (100, 100000), ""),
    ],
)
def test_a_customs_value_is_compared_with_the_prices_that_are_paid(value, prices, words):
    found = customs_warnings([customs(value)], prices=prices)
    assert found == ([f"Tariffs!H2 (customs value): {words}"] if words else [])


@pytest.mark.parametrize(
    ("row", "named"),
    [
        (customs(50), True),
        (customs(50, "*"), True),
        (customs(50, "not China"), True),
        # Another origin, a row after the plan, the offer's own country: no offer pays on it.
        (customs(50, "China"), False),
        (customs(50, **{"from": date(2029, 1, 1)}), False),
        (customs(50, "*", destination="Kazakhstan"), False),
    ],
)
def test_only_offers_that_pay_on_a_customs_value_are_compared_with_it(row, named):
    assert bool(customs_warnings([row])) == named


def test_a_row_is_compared_with_the_offers_that_no_more_specific_row_takes():
    rows = [customs(50, "*"), customs(100, "Kazakhstan")]
    assert customs_warnings(rows) == []


def test_the_origin_of_an_offer_is_its_latest_known_event():
    told = "mined: China; crushed: unknown"
    offers = [offer("kaz 0", price=100, history=told)]
    assert customs_warnings([customs(50, "Kazakhstan")], Supply=offers) == []
    (found,) = customs_warnings([customs(50, "China")], Supply=offers)
    assert "'kaz 0' costs 100" in found


def test_without_an_offer_a_customs_value_is_compared_with_the_value_of_the_material():
    def found(value):
        return customs_warnings([customs(value, "China")])

    assert found(0.1) == [
        f"Tariffs!H2 (customs value): 0.1 is 1/1,000 of the value of 'ore', 100; {PRICE_HINT}"
    ]
    assert found(1.1) == found(9999) == []
    assert customs_warnings([customs(0.1, "China")], value=0) == []


def test_a_foreign_column_that_could_be_one_alone_is_told_which():
    row = customs(100, **{"from": None, "to": None, "zzz": 5})
    (found,) = messages(Tariffs=[row])
    assert "could be figures of one; if it is 'specific', write that header" in found


CHANGE_OF_RATES = {
    "scenario": "allies",
    "sheet": "Tariffs",
    "column": "ad valorem",
    "change": "set",
    "value": "0.25",
}


@pytest.mark.parametrize("rate", [0, None])
def test_a_customs_value_without_an_ad_valorem_duty_is_named(rate):
    rows = [customs(100, **{"ad valorem": rate})]
    assert customs_warnings(rows) == [
        "Tariffs!H2 (customs value): 100 has no effect, since the ad valorem duty of this row is "
        "0; write its ad valorem duty, or leave the cell blank"
    ]
    assert customs_warnings(rows, Scenarios=[CHANGE_OF_RATES]) == []


def test_one_customs_value_for_every_material_is_named():
    assert customs_warnings([customs(100, material="*")]) == [
        "Tariffs!H2 (customs value): 100 is the customs value of every material, since the "
        "material of this row is *: 'ore' and 'metal' pay the duty on the same value; write a row "
        "for each material, with its name"
    ]


def test_prices_that_a_scenario_moves_away_from_customs_values_are_one_warning():
    prices = {"sheet": "Supply", "column": "price", "change": "×", "value": "1.2"}
    with_duty = {"sheet": "Tariffs", "column": "customs value", "change": "×", "value": "1.2"}
    rate = {"sheet": "Tariffs", "column": "ad valorem", "change": "set", "value": "0"}
    case = make(
        Materials=[{"material": "ore", "stage": "mined", "value": 100}, VALUED_MATERIALS[1]],
        Supply=[offer("kaz", price=100)],
        Tariffs=[customs(100), customs(100, measure="Section 301")],
        Scenarios=[
            {"scenario": "up", **prices},
            {"scenario": "both", **prices},
            {"scenario": "both", **with_duty},
            {"scenario": "free", **rate},
        ],
    )

    def found(scenario):
        return [str(one) for one in apply(case, scenario).warnings if one.sheet == "Tariffs"]

    assert found("up") == [
        "Tariffs!F2 (customs value): 100 is the customs value, but 'kaz' costs 120 (likewise in 1 "
        "more row); write the price that is paid"
    ]
    assert found("both") == found("free") == []


def test_a_star_lane_brings_only_what_its_end_can_use_across_a_border():
    # The Plant in Canada takes ore and gives metal; nobody there takes magnets.
    materials = [*VALUED_MATERIALS, {"material": "magnet", "value": 0}]
    tariffs = [duty(destination="Canada", material="*")]
    offers = [offer("kaz"), offer("magnets", "Kaz", "magnet")]
    sheets = {"Materials": materials, "Supply": offers, "Tariffs": tariffs}
    assert not any("value" in found for found in warnings_of(**sheets))
    wanted = need(1, "there", "magnet") | {"customer": "Plant"}
    (found,) = warnings_of(**sheets, Demand=[need(10), METAL_LINE, wanted])
    assert "'magnet' has no value" in found


# Lead times


def test_a_lead_time_as_long_as_the_plan_is_named():
    # A year is 365.25 days.
    def found(days, **more):
        return warnings_of(
            Lanes=[lane("Kaz", "Plant", lead_days=days, **more), lane("Plant", "Buyer")]
        )

    assert found(366, from_=None) == [
        "Lanes!E2 (lead days): 366 days is not less than the 365 days to the end of the plan, "
        "2027-12-31: no shipment arrives within the plan; write the lead time in days, or plan "
        "more periods"
    ]
    assert found(365, from_=None) == []
    (late,) = found(100, from_=date(2027, 10, 1))
    assert "is not less than the 92 days from 2027-10-01 to the end of the plan" in late
    assert found(91, from_=date(2027, 10, 1)) == []
    assert found(400, from_=date(2029, 1, 1)) == found(400, to=date(2026, 1, 1)) == []


# Penalties


def penalty_warnings(**sheets):
    return [found for found in warnings_of(**sheets) if "is below" in found]


def test_a_penalty_below_the_cheapest_way_to_serve_a_demand_is_named():
    # Ore at 7, twice, and 4 to run, for a tonne; 3 by the last lane: 21.
    chain = {
        "Supply": [offer("kaz", price=7), offer("dear", price=8)],
        "Recipes": recipe("smelt", ore=-2, metal=1),
        "Processes": [process("smelt", cost=4)],
        "Lanes": [lane("Kaz", "Plant"), lane("Kaz", "Buyer"), lane("Plant", "Buyer", "metal", 3)],
    }

    def wanted(penalty, **more):
        return [need(10), METAL_LINE | {"shortage penalty": penalty, **more}]

    assert penalty_warnings(**chain, Demand=wanted(20)) == [
        "Demand!E3 (shortage penalty): 20 is below 21, the lowest cost of one more tonne "
        "of 'metal' there: it is cheaper to leave this demand short; write more than the highest "
        "cost per tonne that you would still pay"
    ]
    assert penalty_warnings(**chain, Demand=wanted(21)) == []
    assert penalty_warnings(**chain, Demand=wanted(15, price=6)) == []
    (found,) = penalty_warnings(**chain, Demand=wanted(15, price=5))
    assert "15 with the price 5 is below 21" in found
    assert penalty_warnings(**chain, Demand=wanted(20, minimum=1)) == []
    assert penalty_warnings(**chain, Demand=wanted(0)) == []
    (found,) = penalty_warnings(**chain, Demand=[METAL_LINE], Settings={"shortage penalty": 20})
    assert found.startswith("Demand!A2 (shortage penalty): the shortage penalty of Settings, 20,")


def test_a_penalty_below_an_offer_that_a_demand_needs_is_named():
    # 10 t at 5, and any more only at 200; 20 t are wanted, at 100 a tonne short.
    def found(wanted=20, dear=200, maximum=10, **more):
        offers = [offer("cheap", price=5, maximum=maximum), offer("dear", price=dear)]
        sheets = {"Recipes": [], "Processes": [], "Demand": [need(wanted) | more]}
        return penalty_warnings(**sheets, Supply=offers)

    assert found() == [
        "Demand!A2 (shortage penalty): the shortage penalty of Settings, 100, is below 200, the "
        "price of 'dear', and all other sources of 'ore' supply at most 10 t a year of the 20 t "
        "demanded: the plan leaves the rest short; write more than the highest cost per tonne "
        "that you would still pay"
    ]
    # Enough that is cheap, a dear offer that is cheap enough, or revenue beside the penalty.
    assert found(wanted=10) == found(dear=100) == found(maximum=None) == []
    assert found(price=100) == []
    case = make(
        Supply=[offer("cheap", price=5, maximum=10), offer("dear", price=200)], Demand=[need(20)]
    )
    assert optimizer.solve(case).shortage == pytest.approx(10)


def test_a_demand_that_is_named_as_cheaper_to_leave_short_is_left_short():
    case = make(
        **PLAUSIBLE_SHEETS
        | {"Supply": [offer("kaz", price=50)], "Settings": {"shortage penalty": 49}}
    )
    assert sum("cheaper to leave" in str(found) for found in case.warnings) == 2
    assert optimizer.solve(case).shortage == pytest.approx(15)


def test_what_is_claimed_to_be_cheaper_left_short_is_left_short_in_random_cases():
    # Without stock or orders under way, which cost nothing, and for lines without dated prices.
    named = 0
    for seed in range(1000, 1030):
        sheets = draw(seed, CORE | WHOLE)
        drawn = random.Random(seed)
        sheets |= {"Stocks": [], "Pipeline": []}
        for row in sheets["Demand"]:
            row["shortage penalty"] = drawn.choice([1, 3, 10, 30])
        try:
            case = read_tables(sheets)
        except WorkbookError:
            continue
        claimed = {one.cell[1:] for one in case.warnings if "cheaper to leave" in one.message}
        lines = {
            row.line
            for row in case.demand
            if str(row.row) in claimed and not (row.start or row.end)
        } - {row.line for row in case.demand if row.minimum}
        result = optimizer.solve(case) if lines else None
        if result is None or result.objective is None:
            continue
        named += len(lines)
        assert lines.isdisjoint(result.tables["Deliveries"]["line"]), seed
    assert named >= 3


@pytest.mark.parametrize(
    "sheets",
    [
        # A by-product that is used, or sold for more than all costs.
        {
            "Recipes": [*recipe("smelt", ore=-2, metal=1, slag=1), *recipe("press", slag=-1)],
            "Processes": [process("smelt"), process("press")],
        },
        {
            "Recipes": recipe("smelt", ore=-2, metal=1, slag=1),
            "Demand": [
                need(10),
                METAL_LINE | {"shortage penalty": 20},
                need(10, "slag", "slag", price=400, shortage_penalty=0),
            ],
        },
        # What is bought or run in any case costs nothing more.
        {"Supply": [offer("kaz", price=50, minimum=5)]},
        {"Supply": [offer("kaz", price=50, contract_quantity=5, take_or_pay=1)]},
        {"Processes": [process("smelt", cost=50, minimum=5)]},
        {"Limits": [{"limit": "least", "measure": "bought", "material": "ore", "minimum": 5}]},
        # A lane that pays.
        {"Lanes": [lane("Kaz", "Plant", cost=-1), lane("Plant", "Buyer"), lane("Kaz", "Buyer")]},
    ],
)
def test_no_cost_is_claimed_where_something_else_may_pay_for_it(sheets):
    given = {
        "Supply": [offer("kaz", price=50)],
        "Demand": [need(1, "o", "ore", shortage_penalty=0), METAL_LINE | {"shortage penalty": 20}],
    }
    assert len(penalty_warnings(**given)) == 1
    assert penalty_warnings(**given | sheets) == []


def test_a_penalty_below_the_value_is_named_where_no_cost_is_known():
    # Slag that is used may pay for the metal, so only its value tells.
    plant = {
        "Recipes": [*recipe("smelt", ore=-2, metal=1, slag=1), *recipe("press", slag=-1)],
        "Processes": [process("smelt"), process("press")],
        "Materials": [
            {"material": "ore", "value": None},
            {"material": "slag", "value": None},
            {"material": "metal", "value": 60},
        ],
    }
    assert penalty_warnings(**plant, Demand=[METAL_LINE | {"shortage penalty": 59}]) == [
        "Demand!E2 (shortage penalty): 59 is below the value of 'metal', 60: a plan may leave this "
        "demand short to save money; write more than the highest cost per tonne that you would "
        "still pay"
    ]
    assert penalty_warnings(**plant, Demand=[METAL_LINE | {"shortage penalty": 60}]) == []


# Mass


@pytest.mark.parametrize(("acid", "named"), [(0.2, False), (0.05, True)])
def test_a_recipe_with_recoveries_may_not_make_more_than_its_feed_and_inputs(acid, named):
    # Of a tonne of ore 0.9 t of oxide, and 0.2 t of residue: 1.1 out of 1 and the acid.
    given = {
        "Supply": [offer("kaz"), offer("acid", "Plant", "acid")],
        "Assays": [{"feed": "ore", "oxide": "Nd", "share": 0.9}],
        "Recoveries": [{"recipe": "sx", "oxide": "Nd", "product": "oxide", "recovery": 1}],
        "Recipes": recipe("sx", acid=-acid, residue=0.2),
        "Processes": [process("sx", feed="ore")],
        "Demand": [need(1, "a", "oxide"), need(1, "b", "residue")],
    }
    found = [line for line in warnings_of(**given) if "gives out more" in line]
    message = (
        "Recipes!A2 (recipe): 'sx' gives out more than it takes in: 1.1 t from 1.05 t of 'ore'; "
        "check "
        "its quantities"
    )
    assert found == ([message] if named else [])


# Small amounts


def with_spice(quantity):
    """Sheets of a metal with ``quantity`` tonnes of a spice in each tonne, at 1e13 a tonne."""
    spice = {"recipe": "smelt", "material": "spice", "direction": "in", "quantity": quantity}
    return {
        "Supply": [offer("kaz"), offer("spice", "Plant", "spice", 1e13)],
        "Recipes": [*SMELT_RECIPE, spice],
        "Demand": [need(10, "metal", "metal", shortage_penalty=1e9)],
    }


def test_a_quantity_that_the_solver_might_lose_is_named_and_paid_for():
    # 10 t with 0.9 mg each, at 1e13 a tonne: 90,000 beside 10 for the ore.
    assert warnings_of(**with_spice(9e-10)) == [
        "Recipes!D4 (quantity): 9e-10 is so small that a plan may treat it as zero, and the "
        "largest figure of the column is 1; write 0, or the right figure in tonnes"
    ]
    assert warnings_of(**with_spice(1e-8)) == []
    result = optimizer.solve(make(**PLAUSIBLE_SHEETS | with_spice(9e-10)))
    assert result.objective == pytest.approx(90_010)
    assert result.audit.passed


def test_the_audit_finds_a_microgram_that_is_not_paid_for():
    result = optimizer.solve(make(**PLAUSIBLE_SHEETS | with_spice(9e-10)))
    bought = result.tables["Purchases"]
    kept = [row for row in bought.rows() if row[bought.layout.headers.index("offer")] != "spice"]
    without = optimizer.result.table(bought.layout, kept)
    found = audit(result.case, {**result.tables, "Purchases": without}, 10.0)
    (balance,) = (check for check in found.checks if check.name == "mass balance")
    assert not balance.passed
    assert balance.where == "worth of all that balances miss: 90,000 instead of 0"


def test_a_quantity_that_no_plan_can_tell_from_zero_is_an_error():
    assert messages(**with_spice(9e-11)) == [
        "Recipes!D4 (quantity): 9e-11 is so small that the solver would treat it as zero; "
        "write 0, or the right figure"
    ]


@pytest.mark.parametrize("use", [9e-9, 1e-13])
def test_a_use_that_would_let_a_unit_bind_nobody_is_an_error(use):
    plant = HALF_IDLE_FURNACE | {"Processes": [process("smelt", unit="furnace", use=use)]}
    assert messages(**plant) == [
        f"Processes!D2 (use): {use:g} is so small that the solver would treat it as zero; write it "
        "and the unit's capacity in a smaller unit, or leave the unit out"
    ]
    assert messages(**plant | {"Processes": [process("smelt", unit="furnace", use=1e-8)]}) == []


@pytest.mark.parametrize(
    ("sheet", "rows", "cell"),
    [
        ("Supply", [offer("kaz"), offer("b", maximum=1e-9)], "E3 (maximum)"),
        ("Processes", [process("smelt", maximum=1e-9)], "C2 (maximum)"),
        ("Demand", [need(10), METAL_LINE | {"quantity": 1e-9}], "D3 (quantity)"),
        ("Demand", [need(10), need(None, "m", "metal") | {"2027": 1e-9}], "E3 (2027)"),
        ("Lanes", [lane("Kaz", "Plant"), lane("Plant", "Buyer"), lane("Kaz", "Buyer", "ore",
         maximum=1e-9)], "E4 (maximum)"),
        ("Stocks", [{"site": "Plant", "material": "ore", "minimum": 1e-9}], "C2 (minimum)"),
        ("Limits", [{"limit": "L", "measure": "bought", "maximum": 1e-9}], "C2 (maximum)"),
    ],
)  # fmt: skip
def test_an_amount_of_a_nanogram_is_named_wherever_it_stands(sheet, rows, cell):
    found = [line for line in warnings_of(**{sheet: rows}) if "so small" in line]
    assert len(found) == 1
    assert found[0].startswith(f"{sheet}!{cell}: 1e-09 is so small that a plan may treat it as")


def test_a_product_of_two_small_shares_is_named():
    given = {
        "Recoveries": [{"recipe": "sx", "oxide": "Tb", "product": "oxide", "recovery": 9e-4}],
        "Recipes": recipe("sx", residue=0.5),
        "Processes": [process("sx", feed="ore")],
        "Demand": [need(1, "a", "oxide"), need(1, "b", "residue")],
    }

    def found(share):
        assays = [{"feed": "ore", "oxide": "Tb", "share": share}]
        return [line for line in warnings_of(**given, Assays=assays) if "so small" in line]

    assert found(1e-5) == [
        "Recoveries!D2 (recovery): 0.0009 of the 1e-05 t of 'Tb' in a tonne of 'ore' is 9e-09 t, "
        "so small that a plan may treat it as zero; check both figures"
    ]
    assert found(2e-5) == []


def test_quantities_of_one_recipe_that_rounding_cannot_hold_together_are_named():
    def found(least):
        lines = [*recipe("smelt", ore=-2e4, metal=1e4), *recipe("smelt", spice=-least)]
        offers = [offer("kaz"), offer("spice", "Plant", "spice")]
        return [
            line for line in warnings_of(Recipes=lines, Supply=offers) if "lost in rounding" in line
        ]

    assert found(2e-6) == [
        "Recipes!D4 (quantity): 2e-06 t of 'spice' and 20000 t of 'ore' in 'smelt': the smaller "
        "quantity is lost in rounding; check both figures"
    ]
    assert found(2.1e-6) == []


# Circles of lanes

PORTS = [
    site("A", "Canada", kind="port"),
    site("B", "Canada", kind="port"),
    site("C", "Canada", kind="port"),
]


def cycle_warnings(*lanes, material="ore"):
    more = [lane("Kaz", "A", material), lane("Kaz", "Plant"), lane("Plant", "Buyer")]
    found = warnings_of(Sites=[*SITES, *PORTS], Lanes=[*more, lane("C", "Buyer", "ore"), *lanes])
    return [line for line in found if "closes a loop" in line]


def test_a_circle_of_lanes_that_earns_money_is_named_once():
    # 5 from A to B, -9 on to C, 3 back to A: a tonne earns 1 each round.
    found = cycle_warnings(
        lane("A", "B", "ore", 5), lane("B", "C", "ore", -9), lane("C", "A", "ore", 3)
    )
    assert found == [
        "Lanes!D7 (cost): -9 closes a loop that earns money (with row 8, row 6): 'ore' from 'B' "
        "to 'C' to 'A' to 'B' costs -9 + 3 + 5 = -1 per tonne, and the plan would ship it in this "
        "loop without end; correct the sign of a cost, or make a lane of the loop inactive"
    ]
    # Without a gain each round, or with a loss on the way, or with a gap, there is none.
    ways = lane("A", "B", "ore", 5), lane("B", "C", "ore", -9)
    assert cycle_warnings(*ways, lane("C", "A", "ore", 4)) == []
    assert cycle_warnings(*ways, lane("C", "A", "ore", 3) | {"arrives": 0.5}) == []
    assert cycle_warnings(*ways) == []


@pytest.mark.parametrize(
    ("there", "back", "named"),
    [
        (lane("A", "C", "ore", -1), lane("C", "A", "ore", -1), True),
        (lane("A", "C", "*", -1), lane("C", "A", "ore", 0), True),
        (lane("A", "C", "*", -1), lane("C", "A", "*", 0), True),
        # The row that names ore takes it out of the one for anything.
        (lane("A", "C", "*", -1), lane("C", "A", "ore", 1), False),
        (lane("A", "C", "ore", -1), lane("C", "A", "metal", 0), False),
    ],
)
def test_lanes_for_anything_are_part_of_a_circle(there, back, named):
    assert bool(cycle_warnings(there, back)) == named


def test_lanes_that_are_never_open_together_make_no_circle():
    half = date(2027, 6, 30), date(2027, 7, 1)
    first, second = lane("A", "C", "ore", -5), lane("C", "A", "ore", 1)
    opened = [first | {"to": half[0], "from": None}, second | {"from": half[1], "to": None}]
    assert cycle_warnings(*opened) == []
    assert cycle_warnings(first | {"to": half[1], "from": None}, opened[1])


def test_a_circle_from_a_site_to_itself_ends_the_search():
    (only,) = negative_cycle([CycleLane("A", "A", -1.0), CycleLane("A", "B", 2.0)])
    assert (only.from_site, only.to_site) == ("A", "A")


class CycleLane:
    def __init__(self, from_site, to_site, cost):
        self.from_site, self.to_site, self.cost = from_site, to_site, cost


# Nothing is said of what is sound

IMPLAUSIBLE_PHRASES = (
    " times ",
    "1/",
    "is a duty of",
    "is not less than the",
    "this duty is not charged",
    "so small",
    "lost in rounding",
    "cheaper to leave",
    "may leave this demand short",
    "earns money",
)


@pytest.mark.parametrize("path", sorted(ROOT.glob("inputs/*.xlsx")), ids=lambda path: path.stem)
def test_the_published_inputs_have_no_figure_that_cannot_be_meant(path):
    found = [str(one) for one in optimizer.check(path)]
    assert not [line for line in found if any(kind in line for kind in IMPLAUSIBLE_PHRASES)]


PUBLISHED_CASES = [
    path for path in sorted(CASES.glob("*.xlsx")) if not path.stem.startswith(("hand_", "nochina_"))
]


@pytest.mark.parametrize("path", PUBLISHED_CASES, ids=lambda path: path.stem)
def test_published_problems_have_no_figure_that_cannot_be_meant(path):
    found = [str(one) for one in optimizer.check(path)]
    assert not [line for line in found if any(kind in line for kind in IMPLAUSIBLE_PHRASES)]
