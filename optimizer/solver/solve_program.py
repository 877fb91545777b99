"""Solve a programme with HiGHS: methods in order, integer columns fixed for prices.

Anything but a proven optimum is reported for what it is.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from functools import partial
from typing import Any

import numpy as np
from msgspec import structs

from optimizer.interrupts import made_again_after_interrupt
from optimizer.solver.answer import Answer
from optimizer.solver.highs import answer_of, cost_scale, new_instance, status_of
from optimizer.solver.refine_answer import make_exact, solve_on_support
from optimizer.solver.resolve import resolve
from optimizer.solver.search_progress import Progress, SearchState, run_with_progress
from optimizer.solver.solve_strategy import (
    HighsOptions,
    SolveStrategy,
    add_penalty_columns,
    strategies,
    uses_penalty_columns,
)
from optimizer.solver.transfer import Program
from optimizer.solver.warm_start import WarmStart

ROUNDING_OF_ROWS = 1e-9
"""Part of a row's activity that is rounding: far above the 1e-16 of a double."""

NO_OPTIONS: HighsOptions = {}
"""A method is left as it is."""


def solve_with_highs(
    program: Program,
    *,
    time_limit: float = float("inf"),
    gap: float = 1e-4,
    progress: Progress | None = None,
    start: WarmStart | None = None,
    highs_options: Mapping[str, Any] | None = None,
) -> Answer:
    """Solve a programme; Ctrl-C stops the solve, and the status is then ``interrupted``.

    ``time_limit`` is in seconds, ``gap`` the relative gap of a search. ``start`` comes from the
    answer to a programme that is like this one; ``highs_options`` go before those of the methods
    (:func:`optimizer.solver.highs_options.check_highs_options` checks them). Where columns must be
    integer, values and prices are those of the linear programme in which they are fixed at the best
    plan found.
    """
    answer = _solve(program, time_limit, gap, progress, start, dict(highs_options or {}))
    if not program.integer.any() or answer.values is None:
        return answer
    priced = _solve(program.held(answer.values), float("inf"), gap, None)
    if priced.status == "interrupted":  # Ctrl-C or a stop signal counts, whenever it comes
        return structs.replace(answer, status="interrupted")
    if priced.status != "optimal" or priced.values is None:
        return answer
    lowered = _without_idle_integers(program, priced.values)
    if (lowered != priced.values).any():
        known = WarmStart.of(program.held(priced.values), priced)
        second = _solve(program.held(lowered), float("inf"), gap, None, known)
        priced = second if second.status == "optimal" else priced
    return structs.replace(
        answer,
        objective=priced.objective,
        values=priced.values,
        prices=priced.prices,
        reduced_costs=priced.reduced_costs,
        seconds=answer.seconds + priced.seconds,
        basis=priced.basis,
    )


def _solve(
    program: Program,
    time_limit: float,
    gap: float,
    progress: Progress | None,
    start: WarmStart | None = None,
    highs_options: HighsOptions = NO_OPTIONS,
) -> Answer:
    """Answer of the first method that gives a clear status."""
    begin = time.perf_counter()
    search = SearchState()
    for strategy in strategies(program, start):
        left = time_limit - (time.perf_counter() - begin)
        options = strategy.options | highs_options
        highs = new_instance(program, options, left, gap)
        stopped = _run_strategy(highs, program, strategy, search, progress)
        status = status_of(highs, stopped=stopped)
        if status == "optimal" and strategy.penalised and uses_penalty_columns(highs, program):
            status = "unclear"
        if status != "unclear" and not status.startswith("error"):
            break
    seconds = time.perf_counter() - begin
    answer = answer_of(highs, program, status, options["solver"], seconds, search)
    finish = solve_on_support if strategy.penalised else make_exact
    exact, cut = made_again_after_interrupt(lambda: finish(program, answer, time_limit - seconds))
    return structs.replace(exact, status="interrupted") if cut else exact


def _run_strategy(
    highs: Any,
    program: Program,
    strategy: SolveStrategy,
    search: SearchState,
    progress: Progress | None,
) -> bool:
    """Run one method; True if it was stopped."""
    if strategy.penalised:
        add_penalty_columns(highs, program)
    run = partial(run_with_progress, highs, cost_scale(program), search, progress)
    if strategy.start is None:
        return run()
    if not program.integer.any():
        return resolve(highs, program, strategy.start, run)
    columns, values = strategy.start.integer_solution(program)
    if len(columns):
        highs.setSolution(len(columns), columns, values)
    return run()


def _without_idle_integers(program: Program, values: np.ndarray) -> np.ndarray:
    """Values with integer columns lowered that cost money and that no row needs.

    Within its gap a search may keep a lane open that nothing uses.
    """
    row_of, activity = program.row_of, program.activity(values)
    result = values.copy()
    entries_by_column: dict[int, list[int]] = {}
    for entry in np.flatnonzero(program.integer[program.columns]).tolist():
        entries_by_column.setdefault(int(program.columns[entry]), []).append(entry)
    for column, entries in entries_by_column.items():
        drop = result[column] - program.lower[column]
        if drop < 0.5 or program.cost[column] <= 0:  # it is at its bound, or saves nothing
            continue
        rows, effect = row_of[entries], program.values[entries] * drop
        after = activity[rows] - effect
        slack = ROUNDING_OF_ROWS * (1.0 + np.abs(after))
        low, high = program.row_lower[rows] - slack, program.row_upper[rows] + slack
        if ((after >= low) & (after <= high)).all():
            activity[rows] = after
            result[column] = program.lower[column]
    return result
