"""Values of the variables, by flow and period: the last place that sees Pyomo."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct
from pyomo.core import ConcreteModel

from optimizer.model.variables import ByPeriod
from optimizer.network.network_data import Network

NOTHING = 1e-9
"""Tonnes below which a variable counts as zero."""

ValuesByFlow = list[dict[int, float]]
"""Values by flow, then by period; only what is not zero."""


class VariableValues(Struct, frozen=True):
    """What was decided, as the network numbers its flows."""

    network: Network
    buy: ValuesByFlow
    run: ValuesByFlow
    ship: ValuesByFlow
    stock: ValuesByFlow
    downgrade: ValuesByFlow
    deliver: ValuesByFlow
    discard: ValuesByFlow
    short: ValuesByFlow
    shortfall: ValuesByFlow
    build: ValuesByFlow
    open: ValuesByFlow
    used: ValuesByFlow


def decisions(m: ConcreteModel) -> VariableValues:
    """Values of a solved model."""
    columns = m.columns
    return VariableValues(
        network=m.network,
        buy=_values(columns.buy),
        run=_values(columns.run),
        ship=_values(columns.ship),
        stock=_values(columns.stock),
        downgrade=_values(columns.downgrade),
        deliver=_values(columns.deliver),
        discard=_values(columns.discard),
        short=_values(columns.short),
        shortfall=_values(columns.shortfall),
        build=_values(columns.build),
        open=_values(columns.open),
        used=_values(columns.used),
    )


def _values(columns: list[ByPeriod]) -> ValuesByFlow:
    return [
        {t: variable.value for t, variable in own.items() if variable.value > NOTHING}
        for own in columns
    ]


def each(cells: ValuesByFlow) -> Iterator[tuple[int, int, float]]:
    """Flow, period and value of everything that is not zero."""
    for flow, own in enumerate(cells):
        for t, amount in own.items():
            yield flow, t, amount
