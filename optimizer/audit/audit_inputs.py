"""How much of each input every edge of a plan carries, and the parts in which vertices mix.

A place mixes by the tonnes of the input that come in, a run by what its inputs hold of it. A lot
holds what was mixed into it. One that came without an input that its material should have holds
what the workbook says.
"""

from __future__ import annotations

import numpy as np

from optimizer.audit.audit_calendar import Bools, Floats
from optimizer.audit.audit_columns import total
from optimizer.audit.audit_contents import Contents
from optimizer.audit.audit_elimination import Elimination
from optimizer.audit.audit_graph import AuditGraph

ALL = "all"
"""Every traced input together, by tonnes taken in."""
NEGLIGIBLE = 1e-9
"""Part of a lot, and of what is said of it, below which an input is not in it."""
BARELY = 1e-12
"""Part of what comes into a vertex below which the vertex mixes like all inputs together."""


class Inputs:
    """Weights and contents of one plan; the first input is all of them together.

    ``weights`` of each edge, ``entering`` of each entry and ``holds`` of each vertex (tonnes in a
    tonne) have a column for each input.
    """

    def __init__(self, graph: AuditGraph, elimination: Elimination, *, single: bool) -> None:
        self.graph, self.elimination = graph, elimination
        self.names = [ALL]
        if single:
            self._follow()
        else:
            self._weigh(np.zeros((graph.source.size, 0)), np.zeros((graph.into.size, 0)))
            self.holds = np.ones((graph.size, 1))

    def _follow(self) -> None:
        """Tonnes of single inputs, as far as something that is delivered holds them."""
        graph, contents = self.graph, Contents(self.graph.given)
        said = np.zeros((graph.size, len(contents.names)))
        for vertex, material in enumerate(graph.material):
            if material:
                said[vertex] = contents.of.get(material, 0.0)
        through = self._through()
        parts = np.repeat((graph.counted / through[graph.source])[:, None], said.shape[1], axis=1)
        for edge in np.flatnonzero(graph.source < graph.runs).tolist():
            key = graph.recipes[graph.source[edge]]
            product = graph.material[graph.target[edge]]
            parts[edge] = contents.conversions[key].splits[product]
        held = np.zeros(said.shape)
        np.add.at(held, graph.into, graph.entered[:, None] * said[graph.into])
        self.elimination.solve(held, parts, np.arange(len(contents.names)))
        content = held / through[:, None]
        content = np.where(content <= NEGLIGIBLE * said, said, content)
        ends = np.unique([vertex for _, _, vertex, _ in graph.delivered]).astype(np.int64)
        some = np.flatnonzero((content[ends] > NEGLIGIBLE / 10).any(axis=0))
        self.names += [contents.names[i] for i in some.tolist()]
        carried = parts[:, some] * held[graph.source][:, some]
        moved = graph.source >= graph.runs
        carried[moved] = graph.counted[moved, None] * content[graph.source[moved]][:, some]
        self._weigh(carried, graph.entered[:, None] * said[graph.into][:, some])
        kept = np.where(content > NEGLIGIBLE, content, 0.0)[:, some]
        self.holds = np.concatenate([np.ones((graph.size, 1)), kept], axis=1)

    def _through(self) -> Floats:
        """Tonnes through each vertex: what comes in, or what leaves if rounding makes it more."""
        graph = self.graph
        come = total(graph.target, graph.tonnes, graph.size)
        come += total(graph.into, graph.entered, graph.size)
        most = np.maximum(come, total(graph.source, graph.tonnes, graph.size))
        return np.where(most > 0, most, 1.0)

    def _weigh(self, carried: Floats, come: Floats) -> None:
        """Parts that add up to one at each vertex, or to zero where nothing is traced."""
        graph = self.graph
        traced = np.array(graph.traced, dtype=bool)
        alone = graph.counted * traced[graph.source]
        weights = np.concatenate([alone[:, None], carried], axis=1)
        entering = np.concatenate([graph.entered[:, None], come], axis=1)
        whole = np.stack(
            [
                total(graph.target, weights[:, i], graph.size)
                + total(graph.into, entering[:, i], graph.size)
                for i in range(weights.shape[1])
            ],
            axis=1,
        )
        lacking = whole <= BARELY * whole[:, :1]
        weights = np.where(lacking[graph.target], weights[:, :1], weights)
        entering = np.where(lacking[graph.into], entering[:, :1], entering)
        whole = np.where(lacking, whole[:, :1], whole)
        whole[~traced] = 0.0
        self.empty: Bools = whole <= 0
        scale = np.where(self.empty, 0.0, 1.0 / np.where(self.empty, 1.0, whole))
        self.weights: Floats = weights * scale[graph.target]
        self.entering: Floats = entering * scale[graph.into]
