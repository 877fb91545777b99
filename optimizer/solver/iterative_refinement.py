"""Iterative refinement of a basic solution: what rounding left of each row is solved for.

A basis that says what leaves in one period by what left in the one before loses digits, and
HiGHS's solution of it may miss rows by a kilogram. The basis is right all the same: the error
of each row, worked out from the coefficients, is solved for with the same factors and added.
"""

from __future__ import annotations

from typing import Any

import highspy
import numpy as np

from optimizer.solver.transfer import Program

ROUNDS = 3
"""Each takes off as many digits of the error as the factors have; one does mostly."""


def refined(
    highs: Any, program: Program, values: np.ndarray, prices: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray] | None:
    """Values by column, prices by row and reduced costs, all as a minimum has them.

    ``highs`` has just found values and prices by the simplex; None where it gives no factors.
    """
    status, basic = highs.getBasicVariables()
    if status != highspy.HighsStatus.kOk:
        return None
    found = _values(highs, program, np.array(basic), values)
    worth = _prices(highs, program, np.array(basic), prices)
    if found is None or worth is None:
        return None
    return found, worth, program.reduced_costs(worth)


def missed_by(program: Program, values: np.ndarray) -> float:
    """Most by which a row or a bound is missed."""
    activity = program.activity(values)
    off = np.maximum(program.row_lower - activity, activity - program.row_upper)
    out = np.maximum(program.lower - values, values - program.upper)
    return max(float(off.max(initial=0.0)), float(out.max(initial=0.0)))


def _values(
    highs: Any, program: Program, basic: np.ndarray, values: np.ndarray
) -> np.ndarray | None:
    """Values of columns; a row that is not basic is at the bound that is nearer."""
    inside = basic >= 0
    bound = np.where(_at_lower(program, values), program.row_lower, program.row_upper)
    bound[-1 - basic[~inside]] = np.nan
    values = values.copy()
    for _ in range(ROUNDS):
        error = bound - program.activity(values)
        status, change = highs.getBasisSolve(np.where(np.isfinite(error), error, 0.0))
        if status != highspy.HighsStatus.kOk:
            return None
        values[basic[inside]] += np.array(change)[inside]
    return values


def _at_lower(program: Program, values: np.ndarray) -> np.ndarray:
    activity = program.activity(values)
    result: np.ndarray = activity - program.row_lower <= program.row_upper - activity
    return result


def _prices(
    highs: Any, program: Program, basic: np.ndarray, prices: np.ndarray
) -> np.ndarray | None:
    """Prices of rows: a basic column's cost is its worth, a basic row has no price."""
    inside = basic >= 0
    prices = prices.copy()
    for _ in range(ROUNDS):
        error = np.empty(len(basic))
        error[inside] = program.reduced_costs(prices)[basic[inside]]
        error[~inside] = -prices[-1 - basic[~inside]]
        status, change = highs.getBasisTransposeSolve(error)
        if status != highspy.HighsStatus.kOk:
            return None
        prices += np.array(change)
    return prices
