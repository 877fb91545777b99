"""The plan as a graph: nodes and runs by period, flows between them, and sources."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from msgspec import Struct, field

from optimizer.network.network_data import Network
from optimizer.network.provenance import ProvenanceEvent
from optimizer.result.variable_values import VariableValues, nonzero_values
from optimizer.tables import sheets
from optimizer.tracing.proportional_mixing import FloatArray, IntArray


class GraphEntry(Struct, frozen=True):
    """Tonnes that enter the network at a node, with the row of the workbook they come from."""

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

    ``material`` is by vertex; it is None for a run.
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
    def edges(self) -> tuple[IntArray, IntArray, FloatArray]:
        """Source, target and tonnes of each edge; of a shipment the tonnes that arrive."""
        source, target = np.array(self._source, np.int64), np.array(self._target, np.int64)
        return source, target, np.array(self._tonnes, dtype=float)

    def at(self, node: int, t: int) -> int:
        """Vertex of a node in a period, added on first use."""
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


def build_flow_graph(solution: VariableValues) -> FlowGraph:
    """Graph of a plan's nonzero flows."""
    network = solution.network
    flows, count = network.flows, network.calendar.count
    graph = FlowGraph(network)
    for flow, t, tonnes in nonzero_values(solution.ship):
        ship = flows.ships[flow]
        for later, share in ship.arrivals:
            if t + later < count:
                start, end = graph.at(ship.node, t), graph.at(ship.to_node, t + later)
                graph.link(start, end, tonnes * share)
    for flow, t, tonnes in nonzero_values(solution.stock):
        node = flows.keeps[flow].node
        if t + 1 < count:
            graph.link(graph.at(node, t), graph.at(node, t + 1), tonnes)
    for flow, t, tonnes in nonzero_values(solution.downgrade):
        step = flows.downgrades[flow]
        graph.link(graph.at(step.node, t), graph.at(step.to_node, t), tonnes)
    for flow, t, activity in nonzero_values(solution.run):
        run = flows.runs[flow]
        vertex = len(graph.material)
        graph.material.append(None)
        graph.runs[vertex] = RunVertex(run.process, t)
        for node, tonnes in run.consumed.items():
            graph.link(graph.at(node, t), vertex, tonnes * activity)
        for node, tonnes in run.produced.items():
            graph.link(vertex, graph.at(node, t), tonnes * activity)
    graph.entries += (*_purchase_entries(solution, graph), *_inflow_entries(network, graph))
    return graph


def _purchase_entries(solution: VariableValues, graph: FlowGraph) -> Iterator[GraphEntry]:
    """Purchases; rows that share a period divide it by the time that each covers."""
    network, calendar = solution.network, solution.network.calendar
    rows = {row.row: row for row in network.case.supply}
    for flow, t, tonnes in nonzero_values(solution.buy):
        buy = network.flows.buys[flow]
        offer = network.offers[buy.offer]
        dated = [rows[number] for number in offer.rows]
        covers = [calendar.cover(row.start, row.end)[t] for row in dated]
        for row, years in zip(dated, covers, strict=True):
            if years <= 0:
                continue
            events = network.provenance.lot_events(row.site, row.material, row.history)
            part = tonnes * years / sum(covers)
            vertex = graph.at(buy.node, t)
            yield GraphEntry(vertex, part, "Supply", row.row, row.offer, events)


def _inflow_entries(network: Network, graph: FlowGraph) -> Iterator[GraphEntry]:
    """Opening stock and orders under way, in the order of the network's inflows."""
    case, calendar, provenance = network.case, network.calendar, network.provenance
    orders = (
        order
        for order in case.pipeline
        if order.quantity and 0 <= calendar.period_of(order.arrival) < calendar.count
    )
    for inflow in network.inflows:
        vertex = graph.at(inflow.node, inflow.period)
        if inflow.opening:
            node = network.nodes[inflow.node]
            stock = _opening_row(case.stocks, node.site, node.material, network)
            events = provenance.lot_events(stock.site, stock.material, stock.history)
            place = ("Stocks", stock.row, inflow.name)
        else:
            order = next(orders)
            events = provenance.lot_events(order.to_site, order.material, order.history)
            place = ("Pipeline", order.row, order.order)
        yield GraphEntry(vertex, inflow.tonnes, *place, events)


def _opening_row(
    rows: tuple[sheets.Stock, ...], site: str, material: str, network: Network
) -> sheets.Stock:
    """Row of Stocks that covers the start of the horizon."""
    day = network.calendar.start
    return next(
        row
        for row in rows
        if (row.site, row.material) == (site, material)
        and (row.start is None or row.start <= day)
        and (row.end is None or day <= row.end)
    )
