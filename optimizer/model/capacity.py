r"""Capacity: processes that share a unit share its capacity.

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
    \sum_{p,\,b} use_{p,u,t} \, run_{p,b,t} \le capacity_{u,t} \, open_{u,t}
    + \sum_{k,\,t' \le t} added_{k,u,t',t} \, build_{k,t'}
    \qquad \forall (u, t)\ that\ may\ idle\ and\ grow \qquad [use\ per\ period]

The last follows from the others for whole decisions and is tighter for parts of one.

``capacity`` has the availability in it and ``most`` all that options could add; a
``minimum`` is a share of the rows' own capacity.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from msgspec import structs
from pyomo.core import ConcreteModel

from optimizer.model.family import Bound, Family, Requirement, nowhere, per_year
from optimizer.model.linear_rows import LinearRow, LinearTerms, add_rows
from optimizer.model.variables import ByPeriod, FlowVariables
from optimizer.network.network_data import Network, NetworkUnit
from optimizer.tables.schema import INFINITY

_UNIT_INDEX = ("site", "unit", "period")


def _available_years(network: Network, row: Any, names: Sequence[str], t: int | None) -> float:
    return per_year(network, row, names, t) * float(row.availability)


def _installed_years(network: Network, row: Any, names: Sequence[str], t: int | None) -> float:
    return per_year(network, row, names, t) * float(row.capacity)


def _available_capacity(network: Network, row: Any, names: Sequence[str], t: int | None) -> float:
    return float(per_year(network, row, names, t) * row.availability * row.capacity)


def _load_always(network: Network, row: Any, names: Sequence[str], t: int | None) -> float:
    return 0.0 if row.may_idle else _available_capacity(network, row, names, t)


def _load_where_it_runs(network: Network, row: Any, names: Sequence[str], t: int | None) -> float:
    return _available_capacity(network, row, names, t) if row.may_idle else 0.0


def _added_years(network: Network, _: Any, names: Sequence[str], t: int | None) -> float:
    """Use per period for each unit that an option adds to the unit of an index."""
    assert t is not None
    unit = next(own for own in network.units if (own.site, own.unit) == tuple(names[:2]))
    return network.calendar.year_fraction * unit.availability[t]


def _inputs_of_unit(network: Network, names: Sequence[str]) -> Iterator[tuple[str, str]]:
    for unit in network.units:
        if (unit.site, unit.unit) == tuple(names[:2]):
            yield from inputs_of(network, unit.uses)


def inputs_of(network: Network, processes: Iterable[int]) -> Iterator[tuple[str, str]]:
    """Sites and materials that processes take in."""
    for index in processes:
        process = network.processes[index]
        yield from ((process.site, name) for name in process.inputs)


CAPACITY_FAMILY = Family(
    name="capacity",
    index=_UNIT_INDEX,
    meaning="use of a unit per period",
    kind="capacity",
    unit="use",
    sheet="Units",
    row_key=("site", "unit"),
    upper=Bound(
        "capacity", "{1} at {0} has a capacity of {value}", "{1} at {0} is at full capacity"
    ),
    custom_relaxation=True,
    coefficient=_available_years,
    relieves=lambda row: bool(row.availability),
    relief="{thing} needs {amount} more capacity in {period}",
    zero_is_absent=True,
    rent="capacity",
    checks=("units",),
    one_more="one more unit of capacity",
    one_less="one unit of capacity less",
)
AVAILABILITY = Requirement(
    name="availability",
    index=_UNIT_INDEX,
    kind="availability",
    unit="use",
    sheet="Units",
    row_key=("site", "unit"),
    upper=Bound("availability", "{1} at {0} is available for {value} of the time"),
    coefficient=_installed_years,
    relieves=lambda row: row.availability == 0,
)
"""A coefficient of capacity. Where it is not zero, more capacity says the same."""

ADDED_CAPACITY = Requirement(
    name="added_capacity",
    index=("option", *_UNIT_INDEX),
    kind="added capacity",
    unit="use",
    sheet="Options",
    upper=Bound("added capacity", "one of option {0} adds a capacity of {value} to {2} at {1}"),
    coefficient=_added_years,
    relieves=lambda row: row.kind != "any amount",
)
"""A coefficient of capacity. More can be built instead of an option of any amount."""

MINIMUM_LOAD_FAMILY = Family(
    name="minimum_load",
    index=_UNIT_INDEX,
    meaning="minimum use of a unit per period",
    kind="minimum load",
    unit="use",
    sheet="Units",
    row_key=("site", "unit"),
    lower=Bound(
        "minimum load",
        "{1} at {0} must run at {value} of its capacity or more",
        "{1} at {0} runs at its minimum load",
    ),
    coefficient=_load_always,
    relief="{thing} runs at {amount} below its minimum load in {period}",
    rent="capacity",
    wanted_at=_inputs_of_unit,
    checks=("units",),
    one_more="one more unit of capacity",
    one_less="one unit of capacity less",
)
RUNNING_FAMILY = Family(
    name="running",
    kind="running unit",
    index=_UNIT_INDEX,
    meaning="use only where it runs, per period",
    sheet="Units",
    relieved_by="implication",
    custom_relaxation=True,
    relief="{thing} needs {amount} more capacity in {period}",
    price="none",
    unpriced="it ties use to a yes/no decision; capacity has the price",
    rent="capacity",
    checks=("units",),
)
RUNNING_OWN_FAMILY = structs.replace(
    RUNNING_FAMILY,
    name="running_own",
    meaning="use of own capacity only where it runs, per period",
)
MINIMUM_WHEN_RUNNING_FAMILY = structs.replace(
    MINIMUM_LOAD_FAMILY,
    name="minimum_when_running",
    meaning="minimum use when it runs, per period",
    lower=Bound(
        "minimum load",
        "{1} at {0}, when it runs, must run at {value} of its capacity or more",
        "{1} at {0} runs at its minimum load",
    ),
    coefficient=_load_where_it_runs,
    wanted_at=nowhere,
)


def add(m: ConcreteModel, network: Network, columns: FlowVariables) -> None:
    """Rows of units."""
    activity = activity_of(network, columns)
    add_rows(m, CAPACITY_FAMILY, _units(network, columns, activity))
    add_rows(m, MINIMUM_LOAD_FAMILY, _minimum(network, activity))
    if any(columns.open):
        add_rows(m, RUNNING_FAMILY, _running(network, columns, activity))
        add_rows(m, RUNNING_OWN_FAMILY, _running_own(network, columns, activity))
        add_rows(m, MINIMUM_WHEN_RUNNING_FAMILY, _minimum_when_running(network, columns, activity))


def activity_of(network: Network, columns: FlowVariables) -> list[list[ByPeriod]]:
    """Activity of each process: the variables of each of its classes."""
    activity: list[list[ByPeriod]] = [[] for _ in network.processes]
    for run, cells in zip(network.flows.runs, columns.run, strict=True):
        activity[run.process].append(cells)
    return activity


def most_capacity(network: Network, index: int, t: int) -> float:
    """Capacity of a unit in a period with all that options could add, use per period."""
    most = network.units[index].capacity[t]
    for option in network.options:
        for addition in option.additions:
            if addition.unit == index:
                most += option.maximum_number * max(
                    (added[t] for added in addition.capacity.values()), default=0.0
                )
    return most


def use_of(unit: NetworkUnit, activity: list[list[ByPeriod]], t: int) -> LinearTerms:
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
) -> Iterator[LinearRow]:
    added = _added(network, columns)
    for index, unit in enumerate(network.units):
        for t, period in enumerate(network.calendar.labels):
            terms = use_of(unit, activity, t)
            if terms:
                terms += added.get((index, t), [])
            yield (unit.site, unit.unit, period), -INFINITY, terms, unit.capacity[t]


def _minimum(network: Network, activity: list[list[ByPeriod]]) -> Iterator[LinearRow]:
    for unit in network.units:
        for t, period in enumerate(network.calendar.labels):
            if unit.minimum[t]:
                terms = use_of(unit, activity, t)
                yield (unit.site, unit.unit, period), unit.minimum[t], terms, INFINITY


def _added(network: Network, columns: FlowVariables) -> dict[tuple[int, int], LinearTerms]:
    """Terms, on the left side, of the capacity that options add, by unit and period."""
    added: dict[tuple[int, int], LinearTerms] = {}
    for option, cells in zip(network.options, columns.build, strict=True):
        for addition in option.additions:
            for decided, variable in cells.items():
                for t, capacity in enumerate(addition.capacity[decided]):
                    if capacity:
                        added.setdefault((addition.unit, t), []).append((-capacity, variable))
    return added


def _running(
    network: Network, columns: FlowVariables, activity: list[list[ByPeriod]]
) -> Iterator[LinearRow]:
    for index, (unit, runs) in enumerate(zip(network.units, columns.open, strict=True)):
        for t, variable in runs.items():
            terms = use_of(unit, activity, t)
            if terms:
                terms.append((-most_capacity(network, index, t), variable))
                yield (unit.site, unit.unit, network.calendar.labels[t]), -INFINITY, terms, 0.0


def _running_own(
    network: Network, columns: FlowVariables, activity: list[list[ByPeriod]]
) -> Iterator[LinearRow]:
    added = _added(network, columns)
    for index, (unit, runs) in enumerate(zip(network.units, columns.open, strict=True)):
        for t, variable in runs.items():
            terms, built = use_of(unit, activity, t), added.get((index, t), [])
            if terms and built:
                terms += [*built, (-unit.capacity[t], variable)]
                yield (unit.site, unit.unit, network.calendar.labels[t]), -INFINITY, terms, 0.0


def _minimum_when_running(
    network: Network, columns: FlowVariables, activity: list[list[ByPeriod]]
) -> Iterator[LinearRow]:
    for unit, runs in zip(network.units, columns.open, strict=True):
        for t, variable in runs.items():
            if unit.minimum_when_running[t]:
                terms = use_of(unit, activity, t)
                terms.append((-unit.minimum_when_running[t], variable))
                name = (unit.site, unit.unit, network.calendar.labels[t])
                yield name, unit.minimum[t], terms, INFINITY
