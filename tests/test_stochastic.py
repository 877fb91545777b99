"""Plans under uncertainty: published problems, problems worked by hand, promises."""

from __future__ import annotations

from datetime import date
from math import inf

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import optimizer
from optimizer.studies.stochastic_tables import tail_mean, worst_part
from tests.conftest import lane, make, need, offer, plan, process, recipe, sample, site

# The farmer: Birge and Louveaux, Introduction to Stochastic Programming, 2nd ed., 2011,
# section 1.1. 500 acres; planting an acre of wheat, corn and beets costs 150, 230 and 260 and
# yields 2.5, 3 and 20 t, or a fifth more or less. His cattle need 200 t of wheat and 240 t of
# corn; they can be bought at 238 and 210 and sold at 170 and 150. Beets bring 36, above 6,000 t
# only 10. Planted now is what stands under contract.

YIELDS = {"wheat": 2.5, "corn": 3.0, "beets": 20.0}
PLANTING = {"wheat": 150, "corn": 230, "beets": 260}
SALES = (
    ("wheat", "wheat", 1e5, 170),
    ("corn", "corn", 1e5, 150),
    ("beets in quota", "beets", 6000, 36),
    ("beets above", "beets", 1e5, 10),
)


def farm(factor: float) -> optimizer.Case:
    land = {crop: f"{crop} land" for crop in YIELDS}
    return make(
        Sites=[site("Farm", "USA")],
        Lanes=[],
        Supply=[
            *(
                offer(f"plant {crop}", "Farm", land[crop], PLANTING[crop], contract_quantity=500)
                for crop in YIELDS
            ),
            offer("buy wheat", "Farm", "wheat", 238),
            offer("buy corn", "Farm", "corn", 210),
        ],
        Limits=[
            {"limit": "acres", "measure": "bought", "material": own, "maximum": 500}
            for own in ["; ".join(land.values())]
        ],
        Recipes=[
            row
            for crop in YIELDS
            for row in recipe(f"grow {crop}", **{land[crop]: -1, crop: YIELDS[crop] * factor})
        ],
        Processes=[process(f"grow {crop}", "Farm") for crop in YIELDS],
        Demand=[
            *(
                need(tonnes, f"{crop} for cattle", crop, minimum=1) | {"customer": "Farm"}
                for crop, tonnes in (("wheat", 200), ("corn", 240))
            ),
            *(
                need(tonnes, line, crop, price=price, shortage_penalty=0) | {"customer": "Farm"}
                for line, crop, tonnes, price in SALES
            ),
        ],
    )


YEARS = (("bad", 0.8), ("average", 1.0), ("good", 1.2))


def test_the_farmer_of_birge_and_louveaux_earns_what_the_book_says():
    scenarios = [(name, 1 / 3, farm(factor)) for name, factor in YEARS]
    solution = optimizer.stochastic(farm(1.0), scenarios)
    value = solution.value
    assert value["Expected cost"] == pytest.approx(-108_390)  # RP
    assert value["Wait and see"] == pytest.approx(-115_406, abs=1)  # WS
    assert value["Expected cost of the base plan"] == pytest.approx(-107_240)  # EEV
    assert value["Expected value of perfect information"] == pytest.approx(7_016, abs=1)
    assert value["Value of the stochastic solution"] == pytest.approx(1_150)
    acres = {row[1]: row[5:7] for row in solution.tables["Here and now"].rows()}
    assert acres["plant wheat"] == pytest.approx((170, 120))
    assert acres["plant corn"] == pytest.approx((80, 80))
    assert acres["plant beets"] == pytest.approx((250, 300))
    profits = [-cost for cost in solution.tables["By scenario"]["cost"]]
    assert profits == pytest.approx([48_820, 109_350, 167_000])  # table 1.5 of the book
    assert all(result.audit.passed for result in solution.results.values())


def test_a_farmer_who_fears_the_bad_year_alone_plans_for_it():
    # The worst third of three equal years is the worst year: its own best plan, 59,950
    # (table 1.3 of the book), is the best that its cost can be.
    scenarios = [(name, 1 / 3, farm(factor)) for name, factor in YEARS]
    solution = optimizer.stochastic(farm(1.0), scenarios, tail=2 / 3, weight=1.0)
    assert solution.value["CVaR"] == pytest.approx(-59_950)
    assert solution.objective == pytest.approx(-59_950)
    assert solution.results["bad"].objective == pytest.approx(-59_950)


# The newsvendor: bought at 2 under contract, sold at 5, what is left over at 0.5. He loses 1.5
# on each copy too many and 3 on each too few, and buys the quantile at 3 / (3 + 1.5) = 2 / 3.

