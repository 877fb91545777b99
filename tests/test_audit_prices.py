"""The audit of the tables of prices, over random workbooks with bounds of every kind.

What a fault in one plan with every table does is in tests/test_planted_faults.py.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest

import optimizer
from optimizer.audit import Audit, audit
from optimizer.result.result_layouts import Table, table
from tests.conftest import lane, make, need, offer, process, read_tables, recipe
from tests.oracle.random_case import ALL, draw

SEEDS = (0, 2, 7, 8, 11, 18, 21, 24, 51)
KINDS = {
    "offer",
    "contract",
    "take or pay",
    "capacity",
    "minimum load",
    "process limit",
    "lane",
    "minimum shipment",
    "stock bound",
    "days of cover",
    "demand",
    "minimum delivery",
    "rule share",
    "limit",
    "blend",
}
PRICES = ("Scarcity", "Bottlenecks", "Break-even", "Compliance", "Shortages", "Shortage reasons")


@cache
def plans() -> list[optimizer.Result]:
    """Plans of random workbooks; each passes its audit."""
    found = []
    for seed in SEEDS:
        try:
            case = read_tables(draw(seed, ALL))
        except optimizer.WorkbookError:
            continue
        result = optimizer.solve(case, gap=0)
        if result.status == "optimal":
            assert result.audit is not None
            assert result.audit.passed, (seed, result.audit.verdict)
            found.append(result)
    return found


def failed(result: optimizer.Result, name: str, rows: list[tuple[Any, ...]]) -> set[str]:
    """Checks that a plan fails with other rows in one table."""
    own: Table = table(result.tables[name].layout, rows)
    assert result.objective is not None
    found: Audit = audit(result.case, {**result.tables, name: own}, result.objective)
    return {check.name for check in found.checks if not check.passed}


def changed(result: optimizer.Result, name: str, at: int, **cells: Any) -> list[tuple[Any, ...]]:
    rows = list(result.tables[name].rows())
    named = dict(zip(result.tables[name].layout.headers, rows[at], strict=True))
    rows[at] = tuple({**named, **{key.replace("_", " "): cells[key] for key in cells}}.values())
    return rows


def one_of_each_kind() -> dict[str, tuple[optimizer.Result, int]]:
    found: dict[str, tuple[optimizer.Result, int]] = {}
    for result in plans():
        for at, kind in enumerate(result.tables["Scarcity"]["kind"]):
            found.setdefault(kind, (result, at))
    return found


def test_bounds_of_every_kind_have_a_price_somewhere():
    assert set(one_of_each_kind()) >= KINDS


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_a_row_of_scarcity_is_compared_with_its_bound(kind):
    result, at = one_of_each_kind()[kind]
    scarce = result.tables["Scarcity"]
    bound, cell, worth = (scarce[header][at] for header in ("bound", "cell", "worth"))
    for cells in ({"bound": bound + 1}, {"cell": f"{cell}1"}, {"unit": "kg"}, {"worth": 2 * worth}):
        assert "Scarcity" in failed(result, "Scarcity", changed(result, "Scarcity", at, **cells))


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_a_bound_that_is_left_out_of_scarcity_is_missed_in_bottlenecks(kind):
    result, at = one_of_each_kind()[kind]
    rows = list(result.tables["Scarcity"].rows())
    assert "Bottlenecks" in failed(result, "Scarcity", rows[:at] + rows[at + 1 :])


def test_bottlenecks_in_another_order_or_with_another_saving_are_noticed():
    tested = 0
    for result in plans():
        rows = list(result.tables["Bottlenecks"].rows())
        kinds = [row[1] for row in rows]
        if "demand" not in kinds[1:] or kinds[0] == "demand":
            continue
        tested += 1
        at = kinds.index("demand")
        order = [rows[at], *rows[:at], *rows[at + 1 :]]
        ranked = [(float(rank), *row[1:]) for rank, row in enumerate(order, 1)]
        assert "Bottlenecks" in failed(result, "Bottlenecks", ranked)
        saving = result.tables["Bottlenecks"]["saving of 1 %"][0]
        if saving == saving and saving:
            other = changed(result, "Bottlenecks", 0, **{"saving of 1 %": 2 * saving})
            assert "Bottlenecks" in failed(result, "Bottlenecks", other)
    assert tested


def plain(**more: Any) -> optimizer.Result:
    """6 of 10 t come from China at 1, 4 from Kaz at 5; a third offer is too dear."""
    offers = [
        offer("kaz", price=5, maximum=8),
        {**offer("china", "China", price=1), "maximum": 6},
        {**offer("dear", "China", price=9)},
    ]
    return optimizer.solve(make(Supply=offers, Demand=[need(10)], **more))


def test_a_bound_with_room_has_no_price():
    # Of 8 t that Kaz may sell 4 are bought: a price of its maximum would be one of nothing.
    result = plain()
    rows = list(result.tables["Scarcity"].rows())
    kaz = ("offer", "kaz, Kaz, ore", "2027", 8.0, "t", "one more", 1.0, 1.0, 4.0, 4.0, "")
    cell = f"{result.case.cell('Supply', 2, 'maximum')} (maximum)"
    assert "prices only of what binds" in failed(result, "Scarcity", [*rows, (*kaz, cell)])


def test_a_saving_is_never_below_zero():
    result = plain()
    at = result.tables["Scarcity"]["kind"].index("offer")
    rows = changed(result, "Scarcity", at, worth=-4.0, worth_today=-4.0)
    assert "Scarcity" in failed(result, "Scarcity", rows)


def test_what_is_used_does_not_lack_anything():
    result = plain()
    things = list(result.tables["Break-even"]["thing"])
    (at,) = [n for n, thing in enumerate(things) if thing.startswith("dear")]
    rows = changed(result, "Break-even", at, thing=things[at].replace("dear", "china"), price=1.0)
    assert "Break-even" in failed(result, "Break-even", rows)


def test_a_lane_that_is_not_used_is_not_said_to_be_full():
    # The lane costs 500 in each period in which it is used, and a tonne short costs 100: nothing
    # is shipped of the 3 t wanted, and it is the decision on the lane that stands in the way.
    result = optimizer.solve(
        make(
            Supply=[offer("kaz", price=5)],
            Lanes=[
                {**lane("Kaz", "Plant"), "fixed cost": 500, "maximum": 20},
                lane("Plant", "Buyer"),
            ],
            Recipes=recipe("smelt", ore=-1, metal=1),
            Processes=[process("smelt")],
            Demand=[need(3, material="metal")],
        )
    )
    assert result.audit is not None
    assert result.audit.passed, result.audit.verdict
    reasons = list(result.tables["Shortage reasons"]["reason"])
    assert any("Kaz to Plant is not used for * in 2027" in reason for reason in reasons), reasons
