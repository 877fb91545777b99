"""Options that are not built, and how much cheaper their capital would have to be.

Where nothing must be whole, reduced costs say it. Otherwise each option is forced into the
plan and the plan found anew: the difference in cost is exactly what it lacks. Forced plans
share a time budget; what it does not reach is left out.
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

SECONDS = 2.0
"""Time for all forced plans together, if the plan itself took no longer."""

Row = tuple[str, str, str, str, float, float, float]


def refused(network: Network, m: Any, program: Program, answer: Answer, gap: float) -> list[Row]:
    """Break-even rows of options of which nothing is built: capital, and what it lacks."""
    if answer.status != "optimal":
        return []
    if program.integer.any():
        lacking = _forced(network, m, program, answer, gap)
    else:
        lacking = _marginal(network, m, program, answer)
    discount = network.calendar.discount(network.case.settings.discount_rate)
    labels = network.calendar.labels
    rows = []
    for index, t, money in lacking:
        option = network.options[index]
        cheaper = money / discount[t]
        name = (option.name, ", ".join(option.sites), labels[t])
        rows.append(("option", *name, option.capital, cheaper, option.capital - cheaper))
    return rows


Lacking = Iterator[tuple[int, int, float]]
"""Option, period of decision, and present value that one of it lacks."""


def _left_out(network: Network, m: Any) -> Iterator[tuple[int, dict[int, Any]]]:
    """Options that could be built and are not, with their variables."""
    for index, (option, cells) in enumerate(zip(network.options, m.columns.build, strict=True)):
        if (
            option.most
            and cells
            and not any(variable.value > NOTHING for variable in cells.values())
        ):
            yield index, cells


def _marginal(network: Network, m: Any, program: Program, answer: Answer) -> Lacking:
    assert answer.reduced_costs is not None
    costs = dict(zip(map(id, program.variables), answer.reduced_costs.tolist(), strict=True))
    for index, cells in _left_out(network, m):
        best = min(cells, key=lambda t: costs[id(cells[t])])
        yield index, best, max(costs[id(cells[best])], 0.0)


def _forced(network: Network, m: Any, program: Program, answer: Answer, gap: float) -> Lacking:
    column_of = {id(variable): column for column, variable in enumerate(program.variables)}
    row_of = {
        constraint.index(): row
        for row, constraint in enumerate(program.constraints)
        if constraint.parent_component().local_name == "built_most"
    }
    end = time.perf_counter() + max(SECONDS, answer.seconds)
    for index, cells in _left_out(network, m):
        option, left = network.options[index], end - time.perf_counter()
        row = row_of.get(option.name)
        if row is None or left <= 0:
            continue
        lower = program.row_lower.copy()
        lower[row] = min(1.0, option.most)
        forced = ask(replace(program, row_lower=lower), time_limit=left, gap=gap)
        if forced.status == "optimal" and forced.values is not None:
            built = [forced.values[column_of[id(variable)]] for variable in cells.values()]
            t = list(cells)[int(np.argmax(built))]
            money = max(float(forced.objective or 0.0) - float(answer.objective or 0.0), 0.0)
            yield index, t, money / lower[row]
