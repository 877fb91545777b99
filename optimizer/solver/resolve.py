"""The same programme with other numbers, from the optimum before: costs first, then bounds.

The known basis is optimal for the old costs within the old bounds and right-hand sides.
With new costs it still gives a plan within the old bounds, and the primal simplex goes on
from there; what it finds keeps its prices when the new bounds come, and the dual simplex
goes on from there. Neither has to look for a first plan or first prices, which is what a
start costs that is feasible neither way. Where a programme has other columns or rows than
the one before, or other coefficients, HiGHS chooses.

Steps are limited by iterations, so that what is tried does not hang on the machine's load.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import highspy
import numpy as np

from optimizer.solver.transfer import Program
from optimizer.solver.warm_start import WarmStart

CHOOSE, DUAL, PRIMAL = 0, 1, 4
"""HiGHS's simplex strategies; with the first it takes what the start is feasible for."""

DEVEX = 1
"""Edge weights that cost nothing to begin with; exact ones cost a solve for each row."""

FEWEST = 2_000
"""Iterations that are always allowed."""

PRIMAL_PART, DUAL_PART = 0.2, 0.1
"""Iterations allowed, as parts of the rows; one of the dual costs twice one of the primal."""

FEW, LONGER = 0.01, 4
"""Where no more of the costs, or bounds, than this part are new: so many times as many."""

Run = Callable[[], bool]
"""Runs HiGHS; True if it was stopped."""


def begin_from(highs: Any, basis: Any) -> None:
    """Let HiGHS begin from a basis."""
    highs.setBasis(basis)
    highs.setOptionValue("simplex_dual_edge_weight_strategy", DEVEX)


def resolve(highs: Any, program: Program, start: WarmStart, run: Run) -> bool:
    """Go on from a start; True if it was stopped.

    Where the first step comes to no optimum HiGHS is left without an answer.
    """
    rows = len(program.row_lower)
    basis = start.basis(program)
    begin_from(highs, basis)
    if basis.alien:
        return _step(highs, CHOOSE, DUAL_PART * rows, run)
    moved = _moved(program, start.within)
    if moved:
        _bound(highs, start.within)
    dearer = int((program.cost != start.cost).sum())
    longer = LONGER if dearer <= FEW * len(program.cost) else 1
    stopped = _step(highs, PRIMAL, longer * PRIMAL_PART * rows, run)
    if not moved:
        return stopped
    found = highs.getModelStatus() == highspy.HighsModelStatus.kOptimal
    _bound(highs, (program.lower, program.upper, program.row_lower, program.row_upper))
    if stopped or not found:
        return stopped
    longer = LONGER if moved <= FEW * rows else 1
    return _step(highs, DUAL, longer * DUAL_PART * rows, run)


def _step(highs: Any, strategy: int, most: float, run: Run) -> bool:
    highs.setOptionValue("simplex_strategy", strategy)
    highs.setOptionValue("simplex_iteration_limit", max(FEWEST, int(most)))
    return run()


def _moved(program: Program, within: tuple[np.ndarray, ...]) -> int:
    """How many bounds are not what they were."""
    bounds = (program.lower, program.upper, program.row_lower, program.row_upper)
    return sum(int((new != old).sum()) for new, old in zip(bounds, within, strict=True))


def _bound(highs: Any, within: tuple[np.ndarray, ...]) -> None:
    """Put bounds of columns and rows on the programme; its basis stays."""
    lower, upper, row_lower, row_upper = within
    columns, rows = len(lower), len(row_lower)
    highs.changeColsBounds(columns, np.arange(columns, dtype=np.int32), lower, upper)
    highs.changeRowsBounds(rows, np.arange(rows, dtype=np.int32), row_lower, row_upper)
