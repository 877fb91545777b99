"""Prices: what one more of each scarce thing is worth, and what unused things must cost.

Duals and reduced costs are those of the optimum that was found; where several optima
exist they need not be the only ones.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from msgspec import Struct

from optimizer.model.variables import ByPeriod
from optimizer.network.data import Network
from optimizer.solution.layout import Table, table
from optimizer.solution.places import HIGH, LOW, Places, family_of, names_of
from optimizer.solution.price_tables import BREAK_EVEN, SCARCITY
from optimizer.solution.refused import Row
from optimizer.solver import Answer, Margins, Program, Ranges, slopes

SMALL = 1e-7
"""Prices below this, relative to the largest, are rounding."""

NARROW = 1e-7
"""Ranges narrower than this part of the bound are of no width."""

NAN = float("nan")

TAKE_OR_PAY = "take or pay"
"""Header of the share that is paid for in any case."""

ENTERS = 1e-6
"""Tonnes from which on something is said to enter without another leaving at once."""

WORK = 1_000_000
"""Columns that are solved in all where break-evens are solved for one by one."""

EXACT, ESTIMATE, FORCED = "exact", "estimate", "by a plan with it"

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
    "kept": ("commitment", "t or number"),
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
    "changed",
    "alike",
    "excess_cost",
)
"""Families that bind by logic, not by something that there could be more of."""


class Priced(Struct, frozen=True):
    """A row that has a price: where it stands, its bound, what one unit more is worth."""

    number: int
    family: str
    names: tuple[str, ...]
    """Index without its period."""
    period: str
    bound: float
    side: int
    """LOW or HIGH: the bound that binds."""
    worth: float
    """Money of its period; for demand what the last tonne costs, else a saving."""
    today: float
    """The same as present value."""

    @property
    def thing(self) -> str:
        """Readable name."""
        return ", ".join(name for name in self.names if name)


def priced(network: Network, program: Program, answer: Answer) -> list[Priced]:
    """Rows with a price, dearest first. Balance rows are left out."""
    if answer.prices is None:
        return []
    discount = _discounts(network)
    prices = answer.prices.tolist()
    floor = SMALL * max((abs(price) for price in prices), default=0.0)
    rows = []
    for number, (constraint, price) in enumerate(zip(program.constraints, prices, strict=True)):
        family = family_of(constraint)
        if abs(price) <= floor or family in UNPRICED:
            continue
        names = list(names_of(constraint))
        period = names.pop() if names[-1] in discount else ""
        side = HIGH if price < 0 or family == "demand" else LOW
        bound = program.row_upper[number] if price < 0 else program.row_lower[number]
        if family == "capacity" and not bound:
            continue  # a unit that does not exist: Break-even says what its option lacks
        worth = price if family == "demand" else abs(price)
        now = worth / discount.get(period, 1.0)
        rows.append(Priced(number, family, tuple(names), period, float(bound), side, now, worth))
    rows.sort(key=lambda row: -abs(row.today))
    return rows


def scarcity(network: Network, rows: list[Priced], found: Ranges | None) -> Table:
    """Rows with a price; a bound's worth is what relaxing it by one unit saves.

    For demand it is what the last tonne wanted costs. ``found`` says how far prices hold.
    """
    places = Places(network)
    told = []
    for row in rows:
        kind, unit = KINDS.get(row.family, (row.family, ""))
        more, less = reach(row, found)
        note = "" if found is not None else "range not computed"
        if found is not None and not (more == more and less == less):
            note = "not unique"
        worth = (row.bound, unit, row.worth, row.today, more, less, note)
        told.append((kind, row.thing, row.period, *worth, address(places, row)))
    return table(SCARCITY, told)


def reach(row: Priced, found: Ranges | None) -> tuple[float, float]:
    """How much more, and how much less, of a bound has the same price.

    Not a number where it is not known, or where the price is not unique on that side.
    """
    if found is None:
        return NAN, NAN
    up, down = float(found.up[row.number]), float(found.down[row.number])
    more, less = (up, down) if row.side == HIGH else (down, up)
    width = NARROW * max(1.0, abs(row.bound))
    return more if more > width else NAN, less if less > width else NAN


def address(places: Places, row: Priced) -> str:
    """Cells of the workbook that a bound comes from, as a planner types them."""
    if row.family == "take_or_pay":
        number = int(row.names[-1].removeprefix("row "))
        return f"{places.case.cell('Supply', number, TAKE_OR_PAY)} ({TAKE_OR_PAY})"
    names = (*row.names, row.period) if row.period else row.names
    cells = places.cells(row.family, names, row.side)
    return "; ".join(places.address(cell) for cell in cells)


def break_even(
    network: Network,
    m: Any,
    program: Program,
    answer: Answer,
    held: Ranges | None,
    lacking: Margins | None,
    options: list[Row],
    exact: bool = False,
) -> Table:
    """What is not used or built, and how much cheaper it must get, from ranges and margins.

    A reduced cost is exact where the thing can enter without another leaving at once. Of the
    rest margins are an estimate; if asked, each is solved for instead. ``options`` are the rows
    of options (:mod:`optimizer.solution.refused`).
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
    held: Ranges | None,
    found: Margins | None,
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
