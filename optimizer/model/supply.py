r"""Offers: least and most bought, contracts and take or pay.

.. math::
    minimum_{o,t} \le buy_{o,t} \le maximum_{o,t} \qquad \forall (o, t) \qquad [t\ per\ period]

.. math::
    \sum_t weight_{c,t} \, buy_{o,t} \le quantity_c \qquad
    \sum_t weight_{c,t} \, buy_{o,t} + shortfall_c \ge takeorpay_c \, quantity_c
    \qquad \forall c \qquad [t]

A contract ``c`` is a Supply row with a contract quantity; ``weight`` is 1 but for a period
that several rows of the offer share.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pyomo.core import ConcreteModel

from optimizer.model.family import Bound, Family
from optimizer.model.linear_rows import LinearRow, add_rows
from optimizer.model.variables import ByPeriod, FlowVariables
from optimizer.network.network_data import Network
from optimizer.tables.schema import INFINITY

OFFER_FAMILY = Family(
    name="offer",
    index=("offer", "site", "material", "period"),
    meaning="minimum and maximum purchase, tonnes per period",
    kind="offer",
    unit="t",
    sheet="Supply",
    row_key=("offer", "site", "material"),
    lower=Bound(
        "minimum",
        "at least {value} of {0} must be bought",
        "The minimum purchase of {2} from {0} at {1} costs more than it is worth",
    ),
    upper=Bound(
        "maximum", "{0} sells at most {value}", "The supply of {2} from {0} at {1} is fully used"
    ),
    relief="offer {thing} needs {amount} t more in {period}",
    rent="supply rent",
    checks=("offers",),
)


def _quantity_in_horizon(network: Network, row: Any, *_: Any) -> float:
    """Part of a contract's dates that lies in the horizon."""
    calendar = network.calendar
    begin, end = calendar.span(row.start, row.end)
    horizon = float(calendar.count * calendar.months)
    return (min(end, horizon) - max(begin, 0.0)) / (end - begin)


CONTRACT_FAMILY = Family(
    name="contract",
    index=("offer", "site", "material", "row of Supply"),
    meaning="maximum over a contract, tonnes",
    kind="contract",
    unit="t",
    sheet="Supply",
    row_key=("row of Supply",),
    upper=Bound(
        "contract quantity",
        "the contract of {0} is for at most {value}",
        "The contract of {0} at {1} ({2}) is fully used",
    ),
    coefficient=_quantity_in_horizon,
    relief="contract {thing} needs {amount} t more",
    rent="supply rent",
    checks=("contracts",),
)
TAKE_OR_PAY_FAMILY = Family(
    name="take_or_pay",
    index=("offer", "site", "material", "row of Supply"),
    meaning="taken or paid for, tonnes",
    kind="take or pay",
    unit="t",
    sheet="Supply",
    row_key=("row of Supply",),
    lower=Bound(
        "take or pay",
        "{value} of the contract of {0} is paid for in any case",
        "The take-or-pay quantity of {0} at {1} ({2}) costs more than it is worth",
    ),
    relieved_by="nothing",
    relief="contract {thing} is paid for {amount} t less",
    rent="supply rent",
    checks=("contracts",),
)
"""It never stands in the way of a plan: what is not taken is paid for."""


def add(m: ConcreteModel, network: Network, columns: FlowVariables) -> None:
    """Rows of offers and of contracts."""
    bought = bought_by_offer(network, columns)
    add_rows(m, OFFER_FAMILY, _offers(network, bought))
    add_rows(m, CONTRACT_FAMILY, _contracts(network, bought))
    add_rows(m, TAKE_OR_PAY_FAMILY, _take_or_pay(network, bought, columns.shortfall))


def bought_by_offer(network: Network, columns: FlowVariables) -> list[ByPeriod]:
    """Purchases of each offer by period; each is of one provenance class at a time."""
    bought: list[ByPeriod] = [{} for _ in network.offers]
    for buy, cells in zip(network.flows.buys, columns.buy, strict=True):
        bought[buy.offer].update(cells)
    return bought


def _offers(network: Network, bought: list[ByPeriod]) -> Iterator[LinearRow]:
    for offer, cells in zip(network.offers, bought, strict=True):
        for t, period in enumerate(network.calendar.labels):
            least, most = offer.minimum[t], offer.maximum[t]
            if least > 0 or (t in cells and most < INFINITY):
                terms = [(1.0, cells[t])] if t in cells else []
                yield (offer.name, offer.site, offer.material, period), least, terms, most


def _contracts(network: Network, bought: list[ByPeriod]) -> Iterator[LinearRow]:
    for contract in network.contracts:
        offer = network.offers[contract.offer]
        cells = bought[contract.offer]
        terms = [(weight, cells[t]) for t, weight in contract.weights.items() if t in cells]
        name = (offer.name, offer.site, offer.material, f"row {contract.row}")
        yield name, -INFINITY, terms, contract.quantity


def _take_or_pay(
    network: Network, bought: list[ByPeriod], shortfall: list[ByPeriod]
) -> Iterator[LinearRow]:
    for contract, unpaid in zip(network.contracts, shortfall, strict=True):
        if not unpaid:
            continue
        offer = network.offers[contract.offer]
        cells = bought[contract.offer]
        terms = [(weight, cells[t]) for t, weight in contract.weights.items() if t in cells]
        terms.append((1.0, unpaid[contract.last_period]))
        name = (offer.name, offer.site, offer.material, f"row {contract.row}")
        yield name, contract.minimum_paid, terms, INFINITY
