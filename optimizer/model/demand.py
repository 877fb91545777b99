r"""Demand: delivered and short add up to what is wanted; a share may have to be delivered.

.. math::
    \sum_c deliver_{d,c,t} + short_{d,t} = quantity_{d,t} \qquad
    \sum_c deliver_{d,c,t} \ge minimum_{d,t}
    \qquad \forall (d, t) \qquad [t\ per\ period]

Outlets and optional sales are demand without penalty.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from pyomo.core import ConcreteModel

from optimizer.model.family import Bound, Family
from optimizer.model.linear_rows import LinearRow, add_rows
from optimizer.model.variables import ByPeriod, FlowVariables
from optimizer.network.network_data import Network
from optimizer.tables.schema import INFINITY


def _wanted_tonnes(network: Network, row: Any, _: Sequence[str], t: int | None) -> float:
    """Tonnes wanted in a period: the minimum delivery is a share of them."""
    if t is None:
        return 1.0
    calendar = network.calendar
    wanted = dict(row.by_period).get(calendar.labels[t])
    years = calendar.cover(row.start, row.end)[t]
    return float((row.quantity or 0.0) * years if wanted is None else wanted)


def _customer(_: Network, names: Sequence[str]) -> Iterator[tuple[str, str]]:
    yield names[1], names[2]


DEMAND_FAMILY = Family(
    name="demand",
    index=("line", "customer", "material", "period"),
    meaning="delivered + short = demand, tonnes per period",
    kind="demand",
    unit="t",
    sheet="Demand",
    row_key=("line", "customer", "material"),
    upper=Bound("quantity", "the demand of {0} for {2} is at most {value}"),
    period_columns=True,
    relieved_by="choice",
    custom_relaxation=True,
    price="cost",
    rent="shortage",
    checks=("demand",),
)
"""Less demand relieves nothing: what is not delivered is short."""

LEAST_DELIVERY_FAMILY = Family(
    name="least_delivery",
    index=("line", "customer", "material", "period"),
    meaning="minimum delivered, tonnes per period",
    kind="minimum delivery",
    unit="t",
    sheet="Demand",
    row_key=("line", "customer", "material"),
    lower=Bound(
        "minimum",
        "at least {value} of the demand of {0} for {2} must be delivered",
        "The minimum delivery to {0} at {1} binds",
    ),
    coefficient=_wanted_tonnes,
    relief="{amount} t less of {thing} in {period}",
    rent="shortage",
    wanted_at=_customer,
    checks=("demand",),
)


def add(m: ConcreteModel, network: Network, columns: FlowVariables) -> None:
    """Rows of lines of demand."""
    delivered: list[list[ByPeriod]] = [[] for _ in network.lines]
    for deliver, cells in zip(network.flows.delivers, columns.deliver, strict=True):
        delivered[deliver.line].append(cells)
    add_rows(m, DEMAND_FAMILY, _demand_rows(network, delivered, columns.short))
    add_rows(m, LEAST_DELIVERY_FAMILY, _least_delivery_rows(network, delivered))


def _demand_rows(
    network: Network, delivered: list[list[ByPeriod]], short: list[ByPeriod]
) -> Iterator[LinearRow]:
    for line, classes, missing in zip(network.lines, delivered, short, strict=True):
        for t, variable in missing.items():
            terms = [(1.0, cells[t]) for cells in classes if t in cells]
            terms.append((1.0, variable))
            name = (line.name, line.customer, line.material, network.calendar.labels[t])
            yield name, line.quantity[t], terms, line.quantity[t]


def _least_delivery_rows(network: Network, delivered: list[list[ByPeriod]]) -> Iterator[LinearRow]:
    for line, classes in zip(network.lines, delivered, strict=True):
        for t, least in enumerate(line.minimum):
            if least > 0:
                terms = [(1.0, cells[t]) for cells in classes if t in cells]
                name = (line.name, line.customer, line.material, network.calendar.labels[t])
                yield name, least, terms, INFINITY
