"""Duals as prices: which bounds have one, what one unit is worth, and how far that holds."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from msgspec import Struct

from optimizer.explain.bound_move import BoundMove
from optimizer.explain.cell_locator import HIGH, LOW, family_of, names_of
from optimizer.model import family_named
from optimizer.network.network_data import Network
from optimizer.result.scarcity_ranking import ONE_LESS, ONE_MORE
from optimizer.solver import Answer, BasisRanges, Program
from optimizer.tables.schema import INFINITY

NEGLIGIBLE_PRICE = 1e-7
"""Part of the largest price below which a price counts as zero: HiGHS's dual tolerance."""

NARROWEST_RANGE = 1e-7
"""Part of a bound below which a range counts as empty: HiGHS's tolerance of a row."""

NOT_KNOWN = float("nan")


class PricedRow(Struct, frozen=True):
    """A row that has a price: its name, its bound and what one unit of it is worth."""

    number: int
    family: str
    names: tuple[str, ...]
    """Index without its period."""
    period: str
    bound: float
    side: int
    """LOW or HIGH: the bound that binds."""
    worth: float
    """Money of its period: what the change saves; of demand, what the last tonne costs."""
    present_value: float
    """The same as present value."""
    change: str = ONE_MORE
    """The change of the bound that the worth is of."""
    allowable_changes: tuple[float, float] = (INFINITY, INFINITY)
    """How much more, and less, of the bound there can be before another bound takes over."""
    in_one_row: bool = True
    """False if the bound stands in several rows, which move together."""

    @property
    def thing(self) -> str:
        """Its name in a table."""
        return ", ".join(name for name in self.names if name)


def priced_rows(
    network: Network, program: Program, answer: Answer, moved: Mapping[int, BoundMove] | None = None
) -> list[PricedRow]:
    """Bounds with a price, dearest first; families without a price are left out.

    ``moved`` are those that stand in several rows (:mod:`optimizer.explain.bound_sensitivity`).
    """
    if answer.prices is None:
        return []
    moved = moved or {}
    discount = _discounts(network)
    prices = answer.prices.tolist()
    floor = NEGLIGIBLE_PRICE * max((abs(price) for price in prices), default=0.0)
    rows = []
    for number, constraint in enumerate(program.constraints):
        price, move = prices[number], moved.get(number)
        if move is not None and move.side * price > 0:
            move = None  # the other bound of the row binds
        if move is not None:
            price = _price(move, answer, floor)
            if move.side * price > floor:
                continue  # relaxing this bound costs: it is the threshold of the next tier
        if abs(price) <= floor:
            continue
        family = family_named(family_of(constraint))
        if family.price == "none" or (family.zero_is_absent and not program.row_upper[number]):
            continue  # of a unit that does not exist Break-even says what its option lacks
        names = list(names_of(constraint))
        period = names.pop() if names[-1] in discount else ""
        more_costs = family.price == "cost"
        side, per, bound = _side(program, number, price, more_costs=more_costs)
        if move is not None and move.bound is not None:
            bound = move.bound
        worth = price if more_costs else abs(price)
        undiscounted = worth / discount.get(period, 1.0)
        most = _most(program, number, side, move)
        rows.append(
            PricedRow(
                number,
                family.name,
                tuple(names),
                period,
                bound,
                side,
                undiscounted,
                worth,
                per,
                most,
                move is None,
            )
        )
    rows.sort(key=lambda row: -abs(row.present_value))
    return rows


def _price(move: BoundMove, answer: Answer, floor: float) -> float:
    """Price of one unit more of a bound that stands in several rows.

    A capacity that does not bind has none, though the minimum load that is a share of it may.
    """
    binds = move.binds is None or abs(move.binds.price(answer)) > floor
    return move.move.price(answer) if binds else 0.0


def _side(
    program: Program, number: int, price: float, *, more_costs: bool
) -> tuple[int, str, float]:
    """Side that binds, the change of the bound that the price is of, and the bound."""
    low, high = float(program.row_lower[number]), float(program.row_upper[number])
    if more_costs:
        return HIGH, ONE_MORE, high
    if price < 0:
        return (HIGH, ONE_MORE, high) if np.isfinite(high) else (LOW, ONE_MORE, low)
    return (LOW, ONE_LESS, low) if np.isfinite(low) else (HIGH, ONE_LESS, high)


def _most(program: Program, number: int, side: int, move: BoundMove | None) -> tuple[float, float]:
    """How far a bound can rise and fall: a minimum ends at the maximum."""
    low, high = float(program.row_lower[number]), float(program.row_upper[number])
    more = less = INFINITY
    if low < high:
        more, less = (INFINITY, high - low) if side == HIGH else (high - low, INFINITY)
    if move is not None:
        more, less = min(more, move.allowable_increase), min(less, move.allowable_decrease)
    return more, less


def price_range(row: PricedRow, ranges: BasisRanges | None) -> tuple[float, float]:
    """How much more, and how much less, of a bound has the same price.

    NaN where it is not known, or where the price is not unique on that side.
    """
    if ranges is None:
        return NOT_KNOWN, NOT_KNOWN
    alone = float(ranges.up[row.number]), float(ranges.down[row.number])
    up, down = alone if row.in_one_row else ranges.together.get(row.number, (0.0, 0.0))
    more, less = min(up, row.allowable_changes[0]), min(down, row.allowable_changes[1])
    width = NARROWEST_RANGE * max(1.0, abs(row.bound))
    return more if more > width else NOT_KNOWN, less if less > width else NOT_KNOWN


def range_of_saving(row: PricedRow, ranges: BasisRanges | None) -> float:
    """How many units of the change that a worth is of have this worth; NaN as above."""
    return price_range(row, ranges)[0 if row.change == ONE_MORE else 1]


def _discounts(network: Network) -> dict[str, float]:
    factors = network.calendar.discount(network.case.settings.discount_rate)
    return dict(zip(network.calendar.labels, factors, strict=True))
