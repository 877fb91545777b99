"""Separation: recipes, and who runs them on what (``pairings.csv``).

One recipe is written once and made for every feed from its assay. Each plant may run a
feed to all oxides, as far as its Dy and Tb circuits go, or to the light oxides only, with
the heavies left in an SEG concentrate. So a plant is limited by its feed, its front end and
each circuit, whichever comes first.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from facts import Fact, assume, computed, process, table
from feeds import END_OF_LIFE, FEEDS, OXIDES, SCRAP, oxide_share, total_oxide
from markets import REAGENTS
from rows import Row, rounded, row

MONAZITE = process("crack_leach", "monazite acid or caustic", "RE dissolution")
BASTNAESITE = process("crack_leach", "bastnaesite roast/leach", "RE dissolution")
LIGHT = process("separation", "NdPr", "recovery MREC->oxide")
HEAVY = process("separation", "Dy, Tb, Sm", "recovery MREC->oxide")
OTHERS = assume(0.90)
SWARF = process("recycle", "swarf -> oxide (hydromet)", "RE recovery")
CRACKING_COST = process("crack_leach", "monazite", "operating cost")
SEPARATION_COST = process("separation", "ex-China SX operating cost", "per kg total REO separated")
SWARF_COST = assume(8_000.0)
GANGUE_COST = assume(500.0)
"""Acid that the rock of a low-grade concentrate takes, US$ per tonne of feed."""

LIGHT_PRODUCTS = {"NdPr": "NdPr oxide", "La": "La oxide", "Ce": "Ce oxide"}
HEAVY_PRODUCTS = {"Dy": "Dy oxide", "Tb": "Tb oxide", "Sm": "Sm oxide", "other": "other oxides"}
SEG = "SEG concentrate"


@dataclass(frozen=True, slots=True)
class Route:
    """How a kind of feed is opened: share dissolved, nominal oxide content of the feed."""

    dissolved: Fact
    nominal: float
    cracks: bool = True


ROUTES = {
    "monazite": Route(MONAZITE, 0.57),
    "bastnaesite": Route(BASTNAESITE, 0.60),
    "low grade": Route(MONAZITE, 0.10),
    "carbonate": Route(assume(1.0), 0.60, cracks=False),
}
EXTENTS = ("to all oxides", "to light oxides")
SWARF_PLANTS: dict[str, tuple[str, ...]] = {
    "Mountain Pass": tuple(name for name in SCRAP if name != END_OF_LIFE),
    "Lacq": ("swarf N48", END_OF_LIFE),
    "Takefu": tuple(name for name in SCRAP if name != END_OF_LIFE),
    "Hai Phong": ("swarf N48", "swarf SH"),
}
"""Scrap that each recycler can be sent."""


def recovery(route: str, oxide: str) -> Fact:
    """Share of an oxide in the feed that ends in its product."""
    dissolved = ROUTES[route].dissolved
    step = LIGHT if oxide == "NdPr" else HEAVY if oxide in ("Dy", "Tb", "Sm") else OTHERS
    return computed(rounded(dissolved.value * step.value), dissolved, step)


def product(oxide: str, extent: str) -> str:
    """Material that an oxide ends in."""
    if oxide in LIGHT_PRODUCTS:
        return LIGHT_PRODUCTS[oxide]
    return SEG if extent == "to light oxides" else HEAVY_PRODUCTS[oxide]


def output(feed: str, oxide: str) -> float:
    """Tonnes of an oxide won from a tonne of feed."""
    return oxide_share(feed, oxide) * recovery(FEEDS[feed].route, oxide).value


def recoveries() -> list[Row]:
    """The Recoveries sheet."""
    rows = [
        row(
            recovery(route, oxide),
            recipe=f"{route} {extent}",
            oxide=oxide,
            product=product(oxide, extent),
            recovery=recovery(route, oxide).value,
        )
        for route in ROUTES
        for extent in EXTENTS
        for oxide in OXIDES
    ]
    rows += [
        row(
            SWARF,
            recipe="swarf to oxide",
            oxide=oxide,
            product=f"{oxide} oxide",
            recovery=SWARF.value,
            route="Recycling",
        )
        for oxide in ("NdPr", "Dy", "Tb")
    ]
    return rows


def reagent_cost(route: Route) -> float:
    """US$ of reagents for a tonne of feed, at US prices."""
    need = sum(reagent.per_oxide * reagent.price.value for reagent in REAGENTS.values())
    return route.nominal * need


def reagent_recipes() -> list[Row]:
    """What the separation recipes take in beside the feed."""
    return [
        row(
            assume(0),
            recipe=f"{route} {extent}",
            material=material,
            direction="in",
            quantity=rounded(kind.nominal * reagent.per_oxide),
            notes=f"per tonne of feed at {kind.nominal:.0%} oxide; other reagents are in the toll",
        )
        for route, kind in ROUTES.items()
        for extent in EXTENTS
        for material, reagent in REAGENTS.items()
    ]


def toll(feed: str) -> Fact:
    """Cost of opening and separating a tonne of feed, without the reagents bought for it."""
    route = ROUTES[FEEDS[feed].route]
    per_oxide = SEPARATION_COST.value + (CRACKING_COST.value if route.cracks else 0.0)
    gangue = GANGUE_COST.value if FEEDS[feed].route == "low grade" else 0.0
    cost = total_oxide(feed) * per_oxide + gangue - reagent_cost(route)
    return computed(rounded(max(cost, 0.0), 3), SEPARATION_COST, CRACKING_COST)


USES: Mapping[str, Callable[[str], float]] = {
    "cracking": lambda feed: 1.0,
    "separation": total_oxide,
    "NdPr circuit": lambda feed: output(feed, "NdPr"),
    "Dy circuit": lambda feed: output(feed, "Dy"),
    "Tb circuit": lambda feed: output(feed, "Tb"),
    "heavy circuit": lambda feed: output(feed, "Dy") + output(feed, "Tb"),
}
"""Capacity of a unit that a tonne of feed takes."""


def processes() -> list[Row]:
    """Separation and recycling rows of the Processes sheet."""
    rows = [cells for line in table("pairings") for cells in _pairing(line)]
    for place, feeds in SWARF_PLANTS.items():
        rows += [
            row(
                SWARF_COST,
                site=place,
                recipe="swarf to oxide",
                feed=feed,
                unit="swarf line",
                use=1,
                cost=SWARF_COST.value,
                stage="separated",
                route="Recycling",
            )
            for feed in feeds
        ]
    return rows


def _pairing(line: dict[str, str]) -> list[Row]:
    """One row a unit; the cost stands on the first of them."""
    feed = line["feed"]
    label = line["route"] or FEEDS[feed].label
    first, *others = line["units"].split(";")
    cells = {
        "site": line["site"],
        "recipe": f"{FEEDS[feed].route} {line['extent']}",
        "feed": feed,
        "route": label,
    }
    content = computed(0, FEEDS[feed].source, MONAZITE, LIGHT)
    rows = [
        row(
            toll(feed),
            content,
            **cells,
            unit=first,
            use=rounded(USES[first](feed)),
            cost=toll(feed).value,
            stage=_stage(first),
            notes="toll without the reagents bought for it",
        )
    ]
    for unit in others:
        rows.append(
            row(
                content,
                **cells,
                unit=unit,
                use=rounded(USES[unit](feed)),
                cost=0,
                stage=_stage(unit),
                notes="another unit of the process above",
            )
        )
    return rows


def _stage(unit: str) -> str:
    return "refined" if unit == "cracking" else "separated"
