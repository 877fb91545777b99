"""Origins of deliveries: shares by stage and place, and by row of the workbook.

The share of a place at a stage is an average over the inflow of a vertex; a run that is itself an
event of the stage has its own place instead. This is a system of linear equations for each
period, because nothing flows back in time. :mod:`~optimizer.audit.audit_elimination` solves it for
all stages and inputs at once; :mod:`~optimizer.audit.audit_inputs` has the weights.
"""

from __future__ import annotations

from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from msgspec import Struct

from optimizer.audit.audit_calendar import Floats, Ints
from optimizer.audit.audit_elimination import Elimination
from optimizer.audit.audit_graph import AuditGraph, SourceRow
from optimizer.audit.audit_histories import AuditEvent
from optimizer.audit.audit_inputs import AuditInputWeights
from optimizer.tables import sheets

MIN_FOLLOWED_TONNES = 1e-6
"""Tonnes delivered to a line in a period below which no origin is shown: solver rounding."""
MIN_ORIGIN_SHARE = 1e-9
"""Share of a place below which it is left out, as in the results."""
MAX_SIMULTANEOUS_VALUES = 4_000_000
"""Values solved for at once (32 MB); more inputs are solved one group after the other."""


class AuditPlace(NamedTuple):
    """Place and owner of an event of a stage; all empty where no history states them."""

    country: str
    owner_country: str
    owner: str
    site: str


UNSTATED_PLACE = AuditPlace("", "", "", "")


class AuditDelivery(Struct):
    """Tonnes delivered to a line in a period, by vertex."""

    line: Any
    period: int
    tonnes: float
    tonnes_by_vertex: dict[int, float]


class DeliveryLots:
    """Lots of each delivery, weighted by their contents of each input."""

    def __init__(self, deliveries: list[AuditDelivery], contents: Floats) -> None:
        sizes = [len(delivery.tonnes_by_vertex) for delivery in deliveries]
        self.first = np.cumsum([0, *sizes[:-1]]) if sizes else np.zeros(0, dtype=np.int64)
        self.vertices = np.array(
            [v for delivery in deliveries for v in delivery.tonnes_by_vertex], dtype=np.int64
        )
        tonnes = np.array(
            [q for delivery in deliveries for q in delivery.tonnes_by_vertex.values()], dtype=float
        )
        self.weights: Floats = tonnes[:, None] * contents[self.vertices]
        self.total: Floats = self._sum(self.weights)
        self.contents: Floats = self.total / self.total[:, :1]
        """Tonnes of each input in a tonne, by delivery."""

    def _sum(self, values: Floats) -> Floats:
        return np.add.reduceat(values, self.first, axis=0) if self.first.size else values

    def mean(self, values: Floats, input_of_column: Ints) -> Floats:
        """Means of values by vertex and column; ``input_of_column`` is the input of each column."""
        total = self.total[:, input_of_column]
        summed = self._sum(values[self.vertices] * self.weights[:, input_of_column])
        return summed / np.where(total > 0, total, 1.0)


def place_of_event(event: AuditEvent) -> AuditPlace:
    """Place of an event."""
    owner, site = "".join(event.owner[:1]), "".join(event.place[:1])
    return AuditPlace(event.country, event.owner_country, owner, site)


