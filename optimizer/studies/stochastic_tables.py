"""Tables of a stochastic plan, and the measures in them."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from optimizer.model import NEGLIGIBLE_COMMITMENT, Commitment
from optimizer.plan import Result
from optimizer.result.result_layouts import Field, Layout, Table, levels, table

HERE_AND_NOW = Layout(
    "Here and now",
    "Decisions before the scenario is known, and the range of decisions if it were known in "
    "advance. Purchases are tonnes, options a number.",
    levels(
        Field("kind", "text", "purchases or options"),
        Field("thing", "text", "offer or option"),
        Field("site", "text", "site of the offer"),
        Field("material", "text", "material of the offer"),
        Field("period", "period", "label of the period"),
        Field("decided", "amount", "decided for all scenarios"),
        Field("base plan", "amount", "in the plan of the base case alone"),
        Field("least", "amount", "least in any scenario, if it were known in advance"),
        Field("most", "amount", "most in any scenario, if it were known in advance"),
    ),
)
BY_SCENARIO = Layout(
    "By scenario",
    "What each scenario costs under the joint plan, under the base plan's decisions, and if it "
    "were known in advance. Blank: impossible, or not asked for.",
    levels(
        Field("scenario", "text", "name of the scenario"),
        Field("probability", "share", "its probability"),
        Field("cost", "money", "discounted cost under the joint plan"),
        Field("short", "tonnes", "tonnes of demand not met, without outlets"),
        Field("base plan", "money", "discounted cost with the base plan's decisions held"),
        Field("known in advance", "money", "discounted cost of its own best plan"),
        Field("worst part", "share", "part of its probability among the worst of the cost"),
        Field("audit", "text", "verdict of the audit of its plan"),
    ),
)
VALUE_OF_PLANNING = Layout(
    "Value",
    "Value of planning for several scenarios, and of perfect information: WS <= HN <= EEV "
    "in expected present value, unless the plan weighs risk or stops at a gap.",
    levels(
        Field("item", "text", "measure"),
        Field("amount", "money", "discounted money; blank where a plan is impossible"),
        Field("meaning", "text", "meaning of the figure"),
    ),
)


@dataclass
class ScenarioPlans:
    """Plans of the scenarios, and the plans that they are compared with."""

    names: list[str]
    probabilities: list[float]
    decided: list[dict[Commitment, float]]
    results: list[Result]
    tail: float
    weight: float
    base_decisions: dict[Commitment, float] | None = None
    """First-stage decisions of the base plan."""
    base_costs: list[float | None] = field(default_factory=list)
    """Cost of each scenario with these fixed; None if infeasible."""
    wait_and_see_costs: list[float] = field(default_factory=list)
    """Least cost of each scenario, known in advance."""
    wait_and_see_decisions: list[dict[Commitment, float]] = field(default_factory=list)

    @property
    def costs(self) -> list[float]:
        """Cost of each scenario under the stochastic plan."""
        return [float(result.objective or 0.0) for result in self.results]

    def mean(self, costs: Sequence[float]) -> float:
        """Expected cost."""
        return math.fsum(
            share * cost for share, cost in zip(self.probabilities, costs, strict=True)
        )

    def risk(self, costs: Sequence[float]) -> float:
        """Conditional value at risk: mean of the worst part of the cost."""
        return tail_mean(costs, self.probabilities, self.tail)

    def measure(self, costs: Sequence[float]) -> float:
        """Weighted sum of mean and risk, which the plan minimises."""
        if not self.weight:
            return self.mean(costs)
        return (1 - self.weight) * self.mean(costs) + self.weight * self.risk(costs)


def worst_part(costs: Sequence[float], probabilities: Sequence[float], tail: float) -> list[float]:
    """Part of each scenario's probability that lies among the worst 1 - tail."""
    left = 1.0 - tail
    part = [0.0] * len(costs)
    for number in sorted(range(len(costs)), key=lambda number: -costs[number]):
        part[number] = min(probabilities[number], left)
        left -= part[number]
    return part


def tail_mean(costs: Sequence[float], probabilities: Sequence[float], tail: float) -> float:
    """Mean of the worst 1 - tail of costs: conditional value at risk.

    >>> round(tail_mean([1.0, 2.0, 10.0], [0.5, 0.4, 0.1], 0.8), 9)
    6.0
    """
    part = worst_part(costs, probabilities, tail)
    total = math.fsum(part)
    return math.fsum(share * cost for share, cost in zip(part, costs, strict=True)) / total


def stochastic_tables(plans: ScenarioPlans) -> tuple[Table, ...]:
    """Tables of the study, the overview first."""
    return (
        table(VALUE_OF_PLANNING, list(_values(plans))),
        table(HERE_AND_NOW, list(_decisions(plans))),
        table(BY_SCENARIO, list(_scenarios(plans))),
    )


