"""Where what is delivered was mined, refined, separated, melted and produced, by input.

A share of an input is a part of its tonnes in what is delivered, and not of the magnets' tonnes:
most of a magnet is iron, so that shares by the mass of all inputs tell of iron.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

import optimizer
from optimizer.result.variable_values import decisions
from optimizer.tables import STAGES
from optimizer.tracing import trace
from optimizer.tracing.composition import ALL_INPUTS, Composition
from optimizer.tracing.flow_graph import build_flow_graph
from optimizer.tracing.input_weights import InputWeights

Delivered = dict[tuple[str, str], dict[str, float]]
"""Tonnes of each input in a delivery, by demand line and period; ``all`` is the delivery itself."""
Origins = dict[str, dict[str, dict[str, dict[str, float]]]]
"""Tonnes of an input by input, stage, country and year."""
HORIZON = "horizon"
"""Key for sums over all years."""
MAGNET_STAGES = ("melted", "produced")
"""Stages through which a magnet goes as a whole."""


def delivered_inputs(m: Any) -> Delivered:
    """Tonnes of each traced input in every delivery of a solved model, as its lots were mixed."""
    solution = decisions(m)
    traced, graph = trace(solution), build_flow_graph(solution)
    vertices = [delivery.vertices for delivery in traced.deliveries]
    reached = np.unique(np.concatenate([np.zeros(0, dtype=np.int64), *vertices]))
    weights = InputWeights(graph, Composition(solution.network), reached)
    labels = solution.network.calendar.labels
    return {
        (solution.network.lines[one.line].name, labels[one.period]): dict(
            zip(weights.inputs, (one.parts @ weights.held[one.vertices]).tolist(), strict=True)
        )
        for one in traced.deliveries
    }


def stages_looked_at(case: optimizer.Case) -> list[str]:
    """Stages of goods that a rule in force looks at, in their order."""
    rules = {row.rule for row in case.rules}
    named = [row.stage for row in case.rule_scope if row.rule in rules]
    return [stage for stage in STAGES if any(stage in each or not each for each in named)]


def reagents(case: optimizer.Case) -> set[str]:
    """Materials with a stage that is none of goods: they are used up in making others."""
    return {row.material for row in case.materials if row.stage and row.stage not in STAGES}


def origins(
    case: optimizer.Case,
    base: optimizer.Result,
    delivered: Delivered,
    lines: dict[str, str],
    group: Callable[[str], str] | None = None,
) -> dict[str, Origins]:
    """Tonnes of inputs in what demand lines receive: by group of segment, or all under "".

    Groups have sums over the horizon, all together by year. A line appears once for each rule
    that binds it, with the same shares: one of them counts.
    """
    stages, unwanted = stages_looked_at(case), reagents(case)
    found: dict[str, Origins] = {}
    counted: dict[tuple[str, ...], str] = {}
    for by, traced, period, line, rule, stage, name, share in _rows(base):
        if by != "country" or line not in lines or stage not in stages or traced in unwanted:
            continue
        if counted.setdefault((traced, period, line, stage, name), rule) != rule:
            continue
        tonnes = share * delivered[line, period][traced]
        inputs = found.setdefault(group(lines[line]) if group else "", {})
        if traced != ALL_INPUTS or stage in MAGNET_STAGES:
            sums = inputs.setdefault(traced, {}).setdefault(stage, {}).setdefault(name, {})
            key = HORIZON if group else period[:4]
            sums[key] = sums.get(key, 0.0) + tonnes
    return {
        name: dict(sorted(own.items(), key=lambda item: _order(case, item[0])))
        for name, own in found.items()
    }


def _rows(base: optimizer.Result) -> Iterable[tuple[Any, ...]]:
    headers = ("by", "input", "period", "line", "rule", "stage", "name", "share")
    return zip(*(base.tables["Provenance"][header] for header in headers), strict=True)


def _order(case: optimizer.Case, traced: str) -> tuple[int, str]:
    """Oxides in the order of Recoveries, then materials, and all inputs at the end."""
    oxides = list(dict.fromkeys(row.oxide for row in case.recoveries))
    if traced in oxides:
        return oxides.index(traced), ""
    return len(oxides) + (traced == ALL_INPUTS), traced
