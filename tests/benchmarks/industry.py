"""Data of the invented industry: places, feeds, recipes, prices, rules.

Figures have the right order of magnitude only; real ones are in
``inputs/north_america.xlsx``. Quantities are tonnes, money is USD per tonne.
"""

from __future__ import annotations

from typing import Any

Row = dict[str, Any]

PLACES = {
    "mine": (
        ("China", 41.8, 110.0),
        ("Australia", -28.9, 122.5),
        ("USA", 35.5, -115.5),
        ("Brazil", -13.7, -48.6),
        ("Kazakhstan", 49.8, 72.9),
        ("Myanmar", 25.9, 98.2),
        ("India", 9.0, 76.5),
        ("Canada", 58.4, -105.7),
        ("South Africa", -31.3, 18.5),
        ("China", 24.9, 115.0),
        ("Vietnam", 22.4, 103.3),
        ("Tanzania", -8.8, 32.9),
    ),
    "separator": (
        ("Malaysia", 3.9, 103.4),
        ("China", 40.6, 109.8),
        ("USA", 35.5, -115.4),
        ("France", 46.2, -1.1),
        ("China", 25.8, 114.9),
        ("Estonia", 59.4, 27.7),
        ("Canada", 52.1, -106.7),
        ("India", 19.4, 84.9),
        ("Kazakhstan", 50.0, 82.6),
        ("Brazil", -21.8, -46.6),
    ),
    "refiner": (
        ("Vietnam", 20.9, 106.6),
        ("China", 40.7, 109.9),
        ("United Kingdom", 53.3, -2.7),
        ("USA", 36.0, -115.0),
        ("China", 25.9, 114.8),
        ("Japan", 34.1, 132.5),
        ("Estonia", 59.3, 27.8),
        ("Thailand", 12.7, 101.1),
    ),
    "caster": (
        ("Japan", 35.9, 136.2),
        ("China", 29.9, 121.6),
        ("USA", 32.9, -97.3),
        ("Germany", 50.1, 8.9),
        ("China", 37.5, 121.4),
        ("Vietnam", 21.0, 106.3),
    ),
    "presser": (
        ("Japan", 35.2, 136.9),
        ("China", 29.8, 121.5),
        ("USA", 32.8, -97.2),
        ("Germany", 50.1, 9.0),
        ("Estonia", 59.4, 28.2),
        ("China", 37.4, 121.3),
        ("Philippines", 14.2, 121.1),
        ("Slovenia", 46.1, 14.5),
    ),
    "recycler": (
        ("USA", 30.3, -97.7),
        ("France", 43.4, -0.6),
        ("Japan", 35.9, 136.1),
        ("China", 25.7, 115.1),
    ),
    "trader": (
        ("China", 31.2, 121.5),
        ("Singapore", 1.3, 103.8),
        ("Netherlands", 51.9, 4.5),
        ("Japan", 35.6, 139.8),
    ),
    "customer": (
        ("USA", 42.3, -83.0),
        ("Germany", 48.8, 9.2),
        ("Japan", 35.0, 137.0),
        ("China", 31.0, 121.2),
        ("France", 48.9, 2.3),
        ("South Korea", 35.5, 129.3),
        ("USA", 34.0, -118.2),
        ("United Kingdom", 51.5, -2.6),
        ("Denmark", 55.9, 8.5),
        ("India", 13.1, 80.3),
        ("Canada", 43.6, -79.6),
        ("Italy", 45.1, 7.7),
    ),
    "port": (
        ("China", 31.3, 121.7),
        ("USA", 33.7, -118.3),
        ("Netherlands", 51.9, 4.1),
        ("Singapore", 1.2, 103.8),
        ("Japan", 34.7, 135.2),
        ("South Africa", -29.9, 31.0),
        ("Brazil", -24.0, -46.3),
        ("USA", 32.1, -81.1),
    ),
}
"""Countries and positions of each kind of site; sites beyond the list start over."""

OXIDES = ("La", "Ce", "NdPr", "Sm", "Eu", "Gd", "Tb", "Dy", "Ho", "Y")
LIGHT = ("La", "Ce", "NdPr")


def _by_oxide(figures: tuple[float, ...]) -> dict[str, float]:
    return dict(zip(OXIDES, figures, strict=True))


