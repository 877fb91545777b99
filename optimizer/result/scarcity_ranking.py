"""What is scarcest: one ranking of the bounds with a price, for every sheet and picture.

Prices per unit cannot be compared between a tonne of oxide and an hour of a furnace, and how far a
price holds depends on the basis. What relaxing each bound by the same small share would save can be
compared, and is known for every bound.
"""

from __future__ import annotations

from collections.abc import Iterable
from math import isfinite

from msgspec import Struct

from optimizer.result.result_table import Table

ONE_MORE, ONE_LESS = "one more", "one less"
"""The change of a bound that a worth is of: it relaxes a maximum, or a minimum, by one unit."""
RELAXATION_SHARE = 0.01
"""Share of its bound by which each is relaxed; small, because duals hold for small changes."""
DEMAND_KIND = "demand"
"""Kind of Scarcity that relaxes nothing: more demand costs more."""

PricedBound = tuple[str, str, str, float, float]
"""Kind, thing, change that the worth is of, bound, worth as present value."""


class ScarceThing(Struct, frozen=True):
    """A thing whose maximum binds: in how many rows, and what 1 % more of it would save."""

    kind: str
    thing: str
    rows: int
    saving: float
    """Present value, if the bound were relaxed by ``RELAXATION_SHARE`` in all its rows."""


def scarcest(bounds: Iterable[PricedBound]) -> list[ScarceThing]:
    """Things whose maximum binds, the largest saving first.

    Minimums and closing stocks are what the planner requires, and demand is what is served: they
    are no bottlenecks and are left out.
    """
    savings: dict[tuple[str, str], tuple[int, float]] = {}
    for kind, thing, per, bound, worth in bounds:
        if kind == DEMAND_KIND or per == ONE_LESS:
            continue
        rows, saving = savings.get((kind, thing), (0, 0.0))
        savings[kind, thing] = rows + 1, saving + RELAXATION_SHARE * _known(bound) * _known(worth)
    things = [ScarceThing(*key, *found) for key, found in savings.items()]
    return sorted(things, key=lambda each: (-each.saving, each.kind, each.thing))


def _known(number: float | None) -> float:
    """A number that is known and finite; 0 for others, which cannot be ranked."""
    return number if number is not None and isfinite(number) else 0.0


def scarcest_of(scarcity: Table | None) -> list[ScarceThing]:
    """The ranking of the rows of Scarcity; empty without the table."""
    if scarcity is None:
        return []
    headers = ("kind", "thing", "per", "bound", "worth today")
    return scarcest(zip(*(scarcity[header] for header in headers), strict=True))


def thing_in_short(thing: str) -> str:
    """A thing with each of its names once: an offer is often named after its site or material.

    >>> thing_in_short("Serra Verde carbonate, Serra Verde, Serra Verde carbonate")
    'Serra Verde carbonate, Serra Verde'
    >>> thing_in_short("Japanese magnet N48, Tokuda, magnet N48")
    'Japanese magnet N48, Tokuda'
    """
    parts: list[str] = []
    for part in thing.split(", "):
        if not any(own == part or own.endswith(f" {part}") for own in parts):
            parts.append(part)
    return ", ".join(parts)
