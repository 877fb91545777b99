"""Yes/no decisions and the planner's own bounds: options, idling, lanes, custody, limits, blends.

Metal is wanted at 100 a tonne short. A tonne of it takes a tonne of ore at 1 that the Plant
buys at its door; the kiln takes 50 t a year.
"""

from __future__ import annotations

from datetime import date

import pytest

from tests.conftest import (
    SITES,
    china,
    cost,
    lane,
    need,
    no_china,
    offer,
    plan,
    process,
    recipe,
)

SMELTER = {
    "Supply": [offer("ore", "Plant")],
    "Recipes": recipe("smelt", ore=-1, metal=1),
    "Processes": [process("smelt", unit="kiln")],
    "Lanes": [lane("Plant", "Buyer")],
}


def kiln(capacity=50, **more):
    return {"site": "Plant", "unit": "kiln", "capacity": capacity, **more}


def line(name="line", added=10, **more):
    return {"option": name, "site": "Plant", "unit": "kiln", "added capacity": added, **more}


def built(*options, wanted=60, units=None, **sheets):
    """Result of a plan with options; 50 t of the tonnes wanted can be made without."""
    case = {**SMELTER, "Units": units or [kiln()], "Demand": [need(wanted, material="metal")]}
    return plan(**{**case, **sheets}, Options=list(options))


def money(*options, **sheets):
    return built(*options, **sheets).objective


# Options --------------------------------------------------------------------------------------


@pytest.mark.parametrize(("capital", "expected"), [(500, 60 + 500), (991, 50 + 1000)])
def test_an_option_is_built_where_it_saves_more_than_it_costs(capital, expected):
    # 10 t more save 10 x (100 - 1) = 990.
    assert money(line(capital_cost=capital)) == pytest.approx(expected)


def test_an_investment_is_a_row_of_its_table():
    result = built(line(capital_cost=500, fixed_cost=20, life=4, build_months=3))
    (row,) = result.tables["Investment"].rows()
    # Runs from April: three quarters of a year at 20; of four years 3.25 are left at the end.
    assert row[:4] == ("line", "Plant", "kiln", "2027")
    assert row[4:6] == pytest.approx((1, 10))
    assert row[6] == date(2027, 4, 1)
    assert row[9] == pytest.approx(500 * 3.25 / 4)
    costs = result.costs
    assert costs["capital"] == pytest.approx(500)
    assert costs["fixed cost"] == pytest.approx(15)
    assert costs["closing value"] == pytest.approx(-500 * 3.25 / 4)


def test_yes_or_no_is_not_a_part():
    # A line of 40 t for 1000 is too dear for 10 t; a quarter of it would not be.
    assert money(line(added=40, capital_cost=1000)) == pytest.approx(1050)
    assert money(line(added=40, capital_cost=1000, kind="any amount")) == pytest.approx(60 + 250)


def test_a_whole_number_is_built_up_to_its_most():
    # Lines of 4 t for 100 each, three at most: 12 t of the 15 wanted.
    least_cost = money(line(added=4, capital_cost=100, kind="whole number", most=3), wanted=65)
    assert least_cost == pytest.approx(62 + 300 + 3 * 100)


def test_capacity_comes_after_the_build_months():
    # Decided at the start, it runs from July 2027: 5 t more in 2027, 10 t in 2028.
    option = line(capital_cost=10, build_months=6)
    assert money(option, Settings={"periods": 2}) == pytest.approx(10 + 55 + 60 + 500)


def test_the_earliest_decision_may_lie_inside_a_period():
    # From October on: a quarter of 10 t in 2027.
    option = line(capital_cost=10, earliest=date(2027, 10, 1))
    assert money(option) == pytest.approx(10 + 52.5 + 750)


def test_an_option_that_comes_too_late_is_never_built():
    option = line(earliest=date(2028, 1, 1))
    assert money(option) == pytest.approx(1050)
    idle = [kiln(may_idle="yes", fixed_cost=1)]
    assert money(option, units=idle) == pytest.approx(1051)


