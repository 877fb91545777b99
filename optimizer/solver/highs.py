"""Asking HiGHS: one programme in, values and prices out.

Anything but a proven optimum is reported for what it is.
"""

from __future__ import annotations

import math
import time
from functools import partial
from typing import Any

import highspy
import numpy as np
from msgspec import Struct, structs

from optimizer.errors import OptimizerError
from optimizer.solver.iterative_refinement import missed_by, refined
from optimizer.solver.resolve import begin_from, resolve
from optimizer.solver.search_progress import Progress, SearchState, run
from optimizer.solver.solve_strategy import (
    AS_IT_STANDS,
    WITHIN,
    Options,
    SolveStrategy,
    add_props,
    leans,
    small,
    strategies,
)
from optimizer.solver.transfer import Program
from optimizer.solver.warm_start import WarmStart

LARGEST_COST = 2048.0
"""Costs are scaled by a power of two to be no larger: HiGHS's tolerances are absolute."""

FEASIBLE = 1e-9
"""Part of a row's activity that is rounding."""

DUST = (1e-6, 1e-5, 1e-4)
"""Tonnes, and money a tonne, below which a column of an optimum from within is not used."""

SAME = 1e-7
"""Relative difference below which two optima are the same."""

EXACT = 1e-7
"""Most by which a row or a bound may be missed; HiGHS promises it of them as it has scaled them."""

FEW = 2_000
"""Iterations in which an optimum is made exact."""

FROM_BASIS = (
    AS_IT_STANDS | {"simplex_iteration_limit": 0},
    AS_IT_STANDS | {"simplex_iteration_limit": FEW, "simplex_scale_strategy": 0},
)
"""How an optimum is made exact: at its basis, or else from it without scaling."""

Status = str
"""optimal, infeasible, unbounded, time limit, interrupted, or error: …"""


class Answer(Struct, frozen=True):
    """What HiGHS says: values by column, prices by row, reduced costs by column.

    Prices and reduced costs are None where there are none (no optimum, whole columns).
    """

    status: Status
    objective: float | None
    values: np.ndarray | None
    prices: np.ndarray | None
    reduced_costs: np.ndarray | None
    gap: float
    """Relative gap that is proven; 0 for a linear optimum, infinity where nothing is."""
    iterations: int
    seconds: float
    method: str
    version: str
    log: tuple[str, ...]
    basis: Any = None
    """HiGHS's basis at a linear optimum, to start other programmes from."""


def ask(
    program: Program,
    *,
    time_limit: float = float("inf"),
    gap: float = 1e-4,
    progress: Progress | None = None,
    start: WarmStart | None = None,
) -> Answer:
    """Solve a programme; Ctrl-C stops it and is reported as status ``interrupted``.

    ``start`` comes from the answer to a programme that is like this one. Where columns must
    be whole, values and prices are those of the linear programme in which they are fixed at
    the best plan found.
    """
    whole = bool(program.integer.any())
    answer = _ask(program, time_limit, gap, progress, start)
    if not whole or answer.values is None:
        return answer
    priced = _ask(program.held(answer.values), float("inf"), gap, None)
    if priced.status != "optimal" or priced.values is None:
        return answer
    trimmed = _trimmed(program, priced.values)
    if (trimmed != priced.values).any():
        known = WarmStart.of(program.held(priced.values), priced)
        again = _ask(program.held(trimmed), float("inf"), gap, None, known)
        priced = again if again.status == "optimal" else priced
    return structs.replace(
        answer,
        objective=priced.objective,
        values=priced.values,
        prices=priced.prices,
        reduced_costs=priced.reduced_costs,
        seconds=answer.seconds + priced.seconds,
        basis=priced.basis,
    )


def _trimmed(program: Program, values: np.ndarray) -> np.ndarray:
    """Values with whole columns lowered that cost money and that no row needs.

    Within its gap a search may keep a lane open that nothing uses.
    """
    row_of, activity = program.row_of, program.activity(values)
    result = values.copy()
    entries: dict[int, list[int]] = {}
    for entry in np.flatnonzero(program.integer[program.columns]).tolist():
        entries.setdefault(int(program.columns[entry]), []).append(entry)
    for column, own in entries.items():
        drop = result[column] - program.lower[column]
        if drop < 0.5 or program.cost[column] <= 0:
            continue
        rows, effect = row_of[own], program.values[own] * drop
        after = activity[rows] - effect
        slack = FEASIBLE * (1.0 + np.abs(after))
        low, high = program.row_lower[rows] - slack, program.row_upper[rows] + slack
        if ((after >= low) & (after <= high)).all():
            activity[rows] = after
            result[column] = program.lower[column]
    return result


