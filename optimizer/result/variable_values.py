"""Values of the variables of a solved model, by flow and period."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct
from pyomo.core import ConcreteModel

from optimizer.model.variables import ByPeriod
from optimizer.network.network_data import Network

MIN_NONZERO_VALUE = 1e-9
"""Value at or below which a variable counts as zero.

Far below HiGHS's feasibility tolerance of 1e-7, so that only rounding is dropped.
"""

ValuesByFlow = list[dict[int, float]]
"""Nonzero values by flow, then by period."""


class VariableValues(Struct, frozen=True):
    """Values of all decisions, with the flow numbers of the network."""

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
    """Values of the decisions of a solved model."""
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
        {
            t: variable.value
            for t, variable in by_period.items()
            if variable.value > MIN_NONZERO_VALUE
        }
        for by_period in columns
    ]


def nonzero_values(values: ValuesByFlow) -> Iterator[tuple[int, int, float]]:
    """Flow, period and value of all nonzero values."""
    for flow, by_period in enumerate(values):
        for t, amount in by_period.items():
            yield flow, t, amount
