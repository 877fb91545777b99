"""Scenarios of the workbook with their probabilities."""

from __future__ import annotations

from optimizer.argument_kinds import check_arguments
from optimizer.errors import UsageError
from optimizer.studies.study import BASE_RUN
from optimizer.studies.study_run import CASE
from optimizer.studies.uncertain_supply import Scenario
from optimizer.tables import apply
from optimizer.tables import scenarios as scenarios_of
from optimizer.tables.case import Case

PROBABILITY_TOLERANCE = 1e-9
"""Difference of a sum of probabilities from 1 that is rounding; above that of a float."""


@check_arguments(case=CASE)
def weighted_scenarios(case: Case) -> list[Scenario]:
    """Scenarios of the sheet that have a probability; the rest up to 1 is the base case.

    A scenario without a probability (blank, or 1) is left out. Raises UsageError if none has one
    or if they sum to more than 1.
    """
    shares = {
        name: min(row.probability for row in case.scenarios if row.scenario == name)
        for name in scenarios_of(case)
    }
    if not shares:
        raise UsageError("the sheet Scenarios has no rows: there is no scenario to plan for")
    uncertain = [(name, share) for name, share in shares.items() if share < 1]
    if not uncertain:
        raise UsageError("no scenario has a probability; write it in the sheet Scenarios")
    total = sum(share for _, share in uncertain)
    if total > 1 + PROBABILITY_TOLERANCE:
        raise UsageError(
            f"the probabilities in Scenarios sum to {total:g}; together they are at most 1 "
            "(the rest is the base case)"
        )
    scenarios = [(name, share, apply(case, name)) for name, share in uncertain]
    if total < 1 - PROBABILITY_TOLERANCE:
        scenarios.insert(0, (BASE_RUN, 1 - total, case))
    return scenarios
