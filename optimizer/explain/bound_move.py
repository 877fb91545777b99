"""What moves with one unit more of a bound, and how such moves are collected."""

from __future__ import annotations

from typing import Any

import numpy as np
from msgspec import Struct

from optimizer.model.family import Family
from optimizer.network.network_data import Network
from optimizer.solver import BoundDirection, Program
from optimizer.tables.schema import INFINITY

MovingRows = dict[int | None, float]
"""How much each row moves; the key None stands for a row that the model does not have."""


class BoundMove(Struct, frozen=True):
    """What moves with one unit more of a bound of the workbook."""

    move: BoundDirection
    """Empty if moving the bound changes nothing: it has no price."""
    bound: float | None = None
    """The bound itself; None if it is that of the row."""
    allowable_increase: float = INFINITY
    """How much more of the bound moves like this, before another bound takes over."""
    allowable_decrease: float = INFINITY
    """How much less."""
    side: int = 0
    """LOW or HIGH where only the minimum, or the maximum, of the row moves like this."""
    binds: BoundDirection | None = None
    """Part of the move that has a price if the bound binds; None: all of it."""


class PlanRows:
    """Rows of a programme by family and index, and values of its decisions in the plan."""

    def __init__(self, network: Network, m: Any, program: Program, values: np.ndarray) -> None:
        self.network, self.m, self.program, self.values = network, m, program, values
        self.column_of = {id(variable): n for n, variable in enumerate(program.variables)}
        self._number = {id(row): number for number, row in enumerate(program.constraints)}

    def number(self, family: Family, *names: str) -> int | None:
        """Number of a row; None where the model has none."""
        component = self.m.component(family.name)
        index = names if len(names) > 1 else names[0]
        if component is None or index not in component:
            return None
        return self._number.get(id(component[index]))

    def integer_value(self, variable: Any) -> float:
        """Value of a whole decision in the plan."""
        return float(round(self.values[self.column_of[id(variable)]]))


class MoveCollector:
    """Base of the classes that collect the moves of some families."""

    def __init__(self, rows: PlanRows) -> None:
        self.network, self.m, self.program = rows.network, rows.m, rows.program
        self.labels = rows.network.calendar.labels
        self.columns = rows.m.columns
        self.values, self.column_of = rows.values, rows.column_of
        self.row, self.integer_value = rows.number, rows.integer_value
        self.moves: dict[int, BoundMove] = {}

    def add_move(self, row: int, rows: MovingRows, **fields: Any) -> None:
        """Add the move of the bound that a row stands for; ``columns`` are bounds that move."""
        moving = {own: factor for own, factor in rows.items() if own is not None and factor}
        columns = fields.pop("columns", {})
        self.moves[row] = BoundMove(BoundDirection(moving, columns), **fields)
