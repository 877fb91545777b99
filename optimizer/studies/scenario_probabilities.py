"""Scenarios of the workbook with their probabilities."""

from __future__ import annotations

from optimizer.errors import UsageError
from optimizer.studies.study import BASE_RUN
from optimizer.studies.uncertain_supply import Scenario
from optimizer.tables import apply
from optimizer.tables import scenarios as scenarios_of
from optimizer.tables.case import Case

PROBABILITY_TOLERANCE = 1e-9
"""Probability that is as good as none."""


def weighted_scenarios(case: Case) -> list[Scenario]:
    """Scenarios of the sheet that have a probability; what is left to 1 is the case itself.

    One without (blank, or 1) is a question, not a chance, and takes no part. Raises
    UsageError if none has one or they sum to more than 1.
    """
    shares = {
        name: min(row.probability for row in case.scenarios if row.scenario == name)
        for name in scenarios_of(case)
    }
    if not shares:
        raise UsageError("the sheet Scenarios has no row: there is no scenario to plan for")
    found = [(name, share) for name, share in shares.items() if share < 1]
    if not found:
        raise UsageError("no scenario has a probability; write it in the sheet Scenarios")
    total = sum(share for _, share in found)
    if total > 1 + PROBABILITY_TOLERANCE:
        raise UsageError(
            f"the probabilities in Scenarios sum to {total:g}; together they are at most 1 "
            "(what is left is the case itself)"
        )
    made = [(name, share, apply(case, name)) for name, share in found]
    if total < 1 - PROBABILITY_TOLERANCE:
        made.insert(0, (BASE_RUN, 1 - total, case))
    return made
