"""What Scarcity says of each kind of bound, tried at both ends of its range.

The cell that the bound comes from is written anew, a bit inside the range, up to its end and just
outside, and the workbook is solved again. Inside, the cost must change by what is told; outside by
more, or there is no plan.
"""

from __future__ import annotations

from collections.abc import Callable
from math import inf, isfinite, isnan
from typing import Any, NamedTuple

import pytest

import optimizer
from tests.conftest import china, lane, make, need, no_china, offer, process, recipe

Sheets = dict[str, Any]


class Kind(NamedTuple):
    """A bound: its row in Scarcity, the sheets for a value of its cell, and what is right."""

    kind: str
    sheets: Callable[[float], Sheets]
    cell: float
    per: str
    worth: float
    more: float
    less: float
    scale: float = 1.0
    """How much the bound moves with one unit of the cell."""
    free: bool = False
    """True where a yes/no decision is taken anew at an end, which Scarcity holds."""


MORE, LESS = "one more", "one less"
METAL = {"Recipes": recipe("smelt", ore=-1, metal=1), "Demand": [need(10, material="metal")]}
WASTE = [{"material": "ore", "stage": "mined", "disposal cost": 7}]


def kiln(**unit: Any) -> Sheets:
    """Ore at 1 is smelted at 0 in a kiln; 10 t of metal are wanted, 100 a tonne short."""
    return {
        **METAL,
        "Supply": [offer("kaz", "Plant", price=1)],
        "Processes": [process("smelt", unit="kiln")],
        "Units": [{"site": "Plant", "unit": "kiln", **unit}],
    }


def dear_kiln(**unit: Any) -> Sheets:
    """The same where a tonne costs 200 more than its penalty saves: it runs as little as it may."""
    return {**kiln(**unit), "Processes": [process("smelt", unit="kiln", cost=200)]}


def store(**columns: Any) -> Sheets:
    """2 t are wanted of 10 t at 1."""
    return {
        "Supply": [offer("a", maximum=10)],
        "Demand": [need(2)],
        "Stocks": [{"site": "Buyer", "material": "ore", **columns}],
    }


FIRST_HALF = need(None, **{"2027-H1": 10, "2027-H2": 0})
HALVES = {"periods": 2, "period length": "half-year"}

