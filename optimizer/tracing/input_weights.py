"""Tonnes of each input that every edge of a plan carries, and the weights of mixing.

Nodes mix by the tonnes of the input that enter, runs by the input content of their materials.
A lot holds what went into it. Where a run makes a material whose assay states an input that none
of the run's inputs brings, the lot holds what the assay states. That part has the history of what
the run took in if this was one material; otherwise nobody knows whence the input came.
"""

from __future__ import annotations

from functools import cached_property

import numpy as np
import numpy.typing as npt

from optimizer.tracing.composition import ALL_INPUTS, Composition
from optimizer.tracing.flow_graph import FlowGraph
from optimizer.tracing.proportional_mixing import FloatArray, IntArray, Mixing

NEGLIGIBLE_INPUT_SHARE = 1e-9
"""Share below which an input counts as absent from a lot, and a place is left out.

Chosen so that rounding of the solve does not show as a trace.
"""
_ABSENT_INPUT_SHARE = 1e-12
"""Part of what enters a vertex below which an input is absent: float rounding."""


class InputWeights:
    """Weights of one plan, for the ``inputs`` contained in deliveries, ``all`` first.

    ``edge`` and ``entry`` have a column for each input. At each vertex they add up to one, or to
    zero where nothing traced enters. ``held`` is the tonnes of each input in a tonne at each
    vertex.
    """

    def __init__(
        self, graph: FlowGraph, composition: Composition, delivery_vertices: IntArray
    ) -> None:
        self.graph, self.composition = graph, composition
        self.size = len(graph.material)
        self.source, self.target, self.tonnes = graph.edges
        self.mixing = Mixing(self.size, self.source, self.target)
        self.into = np.array([entry.vertex for entry in graph.entries], dtype=np.int64)
        self.entered = np.array([entry.tonnes for entry in graph.entries], dtype=float)
        self.traced = np.array(
            [name is None or name in composition.traced for name in graph.material], dtype=bool
        )
        self.is_run = np.array([name is None for name in graph.material], dtype=bool)
        self._weigh(*self._amounts(delivery_vertices))

    def _weigh(
        self, names: tuple[str, ...], stated: FloatArray, content: FloatArray, carried: FloatArray
    ) -> None:
        """Weights from the tonnes carried; by total tonnes where an input is absent.

        A run of several constituents that all lack an input has no weights of it: none of their
        histories is that of the input.
        """
        self.inputs = (ALL_INPUTS, *names)
        used = self.is_run[self.target]
        alone = self.tonnes * np.where(used, self._counts * self.traced[self.source], 1.0)
        weight = np.concatenate([alone[:, None], carried], axis=1)
        ones = np.ones((self.size, 1))
        entering = self.entered[:, None] * np.concatenate([ones, stated], axis=1)[self.into]
        total = np.zeros((self.size, len(self.inputs)))
        np.add.at(total, self.target, weight)
        np.add.at(total, self.into, entering)
        lacking = total <= _ABSENT_INPUT_SHARE * total[:, :1]
        lacking[:, 0] = False
        whole = np.where(self._is_blend, 0.0, 1.0)[:, None]
        weight = np.where(lacking[self.target], weight[:, :1] * whole[self.target], weight)
        entering = np.where(lacking[self.into], entering[:, :1], entering)
        total = np.where(lacking, total[:, :1] * whole, total)
        total[~self.traced] = 0.0
        self.empty = total <= 0
        scale = np.where(self.empty, 0.0, 1 / np.where(self.empty, 1.0, total))
        self.edge = weight * scale[self.target]
        self.entry = entering * scale[self.into]
        self.held = np.concatenate(
            [ones, np.where(content > NEGLIGIBLE_INPUT_SHARE, content, 0.0)], axis=1
        )

    @cached_property
    def _constituents(self) -> dict[int, set[str]]:
        """Materials that end up in the products of each run, by its vertex."""
        by_process: dict[int, set[str]] = {}
        for run in self.graph.runs.values():
            if run.process not in by_process:
                process = self.graph.network.processes[run.process]
                by_process[run.process] = set(self.composition.constituents(process))
        return {vertex: by_process[run.process] for vertex, run in self.graph.runs.items()}

    @cached_property
    def _is_blend(self) -> npt.NDArray[np.bool_]:
        """True at runs of several constituents."""
        blend = np.zeros(self.size, dtype=bool)
        blend[[vertex for vertex, names in self._constituents.items() if len(names) > 1]] = True
        return blend

    @cached_property
    def _counts(self) -> FloatArray:
        """1 for edges whose material ends up in products, 0 for reagents of a run."""
        counts = np.ones(self.source.size)
        for edge in np.flatnonzero(self.is_run[self.target]).tolist():
            constituents = self._constituents[int(self.target[edge])]
            counts[edge] = self.graph.material[int(self.source[edge])] in constituents
        return counts

    def _amounts(
        self, delivery_vertices: IntArray
    ) -> tuple[tuple[str, ...], FloatArray, FloatArray, FloatArray]:
        """Inputs contained in deliveries, contents as stated and as mixed, tonnes by edge."""
        names, stated = self._stated_contents()
        throughput, counted = self._throughput(), self._counts * self.tonnes
        weight = np.repeat((counted / throughput[self.source])[:, None], len(names), axis=1)
        made = np.flatnonzero(self.is_run[self.source])
        weight[made] = self._splits(made, names)
        entered = np.zeros((self.size, len(names), 1))
        np.add.at(entered[:, :, 0], self.into, self.entered[:, None] * stated[self.into])
        held = self._held(weight, entered.copy())
        assayed = self._assayed(made, stated)
        missed = weight[made] * held[self.source[made]] <= NEGLIGIBLE_INPUT_SHARE * assayed
        assayed = np.where(missed, assayed, 0.0)
        if assayed.any():
            weight[made] = np.where(assayed > 0, 0.0, weight[made])
            np.add.at(entered[:, :, 0], self.target[made], assayed)
            held = self._held(weight, entered)
        content = held / throughput[:, None]
        present = np.flatnonzero((content[delivery_vertices] > NEGLIGIBLE_INPUT_SHARE).any(axis=0))
        carried = weight[:, present] * held[self.source][:, present]
        carried[made] += assayed[:, present]
        return (
            tuple(names[i] for i in present.tolist()),
            stated[:, present],
            content[:, present],
            carried,
        )

    def _held(self, weight: FloatArray, entered: FloatArray) -> FloatArray:
        """Tonnes of each input at each vertex; ``entered`` is overwritten."""
        return self.mixing.solve(weight, entered, [(slice(0, 1), None)])[:, :, 0]

    def _assayed(self, made: IntArray, stated: FloatArray) -> FloatArray:
        """Tonnes of each input in what edges out of runs carry, by the assay of the product."""
        assays = self.composition.assays
        assayed = np.array([name in assays for name in self.graph.material], dtype=bool)
        tonnes = self.tonnes[made] * assayed[self.target[made]]
        return np.asarray(tonnes[:, None] * stated[self.target[made]], dtype=float)

    def _stated_contents(self) -> tuple[list[str], FloatArray]:
        """Names of all inputs, and the content of each that the workbook states, by vertex."""
        contents = self.composition.contents
        names = list(dict.fromkeys(name for content in contents.values() for name in content))
        index = {material: i for i, material in enumerate(contents)}
        table = np.zeros((len(contents) + 1, len(names)))
        for i, content in enumerate(contents.values()):
            table[i] = [content.get(name, 0.0) for name in names]
        row = [index.get(name or "", -1) for name in self.graph.material]
        return names, table[np.array(row, dtype=np.int64)]

    def _throughput(self) -> FloatArray:
        """Tonnes through each vertex: the larger of what enters and what leaves."""
        size = self.size
        received = np.bincount(self.target, self.tonnes, size) + np.bincount(
            self.into, self.entered, size
        )
        sent = np.bincount(self.source, self.tonnes, size)
        most = np.maximum(received, sent)
        return np.where(most > 0, most, 1.0)

    def _splits(self, edges: IntArray, names: list[str]) -> FloatArray:
        """Share of each input of a run that each edge out of it carries."""
        known: dict[tuple[int, str], list[float]] = {}
        splits = np.zeros((edges.size, len(names)))
        for i, edge in enumerate(edges.tolist()):
            number = self.graph.runs[int(self.source[edge])].process
            product = self.graph.material[int(self.target[edge])] or ""
            if (number, product) not in known:
                process = self.graph.network.processes[number]
                shares = (self.composition.product_shares(process, name) for name in names)
                known[number, product] = [share.get(product, 0.0) for share in shares]
            splits[i] = known[number, product]
        return splits
