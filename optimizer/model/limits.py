r"""Limits and blends: the planner's own bounds, and what may be mixed.

.. math::
    minimum \le \sum_{t \in w} \sum_{f} amount_f \, flow_{f,t} \le maximum
    \qquad \forall (limit, w) \qquad [t,\ activity,\ number\ or\ money\ per\ window]

.. math::
    minimum \sum_{t \in w} \sum_{g} amount_g \, flow_{g,t}
    \le \sum_{t \in w} \sum_{f} amount_f \, flow_{f,t}
    \le maximum \sum_{t \in w} \sum_{g} amount_g \, flow_{g,t}
    \qquad \forall (share, w)

.. math::
    minimum \sum_p taken_p \, run_{p,t} \le \sum_p oxide_p \, run_{p,t}
    \le maximum \sum_p taken_p \, run_{p,t} \qquad \forall (blend, t) \qquad [t\ per\ period]

``f`` are the flows that match all filters, ``g`` those of the same measure and material.
Stock counts at the end of a window's last period.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from pyomo.core import ConcreteModel

from optimizer.model.family import Bound, Family, share_of_plan
from optimizer.model.linear_rows import LinearRow, LinearTerms, add_rows
from optimizer.model.variables import ByPeriod, FlowVariables
from optimizer.network.calendar import members
from optimizer.network.network_data import LimitBound, Network
from optimizer.tables.schema import INFINITY


def _sum_as_written(_: Network, __: Any, names: Sequence[str], ___: int | None) -> float:
    """A limit on a sum is its bound; a limit on a share follows from the plan."""
    return 1.0 if names[3] == "sum" else 0.0


LIMIT_FAMILY = Family(
    name="limit",
    index=("limit", "measure", "row of Limits", "side", "window"),
    meaning="planner's own limit per window",
    kind="limit",
    unit="as in Limits",
    sheet="Limits",
    row_key=("row of Limits",),
    lower=Bound("minimum", "{0} ({1}) must be at least {value}"),
    upper=Bound("maximum", "{0} ({1}) may be at most {value}"),
    coefficient=_sum_as_written,
    relief="limit {thing} must be relaxed by {amount} in {period}",
    rent="rule rent",
    one_more="one more",
    one_less="one less",
    checks=("limits",),
)
BLEND_FAMILY = Family(
    name="blend",
    index=("site", "recipe", "oxide", "side", "period"),
    meaning="oxide taken in, tonnes per period",
    kind="blend",
    unit="t",
    sheet="Blends",
    row_key=("site", "recipe", "oxide"),
    lower=Bound("minimum", "{1} at {0} takes in at least {value} of {2}"),
    upper=Bound("maximum", "{1} at {0} takes in at most {value} of {2}"),
    coefficient=share_of_plan,
    relief="blend {thing} must be relaxed by {amount} t in {period}",
    rent="rule rent",
    one_more="one more",
    checks=("blends",),
)


def add(m: ConcreteModel, network: Network, columns: FlowVariables) -> None:
    """Rows of Limits and of Blends."""
    if network.limits:
        add_rows(m, LIMIT_FAMILY, _limits(network, columns))
    if network.blends:
        add_rows(m, BLEND_FAMILY, _blends(network, columns))


def _limits(network: Network, columns: FlowVariables) -> Iterator[LinearRow]:
    for bound in network.limits:
        cells: list[ByPeriod] = getattr(columns, bound.group)
        for window, periods in bound.windows:
            name = (bound.name, bound.measure, f"row {bound.row}")
            when = counted_periods(bound, periods)
            terms = _sum(bound.terms, cells, when)
            if bound.base is None:
                yield (*name, "sum", window), bound.minimum or -INFINITY, terms, bound.maximum
                continue
            base = _sum(bound.base, cells, when)
            if bound.minimum:
                yield (
                    (*name, "least", window),
                    0.0,
                    net_of_share(terms, bound.minimum, base),
                    INFINITY,
                )
            if bound.maximum < INFINITY:
                yield (
                    (*name, "most", window),
                    -INFINITY,
                    net_of_share(terms, bound.maximum, base),
                    0.0,
                )


def counted_periods(bound: LimitBound, periods: int) -> list[int]:
    """Periods of a window that count: for stock the last one alone."""
    when = list(members(periods))
    return when[-1:] if bound.measure == "stock" else when


def _sum(amounts: dict[int, float], cells: list[ByPeriod], when: list[int]) -> LinearTerms:
    return [
        (amount, cells[flow][t])
        for flow, amount in amounts.items()
        for t in when
        if t in cells[flow] and amount
    ]


def net_of_share(terms: LinearTerms, share: float, base: LinearTerms) -> LinearTerms:
    """Terms minus a share of a base, each variable once."""
    net = {id(variable): (amount, variable) for amount, variable in terms}
    for amount, variable in base:
        before = net.get(id(variable), (0.0, variable))[0]
        net[id(variable)] = (before - share * amount, variable)
    return [(amount, variable) for amount, variable in net.values() if amount]


def _blends(network: Network, columns: FlowVariables) -> Iterator[LinearRow]:
    for bound in network.blends:
        for t, period in enumerate(network.calendar.labels):
            contents = [
                (oxide, taken, columns.run[run][t])
                for run, (oxide, taken) in bound.contents.items()
                if t in columns.run[run]
            ]
            name = (bound.site, bound.recipe, bound.oxide)
            if bound.minimum > 0:
                least = [
                    (oxide - bound.minimum * taken, variable) for oxide, taken, variable in contents
                ]
                yield (*name, "least", period), 0.0, least, INFINITY
            if bound.maximum < 1:
                most = [
                    (oxide - bound.maximum * taken, variable) for oxide, taken, variable in contents
                ]
                yield (*name, "most", period), -INFINITY, most, 0.0
