"""One golden row for each family of rows, word for word, worked by hand in the comment.

A row is written ``least <= body <= most``; what is empty is left out.
"""

from __future__ import annotations

from datetime import date

import pytest
from pyomo.core import Constraint, Objective, Var

import optimizer
from optimizer.model import (
    Commitment,
    StudyTerms,
    add_study_terms,
    charge_deviation,
    fix_commitments,
    join_scenarios,
)
from tests.conftest import SITES, china, lane, make, need, no_china, offer, process, recipe

HALVES = {"period length": "half-year", "periods": 2}
KAZ, CHINA = offer("kaz", price=5), offer("china", "China", price=1)
TO_BUYER = [lane("Kaz", "Buyer"), lane("China", "Buyer")]
METAL = need(10, material="metal")
SMELTER = {
    "Supply": [offer("kaz", "Plant")],
    "Recipes": recipe("smelt", ore=-1, metal=1),
    "Lanes": [lane("Plant", "Buyer")],
    "Demand": [METAL],
}


def kiln(**more):
    return {"site": "Plant", "unit": "kiln", "capacity": 100, **more}


def option(name, **more):
    return {"option": name, "site": "Plant", "unit": "kiln", "added capacity": 40, **more}


BALANCE = {
    # Orders and stocks, a lead time of half a quarter, losses, a recipe, a way to discard.
    "Settings": {"period length": "quarter", "periods": 2},
    "Materials": [
        {"material": "ore", "stage": "mined"},
        {"material": "metal", "stage": "melted", "disposal cost": 2},
    ],
    "Supply": [offer("kaz"), offer("scrap", "Plant", "metal", 9)],
    "Recipes": recipe("smelt", ore=-2, metal=0.75),
    "Processes": [process("smelt")],
    "Lanes": [
        lane("Kaz", "Plant", "ore", lead_days=45.65625, arrives=0.8),
        lane("Plant", "Buyer", "metal"),
    ],
    "Stocks": [{"site": "Plant", "material": "metal", "opening": 3}],
    "Pipeline": [
        {
            "order": "ship",
            "to site": "Plant",
            "material": "metal",
            "arrival": date(2027, 4, 2),
            "quantity": 7,
            "history": "melted: Canada",
        }
    ],
    "Demand": [METAL],
}
OFFER = {
    # The first row ends with September: half of the second half-year each.
    "Settings": HALVES,
    "Supply": [
        offer(
            "kaz",
            minimum=8,
            maximum=20,
            contract_quantity=10,
            take_or_pay=0.8,
            to=date(2027, 9, 30),
        ),
        offer("kaz", maximum=60, from_=date(2027, 10, 1)),
    ],
    "Lanes": TO_BUYER,
    "Demand": [need(10, minimum=0.6)],
}
TIERS = {
    # The second tier starts with October; its maximum then is a quarter of 60.
    "Settings": HALVES,
    "Supply": [
        offer("kaz", price=5, maximum=20),
        offer("more", price=4, maximum=60, after="kaz", from_=date(2027, 10, 1)),
    ],
    "Lanes": TO_BUYER,
    "Demand": [need(10)],
}
CAPACITY = {
    **SMELTER,
    "Settings": HALVES,
    "Processes": [process("smelt", unit="kiln", use=2, cost=3, minimum=4, maximum=60)],
    "Units": [kiln(availability=0.9, minimum_load=0.2, fixed_cost=50)],
}
IDLE = {
    **SMELTER,
    "Processes": [process("smelt", unit="kiln", use=2)],
    "Units": [kiln(availability=0.9, minimum_load=0.2, fixed_cost=50, may_idle="yes")],
}
LANES = {
    "Settings": HALVES,
    "Supply": [KAZ, offer("metal", material="metal")],
    "Lanes": [
        lane("Kaz", "Buyer", mode="rail", maximum=40, fixed_cost=7, minimum_when_used=3),
        lane("Kaz", "Buyer", maximum=30),
    ],
    "Demand": [need(10), need(10, "more", "metal")],
}
STORE = {
    "Settings": HALVES,
    "Supply": [KAZ],
    "Lanes": TO_BUYER,
    "Stocks": [
        {
            "site": "Buyer",
            "material": "ore",
            "minimum": 1,
            "maximum": 9,
            "days of cover": 91.3125,
            "closing": 4,
        }
    ],
    "Demand": [need(10)],
}
SHARE = {
    "Settings": HALVES,
    "Supply": [KAZ, CHINA],
    "Lanes": TO_BUYER,
    "Demand": [need(10)],
    "Rules": [no_china(maximum_share=0.25)],
    "Rule_scope": [china()],
}
CUSTODY = {
    "Sites": [*SITES[:2], {**SITES[2], "segregates": "no"}, SITES[3]],
    "Supply": [KAZ, CHINA],
    "Recipes": [*recipe("smelt", ore=-1, metal=1), *recipe("cast", ore=-1, metal=1)],
    "Processes": [process("smelt", unit="kiln", use=2), process("cast", maximum=30)],
    "Units": [kiln()],
    "Demand": [need(10, "a", "metal", segment="defence"), need(10, "b", "metal")],
    "Rules": [no_china(segments="defence")],
    "Rule_scope": [china()],
}
OPTIONS = {
    **SMELTER,
    "Settings": HALVES,
    "Processes": [process("smelt", unit="kiln")],
    "Units": [kiln()],
    "Options": [
        option("a", needs="b, c", one_of="big", build_months=6),
        option("b", kind="whole number", most=3, one_of="big", added_capacity=2),
        option("c", added_capacity=4, earliest=date(2027, 7, 1)),
    ],
}
LIMIT = {
    "Settings": HALVES,
    "Supply": [KAZ, CHINA],
    "Lanes": TO_BUYER,
    "Demand": [need(10)],
}
BLEND = {
    "Supply": [offer(name, "Plant", name) for name in ("ore", "clay", "acid")],
    "Assays": [
        {"feed": "ore", "oxide": "Nd", "share": 0.5},
        {"feed": "clay", "oxide": "Nd", "share": 0.125},
    ],
    "Recoveries": [{"recipe": "separate", "oxide": "Nd", "product": "metal", "recovery": 0.5}],
    "Recipes": recipe("separate", acid=-1),
    "Processes": [process("separate", feed="*")],
    "Demand": [METAL],
}

