"""How much the bound of a row moves when its cell of the workbook moves by one."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from optimizer.explain.cell_locator import CellLocator, WorkbookCell
from optimizer.model import REQUIREMENTS_BY_NAME
from optimizer.model.limits import BLEND_FAMILY
from optimizer.model.rules import RULE_SHARE_FAMILY
from optimizer.model.storage import COVER_FAMILY
from optimizer.network.network_data import Network
from optimizer.solver import Program


def bound_coefficient(
    places: CellLocator, family: str, names: Sequence[str], cell: WorkbookCell | None, t: int | None
) -> float:
    """Tonnes (activity, use, number) for each unit of a cell; 0 where that depends on the plan.

    ``cell`` is None for what an option adds: its row has no dates.
    """
    row = None if cell is None else places.record(cell)
    return REQUIREMENTS_BY_NAME[family].coefficient(places.network, row, names, t)


def share_base(
    network: Network,
    program: Program,
    row: int,
    family: str,
    names: Sequence[str],
    cell: float,
    values: np.ndarray,
) -> float:
    """Tonnes in a plan that the share of a row is a share of; for cover, tonnes a day.

    ``cell`` is the share, or the days of cover, of the programme; ``values`` is the plan.
    """
    entries = slice(program.starts[row], program.starts[row + 1])
    columns, coefficients = program.columns[entries], program.values[entries]
    amounts = values[columns]
    if family == RULE_SHARE_FAMILY.name:
        return float(amounts.sum())
    if family == BLEND_FAMILY.name:
        inputs = [_taken(network, program.variables[column].index()) for column in columns.tolist()]
        return float(np.array(inputs) @ amounts)
    if family == COVER_FAMILY.name:
        taken = -float((coefficients * amounts)[coefficients < 0].sum())
        return taken / cell
    counted = np.where(coefficients > 0, 1.0 - cell, -cell)
    with np.errstate(divide="ignore", invalid="ignore"):
        base = np.where(counted != 0, coefficients * amounts / counted, 0.0)
    return float(base.sum())


def _taken(network: Network, index: tuple[str, ...]) -> float:
    """Tonnes that a run takes in per unit of activity."""
    return next(
        sum(process.inputs.values())
        for process in network.processes
        if (process.site, process.recipe, process.feed) == index[:3]
    )
