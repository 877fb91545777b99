r"""Options: how much is built, what it needs, what excludes what.

.. math::
    \sum_t build_{k,t} \le most_k \qquad
    \sum_{t' \le t} build_{k,t'} \le most_k \, begun_{n,t}
    \qquad \forall (k, n \in needs_k, t)

.. math::
    begun_{n,t} \, one_n \le \sum_{t' \le t} build_{n,t'} \qquad
    \sum_t build_{k,t} \le most_k \, chosen_k \qquad \sum_{k \in g} chosen_k \le 1
    \qquad \forall g

.. math::
    \sum_c ship_{w,c,t} \le ends_{w,t} \sum_{k,\,t' \le t} build_{k,t'}
    \qquad \forall (w, t)\ from\ a\ place\ that\ needs\ a\ unit\ not\ yet\ built

The last rows follow from capacity for whole decisions, but not for parts of one: they
keep the relaxation from building a sliver of a plant for each customer.

For a yes/no option ``begun`` is what is built by then and ``chosen`` what is ever built,
without a variable of their own. An option of any amount counts as built when one of it
is (all of it, if its most is less).
"""

from __future__ import annotations

from collections.abc import Iterator

from pyomo.core import ConcreteModel

from optimizer.model.family import Bound, Family
from optimizer.model.linear_rows import LinearRow, LinearTerms, add_rows
from optimizer.model.variables import ByPeriod, FlowVariables
from optimizer.network.network_data import Network
from optimizer.tables.schema import INFINITY

_BINDS_BY_LOGIC = "it follows from a yes/no decision, so no amount of it could be added"

BUILT_MAXIMUM_FAMILY = Family(
    name="built_maximum",
    index=("option",),
    meaning="built over the horizon",
    kind="option",
    unit="number",
    sheet="Options",
    row_key=("option",),
    upper=Bound(
        "most",
        "{0} is built at most {value} times",
        "Option {0} is built the maximum number of times",
    ),
    custom_relaxation=True,
    cells_change_together=True,
    relief="option {thing} may be built {amount} times more",
    one_more="one more of it",
    one_less="one of it less",
    checks=("options",),
)
BUILT_NEEDS_FAMILY = Family(
    name="built_needs",
    kind="needed option",
    index=("option", "what it needs", "period"),
    meaning="no earlier than what it needs",
    sheet="Options",
    row_key=("option",),
    upper=Bound("needs", "{0} needs {1}"),
    relieved_by="choice",
    custom_relaxation=True,
    price="none",
    unpriced=_BINDS_BY_LOGIC,
    checks=("options",),
)
BUILT_BEGUN_FAMILY = Family(
    name="built_begun",
    kind="needed option",
    index=("option", "period"),
    meaning="counts as built only if built",
    relieved_by="nothing",
    price="none",
    unpriced=_BINDS_BY_LOGIC,
    checks=("options",),
)
BUILT_CHOSEN_FAMILY = Family(
    name="built_chosen",
    kind="exclusive option",
    index=("option",),
    meaning="built only if chosen",
    relieved_by="implication",
    custom_relaxation=True,
    price="none",
    unpriced=_BINDS_BY_LOGIC,
    checks=("options",),
)
BUILT_ONE_OF_FAMILY = Family(
    name="built_one_of",
    kind="exclusive option",
    index=("group",),
    meaning="at most one of a group",
    sheet="Options",
    row_key=("group",),
    upper=Bound("one of", "at most one of the options of {0} is built"),
    relieved_by="choice",
    price="none",
    unpriced=_BINDS_BY_LOGIC,
    checks=("options",),
)
BUILT_LANE_FAMILY = Family(
    name="built_lane",
    kind="lane of an option",
    index=("lane", "material", "site", "unit", "period"),
    meaning="shipped only from what is built",
    relieved_by="implication",
    custom_relaxation=True,
    price="none",
    unpriced="capacity implies it for whole decisions, and has the price",
    checks=("units",),
)


def add(m: ConcreteModel, network: Network, columns: FlowVariables) -> None:
    """Rows of options."""
    if not network.options:
        return
    add_rows(m, BUILT_MAXIMUM_FAMILY, _most(network, columns))
    add_rows(m, BUILT_NEEDS_FAMILY, _needs(network, columns))
    add_rows(m, BUILT_BEGUN_FAMILY, _begun(network, columns))
    add_rows(m, BUILT_CHOSEN_FAMILY, _chosen(network, columns))
    add_rows(m, BUILT_ONE_OF_FAMILY, _one_of(network, columns))
    add_rows(m, BUILT_LANE_FAMILY, _reach(network, columns))


