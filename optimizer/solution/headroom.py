"""How dear what is used may get before the plan uses less of it; made on request."""

from __future__ import annotations

from typing import Any

from optimizer.network.data import Network
from optimizer.solution.layout import Table, table
from optimizer.solution.price_tables import HEADROOM
from optimizer.solution.prices import SMALL, WORK, candidates
from optimizer.solver import Answer, Program, slopes


def headroom(network: Network, m: Any, program: Program, answer: Answer) -> Table:
    """A row for each offer, lane and process that is used, by period."""
    if answer.basis is None:
        return table(HEADROOM, [])
    column_of = {id(variable): column for column, variable in enumerate(program.variables)}
    used = []
    for kind, thing, material, prices, own in candidates(network, m):
        for t, variables in own.items():
            amount = sum(variable.value for variable in variables)
            if amount > SMALL:
                group = [column_of[id(variable)] for variable in variables]
                used.append((kind, thing, material, t, amount, prices[t], group))
    used.sort(key=lambda row: (row[0] != "offer", -abs(row[4] * row[5])))
    discount = network.calendar.discount(network.case.settings.discount_rate)
    most = WORK // max(len(program.cost), 1)
    found = slopes(program, answer, [row[-1] for row in used[:most]])
    rows = []
    for kind, thing, material, t, amount, price, _ in used:
        slope = next(found, None)
        if slope is None:
            continue
        dearer, cheaper = (each / discount[t] for each in slope)
        label = network.calendar.labels[t]
        note = _note(dearer, cheaper)
        figures = (amount, price, dearer, price + dearer, cheaper)
        rows.append((kind, thing, material, label, *figures, note))
    rows.sort(key=lambda row: (row[0], row[6]))
    return table(HEADROOM, rows)


def _note(dearer: float, cheaper: float) -> str:
    words = []
    if dearer == float("inf"):
        words.append("so much of it is needed at any price")
    elif dearer <= SMALL:
        words.append("a plan with less of it costs the same")
    if cheaper == float("inf"):
        words.append("no more of it can be used")
    elif cheaper <= SMALL:
        words.append("a plan with more of it costs the same")
    return "; ".join(words)