def test_availability_holds_for_what_is_added():
    # Half of 50 and half of 10 t.
    least_cost = money(line(capital_cost=10), units=[kiln(availability=0.5)], wanted=40)
    assert least_cost == pytest.approx(10 + 30 + 1000)


def test_what_is_added_has_the_availability_of_the_unit_in_the_period():
    # The kiln is available three quarters of the year: half a year of 10 t is 3.75 t. The kiln
    # itself has 12.5 + 25 t; 18.75 t are short.
    rows = [
        kiln(availability=0.5, to=date(2027, 6, 30)),
        kiln(**{"from": date(2027, 7, 1)}),
    ]
    least_cost = money(line(capital_cost=10, build_months=6), units=rows, wanted=60)
    assert least_cost == pytest.approx(10 + 41.25 + 1875)


def test_a_unit_may_exist_as_an_option_only():
    least_cost = money(
        {**line(capital_cost=10), "unit": "caster"},
        Processes=[process("smelt", unit="caster")],
        wanted=10,
    )
    assert least_cost == pytest.approx(10 + 10)


def test_rows_of_an_option_are_one_decision():
    # Kiln and caster are built together for 10 + 20.
    rows = [line(capital_cost=10), {**line(capital_cost=20), "unit": "caster"}]
    least_cost = money(
        *rows,
        Processes=[process("smelt", unit="kiln"), process("smelt", unit="caster")],
        units=[kiln(0), {"site": "Plant", "unit": "caster", "capacity": 0}],
        wanted=10,
    )
    assert least_cost == pytest.approx(30 + 10)


def test_an_option_is_built_no_earlier_than_what_it_needs():
    # The line needs a permit that can be had in 2028 only: 10 t are short in 2027.
    permit = line("permit", added=0, capital_cost=7, earliest=date(2028, 1, 1))
    least_cost = money(line(capital_cost=5, needs="permit"), permit, Settings={"periods": 2})
    assert least_cost == pytest.approx(5 + 7 + 50 + 60 + 1000)


def test_a_need_that_is_too_dear_keeps_an_option_from_being_built():
    # 990 would be saved, 5 + 986 paid.
    permit = line("permit", added=0, capital_cost=986)
    assert money(line(capital_cost=5, needs="permit"), permit) == pytest.approx(1050)


def test_of_options_that_share_a_word_at_most_one_is_built():
    # 10 t for 5 or 8 t for 3: not both, though 18 t are wanted.
    large, small = line("large", 10, capital_cost=5), line("small", 8, capital_cost=3)
    assert money(large, small, wanted=68) == pytest.approx(8 + 68)
    large, small = {**large, "one of": "site"}, {**small, "one of": "site; other"}
    assert money(large, small, wanted=68) == pytest.approx(5 + 60 + 800)


def test_capital_is_discounted_from_the_middle_of_its_period():
    # 121 in the middle of the first year at 21 %: 110.
    result = built(line(capital_cost=121), Settings={"discount rate": 0.21})
    assert result.costs["capital"] == pytest.approx(110)


def test_an_option_that_is_not_built_says_how_much_cheaper_it_must_get():
    # 10 t more would save 990, the line costs 1000; of 20 t that may be built in part as well.
    for option in (line(capital_cost=1000), line(capital_cost=1000, kind="any amount")):
        result = built(option)
        rows = [row for row in result.tables["Break-even"].rows() if row[0] == "option"]
        assert [(row[1], *row[4:7]) for row in rows] == [
            ("line", *map(pytest.approx, (1000, 10, 990)))
        ]
        assert money({**option, "capital cost": 989}) < result.objective


# Idling ---------------------------------------------------------------------------------------