DEMANDS = {"10": 0.25, "20": 0.25, "30": 0.25, "40": 0.25}


def stand(copies: float) -> optimizer.Case:
    return make(
        Sites=[site("Stand", "USA")],
        Lanes=[],
        Supply=[offer("papers", "Stand", "paper", 2, contract_quantity=100)],
        Demand=[
            need(copies, "readers", "paper", price=5, shortage_penalty=0) | {"customer": "Stand"},
            need(100, "left over", "paper", price=0.5, shortage_penalty=0) | {"customer": "Stand"},
        ],
    )


def test_a_newsvendor_buys_the_critical_quantile():
    # 30 copies: sold 10, 20, 30, 30, mean 22.5; left over 7.5: 60 - 112.5 - 3.75 = -56.25. Known
    # in advance he buys 25 in the mean and earns 3 on each. The plan for a demand of 25 buys 25:
    # sold 10, 20, 25, 25, mean 20; left over 5: 50 - 100 - 2.5 = -52.5.
    scenarios = [(name, share, stand(float(name))) for name, share in DEMANDS.items()]
    solution = optimizer.stochastic(stand(25), scenarios)
    decided = solution.tables["Here and now"]
    assert (decided["decided"], decided["base plan"]) == ((pytest.approx(30),), (25,))
    assert (decided["least"], decided["most"]) == ((10,), (40,))
    assert solution.objective == pytest.approx(-56.25)
    assert solution.value["Wait and see"] == pytest.approx(-75)
    assert solution.value["Expected cost of the base plan"] == pytest.approx(-52.5)
    assert solution.value["Value of the stochastic solution"] == pytest.approx(3.75)


@pytest.mark.parametrize("weight", [0.0, 0.5])
def test_what_planning_and_knowing_are_worth_is_told_in_expected_cost(weight):
    # Of 10, 20, 30 or 40 readers. Known in advance he buys as many: -3 on each, -75 (WS).
    # Without fear he buys 30: -56.25 (HN). Half afraid he buys 20: 40 - 50 - 5 = -15 for 10
    # readers, -60 for all others, -48.75 on average. The plan for 25 buys 25: -52.5 (EEV).
    scenarios = [(name, share, stand(float(name))) for name, share in DEMANDS.items()]
    solution = optimizer.stochastic(stand(25), scenarios, tail=0.5, weight=weight)
    here = -48.75 if weight else -56.25
    value = solution.value
    assert value["Expected cost"] == pytest.approx(here)
    assert value["Wait and see"] == pytest.approx(-75)
    assert value["Expected cost of the base plan"] == pytest.approx(-52.5)
    assert value["Expected value of perfect information"] == pytest.approx(here + 75)
    assert value["Value of the stochastic solution"] == pytest.approx(-52.5 - here)
    if weight:
        # 25 copies, the days of 10 and of 20 readers: 15 and 5 are left over.
        worst = (50 - 50 - 7.5 + 50 - 100 - 2.5) / 2
        assert value["CVaR of the base plan"] == pytest.approx(worst)
        held = 0.5 * -52.5 + 0.5 * worst
        assert value["Mean and risk of the base plan"] == pytest.approx(held)
        assert value["Mean and risk"] == pytest.approx(solution.objective)
        assert solution.objective <= held
    else:
        assert value["Wait and see"] <= value["Expected cost"]
        assert value["Expected cost"] <= value["Expected cost of the base plan"]


@pytest.mark.parametrize(("weight", "copies"), [(0.25, 30), (0.5, 20), (1.0, 20)])
def test_a_newsvendor_who_fears_bad_days_buys_less(weight, copies):
    # The worst half of his days are those of 10 and of 20 readers. A copy above 20 loses 1.5 on
    # them; on all days it gains 0.5 x 3 - 0.5 x 1.5 = 0.75. So he stops at 20 where
    # 0.75 x (1 - weight) < 1.5 x weight: from a third on.
    scenarios = [(name, share, stand(float(name))) for name, share in DEMANDS.items()]
    solution = optimizer.stochastic(stand(25), scenarios, tail=0.5, weight=weight)
    assert solution.tables["Here and now"]["decided"] == (pytest.approx(copies),)
    if copies == 20:  # 40 - 50 - 5 and 40 - 100
        assert solution.value["CVaR"] == pytest.approx((-15 - 60) / 2)


# By hand: an option and a first purchase -------------------------------------------------------