def _decisions(plans: ScenarioPlans) -> Iterator[tuple[object, ...]]:
    decided: dict[Commitment, float] = {}
    for decisions in plans.decided:
        for commitment, amount in decisions.items():
            decided.setdefault(commitment, amount)
    base = plans.base_decisions or {}
    compared = [base, *plans.wait_and_see_decisions]
    every = dict.fromkeys([*decided, *(key for each in compared for key in each)])
    for commitment in sorted(every):
        now = decided.get(commitment, 0.0)
        alone = [each.get(commitment, 0.0) for each in plans.wait_and_see_decisions]
        if (
            max(now, base.get(commitment, 0.0), *alone, NEGLIGIBLE_COMMITMENT)
            <= NEGLIGIBLE_COMMITMENT
        ):
            continue
        name = (*commitment.name, "", "")
        yield (
            commitment.kind,
            *name[:3],
            commitment.period,
            now,
            base.get(commitment, 0.0) if plans.base_decisions is not None else None,
            min(alone) if alone else None,
            max(alone) if alone else None,
        )


def _scenarios(plans: ScenarioPlans) -> Iterator[tuple[object, ...]]:
    count = len(plans.names)
    part = worst_part(plans.costs, plans.probabilities, plans.tail)
    base_costs = plans.base_costs or [None] * count
    alone: Sequence[float | None] = plans.wait_and_see_costs or [None] * count
    for number, result in enumerate(plans.results):
        yield (
            plans.names[number],
            plans.probabilities[number],
            result.objective,
            result.shortage,
            base_costs[number],
            alone[number],
            part[number] / plans.probabilities[number] if plans.probabilities[number] else 0,
            result.audit.verdict if result.audit else "",
        )


def _values(plans: ScenarioPlans) -> Iterator[tuple[str, float | None, str]]:
    """Measures of expected present value of cost.

    Without weight on risk wait-and-see <= expected cost <= that of the base plan. The differences
    are the expected value of perfect information and the value of the stochastic solution.
    """
    worst = f"the worst {100 * (1 - plans.tail):.0f} % of the cost"
    costs = plans.costs
    expected = plans.mean(costs)
    yield "Expected cost", expected, "of the joint plan, decided here and now (HN)"
    yield "CVaR", plans.risk(costs), f"of the joint plan: the mean of {worst}"
    if plans.weight:
        meaning = (
            f"what the joint plan minimises: {1 - plans.weight:g} x expected cost + "
            f"{plans.weight:g} x CVaR"
        )
        yield "Mean and risk", plans.measure(costs), meaning
    if plans.base_costs:
        yield from _values_of_base_plan(plans, expected, worst)
    if plans.wait_and_see_costs:
        wait_and_see = plans.mean(plans.wait_and_see_costs)
        yield (
            "Wait and see",
            wait_and_see,
            "expected cost, if each scenario were known in advance (WS)",
        )
        yield (
            "Expected value of perfect information",
            expected - wait_and_see,
            "EVPI = HN - WS: the most, in expected cost, that knowing the scenario could save",
        )


def _values_of_base_plan(
    plans: ScenarioPlans, expected: float, worst: str
) -> Iterator[tuple[str, float | None, str]]:
    """Cost of the base plan in the scenarios, and the value of the stochastic solution."""
    costs = [cost for cost in plans.base_costs if cost is not None]
    feasible = len(costs) == len(plans.base_costs)
    by_name = zip(plans.names, plans.base_costs, strict=True)
    without_plan = [name for name, cost in by_name if cost is None]
    infeasible = (
        f"impossible: the base plan's decisions cannot be held in {', '.join(without_plan)}"
    )
    yield (
        "Expected cost of the base plan",
        plans.mean(costs) if feasible else None,
        "its decisions here and now, held in every scenario (EEV)" if feasible else infeasible,
    )
    yield (
        "CVaR of the base plan",
        plans.risk(costs) if feasible else None,
        f"the mean of {worst}" if feasible else infeasible,
    )
    if plans.weight:
        yield (
            "Mean and risk of the base plan",
            plans.measure(costs) if feasible else None,
            "weighted as in the joint plan" if feasible else infeasible,
        )
    saves = "VSS = EEV - HN: what planning for all scenarios saves in expected cost"
    if plans.weight:
        saves += "; below 0 where less risk is paid for"
    yield (
        "Value of the stochastic solution",
        plans.mean(costs) - expected if feasible else None,
        saves if feasible else "without bound: the base plan cannot be held in every scenario",
    )
