"""Where one programme starts from another's optimum: statuses by name of column and row.

Programmes of one case with other numbers have the same columns and rows; those of a case
with something more or less share most. What is new starts at its bound, a new row slack.
Names are those of the Pyomo components, so that a start may go to another process.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import highspy
import numpy as np
from msgspec import Struct

from optimizer.solver.transfer import Program

if TYPE_CHECKING:
    from optimizer.solver.highs import Answer

Name = tuple[str, Any]
"""Component and index."""

STATUSES = tuple(highspy.HighsBasisStatus.__members__.values())
AT_BOUND, BASIC = (
    STATUSES.index(highspy.HighsBasisStatus.kLower),
    STATUSES.index(highspy.HighsBasisStatus.kBasic),
)


class WarmStart(Struct, frozen=True):
    """An optimal basis, or the whole columns of a plan, by name."""

    columns: list[Name]
    rows: list[Name]
    column_statuses: np.ndarray
    row_statuses: np.ndarray
    """Places in HiGHS's list of statuses; empty where there is no basis."""
    whole: dict[Name, float]
    """Values of columns that must be whole."""
    within: tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]
    """Lower and upper bounds of the columns and of the rows for which the basis is optimal."""
    cost: np.ndarray
    """Costs of the columns for which it is."""

    @classmethod
    def of(cls, program: Program, answer: Answer) -> WarmStart | None:
        """Start from an answer; None where it has no plan."""
        if answer.values is None:
            return None
        columns = names(program.variables)
        whole = np.flatnonzero(program.integer).tolist()
        place = {status: number for number, status in enumerate(STATUSES)}
        basis, held = answer.basis, program.held(answer.values)
        return cls(
            columns=columns,
            rows=names(program.constraints),
            column_statuses=_places(basis.col_status if basis else [], place),
            row_statuses=_places(basis.row_status if basis else [], place),
            whole={columns[column]: float(answer.values[column]) for column in whole},
            within=(held.lower, held.upper, held.row_lower, held.row_upper),
            cost=program.cost,
        )

    def basis(self, program: Program) -> Any:
        """HiGHS's basis for a programme, alien where columns or rows are not the same.

        None where the start has no basis.
        """
        if not len(self.column_statuses):
            return None
        columns, rows = names(program.variables), names(program.constraints)
        basis = highspy.HighsBasis()
        basis.col_status = _statuses(self.columns, self.column_statuses, columns, AT_BOUND)
        basis.row_status = _statuses(self.rows, self.row_statuses, rows, BASIC)
        basis.valid = True
        basis.alien = columns != self.columns or rows != self.rows
        return basis

    def plan(self, program: Program) -> tuple[np.ndarray, np.ndarray]:
        """Columns that must be whole and are known here, with their values."""
        columns = names(program.variables)
        known = [
            (column, self.whole[columns[column]])
            for column in np.flatnonzero(program.integer).tolist()
            if columns[column] in self.whole
        ]
        places = np.array([column for column, _ in known], dtype=np.int32)
        return places, np.array([value for _, value in known], dtype=float)


def names(things: list[Any]) -> list[Name]:
    """Component and index of variables or rows of a Pyomo model."""
    return [(thing.parent_component().local_name, thing.index()) for thing in things]


def _places(statuses: list[Any], place: dict[Any, int]) -> np.ndarray:
    return np.array([place[status] for status in statuses], dtype=np.int8)


def _statuses(old: list[Name], places: np.ndarray, new: list[Name], unknown: int) -> list[Any]:
    if old == new:
        return [STATUSES[place] for place in places.tolist()]
    known = dict(zip(old, places.tolist(), strict=True))
    return [STATUSES[known.get(name, unknown)] for name in new]
