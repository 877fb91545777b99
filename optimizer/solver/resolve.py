"""Solve a programme with new numbers from the optimum of the old ones: costs first, then bounds.

The known basis is optimal for the old costs within the old bounds and right-hand sides. With the
new costs it is still primal feasible within the old bounds, so the primal simplex goes on from
there. The basis that it finds stays dual feasible when the new bounds come, so the dual simplex
goes on from there. Neither needs a first phase, which is what a start costs that is feasible
neither way. Where the programme has other columns, rows or coefficients, HiGHS chooses.

Steps are limited by iterations, so that the result does not depend on the load of the machine.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import highspy
import numpy as np

from optimizer.solver.solve_strategy import CHOOSE_SIMPLEX, DUAL_SIMPLEX, PRIMAL_SIMPLEX
from optimizer.solver.transfer import Program
from optimizer.solver.warm_start import WarmStart

DEVEX_WEIGHTS = 1
"""Edge weights that cost nothing to initialise; exact ones cost a solve for each row."""

MIN_ITERATION_LIMIT = 2_000
"""Iterations that are always allowed: a small programme is solved in fewer."""

PRIMAL_ITERATIONS_PER_ROW, DUAL_ITERATIONS_PER_ROW = 0.2, 0.1
"""Iterations allowed for each row; one of the dual costs twice one of the primal."""

FEW_CHANGES, FEW_CHANGES_FACTOR = 0.01, 4
"""Where at most this share of the costs or bounds is new, the limit of iterations is multiplied."""

RunHighs = Callable[[], bool]
"""Runs HiGHS; True if it was stopped."""

BoundArrays = tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]
"""Lower and upper bounds of the columns and of the rows."""


def set_basis(highs: Any, basis: Any) -> None:
    """Let HiGHS start from a basis."""
    highs.setBasis(basis)
    highs.setOptionValue("simplex_dual_edge_weight_strategy", DEVEX_WEIGHTS)


def resolve(highs: Any, program: Program, start: WarmStart, run: RunHighs) -> bool:
    """Solve from a start; True if the run was stopped.

    Where the first step reaches no optimum HiGHS is left without an answer.
    """
    rows = len(program.row_lower)
    basis = start.basis(program)
    set_basis(highs, basis)
    if basis.alien:
        return _simplex_step(highs, CHOOSE_SIMPLEX, DUAL_ITERATIONS_PER_ROW * rows, run)
    new_bounds = (program.lower, program.upper, program.row_lower, program.row_upper)
    changed_bounds = _count_changes(new_bounds, start.within)
    if changed_bounds:
        _set_bounds(highs, start.within)
    changed_costs = int((program.cost != start.cost).sum())
    factor = FEW_CHANGES_FACTOR if changed_costs <= FEW_CHANGES * len(program.cost) else 1
    limit = factor * PRIMAL_ITERATIONS_PER_ROW * rows
    stopped = _simplex_step(highs, PRIMAL_SIMPLEX, limit, run)
    if not changed_bounds:
        return stopped
    optimal = highs.getModelStatus() == highspy.HighsModelStatus.kOptimal
    _set_bounds(highs, new_bounds)
    if stopped or not optimal:
        return stopped
    factor = FEW_CHANGES_FACTOR if changed_bounds <= FEW_CHANGES * rows else 1
    return _simplex_step(highs, DUAL_SIMPLEX, factor * DUAL_ITERATIONS_PER_ROW * rows, run)


def _simplex_step(highs: Any, strategy: int, iteration_limit: float, run: RunHighs) -> bool:
    highs.setOptionValue("simplex_strategy", strategy)
    limit = max(MIN_ITERATION_LIMIT, int(iteration_limit))
    highs.setOptionValue("simplex_iteration_limit", limit)
    return run()


def _count_changes(new: BoundArrays, old: BoundArrays) -> int:
    """Number of bounds that are not what they were."""
    return sum(int((after != before).sum()) for after, before in zip(new, old, strict=True))


def _set_bounds(highs: Any, bounds: BoundArrays) -> None:
    """Put bounds of columns and rows on the programme; its basis stays."""
    lower, upper, row_lower, row_upper = bounds
    columns, rows = len(lower), len(row_lower)
    highs.changeColsBounds(columns, np.arange(columns, dtype=np.int32), lower, upper)
    highs.changeRowsBounds(rows, np.arange(rows, dtype=np.int32), row_lower, row_upper)