KINDS = {
    # 4 t at 9 that 1 could buy; no less than none, no more than the 10 t wanted.
    "offer minimum": Kind(
        "offer",
        lambda x: {
            "Supply": [offer("dear", price=9, minimum=x, maximum=10), offer("cheap")],
            "Demand": [need(10)],
        },
        4, LESS, 8, 6, 4,
    ),
    # 3 t at 1 instead of 5, and no less than the minimum of 2.
    "offer maximum": Kind(
        "offer",
        lambda x: {
            "Supply": [offer("cheap", minimum=2, maximum=x), offer("dear", price=5)],
            "Demand": [need(10)],
        },
        3, MORE, 4, 7, 1,
    ),
    # Of 10 t 2 are wanted and 3 left: 5 t more can be.
    "closing stock": Kind("stock bound", lambda x: store(closing=x), 3, LESS, 1, 5, 3),
    # Below 2 t the minimum binds instead.
    "closing stock above the minimum": Kind(
        "stock bound", lambda x: store(closing=x, minimum=2), 3, LESS, 1, 5, 1
    ),
    "least stock": Kind("stock bound", lambda x: store(minimum=x, maximum=6), 3, LESS, 1, 3, 3),
    # 5 t of each half at 1 in the first and 9 in the second; what is stored saves 8.
    "most stock": Kind(
        "stock bound",
        lambda x: {
            "Settings": HALVES,
            "Supply": [offer("now", price=1, to="2027-06-30"), offer("then", price=9)],
            "Demand": [need(10)],
            "Stocks": [{"site": "Buyer", "material": "ore", "maximum": x, "closing": 0}],
        },
        3, MORE, 8, 2, 3,
    ),
    # 12 t a year: a day of cover is 12 / 365.25 t; 20 t are for sale.
    "days of cover": Kind(
        "days of cover",
        lambda x: {
            "Supply": [offer("a", maximum=20)],
            "Demand": [need(12)],
            "Stocks": [{"site": "Buyer", "material": "ore", "days of cover": x}],
        },
        36.525, LESS, 1, 6.8, 1.2, 12 / 365.25,
    ),
    # A tonne costs 201 and saves 100; up to the 8 t of the kiln.
    "minimum load": Kind(
        "minimum load",
        lambda x: dear_kiln(capacity=8, minimum_load=x),
        0.5, LESS, 101, 4, 4, 8,
    ),
    # Where it runs it makes 5 t; 4 are wanted, so that 1 t is thrown away for 7.
    "minimum load of a unit that may idle": Kind(
        "minimum load",
        lambda x: {
            **kiln(capacity=10, minimum_load=x, may_idle="yes"),
            "Materials": [
                {"material": "ore", "stage": "mined"},
                {"material": "metal", "stage": "melted", "disposal cost": 7},
            ],
            "Demand": [need(4, material="metal", shortage_penalty=1000)],
        },
        0.5, LESS, 8, 5, 1, 10,
    ),
    "must-run of a process": Kind(
        "process limit",
        lambda x: {**dear_kiln(capacity=8), "Processes": [
            process("smelt", unit="kiln", cost=200, minimum=x, maximum=6)]},
        4, LESS, 101, 2, 4,
    ),
    "maximum of a process": Kind(
        "process limit",
        lambda x: {**METAL, "Supply": [offer("kaz", "Plant", price=1)],
                   "Processes": [process("smelt", maximum=x, minimum=1)]},
        6, MORE, 99, 4, 5,
    ),
    "maximum of a process in a plant that cannot segregate": Kind(
        "process limit",
        lambda x: {
            **METAL,
            "Sites": [
                {"site": "Plant", "kind": "plant", "country": "Canada", "segregates": "no"},
                {"site": "Kaz", "kind": "mine", "country": "Kazakhstan"},
                {"site": "China", "kind": "mine", "country": "China"},
                {"site": "Buyer", "kind": "customer", "country": "USA"},
            ],
            "Supply": [offer("kaz"), offer("cn", "China", price=0.5, maximum=1)],
            "Processes": [process("smelt", maximum=x, stage="melted")],
            "Rules": [no_china()],
            "Rule_scope": [china()],
        },
        6, MORE, 99, 4, 6,
    ),
    "capacity": Kind("capacity", lambda x: kiln(capacity=x), 6, MORE, 99, 4, 6),
    # The capacity bounds the kiln again where it runs: both rows move.
    "capacity of a unit that may idle": Kind(
        "capacity",
        lambda x: kiln(capacity=x, may_idle="yes", fixed_cost=7),
        6, MORE, 99, 4, 6, free=True,
    ),
    # It makes just as much as it can: a tonne more must be made, at 201, and saves 100.
    "capacity that is all minimum load": Kind(
        "capacity",
        lambda x: {**kiln(capacity=x, minimum_load=1)},
        6, MORE, 99, 4, 6,
    ),
    "lane maximum": Kind(
        "lane",
        lambda x: {"Supply": [offer("kaz")], "Demand": [need(10)],
                   "Lanes": [lane("Kaz", "Buyer", "ore", maximum=x)]},
        6, MORE, 99, 4, 6,
    ),
    "maximum of a lane with a fixed cost": Kind(
        "lane",
        lambda x: {"Supply": [offer("kaz")], "Demand": [need(10)],
                   "Lanes": [lane("Kaz", "Buyer", "ore", maximum=x, fixed_cost=7)]},
        6, MORE, 99, 4, 6, free=True,
    ),
    # 6 t come where 4 are wanted: 2 t too many are bought at 1 and thrown away at 7.
    "minimum shipment": Kind(
        "minimum shipment",
        lambda x: {"Materials": WASTE, "Supply": [offer("kaz")], "Demand": [need(4)],
                   "Lanes": [lane("Kaz", "Buyer", "ore", maximum=20, minimum_when_used=x)]},
        6, LESS, 8, 14, 2, free=True,
    ),
    # A year of two halves, 10 t wanted in the first: at least 4 t at 5 instead of 1.
    "limit minimum over a year": Kind(
        "limit",
        lambda x: {
            "Settings": HALVES,
            "Supply": [offer("dear", price=5), offer("cn", "China")],
            "Demand": [FIRST_HALF],
            "Limits": [{"limit": "some", "measure": "bought", "offer": "dear", "minimum": x,
                        "window": "year"}],
        },
        4, LESS, 4, 6, 4,
    ),
    "limit maximum over a year": Kind(
        "limit",
        lambda x: {
            "Settings": HALVES,
            "Supply": [offer("dear", price=5), offer("cn", "China")],
            "Demand": [FIRST_HALF],
            "Limits": [{"limit": "few", "measure": "bought", "offer": "cn", "maximum": x,
                        "window": "year"}],
        },
        4, MORE, 4, 6, 4,
    ),
    # Bought at 150 where the penalty is 100.
    "minimum delivery": Kind(
        "minimum delivery",
        lambda x: {"Supply": [offer("a", price=150)], "Demand": [need(10, minimum=x)]},
        0.5, LESS, 50, 5, 5, 10,
    ),
    # Half of each tonne wanted is bought at 150, the other half is short at 100.
    "demand with a minimum": Kind(
        "demand",
        lambda x: {"Supply": [offer("a", price=150)], "Demand": [need(x, minimum=0.5)]},
        10, MORE, 125, inf, 10,
    ),
    # Of 12 t half are the 6 t for sale.
    "demand with a minimum that supply ends": Kind(
        "demand",
        lambda x: {"Supply": [offer("a", price=150, maximum=6)], "Demand": [need(x, minimum=0.5)]},
        10, MORE, 125, 2, 10,
    ),
    # What is wanted bounds the lane too, up to its maximum of 20.
    "demand at the end of a lane with a fixed cost": Kind(
        "demand",
        lambda x: {"Supply": [offer("kaz", price=5)], "Demand": [need(x)],
                   "Lanes": [lane("Kaz", "Buyer", "ore", maximum=20, fixed_cost=7)]},
        10, MORE, 5, 10, 10, free=True,
    ),
    "contract": Kind(
        "contract",
        lambda x: {"Supply": [offer("kaz", contract_quantity=x, take_or_pay=1),
                              offer("dear", price=5)], "Demand": [need(10)]},
        6, MORE, 4, 4, 6,
    ),
    # 8 t at 150 are contracted, a share of them paid for: taken, they save 100 a tonne.
    "take or pay": Kind(
        "take or pay",
        lambda x: {"Supply": [offer("kaz", price=150, contract_quantity=8, take_or_pay=x)],
                   "Demand": [need(10)]},
        0.5, LESS, 50, 4, 4, 8,
    ),
    # A tenth of 10 t may break the rule: 1 instead of 5.
    "rule share": Kind(
        "rule share",
        lambda x: {"Supply": [offer("kaz", price=5), offer("cn", "China")], "Demand": [need(10)],
                   "Rules": [no_china(maximum_share=x)], "Rule_scope": [china()]},
        0.1, MORE, 4, 9, 1, 10,
    ),
    # As much is built as may be: each makes 1 t for 20 and 1 of ore.
    "option of any amount": Kind(
        "option",
        lambda x: {
            **kiln(capacity=0),
            "Options": [{"option": "new", "site": "Plant", "unit": "kiln", "added capacity": 1,
                         "kind": "any amount", "most": x, "capital cost": 20}],
        },
        6, MORE, 79, 4, 6,
    ),
}  # fmt: skip


