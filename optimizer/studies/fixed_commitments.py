"""Solve a case with some commitments fixed at the amounts of an earlier plan."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from msgspec import structs

from optimizer import model, solver
from optimizer.model import NEGLIGIBLE_COMMITMENT, Commitment
from optimizer.plan import Result, build_network, solve_study_model
from optimizer.solve_options import SolveOptions
from optimizer.tables.case import Case

RELEASE_TOLERANCE = 1e-6
"""Part of a commitment that must be impossible before it is released.

The solver's feasibility tolerance allows violations of about 1e-7, which must release nothing.
"""


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
    options: SolveOptions | None = None,
) -> FixedPlan:
    """Least-cost plan that keeps commitments; those that cannot be kept are released.

    If several sets could be released, the one with the least sum of violations, each relative to
    its amount, is taken.
    """
    options = options or SolveOptions()
    briefly = structs.replace(options, diagnose=False)
    exact = {commitment: (amount, amount) for commitment, amount in amounts.items()}
    m, missing = _build(case, exact, change)
    result = solve_study_model(m, briefly)
    lost: set[Commitment] = set()
    if result.status == "infeasible":
        lost = _infeasible_commitments(m)
        bounds = {
            key: model.rounding_bounds(amount) for key, amount in amounts.items() if key not in lost
        }
        m, _ = _build(case, bounds, change)
        result = solve_study_model(m, briefly)
    if result.status == "infeasible":
        lost = set(amounts)
        m, _ = _build(case, {}, change)
        result = solve_study_model(m, options)
    lost |= {commitment for commitment in missing if amounts[commitment] > NEGLIGIBLE_COMMITMENT}
    released = tuple(commitment for commitment in amounts if commitment in lost)
    return FixedPlan(
        result, commitment_amounts(m) if result.objective is not None else {}, released
    )


def solve_with_fixed(
    case: Case, amounts: Mapping[Commitment, float], options: SolveOptions
) -> FixedPlan | None:
    """Least-cost plan with fixed commitments; None if infeasible.

    Where rounding makes the exact amounts infeasible they are fixed within rounding.
    """
    fixed, briefly = None, structs.replace(options, diagnose=False)
    for m in _fixed_models(case, amounts):
        result = solve_study_model(m, briefly)
        if result.objective is not None:
            fixed = FixedPlan(result, commitment_amounts(m))
        if result.audit is not None and result.audit.passed:
            break
    return fixed


def cost_with_fixed(
    case: Case, amounts: Mapping[Commitment, float], options: SolveOptions
) -> float | None:
    """Cost of the plan of :func:`solve_with_fixed`; None if infeasible."""
    for m in _fixed_models(case, amounts):
        _, objective = solve_for_cost(m, options)
        if objective is not None:
            return objective
    return None


def solve_for_cost(m: Any, options: SolveOptions) -> tuple[str, float | None]:
    """Status and cost of a model without result tables; the variables have their values."""
    _, answer = solver.solve(m, **options.search(m.network.case.settings))
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


def study_model(case: Case) -> Any:
    """Model of a case for a study's own rows."""
    return model.build(build_network(case))


def _build(
    case: Case, bounds: Mapping[Commitment, tuple[float, float]], change: ChangeCost | None
) -> tuple[Any, list[Commitment]]:
    m = study_model(case)
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
        if constraint.parent_component().name == "kept"
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
