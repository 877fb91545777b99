"""What if: the same case many times with something else in it. Data in, data out."""

from optimizer.studies.asked import asked_for
from optimizer.studies.compare import scenarios
from optimizer.studies.losses import KINDS
from optimizer.studies.others import alternatives
from optimizer.studies.outcome import Outcome
from optimizer.studies.replanning import Replanned, replan
from optimizer.studies.rolled import Rolling, rolling
from optimizer.studies.rules import RuleCosts, cost_of_rules
from optimizer.studies.runs import Options, Run, Runner, Way
from optimizer.studies.strain import Strain, stress
from optimizer.studies.study import Study
from optimizer.studies.tradeoff import frontier
from optimizer.studies.uncertain import Stochastic, stochastic
from optimizer.studies.unreliable import supply_scenarios
from optimizer.studies.weighted import weighted_scenarios
from optimizer.tables import apply, apply_changes
from optimizer.tables import scenarios as scenarios_of

__all__ = [
    "KINDS",
    "Options",
    "Outcome",
    "Replanned",
    "Rolling",
    "RuleCosts",
    "Run",
    "Runner",
    "Stochastic",
    "Strain",
    "Study",
    "Way",
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