def _built_by(cells: ByPeriod, t: int, factor: float = 1.0) -> LinearTerms:
    """Terms of what is built up to and in a period."""
    return [(factor, variable) for decided, variable in cells.items() if decided <= t]


def _most(network: Network, columns: FlowVariables) -> Iterator[LinearRow]:
    last = network.calendar.count
    for option, cells in zip(network.options, columns.build, strict=True):
        yield (option.name,), -INFINITY, _built_by(cells, last), option.maximum_number


def _needs(network: Network, columns: FlowVariables) -> Iterator[LinearRow]:
    for option, cells in zip(network.options, columns.build, strict=True):
        for need in option.needs:
            needed = network.options[need]
            for t in cells:
                if needed.kind == "yes/no":
                    begun = _built_by(columns.build[need], t, -option.maximum_number)
                else:
                    begun = (
                        [(-option.maximum_number, columns.begun[need][t])]
                        if t in columns.begun[need]
                        else []
                    )
                name = (option.name, needed.name, network.calendar.labels[t])
                yield name, -INFINITY, _built_by(cells, t) + begun, 0.0


def _begun(network: Network, columns: FlowVariables) -> Iterator[LinearRow]:
    for option, cells, begun in zip(network.options, columns.build, columns.begun, strict=True):
        for t, variable in begun.items():
            one = min(1.0, option.maximum_number)
            name = (option.name, network.calendar.labels[t])
            yield name, -INFINITY, [(one, variable), *_built_by(cells, t, -1.0)], 0.0


def _chosen(network: Network, columns: FlowVariables) -> Iterator[LinearRow]:
    last = network.calendar.count
    for option, cells, chosen in zip(network.options, columns.build, columns.chosen, strict=True):
        for variable in chosen.values():
            yield (
                (option.name,),
                -INFINITY,
                [*_built_by(cells, last), (-option.maximum_number, variable)],
                0.0,
            )


def _one_of(network: Network, columns: FlowVariables) -> Iterator[LinearRow]:
    groups: dict[str, LinearTerms] = {}
    last = network.calendar.count
    for option, cells, chosen in zip(network.options, columns.build, columns.chosen, strict=True):
        for group in option.groups:
            own = groups.setdefault(group, [])
            own += [(1.0, variable) for variable in chosen.values()] or _built_by(cells, last)
    for group, terms in groups.items():
        yield (group,), -INFINITY, terms, 1.0


def _reach(network: Network, columns: FlowVariables) -> Iterator[LinearRow]:
    """Rows of lanes from places that need a unit whose only capacity is what options add."""
    shipped: dict[int, list[ByPeriod]] = {}
    for ship, cells in zip(network.flows.ships, columns.ship, strict=True):
        shipped.setdefault(ship.arc, []).append(cells)
    for index, own in shipped.items():
        arc = network.arcs[index]
        for unit in network.required_units.get((arc.from_site, arc.material), ()):
            builders = _builders(network, columns, unit)
            for t, most in network.arc_maximum[index].items():
                built = [(-most, variable) for variable in builders.get(t, ())]
                terms: LinearTerms = [(1.0, cells[t]) for cells in own if t in cells]
                if terms and built and not network.units[unit].capacity[t]:
                    period = network.calendar.labels[t]
                    place = network.units[unit]
                    name = (arc.name, arc.material, place.site, place.unit, period)
                    yield name, -INFINITY, terms + built, 0.0


def _builders(network: Network, columns: FlowVariables, unit: int) -> dict[int, list[object]]:
    """Whole decisions that add capacity to a unit, by period; none if any amount can be added."""
    builders: dict[int, list[object]] = {}
    for option, cells in zip(network.options, columns.build, strict=True):
        for addition in option.additions:
            if addition.unit == unit:
                if option.kind == "any amount":
                    return {}
                for decided, variable in cells.items():
                    for t, capacity in enumerate(addition.capacity[decided]):
                        if capacity:
                            builders.setdefault(t, []).append(variable)
    return builders
