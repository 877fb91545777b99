"""Upper bounds on shipments, derived from the demand at the end of each arc.

They bound yes/no decisions in place of an arbitrary big M: the tighter the bound, the closer
the linear relaxation is to the plan.
"""

from __future__ import annotations

from collections import defaultdict

from optimizer.network.calendar import members
from optimizer.network.flows import Ship
from optimizer.network.label_reachability import SiteMaterial
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
    """How much each site can take of a material, and where its lots there can come from."""

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
        self._demand: dict[SiteMaterial, list[float]] = defaultdict(lambda: [0.0] * count)
        for line in lines:
            demand = self._demand[line.customer, line.material]
            for t, tonnes in enumerate(line.quantity):
                demand[t] += tonnes
        stored = {(store.site, store.material) for store in stores}
        used = {(process.site, name) for process in processes for name in process.inputs}
        leaving = {(arc.from_site, arc.material) for arc in arcs}
        self._open_ended = stored | used | leaving
        arriving = {(arc.to_site, arc.material) for arc in arcs}
        sold = {(offer.site, offer.material) for offer in offers}
        self._supplied_otherwise = stored | arriving | sold

    def maximum(self, arc: Arc, ship: Ship, t: int) -> float:
        """Upper bound on tonnes shipped in a period; infinite unless only demand takes them."""
        place = (arc.to_site, arc.material)
        if place in self._open_ended or arc.material in self._disposal:
            return INFINITY
        demand = self._demand[place]
        return min(
            (
                demand[t + later] / share
                for later, share in ship.arrivals
                if t + later < self._count
            ),
            default=INFINITY,
        )

    def made_only_here(self, place: SiteMaterial, inflow_places: set[SiteMaterial]) -> bool:
        """True if a lot at a place can only have been made there, in the same period."""
        return place not in self._supplied_otherwise and place not in inflow_places


def arc_maximum(
    flow_bounds: FlowBounds, arcs: tuple[Arc, ...], ships: tuple[Ship, ...]
) -> list[dict[int, float]]:
    """Upper bound on tonnes shipped over each arc, by period; only where it is finite."""
    bounds: list[dict[int, float]] = [{} for _ in arcs]
    for ship in ships:
        for t in members(ship.periods):
            maximum = flow_bounds.maximum(arcs[ship.arc], ship, t)
            if maximum < INFINITY:
                bounds[ship.arc][t] = maximum
    return bounds


def required_units(
    flow_bounds: FlowBounds,
    processes: tuple[NetworkProcess, ...],
    units: tuple[NetworkUnit, ...],
    inflow_places: set[SiteMaterial],
) -> dict[SiteMaterial, tuple[int, ...]]:
    """Units without which a material cannot exist at a site: all its makers there use them."""
    makers: dict[SiteMaterial, list[int]] = defaultdict(list)
    for index, process in enumerate(processes):
        for material in process.outputs:
            makers[process.site, material].append(index)
    return {
        place: units_needed
        for place, made_by in makers.items()
        if flow_bounds.made_only_here(place, inflow_places)
        and (
            units_needed := tuple(
                number
                for number, unit in enumerate(units)
                if all(_always_uses(unit, index, processes[index]) for index in made_by)
            )
        )
    }


def _always_uses(unit: NetworkUnit, index: int, process: NetworkProcess) -> bool:
    use = unit.uses.get(index)
    return use is not None and all(use[t] > 0 for t in members(process.periods))
