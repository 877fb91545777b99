"""Programmes with large coefficients on binary columns, solved with tight tolerances.

Where capacity may be exceeded, the row that ties a flow to its binary column has a large number
times that column. HiGHS takes 1e-6 for zero, and 1e-6 times a large number lets tonnes through.

Only violations have a cost, so that the relaxation rounded up often costs no more than the
relaxation itself. Then there is nothing to search.
"""

from __future__ import annotations

import time
from collections.abc import Iterator

import numpy as np

from optimizer.solver.answer import Answer
from optimizer.solver.highs import cost_scale, new_instance, status_of
from optimizer.solver.search_progress import SearchState, run_with_progress
from optimizer.solver.solve_program import solve_with_highs
from optimizer.solver.solve_strategy import HighsOptions
from optimizer.solver.transfer import Program

INTEGRALITY_TOLERANCE = 1e-9
"""Distance from an integer that counts as integer; HiGHS allows no less than 1e-10."""

NEGLIGIBLE_FRACTION = 1e-10
"""Part of a decision that counts as none when the relaxation is rounded up."""

SAME_VIOLATION_COST = 1e-9
"""Relative difference of two costs that is rounding."""

NEARLY_OPTIMAL, NEARLY_OPTIMAL_TIME_LIMIT = 0.01, 1.0
"""Where the best known cost is within this part of the relaxation, seconds for a search. Chosen
short: what is saved is below one per cent of the changes, and a planner waits for each search."""

TIGHT_OPTIONS: HighsOptions = {
    "solver": "choose",
    "mip_feasibility_tolerance": INTEGRALITY_TOLERANCE,
}


def solve_with_tight_tolerances(program: Program, seconds: float) -> tuple[str, np.ndarray | None]:
    """Status and values, with integer columns integer to 1e-9; values None where there are none.

    A search that ran out of time gives the best that it found.
    """
    deadline = time.perf_counter() + seconds
    relaxed = solve_with_highs(program.relaxed(), time_limit=max(seconds, 0.0))
    if not program.integer.any() or relaxed.values is None:
        return relaxed.status, relaxed.values
    best: Answer | None = None
    for answer in _rounded_solutions(program, relaxed.values, deadline):
        if best is None or _cost(answer) < _cost(best):
            best = answer
    if best is None:
        return _branch_and_bound(program, None, deadline)
    excess, size = _cost(best) - _cost(relaxed), max(1.0, _cost(relaxed))
    if excess <= SAME_VIOLATION_COST * size:
        return "optimal", best.values
    if excess <= NEARLY_OPTIMAL * size:
        deadline = min(deadline, time.perf_counter() + NEARLY_OPTIMAL_TIME_LIMIT)
    return _branch_and_bound(program, best.values, deadline)


def _cost(answer: Answer) -> float:
    return float("inf") if answer.objective is None else answer.objective


def _rounded_solutions(program: Program, values: np.ndarray, deadline: float) -> Iterator[Answer]:
    """Solutions with the integer columns of the relaxation rounded up, and to the nearest."""
    for rounded in (np.ceil(values - NEGLIGIBLE_FRACTION), np.rint(values)):
        left = deadline - time.perf_counter()
        answer = solve_with_highs(program.held(rounded), time_limit=max(left, 0.0))
        if answer.status == "optimal" and answer.values is not None:
            yield answer


def _branch_and_bound(
    program: Program, known: np.ndarray | None, deadline: float
) -> tuple[str, np.ndarray | None]:
    """Status and values of a search, from a solution where one is known."""
    search, status = SearchState(), "time limit"
    for presolve in ("choose", "off"):
        left = deadline - time.perf_counter()
        if left <= 0:
            break
        highs = new_instance(program, TIGHT_OPTIONS | {"presolve": presolve}, left, 0.0)
        if known is not None:
            highs.setSolution(len(known), np.arange(len(known), dtype=np.int32), known)
        stopped = run_with_progress(highs, cost_scale(program), search, None)
        status = status_of(highs, stopped=stopped)
        if status != "unclear" and not status.startswith("error"):
            break
    values: np.ndarray | None = None
    if status == "optimal":
        values = np.array(highs.getSolution().col_value)
    elif status in ("time limit", "interrupted"):
        values = search.values if search.values is not None else known
    if values is None:
        return status, None
    fixed = solve_with_highs(program.held(values))
    return status, values if fixed.values is None else fixed.values
