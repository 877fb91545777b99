r"""Cost: every term once, for both the objective and the cost table.

.. math::
    \min \sum_t discount_t \left( \sum_{f} charge_{f,t} \, flow_{f,t} + fixed_t
    + \sum_{k,\,t'} payment_{k,t',t} \, build_{k,t'} \right) \qquad [money]

Everything falls at mid-period. A charge is money per tonne, or per unit of activity, of
one category; revenue and closing value are negative. An option decided in ``t'`` pays its
capital then, its fixed cost from the day it runs, and is credited in the last period with
the share of its life that lies beyond the horizon.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec import Struct
from pyomo.core import ConcreteModel, Objective, minimize

from optimizer.model.linear_rows import LinearTerms, linear
from optimizer.model.variables import ByPeriod, FlowVariables
from optimizer.network.network_data import Network

CARRYING_DAYS_PER_YEAR = 365.25
"""Days of a year on average, as the contract counts lead times."""


class Charge(Struct, frozen=True):
    """What one unit of a flow costs in each period, undiscounted."""

    category: str
    rate: Sequence[float]


class Charges(Struct, frozen=True):
    """Charges of every flow, in the order of :class:`FlowVariables`, and fixed costs."""

    buy: list[list[Charge]]
    run: list[list[Charge]]
    ship: list[list[Charge]]
    stock: list[list[Charge]]
    discard: list[list[Charge]]
    deliver: list[list[Charge]]
    short: list[list[Charge]]
    shortfall: list[list[Charge]]
    open: list[list[Charge]]
    used: list[list[Charge]]

    def groups(self, columns: FlowVariables) -> Iterator[tuple[list[list[Charge]], list[ByPeriod]]]:
        """Pairs of charges and the variables that they are charged on."""
        yield self.buy, columns.buy
        yield self.run, columns.run
        yield self.ship, columns.ship
        yield self.stock, columns.stock
        yield self.discard, columns.discard
        yield self.deliver, columns.deliver
        yield self.short, columns.short
        yield self.shortfall, columns.shortfall
        yield self.open, columns.open
        yield self.used, columns.used


def charges(network: Network) -> Charges:
    """Charges of every flow, per unit and period, undiscounted."""
    flows, count = network.flows, network.calendar.count
    return Charges(
        buy=[[Charge("purchases", network.offers[buy.offer].price)] for buy in flows.buys],
        run=[[Charge("conversion", network.processes[run.process].cost)] for run in flows.runs],
        ship=[list(_shipping(network, ship.arc, ship.duty)) for ship in flows.ships],
        stock=[list(_storing(network, keep.store)) for keep in flows.keeps],
        discard=[
            [Charge("disposal", [network.disposal_cost[network.nodes[flow.node].material]] * count)]
            for flow in flows.discards
        ],
        deliver=[
            [Charge("revenue", [-price for price in network.lines[flow.line].price])]
            for flow in flows.delivers
        ],
        short=[[Charge("shortage", line.penalty)] for line in network.lines],
        shortfall=[
            [Charge("take or pay", [contract.price] * count)] for contract in network.contracts
        ],
        open=[[Charge("fixed cost", unit.fixed_cost_when_running)] for unit in network.units],
        used=[[Charge("freight", bound.fixed_cost)] for bound in network.arc_bounds],
    )


def _shipping(network: Network, index: int, duty: Sequence[float] | None) -> Iterator[Charge]:
    """Freight, duty and carrying cost in transit, all due at departure."""
    arc = network.arcs[index]
    yield Charge("freight", arc.cost)
    if duty is not None:
        yield Charge("duty", duty)
    yearly = network.case.settings.carrying_cost_rate * network.values[arc.material]
    if yearly and any(arc.lead_days):
        yield Charge("carrying", [yearly * days / CARRYING_DAYS_PER_YEAR for days in arc.lead_days])


def _storing(network: Network, index: int) -> Iterator[Charge]:
    """Holding and carrying cost on closing stock; credit for what is left at the end."""
    store, count = network.stores[index], network.calendar.count
    yield Charge("holding", store.holding_cost)
    yearly = network.case.settings.carrying_cost_rate * network.values[store.material]
    if yearly:
        yield Charge("carrying", [yearly * network.calendar.year_fraction] * count)
    if store.closing_value:
        yield Charge("closing value", [0.0] * (count - 1) + [-store.closing_value])


def fixed_costs(network: Network) -> Iterator[tuple[int, int, float]]:
    """Unit, period and fixed cost that is due whatever is decided, undiscounted."""
    for index, unit in enumerate(network.units):
        for t, money in enumerate(unit.fixed_cost):
            if money:
                yield index, t, money


Payment = tuple[str, int, float]
"""Category, period and money, undiscounted."""


def payments(network: Network, index: int, decided: int) -> Iterator[Payment]:
    """What one of an option costs when it is decided in a period."""
    option = network.options[index]
    if option.capital:
        yield "capital", decided, option.capital
    for t, money in enumerate(option.fixed_cost[decided]):
        if money:
            yield "fixed cost", t, money
    if option.credit[decided]:
        yield "closing value", network.calendar.count - 1, -option.credit[decided]


def add(m: ConcreteModel, network: Network, columns: FlowVariables) -> None:
    """The objective: total discounted cost."""
    terms, fixed = total(network, columns)
    expression = linear(terms or [(0.0, m.nothing)], constant=fixed)
    m.total_cost = Objective(expr=expression, sense=minimize, doc="total discounted cost")


def total(network: Network, columns: FlowVariables) -> tuple[LinearTerms, float]:
    """Terms of the total discounted cost, and the constant that is due whatever is decided."""
    discount = network.calendar.discount(network.case.settings.discount_rate)
    terms: LinearTerms = []
    for burdens, flows in charges(network).groups(columns):
        for each_flow, variables in zip(burdens, flows, strict=True):
            for t, variable in variables.items():
                rate = sum(charge.rate[t] for charge in each_flow) * discount[t]
                if rate:
                    terms.append((rate, variable))
    for index, cells in enumerate(columns.build):
        for decided, variable in cells.items():
            worth = sum(money * discount[t] for _, t, money in payments(network, index, decided))
            if worth:
                terms.append((worth, variable))
    return terms, sum(money * discount[t] for _, t, money in fixed_costs(network))
