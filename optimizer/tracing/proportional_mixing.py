"""Proportional mixing: ``x = keep (W x) + base`` over a graph, component by component.

Vertices are solved in the order of the strongly connected components, level by level. A
component with a loop is cut at a few vertices (a feedback vertex set). Their values are carried
through the component as unknowns and solved for at the end. All arithmetic is numpy.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from msgspec import Struct

from optimizer.network.label_reachability import strongly_connected_components

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

LOOP_LEAK = 1e-13
"""Part that a loop loses at each vertex, so that a loop that nothing enters is not singular.

Chosen so that it stays above float rounding (2e-16) and far below any share that is shown.
"""


class MixingLoop(Struct, frozen=True):
    """A strongly connected component with a loop, and its acyclic graph when cut."""

    vertices: IntArray
    edges: IntArray
    cuts: IntArray
    """Positions of the cut vertices in ``vertices``; every loop passes through one."""
    opened: Mixing
    """Its graph without loops: edges out of a cut start at an extra vertex behind the others."""


class MixingLevel(Struct, frozen=True):
    """Vertices that depend on earlier levels alone: their edges, grouped by target."""

    edges: IntArray
    first: IntArray
    """Position of the first edge of each target."""
    targets: IntArray
    loops: tuple[MixingLoop, ...]


class Mixing:
    """A directed graph, prepared for solves with any weights of its edges."""

    def __init__(self, size: int, source: IntArray, target: IntArray) -> None:
        self.size, self.source, self.target = size, source, target
        component, level, looping = _components_and_levels(size, source, target)
        inside = (component[source] == component[target]) & looping[target]
        self.levels = self._levels(level, inside, self._loops(component, level, looping, inside))

    def _loops(
        self, component: IntArray, level: IntArray, looping: npt.NDArray[np.bool_], inside: IntArray
    ) -> dict[int, list[MixingLoop]]:
        loops: dict[int, list[MixingLoop]] = {}
        place = np.zeros(self.size, dtype=np.int64)
        members: dict[int, list[int]] = {}
        for vertex in np.flatnonzero(looping).tolist():
            members.setdefault(int(component[vertex]), []).append(vertex)
        edges: dict[int, list[int]] = {}
        for edge in np.flatnonzero(inside).tolist():
            edges.setdefault(int(component[self.target[edge]]), []).append(edge)
        for number, vertices in members.items():
            loop_vertices, loop_edges = np.array(vertices), np.array(edges[number])
            place[loop_vertices] = np.arange(loop_vertices.size)
            loop = _cut_open(
                loop_vertices,
                loop_edges,
                place[self.source[loop_edges]],
                place[self.target[loop_edges]],
            )
            loops.setdefault(int(level[vertices[0]]), []).append(loop)
        return loops

    def _levels(
        self, level: IntArray, inside: IntArray, loops: dict[int, list[MixingLoop]]
    ) -> list[MixingLevel]:
        outside = np.flatnonzero(~inside)
        order = outside[np.lexsort((self.target[outside], level[self.target[outside]]))]
        depth = level[self.target[order]]
        levels = []
        for number in range(int(np.max(level, initial=-1)) + 1):
            low, high = np.searchsorted(depth, (number, number + 1))
            edges = order[low:high]
            ends = self.target[edges]
            first = np.flatnonzero(np.diff(ends, prepend=-1))
            levels.append(MixingLevel(edges, first, ends[first], tuple(loops.get(number, ()))))
        return levels

    def solve(
        self,
        weight: FloatArray,
        base: FloatArray,
        blocks: Sequence[tuple[slice, FloatArray | None]],
    ) -> FloatArray:
        """Values by vertex, tracer and column.

        ``weight`` is by edge and tracer. ``base`` is what enters, by vertex, tracer and column;
        it is overwritten with the result. Each block of columns may have a factor by vertex
        that scales the mix there (0: only ``base`` counts).
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
        loop: MixingLoop,
        weight: FloatArray,
        base: FloatArray,
        blocks: Sequence[tuple[slice, FloatArray | None]],
    ) -> None:
        """Carry what enters, and one unit from each cut, through the loop; solve for the cuts."""
        size, count, columns = loop.vertices.size, loop.cuts.size, base.shape[2]
        keeps: dict[bytes, FloatArray] = {}
        kinds = []
        for _, factor in blocks:
            keep = np.ones(size + count)
            if factor is not None:
                keep[:size] = factor[loop.vertices]
            kinds.append(keep.tobytes())
            keeps.setdefault(keep.tobytes(), keep)
        units = {
            kind: slice(columns + number * count, columns + (number + 1) * count)
            for number, kind in enumerate(keeps)
        }
        carried = np.zeros((size + count, weight.shape[1], columns + len(keeps) * count))
        carried[:size, :, :columns] = base[loop.vertices]
        for place in units.values():
            carried[size:, :, place] = np.eye(count)[:, None, :]
        parts: list[tuple[slice, FloatArray | None]] = [
            (columns_of_block, keeps[kind])
            for (columns_of_block, _), kind in zip(blocks, kinds, strict=True)
        ]
        parts += [(units[kind], keep) for kind, keep in keeps.items()]
        loop.opened.solve(weight[loop.edges] * (1 - LOOP_LEAK), carried, parts)
        for (columns_of_block, _), kind in zip(blocks, kinds, strict=True):
            unit = carried[:size, :, units[kind]].transpose(1, 0, 2)
            known = carried[:size, :, columns_of_block].transpose(1, 0, 2)
            passed = np.linalg.solve(np.eye(count) - unit[:, loop.cuts], known[:, loop.cuts])
            base[loop.vertices, :, columns_of_block] = (known + unit @ passed).transpose(1, 0, 2)


