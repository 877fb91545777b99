"""Where what is delivered comes from: shares by stage and place, and by row of the workbook.

The share of a place at a stage is an average over what came into a vertex; a run that is itself
an event of the stage has its own place instead. That is a system of linear equations for each
period, since nothing flows back in time. :mod:`~optimizer.audit.audit_elimination` solves it.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from msgspec import Struct

from optimizer.audit.audit_calendar import Floats
from optimizer.audit.audit_elimination import Elimination
from optimizer.audit.audit_graph import AuditGraph, Row
from optimizer.audit.audit_histories import AuditEvent
from optimizer.tables import sheets

SMALLEST = 1e-6
"""Tonnes delivered to a line in a period below which nothing is told of their origin."""
NEGLIGIBLE = 1e-9
"""Share that is left out."""


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


def place(fact: AuditEvent) -> AuditPlace:
    """Place of an event."""
    owner, site = "".join(fact.owner[:1]), "".join(fact.place[:1])
    return AuditPlace(fact.country, fact.owner_country, owner, site)


class OriginShareAudit:
    """Shares of every delivery of a traced material."""

    def __init__(self, graph: AuditGraph) -> None:
        self.graph = graph
        self.run_events = graph.run_events()
        self.stages: list[str] = [*sheets.STAGES, ""]
        for facts in (*graph.events.values(), *self.run_events):
            self.stages += [fact.stage for fact in facts if fact.stage not in self.stages]
        self.deliveries = self._deliveries()
        self._elimination = Elimination(graph.count, graph.period, graph.edges)

    def _deliveries(self) -> list[AuditDelivery]:
        graph, found = self.graph, dict[Any, AuditDelivery]()
        for key, t, vertex, tonnes in graph.delivered:
            if graph.traced[vertex]:
                own = found.setdefault((key, t), AuditDelivery(key, t, 0.0, {}))
                own.tonnes += tonnes
                own.parts[vertex] = own.parts.get(vertex, 0.0) + tonnes
        return [own for own in found.values() if own.tonnes > SMALLEST]

    @cached_property
    def places(self) -> dict[str, list[dict[AuditPlace, float]]]:
        """By stage, for each delivery: shares of places, which add up to one."""
        return {stage: self._of_stage(stage) for stage in self.stages}

    def every_place(self, stage: str) -> dict[AuditPlace, int]:
        """Every place that an event of a stage has in the plan, numbered; the first is none."""
        found = {NOT_STATED: 0}
        for facts in (*self.graph.events.values(), *self.run_events):
            for fact in facts:
                if fact.stage == stage:
                    found.setdefault(place(fact), len(found))
        return found

    def _of_stage(self, stage: str) -> list[dict[AuditPlace, float]]:
        graph, columns = self.graph, self.every_place(stage)

        def parts(facts: Iterable[AuditEvent]) -> Floats:
            """Places of the events of the stage in equal parts; not stated where there is none."""
            own = [columns[place(fact)] for fact in facts if fact.stage == stage] or [0]
            return np.bincount(own, minlength=len(columns)) / len(own)

        values = np.zeros((graph.size, len(columns)))
        known = {row: parts(facts) for row, facts in graph.events.items()}
        for (vertex, _, row), share in zip(graph.entries, graph.entering.tolist(), strict=True):
            values[vertex] += share * known[row]
        values[graph.empty, 0] = 1.0
        replaced = set()
        for vertex, facts in enumerate(self.run_events):
            if any(fact.stage == stage for fact in facts):
                values[vertex] = parts(facts)
                replaced.add(vertex)
        self._elimination.solve(values, replaced)
        found = []
        for delivery in self.deliveries:
            share = self._mean(values, delivery).tolist()
            kept = {one: share[c] for one, c in columns.items() if share[c] > NEGLIGIBLE}
            total = sum(kept.values())
            found.append({one: part / total for one, part in kept.items()})
        return found

    def _mean(self, values: Floats, delivery: AuditDelivery) -> Floats:
        """Shares of a delivery: of its lots, by tonnes."""
        found: Floats = np.array(list(delivery.parts.values())) @ values[list(delivery.parts)]
        return found / delivery.tonnes

    @cached_property
    def rests(self) -> list[dict[Row, float]]:
        """For each delivery the share that rests on each row of Supply, Stocks and Pipeline."""
        graph = self.graph
        columns = {row: i for i, row in enumerate(graph.events)}
        values = np.zeros((graph.size, len(columns)))
        for (vertex, _, row), share in zip(graph.entries, graph.entering.tolist(), strict=True):
            values[vertex, columns[row]] += 0.0 if graph.empty[vertex] else share
        self._elimination.solve(values, set())
        means = (self._mean(values, delivery).tolist() for delivery in self.deliveries)
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
        for edges in self._elimination.by_period:
            own = [(source, target) for source, target, _ in edges if traced[target]]
            grows = True
            while grows:
                grows = False
                for source, target in own:
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
