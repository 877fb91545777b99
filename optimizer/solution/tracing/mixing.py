"""Proportional mixing: ``x = keep (W x) + base`` over a graph, component by component.

Vertices are solved in the order of the strongly connected components, level by level; a
component with a loop is one dense system. Everything is numpy.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from optimizer.network.reach import circles

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

DENSE = 1000
"""Vertices of a loop up to which it is solved directly; beyond, by repeated mixing."""
SETTLED = 1e-13
"""Largest change at which repeated mixing ends."""
_ROUNDS = 100_000
LEAK = 1e-13
"""What a loop loses at each vertex, so that one that nothing enters has an answer too."""


@dataclass(frozen=True, slots=True)
class Loop:
    """A component with a loop: its vertices, its edges and their ends within it."""

    vertices: Ints
    edges: Ints
    source: Ints
    target: Ints


@dataclass(frozen=True, slots=True)
class Level:
    """Vertices that depend on earlier levels alone: their edges, grouped by target."""

    edges: Ints
    first: Ints
    """Position of the first edge of each target."""
    targets: Ints
    loops: tuple[Loop, ...]


class Mixing:
    """A directed graph, ready to be solved for any weights of its edges."""

    def __init__(self, size: int, source: Ints, target: Ints) -> None:
        self.size, self.source, self.target = size, source, target
        component, level, looping = _ordered(size, source, target)
        inside = (component[source] == component[target]) & looping[target]
        self.levels = self._levels(level, inside, self._loops(component, level, looping, inside))

    def _loops(
        self, component: Ints, level: Ints, looping: npt.NDArray[np.bool_], inside: Ints
    ) -> dict[int, list[Loop]]:
        found: dict[int, list[Loop]] = {}
        place = np.zeros(self.size, dtype=np.int64)
        members: dict[int, list[int]] = {}
        for vertex in np.flatnonzero(looping).tolist():
            members.setdefault(int(component[vertex]), []).append(vertex)
        edges: dict[int, list[int]] = {}
        for edge in np.flatnonzero(inside).tolist():
            edges.setdefault(int(component[self.target[edge]]), []).append(edge)
        for number, vertices in members.items():
            own, here = np.array(vertices), np.array(edges[number])
            place[own] = np.arange(own.size)
            loop = Loop(own, here, place[self.source[here]], place[self.target[here]])
            found.setdefault(int(level[vertices[0]]), []).append(loop)
        return found

    def _levels(self, level: Ints, inside: Ints, loops: dict[int, list[Loop]]) -> list[Level]:
        outside = np.flatnonzero(~inside)
        order = outside[np.lexsort((self.target[outside], level[self.target[outside]]))]
        depth = level[self.target[order]]
        found = []
        for number in range(int(level.max(initial=-1)) + 1):
            low, high = np.searchsorted(depth, (number, number + 1))
            edges = order[low:high]
            ends = self.target[edges]
            first = np.flatnonzero(np.diff(ends, prepend=-1))
            found.append(Level(edges, first, ends[first], tuple(loops.get(number, ()))))
        return found

    def solve(
        self,
        weight: Floats,
        base: Floats,
        blocks: Sequence[tuple[slice, Floats | None]],
    ) -> Floats:
        """Values by vertex, tracer and column.

        ``weight`` has a column for each tracer, by edge; ``base`` what enters, by vertex,
        tracer and column, and becomes the answer. Each block of columns may have a factor
        by vertex with which what is mixed there counts (0: replaced by ``base``).
        """
        keep = np.ones((self.size, base.shape[2]))
        for columns, factor in blocks:
            if factor is not None:
                keep[:, columns] = factor[:, None]
        for level in self.levels:
            if level.edges.size:
                mixed = weight[level.edges, :, None] * base[self.source[level.edges]]
                sums = np.add.reduceat(mixed, level.first, axis=0)
                base[level.targets] += sums * keep[level.targets, None, :]
            for loop in level.loops:
                self._settle(loop, weight, base, blocks)
        return base

    def _settle(
        self,
        loop: Loop,
        weight: Floats,
        base: Floats,
        blocks: Sequence[tuple[slice, Floats | None]],
    ) -> None:
        size = loop.vertices.size
        for tracer in range(weight.shape[1]):
            inner = np.zeros((size, size))
            np.add.at(inner, (loop.target, loop.source), weight[loop.edges, tracer])
            inner *= 1 - LEAK
            for columns, factor in blocks:
                own = inner if factor is None else inner * factor[loop.vertices][:, None]
                entered = base[loop.vertices, tracer, columns]
                base[loop.vertices, tracer, columns] = (
                    np.linalg.solve(np.eye(size) - own, entered)
                    if size <= DENSE
                    else _repeated(own, entered)
                )


def _repeated(inner: Floats, entered: Floats) -> Floats:
    """What repeated mixing comes to."""
    found = entered
    for _ in range(_ROUNDS):
        following = entered + inner @ found
        change = np.abs(following - found).max(initial=0.0)
        found = following
        if change <= SETTLED * max(1.0, np.abs(found).max(initial=0.0)):
            break
    return found


def _ordered(size: int, source: Ints, target: Ints) -> tuple[Ints, Ints, npt.NDArray[np.bool_]]:
    """Component and level of each vertex, and whether its component is a loop."""
    onward: list[list[int]] = [[] for _ in range(size)]
    for start, end in zip(source.tolist(), target.tolist(), strict=True):
        onward[start].append(end)
    number = circles(dict(enumerate(onward)))
    component = np.fromiter((number[v] for v in range(size)), np.int64, size)
    levels: dict[int, int] = {}
    for vertex in np.argsort(-component, kind="stable").tolist():
        own = number[vertex]
        following = levels.setdefault(own, 0) + 1
        for end in onward[vertex]:
            if number[end] != own and levels.get(number[end], 0) < following:
                levels[number[end]] = following
    level = np.fromiter((levels[number[v]] for v in range(size)), np.int64, size)
    again = component[source] == component[target]
    looping = np.isin(component, component[source[again]])
    return component, level, looping