def mill(price: float) -> optimizer.Case:
    """A year of 10 t of metal, smelted from ore at 1 in a kiln that costs 30, or bought."""
    return make(
        Supply=[offer("ore", "Plant", "ore", 1), offer("metal", "Plant", "metal", price)],
        Recipes=recipe("smelt", ore=-1, metal=1),
        Processes=[process("smelt", unit="kiln")],
        Options=[
            {
                "option": "kiln",
                "site": "Plant",
                "unit": "kiln",
                "added capacity": 10,
                "capital cost": 30,
            }
        ],
        Lanes=[lane("Plant", "Buyer")],
        Demand=[need(10, material="metal")],
    )


def test_an_option_is_built_for_all_scenarios_or_for_none():
    # Built: 30 + 10 = 40 in both. Not built: 20 or 70, on average 45. Known in advance: 20 or
    # 40, on average 30. The base plan at 2 does not build: 45.
    solution = optimizer.stochastic(mill(2), [("cheap", 0.5, mill(2)), ("dear", 0.5, mill(7))])
    assert solution.value["Expected cost"] == pytest.approx(40)
    assert solution.value["Wait and see"] == pytest.approx(30)
    assert solution.value["Value of the stochastic solution"] == pytest.approx(5)
    assert list(solution.tables["Here and now"].rows()) == [
        ("options", "kiln", "", "", "2027", 1, 0, 0, 1)
    ]


def halves(later: float) -> optimizer.Case:
    """Two half-years: ore at 1, then at a price that is not known; stock between at 0.5."""
    return make(
        Settings={"period length": "half-year", "periods": 2},
        Supply=[
            offer("now", "Buyer", price=1, to="2027-06-30"),
            offer("then", "Buyer", price=later, from_="2027-07-01"),
        ],
        Stocks=[{"site": "Buyer", "material": "ore", "holding cost": 1}],
        Demand=[need(20)],
    )


def test_what_is_bought_before_the_date_is_bought_for_all_scenarios():
    # 10 t in each half. Bought in the first, the second 10 t cost 1 + 0.5 = 1.5, later 1.2 or
    # 2.0, on average 1.6: all 20 t are bought at once, 20 + 5 = 25. With nothing decided
    # here and now the cheap scenario waits: 10 + 12 = 22, the dear one buys: 25.
    scenarios = [("cheap", 0.5, halves(1.2)), ("dear", 0.5, halves(2.0))]
    bound = optimizer.stochastic(halves(1.6), scenarios, until=date(2027, 7, 1))
    assert bound.objective == pytest.approx(25)
    assert list(bound.tables["Here and now"]["decided"]) == pytest.approx([20])
    free = optimizer.stochastic(halves(1.6), scenarios)
    assert free.objective == pytest.approx(23.5) == free.value["Wait and see"]
    assert free.value["Expected value of perfect information"] == pytest.approx(0)


def test_equal_scenarios_give_the_plain_plan():
    alone = plan(**SIMPLE)
    case = make(**SIMPLE)
    solution = optimizer.stochastic(
        case, [("a", 0.3, case), ("b", 0.7, case)], until=date(2028, 1, 1)
    )
    assert solution.objective == pytest.approx(alone.objective)
    assert solution.value["Value of the stochastic solution"] == pytest.approx(0)
    assert solution.value["Expected value of perfect information"] == pytest.approx(0)
    for result in solution.results.values():
        assert list(result.tables["Purchases"].rows()) == list(alone.tables["Purchases"].rows())


SIMPLE = {
    "Supply": [offer("kaz", price=5, maximum=6), offer("china", "China", price=7)],
    "Demand": [need(10)],
}


# Supply that is not firm -----------------------------------------------------------------------


def unsure(**more) -> optimizer.Case:
    return make(
        Supply=[
            offer("maybe", price=1, firm="no", probability=0.9),
            offer("perhaps", "China", price=2, firm="no", probability=0.5),
            offer("spot", price=9),
        ],
        Demand=[need(10)],
        **more,
    )


def test_offers_that_are_not_firm_fail_each_by_itself():
    names = {name: share for name, share, _ in optimizer.supply_scenarios(unsure())}
    assert names == pytest.approx(
        {
            "all supply is delivered": 0.45,
            "without perhaps": 0.45,
            "without maybe": 0.05,
            "without maybe, perhaps": 0.05,
        }
    )


def test_what_fails_is_not_there_and_not_paid():
    # 0.9 x 10 + 0.05 x 20 + 0.05 x 90 = 14.5; nothing is decided before it is known.
    solution = optimizer.stochastic(unsure(), optimizer.supply_scenarios(unsure()))
    assert solution.objective == pytest.approx(14.5)