GOLDEN = [
    # 3 t lie there; what is bought and made comes in, what is shipped, kept and discarded leaves.
    (
        BALANCE,
        ("balance", "Plant", "metal", "any", "2027-Q1"),
        "buy[scrap,Plant,metal,2027-Q1] + 0.75*run[Plant,smelt,,any,2027-Q1] "
        "- ship[Plant,Buyer,metal,,any,2027-Q1] - stock[Plant,metal,any,2027-Q1] "
        "- discard[Plant,metal,any,2027-Q1] == -3.0",
    ),
    # The order of 7 t arrives on 2 April; the stock of the first quarter is there.
    (
        BALANCE,
        ("balance", "Plant", "metal", "any", "2027-Q2"),
        "buy[scrap,Plant,metal,2027-Q2] + 0.75*run[Plant,smelt,,any,2027-Q2] "
        "- ship[Plant,Buyer,metal,,any,2027-Q2] + stock[Plant,metal,any,2027-Q1] "
        "- stock[Plant,metal,any,2027-Q2] - discard[Plant,metal,any,2027-Q2] == -7.0",
    ),
    # 45.65625 days are half a quarter: half of the 80 % that arrive come in each of two quarters.
    (
        BALANCE,
        ("balance", "Plant", "ore", "any", "2027-Q2"),
        "-2.0*run[Plant,smelt,,any,2027-Q2] + 0.4*ship[Kaz,Plant,ore,,any,2027-Q1] "
        "+ 0.4*ship[Kaz,Plant,ore,,any,2027-Q2] == 0.0",
    ),
    # A quarter of a year at 8 to 20 t a year, another at up to 60: at least 2, at most 5 + 15.
    (
        OFFER,
        ("offer", "kaz", "Kaz", "ore", "2027-H2"),
        "2.0 <= buy[kaz,Kaz,ore,2027-H2] <= 20.0",
    ),
    # What is bought in the second half-year counts by half.
    (
        OFFER,
        ("contract", "kaz", "Kaz", "ore", "row 2"),
        "buy[kaz,Kaz,ore,2027-H1] + 0.5*buy[kaz,Kaz,ore,2027-H2] <= 10.0",
    ),
    # 80 % of 10 t are taken, or paid for in the contract's last period.
    (
        OFFER,
        ("take_or_pay", "kaz", "Kaz", "ore", "row 2"),
        "8.0 <= buy[kaz,Kaz,ore,2027-H1] + 0.5*buy[kaz,Kaz,ore,2027-H2] "
        "+ shortfall[kaz,Kaz,row 2,2027-H2]",
    ),
    # 10 t a year are 5 t in half a year, of which 60 % must be delivered.
    (
        OFFER,
        ("demand", "need", "Buyer", "ore", "2027-H1"),
        "deliver[need,Buyer,ore,any,2027-H1] + short[need,Buyer,ore,2027-H1] == 5.0",
    ),
    (
        OFFER,
        ("least_delivery", "need", "Buyer", "ore", "2027-H1"),
        "3.0 <= deliver[need,Buyer,ore,any,2027-H1]",
    ),
    # Half a year of 90 % of 100 is 45, of which 20 % must be used; an activity uses 2.
    (
        CAPACITY,
        ("capacity", "Plant", "kiln", "2027-H1"),
        "2.0*run[Plant,smelt,,any,2027-H1] <= 45.0",
    ),
    (
        CAPACITY,
        ("minimum_load", "Plant", "kiln", "2027-H1"),
        "9.0 <= 2.0*run[Plant,smelt,,any,2027-H1]",
    ),
    (
        CAPACITY,
        ("process", "smelt at Plant", "2", "2027-H1"),
        "2.0 <= run[Plant,smelt,,any,2027-H1] <= 30.0",
    ),
    # Where it runs at all it runs at 20 % of 90 or more.
    (
        IDLE,
        ("running", "Plant", "kiln", "2027"),
        "2.0*run[Plant,smelt,,any,'2027'] - 90.0*open[Plant,kiln,'2027'] <= 0.0",
    ),
    # Own capacity, 50 in half a year, only where it runs; what is built on top of it.
    (
        {
            **OPTIONS,
            "Units": [kiln(may_idle="yes", fixed_cost=50)],
            "Options": [option("c", added_capacity=4, earliest=date(2027, 7, 1))],
        },
        ("running_own", "Plant", "kiln", "2027-H2"),
        "run[Plant,smelt,,any,2027-H2] - 2.0*build[c,2027-H2] - 50.0*open[Plant,kiln,2027-H2] "
        "<= 0.0",
    ),
    (
        IDLE,
        ("minimum_when_running", "Plant", "kiln", "2027"),
        "0.0 <= 2.0*run[Plant,smelt,,any,'2027'] - 18.0*open[Plant,kiln,'2027']",
    ),
    # 20 t a year are 10 in half a year: all of them, or nothing of the next tier.
    (
        TIERS,
        ("tier_full", "kaz", "Kaz", "ore", "2027-H2"),
        "0.0 <= buy[kaz,Kaz,ore,2027-H2] - 10.0*full[kaz,Kaz,ore,2027-H2]",
    ),
    (
        TIERS,
        ("tier", "more", "Kaz", "ore", "kaz", "2027-H2"),
        "buy[more,Kaz,ore,2027-H2] - 15.0*full[kaz,Kaz,ore,2027-H2] <= 0.0",
    ),
    # A star lane counts its materials together: 15 t in half a year.
    (
        LANES,
        ("lane", "Kaz to Buyer", "*", "3", "2027-H1"),
        "ship[Kaz,Buyer,ore,,any,2027-H1] + ship[Kaz,Buyer,metal,,any,2027-H1] <= 15.0",
    ),
    # 20 t in half a year if it is used, of which Buyer takes 5 and 5; the minimum shipment is per
    # period, not scaled.
    (
        LANES,
        ("lane", "Kaz to Buyer by rail", "*", "2", "2027-H1"),
        "ship[Kaz,Buyer,ore,rail,any,2027-H1] + ship[Kaz,Buyer,metal,rail,any,2027-H1] "
        "- 10.0*used[Kaz to Buyer by rail,*,'2',2027-H1] <= 0.0",
    ),
    (
        LANES,
        ("lane_minimum", "Kaz to Buyer by rail", "*", "2", "2027-H1"),
        "0.0 <= ship[Kaz,Buyer,ore,rail,any,2027-H1] + ship[Kaz,Buyer,metal,rail,any,2027-H1] "
        "- 3.0*used[Kaz to Buyer by rail,*,'2',2027-H1]",
    ),
    # At the end the closing target is more than the minimum.
    (
        STORE,
        ("storage", "Buyer", "ore", "2027-H1"),
        "1.0 <= stock[Buyer,ore,any,2027-H1] <= 9.0",
    ),
    (
        STORE,
        ("storage", "Buyer", "ore", "2027-H2"),
        "4.0 <= stock[Buyer,ore,any,2027-H2] <= 9.0",
    ),
    # 91.3125 days are half a half-year of the next period's deliveries; at the end of its own.
    (
        STORE,
        ("cover", "Buyer", "ore", "2027-H1"),
        "0.0 <= stock[Buyer,ore,any,2027-H1] - 0.5*deliver[need,Buyer,ore,any,2027-H2]",
    ),
    (
        STORE,
        ("cover", "Buyer", "ore", "2027-H2"),
        "0.0 <= stock[Buyer,ore,any,2027-H2] - 0.5*deliver[need,Buyer,ore,any,2027-H2]",
    ),
    # A quarter of all that is delivered may break the rule: 0.75 of what does less 0.25 of
    # what does not.
    (
        SHARE,
        (
            "rule_share",
            "no China",
            "open..open",
            "need",
            "Buyer",
            "ore",
            "2027-H1 to 2027-H2",
        ),
        "0.75*deliver[need,Buyer,ore,breaks no China,2027-H1] "
        "- 0.25*deliver[need,Buyer,ore,clean,2027-H1] "
        "+ 0.75*deliver[need,Buyer,ore,breaks no China,2027-H2] "
        "- 0.25*deliver[need,Buyer,ore,clean,2027-H2] <= 0.0",
    ),
    # A tainted plant runs nothing clean, a clean one nothing tainted: 100 of its kiln, 30 of
    # the process that has no unit.
    (
        CUSTODY,
        ("custody", "Plant", "no China", "kiln", "tainted", "2027"),
        "2.0*run[Plant,smelt,,breaks no China,'2027'] - 100.0*taint[Plant,no China,'2027'] <= 0.0",
    ),
    (
        CUSTODY,
        ("custody", "Plant", "no China", "cast at Plant, row 3", "clean", "2027"),
        "run[Plant,cast,,clean,'2027'] + 30.0*taint[Plant,no China,'2027'] <= 30.0",
    ),
    # a runs six months after the decision, b and c at once: half a year of 40, 2 and 4 a year.
    (
        OPTIONS,
        ("capacity", "Plant", "kiln", "2027-H2"),
        "run[Plant,smelt,,any,2027-H2] - 20.0*build[a,2027-H1] - build[b,2027-H1] "
        "- build[b,2027-H2] - 2.0*build[c,2027-H2] <= 50.0",
    ),
    (
        OPTIONS,
        ("built_maximum", "b"),
        "build[b,2027-H1] + build[b,2027-H2] <= 3.0",
    ),
    # a needs b, of which there may be three, and c, which is decided from July on.
    (
        OPTIONS,
        ("built_needs", "a", "b", "2027-H2"),
        "build[a,2027-H1] + build[a,2027-H2] - begun[b,2027-H2] <= 0.0",
    ),
    (
        OPTIONS,
        ("built_needs", "a", "c", "2027-H2"),
        "build[a,2027-H1] + build[a,2027-H2] - build[c,2027-H2] <= 0.0",
    ),
    (
        OPTIONS,
        ("built_begun", "b", "2027-H2"),
        "begun[b,2027-H2] - build[b,2027-H1] - build[b,2027-H2] <= 0.0",
    ),
    (
        OPTIONS,
        ("built_chosen", "b"),
        "build[b,2027-H1] + build[b,2027-H2] - 3.0*chosen[b,2027-H2] <= 0.0",
    ),
    (
        OPTIONS,
        ("built_one_of", "big"),
        "build[a,2027-H1] + build[a,2027-H2] + chosen[b,2027-H2] <= 1.0",
    ),
    # The kiln exists only if built; Buyer takes 5 t in the half-year and nothing else can.
    (
        {
            **OPTIONS,
            "Units": [],
            "Options": [option("c", added_capacity=4, earliest=date(2027, 7, 1))],
        },
        ("built_lane", "Plant to Buyer", "metal", "Plant", "kiln", "2027-H2"),
        "ship[Plant,Buyer,metal,,any,2027-H2] - 5.0*build[c,2027-H2] <= 0.0",
    ),
    # Chinese ore, 1 to 4 t in the year: a limit is per window, not scaled.
    (
        {
            **LIMIT,
            "Limits": [
                {
                    "limit": "cap",
                    "measure": "bought",
                    "country": "China",
                    "minimum": 1,
                    "maximum": 4,
                    "window": "year",
                }
            ],
        },
        ("limit", "cap", "bought", "row 2", "sum", "2027"),
        "1.0 <= buy[china,China,ore,2027-H1] + buy[china,China,ore,2027-H2] <= 4.0",
    ),
    # At most half of the ore bought in a half-year from Kaz.
    (
        {
            **LIMIT,
            "Limits": [
                {
                    "limit": "half",
                    "measure": "bought",
                    "site": "Kaz",
                    "as": "share",
                    "maximum": 0.5,
                }
            ],
        },
        ("limit", "half", "bought", "row 2", "most", "2027-H1"),
        "0.5*buy[kaz,Kaz,ore,2027-H1] - 0.5*buy[china,China,ore,2027-H1] <= 0.0",
    ),
    # An activity takes 1 t of feed and 1 t of acid; 25 % of them all is 0.5: ore holds as much,
    # clay 0.375 less.
    (
        {
            **BLEND,
            "Blends": [{"site": "Plant", "recipe": "separate", "oxide": "Nd", "maximum": 0.125}],
        },
        ("blend", "Plant", "separate", "Nd", "most", "2027"),
        "0.25*run[Plant,separate,ore,any,'2027'] - 0.125*run[Plant,separate,clay,any,'2027'] "
        "<= 0.0",
    ),
]


