"""How much of each input every edge of a plan carries, and the weights of mixing.

Nodes mix by the tonnes of the input that comes in, runs by what their inputs hold of it.
"""

from __future__ import annotations

from functools import cached_property

import numpy as np

from optimizer.tracing.composition import ALL, Composition
from optimizer.tracing.flow_graph import FlowGraph
from optimizer.tracing.proportional_mixing import Floats, Ints, Mixing

NEGLIGIBLE = 1e-9
"""Share below which an input in a lot counts as absent, and a place is left out."""
_BARELY = 1e-12
"""Part of what comes into a vertex below which an input is not there."""


class InputWeights:
    """Weights of one plan: ``inputs`` that the vertices ``ends`` hold, ``all`` first.

    ``edge`` and ``entry`` have a column for each input; at each vertex they add up to one,
    or to zero where nothing traced comes in. ``held`` is the tonnes of each input in a tonne
    at each vertex.
    """

    def __init__(self, graph: FlowGraph, makeup: Composition, ends: Ints) -> None:
        self.graph, self.makeup = graph, makeup
        self.size = len(graph.material)
        self.source, self.target, self.tonnes = graph.edges
        self.mixing = Mixing(self.size, self.source, self.target)
        self.into = np.array([entry.vertex for entry in graph.entries], dtype=np.int64)
        self.entered = np.array([entry.tonnes for entry in graph.entries], dtype=float)
        self.traced = np.array(
            [name is None or name in makeup.traced for name in graph.material], dtype=bool
        )
        self.is_run = np.array([name is None for name in graph.material], dtype=bool)
        self._weigh(*self._amounts(ends))

    def _weigh(
        self, names: tuple[str, ...], said: Floats, content: Floats, carried: Floats
    ) -> None:
        """Weights from what edges carry; by tonnes alone where an input is lacking."""
        self.inputs = (ALL, *names)
        used = self.is_run[self.target]
        alone = self.tonnes * np.where(used, self._counts * self.traced[self.source], 1.0)
        weight = np.concatenate([alone[:, None], carried], axis=1)
        ones = np.ones((self.size, 1))
        entering = self.entered[:, None] * np.concatenate([ones, said], axis=1)[self.into]
        total = np.zeros((self.size, len(self.inputs)))
        np.add.at(total, self.target, weight)
        np.add.at(total, self.into, entering)
        lacking = total <= _BARELY * total[:, :1]
        lacking[:, 0] = False
        weight = np.where(lacking[self.target], weight[:, :1], weight)
        entering = np.where(lacking[self.into], entering[:, :1], entering)
        total = np.where(lacking, total[:, :1], total)
        total[~self.traced] = 0.0
        self.empty = total <= 0
        scale = np.where(self.empty, 0.0, 1 / np.where(self.empty, 1.0, total))
        self.edge = weight * scale[self.target]
        self.entry = entering * scale[self.into]
        self.held = np.concatenate([ones, np.where(content > NEGLIGIBLE, content, 0.0)], axis=1)

    @cached_property
    def _counts(self) -> Floats:
        """1 where what an edge carries ends in products, 0 for reagents on their way in."""
        taken: dict[int, set[str]] = {}
        found = np.ones(self.source.size)
        for edge in np.flatnonzero(self.is_run[self.target]).tolist():
            number = self.graph.runs[int(self.target[edge])].process
            if number not in taken:
                taken[number] = set(self.makeup.taken(self.graph.network.processes[number]))
            found[edge] = self.graph.material[int(self.source[edge])] in taken[number]
        return found

    def _amounts(self, ends: Ints) -> tuple[tuple[str, ...], Floats, Floats, Floats]:
        """Inputs that ``ends`` hold, contents as said and as mixed, what edges carry.

        Contents are what was mixed; a material whose lots came without an input that it is
        said to hold has what its assay, or the recipes that make it, say.
        """
        names, said = self._said()
        through, counted = self._through(), self._counts * self.tonnes
        weight = np.repeat((counted / through[self.source])[:, None], len(names), axis=1)
        made = np.flatnonzero(self.is_run[self.source])
        weight[made] = self._splits(made, names)
        base = np.zeros((self.size, len(names), 1))
        np.add.at(base[:, :, 0], self.into, self.entered[:, None] * said[self.into])
        held = self.mixing.solve(weight, base, [(slice(0, 1), None)])[:, :, 0]
        content = held / through[:, None]
        content = np.where(content <= NEGLIGIBLE * said, said, content)
        some = np.flatnonzero((content[ends] > NEGLIGIBLE).any(axis=0))
        carried = weight[:, some] * held[self.source][:, some]
        moved = ~self.is_run[self.source]
        carried[moved] = counted[moved, None] * content[self.source[moved]][:, some]
        return tuple(names[i] for i in some.tolist()), said[:, some], content[:, some], carried

    def _said(self) -> tuple[list[str], Floats]:
        """Names of all inputs, and what the workbook says that each vertex holds of them."""
        contents = self.makeup.contents
        names = list(dict.fromkeys(name for own in contents.values() for name in own))
        index = {material: i for i, material in enumerate(contents)}
        table = np.zeros((len(contents) + 1, len(names)))
        for i, own in enumerate(contents.values()):
            table[i] = [own.get(name, 0.0) for name in names]
        row = [index.get(name or "", -1) for name in self.graph.material]
        return names, table[np.array(row, dtype=np.int64)]

    def _through(self) -> Floats:
        """Tonnes through each vertex: what comes in, or leaves if that is more."""
        size = self.size
        came = np.bincount(self.target, self.tonnes, size) + np.bincount(
            self.into, self.entered, size
        )
        left = np.bincount(self.source, self.tonnes, size)
        most = np.maximum(came, left)
        return np.where(most > 0, most, 1.0)

    def _splits(self, edges: Ints, names: list[str]) -> Floats:
        """Share of each input of a run that an edge out of it carries."""
        known: dict[tuple[int, str], list[float]] = {}
        found = np.zeros((edges.size, len(names)))
        for i, edge in enumerate(edges.tolist()):
            number = self.graph.runs[int(self.source[edge])].process
            product = self.graph.material[int(self.target[edge])] or ""
            if (number, product) not in known:
                process = self.graph.network.processes[number]
                known[number, product] = [
                    self.makeup.split(process, name).get(product, 0.0) for name in names
                ]
            found[i] = known[number, product]
        return found
