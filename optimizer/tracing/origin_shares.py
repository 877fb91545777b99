"""Shares of what is delivered, by stage, input and place.

At each stage every tonne has one place: that of its last event of the stage. A written history
with several events of a stage counts in equal parts. A stage that no history states is
``NO_PLACE``.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import reduce
from operator import or_
from typing import NamedTuple

import numpy as np
from msgspec import Struct

from optimizer.network.calendar import members
from optimizer.network.provenance import ProvenanceEvent
from optimizer.result.variable_values import VariableValues, nonzero_values
from optimizer.tables.sheets import STAGES
from optimizer.tracing.composition import Composition
from optimizer.tracing.flow_graph import FlowGraph, build_flow_graph
from optimizer.tracing.input_weights import NEGLIGIBLE_INPUT_SHARE, InputWeights
from optimizer.tracing.proportional_mixing import FloatArray, IntArray

MIN_TRACED_TONNES = 1e-6
"""Tonnes delivered to a line in a period below which a delivery is not traced: rounding."""
_MAX_TRACED_VALUES = 4_000_000
"""Maximum numbers in one solve (32 MB); more inputs than fit are solved in turn."""
_NO_VERTICES = np.zeros(0, dtype=np.int64)
StageColumns = list[tuple[slice, FloatArray | None]]
"""Columns of each stage, and the factor by vertex of what is mixed there."""


class OriginPlace(NamedTuple):
    """Place and owner of an event; fields that the history does not state are empty."""

    country: str
    owner_country: str
    owner: str
    site: str


NO_PLACE = OriginPlace("", "", "", "")
"""Place of a stage that no history states."""


class LineDelivery(Struct, frozen=True):
    """Tonnes delivered to a line in a period, by vertex of the flow graph."""

    line: int
    period: int
    tonnes: float
    vertices: IntArray
    parts: FloatArray
    """Tonnes from each vertex."""


class OriginShares(Struct, frozen=True):
    """Shares of every delivery of a traced material."""

    deliveries: tuple[LineDelivery, ...]
    inputs: tuple[str, ...]
    stages: tuple[str, ...]
    places: tuple[tuple[OriginPlace, ...], ...]
    """Places of each stage; the first is ``NO_PLACE``."""
    shares: tuple[FloatArray, ...]
    """For each stage: share by delivery, input and place; zeros where an input is absent."""
    touched: tuple[tuple[ProvenanceEvent, ...], ...]
    """For each delivery: every event that some of it has been through."""
    rows: tuple[tuple[str, int, str], ...]
    """Sheet, row and name of each row that deliveries come from."""
    row_shares: FloatArray
    """Share of each delivery, by delivery and row."""


def trace(solution: VariableValues) -> OriginShares:
    """Shares of all deliveries of a plan, exact by proportional mixing."""
    network = solution.network
    composition = Composition(network)
    graph = build_flow_graph(solution)
    deliveries = _deliveries(solution, graph, composition.traced)
    vertices = np.concatenate([_NO_VERTICES, *(delivery.vertices for delivery in deliveries)])
    delivery_vertices = np.flatnonzero(np.bincount(vertices))
    weights = InputWeights(graph, composition, delivery_vertices)
    return _ShareSolver(graph, weights).result(deliveries)


def _deliveries(
    solution: VariableValues, graph: FlowGraph, traced: set[str]
) -> tuple[LineDelivery, ...]:
    network = solution.network
    vertices_of: dict[tuple[int, int], dict[int, float]] = {}
    for flow, t, tonnes in nonzero_values(solution.deliver):
        deliver = network.flows.delivers[flow]
        if network.lines[deliver.line].material in traced:
            parts = vertices_of.setdefault((deliver.line, t), {})
            vertex = graph.at(deliver.node, t)
            parts[vertex] = parts.get(vertex, 0.0) + tonnes
    return tuple(
        LineDelivery(
            line, t, sum(parts.values()), np.array(list(parts)), np.array(list(parts.values()))
        )
        for (line, t), parts in sorted(vertices_of.items())
        if sum(parts.values()) > MIN_TRACED_TONNES
    )


class _ShareSolver:
    """The stage solves of one plan."""

    def __init__(self, graph: FlowGraph, weights: InputWeights) -> None:
        self.graph, self.weights = graph, weights
        self.size = weights.size
        self._run_events_cache: dict[tuple[int, int], tuple[ProvenanceEvent, ...]] = {}
        vertices_of_events: dict[tuple[ProvenanceEvent, ...], list[int]] = {}
        for vertex, run in graph.runs.items():
            events = self._run_events(run.process, run.period)
            vertices_of_events.setdefault(events, []).append(vertex)
        self.runs = {events: np.array(vertices) for events, vertices in vertices_of_events.items()}
        """Vertices of the runs, by the events that they add."""

    def result(self, deliveries: tuple[LineDelivery, ...]) -> OriginShares:
        """Shares, events and rows of the deliveries."""
        weights = self.weights
        places = self._places()
        blocks = self._blocks(places)
        columns = sum(len(stage_places) for stage_places in places.values())
        step = max(1, _MAX_TRACED_VALUES // max(1, self.size * columns))
        solved = []
        for low in range(0, len(weights.inputs), step):
            part = slice(low, low + step)
            base = self._base(places, blocks, part)
            values = weights.mixing.solve(weights.edge[:, part], base, blocks)
            solved.append(_averaged_by_delivery(values, weights.held[:, part], deliveries))
        by_delivery = np.concatenate(solved, axis=1)
        rows, row_shares = self._row_shares(deliveries)
        return OriginShares(
            deliveries=deliveries,
            inputs=weights.inputs,
            stages=tuple(places),
            places=tuple(tuple(stage_places) for stage_places in places.values()),
            shares=tuple(_normalised(by_delivery[:, :, block]) for block, _ in blocks),
            touched=self._touched(deliveries),
            rows=rows,
            row_shares=row_shares,
        )

    def _run_events(self, number: int, t: int) -> tuple[ProvenanceEvent, ...]:
        if (number, t) not in self._run_events_cache:
            network = self.graph.network
            process = network.processes[number]
            events = network.provenance.at_site(process.site, process.stages[t])
            self._run_events_cache[number, t] = tuple(events)
        return self._run_events_cache[number, t]

    def _places(self) -> dict[str, dict[OriginPlace, int]]:
        """Number of each place that an event of a stage had, by stage; ``NO_PLACE`` is 0."""
        places: dict[str, dict[OriginPlace, int]] = {
            stage: {NO_PLACE: 0} for stage in (*STAGES, "")
        }
        histories = dict.fromkeys(entry.events for entry in self.graph.entries)
        for events in (*histories, *self.runs):
            for event in events:
                stage_places = places.setdefault(event.stage, {NO_PLACE: 0})
                stage_places.setdefault(_place(event), len(stage_places))
        return places

    def _blocks(self, places: dict[str, dict[OriginPlace, int]]) -> StageColumns:
        """Columns of each stage, and 0 for the runs that are an event of it."""
        blocks: StageColumns = []
        first = 0
        for stage, stage_places in places.items():
            factor = np.ones(self.size)
            for events, vertices in self.runs.items():
                if any(event.stage == stage for event in events):
                    factor[vertices] = 0.0
            blocks.append((slice(first, first + len(stage_places)), factor))
            first += len(stage_places)
        return blocks

    def _base(
        self, places: dict[str, dict[OriginPlace, int]], blocks: StageColumns, part: slice
    ) -> FloatArray:
        """Places of entering lots and of runs; ``NO_PLACE`` where nothing traced enters."""
        entry_weights, empty = self.weights.entry[:, part], self.weights.empty[:, part]
        first = [block.start for block, _ in blocks]
        base = np.zeros((self.size, entry_weights.shape[1], blocks[-1][0].stop))
        known: dict[tuple[ProvenanceEvent, ...], list[tuple[int, float]]] = {}
        for i, entry in enumerate(self.graph.entries):
            if entry.events not in known:
                known[entry.events] = [
                    (start + column, share)
                    for start, (stage, stage_places) in zip(first, places.items(), strict=True)
                    for column, share in _place_columns(entry.events, stage, stage_places)
                ]
            for column, share in known[entry.events]:
                base[entry.vertex, :, column] += share * entry_weights[i]
        base[:, :, first] += empty[:, :, None]
        for events, vertices in self.runs.items():
            for start, (stage, stage_places) in zip(first, places.items(), strict=True):
                if any(event.stage == stage for event in events):
                    base[vertices, :, start : start + len(stage_places)] = 0.0
                    for column, share in _place_columns(events, stage, stage_places):
                        base[vertices, :, start + column] += share
        return base

    def _row_shares(
        self, deliveries: tuple[LineDelivery, ...]
    ) -> tuple[tuple[tuple[str, int, str], ...], FloatArray]:
        """Rows of the workbook that deliveries come from, and the share of each."""
        weights = self.weights
        column: dict[tuple[str, int, str], int] = {}
        numbers = [
            column.setdefault((entry.sheet, entry.row, entry.name), len(column))
            for entry in self.graph.entries
        ]
        base = np.zeros((self.size, 1, len(column)))
        traced = weights.traced[weights.into]
        for vertex, number, share in zip(
            weights.into.tolist(), numbers, (weights.entry[:, 0] * traced).tolist(), strict=True
        ):
            base[vertex, 0, number] += share
        values = weights.mixing.solve(weights.edge[:, :1], base, [(slice(0, len(column)), None)])
        shares = _averaged_by_delivery(values, weights.held[:, :1], deliveries)
        return tuple(column), shares[:, 0, :]

    def _touched(
        self, deliveries: tuple[LineDelivery, ...]
    ) -> tuple[tuple[ProvenanceEvent, ...], ...]:
        """Events that any part of a delivery has been through, including those of reagents."""
        bit: dict[ProvenanceEvent, int] = {}
        masks = [0] * self.size

        def add(vertex: int, events: Iterable[ProvenanceEvent]) -> None:
            for event in events:
                masks[vertex] |= 1 << bit.setdefault(event, len(bit))

        for entry in self.graph.entries:
            add(entry.vertex, entry.events)
        for events, vertices in self.runs.items():
            for vertex in vertices.tolist():
                add(vertex, events)
        traced = self.weights.traced.tolist()
        for vertex in np.flatnonzero(~self.weights.traced).tolist():
            masks[vertex] = 0
        source, target = self.weights.source.tolist(), self.weights.target.tolist()
        for level in self.weights.mixing.levels:
            for edge in level.edges.tolist():
                if traced[target[edge]]:
                    masks[target[edge]] |= masks[source[edge]]
            for loop in level.loops:
                edges = [edge for edge in loop.edges.tolist() if traced[target[edge]]]
                grows = True
                while grows:
                    before = [masks[target[edge]] for edge in edges]
                    for edge in edges:
                        masks[target[edge]] |= masks[source[edge]]
                    grows = before != [masks[target[edge]] for edge in edges]
        events_of = list(bit)
        reached = (
            reduce(or_, (masks[vertex] for vertex in delivery.vertices.tolist()), 0)
            for delivery in deliveries
        )
        return tuple(tuple(events_of[number] for number in members(mask)) for mask in reached)


def _place(event: ProvenanceEvent) -> OriginPlace:
    return OriginPlace(event.country, event.owner_country, event.owner, event.site)


def _place_columns(
    events: Iterable[ProvenanceEvent], stage: str, columns: dict[OriginPlace, int]
) -> list[tuple[int, float]]:
    """Columns of the places of a stage's events, in equal parts; ``NO_PLACE`` without events."""
    place_columns = [columns[_place(event)] for event in events if event.stage == stage]
    return [(column, 1 / len(place_columns)) for column in place_columns] or [(0, 1.0)]


def _averaged_by_delivery(
    values: FloatArray, held: FloatArray, deliveries: tuple[LineDelivery, ...]
) -> FloatArray:
    """Values by delivery, input and column: mean of its lots, weighted by input content."""
    averages = np.zeros((len(deliveries), *values.shape[1:]))
    for i, delivery in enumerate(deliveries):
        weight = delivery.parts[:, None] * held[delivery.vertices]
        averages[i] = (weight[:, :, None] * values[delivery.vertices]).sum(axis=0)
        total = weight.sum(axis=0)
        averages[i] /= np.where(total > 0, total, 1.0)[:, None]
    return averages


def _normalised(shares: FloatArray) -> FloatArray:
    """Shares without negligible ones, scaled to a sum of one where there is any."""
    significant = np.where(shares > NEGLIGIBLE_INPUT_SHARE, shares, 0.0)
    total = significant.sum(axis=-1, keepdims=True)
    return significant / np.where(total > 0, total, 1.0)
