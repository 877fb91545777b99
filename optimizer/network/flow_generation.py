"""Generation of nodes and flows for each provenance class, before pruning."""

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
from optimizer.network.label_reachability import (
    CommingledProcesses,
    SiteMaterial,
    customs_origins,
    followed_traits,
    loop_inputs,
)
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
    ClassBooking,
    ClassGeneration,
    LotClass,
    class_name,
    downgrades,
    node_maker,
)
from optimizer.network.provenance_effects import IncomingLot, ProvenanceEffects
from optimizer.tables.case import Case

LEAD_TIME_TOLERANCE = 1e-9
"""Part of a period below which a lead time counts as whole: absorbs the rounding of days."""


class FlowSpace:
    """All nodes that lots can reach and all flows between them."""

    def __init__(
        self,
        case: Case,
        calendar: Calendar,
        effects: ProvenanceEffects,
        processes: tuple[NetworkProcess, ...],
        arcs: tuple[Arc, ...],
        lines: tuple[DemandLine, ...],
        phases: tuple[RulePhase, ...],
    ) -> None:
        self._case, self._calendar, self._effects = case, calendar, effects
        self._processes, self._arcs = processes, arcs
        self._country = {site.site: site.country for site in case.sites}
        self._duties = DutyRates(case, calendar)
        traced = {material.material: material.traced for material in case.materials}
        commingled = _commingled_processes(case, processes)
        self._followed, self._inputs_followed = followed_traits(
            processes,
            effects.process_effects,
            arcs,
            _restricted_traits(lines, phases, traced),
            traced,
            commingled,
        )
        self._all_followed = 0
        for traits in self._followed.values():
            self._all_followed |= traits
        made = [
            ((process.site, material), self._country[process.site])
            for process in processes
            for material in process.outputs
        ]
        self._origins = customs_origins(
            [*((lot.place, origin) for lot in self._lots() for origin in set(lot.origin)), *made],
            arcs,
            self._country,
            self._duties,
        )
        self._generation = ClassGeneration(
            processes,
            effects.process_effects,
            arcs,
            self._country,
            traced,
            self._followed,
            self._inputs_followed,
            self._origins,
            commingled,
            loop_inputs(processes, arcs, traced),
        )
        self._classes = self._generation.run(self._sources())
        self.nodes: list[Node] = []
        self._at: dict[SiteMaterial, dict[LotClass, int]] = defaultdict(dict)
        self._make_nodes()

    def flows(
        self,
        offers: tuple[NetworkOffer, ...],
        stores: tuple[StoragePlace, ...],
        lines: tuple[DemandLine, ...],
        phases: tuple[RulePhase, ...],
    ) -> Flows:
        """All flows, in every period in which their rows allow them."""
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
        """Traits that all processes of a plant that cannot segregate may take on together."""
        breakable: dict[str, int] = {}
        members_of: dict[str, list[int]] = defaultdict(list)
        for booking in self._classes.bookings:
            site = self._processes[booking.process].site
            breakable[site] = breakable.get(site, 0) | booking.broken
            members_of[site].append(booking.process)
        return tuple(
            Taint(site.site, trait.bit, tuple(dict.fromkeys(members_of[site.site])))
            for site in self._case.sites
            if not site.segregates
            for trait in self._effects.traits
            if trait.bit & breakable.get(site.site, 0)
        )

    def inflows(self, stores: tuple[StoragePlace, ...]) -> tuple[Inflow, ...]:
        """Opening stock, and orders under way that arrive within the horizon."""
        inflows = []
        for store, lot in zip(stores, self._effects.openings, strict=True):
            if lot:
                name = f"opening stock of {store.material} at {store.site}"
                inflows.append(Inflow(name, self._entry_node(lot, 0), 0, store.opening, True))
        for order, lot in zip(self._case.pipeline, self._effects.orders, strict=True):
            t = self._calendar.period_of(order.arrival)
            if 0 <= t < self._calendar.count and order.quantity:
                inflows.append(
                    Inflow(order.order, self._entry_node(lot, t), t, order.quantity, False)
                )
        return tuple(inflows)

    def _lots(self) -> Iterator[IncomingLot]:
        yield from self._effects.offers
        yield from (lot for lot in self._effects.openings if lot)
        yield from self._effects.orders

    def _sources(self) -> Iterator[tuple[SiteMaterial, LotClass]]:
        for lot in self._lots():
            for broken, origin in sorted(set(zip(lot.broken, lot.origin, strict=True))):
                yield lot.place, self._generation.arriving(lot.place, broken, origin)

    def _entry_node(self, lot: IncomingLot, t: int) -> int:
        lot_class = self._generation.arriving(lot.place, lot.broken[t], lot.origin[t])
        return self._at[lot.place][lot_class]

    def _names(self, broken: int) -> tuple[str, ...]:
        return tuple(
            name for trait in self._effects.traits if trait.bit & broken for name in trait.names
        )

    def _make_nodes(self) -> None:
        make = node_maker(self._names, self._all_followed, self._followed, self._origins)
        places = dict.fromkeys((*self._classes.reached, *self._classes.targets))
        for place in places:
            reached = self._classes.reached.get(place, {})
            for lot in dict.fromkeys((*reached, *self._classes.targets.get(place, {}))):
                index = len(self.nodes)
                self._at[place][lot] = index
                self.nodes.append(make(index, place, lot, lot not in reached))

    def _reached_nodes(self, place: SiteMaterial) -> Iterator[tuple[LotClass, Node]]:
        for lot in self._classes.reached.get(place, ()):
            yield lot, self.nodes[self._at[place][lot]]

    def _buys(self, offers: tuple[NetworkOffer, ...]) -> Iterator[Buy]:
        for index, (offer, lot) in enumerate(zip(offers, self._effects.offers, strict=True)):
            by_node: dict[int, int] = {}
            for t in members(offer.periods):
                if offer.maximum[t] > 0:
                    node = self._entry_node(lot, t)
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
                name=class_name(self._names, booking.broken, needed, self._all_followed),
                consumed=used,
                produced=made,
                periods=periods,
            )

    def _ships(self) -> Iterator[Ship]:
        for index, arc in enumerate(self._arcs):
            start, end = (arc.from_site, arc.material), (arc.to_site, arc.material)
            leads = _arrivals(arc)
            for lot, node in self._reached_nodes(start):
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
            for _, node in self._reached_nodes((store.site, store.material)):
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
        barred: dict[int, list[tuple[int, int]]] = defaultdict(list)
        for phase in phases:
            if phase.share == 0 and phase.trait:
                for bound, periods in phase.lines.items():
                    barred[bound].append((phase.trait, periods))
        for index, line in enumerate(lines):
            demanded = sum(1 << t for t, tonnes in enumerate(line.quantity) if tonnes)
            for _, node in self._reached_nodes((line.customer, line.material)):
                allowed = demanded
                for trait, periods in barred[index]:
                    if node.broken & trait:
                        allowed &= ~periods
                yield Deliver(index, node.index, allowed)

    def _discards(self) -> Iterator[Discard]:
        disposable = {row.material for row in self._case.materials if row.disposal_cost is not None}
        for place in self._classes.reached:
            if place[1] in disposable:
                for _, node in self._reached_nodes(place):
                    yield Discard(node.index, self._calendar.all)


