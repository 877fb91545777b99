"""The sites, the demand and the needs of an instance; its sheets are made from them."""

from __future__ import annotations

import random
from dataclasses import dataclass
from math import asin, cos, radians, sin, sqrt

from tests.benchmarks import industry
from tests.benchmarks.industry import Row

YEAR = 2027


@dataclass(frozen=True, slots=True)
class Size:
    """Numbers of things in an instance; ``variables`` is the resulting size."""

    name: str
    variables: int
    months: int
    """Months in a period: 1 or 3."""
    periods: int
    feeds: int
    mines: int
    separators: int
    refiners: int
    casters: int
    pressers: int
    recyclers: int
    customers: int
    lines: int
    """Lines of demand of a customer."""
    grades: int
    traders: int
    ports: int
    links: int
    """Nearest plants that each plant is linked with."""


SIZES = {
    size.name: size
    for size in (
        Size("tutorial", 400, 3, 4, 1, 2, 1, 1, 1, 1, 0, 2, 1, 2, 0, 0, 2),
        Size("XS", 1_200, 3, 4, 2, 3, 2, 1, 1, 2, 1, 3, 1, 2, 1, 0, 2),
        Size("S", 6_000, 1, 10, 2, 4, 2, 2, 2, 2, 1, 4, 2, 3, 1, 1, 2),
        Size("SM", 10_000, 1, 17, 2, 4, 2, 2, 2, 2, 1, 4, 2, 3, 1, 1, 2),
        Size("M", 60_000, 1, 20, 3, 8, 5, 4, 4, 5, 2, 12, 2, 4, 2, 3, 3),
        Size("ML", 150_000, 1, 36, 4, 10, 6, 5, 5, 6, 3, 18, 2, 5, 3, 3, 3),
        Size("L", 580_000, 1, 60, 6, 14, 9, 8, 7, 9, 4, 36, 2, 5, 3, 5, 4),
    )
}


@dataclass(frozen=True, slots=True)
class Place:
    """A site with its position."""

    name: str
    country: str
    latitude: float
    longitude: float


def distance(one: Place, other: Place) -> float:
    """Kilometres on the great circle."""
    a, b = radians(one.latitude), radians(other.latitude)
    across = radians(other.longitude - one.longitude)
    half = sin((b - a) / 2) ** 2 + cos(a) * cos(b) * sin(across / 2) ** 2
    return 12_742 * asin(sqrt(half))


def nearest(place: Place, others: list[Place], count: int) -> list[Place]:
    """The nearest of other places."""
    return sorted(others, key=lambda other: distance(place, other))[:count]


class World:
    """The sites, demand and needs of an instance, before they are written as sheets."""

    def __init__(self, size: Size, seed: int) -> None:
        self.size = size
        self.random = random.Random(f"{size.name} {seed}")
        self.feeds = list(industry.FEEDS)[: size.feeds]
        self.grades = list(industry.ALLOYS)[: size.grades]
        self.metals = [
            name
            for name in industry.METALS
            if any(name in industry.ALLOYS[grade] for grade in self.grades)
        ]
        self.places = {
            kind: self._places(kind, count)
            for kind, count in (
                ("mine", size.mines),
                ("separator", size.separators),
                ("refiner", size.refiners),
                ("caster", size.casters),
                ("presser", size.pressers),
                ("recycler", size.recyclers),
                ("trader", size.traders),
                ("port", size.ports),
                ("customer", size.customers),
            )
        }
        self.demand = self._demand()
        self.wanted = dict.fromkeys(self.grades, 0.0)
        for row in self.demand:
            self.wanted[row["material"].removeprefix("magnet ")] += row["quantity"]
        self.needs = industry.needs(self.wanted)
        self.sells = self._sells()

    @property
    def years(self) -> float:
        """Years in the horizon."""
        return self.size.periods * self.size.months / 12

    @property
    def magnets(self) -> float:
        """Tonnes of magnets wanted in a year."""
        return sum(self.wanted.values())

    @property
    def swarfs(self) -> list[str]:
        """Kinds of swarf that the grades give."""
        return list(dict.fromkeys(industry.swarf(grade) for grade in self.grades))

    def output(self, name: str) -> float:
        """Tonnes a year of an oxide that accompany the NdPr needed."""
        shares = [industry.FEEDS[feed] for feed in self.feeds]
        ratio = sum(assay[name] for assay in shares) / sum(assay["NdPr"] for assay in shares)
        return round(self.needs["NdPr oxide"] * ratio, 1)

    def _places(self, kind: str, count: int) -> list[Place]:
        known = industry.PLACES[kind]
        found = []
        for number in range(count):
            turn, at = divmod(number, len(known))
            country, latitude, longitude = known[at]
            away = 4.0 if turn else 0.0
            found.append(
                Place(
                    f"{country} {kind} {at + 1}" + (f"-{turn + 1}" if turn else ""),
                    country,
                    round(latitude + self.random.uniform(-away, away), 2),
                    round(longitude + self.random.uniform(-away, away), 2),
                )
            )
        return found

    def _demand(self) -> list[Row]:
        """Magnets wanted; a third of the customers have a season in the first year."""
        rows = []
        for number, customer in enumerate(self.places["customer"]):
            for line in range(self.size.lines):
                grade = self.grades[(number + line) % len(self.grades)]
                segment = industry.SEGMENTS[(number * 2 + line) % len(industry.SEGMENTS)]
                if customer.country == "China":
                    segment = "civil"
                quantity = round(self.random.uniform(60, 700), 1)
                penalty = industry.PENALTIES[segment] + 10_000 * self.random.randint(0, 9)
                row = {
                    "line": f"{segment} {grade} {number + 1}-{line + 1}",
                    "customer": customer.name,
                    "material": industry.magnet(grade),
                    "segment": segment,
                    "quantity": quantity,
                    "shortage penalty": penalty,
                }
                rows.append(row | (self._season(quantity) if number % 3 == 1 else {}))
        return rows

    def _season(self, quantity: float) -> Row:
        """Tonnes in each period of the first year."""
        months = self.size.months
        names = [f"{YEAR}-{t + 1:02d}" if months == 1 else f"{YEAR}-Q{t + 1}" for t in range(12)]
        return {
            name: round(quantity * months / 12 * self.random.uniform(0.7, 1.3), 2)
            for name in names[: min(self.size.periods, 12 // months)]
        }

    def _sells(self) -> dict[str, tuple[str, float]]:
        """Feed of each mine, and tonnes a year: together 1.7 times the NdPr needed."""
        mines = self.places["mine"]
        weights = [self.random.uniform(0.6, 1.6) for _ in mines]
        found = {}
        for number, (mine, weight) in enumerate(zip(mines, weights, strict=True)):
            feed = self.feeds[number % len(self.feeds)]
            part = 1.7 * self.needs["NdPr oxide"] * weight / sum(weights)
            found[mine.name] = (feed, round(part / (industry.FEEDS[feed]["NdPr"] / 100 * 0.9)))
        return found
