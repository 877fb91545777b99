r"""Lanes: maximum shipped; minimum shipment and fixed cost where a lane is used.

.. math::
    \sum_{w \in arcs(l),\,c} ship_{w,c,t} \le maximum_{l,t}
    \qquad \forall (l, t) \qquad [t\ per\ period]

.. math::
    least_{l,t} \, used_{l,t} \le \sum_{w \in arcs(l),\,c} ship_{w,c,t}
    \le \min(maximum_{l,t},\ ends_{l,t}) \, used_{l,t}
    \qquad \forall (l, t)\ with\ a\ fixed\ cost\ or\ a\ least\ shipment

A ``*`` lane counts all its materials together. ``ends`` is the most that demand at the end
can take, where nothing else can: the tighter the bound, the closer the relaxation.
"""

from __future__ import annotations

from collections.abc import Iterator

from pyomo.core import ConcreteModel

from optimizer.model.family import Bound, Family, as_written
from optimizer.model.linear_rows import LinearRow, LinearTerms, add_rows
from optimizer.model.variables import ByPeriod, FlowVariables
from optimizer.network.network_data import ArcBound, Network
from optimizer.tables.schema import INFINITY

LANE_FAMILY = Family(
    name="lane",
    index=("lane", "material", "row of Lanes", "period"),
    meaning="maximum shipped, tonnes per period",
    kind="lane",
    unit="t",
    sheet="Lanes",
    row_key=("row of Lanes",),
    upper=Bound(
        "maximum",
        "lane {0}, when used, carries at most {value}",
        "The lane {0} carries its maximum of {1}",
    ),
    custom_relaxation=True,
    relief="lane {thing} needs {amount} t more in {period}",
    checks=("lanes",),
)
LANE_MINIMUM_FAMILY = Family(
    name="lane_minimum",
    index=("lane", "material", "row of Lanes", "period"),
    meaning="minimum shipped when used, tonnes per period",
    kind="minimum shipment",
    unit="t",
    sheet="Lanes",
    row_key=("row of Lanes",),
    lower=Bound(
        "minimum when used",
        "lane {0}, when used, must carry at least {value}",
        "The lane {0} carries its minimum shipment of {1}",
    ),
    coefficient=as_written,
    relief="lane {thing} carries {amount} t below its minimum in {period}",
    checks=("lanes",),
)


def add(m: ConcreteModel, network: Network, columns: FlowVariables) -> None:
    """Rows of lanes with a maximum, a minimum shipment or a fixed cost."""
    shipped: list[list[ByPeriod]] = [[] for _ in network.arcs]
    for ship, cells in zip(network.flows.ships, columns.ship, strict=True):
        shipped[ship.arc].append(cells)
    add_rows(m, LANE_FAMILY, _most(network, columns, shipped))
    if any(columns.used):
        add_rows(m, LANE_MINIMUM_FAMILY, _least(network, columns, shipped))


def _name(network: Network, bound: ArcBound, t: int) -> tuple[str, ...]:
    return bound.name, bound.material, str(bound.rows[0]), network.calendar.labels[t]


def _over(bound: ArcBound, shipped: list[list[ByPeriod]], t: int) -> LinearTerms:
    return [
        (1.0, cells[t])
        for arc, periods in bound.arcs.items()
        if periods >> t & 1
        for cells in shipped[arc]
        if t in cells
    ]


def _most(
    network: Network, columns: FlowVariables, shipped: list[list[ByPeriod]]
) -> Iterator[LinearRow]:
    for bound, decided in zip(network.arc_bounds, columns.used, strict=True):
        for t, most in enumerate(bound.maximum):
            terms = _over(bound, shipped, t)
            if t in decided and terms:
                ends = sum(network.arc_maximum[arc].get(t, INFINITY) for arc in bound.arcs)
                terms.append((-min(most, ends), decided[t]))
                most = 0.0
            yield _name(network, bound, t), -INFINITY, terms, most


def _least(
    network: Network, columns: FlowVariables, shipped: list[list[ByPeriod]]
) -> Iterator[LinearRow]:
    for bound, decided in zip(network.arc_bounds, columns.used, strict=True):
        for t, variable in decided.items():
            least = bound.minimum_when_used[t]
            if least:
                terms = _over(bound, shipped, t)
                terms.append((-least, variable))
                yield _name(network, bound, t), 0.0, terms, INFINITY
