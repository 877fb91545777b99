"""``solve --previous``: a plan that follows an earlier one."""

from __future__ import annotations

import argparse
from dataclasses import replace
from typing import TYPE_CHECKING

from optimizer.errors import UsageError

if TYPE_CHECKING:
    from optimizer.plan import Result
    from optimizer.solver import Progress
    from optimizer.tables import Case


def follows_previous(options: argparse.Namespace) -> bool:
    """True if the options name an earlier plan; UsageError if they do so in part."""
    present = (options.previous is not None, options.freeze_until is not None)
    if all(present):
        if options.explain or options.cost_of_rules:
            raise UsageError("--previous cannot be combined with --explain or --cost-of-rules")
        return True
    if any(present) or options.freeze is not None or options.change_cost:
        raise UsageError("to follow the last plan, use both --previous and --freeze-until")
    return False


def replan_case(case: Case, options: argparse.Namespace, progress: Progress | None) -> Result:
    """Plan that follows the last one, with one more table: the fate of its commitments."""
    from optimizer.studies.replanning import KEPT_KINDS, replan

    replanned = replan(
        case,
        options.previous,
        options.freeze_until,
        kinds=options.freeze or KEPT_KINDS,
        change_cost=options.change_cost,
        time_limit=options.time_limit,
        gap=options.gap,
        progress=progress,
    )
    return replace(replanned.result, tables={**replanned.result.tables, **replanned.tables})
