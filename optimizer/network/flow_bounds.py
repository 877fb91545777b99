"""Bounds from the data: the most that a way can carry before what lies at its end is full.

Yes/no decisions are bounded by these, never by a number made up: the tighter the bound,
the closer the relaxation is to the plan.
"""

from __future__ import annotations

from collections import defaultdict

from optimizer.network.calendar import members
from optimizer.network.flows import Ship
from optimizer.network.label_reachability import Place
from optimizer.network.network_data import (
    Arc,
    DemandLine,
    NetworkOffer,
    NetworkProcess,
    NetworkUnit,
    StoragePlace,
)
from optimizer.tables.schema import INFINITY


class FlowBounds:
    """What places can take, and where what they hold comes from."""

    def __init__(
        self,
        processes: tuple[NetworkProcess, ...],
        arcs: tuple[Arc, ...],
        stores: tuple[StoragePlace, ...],
        lines: tuple[DemandLine, ...],
        offers: tuple[NetworkOffer, ...],
        disposal: dict[str, float],
        count: int,
    ) -> None:
        self._count = count
        self._disposal = disposal
        self._wanted: dict[Place, list[float]] = defaultdict(lambda: [0.0] * count)
        for line in lines:
            wanted = self._wanted[line.customer, line.material]
            for t, tonnes in enumerate(line.quantity):
                wanted[t] += tonnes
        stored = {(store.site, store.material) for store in stores}
        used = {(process.site, name) for process in processes for name in process.inputs}
        leaving = {(arc.from_site, arc.material) for arc in arcs}
        self._open = stored | used | leaving
        arriving = {(arc.to_site, arc.material) for arc in arcs}
        sold = {(offer.site, offer.material) for offer in offers}
        self._elsewhere = stored | arriving | sold

    def most(self, arc: Arc, ship: Ship, t: int) -> float:
        """Most tonnes that can leave in a period, if only demand can take what arrives."""
        place = (arc.to_site, arc.material)
        if place in self._open or arc.material in self._disposal:
            return INFINITY
        wanted = self._wanted[place]
        return min(
            (
                wanted[t + later] / share
                for later, share in ship.arrivals
                if t + later < self._count
            ),
            default=INFINITY,
        )

    def only_made(self, place: Place, given: set[Place]) -> bool:
        """True if what is at a place can only have been made there, in the same period."""
        return place not in self._elsewhere and place not in given


def arc_most(
    ends: FlowBounds, arcs: tuple[Arc, ...], ships: tuple[Ship, ...]
) -> list[dict[int, float]]:
    """Most tonnes that can leave over each way, by period; only where there is a bound."""
    found: list[dict[int, float]] = [{} for _ in arcs]
    for ship in ships:
        for t in members(ship.periods):
            most = ends.most(arcs[ship.arc], ship, t)
            if most < INFINITY:
                found[ship.arc][t] = most
    return found


def gates(
    ends: FlowBounds,
    processes: tuple[NetworkProcess, ...],
    units: tuple[NetworkUnit, ...],
    given: set[Place],
) -> dict[Place, tuple[int, ...]]:
    """Units without which nothing can be at a place: every process that makes it uses them."""
    makers: dict[Place, list[int]] = defaultdict(list)
    for index, process in enumerate(processes):
        for material in process.outputs:
            makers[process.site, material].append(index)
    return {
        place: needed
        for place, own in makers.items()
        if ends.only_made(place, given)
        and (
            needed := tuple(
                number
                for number, unit in enumerate(units)
                if all(_always_uses(unit, index, processes[index]) for index in own)
            )
        )
    }


def _always_uses(unit: NetworkUnit, index: int, process: NetworkProcess) -> bool:
    use = unit.uses.get(index)
    return use is not None and all(use[t] > 0 for t in members(process.periods))
