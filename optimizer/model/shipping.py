r"""Lanes: most that is shipped; a ``*`` lane counts all its materials together.

.. math::
    \sum_{w \in ways(l),\,c} ship_{w,c,t} \le maximum_{l,t}
    \qquad \forall (l, t) \qquad [t\ per\ period]
"""

from __future__ import annotations

from collections.abc import Iterator

from pyomo.core import ConcreteModel

from optimizer.model.rows import Terms, family
from optimizer.model.variables import ByPeriod, Columns
from optimizer.network.data import Network
from optimizer.tables.schema import INFINITY

RELIEF = {"lane": "lane {thing} needs {amount:,.1f} t more in {period}"}


def add(m: ConcreteModel, network: Network, columns: Columns) -> None:
    """Rows of lanes with a maximum."""
    shipped: list[list[ByPeriod]] = [[] for _ in network.ways]
    for ship, cells in zip(network.flows.ships, columns.ship, strict=True):
        shipped[ship.way].append(cells)
    family(m, "lane", "most shipped, tonnes per period", _rows(network, shipped))


def _rows(
    network: Network, shipped: list[list[ByPeriod]]
) -> Iterator[tuple[tuple[str, ...], float, Terms, float]]:
    for bound in network.way_bounds:
        for t, period in enumerate(network.calendar.labels):
            terms = [
                (1.0, cells[t])
                for way, periods in bound.ways.items()
                if periods >> t & 1
                for cells in shipped[way]
                if t in cells
            ]
            yield (
                (bound.name, bound.material, str(bound.rows[0]), period),
                -INFINITY,
                terms,
                bound.maximum[t],
            )
