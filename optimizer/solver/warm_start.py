"""Start of one programme from another's optimum: basis statuses by name of column and row.

Programmes of one case with other numbers have the same columns and rows; those of a case
with something more or less share most. A new column starts at its bound, a new row is basic.
Names are those of the Pyomo components, so that a start may go to another process.
"""

from __future__ import annotations

from typing import Any

import highspy
import numpy as np
from msgspec import Struct

from optimizer.solver.answer import Answer
from optimizer.solver.transfer import Program

ComponentKey = tuple[str, Any]
"""Component and index."""

BASIS_STATUSES = tuple(highspy.HighsBasisStatus.__members__.values())
AT_LOWER_BOUND, BASIC = (
    BASIS_STATUSES.index(highspy.HighsBasisStatus.kLower),
    BASIS_STATUSES.index(highspy.HighsBasisStatus.kBasic),
)


class WarmStart(Struct, frozen=True):
    """An optimal basis, or the integer columns of a plan, by name."""

    columns: list[ComponentKey]
    rows: list[ComponentKey]
    column_statuses: np.ndarray
    row_statuses: np.ndarray
    """Positions in ``BASIS_STATUSES``; empty where there is no basis."""
    integer_values: dict[ComponentKey, float]
    """Values of the integer columns."""
    within: tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]
    """Lower and upper bounds of the columns and of the rows for which the basis is optimal."""
    cost: np.ndarray
    """Costs of the columns for which the basis is optimal."""

    @classmethod
    def of(cls, program: Program, answer: Answer) -> WarmStart | None:
        """Start from an answer; None where it has no plan."""
        if answer.values is None:
            return None
        columns = component_keys(program.variables)
        integer_columns = np.flatnonzero(program.integer).tolist()
        basis, fixed = answer.basis, program.held(answer.values)
        return cls(
            columns=columns,
            rows=component_keys(program.constraints),
            column_statuses=_positions(basis.col_status if basis else []),
            row_statuses=_positions(basis.row_status if basis else []),
            integer_values={columns[n]: float(answer.values[n]) for n in integer_columns},
            within=(fixed.lower, fixed.upper, fixed.row_lower, fixed.row_upper),
            cost=program.cost,
        )

    def basis(self, program: Program) -> Any:
        """HiGHS's basis for a programme, alien where columns or rows are not the same.

        None where the start has no basis.
        """
        if not len(self.column_statuses):
            return None
        columns, rows = component_keys(program.variables), component_keys(program.constraints)
        basis = highspy.HighsBasis()
        basis.col_status = _statuses(self.columns, self.column_statuses, columns, AT_LOWER_BOUND)
        basis.row_status = _statuses(self.rows, self.row_statuses, rows, BASIC)
        basis.valid = True
        basis.alien = columns != self.columns or rows != self.rows
        return basis

    def integer_solution(self, program: Program) -> tuple[np.ndarray, np.ndarray]:
        """Integer columns of a programme that the start knows, with their values."""
        columns = component_keys(program.variables)
        known = [
            (column, self.integer_values[columns[column]])
            for column in np.flatnonzero(program.integer).tolist()
            if columns[column] in self.integer_values
        ]
        positions = np.array([column for column, _ in known], dtype=np.int32)
        return positions, np.array([value for _, value in known], dtype=float)


def component_keys(components: list[Any]) -> list[ComponentKey]:
    """Component, with the blocks that it is in, and index of variables or rows of a model."""
    names: dict[int, str] = {}
    keys = []
    for each in components:
        owner = each.parent_component()
        name = names.get(id(owner))
        if name is None:
            name = names[id(owner)] = owner.name
        keys.append((name, each.index()))
    return keys


def _positions(statuses: list[Any]) -> np.ndarray:
    position = {status: number for number, status in enumerate(BASIS_STATUSES)}
    return np.array([position[status] for status in statuses], dtype=np.int8)


def _statuses(
    old: list[ComponentKey], positions: np.ndarray, new: list[ComponentKey], default: int
) -> list[Any]:
    """Status of each new column or row: that of the same name, or a default."""
    if old == new:
        return [BASIS_STATUSES[position] for position in positions.tolist()]
    known = dict(zip(old, positions.tolist(), strict=True))
    return [BASIS_STATUSES[known.get(name, default)] for name in new]
