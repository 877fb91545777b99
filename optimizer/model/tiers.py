r"""Tiers of supply: an offer is bought only after another one is bought up to its maximum.

.. math::
    buy_{o,t} \ge maximum_{o,t} \, full_{o,t}
    \qquad \forall (o, t)\ that\ come\ before\ another\ offer \qquad [t\ per\ period]

.. math::
    buy_{o',t} \le maximum_{o',t} \, full_{o,t}
    \qquad \forall (o', o, t)\ with\ o'\ after\ o \qquad [t\ per\ period]

The yes/no decision stands where prices rise, too: a rule, a contract, a limit or another
objective may want the dearer offer alone.
"""

from __future__ import annotations

from collections.abc import Iterator

from pyomo.core import ConcreteModel

from optimizer.model.family import Bound, Family
from optimizer.model.linear_rows import LinearRow, add_rows
from optimizer.model.supply import bought_by_offer
from optimizer.model.variables import ByPeriod, FlowVariables
from optimizer.network.calendar import members
from optimizer.network.network_data import Network
from optimizer.tables.schema import INFINITY

TIER_FULL_FAMILY = Family(
    name="tier_full",
    kind="offer tier",
    index=("offer", "site", "material", "period"),
    meaning="bought up to the maximum before the next tier, tonnes per period",
    relieved_by="nothing",
    price="none",
    unpriced="the maximum of the offer has the price of its threshold",
    rent="supply rent",
    checks=("tiers",),
)
TIER_FAMILY = Family(
    name="tier",
    kind="offer tier",
    index=("offer", "site", "material", "offer before it", "period"),
    meaning="most after the tier before, tonnes per period",
    sheet="Supply",
    row_key=("offer", "site", "material"),
    upper=Bound("after", "{0} is sold only after {3} is bought up to its maximum"),
    relieved_by="choice",
    custom_relaxation=True,
    relief="offer {thing} is bought {amount} t before the offer before it is used up in {period}",
    price="none",
    unpriced="it follows from a yes/no decision; the maximum of the offer has the price",
    rent="supply rent",
    checks=("tiers",),
)


def add(m: ConcreteModel, network: Network, columns: FlowVariables) -> None:
    """Rows of offers that come before or after another one."""
    if not any(columns.full):
        return
    bought = bought_by_offer(network, columns)
    add_rows(m, TIER_FULL_FAMILY, _full(network, columns, bought))
    add_rows(m, TIER_FAMILY, _after(network, columns, bought))


def _full(network: Network, columns: FlowVariables, bought: list[ByPeriod]) -> Iterator[LinearRow]:
    for offer, decided, cells in zip(network.offers, columns.full, bought, strict=True):
        for t, full in decided.items():
            terms = [(1.0, cells[t])] if t in cells else []
            terms.append((-offer.maximum[t], full))
            name = (offer.name, offer.site, offer.material, network.calendar.labels[t])
            yield name, 0.0, terms, INFINITY


def _after(network: Network, columns: FlowVariables, bought: list[ByPeriod]) -> Iterator[LinearRow]:
    for offer, cells in zip(network.offers, bought, strict=True):
        for number, periods in offer.after.items():
            first = network.offers[number].name
            for t in members(periods):
                if t in cells:
                    terms = [(1.0, cells[t]), (-offer.maximum[t], columns.full[number][t])]
                    period = network.calendar.labels[t]
                    name = (offer.name, offer.site, offer.material, first, period)
                    yield name, -INFINITY, terms, 0.0
