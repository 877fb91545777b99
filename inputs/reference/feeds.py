"""Feeds: what each contains. Tonnes of an oxide in a tonne of feed = its oxide content x share.

Nd and Pr are one oxide here, because they are never parted on the way to a magnet. What an
assay does not list is put into ``other``, so that the oxides of a feed add up to its content.
"""

from __future__ import annotations

from dataclasses import dataclass

from facts import Fact, assay, assume, computed, fact, process
from grades import GRADES, grade
from rows import Row, rounded, row

OXIDES = ("NdPr", "Dy", "Tb", "Sm", "La", "Ce", "other")
SINGLE = ("Dy", "Tb", "Sm", "La", "Ce")
MASS_FACTORS = {
    "NdPr": "NdPr oxide (75:25 by oxide mass)->NdPr",
    "Dy": "Dy2O3->Dy",
    "Tb": "Tb4O7->Tb",
    "Sm": "Sm2O3->Sm",
}
END_OF_LIFE = "end-of-life magnets"


@dataclass(frozen=True, slots=True)
class Feed:
    """Oxide content, shares of it, and how it is opened (a key of separation.ROUTES)."""

    label: str
    route: str
    total: float
    shares: dict[str, float]
    source: Fact
    notes: str


def _feed(
    label: str,
    route: str,
    assay_id: str,
    *,
    total: float | None = None,
    fill: dict[str, float] | None = None,
    notes: str = "",
) -> Feed:
    """A feed from a row of ``assays.csv``; ``total`` and ``fill`` are % that no assay gives."""
    cells = assay(assay_id)
    percent = {oxide: float(cells[oxide] or 0) for oxide in SINGLE}
    percent["NdPr"] = float(cells["NdPr_combined"] or 0)
    percent |= fill or {}
    known = sum(percent.values())
    percent["other"] = max(0.0, 100.0 - known)
    shares = {oxide: share / max(known, 100.0) for oxide, share in percent.items()}
    source = fact(cells, "sum_listed")
    if fill or total is not None:
        source = computed(0, source, assume(0))
    content = total if total is not None else float(cells["treo_pct_of_product"])
    return Feed(label, route, content / 100, shares, source, notes)


