"""How far a bound may move before its price changes.

HiGHS ranges the optimal basis: as long as it stays optimal, prices stay. Where plans are
degenerate several bases, with other prices, share one plan; the range is then of no width
on one side or both, and the price on that side is not the only one.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import highspy
import numpy as np
from msgspec import Struct

from optimizer.solver import outside
from optimizer.solver.highs import Answer, instance, scale_of, status_of
from optimizer.solver.outside import Ranging
from optimizer.solver.parametric_ranging import BoundDirection, reaches
from optimizer.solver.solve_strategy import AS_IT_STANDS
from optimizer.solver.transfer import Program

MOST_COLUMNS = 12_000
"""Larger programmes are not ranged: the work grows with the square of their size."""

SECONDS = 5.0
"""Time to find the basis again."""


class BasisRanges(Struct, frozen=True):
    """How far bounds can move at the same prices."""

    up: np.ndarray
    """By row: how far the bound that binds can go up."""
    down: np.ndarray
    enter: np.ndarray
    """By column: how much of what is not used can be used at its reduced cost."""
    together: dict[int, tuple[float, float]] = {}
    """By key of what moves together: how far up and how far down."""


def ranges(
    program: Program, answer: Answer, moves: Mapping[int, BoundDirection] | None = None
) -> BasisRanges | None:
    """Ranges of the prices of an answer; whole columns are held as they are in it.

    ``moves`` are bounds that move together. None without a basis, where the programme is too
    large, or where HiGHS has none.
    """
    if answer.basis is None or answer.values is None or answer.prices is None:
        return None
    if len(program.cost) > MOST_COLUMNS:
        return None
    held = program.held(answer.values)
    scale, library = scale_of(held), outside.library()
    if library is None:
        found = _ranged(held, answer.basis)
    else:
        found = outside.ranged(library, held, answer.basis, scale, SECONDS)
    if found is None:
        return None
    at_upper = answer.prices * program.sign < 0
    bound = np.where(at_upper, program.row_upper, program.row_lower)
    finite = np.where(np.isfinite(bound), bound, 0.0)
    # The basis found again may be another one of the same plan: its prices must be the same.
    same = np.isclose(
        found.prices / scale,
        answer.prices * program.sign,
        rtol=1e-6,
        atol=1e-6 * max(1.0, float(np.abs(answer.prices).max(initial=0.0))),
    )
    enter = found.column_up if same.all() else np.zeros(len(held.cost))
    up = np.where(same, found.row_up - finite, 0.0)
    down = np.where(same, finite - found.row_down, 0.0)
    together = reaches(held, answer, moves) if moves and same.all() else {}
    return BasisRanges(np.maximum(up, 0.0), np.maximum(down, 0.0), enter, together)


def _ranged(program: Program, basis: Any) -> Ranging | None:
    """Ranging through highspy, where its library cannot be reached."""
    highs = instance(program, AS_IT_STANDS, SECONDS, 0.0, basis)
    highs.run()
    if status_of(highs, stopped=False) != "optimal":
        return None
    status, found = highs.getRanging()
    if status == highspy.HighsStatus.kError or not found.valid:
        return None
    told = (found.col_bound_up, found.row_bound_up, found.row_bound_dn)
    prices = np.array(highs.getSolution().row_dual)
    return Ranging(prices, *(np.array(each.value_) for each in told))
