"""Rows that give, each with the requirement that it belongs to."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from msgspec import Struct, structs

from optimizer.explain.bound_coefficients import factor
from optimizer.explain.cell_locator import (
    LOW,
    CellLocator,
    WorkbookCell,
    family_of,
    inflow_cells,
    names_of,
)
from optimizer.model import REQUIREMENTS_BY_NAME
from optimizer.model.limits import LIMIT_FAMILY
from optimizer.model.variables import DECISIONS
from optimizer.network.network_data import Network
from optimizer.solver import Program, extended
from optimizer.tables.schema import INFINITY

PLENTY = 100.0
"""How many times all that is asked for a flow may be, where capacity gives."""

WHOLE_DECISIONS = frozenset(decision.name for decision in DECISIONS if decision.whole)
"""Components of the variables that are decided as yes or no, or as a number."""

IndexNames = tuple[str, ...]
"""Index of a row."""

RequirementKey = tuple[str, int, tuple[WorkbookCell, ...]]
"""Name, side and cells of a requirement; of several cells any one changes it."""


class RelaxableBound(Struct, frozen=True):
    """A row that gives on one side if the cell of a requirement changes."""

    row: int
    side: int
    key: RequirementKey
    names: IndexNames
    """Index of the row in the family of the requirement."""
    most: float = INFINITY
    """How far it gives at most."""
    factor: float = 0.0
    """How much its bound moves when the cell moves by one; 0 where that depends on the plan."""
    implied: bool = False
    """True if whole decisions keep the row without being told: it tightens the relaxation."""


class RelaxableProgram(Struct, frozen=True):
    """A programme with more rows and columns, and what gives in it."""

    program: Program
    gives: tuple[RelaxableBound, ...]
    large: float
    """More than any flow of the case, tonnes."""


class RelaxableBuilder:
    """Rows and columns as they are added, and what gives."""

    def __init__(self, network: Network, program: Program, places: CellLocator) -> None:
        self.network, self.places = network, places
        self.program = structs.replace(
            program,
            values=program.values.copy(),
            upper=program.upper.copy(),
            row_lower=program.row_lower.copy(),
            row_upper=program.row_upper.copy(),
        )
        self.gives: list[RelaxableBound] = []
        self.inflows = inflow_cells(network)
        self.unit_of = {(unit.site, unit.unit): own for own, unit in enumerate(network.units)}
        self.large = PLENTY * max(_asked(program), 1.0)
        self.family_of_column = [own.parent_component().local_name for own in program.variables]
        self._columns: list[tuple[float, float, int]] = []
        self._rows: list[tuple[float, float]] = []
        self._entries: list[tuple[int, int, float]] = []

    def built(self) -> RelaxableProgram:
        """What has been added, as one programme."""
        program = extended(self.program, self._columns, self._rows, self._entries)
        return RelaxableProgram(program, tuple(self.gives), self.large)

    def give(self, row: int, key: RequirementKey, names: IndexNames, **more: float) -> None:
        """Let a row give on the side of a requirement."""
        self.gives.append(RelaxableBound(row, key[1], key, names, **more))  # type: ignore[arg-type]

    def bound(self, row: int, family: str, names: IndexNames, side: int) -> None:
        """Let a row give on a side, for each cell that its bound comes from."""
        requirement = REQUIREMENTS_BY_NAME[family]
        if not requirement.bound(side).header:
            return
        cells = self.places.cells(family, names, side)
        if not cells or requirement.gives == "choice" or requirement.joint_cells:
            cells = cells or (WorkbookCell(requirement.sheet, 0, " of ".join(names[:2])),)
            by = float(requirement.joint_cells)
            self.give(row, (family, side, cells), names, factor=by)
            return
        t = self.places.period(names)
        for cell in cells:
            if not requirement.relieves(self.places.record(cell)):
                continue
            by = factor(self.places, family, names, cell, t)
            part = by * float(self.places.value(cell)[0]) if side == LOW else INFINITY
            if part or len(cells) == 1:
                most = part if len(cells) > 1 else INFINITY
                self.give(row, (family, side, (cell,)), names, most=most, factor=by)

    def terms(self, row: int) -> dict[int, float]:
        """Columns of a row, with their coefficients."""
        own = slice(self.program.starts[row], self.program.starts[row + 1])
        columns, values = self.program.columns[own].tolist(), self.program.values[own].tolist()
        return dict(zip(columns, values, strict=True))

    def add_row(self, terms: Mapping[int, float], low: float, high: float) -> int:
        """A row more."""
        row = len(self.program.row_lower) + len(self._rows)
        self._rows.append((low, high))
        self._entries += [(row, column, value) for column, value in terms.items()]
        return row

    def add_term(self, row: int, column: int, value: float) -> None:
        """A term more in a row."""
        self._entries.append((row, column, value))

    def add_column(self) -> int:
        """A column more, of any amount."""
        self._columns.append((0.0, INFINITY, 0))
        return len(self.program.cost) + len(self._columns) - 1

    def change(self, row: int, new: Mapping[int, float]) -> None:
        """Other coefficients in a row."""
        for entry in range(self.program.starts[row], self.program.starts[row + 1]):
            column = int(self.program.columns[entry])
            self.program.values[entry] = new.get(column, self.program.values[entry])

    def largest_use(self, row: int) -> float:
        """Largest coefficient of a row apart from those of decisions, at least 1."""
        kinds, terms = self.family_of_column, self.terms(row)
        return max((1.0, *(abs(v) for c, v in terms.items() if kinds[c] not in WHOLE_DECISIONS)))


def _asked(program: Program) -> float:
    """All tonnes that anything asks for, in all periods together."""
    total = 0.0
    for row, low in zip(program.constraints, program.row_lower.tolist(), strict=True):
        money = family_of(row) == LIMIT_FAMILY.name and names_of(row)[1] == "spent"
        total += 0.0 if money or not np.isfinite(low) else abs(low)
    return total


Relaxation = Callable[[RelaxableBuilder, int, IndexNames], None]
"""Lets a row of the programme give, with the index of the row."""