FEEDS: dict[str, Feed] = {
    "Mountain Pass concentrate": _feed(
        "Mountain Pass",
        "bastnaesite",
        "mountain_pass",
        total=60,
        fill={"Dy": 0.05, "Tb": 0.02},
        notes="Dy and Tb together 0.07 % of oxide (company); their split is an assumption",
    ),
    "Offerman monazite": _feed("Offerman", "monazite", "green_cove_fl"),
    "INB monazite": _feed(
        "Buena", "monazite", "monazite_araxa", notes="Araxa monazite stands for the coastal one"
    ),
    "Eneabba monazite": _feed(
        "Eneabba", "monazite", "north_capel_wa", notes="North Capel stands for the stockpile"
    ),
    "Donald concentrate": _feed(
        "Donald", "monazite", "donald", notes="NdPr, Dy and Tb as published; the rest is in 'other'"
    ),
    "Mt Weld concentrate": _feed("Mt Weld", "monazite", "mt_weld"),
    "Serra Verde carbonate": _feed(
        "Serra Verde",
        "carbonate",
        "serra_verde",
        notes="only Dy and Tb are published; La and Ce are in 'other'",
    ),
    "White Mesa carbonate": _feed(
        "White Mesa carbonate",
        "carbonate",
        "green_cove_fl",
        total=50,
        notes="split of Florida monazite; oxide content is a placeholder",
    ),
    "Kokbulak concentrate": _feed(
        "Kokbulak",
        "low grade",
        "kokbulak_proxy",
        notes="PLACEHOLDER: nobody has published a grade or a split",
    ),
    "Hoidas Lake carbonate": _feed(
        "Hoidas Lake",
        "carbonate",
        "hoidas_lake",
        total=60.39,
        notes="oxide content from the company's report; split recalled",
    ),
    "Hung Thinh carbonate": _feed(
        "Hung Thinh",
        "carbonate",
        "hung_thinh",
        notes="worked out from 3,000 t and about 400 t of metal; the rest is a placeholder",
    ),
    "Nolans SEG oxide": _feed(
        "Nolans",
        "carbonate",
        "nolans_seg",
        notes="Dy and Tb as published; the rest is in 'other'",
    ),
    "Araxa carbonate": _feed(
        "Araxa",
        "carbonate",
        "monazite_araxa",
        total=50,
        notes="split of Araxa monazite; oxide content is a placeholder",
    ),
    "Nechalacho ore": _feed(
        "Nechalacho ore",
        "low grade",
        "nechalacho_t",
        fill={"La": 22.0, "Ce": 48.0},
        notes="only the NdPr is published",
    ),
    "Tardiff concentrate": _feed("Tardiff", "low grade", "nechalacho_tardiff"),
    "Tanbreez concentrate": _feed(
        "Tanbreez", "low grade", "tanbreez", notes="recalled order of magnitude"
    ),
    "Round Top product": _feed(
        "Round Top",
        "carbonate",
        "round_top",
        total=90,
        notes="product not published: 90 % oxide is a placeholder",
    ),
    "Bear Lodge concentrate": _feed(
        "Bear Lodge",
        "low grade",
        "bear_lodge",
        total=45,
        notes="grade of the concentrate is a placeholder",
    ),
    "Browns Range concentrate": _feed(
        "Browns Range",
        "monazite",
        "browns_range",
        fill={"NdPr": 4.0},
        notes="NdPr is a placeholder",
    ),
    "Carina carbonate": _feed(
        "Carina", "carbonate", "serra_verde", notes="Serra Verde stands for Carina"
    ),
    "China carbonate": _feed(
        "Chinese carbonate",
        "carbonate",
        "bayan_obo",
        total=45,
        notes="oxide content of the traded carbonate is a placeholder",
    ),
}
"""Feeds of the separation plants."""


def _element_shares(ndpr: float, dy: float, tb: float) -> dict[str, float]:
    """Tonnes of oxide won from a tonne of magnet scrap with these metal shares."""
    metals = {"NdPr": ndpr, "Dy": dy, "Tb": tb}
    return {
        oxide: share / process("stoichiometry", MASS_FACTORS[oxide], "mass factor").value
        for oxide, share in metals.items()
        if share > 0
    }


def scrap() -> dict[str, tuple[dict[str, float], Fact]]:
    """Swarf by the alloy that it comes from, and old magnets: oxide shares and their source."""
    result = {}
    for name in GRADES:
        g = grade(name)
        result[f"swarf {name}"] = (_element_shares(g.ndpr, g.dy, g.tb), g.source)
    cells = assay("ndfeb_swarf")
    split = [float(cells[key]) / 100 for key in ("NdPr_combined", "Dy", "Tb")]
    result[END_OF_LIFE] = (_element_shares(*split), fact(cells, "NdPr_combined"))
    return result


SCRAP = scrap()


def total_oxide(feed: str) -> float:
    """Tonnes of rare-earth oxide in a tonne of feed."""
    return FEEDS[feed].total


def oxide_share(feed: str, oxide: str) -> float:
    """Tonnes of an oxide in a tonne of feed."""
    return FEEDS[feed].total * FEEDS[feed].shares[oxide]


def assays() -> list[Row]:
    """The Assays sheet."""
    rows = [
        row(
            feed.source,
            feed=name,
            oxide=oxide,
            share=rounded(oxide_share(name, oxide)),
            route=feed.label,
            notes=feed.notes,
        )
        for name, feed in FEEDS.items()
        for oxide in OXIDES
        if feed.shares[oxide] > 0
    ]
    for name, (shares, source) in SCRAP.items():
        rows += [
            row(
                source,
                feed=name,
                oxide=oxide,
                share=rounded(share),
                route="Recycling",
                notes="metal content as oxide, dry",
            )
            for oxide, share in shares.items()
        ]
    return rows
