r"""Studies: a bound on shortage or on cost, another objective.

.. math::
    \sum_{d,\,t} short_{d,t} \le mostshort \qquad [t] \qquad\qquad
    \sum_t discount_t \, cost_t \le mostcost \qquad [money]

``short`` counts for lines with a penalty or a minimum; ``cost`` is the sum of the section Cost.
The workbook cannot say these bounds: what a planner can write belongs in Limits.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

from msgspec import Struct
from pyomo.core import ConcreteModel, Constraint, Objective, minimize, value

from optimizer.model.commitment_rows import (
    Commitment,
    commitments,
    fix_commitments,
    rounding_bounds,
)
from optimizer.model.family import Family
from optimizer.model.limits import counted_periods, net_of_share
from optimizer.model.linear_rows import LinearTerms, linear
from optimizer.model.variables import ByPeriod
from optimizer.network.network_data import LimitBound, Network

WeightedOffer = tuple[str, str, str]
"""Offer, site, material."""


class StudyTerms(Struct, frozen=True):
    """What one study adds to a model; a field at its default adds nothing."""

    maximum_shortage: float | None = None
    """Maximum tonnes short over the horizon, of lines with a penalty or a minimum."""
    maximum_cost: float | None = None
    """Maximum present value of all costs."""
    commitments: tuple[tuple[Commitment, float], ...] | None = None
    """Fixed purchases and shipments, tonnes, in the first ``fixed_periods``; others are zero."""
    fixed_periods: int = 0
    """Number of periods, from the first, in which purchases and shipments are fixed."""
    reported_measure: str = ""
    """Name of a limit whose value in the plan is reported."""
    purchase_weights: tuple[tuple[WeightedOffer, float], ...] | None = None
    """Weight of each offer in an objective of tonnes bought, which replaces cost."""
    minimised_measure: str = ""
    """Objective that replaces cost: SHORT, or the sum of the limit of this name."""
    subtracted_share: float = 0.0
    """For a limit on a share: this share of its base is subtracted in the objective."""


MINIMISE_SHORTAGE = "short"
"""Objective of tonnes short over the horizon."""

LARGEST_COST_COEFFICIENT = 2048.0
"""A power of two scales the row of costs so that no coefficient is larger. Chosen so that
coefficients of costs stand near those of tonnes; a power of two rounds nothing."""

_BOUND_OF_A_STUDY = "the study sets it, not the workbook"

STUDY_SHORT_FAMILY = Family(
    name="study_short",
    kind="bound on shortage",
    meaning="most short over the horizon, tonnes",
    relieved_by="nothing",
    price="none",
    unpriced=_BOUND_OF_A_STUDY,
    unaudited=_BOUND_OF_A_STUDY,
)
STUDY_COST_FAMILY = Family(
    name="study_cost",
    kind="bound on cost",
    meaning="most present value of all costs, money",
    relieved_by="nothing",
    price="none",
    unpriced=_BOUND_OF_A_STUDY,
    unaudited=_BOUND_OF_A_STUDY,
)


def add_study_terms(m: ConcreteModel, study: StudyTerms) -> None:
    """Add rows and objective of a study to a model; the cost stays in ``m.total_cost``."""
    if study.maximum_shortage is not None:
        _constrain(m, STUDY_SHORT_FAMILY, _sum(m, _short(m)) <= study.maximum_shortage)
    if study.commitments is not None:
        _fix_first_periods(m, dict(study.commitments), study.fixed_periods)
    if study.maximum_cost is not None:
        _constrain(m, STUDY_COST_FAMILY, _cost_bound(m, study.maximum_cost))
    if study.purchase_weights is not None:
        m.total_cost.deactivate()
        tonnes = _sum(m, list(_bought(m, dict(study.purchase_weights))))
        m.study_objective = Objective(expr=tonnes, sense=minimize)
    if study.minimised_measure:
        m.total_cost.deactivate()
        m.study_objective = Objective(expr=_sum(m, _objective_terms(m, study)), sense=minimize)


def present_value_of_costs(m: ConcreteModel) -> float:
    """Present value of all costs at the values of the variables."""
    return float(value(m.total_cost.expr))


def value_of_limit(m: ConcreteModel, name: str) -> float | None:
    """Value of a limit in a solved model, all windows together; None if there is no such limit."""
    bound = _limit(m, name)
    if bound is None:
        return None
    total = _value(_terms(m, bound, bound.terms))
    if bound.base is None:
        return total
    base = _value(_terms(m, bound, bound.base))
    return total / base if base else 0.0


def _limit(m: ConcreteModel, name: str) -> LimitBound | None:
    network: Network = m.network
    return next((bound for bound in network.limits if bound.name == name), None)


def _terms(m: ConcreteModel, bound: LimitBound, amounts: Mapping[int, float]) -> LinearTerms:
    """Terms of a limit, all its windows together."""
    cells: list[ByPeriod] = getattr(m.columns, bound.group)
    periods_counted = {t for _, periods in bound.windows for t in counted_periods(bound, periods)}
    return [
        (amount, variable)
        for flow, amount in amounts.items()
        for t, variable in cells[flow].items()
        if t in periods_counted
    ]


def _objective_terms(m: ConcreteModel, study: StudyTerms) -> LinearTerms:
    """Terms of the objective; of a share ``N / D`` those of ``N - share * D`` (Dinkelbach)."""
    if study.minimised_measure == MINIMISE_SHORTAGE:
        return _short(m)
    bound = _limit(m, study.minimised_measure)
    if bound is None:
        return []
    terms, base = _terms(m, bound, bound.terms), _terms(m, bound, bound.base or {})
    return net_of_share(terms, study.subtracted_share, base)


def _value(terms: LinearTerms) -> float:
    return math.fsum(amount * variable.value for amount, variable in terms)


def _sum(m: ConcreteModel, terms: LinearTerms) -> Any:
    return linear(terms or [(1.0, m.nothing)])


def _constrain(m: ConcreteModel, family: Family, expression: Any) -> None:
    m.add_component(family.name, Constraint(expr=expression, doc=family.meaning))


def _cost_bound(m: ConcreteModel, most: float) -> Any:
    total = m.total_cost.expr
    coefficients = list(map(float, total.linear_coefs))
    largest = max(map(abs, coefficients), default=1.0)
    scale = 2.0 ** -max(0, math.ceil(math.log2(max(largest / LARGEST_COST_COEFFICIENT, 1.0))))
    terms = [(c * scale, v) for c, v in zip(coefficients, total.linear_vars, strict=True)]
    return linear(terms) <= (most - float(total.constant)) * scale


def _fix_first_periods(m: ConcreteModel, tonnes: dict[Commitment, float], count: int) -> None:
    """Fix purchases and shipments of the first periods, but for rounding."""
    first = (
        commitment
        for commitment, (t, _) in commitments(m, ("purchases", "shipments")).items()
        if t < count
    )
    fix_commitments(
        m, {commitment: rounding_bounds(tonnes.get(commitment, 0.0)) for commitment in first}
    )


def _short(m: ConcreteModel) -> LinearTerms:
    """Tonnes short of lines with a penalty or a minimum: no outlets, no optional sales."""
    network: Network = m.network
    return [
        (1.0, variable)
        for line, cells in zip(network.lines, m.columns.short, strict=True)
        for t, variable in cells.items()
        if line.penalty[t] > 0 or line.minimum[t] > 0
    ]


def _bought(m: ConcreteModel, weights: dict[WeightedOffer, float]) -> Iterator[tuple[float, Any]]:
    network: Network = m.network
    for buy, cells in zip(network.flows.buys, m.columns.buy, strict=True):
        offer = network.offers[buy.offer]
        weight = weights.get((offer.name, offer.site, offer.material), 0.0)
        if weight:
            yield from ((weight, variable) for variable in cells.values())
