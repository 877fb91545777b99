"""Prices: what one more of each scarce thing is worth, and what unused things must cost.

Duals and reduced costs are those of the optimum that was found; where several optima
exist they need not be the only ones.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from optimizer.explain.cell_locator import CellLocator
from optimizer.explain.duals import SMALL, PricedRow, reach
from optimizer.explain.options_not_built import Row
from optimizer.model import family_named
from optimizer.model.variables import ByPeriod
from optimizer.network.network_data import Network
from optimizer.result.price_layouts import BREAK_EVEN, SCARCITY
from optimizer.result.result_table import Table, table
from optimizer.solver import Answer, BasisRanges, EntryPrices, Program, slopes

ENTERS = 1e-6
"""Tonnes from which on something is said to enter without another leaving at once."""

WORK = 1_000_000
"""Columns that are solved in all where break-evens are solved for one by one."""

EXACT, ESTIMATE, FORCED = "exact", "estimate", "by a plan with it"


def scarcity(network: Network, rows: list[PricedRow], found: BasisRanges | None) -> Table:
    """Bounds with a price; a bound's worth is what relaxing it by one unit saves.

    For demand it is what the last tonne wanted costs. ``found`` says how far prices hold.
    """
    places = CellLocator(network)
    told = []
    for row in rows:
        family = family_named(row.family)
        more, less = reach(row, found)
        note = "" if found is not None else "range not computed"
        if found is not None and not (more == more and less == less):
            note = "not unique"
        worth = (row.bound, family.unit, row.per, row.worth, row.today, more, less, note)
        told.append((family.label, row.thing, row.period, *worth, address(places, row)))
    return table(SCARCITY, told)


def address(places: CellLocator, row: PricedRow) -> str:
    """Cells of the workbook that a bound comes from, as a planner types them."""
    names = (*row.names, row.period) if row.period else row.names
    cells = places.cells(row.family, names, row.side)
    return "; ".join(places.address(cell) for cell in cells)


def break_even(
    network: Network,
    m: Any,
    program: Program,
    answer: Answer,
    held: BasisRanges | None,
    lacking: EntryPrices | None,
    options: list[Row],
    exact: bool = False,
) -> Table:
    """What is not used or built, and how much cheaper it must get, from ranges and margins.

    A reduced cost is exact where the thing can enter without another leaving at once. Of the
    rest margins are an estimate; if asked, each is solved for instead. ``options`` are the rows
    of options (:mod:`optimizer.explain.options_not_built`).
    """
    if answer.reduced_costs is None:
        return table(BREAK_EVEN, [])
    discount = network.calendar.discount(network.case.settings.discount_rate)
    labels = network.calendar.labels
    rows = [(*row, FORCED) for row in options]
    things = list(_unused(network, m, program))
    lacks = [*_lacks(program, answer, held, lacking, [group for *_, group in things])]
    if exact and answer.basis is not None:
        most = WORK // max(len(program.cost), 1)
        doubtful = [n for n, (_, note) in enumerate(lacks) if note == ESTIMATE][:most]
        found = slopes(program, answer, [things[n][-1] for n in doubtful])
        for n, slope in zip(doubtful, found, strict=True):
            if slope is not None:
                lacks[n] = (slope[1], EXACT)
    for (kind, thing, material, t, price, _), (lack, note) in zip(things, lacks, strict=True):
        gap = lack / discount[t]
        if SMALL < gap < float("inf"):
            rows.append((kind, thing, material, labels[t], price, gap, price - gap, note))
    rows.sort(key=lambda row: row[5])
    return table(BREAK_EVEN, rows)


Thing = tuple[str, str, str, int, float, list[int]]
"""Kind, name, material, period, price and columns."""


def _unused(network: Network, m: Any, program: Program) -> Iterator[Thing]:
    """Offers, lanes and processes that could be used in a period and are not."""
    column_of = {id(variable): column for column, variable in enumerate(program.variables)}
    for kind, thing, material, prices, own in candidates(network, m):
        for t, variables in own.items():
            if not any(variable.value > SMALL for variable in variables):
                group = [column_of[id(variable)] for variable in variables]
                yield kind, thing, material, t, prices[t], group


def _lacks(
    program: Program,
    answer: Answer,
    held: BasisRanges | None,
    found: EntryPrices | None,
    groups: list[list[int]],
) -> Iterator[tuple[float, str]]:
    """How much cheaper one column of each group must get, and how sure that is."""
    assert answer.reduced_costs is not None
    costs = answer.reduced_costs if found is None else found.reduced_costs(program)
    floor = SMALL * max(1.0, float(np.abs(answer.reduced_costs).max(initial=0.0)))
    for group in groups:
        own = answer.reduced_costs[group]
        # A reduced cost of zero may be that of a column in the basis, which says nothing.
        if held is not None and (held.enter[group] > ENTERS).all() and (own > floor).all():
            yield float(own.min()), EXACT
        else:
            yield float(costs[group].min()), ESTIMATE


def balances_of(program: Program) -> np.ndarray:
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


def candidates(network: Network, m: Any) -> Candidates:
    """Kind, name, material, price by period, and the variables that use the thing."""
    columns, flows = m.columns, network.flows
    for index, own in _grouped(columns.buy, lambda flow: flows.buys[flow].offer).items():
        offer = network.offers[index]
        yield "offer", f"{offer.name}, {offer.site}", offer.material, offer.price, own
    for index, own in _grouped(columns.ship, lambda flow: flows.ships[flow].arc).items():
        arc = network.arcs[index]
        yield "lane", arc.name, arc.material, arc.cost, own
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
