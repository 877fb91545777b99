"""Where what is delivered comes from: shares by stage and place, and by row of the workbook.

The share of a place at a stage is an average over what came into a vertex; a run that is itself
an event of the stage has its own place instead. That is a system of linear equations for each
period, since nothing flows back in time. :mod:`~optimizer.audit.audit_elimination` solves it for
all stages at once, and for all inputs whose weights are in ``inputs``.
"""

from __future__ import annotations

from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from msgspec import Struct

from optimizer.audit.audit_calendar import Floats, Ints
from optimizer.audit.audit_elimination import Elimination
from optimizer.audit.audit_graph import AuditGraph, Row
from optimizer.audit.audit_histories import AuditEvent
from optimizer.audit.audit_inputs import Inputs
from optimizer.tables import sheets

SMALLEST = 1e-6
"""Tonnes delivered to a line in a period below which nothing is told of their origin."""
NEGLIGIBLE = 1e-9
"""Share that is left out."""
CELLS = 4_000_000
"""Values held at once; more inputs than fit are followed one after the other."""


class AuditPlace(NamedTuple):
    """Where an event of a stage was, and whose; all empty where no history says."""

    country: str
    owner_country: str
    owner: str
    site: str


NOT_STATED = AuditPlace("", "", "", "")


class AuditDelivery(Struct):
    """What a line gets in a period, by vertex."""

    line: Any
    period: int
    tonnes: float
    parts: dict[int, float]


class Parts:
    """Lots of each delivery, weighed by what they hold of each input."""

    def __init__(self, deliveries: list[AuditDelivery], holds: Floats) -> None:
        sizes = [len(own.parts) for own in deliveries]
        self.first = np.cumsum([0, *sizes[:-1]]) if sizes else np.zeros(0, dtype=np.int64)
        self.vertices = np.array([v for own in deliveries for v in own.parts], dtype=np.int64)
        tonnes = np.array([q for own in deliveries for q in own.parts.values()], dtype=float)
        self.weights: Floats = tonnes[:, None] * holds[self.vertices]
        self.total: Floats = self._sum(self.weights)
        self.contents: Floats = self.total / self.total[:, :1]
        """Tonnes of each input in a tonne, by delivery."""

    def _sum(self, values: Floats) -> Floats:
        return np.add.reduceat(values, self.first, axis=0) if self.first.size else values

    def mean(self, values: Floats, which: Ints) -> Floats:
        """Means of values by vertex and column; ``which`` is the input of each column."""
        total = self.total[:, which]
        summed = self._sum(values[self.vertices] * self.weights[:, which])
        return summed / np.where(total > 0, total, 1.0)


def place(fact: AuditEvent) -> AuditPlace:
    """Place of an event."""
    owner, site = "".join(fact.owner[:1]), "".join(fact.place[:1])
    return AuditPlace(fact.country, fact.owner_country, owner, site)


