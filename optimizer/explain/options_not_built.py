"""Options that are not built, and how much cheaper their capital would have to be.

In a linear program the reduced cost is the gap. Otherwise each option is forced into the plan,
and the increase in cost is the gap. A small program is solved again with all its decisions free.
In a large one all decisions are fixed except those of the option and of options that it needs or
excludes, which are relaxed to fractions. Either way the option must run within the horizon.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from msgspec import structs

from optimizer.network.network_data import Network, NetworkOption
from optimizer.result.variable_values import MIN_NONZERO_VALUE
from optimizer.solver import Answer, Program, WarmStart, solve_with_highs

MAX_SECONDS_TO_SEARCH_ANEW = 1.0
"""Seconds of solving up to which the plan is solved again with all decisions free; chosen."""

FORCED_OPTION_TIME_LIMIT = 5.0
"""Seconds for the solve with one forced option; chosen, an option without a proof is left out."""

OptionBreakEven = tuple[str, str, str, str, float, float, float]


def break_even_options(
    network: Network, m: Any, program: Program, answer: Answer
) -> list[OptionBreakEven]:
    """Break-even rows of options that are not built, with capital cost and gap."""
    if answer.status != "optimal" or answer.reduced_costs is None:
        return []
    if program.integer.any():
        gaps = _gaps_by_forcing(network, m, program, answer)
    else:
        gaps = _gaps_by_reduced_cost(network, m, program, answer)
    discount = network.calendar.discount(network.case.settings.discount_rate)
    labels = network.calendar.labels
    rows = []
    for index, t, gap in gaps:
        option = network.options[index]
        cheaper = gap / discount[t]
        name = (option.name, ", ".join(option.sites), labels[t])
        rows.append(("option", *name, option.capital, cheaper, option.capital - cheaper))
    return rows


OptionGaps = Iterator[tuple[int, int, float]]
"""Option, period of decision, and gap of one of it as present value."""


def _unbuilt_options(network: Network, m: Any) -> Iterator[tuple[int, dict[int, Any]]]:
    """Options that could be built but are not, with their variables."""
    for index, (option, cells) in enumerate(zip(network.options, m.columns.build, strict=True)):
        if (
            option.maximum_number
            and cells
            and not any(variable.value > MIN_NONZERO_VALUE for variable in cells.values())
        ):
            yield index, cells


def _gaps_by_reduced_cost(network: Network, m: Any, program: Program, answer: Answer) -> OptionGaps:
    assert answer.reduced_costs is not None
    costs = dict(zip(map(id, program.variables), answer.reduced_costs.tolist(), strict=True))
    for index, cells in _unbuilt_options(network, m):
        best = min(cells, key=lambda t: costs[id(cells[t])])
        yield index, best, max(costs[id(cells[best])], 0.0)


def _gaps_by_forcing(network: Network, m: Any, program: Program, answer: Answer) -> OptionGaps:
    column_of = {id(variable): column for column, variable in enumerate(program.variables)}
    row_of = {
        constraint.index(): row
        for row, constraint in enumerate(program.constraints)
        if constraint.parent_component().name == "built_maximum"
    }
    large = answer.seconds > MAX_SECONDS_TO_SEARCH_ANEW
    start = WarmStart.of(program, answer) if large else None
    for index, cells in _unbuilt_options(network, m):
        option = network.options[index]
        row = row_of.get(option.name)
        if row is None:
            continue
        lower, upper = program.row_lower.copy(), program.upper.copy()
        lower[row] = min(1.0, option.maximum_number)
        for t in _too_late(option):
            upper[column_of[id(cells[t])]] = 0.0
        forced = structs.replace(program, row_lower=lower, upper=upper)
        if large:
            forced = _fix_other_decisions(network, m, forced, answer, index, column_of)
        solution = solve_with_highs(
            forced, time_limit=FORCED_OPTION_TIME_LIMIT, gap=0.0, start=start
        )
        if solution.status == "optimal" and solution.values is not None:
            built = [solution.values[column_of[id(variable)]] for variable in cells.values()]
            t = list(cells)[int(np.argmax(built))]
            money = max(float(solution.objective or 0.0) - float(answer.objective or 0.0), 0.0)
            yield index, t, money / lower[row]


def _too_late(option: NetworkOption) -> list[int]:
    """Periods of decision after which no added capacity would run within the horizon."""
    if not option.additions:
        return []
    late = [
        t
        for t in option.fixed_cost
        if not any(any(addition.capacity[t]) for addition in option.additions)
    ]
    return late if len(late) < len(option.fixed_cost) else []


def _fix_other_decisions(
    network: Network,
    m: Any,
    program: Program,
    answer: Answer,
    index: int,
    column_of: dict[int, int],
) -> Program:
    """Fix all decisions except those of an option and of options that it needs or excludes."""
    assert answer.values is not None
    free, waiting = {index}, [index]
    while waiting:
        option = network.options[waiting.pop()]
        for other, each in enumerate(network.options):
            excludes = bool(set(option.groups) & set(each.groups))
            if other not in free and (other in option.needs or excludes):
                free.add(other)
                waiting.append(other)
    fixed = program.held(answer.values)
    lower, upper = fixed.lower.copy(), fixed.upper.copy()
    for group in (m.columns.build, m.columns.begun, m.columns.chosen):
        for option_index in free:
            for variable in group[option_index].values():
                column = column_of[id(variable)]
                lower[column], upper[column] = program.lower[column], program.upper[column]
    return structs.replace(fixed, lower=lower, upper=upper)
