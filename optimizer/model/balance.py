r"""Balance: at each node, what comes in goes out or stays.

.. math::
    stock_{n,t-1} + \sum_{b} buy_{b,t} + \sum_{l,\,k} share_{l,k} \, ship_{l,t-k}
    + \sum_{p} made_{p,n} \, run_{p,t} + \sum downgrade_{\cdot \to n,t} + inflow_{n,t}
    = \sum_{p} used_{p,n} \, run_{p,t} + \sum_{l} ship_{l,t} + \sum_{d} deliver_{d,n,t}
    + discard_{n,t} + \sum downgrade_{n \to \cdot,t} + stock_{n,t}
    \qquad \forall (n, t) \qquad [t\ per\ period]

A node ``n`` is a site, a material and a class. Arrivals are split over two periods where
a lead time is not a whole number of periods. Conservation of mass is never relaxed.
"""

from __future__ import annotations

from collections.abc import Iterator

from pyomo.core import ConcreteModel

from optimizer.model.family import Bound, Family
from optimizer.model.linear_rows import LinearRow, LinearTerms, add_rows
from optimizer.model.variables import FlowVariables
from optimizer.network.network_data import Network

BALANCE_FAMILY = Family(
    name="balance",
    kind="balance",
    index=("site", "material", "class", "period"),
    meaning="in = out, tonnes per period",
    upper=Bound(sentence="{0} receives {value} of {1}", demands=True),
    custom_relaxation=True,
    price="none",
    unpriced="Marginal costs and Break-even show its prices",
    checks=("mass balance",),
)
"""Mass is always conserved; an opening stock or an order that nothing can take may be less."""


def add(m: ConcreteModel, network: Network, columns: FlowVariables) -> None:
    """One row per node and period in which anything can happen there."""
    add_rows(m, BALANCE_FAMILY, _rows(network, columns))


def _rows(network: Network, columns: FlowVariables) -> Iterator[LinearRow]:
    terms = _terms(network, columns)
    inflows: dict[tuple[int, int], float] = {}
    for inflow in network.inflows:
        key = (inflow.node, inflow.period)
        inflows[key] = inflows.get(key, 0.0) + inflow.tonnes
        terms.setdefault(key, [])
    labels = network.calendar.labels
    for (index, t), row in terms.items():
        node = network.nodes[index]
        need = -inflows.get((index, t), 0.0)
        yield (node.site, node.material, node.name, labels[t]), need, row, need


def _terms(network: Network, columns: FlowVariables) -> dict[tuple[int, int], LinearTerms]:
    """LinearTerms by node and period; what comes in is positive."""
    flows, count = network.flows, network.calendar.count
    terms: dict[tuple[int, int], LinearTerms] = {}

    def put(node: int, t: int, coefficient: float, variable: object) -> None:
        terms.setdefault((node, t), []).append((coefficient, variable))

    for buy, cells in zip(flows.buys, columns.buy, strict=True):
        for t, variable in cells.items():
            put(buy.node, t, 1.0, variable)
    for run, cells in zip(flows.runs, columns.run, strict=True):
        net = dict(run.produced)
        for node, tonnes in run.consumed.items():
            net[node] = net.get(node, 0.0) - tonnes
        for t, variable in cells.items():
            for node, tonnes in net.items():
                put(node, t, tonnes, variable)
    for ship, cells in zip(flows.ships, columns.ship, strict=True):
        for t, variable in cells.items():
            put(ship.node, t, -1.0, variable)
            for later, share in ship.arrivals:
                if t + later < count:
                    put(ship.to_node, t + later, share, variable)
    for keep, cells in zip(flows.keeps, columns.stock, strict=True):
        for t, variable in cells.items():
            put(keep.node, t, -1.0, variable)
            if t + 1 < count:
                put(keep.node, t + 1, 1.0, variable)
    for downgrade, cells in zip(flows.downgrades, columns.downgrade, strict=True):
        for t, variable in cells.items():
            put(downgrade.node, t, -1.0, variable)
            put(downgrade.to_node, t, 1.0, variable)
    for deliver, cells in zip(flows.delivers, columns.deliver, strict=True):
        for t, variable in cells.items():
            put(deliver.node, t, -1.0, variable)
    for discard, cells in zip(flows.discards, columns.discard, strict=True):
        for t, variable in cells.items():
            put(discard.node, t, -1.0, variable)
    return terms
