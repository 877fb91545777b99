"""What if: the same case many times with something else in it. Data in, data out."""

from optimizer.studies.cost_frontier import frontier
from optimizer.studies.disruptions import KINDS
from optimizer.studies.near_optimal_alternatives import alternatives
from optimizer.studies.replanning import Replanned, replan
from optimizer.studies.rolling_horizon import Rolling, rolling
from optimizer.studies.rule_costs import RuleCosts, cost_of_rules
from optimizer.studies.run_outcome import RunOutcome
from optimizer.studies.runner import Runner, RunOptions, RunSettings, StudyRun
from optimizer.studies.scenario_comparison import scenarios
from optimizer.studies.scenario_probabilities import weighted_scenarios
from optimizer.studies.stochastic_plan import Stochastic, stochastic
from optimizer.studies.stress_test import StressOptions, stress
from optimizer.studies.study import Study
from optimizer.studies.study_commands import asked_for
from optimizer.studies.uncertain_supply import supply_scenarios
from optimizer.tables import apply, apply_changes
from optimizer.tables import scenarios as scenarios_of

__all__ = [
    "KINDS",
    "Replanned",
    "Rolling",
    "RuleCosts",
    "RunOptions",
    "RunOutcome",
    "RunSettings",
    "Runner",
    "Stochastic",
    "StressOptions",
    "Study",
    "StudyRun",
    "alternatives",
    "apply",
    "apply_changes",
    "asked_for",
    "cost_of_rules",
    "frontier",
    "replan",
    "rolling",
    "scenarios",
    "scenarios_of",
    "stochastic",
    "stress",
    "supply_scenarios",
    "weighted_scenarios",
]