FEEDS = {
    "bastnaesite": _by_oxide((19.8, 29.6, 9.9, 0.5, 0.07, 0.1, 0.012, 0.03, 0, 0.07)),
    "monazite": _by_oxide((12.6, 25.3, 11.6, 1.6, 0.1, 1.0, 0.07, 0.33, 0.05, 1.4)),
    "clay carbonate": _by_oxide((25.0, 3.0, 21.6, 4.0, 0.5, 4.0, 0.6, 3.6, 0.7, 27.0)),
    "xenotime": _by_oxide((0.7, 1.7, 1.6, 0.8, 0.1, 2.0, 0.5, 4.7, 1.0, 33.0)),
    "loparite": _by_oxide((8.0, 16.0, 6.0, 0.3, 0.03, 0.2, 0.01, 0.04, 0.01, 0.05)),
    "eudialyte": _by_oxide((4.0, 8.5, 4.6, 0.7, 0.1, 0.7, 0.14, 0.8, 0.15, 5.5)),
}
"""Per cent of each oxide in a feed."""
SEG = "SEG concentrate"
SEG_ASSAY = _by_oxide((0, 0, 1.0, 20.0, 2.0, 15.0, 1.6, 8.5, 1.5, 38.0))
SWARF = {
    "light swarf": {"NdPr": 33.0, "Ce": 2.0},
    "heavy swarf": {"NdPr": 30.0, "Dy": 3.0, "Tb": 0.6},
}

OXIDE_PRICES = _by_oxide((900, 900, 65_000, 2_200, 27_000, 22_000, 850_000, 260_000, 60_000, 6_000))
METALS = {"NdPr": 1.17, "Ce": 1.23, "Gd": 1.15, "Tb": 1.18, "Dy": 1.15}
"""Tonnes of oxide in a tonne of metal."""
ALLOYS = {
    "N": {"NdPr": 0.310},
    "H": {"NdPr": 0.290, "Dy": 0.020},
    "UH": {"NdPr": 0.265, "Dy": 0.035, "Tb": 0.010},
    "LC": {"NdPr": 0.215, "Ce": 0.095},
    "G": {"NdPr": 0.270, "Gd": 0.040},
}
"""Tonnes of each metal in a tonne of alloy; the rest is iron and boron."""
BORON = 0.01
REAGENTS = {"acid": 110.0, "soda": 320.0, "iron": 900.0, "ferroboron": 3_400.0}
DISPOSAL = {name: 200 for name in OXIDES if name != "NdPr"}
SEGMENTS = ("defence", "automotive", "civil")
PENALTIES = {"defence": 900_000, "automotive": 420_000, "civil": 260_000}


def oxide(name: str) -> str:
    return f"{name} oxide"


def metal(name: str) -> str:
    return f"{name} metal"


def alloy(grade: str) -> str:
    return f"alloy {grade}"


def magnet(grade: str) -> str:
    return f"magnet {grade}"


def swarf(grade: str) -> str:
    """Kind of swarf of a grade; swarf with heavy rare earths is kept apart."""
    return "heavy swarf" if {"Dy", "Tb"} & ALLOYS[grade].keys() else "light swarf"


def value(material: str) -> float:
    """Customs and carrying value."""
    name, _, kind = material.rpartition(" ")
    if kind == "oxide":
        return OXIDE_PRICES[name]
    if kind == "metal":
        return round(OXIDE_PRICES[name] * METALS[name] * 1.15)
    if material.startswith(("alloy ", "magnet ")):
        contained = sum(share * value(metal(part)) for part, share in ALLOYS[kind].items())
        return round(contained * 1.2 + 2_000 if name == "alloy" else contained * 1.8 + 15_000)
    assay = FEEDS.get(material) or SWARF.get(material) or SEG_ASSAY
    return round(sum(OXIDE_PRICES[part] * share / 100 for part, share in assay.items()) * 0.35)


def materials(feeds: list[str], grades: list[str], metals: list[str]) -> list[Row]:
    """The Materials sheet."""
    stages = dict.fromkeys(feeds, "mined") | {SEG: "refined"}
    stages |= {oxide(name): "separated" for name in OXIDES}
    stages |= {metal(name): "melted" for name in metals}
    stages |= {alloy(grade): "melted" for grade in grades}
    stages |= {magnet(grade): "produced" for grade in grades}
    stages |= {swarf(grade): "produced" for grade in grades}
    costs = {oxide(name): cost for name, cost in DISPOSAL.items()}
    traced = [
        {
            "material": name,
            "stage": stage,
            "value": value(name),
            "disposal cost": costs.get(name, 900 if "swarf" in name else None),
        }
        for name, stage in stages.items()
    ]
    return traced + [{"material": name, "traced": "no"} for name in REAGENTS]


def assays(feeds: list[str], grades: list[str]) -> list[Row]:
    """The Assays sheet."""
    contents = {feed: FEEDS[feed] for feed in feeds} | {SEG: SEG_ASSAY}
    contents |= {swarf(grade): SWARF[swarf(grade)] for grade in grades}
    return [
        {"feed": feed, "oxide": name, "share": round(share / 100, 6)}
        for feed, assay in contents.items()
        for name, share in assay.items()
        if share
    ]


RECOVERED = {"to all oxides": (0.90, 0.80), "to light oxides": (0.91, 0.86), "of SEG": (0.97, 0.93)}
"""Recovery of light and of heavy oxides by separation recipe."""