def _ask(
    program: Program,
    time_limit: float,
    gap: float,
    progress: Progress | None,
    start: WarmStart | None = None,
) -> Answer:
    begin = time.perf_counter()
    search = SearchState()
    for strategy in strategies(program, start):
        left = time_limit - (time.perf_counter() - begin)
        highs = instance(program, strategy.options, left, gap)
        stopped = _run(highs, program, strategy, search, progress)
        status = status_of(highs, stopped=stopped)
        if status == "optimal" and strategy.propped and leans(highs, program):
            status = "unclear"
        if status != "unclear" and not status.startswith("error"):
            break
    seconds = time.perf_counter() - begin
    answer = _answer(highs, program, status, strategy.options["solver"], seconds, search)
    left = time_limit - seconds
    return _narrowed(program, answer, left) if strategy.propped else exact(program, answer, left)


def exact(program: Program, answer: Answer, seconds: float = float("inf")) -> Answer:
    """The same optimum without what its rows miss, from its basis.

    Rounding is refined away. Where that is not enough the basis is solved without scaling: where
    a row of money stands beside rows of kilograms, HiGHS may scale them so that what it calls
    feasible is off by more than a kilogram.
    """
    if answer.basis is None or answer.values is None:
        return answer
    missed = missed_by(program, answer.values)
    for options in FROM_BASIS:
        if missed <= EXACT:
            break
        found = _again(program, options, seconds, answer, basis=answer.basis)
        if found.status != "optimal" or found.values is None:
            continue
        off = missed_by(program, found.values)
        if off < missed:
            answer, missed = found, off
    return answer


def _again(
    program: Program, options: Options, seconds: float, before: Answer, basis: Any = None
) -> Answer:
    """A second answer, with what the one before it took."""
    begin, search = time.perf_counter(), SearchState()
    highs = instance(program, options, seconds, 0.0, basis)
    stopped = run(highs, scale_of(program), search, None)
    status = status_of(highs, stopped=stopped)
    found = _answer(highs, program, status, before.method, 0.0, search)
    if found.basis is not None:
        found = _refined(highs, program, found)
    return structs.replace(
        found,
        iterations=before.iterations + found.iterations,
        seconds=before.seconds + time.perf_counter() - begin,
        log=before.log + found.log,
    )


def _refined(highs: Any, program: Program, answer: Answer) -> Answer:
    """The same basic solution without the errors that its rows have from rounding."""
    assert answer.values is not None
    assert answer.prices is not None
    found = refined(highs, program, answer.values, answer.prices * program.sign)
    if found is None or missed_by(program, found[0]) > missed_by(program, answer.values):
        return answer
    values, prices, lacks = found
    return structs.replace(
        answer,
        objective=program.sign * (float(program.cost @ values) + program.offset),
        values=values,
        prices=prices * program.sign,
        reduced_costs=lacks * program.sign,
    )


def _narrowed(program: Program, answer: Answer, seconds: float) -> Answer:
    """The optimum found from within, without a trace of what an optimum does not use.

    From within nearly everything is used a little. The programme of what is used for more
    than that is small; its optimum costs the same, and the prices stay those of the whole.
    Where that little holds it together HiGHS fails on it at once, and a little more is left out.
    """
    if answer.status != "optimal" or answer.values is None or answer.reduced_costs is None:
        return answer
    assert answer.objective is not None
    begin = time.perf_counter()
    for dust in DUST:
        dear = program.sign * answer.reduced_costs > dust
        idle = dear & (answer.values <= program.lower + dust)
        small = structs.replace(program, upper=np.where(idle, program.lower, program.upper))
        left = seconds - (time.perf_counter() - begin)
        found = _again(small, WITHIN.options, left, answer)
        if not found.status.startswith("error"):
            break
    if found.objective is None or found.values is None:
        return answer
    if abs(found.objective - answer.objective) > SAME * abs(answer.objective):
        return answer
    return structs.replace(
        answer,
        values=found.values,
        objective=found.objective,
        iterations=found.iterations,
        seconds=answer.seconds + time.perf_counter() - begin,
        log=found.log,
    )


def _run(
    highs: Any,
    program: Program,
    strategy: SolveStrategy,
    search: SearchState,
    progress: Progress | None,
) -> bool:
    """Run a way; True if it was stopped."""
    if strategy.propped:
        add_props(highs, program)
    if strategy.start is not None and program.integer.any():
        places, plan = strategy.start.plan(program)
        if len(places):
            highs.setSolution(len(places), places, plan)
    scale = scale_of(program)
    if strategy.start is not None and not program.integer.any():
        go = partial(run, highs, scale, search, progress)
        return resolve(highs, program, strategy.start, go)
    return run(highs, scale, search, progress)


