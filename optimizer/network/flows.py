"""Nodes and flows: what can happen to the lots of a case, for each provenance class.

Sets of periods are bit masks (see :mod:`optimizer.network.calendar`).
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct


class Trait(Struct, frozen=True, eq=False):
    """A property of a lot that breaks rules, as a bit of a mask.

    Rules that every event and process of the case breaks or clears together share a trait.
    """

    names: tuple[str, ...]
    bit: int


class Node(Struct, frozen=True, eq=False):
    """A material of one provenance class at a site; ``index`` is its place in the list.

    ``broken`` is the mask of traits that a lot there has or is booked as having.
    ``followed`` is the mask of traits that are distinguished at that site and material.
    ``origin`` names the customs origins of the class; it is empty where no duty depends on it.
    """

    index: int
    site: str
    material: str
    broken: int
    followed: int
    origin: str
    name: str
    """Readable name of the class: ``clean`` or the rules that it breaks, and origin."""
    target: bool = False
    """True for a class in which no lot arrives: runs only book their inputs as it."""


class Inflow(Struct, frozen=True, eq=False):
    """Tonnes that enter without a decision: opening stock and orders under way."""

    name: str
    node: int
    period: int
    tonnes: float
    opening: bool
    """True for opening stock."""


class Buy(Struct, frozen=True, eq=False):
    """Purchases of an offer that enter a node."""

    offer: int
    node: int
    periods: int


class Run(Struct, frozen=True, eq=False):
    """A process run on inputs of one class."""

    process: int
    inputs_broken: int
    inputs_followed: int
    name: str
    """Readable name of the inputs' class."""
    consumed: dict[int, float]
    """Tonnes taken per unit of activity, by node."""
    produced: dict[int, float]
    """Tonnes made per unit of activity, by node."""
    periods: int


class Ship(Struct, frozen=True, eq=False):
    """Shipments of one class over an arc; ``arrivals`` are (periods later, share)."""

    arc: int
    node: int
    to_node: int
    duty: tuple[float, ...] | None
    """Duty per tonne shipped, by period; None where there is none."""
    arrivals: tuple[tuple[int, float], ...]
    periods: int


class Keep(Struct, frozen=True, eq=False):
    """Closing stock of one class in a store."""

    store: int
    node: int
    periods: int


class Downgrade(Struct, frozen=True, eq=False):
    """Lots booked as having more traits than they have, or without their customs origin."""

    node: int
    to_node: int
    periods: int


class Deliver(Struct, frozen=True, eq=False):
    """Deliveries of one class to a line of demand."""

    line: int
    node: int
    periods: int


class Discard(Struct, frozen=True, eq=False):
    """Disposal of a material of one class."""

    node: int
    periods: int


class Flows(Struct, frozen=True, eq=False):
    """Every flow; each stands for one variable in each of its periods."""

    buys: tuple[Buy, ...]
    runs: tuple[Run, ...]
    ships: tuple[Ship, ...]
    keeps: tuple[Keep, ...]
    downgrades: tuple[Downgrade, ...]
    delivers: tuple[Deliver, ...]
    discards: tuple[Discard, ...]

    def every(self) -> Iterator[Buy | Run | Ship | Keep | Downgrade | Deliver | Discard]:
        """All flows, kind by kind."""
        yield from self.buys
        yield from self.runs
        yield from self.ships
        yield from self.keeps
        yield from self.downgrades
        yield from self.delivers
        yield from self.discards


class PruningSummary(Struct, frozen=True, eq=False):
    """Number of variables that are zero in every feasible plan, and of those kept."""

    removed: int
    kept: int
