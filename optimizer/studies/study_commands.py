"""From the words of a command to its study."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from optimizer.studies.cost_frontier import frontier
from optimizer.studies.disruptions import KINDS
from optimizer.studies.near_optimal_alternatives import alternatives
from optimizer.studies.runner import RunSettings
from optimizer.studies.scenario_comparison import scenarios
from optimizer.studies.stress_test import StressOptions, stress
from optimizer.studies.study import Study
from optimizer.tables import Case


def asked_for(command: str, case: Case, words: Mapping[str, Any], way: RunSettings) -> Study:
    """The study of a command (scenarios, stress, frontier, alternatives) with its options."""
    if command == "scenarios":
        return scenarios(case, words["only"], way)
    if command == "stress":
        kinds = tuple(words["lose"] or KINDS)
        shape = (words["first"], words["periods"], words["freeze"])
        strain = StressOptions(kinds, *shape, fixed_cost=not words.get("save_fixed_cost"))
        return stress(case, strain, way)
    if command == "frontier":
        return frontier(case, words["limit"], words["points"], way)
    return alternatives(case, words["within"], way)
