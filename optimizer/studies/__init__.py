"""What if: the same case solved many times with something changed. Cases in, tables out.

Each name is loaded when it is first used: the command line reads the register of studies at its
start and must not wait for the solver.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from optimizer.studies.cost_frontier import frontier as frontier
    from optimizer.studies.disruptions import DISRUPTION_KINDS as DISRUPTION_KINDS
    from optimizer.studies.near_optimal_alternatives import alternatives as alternatives
    from optimizer.studies.replanning import Replanned as Replanned
    from optimizer.studies.replanning import replan as replan
    from optimizer.studies.rolling_horizon import Rolling as Rolling
    from optimizer.studies.rolling_horizon import rolling as rolling
    from optimizer.studies.rule_costs import RuleCosts as RuleCosts
    from optimizer.studies.rule_costs import cost_of_rules as cost_of_rules
    from optimizer.studies.run_outcome import RunOutcome as RunOutcome
    from optimizer.studies.runner import Runner as Runner
    from optimizer.studies.scenario_comparison import scenarios as scenarios
    from optimizer.studies.scenario_probabilities import weighted_scenarios as weighted_scenarios
    from optimizer.studies.stochastic_plan import Stochastic as Stochastic
    from optimizer.studies.stochastic_plan import stochastic as stochastic
    from optimizer.studies.stress_test import StressOptions as StressOptions
    from optimizer.studies.stress_test import stress as stress
    from optimizer.studies.study import Study as Study
    from optimizer.studies.study_commands import run_study as run_study
    from optimizer.studies.study_run import RunOptions as RunOptions
    from optimizer.studies.study_run import RunSettings as RunSettings
    from optimizer.studies.study_run import StudyRun as StudyRun
    from optimizer.studies.uncertain_supply import supply_scenarios as supply_scenarios
    from optimizer.tables import apply as apply
    from optimizer.tables import apply_changes as apply_changes
    from optimizer.tables import scenarios as _scenarios_of

    scenarios_of = _scenarios_of

_EXPORTS = {
    "optimizer.studies.cost_frontier": ("frontier",),
    "optimizer.studies.disruptions": ("DISRUPTION_KINDS",),
    "optimizer.studies.near_optimal_alternatives": ("alternatives",),
    "optimizer.studies.replanning": ("Replanned", "replan"),
    "optimizer.studies.rolling_horizon": ("Rolling", "rolling"),
    "optimizer.studies.rule_costs": ("RuleCosts", "cost_of_rules"),
    "optimizer.studies.run_outcome": ("RunOutcome",),
    "optimizer.studies.runner": ("Runner",),
    "optimizer.studies.scenario_comparison": ("scenarios",),
    "optimizer.studies.scenario_probabilities": ("weighted_scenarios",),
    "optimizer.studies.stochastic_plan": ("Stochastic", "stochastic"),
    "optimizer.studies.stress_test": ("StressOptions", "stress"),
    "optimizer.studies.study": ("Study",),
    "optimizer.studies.study_commands": ("run_study",),
    "optimizer.studies.study_run": ("RunOptions", "RunSettings", "StudyRun"),
    "optimizer.studies.uncertain_supply": ("supply_scenarios",),
    "optimizer.tables": ("apply", "apply_changes", "scenarios_of"),
}
_HOME = {name: module for module, names in _EXPORTS.items() for name in names}


if not TYPE_CHECKING:  # A type checker that saw it would take any name for public, as Any.

    def __getattr__(name: str) -> Any:
        if name not in _HOME:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        # The list of a case's scenarios and the study of them would have the same name here.
        attribute = "scenarios" if name == "scenarios_of" else name
        return getattr(import_module(_HOME[name]), attribute)


def __dir__() -> list[str]:
    return sorted({*_HOME, *(name for name in globals() if name.startswith("__"))})
