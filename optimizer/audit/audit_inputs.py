"""Tonnes of each input on every edge of a plan, and the weights by which vertices mix inflow.

Places and runs mix by the tonnes of the input that come in. A lot has the contents of its inflow.
A run may give out an input that it does not take in, because the product has an assay with it. Then
the product holds what the assay states; its origin is that of the material taken in, if that is a
single one, and not stated otherwise.
"""

from __future__ import annotations

import numpy as np

from optimizer.audit.audit_calendar import Bools, Floats
from optimizer.audit.audit_column_codes import sum_by_index
from optimizer.audit.audit_contents import AuditContents
from optimizer.audit.audit_elimination import Elimination
from optimizer.audit.audit_graph import AuditGraph

AUDIT_ALL_INPUTS = "all"
"""Name of all traced inputs together, by tonnes used."""
NEGLIGIBLE_CONTENT = 1e-9
"""Content of a lot below which it lacks the input: far above float error, far below an assay."""
NEGLIGIBLE_INFLOW_SHARE = 1e-12
"""Share of an input in the inflow of a vertex below which the weights of all inputs are used.

Chosen near float precision: below it the weights of the single input are rounding errors.
"""


class AuditInputWeights:
    """Weights and contents of one plan; the first input is all inputs together.

    ``weights`` of edges, ``entering`` of entries and ``contents`` of vertices (tonnes in a tonne)
    have a column for each input.
    """

    def __init__(self, graph: AuditGraph, elimination: Elimination, *, single: bool) -> None:
        self.graph, self.elimination = graph, elimination
        self.names = [AUDIT_ALL_INPUTS]
        if single:
            self._follow()
        else:
            self._weigh(np.zeros((graph.source.size, 0)), np.zeros((graph.entry_vertices.size, 0)))
            self.contents = np.ones((graph.size, 1))

    def _follow(self) -> None:
        """Set the weights of each single input that a delivery contains."""
        graph, contents = self.graph, AuditContents(self.graph.workbook)
        stated = np.zeros((graph.size, len(contents.names)))
        for vertex, material in enumerate(graph.material):
            if material:
                stated[vertex] = contents.of.get(material, 0.0)
        throughput = self._throughput()
        parts = np.repeat(
            (graph.counted_tonnes / throughput[graph.source])[:, None], stated.shape[1], axis=1
        )
        for edge in np.flatnonzero(graph.source < graph.runs).tolist():
            key = graph.recipes[graph.source[edge]]
            product = graph.material[graph.target[edge]]
            parts[edge] = contents.conversions[key].splits[product]
        inflow = np.zeros(stated.shape)
        np.add.at(
            inflow,
            graph.entry_vertices,
            graph.entry_tonnes[:, None] * stated[graph.entry_vertices],
        )
        amounts = self._amounts(inflow, parts)
        assayed = self._assayed_outputs(parts * amounts[graph.source], stated)
        for edge, tonnes in assayed.items():
            parts[edge, tonnes > 0] = 0.0
            inflow[graph.target[edge]] += tonnes
        if assayed:
            amounts = self._amounts(inflow, parts)
        content = amounts / throughput[:, None]
        vertices = {vertex for _, _, vertex, _ in graph.delivered}
        delivered = np.array(sorted(vertices), dtype=np.int64)
        present = np.flatnonzero((content[delivered] > NEGLIGIBLE_CONTENT / 10).any(axis=0))
        self.names += [contents.names[i] for i in present.tolist()]
        amounts_carried = parts[:, present] * amounts[graph.source][:, present]
        for edge, tonnes in assayed.items():
            amounts_carried[edge] += tonnes[present]
        self._weigh(
            amounts_carried, graph.entry_tonnes[:, None] * stated[graph.entry_vertices][:, present]
        )
        known_content = np.where(content > NEGLIGIBLE_CONTENT, content, 0.0)[:, present]
        self.contents = np.concatenate([np.ones((graph.size, 1)), known_content], axis=1)

    def _amounts(self, inflow: Floats, parts: Floats) -> Floats:
        """Tonnes of each single input through each vertex."""
        amounts = inflow.copy()
        self.elimination.solve(amounts, parts, np.arange(amounts.shape[1]))
        return amounts

    def _assayed_outputs(self, brought: Floats, stated: Floats) -> dict[int, Floats]:
        """Inputs that outputs of runs hold by their assay though the run brings none, by edge."""
        graph, outputs = self.graph, dict[int, Floats]()
        for edge in np.flatnonzero(graph.source < graph.runs).tolist():
            product = graph.target[edge]
            if graph.material[product] in graph.workbook.assays:
                wanted = graph.tonnes[edge] * stated[product]
                missing = (wanted > 0) & (brought[edge] <= NEGLIGIBLE_CONTENT * wanted)
                if missing.any():
                    outputs[edge] = np.where(missing, wanted, 0.0)
        return outputs

    def _single_material(self) -> Bools:
        """False for runs that make their products of several materials."""
        graph = self.graph
        single = np.ones(graph.size, dtype=bool)
        for run, (recipe, feed) in enumerate(graph.recipes):
            single[run] = len(graph.workbook.product_inputs(recipe, feed)) <= 1
        return single

    def _throughput(self) -> Floats:
        """Tonnes through each vertex: inflow, or outflow where rounding makes it larger."""
        graph = self.graph
        inflow = sum_by_index(graph.target, graph.tonnes, graph.size)
        inflow += sum_by_index(graph.entry_vertices, graph.entry_tonnes, graph.size)
        throughput = np.maximum(inflow, sum_by_index(graph.source, graph.tonnes, graph.size))
        return np.where(throughput > 0, throughput, 1.0)

    def _weigh(self, amounts_carried: Floats, amounts_entering: Floats) -> None:
        """Scale weights to add up to one at each vertex, or to zero where nothing is traced."""
        graph = self.graph
        traced = np.array(graph.traced, dtype=bool)
        all_inputs = graph.counted_tonnes * traced[graph.source]
        weights = np.concatenate([all_inputs[:, None], amounts_carried], axis=1)
        entering = np.concatenate([graph.entry_tonnes[:, None], amounts_entering], axis=1)
        inflow = np.stack(
            [
                sum_by_index(graph.target, weights[:, i], graph.size)
                + sum_by_index(graph.entry_vertices, entering[:, i], graph.size)
                for i in range(weights.shape[1])
            ],
            axis=1,
        )
        is_negligible = inflow <= NEGLIGIBLE_INFLOW_SHARE * inflow[:, :1]
        is_negligible[:, 0] = False
        by_tonnes = is_negligible & self._single_material()[:, None]
        weights = np.where(by_tonnes[graph.target], weights[:, :1], weights)
        entering = np.where(by_tonnes[graph.entry_vertices], entering[:, :1], entering)
        inflow = np.where(by_tonnes, inflow[:, :1], inflow)
        inflow[is_negligible & ~by_tonnes] = 0.0
        inflow[~traced] = 0.0
        self.empty: Bools = inflow <= 0
        scale = np.where(self.empty, 0.0, 1.0 / np.where(self.empty, 1.0, inflow))
        self.weights: Floats = weights * scale[graph.target]
        self.entering: Floats = entering * scale[graph.entry_vertices]
