"""The plan as a graph: nodes and runs by period, what moves between them, what enters."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from msgspec import Struct, field

from optimizer.network.network_data import Network
from optimizer.network.provenance import Provenance, ProvenanceEvent
from optimizer.result.variable_values import VariableValues, each
from optimizer.tables import sheets
from optimizer.tracing.proportional_mixing import Floats, Ints


class GraphEntry(Struct, frozen=True):
    """Tonnes that come into a node from outside, with the row that they rest on."""

    vertex: int
    tonnes: float
    sheet: str
    row: int
    name: str
    events: tuple[ProvenanceEvent, ...]


class RunVertex(Struct, frozen=True):
    """A process that runs in a period."""

    process: int
    period: int


class FlowGraph(Struct):
    """Vertices and edges; edges carry tonnes per period.

    Nodes come first by number of vertex where they appear; ``material`` is None for a run.
    """

    network: Network
    vertex_of: dict[int, int] = field(default_factory=dict)
    """Vertex by node and period, as ``node * periods + period``."""
    material: list[str | None] = field(default_factory=list)
    runs: dict[int, RunVertex] = field(default_factory=dict)
    """Runs by vertex."""
    entries: list[GraphEntry] = field(default_factory=list)
    _source: list[int] = field(default_factory=list)
    _target: list[int] = field(default_factory=list)
    _tonnes: list[float] = field(default_factory=list)

    @property
    def edges(self) -> tuple[Ints, Ints, Floats]:
        """Source, target and tonnes of each edge; of a shipment the tonnes that arrive."""
        source, target = (np.array(own, dtype=np.int64) for own in (self._source, self._target))
        return source, target, np.array(self._tonnes, dtype=float)

    def at(self, node: int, t: int) -> int:
        """Vertex of a node in a period."""
        code = node * self.network.calendar.count + t
        vertex = self.vertex_of.get(code)
        if vertex is None:
            vertex = self.vertex_of[code] = len(self.material)
            self.material.append(self.network.nodes[node].material)
        return vertex

    def link(self, source: int, target: int, tonnes: float) -> None:
        """Add an edge."""
        self._source.append(source)
        self._target.append(target)
        self._tonnes.append(tonnes)


def circuit(done: VariableValues, facts: Provenance) -> FlowGraph:
    """Graph of a plan; flows of next to nothing are left out."""
    network = done.network
    flows, count = network.flows, network.calendar.count
    made = FlowGraph(network)
    for flow, t, tonnes in each(done.ship):
        ship = flows.ships[flow]
        for later, share in ship.arrivals:
            if t + later < count:
                start, end = made.at(ship.node, t), made.at(ship.to_node, t + later)
                made.link(start, end, tonnes * share)
    for flow, t, tonnes in each(done.stock):
        node = flows.keeps[flow].node
        if t + 1 < count:
            made.link(made.at(node, t), made.at(node, t + 1), tonnes)
    for flow, t, tonnes in each(done.downgrade):
        step = flows.downgrades[flow]
        made.link(made.at(step.node, t), made.at(step.to_node, t), tonnes)
    for flow, t, activity in each(done.run):
        run = flows.runs[flow]
        vertex = len(made.material)
        made.material.append(None)
        made.runs[vertex] = RunVertex(run.process, t)
        for node, tonnes in run.used.items():
            made.link(made.at(node, t), vertex, tonnes * activity)
        for node, tonnes in run.made.items():
            made.link(vertex, made.at(node, t), tonnes * activity)
    made.entries += (*_bought(done, made, facts), *_held(network, made, facts))
    return made


def _bought(done: VariableValues, made: FlowGraph, facts: Provenance) -> Iterator[GraphEntry]:
    """Purchases; where dated rows share a period, each by the time that it covers."""
    network, calendar = done.network, done.network.calendar
    rows = {row.row: row for row in network.case.supply}
    histories: dict[int, tuple[ProvenanceEvent, ...]] = {}
    for flow, t, tonnes in each(done.buy):
        buy = network.flows.buys[flow]
        offer = network.offers[buy.offer]
        own = [rows[number] for number in offer.rows]
        covers = [calendar.cover(row.start, row.end)[t] for row in own]
        for row, years in zip(own, covers, strict=True):
            if years <= 0:
                continue
            if row.row not in histories:
                events = facts.bought(row.site, row.material, row.history)
                histories[row.row] = tuple(events)
            part = tonnes * years / sum(covers)
            vertex = made.at(buy.node, t)
            yield GraphEntry(vertex, part, "Supply", row.row, row.offer, histories[row.row])


def _held(network: Network, made: FlowGraph, facts: Provenance) -> Iterator[GraphEntry]:
    """Opening stock and orders under way, in the order of the network's inflows."""
    case, calendar = network.case, network.calendar
    orders = (
        order
        for order in case.pipeline
        if order.quantity and 0 <= calendar.period_of(order.arrival) < calendar.count
    )
    for inflow in network.inflows:
        vertex = made.at(inflow.node, inflow.period)
        if inflow.opening:
            node = network.nodes[inflow.node]
            stock = _opening(case.stocks, node.site, node.material, network)
            events = facts.bought(stock.site, stock.material, stock.history)
            place = ("Stocks", stock.row, inflow.name)
        else:
            order = next(orders)
            events = facts.bought(order.to_site, order.material, order.history)
            place = ("Pipeline", order.row, order.order)
        yield GraphEntry(vertex, inflow.tonnes, *place, tuple(events))


def _opening(
    rows: tuple[sheets.Stock, ...], site: str, material: str, network: Network
) -> sheets.Stock:
    """Row of Stocks that covers the start."""
    day = network.calendar.start
    return next(
        row
        for row in rows
        if (row.site, row.material) == (site, material)
        and (row.start is None or row.start <= day)
        and (row.end is None or day <= row.end)
    )
