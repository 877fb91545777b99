"""Two-stage stochastic plan: some decisions here and now, the rest when the scenario is known.

Contracts, options and the purchases before a date are the same in every scenario
(nonanticipativity); all other decisions depend on the scenario. For the rows see
:mod:`optimizer.model.extensive_form`. The names of the values are those of Birge and Louveaux,
Introduction to Stochastic Programming (2nd ed., 2011), ch. 4.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

from optimizer import interrupts, model, solver
from optimizer.argument_kinds import (
    DAY,
    FLAG,
    NUMBER,
    SEQUENCE,
    TEXT,
    check_arguments,
    optional,
)
from optimizer.errors import AuditError, NoPlanError, StoppedError, UsageError
from optimizer.interrupts import StopSignal, end_if_stopped
from optimizer.model import NEGLIGIBLE_COMMITMENT, Commitment
from optimizer.network import Network
from optimizer.plan import Result, solve_study_model, solve_with_options, status_sentence
from optimizer.result import Table
from optimizer.result.result_table import frame_of
from optimizer.solve_options import SolveOptions
from optimizer.solver import Progress
from optimizer.studies.fixed_commitments import (
    commitment_amounts,
    cost_with_fixed,
    solve_for_cost,
    solve_with_fixed,
    study_model,
)
from optimizer.studies.stochastic_tables import ScenarioPlans, stochastic_tables
from optimizer.studies.study import Study
from optimizer.studies.study_register import STOCHASTIC_STUDY
from optimizer.studies.study_run import CASE
from optimizer.studies.uncertain_supply import Scenario
from optimizer.tables.case import Case

if TYPE_CHECKING:
    import pandas as pd

PROBABILITY_SUM_TOLERANCE = 1e-6
"""Difference from 1 that a sum of probabilities may have: thirds are typed with six digits."""

JOINT_COST_TOLERANCE = 1e-6
"""Relative difference of cost up to which the extensive form and its scenarios agree.

