"""A plan of which some commitments are held as they were decided before."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from optimizer import model, solver
from optimizer.model import NOTHING, Commitment
from optimizer.plan import Result, build_model, solve_model
from optimizer.solver import Progress
from optimizer.tables.case import Case

RELEASE_TOLERANCE = 1e-6
"""Part of a commitment by which it must be impossible to be released."""


@dataclass(frozen=True, slots=True)
class FixedSolveOptions:
    """What is asked of the solver; None where Settings decide."""

    time_limit: float | None = None
    gap: float | None = None
    progress: Progress | None = None

    def words(self) -> dict[str, Any]:
        """Keywords of a solve."""
        return {"time_limit": self.time_limit, "gap": self.gap, "progress": self.progress}


@dataclass(frozen=True, slots=True)
class ChangeCost:
    """What is charged for: tonnes planned, and money per tonne that differs."""

    planned: Mapping[Commitment, float]
    rate: float


@dataclass(frozen=True, slots=True)
class FixedPlan:
    """A plan that follows another as far as it can."""

    result: Result
    amounts: Mapping[Commitment, float]
    """What is decided now, in tonnes or numbers; empty without a plan."""
    released: tuple[Commitment, ...] = ()
    """Held commitments that cannot be kept."""


def solve_keeping(
    case: Case,
    wanted: Mapping[Commitment, float],
    *,
    change: ChangeCost | None = None,
    asked: FixedSolveOptions | None = None,
) -> FixedPlan:
    """Least-cost plan that keeps commitments; those that it cannot keep are released.

    Of several ways to release, the one with the least sum of what cannot be kept, each
    relative to its size, is taken.
    """
    asked = asked or FixedSolveOptions()
    exact = {commitment: (amount, amount) for commitment, amount in wanted.items()}
    m, missing = _build(case, exact, change)
    result = solve_model(m, diagnose=False, **asked.words())
    lost: set[Commitment] = set()
    if result.status == "infeasible":
        lost = _impossible(m)
        near = {key: model.near(amount) for key, amount in wanted.items() if key not in lost}
        m, _ = _build(case, near, change)
        result = solve_model(m, diagnose=False, **asked.words())
    if result.status == "infeasible":
        lost = set(wanted)
        m, _ = _build(case, {}, change)
        result = solve_model(m, **asked.words())
    lost |= {commitment for commitment in missing if wanted[commitment] > NOTHING}
    released = tuple(commitment for commitment in wanted if commitment in lost)
    return FixedPlan(
        result, commitment_amounts(m) if result.objective is not None else {}, released
    )


def solve_with_fixed(
    case: Case, wanted: Mapping[Commitment, float], asked: FixedSolveOptions
) -> FixedPlan | None:
    """Least-cost plan with commitments as they are; None if impossible.

    Where rounding makes the exact amounts impossible they are held but for it.
    """
    held = None
    for m in _strict(case, wanted):
        result = solve_model(m, diagnose=False, **asked.words())
        if result.objective is not None:
            held = FixedPlan(result, commitment_amounts(m))
        if result.audit is not None and result.audit.passed:
            break
    return held


def cost_with_fixed(
    case: Case, wanted: Mapping[Commitment, float], asked: FixedSolveOptions
) -> float | None:
    """Cost of that plan alone; None if impossible."""
    for m in _strict(case, wanted):
        _, objective = solve_for_cost(m, asked)
        if objective is not None:
            return objective
    return None


def solve_for_cost(m: Any, asked: FixedSolveOptions) -> tuple[str, float | None]:
    """Status and cost of a model, without the tables of its plan; values stand on it."""
    settings = m.network.case.settings
    _, answer = solver.solve(
        m,
        time_limit=settings.time_limit if asked.time_limit is None else asked.time_limit,
        gap=settings.mip_gap if asked.gap is None else asked.gap,
        progress=asked.progress,
    )
    return answer.status, answer.objective


def _strict(case: Case, wanted: Mapping[Commitment, float]) -> Iterator[Any]:
    """Models that hold commitments exactly, then but for rounding; none if one cannot happen."""
    for bounds in (lambda amount: (amount, amount), model.near):
        m, missing = _build(case, {key: bounds(amount) for key, amount in wanted.items()}, None)
        if any(wanted[key] > NOTHING for key in missing):
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
    missing = model.hold(m, bounds)
    if change is not None and change.rate:
        model.charge(m, change.planned, change.rate)
    return m, missing


def _impossible(m: Any) -> set[Commitment]:
    """Commitments that must give for there to be a plan."""
    program = solver.transfer(m)
    rows = [
        row
        for row, constraint in enumerate(program.constraints)
        if constraint.parent_component().local_name == "kept"
    ]
    places = np.array(rows, dtype=np.int64)
    given = solver.least_violation(program, places, places)
    if given is None:
        return set()
    by_index = {commitment.row: commitment for commitment in model.commitments(m)}
    return {
        by_index[program.constraints[row].index()]
        for row, amount in given.amounts.items()
        if abs(amount) > RELEASE_TOLERANCE * max(1.0, abs(program.row_lower[row]))
    }
