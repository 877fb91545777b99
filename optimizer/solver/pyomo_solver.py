"""Another solver than HiGHS, through Pyomo: its answer is checked, and has no prices.

What the solver says is taken for what it is: a word on the status, values, and a bound. Values
must keep every row and bound; a plan with yes/no decisions counts as optimal only if the bound that
the solver reports is within the gap.
"""

from __future__ import annotations

import difflib
import math
import time
from typing import Any

import numpy as np
from pyomo.core import ConcreteModel
from pyomo.opt import SolverFactory, SolverResults, TerminationCondition

from optimizer.errors import OptimizerError, UsageError
from optimizer.solver.answer import Answer, Status
from optimizer.solver.transfer import Program

MISSED_TOLERANCE = 1e-6
"""Largest violation of a row, a bound or a whole number, relative to its size.

Usual solvers keep rows to 1e-6 or better; what they leave is far below what the audit allows.
"""

GAP_ROUNDING = 1e-9
"""Part of a cost that is rounding when a bound is compared with it."""

GAP_OPTIONS = {
    "glpk": "mipgap",
    "cbc": "ratioGap",
    "scip": "limits/gap",
    "gurobi": "MIPGap",
    "cplex": "mip_tolerances_mipgap",
    "xpress": "miprelstop",
    "highs": "mip_rel_gap",
    "appsi_highs": "mip_rel_gap",
    "scip_direct": "limits/gap",
}
"""Option by which a solver that is given by name is told the gap."""

NOT_PROVEN = "not proven"
"""Status of a plan for which the solver gives no proof."""

_STATUSES: dict[TerminationCondition, Status] = {
    TerminationCondition.optimal: "optimal",
    TerminationCondition.globallyOptimal: "optimal",
    TerminationCondition.infeasible: "infeasible",
    TerminationCondition.unbounded: "unbounded",
    TerminationCondition.infeasibleOrUnbounded: "unclear",
    TerminationCondition.maxTimeLimit: "time limit",
    TerminationCondition.userInterrupt: "interrupted",
    TerminationCondition.feasible: NOT_PROVEN,
    TerminationCondition.locallyOptimal: NOT_PROVEN,
}


def solve_with_pyomo(
    m: ConcreteModel, program: Program, solver: Any, *, time_limit: float, gap: float
) -> Answer:
    """Answer of another solver to a model, whose programme this is.

    ``solver`` is a name in Pyomo's SolverFactory, or a solver that it made. Raises UsageError if
    there is none, OptimizerError if it fails.
    """
    name, opt = _solver(solver, gap, whole=bool(program.integer.any()))
    begin = time.perf_counter()
    if time_limit <= 0:
        return _answer("time limit", None, math.inf, begin, name, opt)
    # A whole number: glpk takes no other.
    limit = {"timelimit": math.ceil(time_limit)} if time_limit < math.inf else {}
    try:
        results = opt.solve(m, load_solutions=False, **limit)
        _check_results(results, name)
        condition = results.solver.termination_condition
        status = _STATUSES.get(condition, f"error: {name} says {condition}")
        solved = status in ("optimal", "time limit", "interrupted", NOT_PROVEN)
        values = _values(m, program, results) if solved and len(results.solution) else None
    except OptimizerError:
        raise
    except Exception as error:  # a solver raises errors of any type
        raise OptimizerError(f"the solver {name} failed: {_first_line(error)}") from error
    if values is None:
        status = "error: the solver gave no values" if status == "optimal" else status
        return _answer(status, None, math.inf, begin, name, opt)
    missed = _missed(program, values)
    if missed:
        return _answer(f"error: {missed}", None, math.inf, begin, name, opt)
    proven = _gap(program, values, results) if program.integer.any() else 0.0
    if status == "optimal" and proven > gap + GAP_ROUNDING:
        status = NOT_PROVEN
    if status != "optimal" and not program.integer.any():
        proven = math.inf
    objective = program.sign * (float(program.cost @ values) + program.offset)
    return _answer(status, (objective, values), proven, begin, name, opt)