Both are solved with the solver's tolerances, which allow about 1e-7.
"""


@dataclass(frozen=True, slots=True)
class Stochastic:
    """A plan for scenarios: one set of decisions here and now, and a plan for each scenario."""

    status: str
    objective: float
    """Expected discounted cost, or mean and risk as weighted."""
    tables: Mapping[str, Table]
    """``Here and now``, ``By scenario``, ``Value``."""
    results: Mapping[str, Result] = field(repr=False)
    """Audited plan of each scenario, by its name."""
    base: Result | None = field(default=None, repr=False)
    """Plan of the base case; None without ``compare`` or if it has none."""

    def frame(self, name: str) -> pd.DataFrame:
        """A table as a DataFrame. Raises UsageError if there is none of that name."""
        return frame_of(self.tables, name)

    def study(self) -> Study:
        """The tables as a study, to write its workbook and its page."""
        first = next(iter(self.results.values()))
        settings = first.case.settings
        return Study(
            title="Plan under uncertainty",
            case=settings.case,
            currency=settings.currency,
            outcomes={},
            tables=self.tables,
            chart=STOCHASTIC_STUDY.chart,
            periods=tuple(first.network.calendar.labels),
        )

    @property
    def value(self) -> dict[str, float | None]:
        """The table ``Value`` by item; None where a plan is infeasible."""
        table = self.tables["Value"]
        return dict(zip(table["item"], table["amount"], strict=True))


@check_arguments(
    case=CASE,
    scenarios=SEQUENCE,
    until=optional(DAY),
    tail=NUMBER,
    weight=NUMBER,
    compare=FLAG,
)
def stochastic(
    case: Case,
    scenarios: Sequence[Scenario],
    *,
    until: date | None = None,
    tail: float = 0.9,
    weight: float = 0.0,
    compare: bool = True,
    time_limit: float | None = None,
    gap: float | None = None,
    progress: Progress | None = None,
    stop: StopSignal | None = None,
) -> Stochastic:
    """Least expected cost over scenarios, each a name, a probability and a case.

    Decided here and now are options, purchases in periods that a contract covers, and all
    purchases of periods that begin before ``until``. ``weight`` (0 to 1) weighs risk, the
    conditional value at risk of the worst 1 - ``tail``, against expected cost. ``compare`` adds
    the decisions of ``case`` fixed in every scenario, and the wait-and-see plan of each scenario.
    Raises NoPlanError if no plan is feasible in all scenarios, UsageError if they have different
    periods or wrong probabilities, StoppedError if ``stop`` (an event, or a function that says
    True) ends it before all is done.
    """
    _check_scenarios(scenarios, tail, weight)
    options = SolveOptions(time_limit, gap, progress)
    with interrupts.stopped_by(stop):
        return _stochastic(case, scenarios, until, tail, weight, compare, options)


def _stochastic(
    case: Case,
    scenarios: Sequence[Scenario],
    until: date | None,
    tail: float,
    weight: float,
    compare: bool,
    options: SolveOptions,
) -> Stochastic:
    cases = [each for _, _, each in scenarios]
    models = [study_model(each) for each in cases]
    _check_calendars([m.network for m in models], scenarios)
    first_stage = here_and_now([m.network for m in models], until)
    decided, status, objective = _solve_extensive_form(
        models, scenarios, first_stage, tail, weight, options
    )
    plans = [
        solve_with_fixed(each, decisions, options)
        for each, decisions in zip(cases, decided, strict=True)
    ]
    end_if_stopped()
    if any(plan is None for plan in plans):
        raise AuditError("a scenario's part of the joint plan is not feasible by itself")
    results = [plan.result for plan in plans if plan is not None]
    comparison = ScenarioPlans(
        names=[name for name, _, _ in scenarios],
        probabilities=_probabilities(scenarios),
        decided=decided,
        results=results,
        tail=tail,
        weight=weight,
    )
    _check_costs(comparison, objective, status)
    base = _add_comparison(case, comparison, first_stage, cases, options) if compare else None
    tables = {each.layout.name: each for each in stochastic_tables(comparison)}
    named = dict(zip(comparison.names, results, strict=True))
    return Stochastic(status, comparison.measure(comparison.costs), tables, named, base)


def here_and_now(networks: Sequence[Network], until: date | None) -> set[Commitment]:
    """First-stage commitments: options, contracts and purchases of periods before a date."""
    first_stage: set[Commitment] = set()
    for network in networks:
        calendar = network.calendar
        early = {
            label
            for label, first in zip(calendar.labels, calendar.first, strict=True)
            if until is not None and first < until
        }
        bound = {
            (network.offers[contract.offer], calendar.labels[t])
            for contract in network.contracts
            for t in contract.weights
        }
        contracted = {((each.name, each.site, each.material), label) for each, label in bound}
        for commitment in model.offered_commitments(network, ("purchases", "options")):
            if (
                commitment.kind == "options"
                or commitment.period in early
                or (commitment.name, commitment.period) in contracted
            ):
                first_stage.add(commitment)
    return first_stage


def _check_scenarios(scenarios: Sequence[Scenario], tail: float, weight: float) -> None:
    if not scenarios:
        raise UsageError("there is no scenario to plan for")
    for each in scenarios:
        if not _is_scenario(each):
            raise UsageError(
                "a scenario is a name, a probability and a Case: (name, probability, case)"
            )
    names = [name for name, _, _ in scenarios]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise UsageError(f"two scenarios are called {twice!r}; give each its own name")
    shares = [share for _, share, _ in scenarios]
    total = math.fsum(shares)
    if min(shares) < 0 or not math.isclose(total, 1.0, abs_tol=PROBABILITY_SUM_TOLERANCE):
        raise UsageError(f"probabilities must be 0 or more and sum to 1; they sum to {total:g}")
    if not 0 <= tail < 1:
        raise UsageError(f"the tail begins at a share from 0 to less than 1, not {tail:g}")
    if not 0 <= weight <= 1:
        raise UsageError(f"the weight of risk is from 0 to 1, not {weight:g}")


def _is_scenario(thing: Any) -> bool:
    if not isinstance(thing, (tuple, list)) or len(thing) != 3:
        return False
    name, share, case = thing
    return TEXT.is_of(name) and NUMBER.is_of(share) and CASE.is_of(case)


def _check_calendars(networks: Sequence[Network], scenarios: Sequence[Scenario]) -> None:
    for network, (name, _, _) in zip(networks, scenarios, strict=True):
        if network.calendar.labels != networks[0].calendar.labels:
            raise UsageError(
                f"scenario {name!r} has other periods than {scenarios[0][0]!r}: start, periods "
                "and period length must be the same in all scenarios"
            )


def _probabilities(scenarios: Sequence[Scenario]) -> list[float]:
    total = math.fsum(share for _, share, _ in scenarios)
    return [share / total for _, share, _ in scenarios]


FirstStageDecisions = list[dict[Commitment, float]]
"""Commitments made here and now, for each scenario: equal except for rounding."""


def _solve_extensive_form(
    models: Sequence[Any],
    scenarios: Sequence[Scenario],
    first_stage: set[Commitment],
    tail: float,
    weight: float,
    options: SolveOptions,
) -> tuple[FirstStageDecisions, str, float]:
    """First-stage decisions of the extensive form, its status and objective."""
    extensive_form = model.join_scenarios(
        models, _probabilities(scenarios), sorted(first_stage), tail=tail, weight=weight
    )
    _, answer = solver.solve(extensive_form, **options.search(models[0].network.case.settings))
    end_if_stopped()
    if answer.objective is None:
        if answer.status in ("infeasible", "unbounded"):
            raise NoPlanError(_why(answer.status, scenarios, options))
        raise StoppedError(status_sentence(answer.status))
    decided = [
        {key: amount for key, amount in commitment_amounts(each).items() if key in first_stage}
        for each in models
    ]
    return decided, answer.status, answer.objective


def _why(status: str, scenarios: Sequence[Scenario], options: SolveOptions) -> str:
    """Why there is no plan: a scenario that has none by itself, or that no plan suits all."""
    for name, _, case in scenarios:
        alone = solve_with_options(case, options)
        if alone.objective is None:
            return f"scenario {name!r} has no plan by itself: {status_sentence(alone.status)}"
    if status == "unbounded":
        return status_sentence(status)
    return (
        "each scenario has a plan by itself, but no contracts, options and first purchases "
        "suit all of them: allow shortages (lower the minimum deliveries) or fewer commitments"
    )


def _check_costs(comparison: ScenarioPlans, objective: float, status: str) -> None:
    """Raise AuditError if a scenario fails its audit or all cost more than the extensive form."""
    for name, result in zip(comparison.names, comparison.results, strict=True):
        if result.audit is None or not result.audit.passed:
            verdict = result.audit.verdict if result.audit else result.status
            raise AuditError(f"scenario {name!r}: {verdict}")
    size = max(1.0, abs(objective), *(abs(cost) for cost in comparison.costs))
    excess = comparison.measure(comparison.costs) - objective
    if excess > JOINT_COST_TOLERANCE * size and status == "optimal":
        raise AuditError(f"the plans of the scenarios cost {excess:g} more than the joint plan")


def _add_comparison(
    case: Case,
    comparison: ScenarioPlans,
    first_stage: set[Commitment],
    cases: Sequence[Case],
    options: SolveOptions,
) -> Result | None:
    """Add the base plan, fixed in all scenarios, and wait-and-see plans; returns the base plan."""
    m = study_model(case)
    base = solve_study_model(m, options)
    if base.objective is not None:
        before = {
            key: amount for key, amount in commitment_amounts(m).items() if key in first_stage
        }
        comparison.base_decisions = before
        comparison.base_costs = [
            _cost_of_base_plan(each, before, first_stage, options) for each in cases
        ]
    for each in cases:
        end_if_stopped()
        m = study_model(each)
        status, objective = solve_for_cost(m, options)
        if objective is None:
            raise StoppedError(status_sentence(status))
        comparison.wait_and_see_costs.append(objective)
        comparison.wait_and_see_decisions.append(
            {key: amount for key, amount in commitment_amounts(m).items() if key in first_stage}
        )
    return base if base.objective is not None else None


def _cost_of_base_plan(
    case: Case,
    before: Mapping[Commitment, float],
    first_stage: set[Commitment],
    options: SolveOptions,
) -> float | None:
    """Cost of a scenario with the base plan's decisions fixed; None if infeasible."""
    m = study_model(case)
    known, on_offer = model.commitments(m), model.offered_commitments(m.network)
    wanted = {
        key: before.get(key, 0.0)
        for key in first_stage
        if key in known or (key in on_offer and before.get(key, 0.0) > NEGLIGIBLE_COMMITMENT)
    }
    return cost_with_fixed(case, wanted, options)
