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

from optimizer.model.commitment_rows import Commitment, commitments, hold, near
from optimizer.model.family import Family
from optimizer.model.limits import counted
from optimizer.model.linear_rows import LinearTerms, linear
from optimizer.model.variables import ByPeriod
from optimizer.network.network_data import LimitBound, Network

WeightedOffer = tuple[str, str, str]
"""Offer, site, material."""


class StudyTerms(Struct, frozen=True):
    """What is added to a model; None where nothing is."""

    most_short: float | None = None
    """Most tonnes short over the horizon, lines with a penalty or a minimum together."""
    most_cost: float | None = None
    """Most present value of all costs."""
    held: tuple[tuple[Commitment, float], ...] | None = None
    """Tonnes bought and shipped in the periods before ``held_to``; what is not named is none."""
    held_to: int = 0
    """Number of periods, from the first, in which purchases and shipments are held."""
    measure: str = ""
    """Name of a limit whose value in the plan is wanted."""
    least_bought: tuple[tuple[WeightedOffer, float], ...] | None = None
    """Tonnes bought that are made least instead of cost: weight of each offer."""
    least: str = ""
    """What is made least instead of cost: SHORT, or what a limit of this name adds up."""
    less_base: float = 0.0
    """Of a share: times what it is a share of, taken off what is made least."""


SHORT = "short"
"""Tonnes short over the horizon, as what is made least."""


LARGEST_COST_COEFFICIENT = 2048.0
"""A power of two scales the row of costs so that no coefficient is larger. Chosen so that
coefficients of costs stand near those of tonnes; a power of two rounds nothing."""

_BOUND_OF_A_STUDY = "the study sets it, not the workbook"

STUDY_SHORT_FAMILY = Family(
    name="study_short",
    meaning="most short over the horizon, tonnes",
    gives="never",
    price="none",
    unpriced=_BOUND_OF_A_STUDY,
    unaudited=_BOUND_OF_A_STUDY,
)
STUDY_COST_FAMILY = Family(
    name="study_cost",
    meaning="most present value of all costs, money",
    gives="never",
    price="none",
    unpriced=_BOUND_OF_A_STUDY,
    unaudited=_BOUND_OF_A_STUDY,
)


def add(m: ConcreteModel, twist: StudyTerms) -> None:
    """Add rows and objective of a study to a model; the cost stays in ``m.total_cost``."""
    if twist.most_short is not None:
        _constrain(m, STUDY_SHORT_FAMILY, _sum(m, _short(m)) <= twist.most_short)
    if twist.held is not None:
        _hold(m, dict(twist.held), twist.held_to)
    if twist.most_cost is not None:
        _constrain(m, STUDY_COST_FAMILY, _cost_bound(m, twist.most_cost))
    if twist.least_bought is not None:
        m.total_cost.deactivate()
        aim = _sum(m, list(_bought(m, dict(twist.least_bought))))
        m.study_aim = Objective(expr=aim, sense=minimize)
    if twist.least:
        m.total_cost.deactivate()
        m.study_aim = Objective(expr=_sum(m, _least(m, twist)), sense=minimize)


def cost_of(m: ConcreteModel) -> float:
    """Present value of all costs at the values of the variables."""
    return float(value(m.total_cost.expr))


def measured(m: ConcreteModel, name: str) -> float | None:
    """What a limit adds up in a solved model, all windows together; None if there is none."""
    bound = _limit(m, name)
    if bound is None:
        return None
    total = _added_up(_terms(m, bound, bound.terms))
    if bound.base is None:
        return total
    base = _added_up(_terms(m, bound, bound.base))
    return total / base if base else 0.0


def _limit(m: ConcreteModel, name: str) -> LimitBound | None:
    network: Network = m.network
    return next((bound for bound in network.limits if bound.name == name), None)


def _terms(m: ConcreteModel, bound: LimitBound, amounts: Mapping[int, float]) -> LinearTerms:
    """What a limit adds up, all its windows together."""
    cells: list[ByPeriod] = getattr(m.columns, bound.group)
    when = {t for _, periods in bound.windows for t in counted(bound, periods)}
    return [
        (amount, variable)
        for flow, amount in amounts.items()
        for t, variable in cells[flow].items()
        if t in when
    ]


def _least(m: ConcreteModel, twist: StudyTerms) -> LinearTerms:
    """What is made least; of a share :math:`N / D` it is :math:`N - share \\, D` (Dinkelbach)."""
    if twist.least == SHORT:
        return _short(m)
    bound = _limit(m, twist.least)
    if bound is None:
        return []
    found = {id(variable): (amount, variable) for amount, variable in _terms(m, bound, bound.terms)}
    for amount, variable in _terms(m, bound, bound.base or {}):
        before = found.get(id(variable), (0.0, variable))[0]
        found[id(variable)] = (before - twist.less_base * amount, variable)
    return list(found.values())


def _added_up(terms: LinearTerms) -> float:
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


def _hold(m: ConcreteModel, held: dict[Commitment, float], count: int) -> None:
    """Hold purchases and shipments of the first periods, but for rounding."""
    first = (
        commitment
        for commitment, (t, _) in commitments(m, ("purchases", "shipments")).items()
        if t < count
    )
    hold(m, {commitment: near(held.get(commitment, 0.0)) for commitment in first})


def _short(m: ConcreteModel) -> LinearTerms:
    """What is short and counts: outlets and optional sales are left out."""
    network: Network = m.network
    return [
        (1.0, variable)
        for line, own in zip(network.lines, m.columns.short, strict=True)
        for t, variable in own.items()
        if line.penalty[t] > 0 or line.minimum[t] > 0
    ]


def _bought(m: ConcreteModel, weights: dict[WeightedOffer, float]) -> Iterator[tuple[float, Any]]:
    network: Network = m.network
    for buy, own in zip(network.flows.buys, m.columns.buy, strict=True):
        offer = network.offers[buy.offer]
        weight = weights.get((offer.name, offer.site, offer.material), 0.0)
        if weight:
            yield from ((weight, variable) for variable in own.values())