def text(row) -> str:
    """A row of the model as ``least <= body <= most``."""
    least, body, most = row.to_bounded_expression(evaluate_bounds=True)
    if least == most:
        return f"{body} == {least + 0.0}"
    low = "" if least is None else f"{least + 0.0} <= "
    return f"{low}{body}{'' if most is None else f' <= {most + 0.0}'}"


@pytest.mark.parametrize(
    ("case", "name", "golden"), GOLDEN, ids=[" ".join(name) for _, name, _ in GOLDEN]
)
def test_a_row_says_what_its_formula_says(case, name, golden):
    family, *index = name
    m = optimizer.build_model(make(**case))
    assert text(m.component(family)[tuple(index) if len(index) > 1 else index[0]]) == golden


# Rows that some studies add -------------------------------------------------------------------

TWO_OFFERS = {"Supply": [KAZ, CHINA], "Lanes": TO_BUYER, "Demand": [need(10)]}
BOUGHT = Commitment("purchases", ("kaz", "Kaz", "ore"), "2027")
SHIPPED = Commitment("shipments", ("China", "Buyer", "ore", ""), "2027")


def test_a_commitment_is_held_over_all_its_classes():
    # A rule for one of two lines: what passes through the plant is clean or not.
    m = optimizer.build_model(
        make(
            Supply=[KAZ, CHINA],
            Demand=[need(10, segment="defence"), need(10, "civil", segment="civil")],
            Rules=[no_china(segments="defence")],
            Rule_scope=[china()],
        )
    )
    through = Commitment("shipments", ("Plant", "Buyer", "ore", ""), "2027")
    lost = Commitment("shipments", ("Kaz", "Moon", "ore", ""), "2027")
    assert fix_commitments(m, {BOUGHT: (3, 3), through: (4, 4.5), lost: (1, 1)}) == [lost]
    assert text(m.kept[BOUGHT.row]) == "buy[kaz,Kaz,ore,'2027'] == 3.0"
    assert text(m.kept[through.row]) == (
        "4.0 <= ship[Plant,Buyer,ore,,breaks no China,'2027'] + "
        "ship[Plant,Buyer,ore,,clean,'2027'] <= 4.5"
    )