def test_a_unit_that_may_not_idle_runs_at_its_minimum_load_in_every_period():
    # 40 % of 50 are 20 t; 12 t are wanted, 8 t go to an outlet that pays nothing.
    outlet = need(100, "outlet", "metal", shortage_penalty=0)
    case = {**SMELTER, "Demand": [need(12, material="metal"), outlet]}
    units = [kiln(minimum_load=0.4, fixed_cost=7)]
    assert cost(**case, Units=units) == pytest.approx(20 + 7)


def test_a_unit_that_may_idle_runs_at_its_minimum_load_or_not_at_all():
    # At 20 t or nothing: 12 t for 12 x 100, or 20 t with 8 t disposed of at 50 each.
    materials = [
        {"material": "ore", "stage": "mined"},
        {"material": "metal", "stage": "melted", "disposal cost": 50},
    ]
    case = {**SMELTER, "Materials": materials}
    units = [kiln(minimum_load=0.4, fixed_cost=7, may_idle="yes")]
    few = [need(4, material="metal")]
    assert cost(**case, Units=units, Demand=[need(12, material="metal")]) == pytest.approx(427)
    assert cost(**case, Units=units, Demand=few) == pytest.approx(400)


def test_a_fixed_cost_is_saved_in_the_periods_in_which_a_unit_idles():
    # 30 a half-year. Nothing is wanted in the second; in the first 5 t are, which save 495.
    units = [kiln(fixed_cost=60, may_idle="yes")]
    result = plan(
        **SMELTER,
        Settings={"period length": "half-year", "periods": 2},
        Units=units,
        Demand=[need(None, material="metal", **{"2027-H1": 5, "2027-H2": 0})],
    )
    assert result.objective == pytest.approx(5 + 30)


# Lanes ----------------------------------------------------------------------------------------


def shipped(*wanted, **terms):
    """Least cost of ore shipped in two half-years over a lane with a cost of being used."""
    by_period = dict(zip(("2027-H1", "2027-H2"), wanted, strict=True))
    return cost(
        Settings={"period length": "half-year", "periods": 2},
        Supply=[offer("kaz")],
        Lanes=[lane("Kaz", "Buyer", maximum=100, **terms)],
        Stocks=[{"site": "Buyer", "material": "ore"}],
        Demand=[need(None, **by_period)],
    )


def test_a_lane_costs_its_fixed_cost_in_each_period_in_which_it_is_used():
    # 12 + 5 t: one departure for both, since stock is free; 60 t do not fit into one of 50.
    assert shipped(12, 5, fixed_cost=40) == pytest.approx(17 + 40)
    assert shipped(40, 20, fixed_cost=40) == pytest.approx(60 + 80)


def test_a_fixed_cost_that_is_too_dear_leaves_a_lane_unused():
    assert shipped(3, 0, fixed_cost=400) == pytest.approx(300)


def test_a_lane_is_used_with_its_minimum_or_not_at_all():
    # 8 t at least: 5 t more than are wanted stay in stock, which is cheaper than 3 t short.
    assert shipped(3, 0, minimum_when_used=8) == pytest.approx(8)
    assert shipped(0, 0, minimum_when_used=8) == 0


def test_what_is_lost_or_late_on_a_lane_that_is_used_does_not_count_as_delivered():
    # 10 t arrive of 12.5 t. With a lead time of a quarter of a year, what leaves in a
    # half-year arrives by halves in two: 10 t leave in the first, 10 t in the second.
    one = cost(
        Supply=[offer("kaz")],
        Lanes=[lane("Kaz", "Buyer", maximum=100, fixed_cost=40, arrives=0.8)],
        Demand=[need(10)],
    )
    assert one == pytest.approx(12.5 + 40)
    late = cost(
        Settings={"period length": "half-year", "periods": 2},
        Supply=[offer("kaz")],
        Lanes=[lane("Kaz", "Buyer", maximum=100, fixed_cost=40, lead_days=91.3125)],
        Demand=[need(None, **{"2027-H1": 5, "2027-H2": 10})],
    )
    assert late == pytest.approx(10 + 10 + 2 * 40)


