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

from pyomo.core import ConcreteModel

from optimizer.model.linear_rows import Row, family
from optimizer.model.variables import ByPeriod, FlowVariables
from optimizer.network.network_data import Network
from optimizer.tables.schema import INFINITY

RELIEF = {
    "offer": "offer {thing} needs {amount:,.1f} t more in {period}",
    "contract": "contract {thing} needs {amount:,.1f} t more",
    "take_or_pay": "contract {thing} would be paid for {amount:,.1f} t less",
}


def add(m: ConcreteModel, network: Network, columns: FlowVariables) -> None:
    """Rows of offers and of contracts."""
    bought = bought_by_offer(network, columns)
    family(m, "offer", "least and most bought, tonnes per period", _offers(network, bought))
    family(m, "contract", "most over a contract, tonnes", _contracts(network, bought))
    family(
        m,
        "take_or_pay",
        "taken or paid for, tonnes",
        _take_or_pay(network, bought, columns.shortfall),
    )


def bought_by_offer(network: Network, columns: FlowVariables) -> list[ByPeriod]:
    """Purchases of each offer by period; each is of one provenance class at a time."""
    bought: list[ByPeriod] = [{} for _ in network.offers]
    for buy, cells in zip(network.flows.buys, columns.buy, strict=True):
        bought[buy.offer].update(cells)
    return bought


def _offers(network: Network, bought: list[ByPeriod]) -> Iterator[Row]:
    for offer, cells in zip(network.offers, bought, strict=True):
        for t, period in enumerate(network.calendar.labels):
            least, most = offer.minimum[t], offer.maximum[t]
            if least > 0 or (t in cells and most < INFINITY):
                terms = [(1.0, cells[t])] if t in cells else []
                yield (offer.name, offer.site, offer.material, period), least, terms, most


def _contracts(network: Network, bought: list[ByPeriod]) -> Iterator[Row]:
    for contract in network.contracts:
        offer = network.offers[contract.offer]
        cells = bought[contract.offer]
        terms = [(weight, cells[t]) for t, weight in contract.weights.items() if t in cells]
        name = (offer.name, offer.site, offer.material, f"row {contract.row}")
        yield name, -INFINITY, terms, contract.quantity


def _take_or_pay(
    network: Network, bought: list[ByPeriod], shortfall: list[ByPeriod]
) -> Iterator[Row]:
    for contract, unpaid in zip(network.contracts, shortfall, strict=True):
        if not unpaid:
            continue
        offer = network.offers[contract.offer]
        cells = bought[contract.offer]
        terms = [(weight, cells[t]) for t, weight in contract.weights.items() if t in cells]
        terms.append((1.0, unpaid[contract.last]))
        name = (offer.name, offer.site, offer.material, f"row {contract.row}")
        yield name, contract.least, terms, INFINITY
