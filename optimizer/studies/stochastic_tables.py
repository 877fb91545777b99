"""Tables of a plan under uncertainty, and the measures in them."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from optimizer.model import NOTHING, Commitment
from optimizer.plan import Result
from optimizer.result.result_layouts import Field, Layout, Table, table

HERE_AND_NOW = Layout(
    "Here and now",
    "What is decided before it is known which scenario comes, and what would be decided if it "
    "were known. Purchases are tonnes, options a number.",
    (
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
    (
        Field("scenario", "text", "name of the scenario"),
        Field("probability", "share", "its probability"),
        Field("cost", "money", "discounted cost under the joint plan"),
        Field("short", "tonnes", "tonnes of demand not met, outlets left out"),
        Field("base plan", "money", "discounted cost with the base plan's decisions held"),
        Field("known in advance", "money", "discounted cost of its own best plan"),
        Field("worst part", "share", "part of its probability among the worst of the cost"),
        Field("audit", "text", "verdict of the audit of its plan"),
    ),
)
VALUE_OF_PLANNING = Layout(
    "Value",
    "What planning for several scenarios is worth, and what knowing more would be: WS <= HN <= EEV "
    "in expected present value, unless the plan weighs risk or stops at a gap.",
    (
        Field("item", "text", "measure"),
        Field("amount", "money", "discounted money; blank where a plan is impossible"),
        Field("meaning", "text", "what it says"),
    ),
)


@dataclass
class ScenarioPlans:
    """Plans of the scenarios, and what they are compared with."""

    names: list[str]
    probabilities: list[float]
    decided: list[dict[Commitment, float]]
    results: list[Result]
    tail: float
    weight: float
    before: dict[Commitment, float] | None = None
    """Decisions of the base plan."""
    held: list[float | None] = field(default_factory=list)
    """Cost of each scenario with these held."""
    alone: list[float] = field(default_factory=list)
    """Cost of each scenario, known in advance."""
    alone_values: list[dict[Commitment, float]] = field(default_factory=list)

    @property
    def costs(self) -> list[float]:
        """Cost of each scenario under the joint plan."""
        return [float(result.objective or 0.0) for result in self.results]

    def mean(self, costs: Sequence[float]) -> float:
        """Expected cost."""
        return math.fsum(
            share * cost for share, cost in zip(self.probabilities, costs, strict=True)
        )

    def risk(self, costs: Sequence[float]) -> float:
        """Mean of the worst part of the cost."""
        return tail_mean(costs, self.probabilities, self.tail)

    def measure(self, costs: Sequence[float]) -> float:
        """Mean and risk, as weighted."""
        if not self.weight:
            return self.mean(costs)
        return (1 - self.weight) * self.mean(costs) + self.weight * self.risk(costs)


def worst_part(costs: Sequence[float], probabilities: Sequence[float], tail: float) -> list[float]:
    """Probability of each scenario that lies among the worst 1 - tail."""
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


def stochastic_tables(measured: ScenarioPlans) -> tuple[Table, ...]:
    """Tables of the study."""
    return (
        table(VALUE_OF_PLANNING, list(_values(measured))),
        table(HERE_AND_NOW, list(_decisions(measured))),
        table(BY_SCENARIO, list(_scenarios(measured))),
    )


def _decisions(measured: ScenarioPlans) -> Iterator[tuple[object, ...]]:
    decided: dict[Commitment, float] = {}
    for own in measured.decided:
        for commitment, amount in own.items():
            decided.setdefault(commitment, amount)
    before = measured.before or {}
    others = [before, *measured.alone_values]
    every = dict.fromkeys([*decided, *(key for each in others for key in each)])
    for commitment in sorted(every):
        now = decided.get(commitment, 0.0)
        alone = [own.get(commitment, 0.0) for own in measured.alone_values]
        if max(now, before.get(commitment, 0.0), *alone, NOTHING) <= NOTHING:
            continue
        name = (*commitment.name, "", "")
        yield (
            commitment.kind,
            *name[:3],
            commitment.period,
            now,
            before.get(commitment, 0.0) if measured.before is not None else None,
            min(alone) if alone else None,
            max(alone) if alone else None,
        )


def _scenarios(measured: ScenarioPlans) -> Iterator[tuple[object, ...]]:
    count = len(measured.names)
    part = worst_part(measured.costs, measured.probabilities, measured.tail)
    held = measured.held or [None] * count
    alone: Sequence[float | None] = measured.alone or [None] * count
    for number, result in enumerate(measured.results):
        yield (
            measured.names[number],
            measured.probabilities[number],
            result.objective,
            result.shortage,
            held[number],
            alone[number],
            part[number] / measured.probabilities[number] if measured.probabilities[number] else 0,
            result.audit.verdict if result.audit else "",
        )


def _values(measured: ScenarioPlans) -> Iterator[tuple[str, float | None, str]]:
    """Measures, all of one kind: what is compared is expected present value of cost.

    Wait and see <= expected cost <= that of the base plan, where risk has no weight; their
    differences are EVPI and VSS.
    """
    worst = f"the worst {1 - measured.tail:.0%} of the cost"
    costs = measured.costs
    mine = measured.mean(costs)
    yield "Expected cost", mine, "of the joint plan, decided here and now (HN)"
    yield "CVaR", measured.risk(costs), f"of the joint plan: the mean of {worst}"
    if measured.weight:
        meaning = (
            f"what the joint plan makes least: {1 - measured.weight:g} x expected cost + "
            f"{measured.weight:g} x CVaR"
        )
        yield "Mean and risk", measured.measure(costs), meaning
    if measured.held:
        yield from _of_base(measured, mine, worst)
    if measured.alone:
        known = measured.mean(measured.alone)
        yield "Wait and see", known, "expected cost, if each scenario were known in advance (WS)"
        yield (
            "Expected value of perfect information",
            mine - known,
            "EVPI = HN - WS: the most, in expected cost, that knowing the scenario could save",
        )


def _of_base(
    measured: ScenarioPlans, mine: float, worst: str
) -> Iterator[tuple[str, float | None, str]]:
    """What the base plan costs in the scenarios, and what planning for all of them saves."""
    kept = [cost for cost in measured.held if cost is not None]
    possible = len(kept) == len(measured.held)
    lost = [name for name, cost in zip(measured.names, measured.held, strict=True) if cost is None]
    refused = f"impossible: the base plan's decisions cannot be held in {', '.join(lost)}"
    yield (
        "Expected cost of the base plan",
        measured.mean(kept) if possible else None,
        "its decisions here and now, held in every scenario (EEV)" if possible else refused,
    )
    yield (
        "CVaR of the base plan",
        measured.risk(kept) if possible else None,
        f"the mean of {worst}" if possible else refused,
    )
    if measured.weight:
        yield (
            "Mean and risk of the base plan",
            measured.measure(kept) if possible else None,
            "weighted as in the joint plan" if possible else refused,
        )
    saves = "VSS = EEV - HN: what planning for all scenarios saves in expected cost"
    if measured.weight:
        saves += "; below 0 where less risk is paid for"
    yield (
        "Value of the stochastic solution",
        measured.mean(kept) - mine if possible else None,
        saves if possible else "without bound: the base plan cannot be held in every scenario",
    )