def test_an_order_that_may_fail_binds_the_scenarios_in_which_it_comes():
    # Ordered here and now, all three: what does not come is not paid, and the spot offer
    # cannot be ordered afterwards. Short in one case in ten: maybe 10 t, 9 + 0.1 x 1000; with
    # perhaps 10 t too, both come in 0.45 of the cases and 10 t too many would lie there: no
    # stock, so not possible. Spot 10 t: 90 in all cases. Maybe 10: 9 + 100 = 109. Best is 90.
    solution = optimizer.stochastic(
        unsure(), optimizer.supply_scenarios(unsure()), until=date(2028, 1, 1)
    )
    assert solution.objective == pytest.approx(90)
    # The base plan takes all supply as firm and orders 10 t of maybe: short in a tenth.
    assert solution.value["Expected cost of the base plan"] == pytest.approx(0.9 * 10 + 0.1 * 1000)


def test_many_offers_are_drawn_with_a_seed():
    case = make(
        Supply=[offer(f"o{n}", price=n, firm="no", probability=0.5) for n in range(10)],
        Demand=[need(10)],
    )
    found = optimizer.supply_scenarios(case, most=40, seed=3)
    assert sum(share for _, share, _ in found) == pytest.approx(1)
    assert len(found) <= 40
    assert [each[:2] for each in found] == [
        each[:2] for each in optimizer.supply_scenarios(case, most=40, seed=3)
    ]
    assert [each[:2] for each in found] != [
        each[:2] for each in optimizer.supply_scenarios(case, most=40, seed=4)
    ]
    shares = [
        sum(share for _, share, each in found if any(row.offer == f"o{n}" for row in each.supply))
        for n in range(10)
    ]
    assert sum(shares) / 10 == pytest.approx(0.5, abs=0.1)


# What cannot be --------------------------------------------------------------------------------


def test_a_base_plan_that_a_scenario_cannot_hold_has_no_bound():
    # The base plan buys 10 t of 10; in the other scenario 4 t are wanted, and there is no
    # stock: the 10 t cannot be bought there. The joint plan buys 4 t and is 6 t short in one.
    def wants(tonnes: float) -> optimizer.Case:
        return make(Supply=[offer("kaz", contract_quantity=99)], Demand=[need(tonnes)])

    solution = optimizer.stochastic(
        wants(10), [("much", 0.5, wants(10)), ("little", 0.5, wants(4))]
    )
    assert solution.objective == pytest.approx(0.5 * (4 + 600) + 0.5 * 4)
    assert solution.value["Expected cost of the base plan"] is None
    assert solution.value["Value of the stochastic solution"] is None
    assert solution.tables["By scenario"]["base plan"] == (pytest.approx(10), None)


def test_scenarios_that_no_plan_suits_are_said_so():
    def wants(tonnes: float) -> optimizer.Case:
        return make(Supply=[offer("kaz", contract_quantity=99)], Demand=[need(tonnes, minimum=1)])

    with pytest.raises(optimizer.NoPlanError, match="each scenario has a plan by itself"):
        optimizer.stochastic(wants(10), [("much", 0.5, wants(10)), ("little", 0.5, wants(4))])


@pytest.mark.parametrize(
    ("scenarios", "options", "message"),
    [
        ([], {}, "no scenario"),
        ([("a", 0.5, 1), ("a", 0.5, 1)], {}, "two scenarios are called 'a'"),
        ([("a", 0.5, 1), ("b", 0.6, 1)], {}, "sum to 1.1"),
        ([("a", 1.5, 1), ("b", -0.5, 1)], {}, "0 or more"),
        ([("a", 1, 1)], {"tail": 1.0}, "less than 1"),
        ([("a", 1, 1)], {"weight": 2.0}, "from 0 to 1"),
        ([("a", 0.5, 1), ("b", 0.5, 2)], {}, "has other periods than 'a'"),
    ],
)
def test_scenarios_that_do_not_fit_are_refused(scenarios, options, message):
    cases = {n: make(**SIMPLE, Settings={"periods": n}) for n in (1, 2)}
    made = [(name, share, cases[n]) for name, share, n in scenarios]
    with pytest.raises(optimizer.UsageError, match=message):
        optimizer.stochastic(cases[1], made, **options)


