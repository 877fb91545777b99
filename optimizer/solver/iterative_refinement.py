"""Iterative refinement of a basic solution.

A basis that says what leaves in one period by what left in the one before loses digits, and
HiGHS's solution of it may miss rows by a kilogram. The basis is right all the same: the error
of each row, worked out from the coefficients, is solved for with the same factors and added.
"""

from __future__ import annotations

from typing import Any

import highspy
import numpy as np

from optimizer.solver.transfer import Program

REFINEMENT_ROUNDS = 3
"""Each round removes as many digits of the error as the factors have; one mostly suffices."""


def refine_basic_solution(
    highs: Any, program: Program, values: np.ndarray, prices: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray] | None:
    """Refined values by column, prices by row and reduced costs, all of the minimisation.

    ``highs`` has just found values and prices by the simplex; None where it gives no factors.
    """
    status, basic = highs.getBasicVariables()
    if status != highspy.HighsStatus.kOk:
        return None
    refined_values = _refine_values(highs, program, np.array(basic), values)
    refined_prices = _refine_prices(highs, program, np.array(basic), prices)
    if refined_values is None or refined_prices is None:
        return None
    return refined_values, refined_prices, program.reduced_costs(refined_prices)


def largest_violation(program: Program, values: np.ndarray) -> float:
    """Largest violation of a row or a bound."""
    activity = program.activity(values)
    of_rows = np.maximum(program.row_lower - activity, activity - program.row_upper)
    of_bounds = np.maximum(program.lower - values, values - program.upper)
    return max(float(of_rows.max(initial=0.0)), float(of_bounds.max(initial=0.0)))


def _refine_values(
    highs: Any, program: Program, basic: np.ndarray, values: np.ndarray
) -> np.ndarray | None:
    """Values of columns; a row that is not basic is at the nearer bound."""
    is_column = basic >= 0
    bound = np.where(_nearer_lower(program, values), program.row_lower, program.row_upper)
    bound[-1 - basic[~is_column]] = np.nan
    values = values.copy()
    for _ in range(REFINEMENT_ROUNDS):
        error = bound - program.activity(values)
        status, change = highs.getBasisSolve(np.where(np.isfinite(error), error, 0.0))
        if status != highspy.HighsStatus.kOk:
            return None
        values[basic[is_column]] += np.array(change)[is_column]
    return values


def _nearer_lower(program: Program, values: np.ndarray) -> np.ndarray:
    activity = program.activity(values)
    result: np.ndarray = activity - program.row_lower <= program.row_upper - activity
    return result


def _refine_prices(
    highs: Any, program: Program, basic: np.ndarray, prices: np.ndarray
) -> np.ndarray | None:
    """Prices of rows: a basic column has no reduced cost, a basic row no price."""
    is_column = basic >= 0
    prices = prices.copy()
    for _ in range(REFINEMENT_ROUNDS):
        error = np.empty(len(basic))
        error[is_column] = program.reduced_costs(prices)[basic[is_column]]
        error[~is_column] = -prices[-1 - basic[~is_column]]
        status, change = highs.getBasisTransposeSolve(error)
        if status != highspy.HighsStatus.kOk:
            return None
        prices += np.array(change)
    return prices
