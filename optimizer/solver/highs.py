"""One instance of HiGHS: options and model in, status and solution out."""

from __future__ import annotations

import math
from typing import Any

import highspy
import numpy as np

from optimizer.errors import OptimizerError
from optimizer.solver.answer import Answer, Status
from optimizer.solver.resolve import set_basis
from optimizer.solver.search_progress import SearchState
from optimizer.solver.solve_strategy import HighsOptions, small_coefficient_option
from optimizer.solver.transfer import Program

MAX_SCALED_COST = 2048.0
"""Costs are scaled by a power of two to be no larger: HiGHS's tolerances are absolute.

A dual tolerance of 1e-7 is then 5e-11 of the largest cost, about the precision that remains
after a factorisation in double precision.
"""

FEASIBLE_SOLUTION = 2
"""HiGHS's code for a primal solution that is feasible (``kSolutionStatusFeasible``)."""

STATUS_NAMES: dict[Any, Status] = {
    highspy.HighsModelStatus.kOptimal: "optimal",
    highspy.HighsModelStatus.kModelEmpty: "optimal",
    highspy.HighsModelStatus.kInfeasible: "infeasible",
    highspy.HighsModelStatus.kUnbounded: "unbounded",
    highspy.HighsModelStatus.kUnboundedOrInfeasible: "unclear",
    highspy.HighsModelStatus.kTimeLimit: "time limit",
    highspy.HighsModelStatus.kInterrupt: "interrupted",
}


def new_instance(
    program: Program, method: HighsOptions, seconds: float, gap: float, basis: Any = None
) -> Any:
    """HiGHS with the programme and options in it, and a basis to start from if one is known.

    Raises OptimizerError if HiGHS refuses an option or the model.
    """
    highs = highspy.Highs()
    options: HighsOptions = {
        "output_flag": True,
        "log_to_console": False,
        "threads": 1,
        "mip_rel_gap": gap,
        **small_coefficient_option(program),
        **method,
    }
    if seconds < float("inf"):
        options["time_limit"] = max(seconds, 0.0)
    for name, setting in options.items():
        _raise_if_refused(highs.setOptionValue(name, setting), f"option {name}")
    _pass_model(highs, program)
    if basis is not None:
        set_basis(highs, basis)
    return highs


def cost_scale(program: Program) -> float:
    """Power of two by which costs are multiplied for HiGHS; 1 where they are small.

    Money in hundreds of millions and prices in millions a tonne would otherwise leave
    bases that are optimal by every relative measure "imprecise" by an absolute one.
    """
    largest = float(np.abs(program.cost).max(initial=0.0))
    return 2.0 ** -max(0, math.ceil(math.log2(max(largest / MAX_SCALED_COST, 1.0))))


def _pass_model(highs: Any, program: Program) -> None:
    """Hand the arrays over; the positional form is the fast one."""
    scale = cost_scale(program)
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
    _raise_if_refused(status, "model")


def _raise_if_refused(status: Any, what: str) -> None:
    if status == highspy.HighsStatus.kError:
        raise OptimizerError(f"HiGHS refused the {what}")


def status_of(highs: Any, *, stopped: bool = False) -> Status:
    """Status of the last run; ``stopped`` says that it was interrupted."""
    status = highs.getModelStatus()
    if stopped and status != highspy.HighsModelStatus.kOptimal:
        return "interrupted"
    return STATUS_NAMES.get(status, f"error: {highs.modelStatusToString(status)}")


def answer_of(
    highs: Any,
    program: Program,
    status: Status,
    method: str,
    seconds: float,
    search: SearchState,
) -> Answer:
    """The answer of the last run, in the money and sign of the model."""
    info = highs.getInfo()
    integer = bool(program.integer.any())
    stopped = status in ("time limit", "interrupted") and integer
    solved = status == "optimal" or (stopped and info.primal_solution_status == FEASIBLE_SOLUTION)
    if stopped and not solved and search.values is not None:
        return _best_so_far(highs, program, status, seconds, search)
    solution = highs.getSolution() if solved else None
    money = program.sign / cost_scale(program)
    priced = solution is not None and not integer and solution.dual_valid
    count = len(program.cost)
    return Answer(
        status=status,
        objective=money * info.objective_function_value if solved else None,
        values=np.array(solution.col_value)[:count] if solution else None,
        prices=np.array(solution.row_dual) * money if priced and solution else None,
        reduced_costs=np.array(solution.col_dual)[:count] * money if priced and solution else None,
        gap=_gap(program, status, info),
        iterations=int(info.simplex_iteration_count + info.ipm_iteration_count),
        seconds=seconds,
        method="branch and bound" if integer else method,
        version=highs.version(),
        log=tuple(search.log),
        basis=highs.getBasis() if priced and info.basis_validity else None,
    )


def _best_so_far(
    highs: Any, program: Program, status: Status, seconds: float, search: SearchState
) -> Answer:
    """Answer of a stopped search, with the best solution that it had reported."""
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
