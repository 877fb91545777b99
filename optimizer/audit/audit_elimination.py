"""Averages over a graph, period by period, by eliminating one vertex after the other.

``value = own + sum of weight x value of each source``, for many columns at once. A vertex all of
whose sources are known is known. Where none is, for what is left are loops, the vertex with the
fewest ways through it is put into the equations of those that it feeds, and found again at the end.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from msgspec import Struct

from optimizer.audit.audit_calendar import Bools, Floats, Ints

LEAK = 1e-13
"""What is lost on each edge, so that a loop that nothing enters has an answer too."""
FEW = 2
"""Ways through a vertex that are few enough not to look for one with fewer."""


class Period(Struct):
    """Edges that end in one period."""

    known: Ints
    """Those from vertices that nothing enters in this period, sorted by target."""
    first: Ints
    """Position among them of the first one of each target."""
    within: Ints
    """Those from vertices that must be found first."""


class Elimination:
    """The edges of a graph by the period of their target, ready to be solved."""

    def __init__(self, period: Sequence[int], source: Ints, target: Ints) -> None:
        self.source, self.target = source, target
        entered = np.zeros(len(period), dtype=bool)
        entered[target] = True
        when = np.asarray(period, dtype=np.int64)
        inside = entered[source] & (when[source] == when[target])
        self.periods: list[Period] = []
        for t in np.unique(when[target]).tolist():
            known = np.flatnonzero((when[target] == t) & ~inside)
            known = known[np.argsort(target[known], kind="stable")]
            first = np.flatnonzero(np.diff(target[known], prepend=-1))
            within = np.flatnonzero((when[target] == t) & inside)
            self.periods.append(Period(known, first, within))

    def solve(
        self, values: Floats, weights: Floats, which: Ints, counts: Bools | None = None
    ) -> None:
        """Add to each value what flows in; ``values`` becomes the answer.

        ``values`` is by vertex and column, ``weights`` by edge and kind, ``which`` the kind of
        each column. Nothing flows into a vertex and column that does not count.
        """
        for period in self.periods:
            if period.known.size:
                ends = self.target[period.known[period.first]]
                flowing = weights[period.known][:, which] * values[self.source[period.known]]
                come = np.add.reduceat(flowing, period.first, axis=0)
                values[ends] += come if counts is None else come * counts[ends]
            if period.within.size:
                ends = self.target[period.within]
                parts = weights[period.within][:, which] * (1 - LEAK)
                if counts is not None:
                    parts *= counts[ends]
                _solve(values, self.source[period.within].tolist(), ends.tolist(), parts)


def _solve(values: Floats, starts: list[int], ends: list[int], parts: Floats) -> None:
    """One period: what is known is passed on until nothing is left."""
    sources: dict[int, dict[int, Floats]] = {}
    targets: dict[int, set[int]] = {}
    for source, target, part in zip(starts, ends, parts, strict=True):
        own = sources.setdefault(target, {})
        own[source] = own[source] + part if source in own else part
        targets.setdefault(source, set()).add(target)
    known = [vertex for vertex in targets if vertex not in sources]
    put_in: list[tuple[int, dict[int, Floats]]] = []
    while sources:
        if known:
            vertex = known.pop()
            for target in targets.pop(vertex, ()):
                values[target] += sources[target].pop(vertex) * values[vertex]
                if not sources[target]:
                    del sources[target]
                    known.append(target)
        else:
            vertex = _fewest_ways(sources, targets)
            put_in.append((vertex, sources[vertex]))
            known = _put_in(values, vertex, sources, targets)
    for vertex, own in reversed(put_in):
        for source, weight in own.items():
            values[vertex] += weight * values[source]


def _fewest_ways(sources: dict[int, dict[int, Floats]], targets: dict[int, set[int]]) -> int:
    """The vertex with the fewest ways through it, or the first one that hardly adds any."""
    found, fewest = -1, 0
    for vertex, own in sources.items():
        ways = len(own) * len(targets[vertex]) if vertex in targets else 0
        if found < 0 or ways < fewest:
            found, fewest = vertex, ways
            if ways <= FEW:
                break
    return found


def _put_in(
    values: Floats,
    vertex: int,
    sources: dict[int, dict[int, Floats]],
    targets: dict[int, set[int]],
) -> list[int]:
    """Put the equation of a vertex into those that it feeds; gives those that are known then."""
    own, ends = sources.pop(vertex), targets.pop(vertex, set())
    if vertex in own:
        ends.discard(vertex)
        scale = 1 / (1 - own.pop(vertex))
        values[vertex] *= scale
        for source in own:
            own[source] = own[source] * scale
    for source in own:
        targets[source].discard(vertex)
    known = []
    for target in ends:
        weight = sources[target].pop(vertex)
        values[target] += weight * values[vertex]
        for source, part in own.items():
            more, there = weight * part, sources[target]
            there[source] = there[source] + more if source in there else more
            targets[source].add(target)
        if not sources[target]:
            del sources[target]
            known.append(target)
    return known
