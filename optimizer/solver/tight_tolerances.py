"""Programmes with large coefficients on yes/no columns, solved strictly.

Where capacity may give, what ties a flow to its yes/no column is a large number times that
column. HiGHS takes 1e-6 for zero, and 1e-6 times a large number lets tonnes through.

Nothing but what gives has a cost, so that the relaxation rounded up often costs no more than
the relaxation itself: then there is nothing to search.
"""

from __future__ import annotations

import time
from collections.abc import Iterator

import numpy as np

from optimizer.solver.highs import Answer, ask, instance, scale_of, status_of
from optimizer.solver.search_progress import SearchState, run
from optimizer.solver.solve_strategy import Options
from optimizer.solver.transfer import Program

WHOLE = 1e-9
"""Distance from a whole number that counts as whole."""

USED = 1e-10
"""Part of a decision from which on it is taken as a whole."""

SAME = 1e-9
"""Relative difference of two costs that is rounding."""

NEAR, NEAR_SECONDS = 0.01, 5.0
"""Where what is known is at most so much above the relaxation, a search takes no longer."""

OPTIONS: Options = {"solver": "choose", "mip_feasibility_tolerance": WHOLE}


def strict(program: Program, seconds: float) -> tuple[str, np.ndarray | None]:
    """Status and values, with whole columns whole to 1e-9; values None where there are none.

    A search that ran out of time gives the best that it found.
    """
    until = time.perf_counter() + seconds
    relaxed = ask(program.relaxed(), time_limit=max(seconds, 0.0))
    if not program.integer.any() or relaxed.values is None:
        return relaxed.status, relaxed.values
    best: Answer | None = None
    for answer in _rounded(program, relaxed.values, until):
        if best is None or _cost(answer) < _cost(best):
            best = answer
    if best is None:
        return _searched(program, None, until)
    above, size = _cost(best) - _cost(relaxed), max(1.0, _cost(relaxed))
    if above <= SAME * size:
        return "optimal", best.values
    if above <= NEAR * size:
        until = min(until, time.perf_counter() + NEAR_SECONDS)
    return _searched(program, best.values, until)


def _cost(answer: Answer) -> float:
    return float("inf") if answer.objective is None else answer.objective


def _rounded(program: Program, values: np.ndarray, until: float) -> Iterator[Answer]:
    """Solutions with the whole columns of the relaxation rounded up, and to the nearest."""
    for whole in (np.ceil(values - USED), np.rint(values)):
        left = until - time.perf_counter()
        answer = ask(program.held(whole), time_limit=max(left, 0.0))
        if answer.status == "optimal" and answer.values is not None:
            yield answer


def _searched(
    program: Program, known: np.ndarray | None, until: float
) -> tuple[str, np.ndarray | None]:
    """The same by branch and bound, from a solution where one is known."""
    search, status = SearchState(), "time limit"
    for presolve in ("choose", "off"):
        left = until - time.perf_counter()
        if left <= 0:
            break
        highs = instance(program, OPTIONS | {"presolve": presolve}, left, 0.0)
        if known is not None:
            highs.setSolution(len(known), np.arange(len(known), dtype=np.int32), known)
        stopped = run(highs, scale_of(program), search, None)
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
    held = ask(program.held(values))
    return status, values if held.values is None else held.values
