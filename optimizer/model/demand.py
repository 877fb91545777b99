r"""Demand: delivered and short make what is wanted; a share may have to be delivered.

.. math::
    \sum_c deliver_{d,c,t} + short_{d,t} = quantity_{d,t} \qquad
    \sum_c deliver_{d,c,t} \ge minimum_{d,t}
    \qquad \forall (d, t) \qquad [t\ per\ period]

Outlets and optional sales are demand without penalty.
"""

from __future__ import annotations

from collections.abc import Iterator

from pyomo.core import ConcreteModel

from optimizer.model.linear_rows import Row, family
from optimizer.model.variables import ByPeriod, FlowVariables
from optimizer.network.network_data import Network
from optimizer.tables.schema import INFINITY

RELIEF = {
    "demand": None,
    "least_delivery": "{amount:,.1f} t less of {thing} in {period}",
}


def add(m: ConcreteModel, network: Network, columns: FlowVariables) -> None:
    """Rows of lines of demand."""
    delivered: list[list[ByPeriod]] = [[] for _ in network.lines]
    for deliver, cells in zip(network.flows.delivers, columns.deliver, strict=True):
        delivered[deliver.line].append(cells)
    family(
        m,
        "demand",
        "delivered + short = wanted, tonnes per period",
        _wanted(network, delivered, columns.short),
    )
    family(m, "least_delivery", "delivered at least, tonnes per period", _least(network, delivered))


def _wanted(
    network: Network, delivered: list[list[ByPeriod]], short: list[ByPeriod]
) -> Iterator[Row]:
    for line, own, missing in zip(network.lines, delivered, short, strict=True):
        for t, variable in missing.items():
            terms = [(1.0, cells[t]) for cells in own if t in cells]
            terms.append((1.0, variable))
            name = (line.name, line.customer, line.material, network.calendar.labels[t])
            yield name, line.quantity[t], terms, line.quantity[t]


def _least(network: Network, delivered: list[list[ByPeriod]]) -> Iterator[Row]:
    for line, own in zip(network.lines, delivered, strict=True):
        for t, least in enumerate(line.minimum):
            if least > 0:
                terms = [(1.0, cells[t]) for cells in own if t in cells]
                name = (line.name, line.customer, line.material, network.calendar.labels[t])
                yield name, least, terms, INFINITY