def cost_of(kind: Kind, value: float) -> float:
    """Least cost with a value in the cell; infinity without a plan."""
    try:
        found = optimizer.solve(make(**kind.sheets(value)))
    except optimizer.WorkbookError:
        return inf
    return inf if found.objective is None else found.objective


@pytest.mark.parametrize("name", KINDS)
def test_the_worth_of_a_bound_is_told_with_its_direction_and_range(name):
    kind = KINDS[name]
    found = optimizer.solve(make(**kind.sheets(kind.cell))).frame("Scarcity").to_dict("records")
    (row,) = [row for row in found if row["kind"] == kind.kind]
    assert (row["per"], row["worth today"]) == (kind.per, pytest.approx(kind.worth))
    assert (row["more"], row["less"]) == pytest.approx((kind.more, kind.less))


@pytest.mark.parametrize("name", KINDS)
def test_the_worth_of_a_bound_holds_up_to_both_ends_of_its_range_and_not_beyond(name):
    kind = KINDS[name]
    base = cost_of(kind, kind.cell)
    rises = kind.per == LESS or kind.kind == "demand"
    slope = kind.worth if rises else -kind.worth
    for direction, width in ((1, kind.more), (-1, kind.less)):
        assert not isnan(width)
        far = width if isfinite(width) else 1000.0
        for part in (0.01, 0.5, 0.9 if kind.free else 1.0):
            step = direction * part * far
            changed = cost_of(kind, kind.cell + step / kind.scale) - base
            assert changed == pytest.approx(slope * step, rel=1e-6, abs=1e-6), part
        step = direction * (far + 0.01)
        beyond = kind.cell + step / kind.scale
        if isfinite(width) and beyond > 0 and not kind.free:
            assert cost_of(kind, beyond) - base > slope * step + 1e-6