def instance(
    program: Program, method: Options, seconds: float, gap: float, basis: Any = None
) -> Any:
    """A solver with the programme in it, and a basis to go on from if one is known."""
    highs = highspy.Highs()
    quiet = {"output_flag": True, "log_to_console": False}
    options: Options = {**quiet, "threads": 1, "mip_rel_gap": gap, **small(program), **method}
    if seconds < float("inf"):
        options["time_limit"] = max(seconds, 0.0)
    for name, setting in options.items():
        _checked(highs.setOptionValue(name, setting), f"option {name}")
    _pass(highs, program)
    if basis is not None:
        begin_from(highs, basis)
    return highs


def scale_of(program: Program) -> float:
    """Power of two by which costs are multiplied for HiGHS; 1 where they are small.

    Money in hundreds of millions and prices in millions a tonne would otherwise leave
    bases that are optimal by every relative measure "imprecise" by an absolute one.
    """
    largest = float(np.abs(program.cost).max(initial=0.0))
    return 2.0 ** -max(0, math.ceil(math.log2(max(largest / LARGEST_COST, 1.0))))


def _pass(highs: Any, program: Program) -> None:
    """Hand the arrays over; the positional form is the fast one."""
    scale = scale_of(program)
    status = highs.passModel(
        len(program.cost),
        len(program.row_lower),
        len(program.values),
        int(highspy.MatrixFormat.kRowwise),
        int(highspy.ObjSense.kMinimize),
        program.offset * scale,
        program.cost * scale,
        program.lower,
        program.upper,
        program.row_lower,
        program.row_upper,
        program.starts,
        program.columns,
        program.values,
        program.integer,
    )
    _checked(status, "model")


def _checked(status: Any, what: str) -> None:
    if status == highspy.HighsStatus.kError:
        raise OptimizerError(f"HiGHS refused the {what}")


def status_of(highs: Any, *, stopped: bool) -> Status:
    """What HiGHS says of its last run."""
    known = {
        highspy.HighsModelStatus.kOptimal: "optimal",
        highspy.HighsModelStatus.kModelEmpty: "optimal",
        highspy.HighsModelStatus.kInfeasible: "infeasible",
        highspy.HighsModelStatus.kUnbounded: "unbounded",
        highspy.HighsModelStatus.kUnboundedOrInfeasible: "unclear",
        highspy.HighsModelStatus.kTimeLimit: "time limit",
        highspy.HighsModelStatus.kInterrupt: "interrupted",
    }
    status = highs.getModelStatus()
    if stopped and status != highspy.HighsModelStatus.kOptimal:
        return "interrupted"
    return known.get(status, f"error: {highs.modelStatusToString(status)}")


def _answer(
    highs: Any,
    program: Program,
    status: Status,
    method: str,
    seconds: float,
    search: SearchState,
) -> Answer:
    info = highs.getInfo()
    stopped = status in ("time limit", "interrupted") and program.integer.any()
    found = status == "optimal" or (stopped and info.primal_solution_status == 2)
    if stopped and not found and search.values is not None:
        return _best_so_far(highs, program, status, seconds, search)
    solution = highs.getSolution() if found else None
    money = program.sign / scale_of(program)
    priced = solution is not None and not program.integer.any() and solution.dual_valid
    count = len(program.cost)
    return Answer(
        status=status,
        objective=money * info.objective_function_value if found else None,
        values=np.array(solution.col_value)[:count] if solution else None,
        prices=np.array(solution.row_dual) * money if priced and solution else None,
        reduced_costs=np.array(solution.col_dual)[:count] * money if priced and solution else None,
        gap=_gap(program, status, info),
        iterations=int(info.simplex_iteration_count + info.ipm_iteration_count),
        seconds=seconds,
        method="branch and bound" if program.integer.any() else method,
        version=highs.version(),
        log=tuple(search.log),
        basis=highs.getBasis() if priced and info.basis_validity else None,
    )


def _best_so_far(
    highs: Any, program: Program, status: Status, seconds: float, search: SearchState
) -> Answer:
    """Answer of a search that was stopped, with the best plan that it had shown."""
    assert search.values is not None
    cost = float(program.cost @ search.values) + program.offset
    return Answer(
        status=status,
        objective=program.sign * cost,
        values=search.values,
        prices=None,
        reduced_costs=None,
        gap=search.gap,
        iterations=0,
        seconds=seconds,
        method="branch and bound",
        version=highs.version(),
        log=tuple(search.log),
    )


def _gap(program: Program, status: Status, info: Any) -> float:
    if program.integer.any():
        return float(info.mip_gap)
    return 0.0 if status == "optimal" else float("inf")