def test_a_study_holds_what_is_bought_and_shipped_in_the_first_periods_but_for_rounding():
    # Only the first of two years: 10 t from Kaz, give or take 1e-7 of them; nothing from China.
    m = optimizer.build_model(make(**TWO_OFFERS, Settings={"periods": 2}))
    arc = Commitment("shipments", ("Kaz", "Buyer", "ore", ""), "2027")
    later = BOUGHT._replace(period="2028")
    add_study_terms(
        m, StudyTerms(commitments=((BOUGHT, 10.0), (arc, 0.5), (later, 7.0)), fixed_periods=1)
    )
    cheap = BOUGHT._replace(name=("china", "China", "ore"))
    assert {index: text(row) for index, row in m.kept.items()} == {
        BOUGHT.row: "9.999999 <= buy[kaz,Kaz,ore,'2027'] <= 10.000001",
        cheap.row: "buy[china,China,ore,'2027'] == 0.0",
        arc.row: "0.4999999 <= ship[Kaz,Buyer,ore,,any,'2027'] <= 0.5000001",
        SHIPPED.row: "ship[China,Buyer,ore,,any,'2027'] == 0.0",
    }


def test_change_is_charged_in_both_directions_at_its_present_value():
    # 2 a tonne, half a year at 21 %: 2 / 1.1; the purchase costs 5 / 1.1.
    m = optimizer.build_model(make(**TWO_OFFERS, Settings={"discount rate": 0.21}))
    charge_deviation(m, {BOUGHT: 7.0}, 2.0)
    name = "purchases,kaz,Kaz,ore,,'2027'"
    assert text(m.deviation[BOUGHT.row]) == (
        f"buy[kaz,Kaz,ore,'2027'] - more[{name}] + less[{name}] == 7.0"
    )
    assert not m.total_cost.active
    rates = {
        str(term.args[1]): term.args[0]
        for term in m.cost_and_change.expr.args[0:]
        if hasattr(term, "args") and len(term.args) == 2
    }
    assert rates[f"more[{name}]"] == rates[f"less[{name}]"] == pytest.approx(2 / 1.1)
    assert rates["buy[kaz,Kaz,ore,'2027']"] == pytest.approx(5 / 1.1)


