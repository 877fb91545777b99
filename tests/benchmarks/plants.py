"""Sheets of plants: Processes and Units."""

from __future__ import annotations

from datetime import date

from tests.benchmarks import industry
from tests.benchmarks.industry import Row
from tests.benchmarks.world import YEAR, World

AVAILABLE = 0.92


def plants(world: World) -> tuple[list[Row], list[Row]]:
    """Rows of Processes and of Units."""
    parts = [_separators(world), _refiners(world), _recyclers(world)]
    parts += [
        _makers(world, "caster", "cast", "furnace", 4_000, "melted", 1.28),
        _makers(world, "presser", "press", "line", 14_000, "produced", 1.0),
    ]
    return (
        [row for processes, _ in parts for row in processes],
        [row for _, units in parts for row in units],
    )


Rows = tuple[list[Row], list[Row]]


def _separators(world: World) -> Rows:
    """Two of three plants separate all oxides; the third leaves the heavies together."""
    processes, units = [], []
    feed = 1.3 * sum(tonnes for _, tonnes in world.sells.values()) / 1.7
    heavy = sum(world.output(name) for name in ("Sm", "Eu", "Gd", "Tb", "Dy", "Y"))
    for number, (site, share) in enumerate(_shares(world, "separator", 1.3).items()):
        full = number % 3 != 2
        processes += _separation(world, site, full=full)
        units += _unit(site, "cracking", feed * share, number)
        if full:
            units += _unit(site, "heavy circuit", heavy * share * 1.2, number + 1)
    return processes, units


def _separation(world: World, site: str, *, full: bool) -> list[Row]:
    runs = [(feed, "to light oxides") for feed in world.feeds]
    if full:
        runs += [(feed, "to all oxides") for feed in world.feeds]
        runs += [(industry.SEG, "of SEG")]
    rows = []
    for feed, recipe in runs:
        assay = industry.FEEDS.get(feed, industry.SEG_ASSAY)
        heavies = sum(part for name, part in assay.items() if name not in industry.LIGHT)
        cost = 900 + 35 * sum(assay.values())
        if recipe != "of SEG":
            rows.append(_process(world, site, recipe, "cracking", 1.0, cost, "refined", feed))
        unit, use, cost = "", 1.0, 0.0
        if recipe != "to light oxides":
            unit, use, cost = "heavy circuit", round(heavies / 100, 5), 60 * heavies
        rows.append(_process(world, site, recipe, unit, use, cost, "separated", feed))
    return rows


def _refiners(world: World) -> Rows:
    processes, units = [], []
    total = sum(world.needs[industry.metal(name)] for name in world.metals)
    for number, (site, share) in enumerate(_shares(world, "refiner", 1.35).items()):
        processes += [
            _process(world, site, f"reduce {name}", "cells", 1.0, 9_000, "melted")
            for name in world.metals
        ]
        units += _unit(site, "cells", total * share, number + 1)
    return processes, units


def _makers(
    world: World, kind: str, verb: str, unit: str, cost: float, stage: str, ratio: float
) -> Rows:
    processes, units = [], []
    for number, (site, share) in enumerate(_shares(world, kind, 1.3).items()):
        processes += [
            _process(world, site, f"{verb} {grade}", unit, 1.0, cost, stage)
            for grade in world.grades
        ]
        units += _unit(site, unit, ratio * world.magnets * share, number + 2)
    return processes, units


def _recyclers(world: World) -> Rows:
    processes, units = [], []
    for site, share in _shares(world, "recycler", 0.9).items():
        processes += [
            _process(world, site, "of swarf", "swarf line", 1.0, 5_000, "separated", feed)
            for feed in world.swarfs
        ]
        units += _unit(site, "swarf line", 0.22 * world.magnets * share, 1)
    return processes, units


def _shares(world: World, kind: str, spare: float) -> dict[str, float]:
    """Share of a need that each plant of a kind can meet; together ``spare`` times the need."""
    weights = {place.name: world.random.uniform(0.6, 1.6) for place in world.places[kind]}
    total = sum(weights.values())
    return {name: spare * weight / total for name, weight in weights.items()}


def _process(
    world: World,
    site: str,
    recipe: str,
    unit: str,
    use: float,
    cost: float,
    stage: str,
    feed: str = "",
) -> Row:
    return {
        "site": site,
        "recipe": recipe,
        "feed": feed or None,
        "unit": unit or None,
        "use": use,
        "cost": round(cost * world.random.uniform(0.8, 1.3)),
        "stage": stage,
    }


def _unit(site: str, unit: str, capacity: float, number: int) -> list[Row]:
    """A unit; every third ramps up over the first half-year."""
    row = {
        "site": site,
        "unit": unit,
        "availability": AVAILABLE,
        "fixed cost": round(capacity * 40),
    }
    full = round(capacity / AVAILABLE, 2)
    if number % 3:
        return [row | {"capacity": full}]
    return [
        row | {"capacity": round(0.6 * full, 2), "to": date(YEAR, 6, 30)},
        row | {"capacity": full, "from": date(YEAR, 7, 1)},
    ]
