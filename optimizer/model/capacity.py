r"""Capacity: processes that share a unit share its hours; limits of each process.

.. math::
    minimum_{u,t} \le \sum_{p \in processes(u),\,b} use_{p,u,t} \, run_{p,b,t}
    \le capacity_{u,t} \qquad \forall (u, t) \qquad [use\ per\ period]

.. math::
    minimum_{k,t} \le \sum_{p \in processes(k),\,b} run_{p,b,t} \le maximum_{k,t}
    \qquad \forall (k, t) \qquad [activity\ per\ period]

``capacity`` has the availability in it; ``k`` are the keys (site, recipe, feed, unit) of
Processes with a minimum or a maximum, a ``*`` feed counting all feeds together.
"""

from __future__ import annotations

from collections.abc import Iterator

from pyomo.core import ConcreteModel

from optimizer.model.rows import Terms, family
from optimizer.model.variables import ByPeriod, Columns
from optimizer.network.data import Network
from optimizer.tables.schema import INFINITY

RELIEF = {
    "capacity": "{thing} needs {amount:,.1f} more capacity in {period}",
    "process": "{thing} needs {amount:,.1f} more activity allowed in {period}",
}

Row = tuple[tuple[str, ...], float, Terms, float]


def add(m: ConcreteModel, network: Network, columns: Columns) -> None:
    """Rows of units and of processes with limits."""
    activity: list[list[ByPeriod]] = [[] for _ in network.processes]
    for run, cells in zip(network.flows.runs, columns.run, strict=True):
        activity[run.process].append(cells)
    family(m, "capacity", "use of a unit per period", _units(network, activity))
    family(m, "process", "activity per period", _bounds(network, activity))


def _units(network: Network, activity: list[list[ByPeriod]]) -> Iterator[Row]:
    for unit in network.units:
        for t, period in enumerate(network.calendar.labels):
            terms = [
                (use[t], cells[t])
                for process, use in unit.uses.items()
                if use[t]
                for cells in activity[process]
                if t in cells
            ]
            yield (
                (unit.site, unit.unit, period),
                unit.minimum[t] or -INFINITY,
                terms,
                unit.capacity[t],
            )


def _bounds(network: Network, activity: list[list[ByPeriod]]) -> Iterator[Row]:
    for bound in network.process_bounds:
        for t, period in enumerate(network.calendar.labels):
            terms = [
                (1.0, cells[t])
                for process, periods in bound.processes.items()
                if periods >> t & 1
                for cells in activity[process]
                if t in cells
            ]
            least = bound.minimum[t] or -INFINITY
            yield (bound.name, str(bound.rows[0]), period), least, terms, bound.maximum[t]