# Custody --------------------------------------------------------------------------------------

MIXING = [*SITES[:2], {**SITES[2], "segregates": "no"}, SITES[3]]


def smelted(defence, civil, **sheets):
    """Least cost of metal for two lines from Kazakh ore at 5 and Chinese at 1 in one plant."""
    return cost(
        **{
            "Supply": [offer("kaz", price=5), offer("china", "China")],
            "Recipes": recipe("smelt", ore=-1, metal=1),
            "Processes": [process("smelt", unit="kiln")],
            "Units": [kiln()],
            "Demand": [
                need(defence, "defence", "metal", segment="defence"),
                need(civil, "civil", "metal", segment="civil"),
            ],
            "Rules": [no_china(segments="defence")],
            "Rule_scope": [china()],
            **sheets,
        }
    )


def test_a_plant_that_segregates_serves_both_from_what_is_cheapest_for_each():
    assert smelted(10, 10) == pytest.approx(50 + 10)


def test_a_plant_that_does_not_is_clean_as_a_whole_or_not_at_all():
    # All from Kaz costs 100; tainted, the defence line would be short.
    assert smelted(10, 10, Sites=MIXING) == pytest.approx(100)
    # 0.1 t for the defence line: 10 are paid for it rather than 4 more on each of 10 t.
    assert smelted(0.1, 10, Sites=MIXING) == pytest.approx(10 + 10)


def test_taint_is_of_a_period():
    # Defence in the first half-year, civil in the second: 25 + 5; together in the first: 50.
    halves = {"period length": "half-year", "periods": 2}

    def wanted(first, second):
        names = ("2027-H1", "2027-H2")
        return [
            need(None, "a", "metal", segment="defence", **dict(zip(names, first, strict=True))),
            need(None, "b", "metal", segment="civil", **dict(zip(names, second, strict=True))),
        ]

    apart, together = wanted((5, 0), (0, 5)), wanted((5, 0), (5, 0))
    case = {"Sites": MIXING, "Settings": halves}
    assert smelted(0, 0, Demand=apart, **case) == pytest.approx(25 + 5)
    assert smelted(0, 0, Demand=together, **case) == pytest.approx(50)


# Limits ---------------------------------------------------------------------------------------


def limited(**limit):
    """Least cost of 10 t of metal, from 20 t of ore, under a limit.

    Chinese ore at 1, Kazakh at 5, an activity at 3: 20 + 30 = 50 without one.
    """
    return cost(
        Sites=[
            *SITES[:1],
            {**SITES[1], "owner": "Baogang"},
            *SITES[2:],
        ],
        Supply=[offer("kaz", price=5), offer("china", "China")],
        Recipes=recipe("smelt", ore=-2, metal=1),
        Processes=[process("smelt", cost=3)],
        Lanes=[
            *(lane("China", "Plant", mode=mode, cost=0) for mode in ("rail", "road")),
            lane("Kaz", "Plant"),
            lane("Plant", "Buyer"),
        ],
        Demand=[need(10, material="metal")],
        Limits=[{"limit": "mine", **{key.replace("_", " "): v for key, v in limit.items()}}],
    )


# 8 t of Chinese ore and 12 t of Kazakh: 8 + 60 + 30. Six of ten tonnes: 12 + 18 + 400.
LESS_CHINA, LESS_METAL = 98, 430


