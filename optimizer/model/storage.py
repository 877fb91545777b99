r"""Stock: least and most, cover of the next period's use, closing target.

.. math::
    minimum_{s,t} \le \sum_c stock_{s,c,t} \le maximum_{s,t} \qquad
    \sum_c stock_{s,c,T} \ge closing_s \qquad [t]

.. math::
    \sum_c stock_{s,c,t} \ge cover_{s,t} \, taken_{s,\min(t+1,\,T)}
    \qquad \forall (s, t) \qquad [t]

``taken`` is what is used, shipped and delivered there in a period, over all classes;
``cover`` counts periods. In the last period its own stands for the next.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from pyomo.core import ConcreteModel

from optimizer.model.family import Bound, Family, as_written, share_of_plan
from optimizer.model.linear_rows import LinearRow, add_rows
from optimizer.model.variables import ByPeriod, FlowVariables
from optimizer.network.network_data import Network
from optimizer.tables.schema import INFINITY


def _store(_: Network, names: Sequence[str]) -> Iterator[tuple[str, str]]:
    yield names[0], names[1]


STORAGE_FAMILY = Family(
    name="storage",
    index=("site", "material", "period"),
    meaning="minimum and maximum stock, tonnes",
    kind="stock bound",
    unit="t",
    sheet="Stocks",
    row_key=("site", "material"),
    lower=Bound(
        "minimum",
        "{0} must hold at least {value} of {1}",
        "The stock of {1} at {0} is at its minimum",
        at_end="closing",
    ),
    upper=Bound(
        "maximum",
        "{0} can hold at most {value} of {1}",
        "The stock of {1} at {0} is at its maximum",
    ),
    custom_relaxation=True,
    coefficient=as_written,
    relief="store of {thing} needs {amount} t more room in {period}",
    wanted_at=_store,
    checks=("stock",),
)
COVER_FAMILY = Family(
    name="cover",
    index=("site", "material", "period"),
    meaning="stock of so many periods' use, tonnes",
    kind="days of cover",
    unit="t",
    sheet="Stocks",
    row_key=("site", "material"),
    lower=Bound(
        "days of cover",
        "the stock of {1} at {0} must cover {value}",
        "The stock of {1} at {0} is at its days of cover",
    ),
    coefficient=share_of_plan,
    relief="cover of {thing} may be {amount} t less in {period}",
    wanted_at=_store,
    checks=("stock",),
)


def add(m: ConcreteModel, network: Network, columns: FlowVariables) -> None:
    """Rows of stores."""
    stocks: list[list[ByPeriod]] = [[] for _ in network.stores]
    for keep, cells in zip(network.flows.keeps, columns.stock, strict=True):
        stocks[keep.store].append(cells)
    add_rows(m, STORAGE_FAMILY, _bounds(network, stocks))
    if any(any(store.cover_periods) for store in network.stores):
        add_rows(m, COVER_FAMILY, _cover(network, columns, stocks))


def _bounds(network: Network, stocks: list[list[ByPeriod]]) -> Iterator[LinearRow]:
    last = network.calendar.count - 1
    for store, classes in zip(network.stores, stocks, strict=True):
        for t, period in enumerate(network.calendar.labels):
            least = max(store.minimum[t], store.closing_target if t == last else 0.0)
            terms = [(1.0, cells[t]) for cells in classes if t in cells]
            if least or store.maximum[t] < INFINITY:
                yield (
                    (store.site, store.material, period),
                    least or -INFINITY,
                    terms,
                    store.maximum[t],
                )


def _cover(
    network: Network, columns: FlowVariables, stocks: list[list[ByPeriod]]
) -> Iterator[LinearRow]:
    taken = _taken(network, columns)
    last = network.calendar.count - 1
    for store, classes in zip(network.stores, stocks, strict=True):
        for t, period in enumerate(network.calendar.labels):
            if not store.cover_periods[t]:
                continue
            terms = [(1.0, cells[t]) for cells in classes if t in cells]
            use = taken.get((store.site, store.material, min(t + 1, last)), {})
            terms += [
                (-store.cover_periods[t] * tonnes, variable) for tonnes, variable in use.values()
            ]
            yield (store.site, store.material, period), 0.0, terms, INFINITY


def _taken(
    network: Network, columns: FlowVariables
) -> dict[tuple[str, str, int], dict[int, tuple[float, object]]]:
    """Tonnes used, shipped and delivered by site, material and period."""
    flows = network.flows
    stored = {(store.site, store.material) for store in network.stores if any(store.cover_periods)}
    taken: dict[tuple[str, str, int], dict[int, tuple[float, object]]] = defaultdict(dict)

    def put(index: int, tonnes: float, cells: ByPeriod) -> None:
        node = network.nodes[index]
        if (node.site, node.material) in stored:
            for t, variable in cells.items():
                before, _ = taken[node.site, node.material, t].get(id(variable), (0.0, None))
                taken[node.site, node.material, t][id(variable)] = (before + tonnes, variable)

    for run, cells in zip(flows.runs, columns.run, strict=True):
        for index, tonnes in run.consumed.items():
            put(index, tonnes, cells)
    for ship, cells in zip(flows.ships, columns.ship, strict=True):
        put(ship.node, 1.0, cells)
    for deliver, cells in zip(flows.delivers, columns.deliver, strict=True):
        put(deliver.node, 1.0, cells)
    return taken
