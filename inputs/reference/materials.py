"""Materials: stage reached, value for customs and carrying, cost of throwing away.

Reagents have a stage of their own: the law looks at magnet metals, not at acids, so only the
rule on reagents sees them. Iron, boron and cobalt have the law's stages: it counts them from 2027.
"""

from __future__ import annotations

from facts import Fact, assume, computed, find, process
from feeds import END_OF_LIFE, FEEDS, MASS_FACTORS
from grades import ALLOY_PER_MAGNET, GRADES, SWARF_PER_MAGNET, alloy_inputs
from magnets import ASIAN
from markets import ADDITIVES, ALLIED, REAGENTS, quote
from metal import TOLLS, YIELDS
from rows import Row, rounded, row, switched
from separation import output

REFINED_FEEDS = (
    "Serra Verde carbonate",
    "White Mesa carbonate",
    "Hoidas Lake carbonate",
    "Carina carbonate",
    "Round Top product",
    "China carbonate",
    "Hung Thinh carbonate",
    "Nolans SEG oxide",
    "Araxa carbonate",
)
SWARF_VALUE = 10_000.0
"""What swarf is worth, US$ per tonne: an assumption."""
NO_FIGURE_FEEDS = {"Bokan concentrate": "Bokan Mountain", "Sheep Creek concentrate": "Sheep Creek"}


def metal_value(element: str) -> Fact:
    """What a metal costs ex-China: its oxide and the toll."""
    factor = process("stoichiometry", MASS_FACTORS[element], "mass factor")
    oxide, recovered, toll = ALLIED[f"{element} oxide"], YIELDS[element], TOLLS[element]
    value = oxide.value / factor.value / recovered.value + toll.value
    return computed(rounded(value, 4), oxide, recovered, toll)


def alloy_value(name: str) -> Fact:
    """Metals in a tonne of alloy at ex-China prices, and the casting."""
    metals = {m: q for m, q in alloy_inputs(name).items() if m.split()[0] in TOLLS}
    values = [metal_value(m.split()[0]) for m in metals]
    total = sum(v.value * q for v, q in zip(values, metals.values(), strict=True))
    return computed(rounded(total + 5_000.0, 4), *values, assume(0))


def samarium_cobalt_price() -> Fact:
    """Chinese export price of an SmCo magnet: no quote found."""
    return assume(float(find("offers", offer="Chinese magnet SmCo")["price"]))


def allied_magnet(name: str) -> Fact:
    """What a magnet made outside China costs: alloy less swarf, sintering and machining."""
    alloy = alloy_value(name)
    swarf = SWARF_PER_MAGNET * SWARF_VALUE
    value = alloy.value * ALLOY_PER_MAGNET - swarf + ASIAN.value
    return computed(rounded(value, 4), alloy, ASIAN)


def allied_samarium_cobalt() -> Fact:
    """What an SmCo magnet made outside China costs: no quote found."""
    premium = quote("magnet", "premium for non-China")
    chinese = samarium_cobalt_price()
    return computed(chinese.value + premium.value, chinese, premium)


def materials() -> list[Row]:
    """The Materials sheet."""
    return [*_feeds(), *_oxides(), *_metals(), *_bought_in(), *_magnets()]


def _feeds() -> list[Row]:
    rows = []
    for name, feed in FEEDS.items():
        value = output(name, "NdPr") * ALLIED["NdPr oxide"].value * 0.75
        stage = "refined" if name in REFINED_FEEDS else "mined"
        cells = row(
            computed(0, feed.source, ALLIED["NdPr oxide"], assume(0)),
            material=name,
            stage=stage,
            value=rounded(value, 3),
            route=feed.label,
            notes="value: three quarters of its NdPr",
        )
        rows.append(switched(cells, feed.label))
    for name, label in NO_FIGURE_FEEDS.items():
        cells = row(
            assume(0),
            material=name,
            stage="mined",
            value=0,
            route=label,
            notes="no tonnage, grade or split published",
        )
        rows.append(switched(cells, label))
    return rows


NOTES = {
    "NdPr oxide": "floor of two contracts and no market price: planning band 85 to 150 US$/kg",
    "Dy oxide": "low end of the one European range of 2025-05-06; few trades",
    "Tb oxide": "low end of the one European range of 2025-05-06; few trades",
}
DISPOSAL = {
    "La oxide": 100.0,
    "Ce oxide": 100.0,
    "other oxides": 300.0,
    "SEG concentrate": 300.0,
    "Sm oxide": 500.0,
}


def _oxides() -> list[Row]:
    rows = []
    for name, price in ALLIED.items():
        cost = DISPOSAL.get(name)
        note = "disposal = drummed storage; outlets are in Demand" if cost else NOTES.get(name, "")
        rows.append(
            row(
                price,
                *([assume(0)] if cost else []),
                material=name,
                stage="separated",
                value=price.value,
                disposal_cost=cost,
                notes=note,
            )
        )
    return rows


def _metals() -> list[Row]:
    rows = [
        row(
            metal_value(e),
            material=f"{e} metal",
            stage="separated",
            value=metal_value(e).value,
            notes="metal has been separated; making it adds 'refined'",
        )
        for e in YIELDS
    ]
    for name in GRADES:
        value = alloy_value(name)
        rows.append(row(value, material=f"alloy {name}", stage="melted", value=value.value))
    price = samarium_cobalt_price()
    rows.append(
        row(
            price,
            material="alloy SmCo",
            stage="melted",
            value=rounded(0.6 * price.value, 3),
            notes="three fifths of the magnet",
        )
    )
    return rows


def _bought_in() -> list[Row]:
    rows = []
    for name, additive in ADDITIVES.items():
        rows.append(
            row(
                additive.price,
                material=name,
                stage=additive.stage,
                traced=None if additive.traced else "no",
                value=additive.price.value,
                notes=additive.notes,
            )
        )
    for name, reagent in REAGENTS.items():
        rows.append(
            row(
                reagent.price,
                material=name,
                stage="reagent",
                value=reagent.price.value,
                notes="a stage of its own: counted by the rule on reagents alone",
            )
        )
    return rows


def _magnets() -> list[Row]:
    rows = []
    for name in GRADES:
        price = allied_magnet(name)
        rows.append(
            row(
                price,
                material=f"magnet {name}",
                stage="produced",
                value=rounded(price.value, 4),
                notes="what is paid for it outside China; Chinese goods: see Tariffs",
            )
        )
    price = allied_samarium_cobalt()
    rows.append(
        row(
            price,
            material="magnet SmCo",
            stage="produced",
            value=rounded(price.value, 4),
            notes="what is paid for it outside China; Chinese goods: see Tariffs",
        )
    )
    for name in (*GRADES, "SmCo", "recycled"):
        rows.append(
            row(
                assume(0),
                material=f"swarf {name}",
                stage="produced",
                value=SWARF_VALUE,
                disposal_cost=-10_000 if name == "SmCo" else -5_000,
                notes="recycled, or sold to scrap merchants: a disposal cost below zero",
            )
        )
    rows.append(
        row(assume(0), material=END_OF_LIFE, stage="produced", value=15_000, route="Recycling")
    )
    rows.append(
        row(
            assume(0), material="recycled powder", stage="produced", value=25_000, route="Recycling"
        )
    )
    return rows
