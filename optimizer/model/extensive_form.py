r"""Extensive form: one model of all scenarios, one decision for what is decided before.

.. math::
    \sum_{f \in g} flow_{\sigma,f} = \sum_{f \in g} flow_{\sigma_g,f}
    \qquad \forall (\sigma, g)\ here\ and\ now \qquad [t]

.. math::
    excess_\sigma \ge cost_\sigma - level \qquad \forall \sigma \qquad [money]

.. math::
    \min \; (1 - weight) \sum_\sigma probability_\sigma \, cost_\sigma + weight \left( level
    + \frac{1}{1 - tail} \sum_\sigma probability_\sigma \, excess_\sigma \right)

Each scenario is a whole model in a block. The first rows (nonanticipativity) make commitments
that are decided here and now equal in all scenarios: they compare the scenario of the row with
the first one that has the commitment. A scenario that does not offer it at all (no row, a
maximum of 0, no such option) does not bind it; in a scenario that offers it without any use
for it, it is zero, and so everywhere. ``excess`` and ``level`` exist only if weight is above 0:
the bracket is the conditional value at risk, the mean of the worst 1 - tail of the cost
(Rockafellar and Uryasev, Journal of Risk 2(3), 2000), and ``level`` the least of these costs.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from pyomo.core import ConcreteModel, NonNegativeReals, Objective, Reals, Var, minimize

from optimizer.model import cost
from optimizer.model.commitment_rows import (
    COMMITMENT_INDEX,
    Commitment,
    commitments,
    offered_commitments,
)
from optimizer.model.family import Family
from optimizer.model.linear_rows import LinearRow, LinearTerms, add_rows, linear
from optimizer.tables.schema import INFINITY

_SCENARIOS = "the audit looks at each scenario's plan by itself"

NONANTICIPATIVITY_FAMILY = Family(
    name="nonanticipativity",
    kind="decision before the outcome",
    index=("scenario", *COMMITMENT_INDEX),
    meaning="decided before the scenario is known",
    relieved_by="nothing",
    price="none",
    unpriced="it makes one decision of those of all scenarios",
    unaudited=_SCENARIOS,
)
EXCESS_COST_FAMILY = Family(
    name="excess_cost",
    kind="cost above the tail",
    index=("scenario",),
    meaning="cost above the level, money",
    relieved_by="nothing",
    price="none",
    unpriced="it defines the cost above the level",
    unaudited=_SCENARIOS,
)


def join_scenarios(
    models: Sequence[ConcreteModel],
    probabilities: Sequence[float],
    here_and_now: Iterable[Commitment],
    *,
    tail: float = 0.0,
    weight: float = 0.0,
) -> ConcreteModel:
    """One model with a block for each scenario: ``scenario_1`` and so on.

    ``here_and_now`` are the commitments equal in all scenarios; ``tail`` is the probability of
    the costs below the worst part, ``weight`` that of the mean of the worst part in the objective.
    """
    m = ConcreteModel(name="scenarios")
    terms: LinearTerms = []
    fixed = 0.0
    costs = [cost.total(model.network, model.columns) for model in models]
    for number, model in enumerate(models, 1):
        model.total_cost.deactivate()
        m.add_component(f"scenario_{number}", model)
    m.nothing = Var(bounds=(0, 0), doc="zero: the left side of what cannot be")
    add_rows(m, NONANTICIPATIVITY_FAMILY, _nonanticipativity(models, here_and_now))
    for probability, (own, constant) in zip(probabilities, costs, strict=True):
        part = (1.0 - weight) * probability
        terms += [(part * rate, variable) for rate, variable in own if part]
        fixed += part * constant
    if weight:
        terms += _tail(m, probabilities, costs, tail, weight)
    m.expected_cost = Objective(
        expr=linear(terms or [(0.0, m.nothing)], constant=fixed),
        sense=minimize,
        doc="expected cost, or mean and risk",
    )
    return m


def _tail(
    m: ConcreteModel,
    probabilities: Sequence[float],
    costs: Sequence[tuple[LinearTerms, float]],
    tail: float,
    weight: float,
) -> LinearTerms:
    """Add rows for the worst part of the cost; its terms in the objective."""
    scenarios = [f"scenario_{number}" for number in range(1, len(costs) + 1)]
    m.level = Var(domain=Reals, doc="cost above which the worst part lies")
    m.excess = Var(scenarios, domain=NonNegativeReals, doc="cost above the level")

    def rows() -> Iterator[LinearRow]:
        for scenario, (own, constant) in zip(scenarios, costs, strict=True):
            terms = [*own, (-1.0, m.excess[scenario]), (-1.0, m.level)]
            yield (scenario,), -INFINITY, terms, -constant

    add_rows(m, EXCESS_COST_FAMILY, rows())
    share = weight / (1.0 - tail)
    burden: LinearTerms = [(weight, m.level)]
    for scenario, probability in zip(scenarios, probabilities, strict=True):
        burden.append((share * probability, m.excess[scenario]))
    return burden


def _nonanticipativity(
    models: Sequence[ConcreteModel], here_and_now: Iterable[Commitment]
) -> Iterator[LinearRow]:
    decided = list(here_and_now)
    kinds = {commitment.kind for commitment in decided}
    by_model = [commitments(model, kinds) for model in models]
    on_offer = [offered_commitments(model.network, kinds) for model in models]
    for commitment in decided:
        groups = [variables.get(commitment) for variables in by_model]
        first = next((number for number, group in enumerate(groups) if group), None)
        if first is None:
            continue
        reference = [(-1.0, variable) for variable in groups[first][1]]  # type: ignore[index]
        for number, group in enumerate(groups):
            name = (f"scenario_{number + 1}", *commitment.row)
            if group is not None and number != first:
                terms = [(1.0, variable) for variable in group[1]]
                yield name, 0.0, terms + reference, 0.0
            elif group is None and commitment in on_offer[number]:
                yield name, 0.0, reference, 0.0
