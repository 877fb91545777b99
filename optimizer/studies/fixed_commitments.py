"""Solve a case with some commitments fixed at the amounts of an earlier plan."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from optimizer import model, solver
from optimizer.model import NEGLIGIBLE_COMMITMENT, Commitment
from optimizer.plan import Result, build_model, solve_model
from optimizer.solver import Progress
from optimizer.tables.case import Case

RELEASE_TOLERANCE = 1e-6
"""Part of a commitment that must be impossible before it is released.

The solver's feasibility tolerance allows violations of about 1e-7, which must release nothing.
"""


@dataclass(frozen=True, slots=True)
class FixedSolveOptions:
    """Options of the solver; None where Settings decide."""

    time_limit: float | None = None
    gap: float | None = None
    progress: Progress | None = None

    def keywords(self) -> dict[str, Any]:
        """Keywords of a solve."""
        return {"time_limit": self.time_limit, "gap": self.gap, "progress": self.progress}


@dataclass(frozen=True, slots=True)
class ChangeCost:
    """Charge for each tonne that differs from the amounts planned: ``rate`` in money."""

    planned: Mapping[Commitment, float]
    rate: float


@dataclass(frozen=True, slots=True)
class FixedPlan:
    """A plan in which commitments are fixed as far as they are feasible."""

    result: Result
    amounts: Mapping[Commitment, float]
    """Amounts of all commitments in tonnes or numbers; empty without a plan."""
    released: tuple[Commitment, ...] = ()
    """Commitments that were to be kept and are infeasible."""


def solve_keeping(
    case: Case,
    amounts: Mapping[Commitment, float],
    *,
    change: ChangeCost | None = None,
    options: FixedSolveOptions | None = None,
) -> FixedPlan:
    """Least-cost plan that keeps commitments; those that cannot be kept are released.

    If several sets could be released, the one with the least sum of violations, each relative to
    its amount, is taken.
    """
    options = options or FixedSolveOptions()
    exact = {commitment: (amount, amount) for commitment, amount in amounts.items()}
    m, missing = _build(case, exact, change)
    result = solve_model(m, diagnose=False, **options.keywords())
    lost: set[Commitment] = set()
    if result.status == "infeasible":
        lost = _infeasible_commitments(m)
        bounds = {
            key: model.rounding_bounds(amount) for key, amount in amounts.items() if key not in lost
        }
        m, _ = _build(case, bounds, change)
        result = solve_model(m, diagnose=False, **options.keywords())
    if result.status == "infeasible":
        lost = set(amounts)
        m, _ = _build(case, {}, change)
        result = solve_model(m, **options.keywords())
    lost |= {commitment for commitment in missing if amounts[commitment] > NEGLIGIBLE_COMMITMENT}
    released = tuple(commitment for commitment in amounts if commitment in lost)
    return FixedPlan(
        result, commitment_amounts(m) if result.objective is not None else {}, released
    )


def solve_with_fixed(
    case: Case, amounts: Mapping[Commitment, float], options: FixedSolveOptions
) -> FixedPlan | None:
    """Least-cost plan with fixed commitments; None if infeasible.

    Where rounding makes the exact amounts infeasible they are fixed within rounding.
    """
    fixed = None
    for m in _fixed_models(case, amounts):
        result = solve_model(m, diagnose=False, **options.keywords())
        if result.objective is not None:
            fixed = FixedPlan(result, commitment_amounts(m))
        if result.audit is not None and result.audit.passed:
            break
    return fixed


def cost_with_fixed(
    case: Case, amounts: Mapping[Commitment, float], options: FixedSolveOptions
) -> float | None:
    """Cost of the plan of :func:`solve_with_fixed`; None if infeasible."""
    for m in _fixed_models(case, amounts):
        _, objective = solve_for_cost(m, options)
        if objective is not None:
            return objective
    return None


def solve_for_cost(m: Any, options: FixedSolveOptions) -> tuple[str, float | None]:
    """Status and cost of a model without result tables; the variables have their values."""
    settings = m.network.case.settings
    _, answer = solver.solve(
        m,
        time_limit=settings.time_limit if options.time_limit is None else options.time_limit,
        gap=settings.mip_gap if options.gap is None else options.gap,
        progress=options.progress,
    )
    return answer.status, answer.objective


def _fixed_models(case: Case, amounts: Mapping[Commitment, float]) -> Iterator[Any]:
    """Models that fix commitments exactly, then within rounding; none if one has no variable."""
    for bounds_of in (lambda amount: (amount, amount), model.rounding_bounds):
        bounds = {key: bounds_of(amount) for key, amount in amounts.items()}
        m, missing = _build(case, bounds, None)
        if any(amounts[key] > NEGLIGIBLE_COMMITMENT for key in missing):
            return
        yield m


def commitment_amounts(m: Any) -> dict[Commitment, float]:
    """Amounts of all commitments of a solved model."""
    return {
        commitment: sum(variable.value for variable in variables)
        for commitment, (_, variables) in model.commitments(m).items()
    }


def _build(
    case: Case, bounds: Mapping[Commitment, tuple[float, float]], change: ChangeCost | None
) -> tuple[Any, list[Commitment]]:
    m = build_model(case)
    missing = model.fix_commitments(m, bounds)
    if change is not None and change.rate:
        model.charge_deviation(m, change.planned, change.rate)
    return m, missing


def _infeasible_commitments(m: Any) -> set[Commitment]:
    """Commitments that the least violation of their rows releases."""
    program = solver.transfer(m)
    rows = [
        row
        for row, constraint in enumerate(program.constraints)
        if constraint.parent_component().local_name == "kept"
    ]
    indices = np.array(rows, dtype=np.int64)
    violation = solver.least_violation(program, indices, indices)
    if violation is None:
        return set()
    by_index = {commitment.row: commitment for commitment in model.commitments(m)}
    return {
        by_index[program.constraints[row].index()]
        for row, amount in violation.amounts.items()
        if abs(amount) > RELEASE_TOLERANCE * max(1.0, abs(program.row_lower[row]))
    }
