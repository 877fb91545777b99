"""Two costs beside each other: what is rounding, and what the gaps of searches could explain."""

from __future__ import annotations

from optimizer.plan import Result
from optimizer.studies.run_outcome import RunOutcome

RELATIVE_COST_ROUNDING = 1e-9
"""Part of a cost that is rounding, in a plan without yes/no decisions."""

UNKNOWN_FIGURE = float("nan")

PROVEN_WITHOUT_PLAN = ("infeasible", "unbounded")
"""Statuses that prove that there is no plan."""


def figure_or_nan(value: float | None) -> float:
    """A figure, not a number where there is none."""
    return UNKNOWN_FIGURE if value is None else value


def cost_difference(plan: Result, other: RunOutcome) -> tuple[float, float, float]:
    """By how much another plan is dearer, by how much that may be off, and rounding.

    Not a number where either has no plan.
    """
    first, then = figure_or_nan(plan.objective), figure_or_nan(other.objective)
    doubt = plan.gap * abs(first) + other.gap * abs(then)
    return then - first, doubt, RELATIVE_COST_ROUNDING * max(abs(first), abs(then))
