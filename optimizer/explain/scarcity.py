"""Shadow prices of binding bounds (Scarcity) and entry prices of unused things (Break-even).

Duals and reduced costs are those of the optimum of the solver; of several dual optima it is one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from optimizer.explain.cell_locator import CellLocator
from optimizer.explain.duals import NEGLIGIBLE_PRICE, PricedRow, price_range
from optimizer.explain.options_not_built import OptionBreakEven
from optimizer.model import family_named
from optimizer.model.variables import ByPeriod
from optimizer.network.network_data import Network
from optimizer.result.price_layouts import BREAK_EVEN_LAYOUT, SCARCITY_LAYOUT
from optimizer.result.result_table import Table, table
from optimizer.solver import Answer, BasisRanges, EntryPrices, Program, usage_slopes

MIN_ENTERING_TONNES = 1e-6
"""Tonnes that must be able to enter for a reduced cost to count as exact: no degenerate pivot."""

MAX_SOLVED_COLUMNS = 1_000_000
"""Maximum columns times solves where break-evens are solved one by one; chosen to bound time."""

EXACT_NOTE, ESTIMATE_NOTE, FORCED_NOTE = "exact", "estimate", "by a plan with it"


def scarcity(network: Network, rows: list[PricedRow], ranges: BasisRanges | None) -> Table:
    """Bounds with a price; the worth of a bound is the saving from relaxing it by one unit.

    For demand it is the cost of the last tonne wanted. ``ranges`` tell how far prices hold.
    """
    locator = CellLocator(network)
    table_rows = []
    for row in rows:
        family = family_named(row.family)
        more, less = price_range(row, ranges)
        note = "" if ranges is not None else "range not computed"
        if ranges is not None and not (more == more and less == less):
            note = "not unique"
        worth = (row.bound, family.unit, row.change, row.worth, row.present_value, more, less, note)
        table_rows.append((family.kind, row.thing, row.period, *worth, bound_address(locator, row)))
    return table(SCARCITY_LAYOUT, table_rows)


def bound_address(locator: CellLocator, row: PricedRow) -> str:
    """Cells of the workbook that a bound comes from, as a planner types them."""
    names = (*row.names, row.period) if row.period else row.names
    cells = locator.cells(row.family, names, row.side)
    return "; ".join(locator.address(cell) for cell in cells)


def break_even(
    network: Network,
    m: Any,
    program: Program,
    answer: Answer,
    ranges: BasisRanges | None,
    entry_prices: EntryPrices | None,
    options: list[OptionBreakEven],
    exact: bool = False,
) -> Table:
    """Things that are not used or built, and how much cheaper each must get.

    A reduced cost is exact where the thing can enter by a non-degenerate pivot. Otherwise
    ``entry_prices`` are an estimate; with ``exact`` each gap is solved for. ``options`` are the
    rows of options (:mod:`optimizer.explain.options_not_built`).
    """
    if answer.reduced_costs is None:
        return table(BREAK_EVEN_LAYOUT, [])
    discount = network.calendar.discount(network.case.settings.discount_rate)
    labels = network.calendar.labels
    rows = [(*row, FORCED_NOTE) for row in options]
    unused = list(_unused(network, m, program))
    gaps = [*_entry_gaps(program, answer, ranges, entry_prices, [group for *_, group in unused])]
    if exact and answer.basis is not None:
        max_things = MAX_SOLVED_COLUMNS // max(len(program.cost), 1)
        estimates = [n for n, (_, note) in enumerate(gaps) if note == ESTIMATE_NOTE][:max_things]
        slopes_found = usage_slopes(program, answer, [unused[n][-1] for n in estimates])
        for n, slope in zip(estimates, slopes_found, strict=True):
            if slope is not None:
                gaps[n] = (slope[1], EXACT_NOTE)
    for (kind, thing, material, t, price, _), (present_gap, note) in zip(unused, gaps, strict=True):
        gap = present_gap / discount[t]
        if NEGLIGIBLE_PRICE < gap < float("inf"):
            rows.append((kind, thing, material, labels[t], price, gap, price - gap, note))
    rows.sort(key=lambda row: row[5])
    return table(BREAK_EVEN_LAYOUT, rows)


UnusedThing = tuple[str, str, str, int, float, list[int]]
"""Kind, name, material, period, price and columns."""


def _unused(network: Network, m: Any, program: Program) -> Iterator[UnusedThing]:
    """Offers, lanes and processes that could be used in a period and are not."""
    column_of = {id(variable): column for column, variable in enumerate(program.variables)}
    for kind, thing, material, prices, by_period in priced_variables(network, m):
        for t, variables in by_period.items():
            if not any(variable.value > NEGLIGIBLE_PRICE for variable in variables):
                group = [column_of[id(variable)] for variable in variables]
                yield kind, thing, material, t, prices[t], group


def _entry_gaps(
    program: Program,
    answer: Answer,
    ranges: BasisRanges | None,
    entry_prices: EntryPrices | None,
    groups: list[list[int]],
) -> Iterator[tuple[float, str]]:
    """How much cheaper one column of each group must get, and how sure that is."""
    assert answer.reduced_costs is not None
    costs = answer.reduced_costs if entry_prices is None else entry_prices.reduced_costs(program)
    floor = NEGLIGIBLE_PRICE * max(1.0, float(np.abs(answer.reduced_costs).max(initial=0.0)))
    for group in groups:
        reduced_costs = answer.reduced_costs[group]
        # A basic column has a reduced cost of zero, which says nothing.
        if (
            ranges is not None
            and (ranges.enter[group] > MIN_ENTERING_TONNES).all()
            and (reduced_costs > floor).all()
        ):
            yield float(reduced_costs.min()), EXACT_NOTE
        else:
            yield float(costs[group].min()), ESTIMATE_NOTE


def balance_rows(program: Program) -> np.ndarray:
    """Numbers of the mass balance rows."""
    return np.array(
        [
            number
            for number, constraint in enumerate(program.constraints)
            if constraint.parent_component().name == "balance"
        ],
        dtype=np.int64,
    )


PricedThings = Iterator[tuple[str, str, str, list[float], dict[int, list[Any]]]]


def priced_variables(network: Network, m: Any) -> PricedThings:
    """Kind, name, material, price by period, and the variables that use the thing."""
    columns, flows = m.columns, network.flows
    for index, by_period in _grouped(columns.buy, lambda flow: flows.buys[flow].offer).items():
        offer = network.offers[index]
        yield "offer", f"{offer.name}, {offer.site}", offer.material, offer.price, by_period
    for index, by_period in _grouped(columns.ship, lambda flow: flows.ships[flow].arc).items():
        arc = network.arcs[index]
        yield "lane", arc.name, arc.material, arc.cost, by_period
    for index, by_period in _grouped(columns.run, lambda flow: flows.runs[flow].process).items():
        process = network.processes[index]
        yield "process", process.site, process.name, process.cost, by_period


def _grouped(columns: list[ByPeriod], key: Callable[[int], int]) -> dict[int, dict[int, list[Any]]]:
    groups: dict[int, dict[int, list[Any]]] = {}
    for flow, cells in enumerate(columns):
        by_period = groups.setdefault(key(flow), {})
        for t, variable in cells.items():
            by_period.setdefault(t, []).append(variable)
    return groups
