"""Nodes and flows: what can happen, class by class, before pruning."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from optimizer.network.calendar import Calendar, members
from optimizer.network.duty_rates import DutyRates
from optimizer.network.flows import (
    Buy,
    Deliver,
    Discard,
    Downgrade,
    Flows,
    Inflow,
    Keep,
    Node,
    Run,
    Ship,
)
from optimizer.network.label_reachability import Place, Tied, followed, looping, origins
from optimizer.network.network_data import (
    Arc,
    DemandLine,
    NetworkOffer,
    NetworkProcess,
    RulePhase,
    StoragePlace,
    Taint,
)
from optimizer.network.provenance_classes import (
    Class,
    ClassBooking,
    ClassGeneration,
    class_name,
    downgrades,
    node_maker,
)
from optimizer.network.provenance_effects import IncomingLot, ProvenanceEffects
from optimizer.tables.case import Case

WHOLE = 1e-9
"""Part of a period below which a lead time counts as whole."""


class FlowSpace:
    """Every node that lots can reach and every flow between them."""

    def __init__(
        self,
        case: Case,
        calendar: Calendar,
        acts: ProvenanceEffects,
        processes: tuple[NetworkProcess, ...],
        arcs: tuple[Arc, ...],
        lines: tuple[DemandLine, ...],
        phases: tuple[RulePhase, ...],
    ) -> None:
        self._case, self._calendar, self._acts = case, calendar, acts
        self._processes, self._arcs = processes, arcs
        self._country = {site.site: site.country for site in case.sites}
        self._duties = DutyRates(case, calendar)
        traced = {material.material: material.traced for material in case.materials}
        tied = _tied(case, processes)
        self._followed, self._inputs_followed = followed(
            processes, acts.fixed, arcs, _bound(lines, phases, traced), traced, tied
        )
        self._looked_at = 0
        for traits in self._followed.values():
            self._looked_at |= traits
        makes = [
            ((process.site, material), self._country[process.site])
            for process in processes
            for material in process.outputs
        ]
        self._origins = origins(
            [*((lot.place, origin) for lot in self._lots() for origin in set(lot.origin)), *makes],
            arcs,
            self._country,
            self._duties,
        )
        self._generation = ClassGeneration(
            processes,
            acts.fixed,
            arcs,
            self._country,
            traced,
            self._followed,
            self._inputs_followed,
            self._origins,
            tied,
            looping(processes, arcs, traced),
        )
        self._classes = self._generation.run(self._entries())
        self.nodes: list[Node] = []
        self._at: dict[Place, dict[Class, int]] = defaultdict(dict)
        self._make_nodes()

    def flows(
        self,
        offers: tuple[NetworkOffer, ...],
        stores: tuple[StoragePlace, ...],
        lines: tuple[DemandLine, ...],
        phases: tuple[RulePhase, ...],
    ) -> Flows:
        """Every flow, in every period in which its rows allow it."""
        return Flows(
            buys=tuple(self._buys(offers)),
            runs=tuple(run for booking in self._classes.bookings for run in self._runs(booking)),
            ships=tuple(self._ships()),
            keeps=tuple(self._keeps(stores)),
            downgrades=tuple(self._downgrades()),
            delivers=tuple(self._delivers(lines, phases)),
            discards=tuple(self._discards()),
        )

    def taints(self) -> tuple[Taint, ...]:
        """Traits that plants which cannot segregate may take on as a whole."""
        able: dict[str, int] = {}
        members_of: dict[str, list[int]] = defaultdict(list)
        for booking in self._classes.bookings:
            site = self._processes[booking.process].site
            able[site] = able.get(site, 0) | booking.broken
            members_of[site].append(booking.process)
        return tuple(
            Taint(site.site, trait.bit, tuple(dict.fromkeys(members_of[site.site])))
            for site in self._case.sites
            if not site.segregates
            for trait in self._acts.traits
            if trait.bit & able.get(site.site, 0)
        )

    def inflows(self, stores: tuple[StoragePlace, ...]) -> tuple[Inflow, ...]:
        """Opening stock, and orders under way that arrive within the horizon."""
        found = []
        for store, lot in zip(stores, self._acts.openings, strict=True):
            if lot:
                name = f"opening stock of {store.material} at {store.site}"
                found.append(Inflow(name, self._enters(lot, 0), 0, store.opening, True))
        for order, lot in zip(self._case.pipeline, self._acts.orders, strict=True):
            t = self._calendar.period_of(order.arrival)
            if 0 <= t < self._calendar.count and order.quantity:
                found.append(Inflow(order.order, self._enters(lot, t), t, order.quantity, False))
        return tuple(found)

    def _lots(self) -> Iterator[IncomingLot]:
        yield from self._acts.offers
        yield from (lot for lot in self._acts.openings if lot)
        yield from self._acts.orders

    def _entries(self) -> Iterator[tuple[Place, Class]]:
        for lot in self._lots():
            for broken, origin in sorted(set(zip(lot.broken, lot.origin, strict=True))):
                yield lot.place, self._generation.arriving(lot.place, broken, origin)

    def _enters(self, lot: IncomingLot, t: int) -> int:
        entered = self._generation.arriving(lot.place, lot.broken[t], lot.origin[t])
        return self._at[lot.place][entered]

    def _names(self, broken: int) -> tuple[str, ...]:
        return tuple(
            name for trait in self._acts.traits if trait.bit & broken for name in trait.names
        )

    def _make_nodes(self) -> None:
        make = node_maker(self._names, self._looked_at, self._followed, self._origins)
        places = dict.fromkeys((*self._classes.reached, *self._classes.targets))
        for place in places:
            reached = self._classes.reached.get(place, {})
            for lot in dict.fromkeys((*reached, *self._classes.targets.get(place, {}))):
                index = len(self.nodes)
                self._at[place][lot] = index
                self.nodes.append(make(index, place, lot, lot not in reached))

    def _ordinary(self, place: Place) -> Iterator[tuple[Class, Node]]:
        for lot in self._classes.reached.get(place, ()):
            yield lot, self.nodes[self._at[place][lot]]

    def _buys(self, offers: tuple[NetworkOffer, ...]) -> Iterator[Buy]:
        for index, (offer, lot) in enumerate(zip(offers, self._acts.offers, strict=True)):
            by_node: dict[int, int] = {}
            for t in members(offer.periods):
                if offer.maximum[t] > 0:
                    node = self._enters(lot, t)
                    by_node[node] = by_node.get(node, 0) | 1 << t
            for node, periods in by_node.items():
                yield Buy(index, node, periods)

    def _runs(self, booking: ClassBooking) -> Iterator[Run]:
        process = self._processes[booking.process]
        needed = self._inputs_followed[booking.process]
        used: dict[int, float] = {}
        for material, (place, lot) in booking.inputs.items():
            node = self._at[place][lot]
            used[node] = used.get(node, 0.0) + process.inputs[material]
        for periods, outputs in booking.outputs:
            made: dict[int, float] = {}
            for material, (place, lot) in outputs.items():
                node = self._at[place][lot]
                made[node] = made.get(node, 0.0) + process.outputs[material]
            yield Run(
                process=booking.process,
                inputs_broken=booking.broken,
                inputs_followed=needed,
                name=class_name(self._names, booking.broken, needed, self._looked_at),
                used=used,
                made=made,
                periods=periods,
            )

    def _ships(self) -> Iterator[Ship]:
        for index, arc in enumerate(self._arcs):
            start, end = (arc.from_site, arc.material), (arc.to_site, arc.material)
            leads = _leads(arc)
            for lot, node in self._ordinary(start):
                to_node = self._at[end][self._generation.moved(start, lot, end)]
                duty = self._duty(arc, node)
                for arrivals, periods in leads:
                    yield Ship(index, node.index, to_node, duty, arrivals, periods)

    def _duty(self, arc: Arc, node: Node) -> tuple[float, ...] | None:
        """Duty per tonne by period; None where there is none."""
        target = self._country[arc.to_site]
        if not node.origin or self._country[arc.from_site] == target:
            return None
        origin = node.origin.split(" or ")[0]
        duty = self._duties.per_tonne(origin, target, arc.material)
        return duty if any(duty) else None

    def _keeps(self, stores: tuple[StoragePlace, ...]) -> Iterator[Keep]:
        for index, store in enumerate(stores):
            for _, node in self._ordinary((store.site, store.material)):
                yield Keep(index, node.index, store.periods)

    def _downgrades(self) -> Iterator[Downgrade]:
        for place, targets in self._classes.targets.items():
            reached = self._classes.reached.get(place, {})
            for lot, target in downgrades(reached, targets):
                here = self._at[place]
                yield Downgrade(here[lot], here[target], self._calendar.all)

    def _delivers(
        self, lines: tuple[DemandLine, ...], phases: tuple[RulePhase, ...]
    ) -> Iterator[Deliver]:
        banned: dict[int, list[tuple[int, int]]] = defaultdict(list)
        for phase in phases:
            if phase.share == 0 and phase.trait:
                for bound, periods in phase.lines.items():
                    banned[bound].append((phase.trait, periods))
        for index, line in enumerate(lines):
            wanted = sum(1 << t for t, tonnes in enumerate(line.quantity) if tonnes)
            for _, node in self._ordinary((line.customer, line.material)):
                allowed = wanted
                for trait, periods in banned[index]:
                    if node.broken & trait:
                        allowed &= ~periods
                yield Deliver(index, node.index, allowed)

    def _discards(self) -> Iterator[Discard]:
        free = {row.material for row in self._case.materials if row.disposal_cost is not None}
        for place in self._classes.reached:
            if place[1] in free:
                for _, node in self._ordinary(place):
                    yield Discard(node.index, self._calendar.all)


def _tied(case: Case, processes: tuple[NetworkProcess, ...]) -> Tied:
    mixing = {site.site for site in case.sites if not site.segregates}
    at: dict[str, list[int]] = defaultdict(list)
    for index, process in enumerate(processes):
        if process.site in mixing:
            at[process.site].append(index)
    return {index: tuple(fellows) for fellows in at.values() for index in fellows}


def _bound(
    lines: Sequence[DemandLine], phases: Sequence[RulePhase], traced: dict[str, bool]
) -> dict[Place, int]:
    """Traits that rules look at, where demand stands."""
    bound: dict[Place, int] = {}
    for phase in phases:
        for index in phase.lines if phase.share < 1 else ():
            line = lines[index]
            if traced[line.material]:
                place = (line.customer, line.material)
                bound[place] = bound.get(place, 0) | phase.trait
    return bound


def _leads(arc: Arc) -> list[tuple[tuple[tuple[int, float], ...], int]]:
    """Arrivals (periods later, share) of what leaves, with the periods of leaving.

    A lead time that is not a whole number of periods is split over the two neighbours.
    """
    found: dict[tuple[tuple[int, float], ...], int] = {}
    for t in members(arc.periods):
        whole = int(arc.lead[t] + WHOLE)
        part = arc.lead[t] - whole
        if part < WHOLE:
            arrivals = [(whole, arc.arrives[t])]
        else:
            arrivals = [(whole, arc.arrives[t] * (1 - part)), (whole + 1, arc.arrives[t] * part)]
        key = tuple((later, share) for later, share in arrivals if share > 0)
        found[key] = found.get(key, 0) | 1 << t
    return list(found.items())