def test_scenarios_share_a_commitment_and_what_one_does_not_offer_does_not_bind_it():
    def supply(*offers):
        return optimizer.build_model(make(**TWO_OFFERS | {"Supply": list(offers)}))

    useless = [lane("China", "Buyer")]  # nothing leads from Kaz
    models = [
        supply(KAZ, CHINA),
        supply(CHINA),
        supply(KAZ, CHINA),
        optimizer.build_model(make(**TWO_OFFERS | {"Lanes": useless})),
    ]
    m = join_scenarios(models, [0.25] * 4, [BOUGHT])
    rows = {index[0]: text(row) for index, row in m.nonanticipativity.items()}
    bought = "buy[kaz,Kaz,ore,'2027']"
    assert rows == {
        "scenario_3": f"scenario_3.{bought} - scenario_1.{bought} == 0.0",
        "scenario_4": f"- scenario_1.{bought} == 0.0",
    }


def test_the_worst_part_counts_what_a_scenario_costs_above_the_level():
    # 1 year at no discount: purchases 5 and 1, 100 for each tonne short.
    models = [optimizer.build_model(make(**TWO_OFFERS)) for _ in range(2)]
    m = join_scenarios(models, [0.4, 0.6], [], tail=0.75, weight=0.5)
    assert text(m.excess_cost["scenario_1"]) == (
        "5.0*scenario_1.buy[kaz,Kaz,ore,'2027'] + scenario_1.buy[china,China,ore,'2027'] + "
        "100.0*scenario_1.short[need,Buyer,ore,'2027'] - excess[scenario_1] - level <= 0.0"
    )
    # Half the mean: 0.5 x 0.4 x 5; half the tail: 0.5 x 0.6 / 0.25 on the second excess.
    rates = {
        str(term.args[1]): term.args[0]
        for term in m.expected_cost.expr.args
        if hasattr(term, "args") and len(term.args) == 2
    }
    assert rates["scenario_1.buy[kaz,Kaz,ore,'2027']"] == pytest.approx(1.0)
    assert rates["excess[scenario_2]"] == pytest.approx(1.2)
    assert rates["level"] == pytest.approx(0.5)


