"""Scenarios of the workbook with their probabilities."""

from __future__ import annotations

from optimizer.errors import UsageError
from optimizer.studies.study import BASE
from optimizer.studies.unreliable import Scenario
from optimizer.tables import apply
from optimizer.tables import scenarios as scenarios_of
from optimizer.tables.case import Case

ROUNDING = 1e-9
"""Probability that is as good as none."""


def weighted_scenarios(case: Case) -> list[Scenario]:
    """Scenarios of the sheet with the least ``probability`` of their rows; the rest is the case.

    Raises UsageError if the sheet has none or their probabilities sum to more than 1.
    """
    found = [
        (name, min(row.probability for row in case.scenarios if row.scenario == name))
        for name in scenarios_of(case)
    ]
    if not found:
        raise UsageError("the sheet Scenarios has no row: there is no scenario to plan for")
    total = sum(share for _, share in found)
    if total > 1 + ROUNDING:
        raise UsageError(
            f"the probabilities in Scenarios sum to {total:g}; write in the column probability "
            "of each scenario a share, together at most 1 (what is left is the case itself)"
        )
    made = [(name, share, apply(case, name)) for name, share in found]
    if total < 1 - ROUNDING:
        made.insert(0, (BASE, 1 - total, case))
    return made