class OriginShareAudit:
    """Shares of every delivery of a traced material; of each input with ``single``."""

    def __init__(self, graph: AuditGraph, *, single: bool = False) -> None:
        self.graph = graph
        self.run_events = graph.run_events()
        self.stages: list[str] = [*sheets.STAGES, ""]
        for facts in (*graph.events.values(), *self.run_events):
            self.stages += [fact.stage for fact in facts if fact.stage not in self.stages]
        self.deliveries = self._deliveries()
        self._elimination = Elimination(graph.period, graph.source, graph.target)
        self.inputs = Inputs(graph, self._elimination, single=single)
        self._parts = Parts(self.deliveries, self.inputs.holds)

    def _deliveries(self) -> list[AuditDelivery]:
        graph, found = self.graph, dict[Any, AuditDelivery]()
        for key, t, vertex, tonnes in graph.delivered:
            if graph.traced[vertex]:
                own = found.setdefault((key, t), AuditDelivery(key, t, 0.0, {}))
                own.tonnes += tonnes
                own.parts[vertex] = own.parts.get(vertex, 0.0) + tonnes
        return [own for own in found.values() if own.tonnes > SMALLEST]

    @cached_property
    def every_place(self) -> dict[str, dict[AuditPlace, int]]:
        """By stage every place that an event has in the plan, numbered; the first is none."""
        found = {stage: {NOT_STATED: 0} for stage in self.stages}
        own = dict.fromkeys(
            fact for facts in (*self.graph.events.values(), *self.run_events) for fact in facts
        )
        for fact in own:
            places = found[fact.stage]
            places.setdefault(place(fact), len(places))
        return found

    @cached_property
    def places(self) -> dict[str, list[dict[AuditPlace, float]]]:
        """By stage, for each delivery: shares of places of all inputs, which add up to one."""
        return {
            stage: [
                {one: share for one, share in zip(columns, own, strict=True) if share > 0}
                for own in self.shares[stage][:, 0].tolist()
            ]
            for stage, columns in self.every_place.items()
        }

    @property
    def contents(self) -> Floats:
        """Tonnes of each input in a tonne, by delivery."""
        return self._parts.contents

    @cached_property
    def shares(self) -> dict[str, Floats]:
        """By stage: share by delivery, input and place; zeros where an input is not there."""
        inputs = len(self.inputs.names)
        slices, last = dict[str, slice](), 0
        for stage, columns in self.every_place.items():
            slices[stage] = slice(last, last + len(columns))
            last += len(columns)
        step = max(1, CELLS // max(1, self.graph.size * last))
        told = [
            self._told(slices, list(range(low, min(low + step, inputs))))
            for low in range(0, inputs, step)
        ]
        whole, found = np.concatenate(told, axis=1), {}
        for stage, own in slices.items():
            kept = np.where(whole[:, :, own] > NEGLIGIBLE, whole[:, :, own], 0.0)
            total = kept.sum(axis=2, keepdims=True)
            found[stage] = kept / np.where(total > 0, total, 1.0)
        return found

    def _told(self, slices: dict[str, slice], which: list[int]) -> Floats:
        """Shares by delivery, input among ``which``, and place of any stage."""
        graph, inputs = self.graph, self.inputs
        size = max(own.stop for own in slices.values())
        values = np.zeros((graph.size, len(which), size))
        counts = np.ones(values.shape, dtype=bool)
        known = {row: self._known(facts, slices, size) for row, facts in graph.events.items()}
        entering = inputs.entering[:, which, None]
        for (vertex, _, row), share in zip(graph.entries, entering, strict=True):
            values[vertex] += share * known[row]
        empty = np.zeros(size)
        empty[[own.start for own in slices.values()]] = 1.0
        values += inputs.empty[:, which, None] * empty
        for vertex, facts in enumerate(self.run_events):
            if facts:
                own = self._known(facts, slices, size)
                for stage in {fact.stage for fact in facts}:
                    values[vertex, :, slices[stage]] = own[slices[stage]]
                    counts[vertex, :, slices[stage]] = False
        flat = values.reshape(graph.size, len(which) * size)
        columns = np.repeat(which, size)
        self._elimination.solve(flat, inputs.weights, columns, counts.reshape(flat.shape))
        return self._parts.mean(flat, columns).reshape(len(self.deliveries), len(which), size)

    def _known(self, facts: list[AuditEvent], slices: dict[str, slice], size: int) -> Floats:
        """Of each stage the places of its events in equal parts; not stated where there is none."""
        found = np.zeros(size)
        for stage, own in slices.items():
            columns = self.every_place[stage]
            here = [columns[place(fact)] for fact in facts if fact.stage == stage] or [0]
            for column in here:
                found[own.start + column] += 1 / len(here)
        return found

    @cached_property
    def rests(self) -> list[dict[Row, float]]:
        """For each delivery the share that rests on each row of Supply, Stocks and Pipeline."""
        graph, inputs = self.graph, self.inputs
        columns = {row: i for i, row in enumerate(graph.events)}
        values = np.zeros((graph.size, len(columns)))
        entering = np.where(inputs.empty[graph.into, 0], 0.0, inputs.entering[:, 0]).tolist()
        for (vertex, _, row), share in zip(graph.entries, entering, strict=True):
            values[vertex, columns[row]] += share
        which = np.zeros(len(columns), dtype=np.int64)
        self._elimination.solve(values, inputs.weights, which)
        means = self._parts.mean(values, which).tolist()
        return [dict(zip(columns, own, strict=True)) for own in means]

    @cached_property
    def touched(self) -> list[set[AuditEvent]]:
        """For each delivery every event that some of it has been through, reagents' too."""
        graph = self.graph
        traced = graph.traced
        bit: dict[AuditEvent, int] = {}
        masks = [0] * graph.size
        for vertex, _, row in graph.entries:
            for fact in graph.events[row] if traced[vertex] else ():
                masks[vertex] |= 1 << bit.setdefault(fact, len(bit))
        for i, facts in enumerate(self.run_events):
            for fact in facts:
                masks[i] |= 1 << bit.setdefault(fact, len(bit))
        period, ends = np.array(graph.period)[graph.target], graph.target
        order = np.flatnonzero(np.array(traced)[ends])
        order = order[np.argsort(period[order], kind="stable")]
        edges = list(zip(graph.source[order].tolist(), ends[order].tolist(), strict=True))
        for own in np.split(np.arange(order.size), np.flatnonzero(np.diff(period[order])) + 1):
            grows = True
            while grows:
                grows = False
                for source, target in edges[own[0] : own[-1] + 1] if own.size else ():
                    if masks[source] & ~masks[target]:
                        masks[target] |= masks[source]
                        grows = True
        every = list(bit)
        found = []
        for delivery in self.deliveries:
            mask = 0
            for vertex in delivery.parts:
                mask |= masks[vertex]
            found.append({fact for i, fact in enumerate(every) if mask >> i & 1})
        return found