def test_every_variable_and_row_says_what_it_is():
    for case, _, _ in GOLDEN:
        m = optimizer.build_model(make(**case))
        for kind in (Var, Constraint, Objective):
            for component in m.component_objects(kind):
                assert component.doc, component.name


def test_every_decision_is_at_least_zero():
    for case, _, _ in GOLDEN:
        m = optimizer.build_model(make(**case))
        assert all(variable.lb == 0 for variable in m.component_data_objects(Var))


# The objective --------------------------------------------------------------------------------


def objective(**case) -> str:
    m = optimizer.build_model(make(**case))
    return str(m.total_cost.expr)


def test_the_objective_is_each_flow_at_its_price():
    # Freight 2, duty 10 % of 50 and 1 a tonne, carrying 12 % a year of 50 over 73.05 days, a
    # fifth of a year: 2 + 5 + 1 + 1.2 = 9.2 on each tonne shipped.
    said = objective(
        Settings={"carrying cost rate": 0.12},
        Materials=[{"material": "ore", "stage": "mined", "value": 50}],
        Supply=[KAZ],
        Lanes=[lane("Kaz", "Buyer", cost=2, lead_days=73.05)],
        Tariffs=[
            {
                "origin country": "*",
                "destination country": "USA",
                "material": "*",
                "ad valorem": 0.1,
                "specific": 1,
            }
        ],
        Demand=[need(10, price=30)],
    )
    assert said == (
        "5.0*buy[kaz,Kaz,ore,'2027'] + 9.2*ship[Kaz,Buyer,ore,,any,'2027'] "
        "- 30.0*deliver[need,Buyer,ore,any,'2027'] + 100.0*short[need,Buyer,ore,'2027']"
    )