@pytest.mark.parametrize(
    ("limit", "expected"),
    [
        ({"measure": "bought", "maximum": 8, "country": "China"}, LESS_CHINA),
        ({"measure": "bought", "maximum": 8, "site": "China"}, LESS_CHINA),
        ({"measure": "bought", "maximum": 8, "owner": "Baogang"}, LESS_CHINA),
        ({"measure": "bought", "maximum": 8, "offer": "china"}, LESS_CHINA),
        ({"measure": "bought", "maximum": 12, "material": "ore"}, LESS_METAL),
        ({"measure": "bought", "maximum": 12, "site": "Kaz, China"}, LESS_METAL),
        ({"measure": "bought", "maximum": 12}, LESS_METAL),
        ({"measure": "bought", "minimum": 4, "offer": "kaz"}, 4 * 5 + 16 + 30),
        ({"measure": "made", "maximum": 6, "recipe": "smelt"}, LESS_METAL),
        ({"measure": "used", "maximum": 12, "material": "ore", "site": "Plant"}, LESS_METAL),
        ({"measure": "produced", "maximum": 6, "material": "metal"}, LESS_METAL),
        ({"measure": "shipped", "maximum": 8, "site": "China", "to_site": "Plant"}, LESS_CHINA),
        ({"measure": "shipped", "maximum": 8, "country": "China"}, LESS_CHINA),
        ({"measure": "shipped", "maximum": 8, "mode": "rail"}, 50),
        ({"measure": "shipped", "maximum": 8, "mode": "rail, road"}, LESS_CHINA),
        ({"measure": "shipped", "maximum": 6, "material": "metal"}, LESS_METAL),
        ({"measure": "delivered", "maximum": 6, "line": "need"}, LESS_METAL),
        ({"measure": "delivered", "maximum": 6, "country": "USA"}, LESS_METAL),
        ({"measure": "delivered", "maximum": 6, "site": "Plant"}, 50),
        # A quarter of 20 t of ore: 5 + 15 x 5 + 30.
        ({"measure": "bought", "maximum": 0.25, "as": "share", "site": "China"}, 110),
        ({"measure": "bought", "minimum": 0.75, "as": "share", "site": "Kaz"}, 110),
        # A quarter of 20 t of ore shipped; of 30 t with the metal, 7.5 + 62.5 + 30.
        (
            {
                "measure": "shipped",
                "maximum": 0.25,
                "as": "share",
                "site": "China",
                "material": "ore",
            },
            110,
        ),
        ({"measure": "shipped", "maximum": 0.25, "as": "share", "site": "China"}, 100),
        # A limit from July on touches the year.
        ({"measure": "bought", "maximum": 8, "site": "China", "from": date(2027, 7, 1)}, 98),
        ({"measure": "bought", "maximum": 8, "site": "China", "from": date(2028, 1, 1)}, 50),
    ],
    ids=lambda value: " ".join(map(str, value.values())) if isinstance(value, dict) else None,
)
def test_a_limit_bounds_what_its_filters_pick(limit, expected):
    assert limited(**limit) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("window", "expected"),
    [
        # Two years of two half-years; China sells in the second year only. 4 t in each half-year,
        # or in a year, or in the horizon: 8, 4 and 4 t of 20 t wanted, the rest from Kaz.
        ("period", 8 + 12 * 5),
        ("year", 4 + 16 * 5),
        ("horizon", 4 + 16 * 5),
    ],
)
def test_a_limit_is_an_amount_per_window_and_not_scaled(window, expected):
    limit = {"limit": "cap", "measure": "bought", "site": "China", "maximum": 4, "window": window}
    money = cost(
        Settings={"period length": "half-year", "periods": 4},
        Supply=[
            offer("kaz", price=5),
            offer("china", "China", from_=date(2028, 1, 1)),
        ],
        Demand=[need(10)],
        Limits=[limit],
    )
    assert money == pytest.approx(expected)


def test_a_limit_per_year_allows_each_year_its_own():
    # China sells in both years: 4 + 4 t of 20; over the horizon 4 t.
    case = {
        "Settings": {"periods": 2},
        "Supply": [offer("kaz", price=5), offer("china", "China")],
        "Demand": [need(10)],
    }
    limit = {"limit": "cap", "measure": "bought", "site": "China", "maximum": 4}
    assert cost(**case, Limits=[{**limit, "window": "year"}]) == pytest.approx(8 + 60)
    assert cost(**case, Limits=[{**limit, "window": "horizon"}]) == pytest.approx(4 + 80)


