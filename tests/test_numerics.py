"""Figures of very different size in one plan: grams beside megatonnes, cents beside millions.

The expected costs are exact fractions, worked by hand from the case below.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

import optimizer
from tests.conftest import lane, make, need, offer, process, recipe, site

CENT = Fraction(1, 100)
TB_WON = Fraction(4, 1_000_000) / 2
"""Tonnes of Tb oxide won from a tonne of concentrate: 4 grams a tonne, half of it lost."""
NDPR_WON = Fraction(12, 100)

SITES = [
    site("Pit", "Kazakhstan"),
    site("Mill", "Canada"),
    site("Works", "Canada"),
    site("Buyer", "USA"),
]


def nasty(big: Fraction, dear: Fraction) -> dict[str, Any]:
    """Sheets of the case; quantities are ``big`` times, money ``dear`` times what is below.

    Ore at 2 cents (3 Mt) and at 5 cents; a mill that turns 1000 t of it into one of
    concentrate; works that win 2 g of Tb oxide and 120 kg of NdPr oxide of a tonne, with room
    for 1600 t; a trader with Tb oxide at 300 million a tonne. Wanted: 4 kg of Tb oxide at
    800 million a tonne short, 1.5 Mt of plain ore at 7 cents a tonne short, and 2000 t of
    magnets that nobody makes at 150,000 a tonne short; 100 t of NdPr oxide can be sold.
    """

    def t(tonnes: float | Fraction) -> float:
        return float(Fraction(tonnes) * big)

    def usd(money: str | int) -> float:
        return float(Fraction(money) * dear)

    penalty = "shortage_penalty"
    return {
        "Sites": SITES,
        "Materials": [
            {"material": "ore", "stage": "mined"},
            {"material": "concentrate", "stage": "mined"},
            {"material": "tailings", "disposal cost": usd("0.01")},
            {"material": "Tb oxide", "stage": "separated"},
            {"material": "NdPr oxide", "stage": "separated", "disposal cost": usd("0.03")},
            {"material": "magnet"},
        ],
        "Supply": [
            offer("A", "Pit", price=usd("0.02"), maximum=t(3_000_000)),
            offer("B", "Pit", price=usd("0.05")),
            offer("C", "Works", "Tb oxide", usd(300_000_000)),
        ],
        "Assays": [
            {"feed": "concentrate", "oxide": "Tb", "share": 4e-6},
            {"feed": "concentrate", "oxide": "NdPr", "share": 0.12},
        ],
        "Recoveries": [
            {"recipe": "win", "oxide": "Tb", "product": "Tb oxide", "recovery": 0.5},
            {"recipe": "win", "oxide": "NdPr", "product": "NdPr oxide", "recovery": 1},
        ],
        "Recipes": recipe("mill", ore=-1000, concentrate=1, tailings=999),
        "Processes": [
            process("mill", "Mill", cost=usd(120)),
            process("win", "Works", feed="concentrate", unit="leach", cost=usd("0.25")),
        ],
        "Units": [{"site": "Works", "unit": "leach", "capacity": t(1_600)}],
        "Lanes": [
            lane("Pit", "Mill", "ore", usd("0.004")),
            lane("Pit", "Buyer", "ore", usd("0.01")),
            lane("Mill", "Works", "concentrate", usd(3)),
            lane("Works", "Buyer", "*", usd(40)),
        ],
        "Demand": [
            need(t(Fraction(4, 1000)), "terbium", "Tb oxide", **{penalty: usd(800_000_000)}),
            need(t(1_500_000), "plain ore", "ore", **{penalty: usd("0.07")}),
            need(t(2_000), "magnets", "magnet", **{penalty: usd(150_000)}),
            need(t(100), "outlet", "NdPr oxide", price=usd(65_000), **{penalty: 0}),
        ],
    }


def expected() -> dict[str, Fraction]:
    """Cost by category, by hand.

    A tonne of concentrate saves 600 of bought Tb oxide and costs less than 200, so the works
    are full: 3.2 kg are won and 0.8 kg bought. They take 1.6 Mt of A; the buyer of plain ore
    gets the other 1.4 Mt, and 0.1 Mt of B (6 cents < 7). Of 192 t of NdPr oxide 100 are sold
    and 92 thrown away.
    """
    tb, concentrate, sold = Fraction(4, 1000), 1_600, 100
    return {
        "purchases": 3_000_000 * CENT * 2
        + 100_000 * CENT * 5
        + (tb - concentrate * TB_WON) * 300_000_000,
        "freight": 1_600_000 * CENT * Fraction(4, 10)
        + 1_500_000 * CENT
        + concentrate * 3
        + (tb + sold) * 40,
        "conversion": concentrate * (120 + 25 * CENT),
        "disposal": concentrate * 999 * CENT + (concentrate * NDPR_WON - sold) * CENT * 3,
        "shortage": Fraction(2_000 * 150_000),
        "revenue": Fraction(-sold * 65_000),
    }


@pytest.mark.parametrize(
    ("big", "dear"),
    [
        (Fraction(1), Fraction(1)),
        (Fraction(1, 1000), Fraction(1)),
        (Fraction(1000), Fraction(1)),
        (Fraction(1), Fraction(100)),
        (Fraction(1), Fraction(1, 1000)),
        (Fraction(1000), Fraction(1, 100)),
    ],
    ids=["as it is", "a pilot plant", "the world", "in cents", "in thousands", "world in 100"],
)
@pytest.mark.parametrize("interior_point_from", [0, 10**9], ids=["interior point", "simplex"])
def test_a_plan_with_nasty_units_is_exact(
    big: Fraction, dear: Fraction, interior_point_from: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(strategies, "INTERIOR_POINT_FROM", interior_point_from)
    result = optimizer.solve(make(**nasty(big, dear)))
    assert result.status == "optimal"
    assert result.audit is not None
    assert result.audit.passed, result.audit.verdict
    wanted = {name: float(cost * big * dear) for name, cost in expected().items()}
    assert result.objective == pytest.approx(sum(wanted.values()), rel=1e-7)
    found = {name: cost for name, cost in result.costs.items() if name in wanted}
    assert found == pytest.approx(wanted, rel=1e-7)
    assert sum(result.costs.values()) == pytest.approx(sum(wanted.values()), rel=1e-7)