def recoveries(*, recycled: bool) -> list[Row]:
    """The Recoveries sheet: separation, separation that leaves the heavies together, recycling."""
    rows = [
        {"recipe": recipe, "oxide": name, "product": oxide(name), "recovery": shares[0]}
        if name in LIGHT
        else {
            "recipe": recipe,
            "oxide": name,
            "product": SEG if recipe == "to light oxides" else oxide(name),
            "recovery": shares[1],
        }
        for recipe, shares in RECOVERED.items()
        for name in OXIDES
    ]
    return rows + [
        {"recipe": "of swarf", "oxide": name, "product": oxide(name), "recovery": 0.94}
        for name in (("NdPr", "Ce", "Dy", "Tb") if recycled else ())
    ]


def recipes(grades: list[str], metals: list[str]) -> list[Row]:
    """The Recipes sheet: reagents of separation, metals, alloys, magnets with their swarf."""
    rows = [_line(recipe, "acid", "in", 0.8) for recipe in RECOVERED]
    rows += [_line(recipe, "soda", "in", 0.3) for recipe in RECOVERED]
    for name in metals:
        recipe = f"reduce {name}"
        rows += [_line(recipe, oxide(name), "in", round(METALS[name] * 1.03, 4))]
        rows += [_line(recipe, metal(name), "out", 1.0)]
    for grade in grades:
        parts = ALLOYS[grade]
        rows += [_line(f"cast {grade}", metal(name), "in", share) for name, share in parts.items()]
        rows += [
            _line(f"cast {grade}", "iron", "in", round(1.02 - sum(parts.values()) - BORON * 5, 4)),
            _line(f"cast {grade}", "ferroboron", "in", BORON * 5),
            _line(f"cast {grade}", alloy(grade), "out", 1.0),
            _line(f"press {grade}", alloy(grade), "in", 1.28),
            _line(f"press {grade}", magnet(grade), "out", 1.0),
            _line(f"press {grade}", swarf(grade), "out", 0.22),
        ]
    return rows


def _line(recipe: str, material: str, direction: str, quantity: float) -> Row:
    return {
        "recipe": recipe,
        "material": material,
        "direction": direction,
        "quantity": quantity,
    }


def needs(wanted: dict[str, float]) -> dict[str, float]:
    """Tonnes a year of each material needed for the given tonnes of magnet of each grade."""
    found: dict[str, float] = {}
    for grade, tonnes in wanted.items():
        found[alloy(grade)] = 1.28 * tonnes
        for name, share in ALLOYS[grade].items():
            found[metal(name)] = found.get(metal(name), 0.0) + 1.28 * tonnes * share
    for name, need in METALS.items():
        found[oxide(name)] = found.get(metal(name), 0.0) * need * 1.03
    return found


RULES = [
    {"rule": "no foreign entity of concern", "segments": "defence", "maximum share": 0},
    {
        "rule": "at most 65 % from one country",
        "segments": "automotive, civil",
        "maximum share": 0.65,
        "window": "year",
    },
]


def scope(countries: set[str]) -> list[Row]:
    """The Rule scope sheet: which goods break each rule."""
    concern = [name for name in ("China", "Myanmar") if name in countries]
    return [
        {"rule": RULES[0]["rule"], "line": "place", "country": ", ".join(concern)},
        {"rule": RULES[0]["rule"], "line": "owner", "owner country": "China"},
        {
            "rule": RULES[1]["rule"],
            "line": "processing",
            "country": "China",
            "stage": "separated, melted, produced",
        },
    ]


def tariffs(grades: list[str], metals: list[str], countries: set[str]) -> list[Row]:
    """The Tariffs sheet: general duties, and two that depend on the origin."""
    rows: list[Row] = []
    for target in ("USA", "Germany", "France", "Italy", "Japan", "India", "South Korea"):
        if target not in countries:
            continue
        for grade in grades:
            rows.append(_duty("general", "*", target, magnet(grade), 0.021))
            rows.append(_duty("general", "*", target, alloy(grade), 0.035))
        rows += [_duty("general", "*", target, metal(name), 0.055) for name in metals]
    if "China" in countries and "USA" in countries:
        rows += [_duty("section 301", "China", "USA", magnet(grade), 0.25) for grade in grades]
        rows += [_duty("section 301", "China", "USA", alloy(grade), 0.25) for grade in grades]
        rows += [_duty("section 301", "China", "USA", metal(name), 0.25) for name in metals]
    if "Germany" in countries:
        rows += [_duty("safeguard", "China", "Germany", magnet(grade), 0.08) for grade in grades]
    return rows


def _duty(measure: str, origin: str, target: str, material: str, share: float) -> Row:
    return {
        "measure": measure,
        "origin country": origin,
        "destination country": target,
        "material": material,
        "ad valorem": share,
    }
