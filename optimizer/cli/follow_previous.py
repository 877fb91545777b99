"""``solve`` that follows an earlier plan."""

from __future__ import annotations

import argparse
from dataclasses import replace
from typing import TYPE_CHECKING

from optimizer.errors import UsageError

if TYPE_CHECKING:
    from optimizer.plan import Result
    from optimizer.solver import Progress
    from optimizer.tables import Case


def follows(options: argparse.Namespace) -> bool:
    """True if an earlier plan is to be followed; raises UsageError where half of it is said."""
    given = (options.previous is not None, options.freeze_until is not None)
    if all(given):
        if options.explain or options.cost_of_rules:
            raise UsageError("--previous goes neither with --explain nor with --cost-of-rules")
        return True
    if any(given) or options.freeze is not None or options.change_cost:
        raise UsageError("to follow the last plan give both --previous and --freeze-until")
    return False


def replanned(case: Case, options: argparse.Namespace, progress: Progress | None) -> Result:
    """Plan that follows the last one; what became of its commitments is one more table."""
    from optimizer.studies.replanning import KINDS, replan

    found = replan(
        case,
        options.previous,
        options.freeze_until,
        kinds=options.freeze or KINDS,
        change_cost=options.change_cost,
        time_limit=options.time_limit,
        gap=options.gap,
        progress=progress,
    )
    return replace(found.result, tables={**found.result.tables, **found.tables})
