"""Two costs beside each other: what is rounding, and what the gaps of searches could explain."""

from __future__ import annotations

from optimizer.plan import Result
from optimizer.studies.run_outcome import RunOutcome

ROUNDING = 1e-9
"""Part of a cost that is rounding, in a plan without yes/no decisions."""

NAN = float("nan")

PROVEN = ("infeasible", "unbounded")
"""Statuses that prove that there is no plan."""


def known(value: float | None) -> float:
    """A figure, not a number where there is none."""
    return NAN if value is None else value


def apart(plan: Result, other: RunOutcome) -> tuple[float, float, float]:
    """By how much another plan is dearer, by how much that may be off, and rounding.

    Not a number where either has no plan.
    """
    first, then = known(plan.objective), known(other.objective)
    doubt = plan.gap * abs(first) + other.gap * abs(then)
    return then - first, doubt, ROUNDING * max(abs(first), abs(then))
