"""A second solve that makes an optimum exact, or clears it of columns that no optimum uses."""

from __future__ import annotations

import time
from typing import Any

import numpy as np
from msgspec import structs

from optimizer.solver.answer import Answer
from optimizer.solver.highs import answer_of, cost_scale, new_instance, status_of
from optimizer.solver.iterative_refinement import largest_violation, refine_basic_solution
from optimizer.solver.search_progress import SearchState, run_with_progress
from optimizer.solver.solve_strategy import NO_CROSSOVER, NO_PRESOLVE, HighsOptions
from optimizer.solver.transfer import Program

MAX_VIOLATION = 1e-7
"""Largest accepted violation of a row or a bound: HiGHS's tolerance, without its scaling."""

EXACTNESS_ITERATION_LIMIT = 2_000
"""Simplex iterations in which an optimum is made exact; chosen."""

EXACTNESS_OPTIONS = (
    NO_PRESOLVE | {"simplex_iteration_limit": 0},
    NO_PRESOLVE
    | {"simplex_iteration_limit": EXACTNESS_ITERATION_LIMIT, "simplex_scale_strategy": 0},
)
"""How an optimum is made exact: at its basis, or else from it without scaling."""

SUPPORT_THRESHOLDS = (1e-6, 1e-5, 1e-4)
"""Tonnes, and money a tonne, below which a column of an interior solution is not used.

The next one is tried where HiGHS fails on what the one before leaves.
"""

SAME_OPTIMUM = 1e-7
"""Relative difference below which two optima are the same: HiGHS's optimality tolerance."""


def make_exact(program: Program, answer: Answer, seconds: float = float("inf")) -> Answer:
    """Refine a basic solution so that rows and bounds hold to ``MAX_VIOLATION``.

    HiGHS's own tolerance holds for rows as it has scaled them: where a row of money stands beside
    rows of kilograms, what it calls feasible may be off by more than a kilogram. Where refinement
    is not enough, HiGHS solves from the basis without scaling.
    """
    if answer.basis is None or answer.values is None:
        return answer
    violation = largest_violation(program, answer.values)
    for options in EXACTNESS_OPTIONS:
        if violation <= MAX_VIOLATION:
            break
        second = _solve_again(program, options, seconds, answer, basis=answer.basis)
        if second.status != "optimal" or second.values is None:
            continue
        remaining = largest_violation(program, second.values)
        if remaining < violation:
            answer, violation = second, remaining
    return answer


def solve_on_support(program: Program, answer: Answer, seconds: float) -> Answer:
    """Re-solve on the support of an interior solution, so that it uses nothing without need.

    An interior solution uses nearly every column a little. The programme of the columns that it
    uses for more than that is small. Its optimum costs the same; the prices stay those of the
    whole programme. Where the little that is left out made it infeasible or hard, a smaller
    programme is tried.
    """
    if answer.status != "optimal" or answer.values is None or answer.reduced_costs is None:
        return answer
    assert answer.objective is not None
    begin = time.perf_counter()
    for threshold in SUPPORT_THRESHOLDS:
        expensive = program.sign * answer.reduced_costs > threshold
        idle = expensive & (answer.values <= program.lower + threshold)
        support = structs.replace(program, upper=np.where(idle, program.lower, program.upper))
        left = seconds - (time.perf_counter() - begin)
        second = _solve_again(support, NO_CROSSOVER, left, answer)
        if not second.status.startswith("error"):
            break
    if second.objective is None or second.values is None:
        return answer
    if abs(second.objective - answer.objective) > SAME_OPTIMUM * abs(answer.objective):
        return answer
    return structs.replace(
        answer,
        values=second.values,
        objective=second.objective,
        iterations=second.iterations,
        seconds=answer.seconds + time.perf_counter() - begin,
        log=second.log,
    )


def _solve_again(
    program: Program, options: HighsOptions, seconds: float, before: Answer, basis: Any = None
) -> Answer:
    """A second answer, whose iterations, seconds and log include those of the first."""
    begin, search = time.perf_counter(), SearchState()
    highs = new_instance(program, options, seconds, 0.0, basis)
    stopped = run_with_progress(highs, cost_scale(program), search, None)
    status = status_of(highs, stopped=stopped)
    second = answer_of(highs, program, status, before.method, 0.0, search)
    if second.basis is not None:
        second = _refined(highs, program, second)
    return structs.replace(
        second,
        iterations=before.iterations + second.iterations,
        seconds=before.seconds + time.perf_counter() - begin,
        log=before.log + second.log,
    )


def _refined(highs: Any, program: Program, answer: Answer) -> Answer:
    """The same basic solution without rounding errors, where refinement makes it better."""
    assert answer.values is not None
    assert answer.prices is not None
    solution = refine_basic_solution(highs, program, answer.values, answer.prices * program.sign)
    if solution is None:
        return answer
    values, prices, reduced_costs = solution
    if largest_violation(program, values) > largest_violation(program, answer.values):
        return answer
    return structs.replace(
        answer,
        objective=program.sign * (float(program.cost @ values) + program.offset),
        values=values,
        prices=prices * program.sign,
        reduced_costs=reduced_costs * program.sign,
    )