def _cut_open(
    vertices: IntArray, edges: IntArray, source: IntArray, target: IntArray
) -> MixingLoop:
    """Loop record from edges between positions of its vertices."""
    cuts = np.array(_feedback_vertices(vertices.size, source, target), dtype=np.int64)
    outlet = np.arange(vertices.size)
    outlet[cuts] = vertices.size + np.arange(cuts.size)
    opened = Mixing(vertices.size + cuts.size, outlet[source], target)
    return MixingLoop(vertices, edges, cuts, opened)


def _feedback_vertices(size: int, source: IntArray, target: IntArray) -> list[int]:
    """A small feedback vertex set (greedy, not always minimal): without it there is no loop.

    Repeatedly removes vertices on no loop, then the one with the most paths through it.
    """
    after: list[set[int]] = [set() for _ in range(size)]
    before: list[set[int]] = [set() for _ in range(size)]
    for start, end in zip(source.tolist(), target.tolist(), strict=True):
        after[start].add(end)
        before[end].add(start)
    remaining, idle, cuts = dict.fromkeys(range(size)), list(range(size)), []
    while remaining:
        while idle:
            vertex = idle.pop()
            if vertex in remaining and not (after[vertex] and before[vertex]):
                del remaining[vertex]
                idle += _remove(vertex, after, before)
        if remaining:
            busiest = max(remaining, key=lambda vertex_: len(after[vertex_]) * len(before[vertex_]))
            del remaining[busiest]
            idle += _remove(busiest, after, before)
            cuts.append(busiest)
    return cuts


def _remove(vertex: int, after: list[set[int]], before: list[set[int]]) -> list[int]:
    """Remove a vertex from a graph; returns its neighbours."""
    successors, predecessors = after[vertex] - {vertex}, before[vertex] - {vertex}
    for neighbour in successors:
        before[neighbour].discard(vertex)
    for neighbour in predecessors:
        after[neighbour].discard(vertex)
    return [*successors, *predecessors]


def _components_and_levels(
    size: int, source: IntArray, target: IntArray
) -> tuple[IntArray, IntArray, npt.NDArray[np.bool_]]:
    """Component and level of each vertex, and whether its component is a loop."""
    onward: list[list[int]] = [[] for _ in range(size)]
    for start, end in zip(source.tolist(), target.tolist(), strict=True):
        onward[start].append(end)
    number = strongly_connected_components(dict(enumerate(onward)))
    component = np.fromiter((number[v] for v in range(size)), np.int64, size)
    levels: dict[int, int] = {}
    for vertex in np.argsort(-component, kind="stable").tolist():
        number_of_vertex = number[vertex]
        following = levels.setdefault(number_of_vertex, 0) + 1
        for end in onward[vertex]:
            if number[end] != number_of_vertex and levels.get(number[end], 0) < following:
                levels[number[end]] = following
    level = np.fromiter((levels[number[v]] for v in range(size)), np.int64, size)
    inside = component[source] == component[target]
    looping = np.isin(component, component[source[inside]])
    return component, level, looping