def test_the_worst_part_cuts_the_scenario_at_its_edge():
    # Worst 30 % of 4 (0.2) and 3 (0.5): all of 4, and 0.1 of 3: (0.8 + 0.3) / 0.3.
    costs, shares = [1.0, 4.0, 3.0], [0.3, 0.2, 0.5]
    assert worst_part(costs, shares, 0.7) == pytest.approx([0, 0.2, 0.1])
    assert tail_mean(costs, shares, 0.7) == pytest.approx(1.1 / 0.3)
    assert tail_mean(costs, shares, 0.0) == pytest.approx(0.3 + 0.8 + 1.5)


@pytest.mark.parametrize("weight", [0.25, 0.5, 0.75, 1.0])
def test_the_weight_of_risk_trades_the_mean_for_the_tail(weight):
    scenarios = [(name, 1 / 3, farm(factor)) for name, factor in YEARS]
    fearless = optimizer.stochastic(farm(1.0), scenarios, tail=0.6, compare=False)
    solution = optimizer.stochastic(farm(1.0), scenarios, tail=0.6, weight=weight, compare=False)
    assert solution.value["Expected cost"] >= fearless.value["Expected cost"] - 1e-6
    assert solution.value["CVaR"] <= fearless.value["CVaR"] + 1e-6
    mine = (1 - weight) * solution.value["Expected cost"] + weight * solution.value["CVaR"]
    theirs = (1 - weight) * fearless.value["Expected cost"] + weight * fearless.value["CVaR"]
    assert solution.objective == pytest.approx(mine)
    assert mine <= theirs + 1e-6


def uncertain(tonnes: int, outlet: int, spot: int, price: int, penalty: int = 4) -> optimizer.Case:
    """Two half-years: tonnes wanted, an outlet at a price, a contract and a spot market."""
    return make(
        Settings={"period length": "half-year", "periods": 2},
        Supply=[
            offer("term", "Buyer", price=3, contract_quantity=20, take_or_pay=0.5),
            offer("spot", "Buyer", price=price, maximum=spot),
        ],
        Stocks=[{"site": "Buyer", "material": "ore", "holding cost": 1}],
        Demand=[
            need(tonnes, shortage_penalty=penalty),
            need(99, "outlet", price=outlet, shortage_penalty=0),
        ],
    )


@st.composite
def chances(draw):
    """Scenarios of a small case: price, demand and capacity differ; probabilities too."""
    count = draw(st.integers(1, 3))
    parts = draw(st.lists(st.integers(1, 9), min_size=count, max_size=count))
    amount = st.integers(0, 12)
    cases = [
        uncertain(
            draw(amount),
            draw(st.integers(-3, 2)),
            spot=draw(amount),
            price=draw(st.integers(1, 9)),
            penalty=draw(st.integers(4, 20)),
        )
        for _ in range(count)
    ]
    return [
        (f"s{n}", part / sum(parts), case)
        for n, (part, case) in enumerate(zip(parts, cases, strict=True))
    ]


ONE_WITHOUT_SPOT = [
    ("s0", 0.5, uncertain(11, 0, spot=1, price=1)),
    ("s1", 0.5, uncertain(0, 0, spot=0, price=1)),
]


@settings(max_examples=sample(8, 25))
@example(ONE_WITHOUT_SPOT, 0.0)
@given(chances(), st.sampled_from([0.0, 0.3, 1.0]))
def test_knowing_costs_no_more_and_holding_another_plan_no_less(scenarios, weight):
    solution = optimizer.stochastic(
        scenarios[0][2], scenarios, until=date(2027, 7, 1), tail=0.5, weight=weight
    )
    assert solution.value["Expected value of perfect information"] >= -1e-6
    better = solution.value["Value of the stochastic solution"]
    # The base plan can be held but where a scenario has less on the spot market than it buys. One
    # that has nothing there does not have the offer: what it does not have binds it to nothing.
    bought = solution.base.tables["Purchases"]
    rows = zip(bought["offer"], bought["period"], bought["tonnes"], strict=True)
    spot = sum(tonnes for *thing, tonnes in rows if thing == ["spot", "2027-H1"])
    most = [case.supply[1].maximum / 2 for _, _, case in scenarios]
    least = min((tonnes for tonnes in most if tonnes > 0), default=inf)
    assert (better is None) == (spot > least + 1e-6)
    measure = "Mean and risk" if weight else "Expected cost"
    base = "Mean and risk of the base plan" if weight else "Expected cost of the base plan"
    assert better is None or solution.value[base] >= solution.value[measure] - 1e-6
    table = solution.tables["By scenario"]
    for mine, known in zip(table["cost"], table["known in advance"], strict=True):
        assert mine >= known - 1e-6
    assert sum(
        part * share for part, share in zip(table["worst part"], table["probability"], strict=True)
    ) == pytest.approx(0.5)
