"""Difference in cost of two plans, and how much of it rounding or the gaps of searches explain."""

from __future__ import annotations

from optimizer.plan import Result
from optimizer.studies.run_outcome import RunOutcome

RELATIVE_COST_ROUNDING = 1e-9
"""Part of a cost that is rounding, in a plan without yes/no decisions.

Chosen well above the 1e-16 of a float, because a cost is a sum of many products.
"""

EQUALITY_FACTOR = 1e2
"""Multiple of the rounding up to which two costs count as equal.

Both come from a solver with tolerances of its own, so they agree less closely than one sum does.
"""

UNKNOWN_FIGURE = float("nan")

PROVEN_WITHOUT_PLAN = ("infeasible", "unbounded")
"""Statuses that prove that there is no plan."""


def figure_or_nan(value: float | None) -> float:
    """A figure; not a number where there is none."""
    return UNKNOWN_FIGURE if value is None else value


def cost_difference(plan: Result, other: RunOutcome) -> tuple[float, float, float]:
    """By how much another plan is dearer, its uncertainty from both gaps, and rounding.

    All in money. Not a number where either has no plan.
    """
    cost, other_cost = figure_or_nan(plan.objective), figure_or_nan(other.objective)
    uncertainty = plan.gap * abs(cost) + other.gap * abs(other_cost)
    rounding = RELATIVE_COST_ROUNDING * max(abs(cost), abs(other_cost))
    return other_cost - cost, uncertainty, rounding
