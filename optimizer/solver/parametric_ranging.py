"""How far several bounds can move together before prices change (parametric right-hand side).

As long as the optimal basis stays feasible, prices stay. Where the bounds move by
:math:`\\theta` times a direction, the values of the plan move in proportion, and the first that
meets a bound of its own ends the range (ratio test). Bounds that move one by one have ranges of
their own (:mod:`optimizer.solver.basis_ranging`); the least of those is not the range of moving
together.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import highspy
import numpy as np
from msgspec import Struct

from optimizer.solver.answer import Answer
from optimizer.solver.highs import new_instance, status_of
from optimizer.solver.highs_thread import run_in_thread
from optimizer.solver.solve_strategy import NO_PRESOLVE
from optimizer.solver.transfer import Program

RATIO_TEST_TIME_LIMIT = 5.0
"""Seconds to find the basis again, which takes no simplex iteration where it is optimal."""

NEGLIGIBLE_MOVEMENT = 1e-9
"""Part of the direction that is rounding of the factors of the basis."""

AT_BOUND_TOLERANCE = 1e-7
"""Relative distance to a bound that counts as none: HiGHS's feasibility tolerance."""

DIRECTION_TOLERANCE = 1e-6
"""Part of the direction by which a non-basic row may miss its bound: ten HiGHS tolerances."""


class BoundDirection(Struct, frozen=True):
    """Bounds that move together: how far each goes for one unit.

    The upper bound of a row with two bounds moves, unless they are equal; so does a column's.
    """

    rows: dict[int, float]
    columns: dict[int, float]

    def price(self, answer: Answer) -> float:
        """What one unit costs, in the money of the objective, at the prices of an answer."""
        assert answer.prices is not None
        price = sum(factor * float(answer.prices[row]) for row, factor in self.rows.items())
        if self.columns and answer.reduced_costs is not None:
            price += sum(
                factor * min(float(answer.reduced_costs[column]), 0.0)
                for column, factor in self.columns.items()
            )
        return price


def joint_ranges(
    program: Program, answer: Answer, moves: Mapping[int, BoundDirection]
) -> dict[int, tuple[float, float]]:
    """How far up, and how far down, each move can go at the same prices, by its key.

    The programme has no integer columns, or fixed ones. A move for which HiGHS gives no answer
    is missing.
    """
    highs = new_instance(program, NO_PRESOLVE, RATIO_TEST_TIME_LIMIT, 0.0, answer.basis)
    run_in_thread(highs)
    if status_of(highs) != "optimal":
        return {}
    ratio_test = _RatioTest(program, highs)
    limits = {key: ratio_test.limits(move) for key, move in moves.items()}
    return {key: each for key, each in limits.items() if each is not None}


class _RatioTest:
    """The ratio test at one basis."""

    def __init__(self, program: Program, highs: Any) -> None:
        self.program, self.highs = program, highs
        solution, basis = highs.getSolution(), highs.getBasis()
        self.values = np.array(solution.col_value)
        self.activity = program.activity(self.values)
        _, basic = highs.getBasicVariables()
        self.basic = np.array(basic)
        at_upper = highspy.HighsBasisStatus.kUpper
        self.columns_up = {n for n, status in enumerate(basis.col_status) if status == at_upper}
        self.fixed = program.row_lower == program.row_upper
        self.moves_up = np.isfinite(program.row_upper)
        rows_basic = -self.basic[self.basic < 0] - 1
        self.nonbasic = np.ones(len(program.row_lower), dtype=bool)
        self.nonbasic[rows_basic] = False
        self.row_status = basis.row_status

    def limits(self, move: BoundDirection) -> tuple[float, float] | None:
        """How far up and down one move can go."""
        program = self.program
        low, high = np.zeros(len(self.activity)), np.zeros(len(self.activity))
        for row, factor in move.rows.items():
            if self.moves_up[row]:
                high[row] = factor
            if self.fixed[row] or not self.moves_up[row]:
                low[row] = factor
        above = np.zeros(len(self.values))
        for column, factor in move.columns.items():
            above[column] = factor
        direction = self._direction(low, high, above)
        if direction is None:
            return None
        columns, rows = direction
        zero = np.zeros(len(columns))
        return (
            min(
                _ratio(self.values, columns, program.lower, program.upper, zero, above),
                _ratio(self.activity, rows, program.row_lower, program.row_upper, low, high),
            ),
            min(
                _ratio(self.values, -columns, program.lower, program.upper, zero, -above),
                _ratio(self.activity, -rows, program.row_lower, program.row_upper, -low, -high),
            ),
        )

    def _direction(
        self, low: np.ndarray, high: np.ndarray, above: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray] | None:
        """How columns and rows move; None where the basis does not determine it exactly."""
        program = self.program
        columns = np.zeros(len(self.values))
        for column in np.flatnonzero(above).tolist():
            if column in self.columns_up:
                columns[column] = above[column]
        at_upper = highspy.HighsBasisStatus.kUpper
        wanted = np.zeros(len(self.activity))
        for row in np.flatnonzero((low != 0) | (high != 0)).tolist():
            if self.nonbasic[row]:
                up = self.fixed[row] or self.row_status[row] == at_upper
                wanted[row] = high[row] if up else low[row]
        right_side = wanted - program.activity(columns)
        status, solution = self.highs.getBasisSolve(right_side)
        if status == highspy.HighsStatus.kError:
            return None
        structural = self.basic >= 0
        columns[self.basic[structural]] = np.array(solution)[structural]
        rows = program.activity(columns)
        missed = np.abs(rows - wanted)[self.nonbasic].max(initial=0.0)
        if missed > DIRECTION_TOLERANCE * max(1.0, float(np.abs(wanted).max(initial=0.0))):
            return None
        return columns, rows


def _ratio(
    values: np.ndarray,
    direction: np.ndarray,
    lower: np.ndarray,
    upper: np.ndarray,
    low: np.ndarray,
    high: np.ndarray,
) -> float:
    """How far values can move in a direction before one meets a bound, which moves too."""
    floor = NEGLIGIBLE_MOVEMENT * max(1.0, float(np.abs(direction).max(initial=0.0)))
    with np.errstate(invalid="ignore", divide="ignore"):
        rising = np.where(
            direction - high > floor, _room(upper - values, values) / (direction - high), np.inf
        )
        falling = np.where(
            low - direction > floor, _room(values - lower, values) / (low - direction), np.inf
        )
    return float(min(rising.min(initial=np.inf), falling.min(initial=np.inf)))


def _room(room: np.ndarray, values: np.ndarray) -> np.ndarray:
    return np.where(room > AT_BOUND_TOLERANCE * np.maximum(1.0, np.abs(values)), room, 0.0)
