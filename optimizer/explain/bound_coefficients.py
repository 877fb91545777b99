"""How much the bound of a row moves when a cell of the workbook moves by one."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from optimizer.explain.cell_locator import CellLocator, WorkbookCell
from optimizer.network.network_data import Network
from optimizer.solver import Program


def factor(
    places: CellLocator, family: str, names: Sequence[str], cell: WorkbookCell | None, t: int | None
) -> float:
    """Tonnes (or activity, use, number) for each unit of a cell; 0 where the plan decides that.

    ``cell`` is None for what an option adds: its row has no dates of its own.
    """
    network = places.network
    calendar = network.calendar
    if family == "added_capacity":
        assert t is not None
        unit = next(own for own in network.units if (own.site, own.unit) == tuple(names[:2]))
        return calendar.year_fraction * unit.availability[t]
    assert cell is not None
    record = places.record(cell)
    if family in ("rule_share", "cover", "blend") or (family == "limit" and "sum" not in names):
        return 0.0
    if family == "contract":
        begin, end = calendar.span(record.start, record.end)
        horizon = float(calendar.count * calendar.months)
        return (min(end, horizon) - max(begin, 0.0)) / (end - begin)
    if t is None or family in ("storage", "limit"):
        return 1.0
    years = calendar.cover(record.start, record.end)[t]
    if family == "capacity":
        return float(years * record.availability)
    if family == "availability":
        return float(years * record.capacity)
    if family in ("minimum_load", "idle_minimum"):
        own = record.may_idle == (family == "idle_minimum")
        return float(years * record.availability * record.capacity) if own else 0.0
    if family == "least_delivery":
        wanted = dict(record.by_period).get(calendar.labels[t])
        return float((record.quantity or 0.0) * years if wanted is None else wanted)
    return 1.0 if family == "lane_minimum" else float(years)


def share_base(
    network: Network,
    program: Program,
    row: int,
    family: str,
    names: Sequence[str],
    cell: float,
    values: np.ndarray,
) -> float:
    """What the share of a row is a share of, tonnes, in a plan; for cover, tonnes a day.

    ``cell`` is the share, or the days of cover, that the programme was made with.
    """
    own = slice(program.starts[row], program.starts[row + 1])
    columns, coefficients = program.columns[own], program.values[own]
    amounts = values[columns]
    if family == "rule_share":
        return float(amounts.sum())
    if family == "blend":
        inputs = [_taken(network, program.variables[column].index()) for column in columns.tolist()]
        return float(np.array(inputs) @ amounts)
    if family == "cover":
        taken = -float((coefficients * amounts)[coefficients < 0].sum())
        return taken / cell
    counted = np.where(coefficients > 0, 1.0 - cell, -cell)
    with np.errstate(divide="ignore", invalid="ignore"):
        base = np.where(counted != 0, coefficients * amounts / counted, 0.0)
    return float(base.sum())


def _taken(network: Network, index: tuple[str, ...]) -> float:
    """Tonnes that a run takes in per unit of activity."""
    return next(
        sum(own.inputs.values())
        for own in network.processes
        if (own.site, own.recipe, own.feed) == index[:3]
    )