def _solver(solver: Any, gap: float, *, whole: bool) -> tuple[str, Any]:
    """Name and object of a solver that is installed."""
    if not isinstance(solver, str):
        if not callable(getattr(solver, "solve", None)):
            raise UsageError(
                "solver is a name in Pyomo's SolverFactory or a solver that it made, not "
                f"{type(solver).__name__}"
            )
        return _name(solver), solver
    import pyomo.environ  # noqa: F401 - it registers the solvers, and takes a while

    if solver not in SolverFactory:
        near = difflib.get_close_matches(solver, list(SolverFactory), n=3)
        hint = f"; did you mean {' or '.join(near)}?" if near else ""
        raise UsageError(f"Pyomo has no solver {solver!r}{hint}")
    opt = SolverFactory(solver)
    if not opt.available(exception_flag=False):
        raise UsageError(f"the solver {solver!r} is not installed, or Pyomo does not find it")
    if whole and solver in GAP_OPTIONS:
        opt.options[GAP_OPTIONS[solver]] = gap
    return solver, opt


def _name(solver: Any) -> str:
    """Name of a solver of Pyomo; else that of its class, without Pyomo's wrapper around it."""
    names = (cls.__name__ for cls in type(solver).__mro__)
    own = next((name for name in names if not name.startswith("Legacy")), "solver")
    return str(getattr(solver, "name", "") or own)


def _check_results(results: Any, name: str) -> None:
    if not isinstance(results, SolverResults):
        raise UsageError(
            f"{name} gives results of type {type(results).__name__}; use a solver of Pyomo's "
            "SolverFactory"
        )


def _values(m: ConcreteModel, program: Program, results: Any) -> np.ndarray:
    """Values of all columns; what stands in no row and costs nothing is as near zero as it may."""
    m.solutions.load_from(results)
    used = np.zeros(len(program.cost), dtype=bool)
    used[program.columns] = True
    used |= program.cost != 0
    loaded = (each.value for each in program.variables)
    values = np.array([math.nan if each is None else each for each in loaded], dtype=float)
    values = np.where(used & ~np.isnan(values), values, 0.0)
    whole = program.integer == 1
    rounded = np.where(whole, np.rint(values), values)
    values = np.where(np.abs(rounded - values) <= MISSED_TOLERANCE, rounded, values)
    inside = np.clip(values, program.lower, program.upper)
    near = np.abs(inside - values) <= MISSED_TOLERANCE * np.maximum(1.0, np.abs(inside))
    return np.where(near | ~used, inside, values)


def _missed(program: Program, values: np.ndarray) -> str:
    """What the values break by more than rounding, in words; empty if nothing."""
    whole = program.integer == 1
    part = np.where(whole, np.abs(values - np.rint(values)), 0.0)
    out = np.maximum(program.lower - values, values - program.upper)
    activity = program.activity(values)
    size = np.maximum(1.0, program.flow(np.abs(values)))
    rows = np.maximum(program.row_lower - activity, activity - program.row_upper) / size
    for amounts, things in ((part, program.variables), (out, program.variables)):
        if len(amounts) and amounts.max() > MISSED_TOLERANCE:
            worst = int(np.argmax(amounts))
            return f"the solver's value of {things[worst].name} is off by {amounts[worst]:.3g}"
    if len(rows) and rows.max() > MISSED_TOLERANCE:
        worst = int(np.argmax(rows))
        return f"the solver's values break row {program.constraints[worst].name}"
    return ""


def _gap(program: Program, values: np.ndarray, results: Any) -> float:
    """Relative gap between the values and the bound that the solver reports; else infinity."""
    problem = results.problem
    bound = problem.lower_bound if program.sign > 0 else problem.upper_bound
    try:
        reported = program.sign * float(bound)
    except (TypeError, ValueError):
        return math.inf
    cost = float(program.cost @ values) + program.offset
    if not math.isfinite(reported):
        return math.inf
    return max(cost - reported, 0.0) / max(abs(cost), 1.0)


def _answer(
    status: Status,
    plan: tuple[float, np.ndarray] | None,
    gap: float,
    begin: float,
    name: str,
    opt: Any,
) -> Answer:
    objective, values = plan or (None, None)
    return Answer(
        status=status,
        objective=objective,
        values=values,
        prices=None,
        reduced_costs=None,
        gap=gap,
        iterations=0,
        seconds=time.perf_counter() - begin,
        method="through Pyomo",
        version=_version(opt),
        log=(),
        solver=name,
    )


def _version(opt: Any) -> str:
    """Version of a solver; empty where it does not say it."""
    try:
        parts = opt.version()
        return ".".join(map(str, parts)) if isinstance(parts, tuple) else str(parts or "")
    except Exception:  # a solver raises errors of any type, and the version is no more than a note
        return ""


def _first_line(error: Exception) -> str:
    return str(error).strip().partition("\n")[0] or type(error).__name__
