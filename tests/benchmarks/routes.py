"""The sheets Lanes, Stocks and Pipeline."""

from __future__ import annotations

from datetime import date

from tests.benchmarks import industry
from tests.benchmarks.industry import Row
from tests.benchmarks.supply import history
from tests.benchmarks.world import YEAR, Place, World, distance, nearest

MODES = {"road": (500, 2, 0.07), "sea": (550, 12, 0.014)}
"""Kilometres a day, days of loading, USD per tonne and kilometre."""
ROAD_TO = 2_500
"""Distance in kilometres above which goods go by sea."""


def lanes(world: World) -> list[Row]:
    """The Lanes sheet: each plant's nearest sources and buyers, finished goods through ports."""
    makes = [industry.oxide(name) for name in world.metals]
    rows: list[Row] = []
    for feed in world.feeds:
        mines = [mine for mine in world.places["mine"] if world.sells[mine.name][0] == feed]
        rows += _between(world, mines, "separator", [feed])
    rows += _between(world, world.places["separator"], "separator", [industry.SEG])
    for start, end, goods in (
        ("separator", "refiner", makes),
        ("recycler", "refiner", makes),
        ("trader", "refiner", makes),
        ("trader", "caster", ["*"]),
        ("refiner", "caster", ["*"]),
        ("caster", "presser", ["*"]),
        ("presser", "recycler", world.swarfs),
        ("presser", "customer", ["*"]),
    ):
        rows += _between(world, world.places[start], end, goods)
    rows += _by_products(world)
    rows += _over_ports(world)
    for row in rows[4::9]:
        row["maximum"] = round(world.needs["NdPr oxide"] * world.random.uniform(0.3, 1.5))
    return rows


def _between(world: World, starts: list[Place], kind: str, goods: list[str]) -> list[Row]:
    """Lanes from the nearest to each, and from each to its nearest, without repeats."""
    ends = world.places[kind]
    pairs = [(start, end) for end in ends for start in nearest(end, starts, world.size.links)]
    pairs += [(start, end) for start in starts for end in nearest(start, ends, 1)]
    return [
        row
        for start, end in dict.fromkeys(pairs)
        if start is not end
        for row in _lane(world, start, end, goods)
    ]


def _by_products(world: World) -> list[Row]:
    """Oxides that customers take, from the separators nearest to them."""
    sold = [industry.oxide(name) for name in industry.OXIDES if name != "NdPr"]
    customers = world.places["customer"][::2]
    return [
        row
        for number, place in enumerate(world.places["separator"])
        for end in nearest(place, customers, world.size.links)
        for row in _lane(world, place, end, sold[number % 2 :: 2])
    ]


def _over_ports(world: World) -> list[Row]:
    """Magnets and the commonest alloy and oxide cross the sea through ports."""
    ports = world.places["port"]
    magnets = [industry.magnet(grade) for grade in world.grades]
    alloys = [industry.alloy(grade) for grade in world.grades[:1]]
    oxides = ["NdPr oxide"]
    rows = [
        row
        for start in ports
        for end in ports
        if start is not end
        for row in _lane(world, start, end, [*magnets, *alloys, *oxides], "sea")
    ]
    for kind, out, goods in (
        ("separator", True, oxides),
        ("trader", True, oxides),
        ("refiner", False, oxides),
        ("caster", True, alloys),
        ("presser", False, alloys),
        ("presser", True, magnets),
        ("customer", False, ["*"]),
    ):
        for place in world.places[kind]:
            for port in nearest(place, ports, 1):
                ends = (place, port) if out else (port, place)
                rows += _lane(world, *ends, goods)
    return rows


def _lane(world: World, start: Place, end: Place, goods: list[str], mode: str = "") -> list[Row]:
    """A lane for each of the given goods."""
    far = distance(start, end)
    mode = mode or ("road" if far < ROAD_TO else "sea")
    speed, loading, rate = MODES[mode]
    lane = {
        "from site": start.name,
        "to site": end.name,
        "mode": mode,
        "cost": round(40 + far * rate * world.random.uniform(0.9, 1.2), 1),
        "lead days": round(loading + far / speed),
    }
    return [lane | {"material": material} for material in goods]


def stocks(world: World, by_products: list[Row]) -> list[Row]:
    """The Stocks sheet: a store wherever a lane ends; plant inputs have cover and opening.

    A lead time that is not a whole number of periods arrives in two. Without a store at its
    end a basis may express the shipments of a period by those of the period before. This
    grows from period to period until no digit of HiGHS is correct.
    """
    makes = [industry.oxide(name) for name in world.metals]
    metals = [industry.metal(name) for name in world.metals]
    alloys = [industry.alloy(grade) for grade in world.grades]
    magnets = [industry.magnet(grade) for grade in world.grades]
    rows = [
        _stock(world, place, name, 0)
        for kind, names in (
            ("separator", [*world.feeds, industry.SEG, *makes]),
            ("port", [*magnets, *alloys[:1], "NdPr oxide"]),
            ("recycler", world.swarfs),
        )
        for place in world.places[kind]
        for name in names
    ]
    for kind, names, events, cover in (
        ("refiner", makes, 3, 30),
        ("caster", metals, 4, 20),
        ("presser", alloys, 4, 20),
    ):
        for place in world.places[kind]:
            for name in names:
                opening = world.needs[name] / 16 / len(world.places[kind])
                rows.append(_stock(world, place, name, events, opening, cover))
    customers = {place.name: place for place in world.places["customer"]}
    for row in by_products:
        rows.append(_stock(world, customers[row["customer"]], row["material"], 0))
    quantity = {(row["customer"], row["material"]): row["quantity"] for row in world.demand}
    for (customer, material), tonnes in quantity.items():
        rows.append(_stock(world, customers[customer], material, 5, tonnes / 8, 15))
    return rows


def _stock(
    world: World, place: Place, material: str, events: int, opening: float = 0, cover: float = 0
) -> Row:
    value = industry.value(material)
    row: Row = {"site": place.name, "material": material, "holding cost": round(20 + value / 100)}
    if not opening:
        return row | {"maximum": round(world.needs["NdPr oxide"], 1)}
    return row | {
        "opening": round(opening, 3),
        "history": history(place.country, events),
        "closing value": round(value * 0.7),
        "days of cover": cover,
    }


def pipeline(world: World) -> list[Row]:
    """The Pipeline sheet: an order of oxide under way to every refiner."""
    places = world.places["refiner"]
    return [
        {
            "order": f"PO-{number + 1:04d}",
            "to site": place.name,
            "material": "NdPr oxide",
            "arrival": date(YEAR, 1 + number % 3, 10),
            "quantity": round(world.needs["NdPr oxide"] / 30 / len(places), 2),
            "history": history("China" if number % 2 else "Australia", 3),
        }
        for number, place in enumerate(places)
    ]