def test_fixed_costs_stand_in_the_objective_whatever_is_decided():
    # 50 a year over two half-years; 3 an activity.
    assert objective(**CAPACITY) == (
        "50.0 + buy[kaz,Plant,ore,2027-H1] + buy[kaz,Plant,ore,2027-H2] "
        "+ 3.0*run[Plant,smelt,,any,2027-H1] + 3.0*run[Plant,smelt,,any,2027-H2] "
        "+ 100.0*short[need,Buyer,metal,2027-H1] + 100.0*short[need,Buyer,metal,2027-H2]"
    )


def test_an_option_pays_capital_and_fixed_cost_less_what_its_life_is_worth_at_the_end():
    # Decided in the first half: 1000, 10 for the half-year that it runs, less 3/4 of 1000 since
    # a year and a half of its two years are left. Decided in the second it runs after the end:
    # 1000 less 1000.
    options = [option("line", capital_cost=1000, fixed_cost=20, life=2, build_months=6)]
    said = objective(**{**OPTIONS, "Options": options})
    assert "+ 260.0*build[line,2027-H1]" in said
    assert "build[line,2027-H2]" not in said


def test_what_a_store_holds_is_charged_and_credited():
    # Holding 2 a year and carrying 10 % of 20: half of 4 in each half-year; 3 credited at the end.
    said = objective(
        **{
            **STORE,
            "Settings": {**HALVES, "carrying cost rate": 0.1},
            "Materials": [{"material": "ore", "stage": "mined", "value": 20}],
            "Stocks": [{"site": "Buyer", "material": "ore", "holding cost": 2, "closing value": 3}],
        }
    )
    assert "+ 2.0*stock[Buyer,ore,any,2027-H1] - stock[Buyer,ore,any,2027-H2] " in said


