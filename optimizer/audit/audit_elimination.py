"""Gaussian elimination on a graph, period by period, for many right-hand sides at once.

The equations are ``value = own + sum of weight x value of each source``. A vertex whose sources
are all known is known. If no such vertex is left, the rest are loops: the vertex with the fewest
paths through it is substituted into the equations of its targets and solved at the end.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from msgspec import Struct

from optimizer.audit.audit_calendar import Bools, Floats, Ints

LOOP_LOSS = 1e-13
"""Share lost on each edge, so that a loop without inflow has the solution zero.

Chosen between the precision of floats (2e-16) and the smallest share that is shown (1e-9).
"""
FEW_PATHS = 2
"""Paths through a vertex at which the search stops: it adds fewer edges than it removes."""


class PeriodEdges(Struct):
    """Edges that end in one period."""

    known: Ints
    """Edges from vertices without inflow in this period, sorted by target."""
    first: Ints
    """Position of the first such edge of each target."""
    within: Ints
    """Edges from vertices that must be solved first."""


class Elimination:
    """The edges of a graph, grouped by the period of their target."""

    def __init__(self, period: Sequence[int], source: Ints, target: Ints) -> None:
        self.source, self.target = source, target
        entered = np.zeros(len(period), dtype=bool)
        entered[target] = True
        when = np.asarray(period, dtype=np.int64)
        inside = entered[source] & (when[source] == when[target])
        self.periods: list[PeriodEdges] = []
        for t in sorted(set(when[target].tolist())):
            known = np.flatnonzero((when[target] == t) & ~inside)
            known = known[np.argsort(target[known], kind="stable")]
            first = np.flatnonzero(np.diff(target[known], prepend=-1))
            within = np.flatnonzero((when[target] == t) & inside)
            self.periods.append(PeriodEdges(known, first, within))

    def solve(
        self, values: Floats, weights: Floats, kind_of_column: Ints, counts: Bools | None = None
    ) -> None:
        """Add the inflow to each value, in place: ``values`` becomes the solution.

        ``values`` is by vertex and column, ``weights`` by edge and kind; ``kind_of_column`` is the
        kind of each column. Nothing flows into a vertex and column where ``counts`` is false.
        """
        for period in self.periods:
            if period.known.size:
                targets = self.target[period.known[period.first]]
                flowing = (
                    weights[period.known][:, kind_of_column] * values[self.source[period.known]]
                )
                inflow = np.add.reduceat(flowing, period.first, axis=0)
                values[targets] += inflow if counts is None else inflow * counts[targets]
            if period.within.size:
                targets = self.target[period.within]
                parts = weights[period.within][:, kind_of_column] * (1 - LOOP_LOSS)
                if counts is not None:
                    parts *= counts[targets]
                _solve_period(values, self.source[period.within].tolist(), targets.tolist(), parts)


def _solve_period(
    values: Floats, sources_of_edges: list[int], targets_of_edges: list[int], parts: Floats
) -> None:
    """Solve one period: pass on known values until no equation is left."""
    sources: dict[int, dict[int, Floats]] = {}
    targets: dict[int, set[int]] = {}
    for source, target, part in zip(sources_of_edges, targets_of_edges, parts, strict=True):
        weights_by_source = sources.setdefault(target, {})
        weights_by_source[source] = (
            weights_by_source[source] + part if source in weights_by_source else part
        )
        targets.setdefault(source, set()).add(target)
    known = [vertex for vertex in targets if vertex not in sources]
    substituted: list[tuple[int, dict[int, Floats]]] = []
    while sources:
        if known:
            vertex = known.pop()
            for target in targets.pop(vertex, ()):
                values[target] += sources[target].pop(vertex) * values[vertex]
                if not sources[target]:
                    del sources[target]
                    known.append(target)
        else:
            vertex = _vertex_with_fewest_paths(sources, targets)
            substituted.append((vertex, sources[vertex]))
            known = _substitute(values, vertex, sources, targets)
    for vertex, weights_by_source in reversed(substituted):
        for source, weight in weights_by_source.items():
            values[vertex] += weight * values[source]


def _vertex_with_fewest_paths(
    sources: dict[int, dict[int, Floats]], targets: dict[int, set[int]]
) -> int:
    """The vertex with the fewest paths through it, or the first with at most ``FEW_PATHS``."""
    best, fewest = -1, 0
    for vertex, weights_by_source in sources.items():
        paths = len(weights_by_source) * len(targets[vertex]) if vertex in targets else 0
        if best < 0 or paths < fewest:
            best, fewest = vertex, paths
            if paths <= FEW_PATHS:
                break
    return best


def _substitute(
    values: Floats,
    vertex: int,
    sources: dict[int, dict[int, Floats]],
    targets: dict[int, set[int]],
) -> list[int]:
    """Substitute a vertex into the equations of its targets; returns targets that become known."""
    weights_by_source, fed = sources.pop(vertex), targets.pop(vertex, set())
    if vertex in weights_by_source:
        fed.discard(vertex)
        scale = 1 / (1 - weights_by_source.pop(vertex))
        values[vertex] *= scale
        for source in weights_by_source:
            weights_by_source[source] = weights_by_source[source] * scale
    for source in weights_by_source:
        targets[source].discard(vertex)
    known = []
    for target in fed:
        weight = sources[target].pop(vertex)
        values[target] += weight * values[vertex]
        for source, part in weights_by_source.items():
            product, weights_there = weight * part, sources[target]
            weights_there[source] = (
                weights_there[source] + product if source in weights_there else product
            )
            targets[source].add(target)
        if not sources[target]:
            del sources[target]
            known.append(target)
    return known
