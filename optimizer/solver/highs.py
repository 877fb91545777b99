"""Asking HiGHS: one programme in, values and prices out.

Anything but a proven optimum is reported for what it is.
"""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import highspy
import numpy as np

from optimizer.errors import OptimizerError
from optimizer.solver.transfer import Program

INTERIOR_POINT_FROM = 2_000
"""Columns from which the interior point method with crossover wins (docs/performance.md)."""

PRIMAL = 4
"""The primal simplex: what cleans up after a crossover whose basis is imprecise."""

Options = dict[str, Any]
SIMPLEX: tuple[Options, ...] = ({"solver": "simplex"}, {"solver": "simplex", "presolve": "off"})
INTERIOR_POINT: tuple[Options, ...] = (
    {"solver": "ipx", "simplex_strategy": PRIMAL},
    {"solver": "ipx", "simplex_strategy": PRIMAL, "presolve": "off"},
    *SIMPLEX,
)
BRANCH_AND_BOUND: tuple[Options, ...] = (
    {"solver": "choose"},
    {"solver": "choose", "presolve": "off"},
)
"""Ways to an answer: the next is taken where one fails or cannot tell what is wrong."""

LARGEST_COST = 2048.0
"""Costs are scaled by a power of two to be no larger: HiGHS's tolerances are absolute."""

FEASIBLE = 1e-9
"""Part of a row's activity that is rounding."""

PROGRESS_SECONDS = 2.0
"""Seconds between two progress lines, and before the first."""

Status = str
"""optimal, infeasible, unbounded, time limit, interrupted, or error: …"""


@dataclass(frozen=True, slots=True)
class Answer:
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


Progress = Callable[[float, str], None]
"""Called with seconds and the last line of the solver's log."""


def ask(
    program: Program,
    *,
    time_limit: float = float("inf"),
    gap: float = 1e-4,
    progress: Progress | None = None,
    basis: Any = None,
) -> Answer:
    """Solve a programme; Ctrl-C stops it and is reported as status ``interrupted``.

    ``basis`` is that of an answer to a programme of the same size, to start from where
    nothing must be whole. Where columns must be whole, values and prices are those of the
    linear programme in which they are fixed at the best plan found.
    """
    whole = bool(program.integer.any())
    answer = _ask(program, time_limit, gap, progress, basis)
    if not whole or answer.values is None:
        return answer
    priced = _ask(program.held(answer.values), float("inf"), gap, None)
    if priced.status != "optimal" or priced.values is None:
        return answer
    trimmed = _trimmed(program, priced.values)
    if (trimmed != priced.values).any():
        again = _ask(program.held(trimmed), float("inf"), gap, None)
        priced = again if again.status == "optimal" else priced
    return replace(
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
    counts = np.diff(program.starts)
    row_of = np.repeat(np.arange(len(counts)), counts)
    result = values.copy()
    activity = np.bincount(row_of, program.values * values[program.columns], minlength=len(counts))
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
    basis: Any = None,
) -> Answer:
    begin = time.perf_counter()
    search = _Search()
    for options in _ways(program) if basis is None else SIMPLEX:
        left = time_limit - (time.perf_counter() - begin)
        highs = instance(program, options, left, gap)
        if basis is not None:
            highs.setBasis(basis)
        stopped = _run(highs, scale_of(program), search, progress)
        status = status_of(highs, stopped=stopped)
        if status != "unclear" and not status.startswith("error"):
            break
    return _answer(highs, program, status, options["solver"], time.perf_counter() - begin, search)


def _ways(program: Program) -> tuple[Options, ...]:
    if program.integer.any():
        return BRANCH_AND_BOUND
    return INTERIOR_POINT if len(program.cost) >= INTERIOR_POINT_FROM else SIMPLEX


def instance(program: Program, ways: Options, seconds: float, gap: float) -> Any:
    """A solver with the programme in it."""
    highs = highspy.Highs()
    quiet = {"output_flag": True, "log_to_console": False}
    options: Options = {**quiet, "threads": 1, "mip_rel_gap": gap, **ways}
    if seconds < float("inf"):
        options["time_limit"] = max(seconds, 0.0)
    for name, setting in options.items():
        _checked(highs.setOptionValue(name, setting), f"option {name}")
    _pass(highs, program)
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


@dataclass(slots=True)
class _Search:
    """What a run shows while it works: its log, how far it is, the best plan so far."""

    log: list[str] = field(default_factory=list)
    stand: str = ""
    values: np.ndarray | None = None
    gap: float = float("inf")

    def improve(self, event: Any) -> None:
        """Keep a better plan: HiGHS may forget it when it is interrupted."""
        self.values = np.array(event.data_out.mip_solution)
        self.gap = float(event.data_out.mip_gap)

    def look(self, event: Any, scale: float) -> None:
        """Note best plan, bound and gap of a search."""
        self.stand = _so_far(event.data_out, scale)
        self.gap = float(event.data_out.mip_gap)


def _run(highs: Any, scale: float, search: _Search, progress: Progress | None) -> bool:
    """Run in a thread of its own, so that Ctrl-C reaches us; True if it was stopped."""
    begin = shown = time.perf_counter()
    highs.HandleUserInterrupt = True
    highs.cbMipImprovingSolution.subscribe(search.improve)
    highs.cbLogging.subscribe(lambda event: search.log.append(event.message.rstrip()))
    highs.cbMipLogging.subscribe(lambda event: search.look(event, scale))
    worker = threading.Thread(target=highs.run, daemon=True)
    stopped = False
    worker.start()
    while worker.is_alive():
        try:
            worker.join(0.05 if progress else 0.5)
        except KeyboardInterrupt:
            if stopped:
                raise
            stopped = True
            highs.cancelSolve()
        now = time.perf_counter()
        if progress and now - shown >= PROGRESS_SECONDS:
            shown = now
            progress(now - begin, search.stand or "".join(search.log[-1:]))
    return stopped


def _so_far(data: Any, scale: float) -> str:
    """Best plan, bound and gap of a search, in words."""
    bound = f"none can cost less than {data.mip_dual_bound / scale:,.0f}"
    if data.mip_primal_bound >= highspy.kHighsInf:
        return f"no plan yet, {bound}"
    return f"best plan {data.mip_primal_bound / scale:,.0f}, {bound}, gap {data.mip_gap:.2%}"


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
    search: _Search,
) -> Answer:
    info = highs.getInfo()
    stopped = status in ("time limit", "interrupted") and program.integer.any()
    found = status == "optimal" or (stopped and info.primal_solution_status == 2)
    if stopped and not found and search.values is not None:
        return _best_so_far(highs, program, status, seconds, search)
    solution = highs.getSolution() if found else None
    money = program.sign / scale_of(program)
    priced = solution is not None and not program.integer.any() and solution.dual_valid
    return Answer(
        status=status,
        objective=money * info.objective_function_value if found else None,
        values=np.array(solution.col_value) if solution else None,
        prices=np.array(solution.row_dual) * money if priced and solution else None,
        reduced_costs=np.array(solution.col_dual) * money if priced and solution else None,
        gap=_gap(program, status, info),
        iterations=int(info.simplex_iteration_count + info.ipm_iteration_count),
        seconds=seconds,
        method="branch and bound" if program.integer.any() else method,
        version=highs.version(),
        log=tuple(search.log),
        basis=highs.getBasis() if priced else None,
    )


def _best_so_far(
    highs: Any, program: Program, status: Status, seconds: float, search: _Search
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
