"""Lanes: freight and time from the legs of ``lanes.csv``, or by road where no leg fits.

The ``legs`` of ``routes.csv`` are lanes of ``lanes.csv`` in a row, added up. ``truck`` is the
road between the two sites and ``truck:Philadelphia`` the road from that port to the
destination, by the rule that made the placeholders of ``lanes.csv``: great circle x 1.25,
US$ 0.085 per t-km.
"""

from __future__ import annotations

from functools import cache
from math import asin, cos, hypot, radians, sin, sqrt

from facts import Fact, assume, computed, fact, find, table
from grades import CIVIL_GRADES, GRADES
from rows import Row, row, switched

EARTH_RADIUS = 6371.0
ROAD_FACTOR = 1.25
ROAD_COST = 0.085
WEEK = 7.0
ROAD_DAY = 700.0
"""Kilometres that a truck makes in a day."""

GATEWAYS = {"Philadelphia": (39.95, -75.16), "Los Angeles": (33.75, -118.20)}
"""Ports of entry that need no site of their own: latitude, longitude."""

GROUPS = {
    "all alloys": [f"alloy {name}" for name in GRADES],
    "civil alloys": [f"alloy {name}" for name in CIVIL_GRADES],
    "all swarf": [f"swarf {name}" for name in GRADES],
    "civil swarf": [f"swarf {name}" for name in CIVIL_GRADES],
    "all magnets": [f"magnet {name}" for name in GRADES],
    "civil magnets": [f"magnet {name}" for name in CIVIL_GRADES],
}


@cache
def _place(name: str) -> tuple[float, float]:
    if name in GATEWAYS:
        latitude, longitude = GATEWAYS[name]
    else:
        found = find("places", site=name)
        latitude, longitude = float(found["latitude"]), float(found["longitude"])
    return radians(latitude), radians(longitude)


def road_km(start: str, end: str) -> float:
    """Kilometres by road: great circle x 1.25."""
    (lat1, lon1), (lat2, lon2) = _place(start), _place(end)
    chord = hypot(sin((lat2 - lat1) / 2), sqrt(cos(lat1) * cos(lat2)) * sin((lon2 - lon1) / 2))
    return 2 * EARTH_RADIUS * asin(chord) * ROAD_FACTOR


def leg(name: str, start: str, end: str) -> tuple[Fact, Fact]:
    """Cost in US$ per tonne and days of one leg."""
    if name.startswith("truck"):
        _, _, via = name.partition(":")
        km = road_km(via or start, end)
        return assume(km * ROAD_COST), assume(round(km / ROAD_DAY + 1))
    found = find("lanes", lane_id=name)
    return fact(found, "cost_usd_per_t"), fact(found, "transit_days")


def lanes() -> list[Row]:
    """The Lanes sheet: one row a material."""
    rows = []
    for line in table("routes"):
        legs = [leg(name, line["from"], line["to"]) for name in line["legs"].split("+")]
        costs, days = zip(*legs, strict=True)
        cost = computed(sum(c.value for c in costs) + float(line["extra cost"]), *costs)
        time = computed(sum(d.value for d in days) + float(line["extra days"]), *days)
        for material in _materials(line["materials"]):
            cells = row(
                cost,
                time,
                from_site=line["from"],
                to_site=line["to"],
                material=material,
                mode=line["mode"],
                cost=round(cost.value),
                lead_days=_lead(time.value),
                maximum=_number(line["maximum"]),
                fixed_cost=_number(line["fixed cost"]),
                minimum_when_used=_number(line["minimum when used"]),
                route=line["route"],
                notes=line["notes"],
            )
            rows.append(switched(cells, line["route"]))
    return rows


def _number(cell: str) -> float | None:
    return float(cell) if cell else None


def _lead(days: float) -> int:
    """Days under way; trips of a week or less are taken to arrive in the quarter they leave."""
    return round(days) if days > WEEK else 0


def _materials(cell: str) -> list[str]:
    names = cell.split(";")
    return [name for group in names for name in GROUPS.get(group, [group])]