def test_stock_counts_at_the_end_of_a_windows_last_period():
    # Chinese ore can be had in the first half-year only; at most 3 t at the year's end. Over a
    # year's window the stock between the halves is free.
    case = {
        "Settings": {"period length": "half-year", "periods": 2},
        "Supply": [offer("kaz", price=5), offer("china", "China", to=date(2027, 6, 30))],
        "Stocks": [{"site": "China", "material": "ore"}],
        "Demand": [need(20)],
    }
    limit = {"limit": "yard", "measure": "stock", "site": "China", "maximum": 3}
    assert cost(**case, Limits=[{**limit, "window": "year"}]) == pytest.approx(20)
    assert cost(**case, Limits=[{**limit, "window": "period"}]) == pytest.approx(13 + 7 * 5)


def test_capital_may_be_limited():
    # 10 t for 500 or 4 t for 90: only 100 may be spent.
    large, small = line("large", 10, capital_cost=500), line("small", 4, capital_cost=90)
    spent = {"limit": "purse", "measure": "spent", "maximum": 100, "window": "horizon"}
    count = {"limit": "count", "measure": "built", "maximum": 1, "window": "horizon"}
    assert money(large, small, wanted=64) == pytest.approx(64 + 590)
    assert money(large, small, wanted=64, Limits=[spent]) == pytest.approx(54 + 90 + 1000)
    assert money(large, small, wanted=64, Limits=[count]) == pytest.approx(60 + 500 + 400)


def test_a_limit_that_cannot_be_kept_leaves_no_plan():
    limit = {"limit": "wish", "measure": "bought", "offer": "kaz", "minimum": 11}
    least_cost = cost(Supply=[{**offer("kaz"), "maximum": 10}], Demand=[need(10)], Limits=[limit])
    assert least_cost is None


# Blends ---------------------------------------------------------------------------------------


def blended(**blend):
    """Least cost of 6 t of product; a tonne of feed and half a tonne of acid give half of it.

    Clay at 1 holds 3 % thorium, ore at 5 nothing of it; both hold 50 % Nd.
    """
    return cost(
        Supply=[
            offer("ore", "Plant", "ore", 5),
            offer("clay", "Plant", "clay", 1),
            offer("acid", "Plant", "acid", 0),
        ],
        Assays=[
            {"feed": "ore", "oxide": "Nd", "share": 0.5},
            {"feed": "clay", "oxide": "Nd", "share": 0.5},
            {"feed": "clay", "oxide": "Th", "share": 0.03},
        ],
        Recoveries=[{"recipe": "separate", "oxide": "Nd", "product": "oxide", "recovery": 1}],
        Recipes=recipe("separate", acid=-0.5),
        Processes=[process("separate", feed="*")],
        Demand=[need(6, material="oxide")],
        Blends=[{"site": "Plant", "recipe": "separate", "oxide": "Th", **blend}],
    )


def test_an_impurity_limits_how_much_of_a_cheap_feed_is_taken():
    # 12 t of feed and 6 t of acid are 18 t, 1 % of them 0.18 t: 6 t of clay, 6 t of ore.
    assert blended(maximum=0.01) == pytest.approx(6 * 1 + 6 * 5)


def test_a_blend_that_is_loose_does_not_bind():
    assert blended(maximum=0.02) == pytest.approx(12)


def test_a_blend_may_ask_for_a_least_share():
    # 1.5 % of 18 t are 0.27 t: 9 t of clay at least, which is cheaper anyway.
    assert blended(minimum=0.015) == pytest.approx(12)
    assert blended(minimum=0.0201) == pytest.approx(600)
