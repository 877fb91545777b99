"""Options that are not built, and how much cheaper their capital would have to be.

Each is forced into the plan and the plan found anew: the difference in cost is exactly
what it lacks. Forced plans share a time budget; what it does not reach is left out.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from optimizer.network.data import Network
from optimizer.solution.decisions import NOTHING
from optimizer.solver import Answer, Program, ask

SECONDS_AT_LEAST = 10.0
"""Time for all forced plans together, if the plan itself took less."""

Row = tuple[str, str, str, str, float, float, float]


def refused(network: Network, m: Any, program: Program, answer: Answer, gap: float) -> list[Row]:
    """Break-even rows of options of which nothing is built: capital, and what it lacks."""
    if answer.objective is None or answer.status != "optimal":
        return []
    return list(_rows(network, m, program, answer, gap))


def _rows(network: Network, m: Any, program: Program, answer: Answer, gap: float) -> Iterator[Row]:
    column_of = {id(variable): column for column, variable in enumerate(program.variables)}
    row_of = {
        constraint.index(): row
        for row, constraint in enumerate(program.constraints)
        if constraint.parent_component().local_name == "built_most"
    }
    discount = network.calendar.discount(network.case.settings.discount_rate)
    end = time.perf_counter() + max(SECONDS_AT_LEAST, answer.seconds)
    for option, cells in zip(network.options, m.columns.build, strict=True):
        left = end - time.perf_counter()
        row = row_of.get(option.name)
        if row is None or not option.most or left <= 0:
            continue
        if any(variable.value > NOTHING for variable in cells.values()):
            continue
        lower = program.row_lower.copy()
        lower[row] = min(1.0, option.most)
        forced = ask(replace(program, row_lower=lower), time_limit=left, gap=gap)
        if forced.status != "optimal" or forced.values is None:
            continue
        lacking = max(float(forced.objective or 0.0) - float(answer.objective or 0.0), 0.0)
        built = np.array([forced.values[column_of[id(cells[t])]] for t in cells])
        t = list(cells)[int(np.argmax(built))]
        cheaper = lacking / lower[row] / discount[t]
        label = network.calendar.labels[t]
        where = ", ".join(option.sites)
        price = option.capital
        yield "option", option.name, where, label, price, cheaper, price - cheaper
