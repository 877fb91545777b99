"""Prices: what one more of each scarce thing is worth, and what unused things must cost.

Duals and reduced costs are those of the optimum that was found; where several optima
exist they need not be the only ones.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from optimizer.model.variables import ByPeriod
from optimizer.network.data import Network
from optimizer.solution import tables
from optimizer.solution.refused import refused
from optimizer.solution.tables import Table, table
from optimizer.solver import Answer, Program, margins

SMALL = 1e-7
"""Prices below this, relative to the largest, are rounding."""

KINDS = {
    "offer": ("offer", "t"),
    "contract": ("contract", "t"),
    "take_or_pay": ("take or pay", "t"),
    "capacity": ("capacity", "use"),
    "minimum_load": ("minimum load", "use"),
    "process": ("process limit", "activity"),
    "lane": ("lane", "t"),
    "storage": ("stock bound", "t"),
    "cover": ("days of cover", "t"),
    "demand": ("demand", "t"),
    "least_delivery": ("least delivery", "t"),
    "rule_share": ("rule share", "t"),
    "limit": ("limit", "as in Limits"),
    "blend": ("blend", "t"),
    "lane_minimum": ("least shipment", "t"),
    "idle_minimum": ("minimum load", "use"),
    "built_most": ("option", "number"),
}
"""Family of rows to its name in the table and the unit of its bound."""

UNPRICED = (
    "balance",
    "running",
    "running_own",
    "custody",
    "built_needs",
    "built_begun",
    "built_chosen",
    "built_one_of",
    "built_reach",
)
"""Families that bind by logic, not by something that there could be more of."""


def scarcity(network: Network, program: Program, answer: Answer) -> Table:
    """Rows with a price; a bound's worth is what relaxing it by one unit saves.

    For demand it is what the last tonne wanted costs. Balance rows are left out.
    """
    if answer.prices is None:
        return table(tables.SCARCITY, [])
    discount = _discounts(network)
    prices = answer.prices.tolist()
    floor = SMALL * max((abs(price) for price in prices), default=0.0)
    rows = []
    for number, (constraint, price) in enumerate(zip(program.constraints, prices, strict=True)):
        family = constraint.parent_component().local_name
        if abs(price) <= floor or family in UNPRICED:
            continue
        kind, unit = KINDS.get(family, (family, ""))
        index = constraint.index()
        names = [str(name) for name in (index if isinstance(index, tuple) else (index,))]
        period = names.pop() if names[-1] in discount else ""
        bound = program.row_upper[number] if price < 0 else program.row_lower[number]
        if family == "capacity" and not bound:
            continue  # a unit that does not exist: Break-even says what its option lacks
        thing = ", ".join(name for name in names if name)
        worth = price if family == "demand" else abs(price)
        rows.append(
            (kind, thing, period, float(bound), unit, worth / discount.get(period, 1.0), worth)
        )
    rows.sort(key=lambda row: -abs(row[-1]))
    return table(tables.SCARCITY, rows)


def break_even(network: Network, m: Any, program: Program, answer: Answer) -> Table:
    """What is not used or built, and how much cheaper it must get."""
    if answer.reduced_costs is None:
        return table(tables.BREAK_EVEN, [])
    found = margins(program, answer, _balances(program))
    costs = answer.reduced_costs if found is None else found.reduced_costs(program)
    beyond = float("inf") if found is None else found.beyond
    cost_of = dict(zip(map(id, program.variables), costs.tolist(), strict=True))
    discount = network.calendar.discount(network.case.settings.discount_rate)
    rows = refused(network, m, program, answer)
    for kind, thing, material, prices, own in _unused(network, m):
        for t, variables in own.items():
            if any(variable.value > SMALL for variable in variables):
                continue
            least = min(cost_of[id(variable)] for variable in variables)
            gap = least / discount[t]
            if gap > SMALL and least < beyond:
                price = prices[t]
                label = network.calendar.labels[t]
                rows.append((kind, thing, material, label, price, gap, price - gap))
    rows.sort(key=lambda row: row[5])
    return table(tables.BREAK_EVEN, rows)


def _balances(program: Program) -> np.ndarray:
    """Rows in which mass is conserved."""
    return np.array(
        [
            number
            for number, constraint in enumerate(program.constraints)
            if constraint.parent_component().local_name == "balance"
        ],
        dtype=np.int64,
    )


Candidates = Iterator[tuple[str, str, str, list[float], dict[int, list[Any]]]]


def _unused(network: Network, m: Any) -> Candidates:
    """Kind, name, material, price by period, and the variables that use the thing."""
    columns, flows = m.columns, network.flows
    for index, own in _grouped(columns.buy, lambda flow: flows.buys[flow].offer).items():
        offer = network.offers[index]
        yield "offer", f"{offer.name}, {offer.site}", offer.material, offer.price, own
    for index, own in _grouped(columns.ship, lambda flow: flows.ships[flow].way).items():
        way = network.ways[index]
        yield "lane", way.name, way.material, way.cost, own
    for index, own in _grouped(columns.run, lambda flow: flows.runs[flow].process).items():
        process = network.processes[index]
        yield "process", process.site, process.name, process.cost, own


def _grouped(columns: list[ByPeriod], key: Callable[[int], int]) -> dict[int, dict[int, list[Any]]]:
    found: dict[int, dict[int, list[Any]]] = {}
    for flow, cells in enumerate(columns):
        own = found.setdefault(key(flow), {})
        for t, variable in cells.items():
            own.setdefault(t, []).append(variable)
    return found


def _discounts(network: Network) -> dict[str, float]:
    factors = network.calendar.discount(network.case.settings.discount_rate)
    return dict(zip(network.calendar.labels, factors, strict=True))
