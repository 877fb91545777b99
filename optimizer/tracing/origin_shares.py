"""Shares of what is delivered, by stage, input and place.

A stage has one place for every tonne: its last event of that stage. A written history
with several events of a stage is taken in equal parts. What no history says is ``NONE``.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import reduce
from operator import or_
from typing import NamedTuple

import numpy as np
from msgspec import Struct

from optimizer.network.calendar import members as members_of
from optimizer.network.provenance import Provenance, ProvenanceEvent
from optimizer.result.variable_values import VariableValues, each
from optimizer.tables.sheets import STAGES
from optimizer.tracing.composition import Composition
from optimizer.tracing.flow_graph import FlowGraph, circuit
from optimizer.tracing.input_weights import NEGLIGIBLE, InputWeights
from optimizer.tracing.proportional_mixing import Floats, Ints

SMALLEST = 1e-6
"""Tonnes delivered to a line in a period below which nothing is traced."""
_CELLS = 4_000_000
"""Numbers held at once; more inputs than fit are solved one after the other."""


_NOWHERE = np.zeros(0, dtype=np.int64)
Blocks = list[tuple[slice, Floats | None]]


class OriginPlace(NamedTuple):
    """Where an event of a stage was, and whose; empty where history does not say."""

    country: str
    owner_country: str
    owner: str
    site: str


NONE = OriginPlace("", "", "", "")
"""The place of a stage of which history says nothing."""


class LineDelivery(Struct, frozen=True):
    """What is delivered to a line in a period."""

    line: int
    period: int
    tonnes: float
    vertices: Ints
    parts: Floats
    """Tonnes from each vertex."""


class OriginShares(Struct, frozen=True):
    """Shares of every delivery of a traced material."""

    drops: tuple[LineDelivery, ...]
    inputs: tuple[str, ...]
    stages: tuple[str, ...]
    places: tuple[tuple[OriginPlace, ...], ...]
    """Places of each stage; the first is ``NONE``."""
    shares: tuple[Floats, ...]
    """For each stage: share by delivery, input and place; zeros where an input is absent."""
    touched: tuple[tuple[ProvenanceEvent, ...], ...]
    """For each delivery: every event that some of it has been through."""
    rows: tuple[tuple[str, int, str], ...]
    """Sheet, row and name of what deliveries rest on."""
    rests: Floats
    """Share of each delivery that rests on each row."""


def trace(done: VariableValues) -> OriginShares:
    """Shares of all deliveries of a plan, exact by proportional mixing."""
    network = done.network
    facts = Provenance(network.case, network.calendar)
    makeup = Composition(network)
    graph = circuit(done, facts)
    drops = _drops(done, graph, makeup.traced)
    vertices = np.concatenate([_NOWHERE, *(drop.vertices for drop in drops)])
    ends = np.flatnonzero(np.bincount(vertices))
    return _ShareSolver(graph, facts, InputWeights(graph, makeup, ends)).result(drops)


def _drops(done: VariableValues, graph: FlowGraph, traced: set[str]) -> tuple[LineDelivery, ...]:
    network = done.network
    found: dict[tuple[int, int], dict[int, float]] = {}
    for flow, t, tonnes in each(done.deliver):
        deliver = network.flows.delivers[flow]
        if network.lines[deliver.line].material in traced:
            parts = found.setdefault((deliver.line, t), {})
            vertex = graph.at(deliver.node, t)
            parts[vertex] = parts.get(vertex, 0.0) + tonnes
    return tuple(
        LineDelivery(
            line, t, sum(parts.values()), np.array(list(parts)), np.array(list(parts.values()))
        )
        for (line, t), parts in sorted(found.items())
        if sum(parts.values()) > SMALLEST
    )


class _ShareSolver:
    """The stage solves of one plan."""

    def __init__(self, graph: FlowGraph, facts: Provenance, weights: InputWeights) -> None:
        self.graph, self.facts, self.weights = graph, facts, weights
        self.size = weights.size
        self._done: dict[tuple[int, int], tuple[ProvenanceEvent, ...]] = {}
        alike: dict[tuple[ProvenanceEvent, ...], list[int]] = {}
        for vertex, run in graph.runs.items():
            alike.setdefault(self._done_by(run.process, run.period), []).append(vertex)
        self.runs = {events: np.array(own) for events, own in alike.items()}
        """Vertices of the runs that are the same events."""

    def result(self, drops: tuple[LineDelivery, ...]) -> OriginShares:
        """Everything that is told of the deliveries."""
        weights = self.weights
        places = self._places()
        blocks = self._blocks(places)
        columns = sum(len(found) for found in places.values())
        step = max(1, _CELLS // max(1, self.size * columns))
        told = []
        for low in range(0, len(weights.inputs), step):
            part = slice(low, low + step)
            base = self._base(places, blocks, part)
            values = weights.mixing.solve(weights.edge[:, part], base, blocks)
            told.append(_gathered(values, weights.held[:, part], drops))
        together = np.concatenate(told, axis=1)
        rows, rests = self._rests(drops)
        return OriginShares(
            drops=drops,
            inputs=weights.inputs,
            stages=tuple(places),
            places=tuple(tuple(found) for found in places.values()),
            shares=tuple(_even(together[:, :, block]) for block, _ in blocks),
            touched=self._touched(drops),
            rows=rows,
            rests=rests,
        )

    def _done_by(self, number: int, t: int) -> tuple[ProvenanceEvent, ...]:
        if (number, t) not in self._done:
            process = self.graph.network.processes[number]
            events = self.facts.at_site(process.site, process.stages[t])
            self._done[number, t] = tuple(events)
        return self._done[number, t]

    def _places(self) -> dict[str, dict[OriginPlace, int]]:
        """Number of each place that an event of a stage had, by stage; ``NONE`` is 0."""
        found: dict[str, dict[OriginPlace, int]] = {stage: {NONE: 0} for stage in (*STAGES, "")}
        histories = {id(entry.events): entry.events for entry in self.graph.entries}
        for events in (*histories.values(), *self.runs):
            for event in events:
                places = found.setdefault(event.stage, {NONE: 0})
                places.setdefault(_place(event), len(places))
        return found

    def _blocks(self, places: dict[str, dict[OriginPlace, int]]) -> Blocks:
        """Columns of each stage, and 0 for the runs that are an event of it."""
        blocks: Blocks = []
        first = 0
        for stage, found in places.items():
            factor = np.ones(self.size)
            for events, own in self.runs.items():
                if any(event.stage == stage for event in events):
                    factor[own] = 0.0
            blocks.append((slice(first, first + len(found)), factor))
            first += len(found)
        return blocks

    def _base(
        self, places: dict[str, dict[OriginPlace, int]], blocks: Blocks, part: slice
    ) -> Floats:
        """What enters with its history, what runs add, and ``NONE`` where nothing is known."""
        entry, empty = self.weights.entry[:, part], self.weights.empty[:, part]
        first = [block.start for block, _ in blocks]
        base = np.zeros((self.size, entry.shape[1], blocks[-1][0].stop))
        known: dict[int, list[tuple[int, float]]] = {}
        for i, one in enumerate(self.graph.entries):
            if id(one.events) not in known:
                known[id(one.events)] = [
                    (start + column, share)
                    for start, (stage, found) in zip(first, places.items(), strict=True)
                    for column, share in _parts(one.events, stage, found)
                ]
            for column, share in known[id(one.events)]:
                base[one.vertex, :, column] += share * entry[i]
        base[:, :, first] += empty[:, :, None]
        for events, own in self.runs.items():
            for start, (stage, found) in zip(first, places.items(), strict=True):
                if any(event.stage == stage for event in events):
                    base[own, :, start : start + len(found)] = 0.0
                    for column, share in _parts(events, stage, found):
                        base[own, :, start + column] += share
        return base

    def _rests(
        self, drops: tuple[LineDelivery, ...]
    ) -> tuple[tuple[tuple[str, int, str], ...], Floats]:
        """Rows of the workbook that deliveries rest on, and the share that each has."""
        weights = self.weights
        column: dict[tuple[str, int, str], int] = {}
        numbers = [
            column.setdefault((one.sheet, one.row, one.name), len(column))
            for one in self.graph.entries
        ]
        base = np.zeros((self.size, 1, len(column)))
        traced = weights.traced[weights.into]
        for vertex, number, share in zip(
            weights.into.tolist(), numbers, (weights.entry[:, 0] * traced).tolist(), strict=True
        ):
            base[vertex, 0, number] += share
        values = weights.mixing.solve(weights.edge[:, :1], base, [(slice(0, len(column)), None)])
        return tuple(column), _gathered(values, weights.held[:, :1], drops)[:, 0, :]

    def _touched(self, drops: tuple[LineDelivery, ...]) -> tuple[tuple[ProvenanceEvent, ...], ...]:
        """Events that any part of a delivery has been through, reagents' events too."""
        bit: dict[ProvenanceEvent, int] = {}
        masks = [0] * self.size

        def add(vertex: int, events: Iterable[ProvenanceEvent]) -> None:
            for event in events:
                masks[vertex] |= 1 << bit.setdefault(event, len(bit))

        for entry in self.graph.entries:
            add(entry.vertex, entry.events)
        for events, own in self.runs.items():
            for vertex in own.tolist():
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
        return tuple(
            tuple(
                events_of[number]
                for number in members_of(reduce(or_, (masks[v] for v in drop.vertices.tolist()), 0))
            )
            for drop in drops
        )


