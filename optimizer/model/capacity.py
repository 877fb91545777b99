r"""Capacity: processes that share a unit share its hours; limits of each process.

.. math::
    \sum_{p \in processes(u),\,b} use_{p,u,t} \, run_{p,b,t}
    \le capacity_{u,t} + \sum_{k,\,t' \le t} added_{k,u,t',t} \, build_{k,t'}
    \qquad \forall (u, t) \qquad [use\ per\ period]

.. math::
    \sum_{p \in processes(u),\,b} use_{p,u,t} \, run_{p,b,t} \ge minimum_{u,t}
    \qquad \forall (u, t) \qquad [use\ per\ period]

.. math::
    idleminimum_{u,t} \, open_{u,t} + minimum_{u,t}
    \le \sum_{p,\,b} use_{p,u,t} \, run_{p,b,t} \le most_{u,t} \, open_{u,t}
    \qquad \forall (u, t)\ that\ may\ idle \qquad [use\ per\ period]

.. math::
    minimum_{k,t} \le \sum_{p \in processes(k),\,b} run_{p,b,t} \le maximum_{k,t}
    \qquad \forall (k, t) \qquad [activity\ per\ period]

.. math::
    \sum_{p,\,b} use_{p,u,t} \, run_{p,b,t} \le capacity_{u,t} \, open_{u,t}
    + \sum_{k,\,t' \le t} added_{k,u,t',t} \, build_{k,t'}
    \qquad \forall (u, t)\ that\ may\ idle\ and\ grow \qquad [use\ per\ period]

The last follows from the others for whole decisions and is tighter for parts of one.

``capacity`` has the availability in it and ``most`` all that options could add; a
``minimum`` is a share of the rows' own capacity. ``k`` are the keys (site, recipe, feed,
unit) of Processes with a minimum or a maximum, a ``*`` feed counting all feeds together.
"""

from __future__ import annotations

from collections.abc import Iterator

from pyomo.core import ConcreteModel

from optimizer.model.linear_rows import Row, Terms, family
from optimizer.model.variables import ByPeriod, FlowVariables
from optimizer.network.network_data import Network, NetworkUnit
from optimizer.tables.schema import INFINITY

RELIEF = {
    "capacity": "{thing} needs {amount:,.1f} more capacity in {period}",
    "minimum_load": "{thing} would run at {amount:,.1f} less than its minimum load in {period}",
    "running": "{thing} needs {amount:,.1f} more capacity in {period}",
    "running_own": "{thing} needs {amount:,.1f} more capacity in {period}",
    "idle_minimum": "{thing} would run at {amount:,.1f} less than its minimum load in {period}",
    "process": "{thing} needs {amount:,.1f} more activity allowed in {period}",
}


def add(m: ConcreteModel, network: Network, columns: FlowVariables) -> None:
    """Rows of units and of processes with limits."""
    activity: list[list[ByPeriod]] = [[] for _ in network.processes]
    for run, cells in zip(network.flows.runs, columns.run, strict=True):
        activity[run.process].append(cells)
    family(m, "capacity", "use of a unit per period", _units(network, columns, activity))
    family(m, "minimum_load", "least use of a unit per period", _minimum(network, activity))
    if any(columns.open):
        running = _running(network, columns, activity)
        family(m, "running", "use only where it runs, per period", running)
        own = _running_own(network, columns, activity)
        family(m, "running_own", "use of own capacity only where it runs, per period", own)
        least = _idle_minimum(network, columns, activity)
        family(m, "idle_minimum", "least use where it runs, per period", least)
    family(m, "process", "activity per period", _bounds(network, activity))


def most_capacity(network: Network, index: int, t: int) -> float:
    """Capacity of a unit in a period with all that options could add, use per period."""
    most = network.units[index].capacity[t]
    for option in network.options:
        for addition in option.additions:
            if addition.unit == index:
                most += option.most * max(
                    (added[t] for added in addition.capacity.values()), default=0.0
                )
    return most


def use_of(unit: NetworkUnit, activity: list[list[ByPeriod]], t: int) -> Terms:
    """Use of a unit in a period by all processes on it."""
    return [
        (use[t], cells[t])
        for process, use in unit.uses.items()
        if use[t]
        for cells in activity[process]
        if t in cells
    ]


def _units(
    network: Network, columns: FlowVariables, activity: list[list[ByPeriod]]
) -> Iterator[Row]:
    added = _added(network, columns)
    for index, unit in enumerate(network.units):
        for t, period in enumerate(network.calendar.labels):
            terms = use_of(unit, activity, t)
            if terms:
                terms += added.get((index, t), [])
            yield (unit.site, unit.unit, period), -INFINITY, terms, unit.capacity[t]


def _minimum(network: Network, activity: list[list[ByPeriod]]) -> Iterator[Row]:
    for unit in network.units:
        for t, period in enumerate(network.calendar.labels):
            if unit.minimum[t]:
                terms = use_of(unit, activity, t)
                yield (unit.site, unit.unit, period), unit.minimum[t], terms, INFINITY


def _added(network: Network, columns: FlowVariables) -> dict[tuple[int, int], Terms]:
    """Capacity that options add, by unit and period, as it stands on the left side."""
    found: dict[tuple[int, int], Terms] = {}
    for option, cells in zip(network.options, columns.build, strict=True):
        for addition in option.additions:
            for decided, variable in cells.items():
                for t, capacity in enumerate(addition.capacity[decided]):
                    if capacity:
                        own = found.setdefault((addition.unit, t), [])
                        own.append((-capacity, variable))
    return found


def _running(
    network: Network, columns: FlowVariables, activity: list[list[ByPeriod]]
) -> Iterator[Row]:
    for index, (unit, runs) in enumerate(zip(network.units, columns.open, strict=True)):
        for t, variable in runs.items():
            terms = use_of(unit, activity, t)
            if terms:
                terms.append((-most_capacity(network, index, t), variable))
                yield (unit.site, unit.unit, network.calendar.labels[t]), -INFINITY, terms, 0.0


def _running_own(
    network: Network, columns: FlowVariables, activity: list[list[ByPeriod]]
) -> Iterator[Row]:
    added = _added(network, columns)
    for index, (unit, runs) in enumerate(zip(network.units, columns.open, strict=True)):
        for t, variable in runs.items():
            terms, built = use_of(unit, activity, t), added.get((index, t), [])
            if terms and built:
                terms += [*built, (-unit.capacity[t], variable)]
                yield (unit.site, unit.unit, network.calendar.labels[t]), -INFINITY, terms, 0.0


def _idle_minimum(
    network: Network, columns: FlowVariables, activity: list[list[ByPeriod]]
) -> Iterator[Row]:
    for unit, runs in zip(network.units, columns.open, strict=True):
        for t, variable in runs.items():
            if unit.idle_minimum[t]:
                terms = use_of(unit, activity, t)
                terms.append((-unit.idle_minimum[t], variable))
                name = (unit.site, unit.unit, network.calendar.labels[t])
                yield name, unit.minimum[t], terms, INFINITY


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
