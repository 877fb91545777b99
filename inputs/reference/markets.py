"""Reference prices in US$ per tonne: ex-China, and Chinese net of VAT.

Chinese home quotes carry 13 % VAT: they are divided by 1.13 and by the exchange rate (an
assumption, 6.9 to 7.2, that the confidence of a quote does not show). Quotes per kg become
quotes per tonne. What China licenses has two prices, one at home and one abroad, so there
are two lists.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import NamedTuple

from facts import Fact, assume, computed, fact, find, process

VAT = 1.13
KILOGRAMS = 1000.0
FEBRUARY = "2026-02-03"
"""The latest Chinese home quotes on record."""


def quote(item: str, basis: str, *, column: str = "value", period: str = "") -> Fact:
    """A row of ``prices.csv`` as US$ per tonne, Chinese home quotes net of VAT."""
    cells = {"item": item, "basis": basis} | ({"period": period} if period else {})
    row = find("prices", **cells)
    found = fact(row, column)
    if row["unit"] == "CNY/kg":
        rate = fact(find("prices", item="FX", basis="CNY per US$"))
        return computed(found.value * KILOGRAMS / VAT / rate.value, found)
    return found if row["unit"] == "US$/t" else computed(found.value * KILOGRAMS, found)


NDPR_BAND = {
    column: quote("NdPr_oxide", "planning band", column=column) for column in ("low", "high")
}
"""Ends of the planning band of NdPr oxide; its middle is the floor of two contracts."""

ALLIED = {
    "NdPr oxide": quote("NdPr_oxide", "US floor, Lynas-DoW LOI"),
    "Dy oxide": quote("Dy_oxide", "Europe", column="low"),
    "Tb oxide": quote("Tb_oxide", "Europe", column="low"),
    "Sm oxide": quote("Sm_oxide", "ex-China (placeholder)"),
    "La oxide": quote("La_oxide", "FOB China"),
    "Ce oxide": quote("Ce_oxide", "FOB China"),
    "other oxides": assume(3_000.0),
    "SEG concentrate": assume(8_000.0),
}
"""What an oxide without a Chinese past costs; Dy and Tb at the low end of the European range."""

ALLIED_SPOT = {name: quote(f"{name[:2]}_oxide", "Europe") for name in ("Dy oxide", "Tb oxide")}
"""Middle of the European range: the second tonne."""

ALLIED_LAST = {
    name: quote(f"{name[:2]}_oxide", "Europe", column="high") for name in ("Dy oxide", "Tb oxide")
}
"""Top of the European range: the last tonne."""


def _heavies(dy: Fact, tb: Fact) -> dict[str, Fact]:
    """Chinese Dy and Tb, oxide and metal.

    Metal is the oxide, corrected for the oxygen, plus the Chinese smelter's 10 %.
    """
    mark_up = process("metal", "China oxide->metal mark-up", "mark-up")
    prices = {"Dy oxide": dy, "Tb oxide": tb}
    for name, oxide, step in (("Dy", dy, "Dy2O3->Dy"), ("Tb", tb, "Tb4O7->Tb")):
        factor = process("stoichiometry", step, "mass factor")
        price = oxide.value / factor.value * (1 + mark_up.value)
        prices[f"{name} metal"] = computed(price, oxide, mark_up)
    return prices


HOME_HEAVIES = _heavies(
    quote("Dy_oxide", "China domestic incl. VAT", period=FEBRUARY),
    quote("Tb_oxide", "China domestic incl. VAT", period=FEBRUARY),
)
"""What Dy and Tb cost in China."""


def _exported_heavies() -> dict[str, Fact]:
    """What Dy and Tb from China cost: only Dy has an export quote; Tb gets its mark-up."""
    dy, home_dy, home_tb = (
        quote("Dy_oxide", "FOB China"),
        HOME_HEAVIES["Dy oxide"],
        HOME_HEAVIES["Tb oxide"],
    )
    tb = computed(home_tb.value * dy.value / home_dy.value, home_tb, home_dy, dy, assume(0))
    return _heavies(dy, tb)


def _chinese() -> dict[str, Fact]:
    """Chinese oxides and metals as exported."""
    return {
        "China carbonate": quote("RE_carbonate", "China"),
        "NdPr oxide": quote("NdPr_oxide", "China domestic incl. 13% VAT"),
        "Sm oxide": quote("Sm_oxide", "ex-China (placeholder)", column="low"),
        "NdPr metal": quote("NdPr_metal", "China domestic incl. VAT", period=FEBRUARY),
        **_exported_heavies(),
    }


CHINESE = _chinese()
"""What the same things cost from China: home price for NdPr, export price for Dy, Tb, Sm."""


def home_prices() -> dict[str, Fact]:
    """What a maker in China pays: as exported, but Dy and Tb at their home price."""
    return {**CHINESE, **HOME_HEAVIES}


CHINESE_NDPR = ("China carbonate", "NdPr oxide", "NdPr metal")


def chinese_ndpr_at(price: Fact) -> dict[str, Fact]:
    """Chinese carbonate, NdPr oxide and metal, as much dearer as NdPr oxide elsewhere."""
    ratio = price.value / ALLIED["NdPr oxide"].value
    return {name: computed(CHINESE[name].value * ratio, price, assume(0)) for name in CHINESE_NDPR}


class Prices(NamedTuple):
    """Quotes that stand in for those of the base: three tiers outside China, and China's own."""

    first: Mapping[str, Fact] = {}
    spot: Mapping[str, Fact] = {}
    last: Mapping[str, Fact] = {}
    chinese: Mapping[str, Fact] = {}


@contextmanager
def other_prices(prices: Prices) -> Iterator[None]:
    """Inside it, the price lists stand at other quotes."""
    lists = list(zip((ALLIED, ALLIED_SPOT, ALLIED_LAST, CHINESE), prices, strict=True))
    kept = [dict(known) for known, _ in lists]
    for known, changes in lists:
        known.update(changes)
    try:
        yield
    finally:
        for (known, _), before in zip(lists, kept, strict=True):
            known.update(before)


@dataclass(frozen=True, slots=True)
class Additive:
    """Something bought for alloying or metal-making, with the stage that it has reached."""

    price: Fact
    stage: str
    notes: str
    traced: bool = True


def _iron_and_boron() -> tuple[Fact, Fact]:
    cells = find("prices", item="Fe_B")
    iron, boron = (float(text) * KILOGRAMS for text in cells["value"].split("/"))
    return assume(iron), assume(boron)


IRON, FERROBORON = _iron_and_boron()
ADDITIVES = {
    "iron": Additive(IRON, "refined", "counted by the rule from 2027"),
    "ferroboron": Additive(FERROBORON, "refined", "18 % boron; counted by the rule from 2027"),
    "cobalt": Additive(quote("Co_metal", "USGS 2023"), "refined", "counted by the rule from 2027"),
    "calcium metal": Additive(
        assume(4_500.0), "reagent", "a stage of its own: counted by the rule on reagents alone"
    ),
    "copper and zirconium": Additive(assume(20_000.0), "", "not traced", traced=False),
}


@dataclass(frozen=True, slots=True)
class Reagent:
    """An acid: price, and tonnes per tonne of rare-earth oxide in the feed (an assumption)."""

    price: Fact
    per_oxide: float


REAGENTS = {
    "hydrochloric acid": Reagent(process("separation", "reagents", "HCl price"), 3.0),
    "oxalic acid": Reagent(process("separation", "reagents", "oxalic acid price"), 1.0),
}
