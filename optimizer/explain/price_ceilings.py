"""Price ceilings: the price increase at which the plan uses less of a thing; on request.

For an option the plan is solved again without it, with all other decisions free.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from msgspec import structs

from optimizer.explain.duals import NEGLIGIBLE_PRICE
from optimizer.explain.scarcity import MAX_SOLVED_COLUMNS, priced_variables
from optimizer.network.network_data import Network
from optimizer.result.price_layouts import HEADROOM_LAYOUT
from optimizer.result.result_table import Table, table
from optimizer.solver import Answer, Program, WarmStart, solve_with_highs, usage_slopes

BARRED_OPTION_TIME_LIMIT = 5.0
"""Seconds for the solve without an option; chosen, an option without a proof is left out."""


def headroom(network: Network, m: Any, program: Program, answer: Answer) -> Table:
    """A row for each used offer, lane and process by period, and for each built option."""
    if answer.basis is None:
        return table(HEADROOM_LAYOUT, [])
    column_of = {id(variable): column for column, variable in enumerate(program.variables)}
    used = []
    for kind, thing, material, prices, by_period in priced_variables(network, m):
        for t, variables in by_period.items():
            amount = sum(variable.value for variable in variables)
            if amount > NEGLIGIBLE_PRICE:
                group = [column_of[id(variable)] for variable in variables]
                used.append((kind, thing, material, t, amount, prices[t], group))
    used.sort(key=lambda row: (row[0] != "offer", -abs(row[4] * row[5])))
    discount = network.calendar.discount(network.case.settings.discount_rate)
    max_groups = MAX_SOLVED_COLUMNS // max(len(program.cost), 1)
    slopes_found = usage_slopes(program, answer, [row[-1] for row in used[:max_groups]])
    rows = []
    for kind, thing, material, t, amount, price, _ in used:
        slope = next(slopes_found, None)
        if slope is None:
            continue
        dearer, cheaper = (each / discount[t] for each in slope)
        label = network.calendar.labels[t]
        note = _note(dearer, cheaper)
        figures = (amount, price, dearer, price + dearer, cheaper)
        rows.append((kind, thing, material, label, *figures, note))
    rows += _options(network, m, program, answer, column_of)
    rows.sort(key=lambda row: (row[0], row[6]))
    return table(HEADROOM_LAYOUT, rows)


def _options(
    network: Network, m: Any, program: Program, answer: Answer, column_of: dict[int, int]
) -> Iterator[tuple[Any, ...]]:
    """Rows of built options: the extra cost of the plan without each, per one built."""
    discount = network.calendar.discount(network.case.settings.discount_rate)
    if answer.status != "optimal" or answer.objective is None:
        return
    for option, cells in zip(network.options, m.columns.build, strict=True):
        built = {
            t: variable.value for t, variable in cells.items() if variable.value > NEGLIGIBLE_PRICE
        }
        if not built:
            continue
        upper = program.upper.copy()
        upper[[column_of[id(variable)] for variable in cells.values()]] = 0.0
        barred = structs.replace(program, upper=upper)
        solution = solve_with_highs(
            barred,
            time_limit=BARRED_OPTION_TIME_LIMIT,
            gap=0.0,
            start=WarmStart.of(program, answer),
        )
        if solution.status == "infeasible":
            dearer = float("inf")
        elif solution.status == "optimal" and solution.objective is not None:
            paid = sum(discount[t] * number for t, number in built.items())
            dearer = max(solution.objective - answer.objective, 0.0) / paid
        else:
            continue
        amount, label = sum(built.values()), network.calendar.labels[min(built)]
        price = option.capital
        figures = (amount, price, dearer, price + dearer, float("nan"))
        note = "no plan without it" if np.isinf(dearer) else "by the plan without it"
        yield ("option", option.name, ", ".join(option.sites), label, *figures, note)


def _note(dearer: float, cheaper: float) -> str:
    words = []
    if dearer == float("inf"):
        words.append("needed at any price")
    elif dearer <= NEGLIGIBLE_PRICE:
        words.append("a plan with less of it costs the same")
    if cheaper == float("inf"):
        words.append("no more of it can be used")
    elif cheaper <= NEGLIGIBLE_PRICE:
        words.append("a plan with more of it costs the same")
    return "; ".join(words)
