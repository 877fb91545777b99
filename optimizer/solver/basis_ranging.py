"""How far a bound may move before its price changes (ranging of the optimal basis).

As long as the basis stays optimal, prices stay. Where plans are degenerate several bases, with
other prices, share one plan; the range is then of no width on one side or both, and the price
on that side is not the only one.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import highspy
import numpy as np
from msgspec import Struct

from optimizer.solver.answer import Answer
from optimizer.solver.highs import cost_scale, new_instance, status_of
from optimizer.solver.highs_thread import run_in_thread
from optimizer.solver.parametric_ranging import BoundDirection, joint_ranges
from optimizer.solver.solve_strategy import NO_PRESOLVE
from optimizer.solver.transfer import Program

MAX_RANGED_COLUMNS = 12_000
"""Larger programmes are not ranged: the work grows with the square of their size."""

RANGING_TIME_LIMIT = 5.0
"""Seconds to find the basis again, which takes no simplex iteration where it is optimal."""

SAME_PRICE = 1e-6
"""Relative difference below which two prices are the same: ten times HiGHS's dual tolerance."""


class BasisRanges(Struct, frozen=True):
    """How far bounds can move at the same prices."""

    up: np.ndarray
    """By row: how far the bound that binds can go up."""
    down: np.ndarray
    enter: np.ndarray
    """By column: how much of what is not used can be used at its reduced cost."""
    together: dict[int, tuple[float, float]] = {}
    """By key of bounds that move together: how far up and how far down."""


class _HighsRanging(Struct, frozen=True):
    """Ranging as HiGHS gives it, in its scaled costs."""

    prices: np.ndarray
    """By row."""
    column_up: np.ndarray
    """Up to where a column can go before another one leaves the basis."""
    row_up: np.ndarray
    """Up to where the bound of a row can go at the same prices."""
    row_down: np.ndarray


def basis_ranges(
    program: Program, answer: Answer, moves: Mapping[int, BoundDirection] | None = None
) -> BasisRanges | None:
    """Ranges of the prices of an answer, with integer columns fixed as they are in it.

    ``moves`` are bounds that move together, by key. None without a basis, where the programme
    is too large, or where HiGHS has no ranging.
    """
    if answer.basis is None or answer.values is None or answer.prices is None:
        return None
    if len(program.cost) > MAX_RANGED_COLUMNS:
        return None
    fixed = program.held(answer.values)
    ranging = _highs_ranging(fixed, answer.basis)
    if ranging is None:
        return None
    at_upper = answer.prices * program.sign < 0
    bound = np.where(at_upper, program.row_upper, program.row_lower)
    finite = np.where(np.isfinite(bound), bound, 0.0)
    # The basis found again may be another one of the same plan: its prices must be the same.
    same = np.isclose(
        ranging.prices / cost_scale(fixed),
        answer.prices * program.sign,
        rtol=SAME_PRICE,
        atol=SAME_PRICE * max(1.0, float(np.abs(answer.prices).max(initial=0.0))),
    )
    enter = ranging.column_up if same.all() else np.zeros(len(fixed.cost))
    up = np.where(same, ranging.row_up - finite, 0.0)
    down = np.where(same, finite - ranging.row_down, 0.0)
    together = joint_ranges(fixed, answer, moves) if moves and same.all() else {}
    return BasisRanges(np.maximum(up, 0.0), np.maximum(down, 0.0), enter, together)


def _highs_ranging(program: Program, basis: Any) -> _HighsRanging | None:
    highs = new_instance(program, NO_PRESOLVE, RANGING_TIME_LIMIT, 0.0, basis)
    run_in_thread(highs)
    if status_of(highs) != "optimal":
        return None
    status, ranging = highs.getRanging()
    if status == highspy.HighsStatus.kError or not ranging.valid:
        return None
    limits = (ranging.col_bound_up, ranging.row_bound_up, ranging.row_bound_dn)
    prices = np.array(highs.getSolution().row_dual)
    return _HighsRanging(prices, *(np.array(each.value_) for each in limits))