def test_a_cell_that_stands_in_several_rows_is_worth_the_sum_of_them():
    # A capacity of 6 a year is 3 in each half: 2 t short in each, at 100 less 1 for the ore. One
    # more a year is half a tonne in each half: 49.5 twice.
    def sheets(capacity: float) -> Sheets:
        return {**kiln(capacity=capacity), "Settings": HALVES}

    base = optimizer.solve(make(**sheets(6)))
    rows = [row for row in base.frame("Scarcity").to_dict("records") if row["kind"] == "capacity"]
    assert [row["bound"] for row in rows] == pytest.approx([3, 3])
    told = sum(row["worth today"] * 0.5 for row in rows)
    assert base.objective - optimizer.solve(make(**sheets(7))).objective == pytest.approx(told)
    assert told == pytest.approx(99)


def test_a_capacity_that_a_minimum_load_makes_dear_is_worth_one_less():
    # All of the kiln must run: each unit costs 201 and saves 100, so that one less saves 101. The
    # minimum load says so; the capacity does not bind, and is told only where it does.
    found = optimizer.solve(make(**dear_kiln(capacity=6, minimum_load=1)))
    told = {row["kind"]: row for row in found.frame("Scarcity").to_dict("records")}
    assert told["minimum load"]["per"] == LESS
    assert told["minimum load"]["worth today"] == pytest.approx(101)
    assert "capacity" not in told


@pytest.mark.parametrize(
    ("kind", "sentence"),
    [
        ("offer minimum", "The minimum purchase of ore from dear at Kaz costs more than it is "
         "worth in 2027: one tonne less is worth 8 USD, for up to 4 t."),
        ("demand with a minimum that supply ends",
         "One more tonne of demand from need at Buyer in 2027 costs 125 USD, for up to 2 t."),
    ],
)  # fmt: skip
def test_the_sentence_of_a_bound_counts_the_units_that_relax_it(kind, sentence):
    found = optimizer.solve(make(**KINDS[kind].sheets(KINDS[kind].cell)))
    assert sentence in found.tables["Bottlenecks"]["sentence"]