def test_money_is_discounted_to_the_start_from_the_middle_of_its_period():
    # 1.21 ** -0.5 = 1 / 1.1 in the middle of the first year.
    said = objective(
        Settings={"discount rate": 0.21}, Supply=[KAZ], Lanes=TO_BUYER, Demand=[need(10)]
    )
    price = float(said.partition("*")[0])
    assert price == pytest.approx(5 / 1.1)


# What cannot be -------------------------------------------------------------------------------


def test_a_wish_that_nothing_can_fulfil_makes_the_model_infeasible_rather_than_vanish():
    # Nothing can be delivered, and half of it must be.
    m = optimizer.build_model(make(Supply=[], Demand=[need(10, minimum=0.5)]))
    assert text(m.least_delivery["need", "Buyer", "ore", "2027"]) == "5.0 <= nothing"
    assert m.nothing.bounds == (0, 0)


def test_a_rule_without_tolerance_has_no_variable_for_what_it_forbids():
    m = optimizer.build_model(make(**{**SHARE, "Rules": [no_china()]}))
    assert {index[3] for index in m.deliver} == {"clean"}
    assert len(m.rule_share) == 0


def test_limits_in_tonnes_and_in_shares_stand_side_by_side():
    limits = [
        {"limit": "cap", "measure": "bought", "country": "China", "maximum": 4},
        {"limit": "half", "measure": "bought", "site": "Kaz", "as": "share", "maximum": 0.5},
    ]
    assert len(optimizer.build_model(make(**LIMIT, Limits=limits)).limit) == 4


def test_the_model_is_an_ordinary_pyomo_model_with_its_network_beside_it():
    case = make(**SHARE)
    m = optimizer.build_model(case)
    assert m.network.case is case
    assert [variable.name for variable in m.columns.buy[0].values()] == [
        "buy[kaz,Kaz,ore,2027-H1]",
        "buy[kaz,Kaz,ore,2027-H2]",
    ]