def _place(event: ProvenanceEvent) -> OriginPlace:
    return OriginPlace(event.country, event.owner_country, event.owner, event.site)


def _parts(
    events: Iterable[ProvenanceEvent], stage: str, found: dict[OriginPlace, int]
) -> list[tuple[int, float]]:
    """Places of the events of a stage, in equal parts; ``NONE`` where there is no such event."""
    own = [found[_place(event)] for event in events if event.stage == stage]
    return [(column, 1 / len(own)) for column in own] or [(0, 1.0)]


def _gathered(values: Floats, held: Floats, drops: tuple[LineDelivery, ...]) -> Floats:
    """Shares by delivery, input and column: its lots weighed by what they hold of the input."""
    found = np.zeros((len(drops), *values.shape[1:]))
    for i, drop in enumerate(drops):
        weight = drop.parts[:, None] * held[drop.vertices]
        found[i] = (weight[:, :, None] * values[drop.vertices]).sum(axis=0)
        total = weight.sum(axis=0)
        found[i] /= np.where(total > 0, total, 1.0)[:, None]
    return found


def _even(shares: Floats) -> Floats:
    """Shares without what is next to nothing, of a sum of one where there is any."""
    kept = np.where(shares > NEGLIGIBLE, shares, 0.0)
    total = kept.sum(axis=-1, keepdims=True)
    return kept / np.where(total > 0, total, 1.0)