class OriginShareAudit:
    """Shares of every delivery of a traced material; of each input with ``single``."""

    def __init__(self, graph: AuditGraph, *, single: bool = False) -> None:
        self.graph = graph
        self.run_events = graph.run_events()
        self.stages: list[str] = [*sheets.STAGES, ""]
        for events in (*graph.events.values(), *self.run_events):
            self.stages += [event.stage for event in events if event.stage not in self.stages]
        self.deliveries = self._deliveries()
        self._elimination = Elimination(graph.period, graph.source, graph.target)
        self.inputs = AuditInputWeights(graph, self._elimination, single=single)
        self._lots = DeliveryLots(self.deliveries, self.inputs.contents)

    def _deliveries(self) -> list[AuditDelivery]:
        graph, by_line = self.graph, dict[Any, AuditDelivery]()
        for key, t, vertex, tonnes in graph.delivered:
            if graph.traced[vertex]:
                delivery = by_line.setdefault((key, t), AuditDelivery(key, t, 0.0, {}))
                delivery.tonnes += tonnes
                delivery.tonnes_by_vertex[vertex] = (
                    delivery.tonnes_by_vertex.get(vertex, 0.0) + tonnes
                )
        return [delivery for delivery in by_line.values() if delivery.tonnes > MIN_FOLLOWED_TONNES]

    @cached_property
    def every_place(self) -> dict[str, dict[AuditPlace, int]]:
        """By stage the places of all events in the plan, numbered; the first is not stated."""
        places_by_stage = {stage: {UNSTATED_PLACE: 0} for stage in self.stages}
        every_event = dict.fromkeys(
            event for events in (*self.graph.events.values(), *self.run_events) for event in events
        )
        for event in every_event:
            places = places_by_stage[event.stage]
            places.setdefault(place_of_event(event), len(places))
        return places_by_stage

    @cached_property
    def places(self) -> dict[str, list[dict[AuditPlace, float]]]:
        """By stage, for each delivery: shares of places of all inputs, which add up to one."""
        return {
            stage: [
                {place: share for place, share in zip(columns, shares, strict=True) if share > 0}
                for shares in self.shares[stage][:, 0].tolist()
            ]
            for stage, columns in self.every_place.items()
        }

    @property
    def contents(self) -> Floats:
        """Tonnes of each input in a tonne, by delivery."""
        return self._lots.contents

    @cached_property
    def shares(self) -> dict[str, Floats]:
        """By stage: share by delivery, input and place; zeros where an input is missing."""
        inputs = len(self.inputs.names)
        slices, last = dict[str, slice](), 0
        for stage, columns in self.every_place.items():
            slices[stage] = slice(last, last + len(columns))
            last += len(columns)
        step = max(1, MAX_SIMULTANEOUS_VALUES // max(1, self.graph.size * last))
        parts = [
            self._shares_of_inputs(slices, list(range(low, min(low + step, inputs))))
            for low in range(0, inputs, step)
        ]
        every_share, shares_by_stage = np.concatenate(parts, axis=1), {}
        for stage, columns_of_stage in slices.items():
            kept = np.where(
                every_share[:, :, columns_of_stage] > MIN_ORIGIN_SHARE,
                every_share[:, :, columns_of_stage],
                0.0,
            )
            total = kept.sum(axis=2, keepdims=True)
            shares_by_stage[stage] = kept / np.where(total > 0, total, 1.0)
        return shares_by_stage

    def _shares_of_inputs(self, slices: dict[str, slice], inputs_solved: list[int]) -> Floats:
        """Shares by delivery, input among ``inputs_solved``, and place of any stage."""
        graph, inputs = self.graph, self.inputs
        size = max(stated.stop for stated in slices.values())
        values = np.zeros((graph.size, len(inputs_solved), size))
        counts = np.ones(values.shape, dtype=bool)
        known = {
            row: self._stated_shares(events, slices, size) for row, events in graph.events.items()
        }
        entering = inputs.entering[:, inputs_solved, None]
        for (vertex, _, row), share in zip(graph.entries, entering, strict=True):
            values[vertex] += share * known[row]
        empty = np.zeros(size)
        empty[[stated.start for stated in slices.values()]] = 1.0
        values += inputs.empty[:, inputs_solved, None] * empty
        for vertex, events in enumerate(self.run_events):
            if events:
                stated = self._stated_shares(events, slices, size)
                for stage in {event.stage for event in events}:
                    values[vertex, :, slices[stage]] = stated[slices[stage]]
                    counts[vertex, :, slices[stage]] = False
        flat = values.reshape(graph.size, len(inputs_solved) * size)
        columns = np.repeat(inputs_solved, size)
        self._elimination.solve(flat, inputs.weights, columns, counts.reshape(flat.shape))
        return self._lots.mean(flat, columns).reshape(
            len(self.deliveries), len(inputs_solved), size
        )

    def _stated_shares(
        self, events: list[AuditEvent], slices: dict[str, slice], size: int
    ) -> Floats:
        """Places of the events of each stage in equal parts; not stated without an event."""
        stated = np.zeros(size)
        for stage, columns_of_stage in slices.items():
            columns = self.every_place[stage]
            columns_here = [
                columns[place_of_event(event)] for event in events if event.stage == stage
            ] or [0]
            for column in columns_here:
                stated[columns_of_stage.start + column] += 1 / len(columns_here)
        return stated

    @cached_property
    def source_shares(self) -> list[dict[SourceRow, float]]:
        """For each delivery the share from each row of Supply, Stocks and Pipeline."""
        graph, inputs = self.graph, self.inputs
        columns = {row: i for i, row in enumerate(graph.events)}
        values = np.zeros((graph.size, len(columns)))
        entering = np.where(
            inputs.empty[graph.entry_vertices, 0], 0.0, inputs.entering[:, 0]
        ).tolist()
        for (vertex, _, row), share in zip(graph.entries, entering, strict=True):
            values[vertex, columns[row]] += share
        which = np.zeros(len(columns), dtype=np.int64)
        self._elimination.solve(values, inputs.weights, which)
        means = self._lots.mean(values, which).tolist()
        return [dict(zip(columns, shares, strict=True)) for shares in means]

    @cached_property
    def events_touched(self) -> list[set[AuditEvent]]:
        """For each delivery the events that any of it passed through, reagents included."""
        graph = self.graph
        traced = graph.traced
        bit: dict[AuditEvent, int] = {}
        masks = [0] * graph.size
        for vertex, _, row in graph.entries:
            for event in graph.events[row] if traced[vertex] else ():
                masks[vertex] |= 1 << bit.setdefault(event, len(bit))
        for i, facts in enumerate(self.run_events):
            for event in facts:
                masks[i] |= 1 << bit.setdefault(event, len(bit))
        period, targets = np.array(graph.period)[graph.target], graph.target
        order = np.flatnonzero(np.array(traced)[targets])
        order = order[np.argsort(period[order], kind="stable")]
        edges = list(zip(graph.source[order].tolist(), targets[order].tolist(), strict=True))
        for edges_of_period in np.split(
            np.arange(order.size), np.flatnonzero(np.diff(period[order])) + 1
        ):
            grows = True
            while grows:
                grows = False
                for source, target in (
                    edges[edges_of_period[0] : edges_of_period[-1] + 1]
                    if edges_of_period.size
                    else ()
                ):
                    if masks[source] & ~masks[target]:
                        masks[target] |= masks[source]
                        grows = True
        every = list(bit)
        events_by_delivery = []
        for delivery in self.deliveries:
            mask = 0
            for vertex in delivery.tonnes_by_vertex:
                mask |= masks[vertex]
            events_by_delivery.append({event for i, event in enumerate(every) if mask >> i & 1})
        return events_by_delivery