def _commingled_processes(case: Case, processes: tuple[NetworkProcess, ...]) -> CommingledProcesses:
    unsegregated = {site.site for site in case.sites if not site.segregates}
    at: dict[str, list[int]] = defaultdict(list)
    for index, process in enumerate(processes):
        if process.site in unsegregated:
            at[process.site].append(index)
    return {index: tuple(indices) for indices in at.values() for index in indices}


def _restricted_traits(
    lines: Sequence[DemandLine], phases: Sequence[RulePhase], traced: dict[str, bool]
) -> dict[SiteMaterial, int]:
    """Traits that rules look at, by place of demand.

    A rule that allows all of a delivery is one of them: what breaks it is counted and shown.
    """
    bound: dict[SiteMaterial, int] = {}
    for phase in phases:
        for index in phase.lines:
            line = lines[index]
            if traced[line.material]:
                place = (line.customer, line.material)
                bound[place] = bound.get(place, 0) | phase.trait
    return bound


def _arrivals(arc: Arc) -> list[tuple[tuple[tuple[int, float], ...], int]]:
    """Arrivals (periods later, share) of a shipment, each with the periods of departure.

    A lead time between two whole numbers of periods splits the shipment over both.
    """
    departures: dict[tuple[tuple[int, float], ...], int] = {}
    for t in members(arc.periods):
        whole = int(arc.lead_periods[t] + LEAD_TIME_TOLERANCE)
        part = arc.lead_periods[t] - whole
        if part < LEAD_TIME_TOLERANCE:
            arrivals = [(whole, arc.arrives[t])]
        else:
            arrivals = [(whole, arc.arrives[t] * (1 - part)), (whole + 1, arc.arrives[t] * part)]
        key = tuple((later, share) for later, share in arrivals if share > 0)
        departures[key] = departures.get(key, 0) | 1 << t
    return list(departures.items())
