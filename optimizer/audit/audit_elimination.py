"""Averages over a graph, period by period, by eliminating one vertex after the other.

``value = own + sum of weight x value of each source``. A vertex all of whose sources are known
is known. Where none is, for what is left are loops, the vertex with the fewest ways through it is
put into the equations of those that it feeds, and found again at the end.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from optimizer.audit.audit_calendar import Floats

LEAK = 1e-13
"""What is lost on each edge, so that a loop that nothing enters has an answer too."""
FEW = 2
"""Ways through a vertex that are few enough not to look for one with fewer."""
Edge = tuple[int, int, float]
"""Source, target, weight."""


class Elimination:
    """The edges of a graph by the period of their target, ready to be solved."""

    def __init__(self, count: int, period: Sequence[int], edges: Iterable[Edge]) -> None:
        self.by_period: list[list[Edge]] = [[] for _ in range(count)]
        for source, target, weight in edges:
            self.by_period[period[target]].append((source, target, weight))

    def solve(self, values: Floats, replaced: set[int]) -> None:
        """Add to each value what flows in; nothing flows into the vertices that are ``replaced``.

        ``values`` has a row for each vertex and becomes the answer.
        """
        for edges in self.by_period:
            _solve(values, [edge for edge in edges if edge[1] not in replaced])


def _solve(values: Floats, edges: list[Edge]) -> None:
    """One period: what is known is passed on until nothing is left."""
    sources: dict[int, dict[int, float]] = {}
    targets: dict[int, set[int]] = {}
    open_ = {target for _, target, _ in edges}
    for source, target, weight in edges:
        own = sources.setdefault(target, {})
        if source in open_:
            own[source] = own.get(source, 0.0) + weight * (1 - LEAK)
            targets.setdefault(source, set()).add(target)
        else:
            values[target] += weight * values[source]
    known = [vertex for vertex, own in sources.items() if not own]
    put_in: list[tuple[int, dict[int, float]]] = []
    while sources:
        if known:
            vertex = known.pop()
            del sources[vertex]
            for target in targets.pop(vertex, ()):
                values[target] += sources[target].pop(vertex) * values[vertex]
                if not sources[target]:
                    known.append(target)
        else:
            vertex = _fewest_ways(sources, targets)
            put_in.append((vertex, sources[vertex]))
            _put_in(values, vertex, sources, targets)
            known = [one for one, own in sources.items() if not own]
    for vertex, own in reversed(put_in):
        for source, weight in own.items():
            values[vertex] += weight * values[source]


def _fewest_ways(sources: dict[int, dict[int, float]], targets: dict[int, set[int]]) -> int:
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
    values: Floats, vertex: int, sources: dict[int, dict[int, float]], targets: dict[int, set[int]]
) -> None:
    """Put the equation of a vertex into those that it feeds."""
    own, ends = sources.pop(vertex), targets.pop(vertex, set())
    ends.discard(vertex)
    scale = 1 / (1 - own.pop(vertex, 0.0))
    values[vertex] *= scale
    for source in own:
        own[source] *= scale
        targets[source].discard(vertex)
    for target in ends:
        weight = sources[target].pop(vertex)
        values[target] += weight * values[vertex]
        for source, part in own.items():
            sources[target][source] = sources[target].get(source, 0.0) + weight * part
            targets[source].add(target)
