"""Rows of a programme that give, each with the requirement that it belongs to."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from msgspec import Struct, structs

from optimizer.explain.bound_coefficients import bound_coefficient
from optimizer.explain.cell_locator import (
    HIGH,
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
from optimizer.solver import (
    NO_CHANGES,
    ChangedColumn,
    ModelChanges,
    Program,
    component_keys,
    extend_program,
)
from optimizer.tables.schema import INFINITY

LARGE_FLOW_FACTOR = 100.0
"""A bound that no flow reaches is this multiple of all that is demanded. Chosen well above what
yields and detours multiply, and small enough for HiGHS's tolerances as a coefficient."""

WHOLE_DECISIONS = frozenset(decision.name for decision in DECISIONS if decision.integer)
"""Components of the variables that are decided as yes or no, or as a number."""

IndexNames = tuple[str, ...]
"""Index of a row."""

RequirementKey = tuple[str, int, tuple[WorkbookCell, ...]]
"""Name, side and cells of a requirement; a change of any of the cells changes it.

Of what a caller added to the model the name says it in words, and there are no cells.
"""


class RelaxableBound(Struct, frozen=True):
    """One bound of a row, which gives if a cell of its requirement changes."""

    row: int
    side: int
    key: RequirementKey
    names: IndexNames
    """Index of the row in the family of the requirement."""
    maximum_violation: float = INFINITY
    """Largest violation that is allowed."""
    coefficient: float = 0.0
    """How much the bound moves when the cell moves by one; 0 where that depends on the plan."""
    implied: bool = False
    """True if other rows imply it for whole decisions: it tightens the relaxation."""


class RelaxableProgram(Struct, frozen=True):
    """A programme with more rows and columns, and the bounds that give."""

    program: Program
    bounds: tuple[RelaxableBound, ...]
    large_flow: float
    """Tonnes that no flow of the case reaches."""


class RelaxableBuilder:
    """Adds rows, columns and bounds that give to a programme."""

    def __init__(
        self,
        network: Network,
        program: Program,
        places: CellLocator,
        changes: ModelChanges = NO_CHANGES,
    ) -> None:
        self.network, self.places = network, places
        self.program = structs.replace(
            program,
            values=program.values.copy(),
            lower=program.lower.copy(),
            upper=program.upper.copy(),
            row_lower=program.row_lower.copy(),
            row_upper=program.row_upper.copy(),
        )
        self.bounds: list[RelaxableBound] = []
        self.inflows = inflow_cells(network)
        self.unit_of = {(unit.site, unit.unit): index for index, unit in enumerate(network.units)}
        self.large_flow = LARGE_FLOW_FACTOR * max(_demanded(program, changes), 1.0)
        self.family_of_column = [name for name, _ in component_keys(program.variables)]
        self._columns: list[tuple[float, float, int]] = []
        self._rows: list[tuple[float, float]] = []
        self._entries: list[tuple[int, int, float]] = []

    def build_program(self) -> RelaxableProgram:
        """The programme with all that has been added."""
        program = extend_program(self.program, self._columns, self._rows, self._entries)
        return RelaxableProgram(program, tuple(self.bounds), self.large_flow)

    def relax(
        self,
        row: int,
        key: RequirementKey,
        names: IndexNames,
        *,
        maximum_violation: float = INFINITY,
        coefficient: float = 0.0,
        implied: bool = False,
    ) -> None:
        """Let a row give on the side of a requirement."""
        self.bounds.append(
            RelaxableBound(row, key[1], key, names, maximum_violation, coefficient, implied)
        )

    def relax_own(self, row: int, name: str) -> None:
        """Let a row of the caller's give on every side that it has."""
        low, high = float(self.program.row_lower[row]), float(self.program.row_upper[row])
        upper_row = row
        if low > high:  # HiGHS takes no such row
            self.program.row_upper[row] = INFINITY
            upper_row = self.add_row(self.terms(row), -INFINITY, high)
        self._give(name, (row, LOW, low), (upper_row, HIGH, high))

    def _give(self, name: str, *bounds: tuple[int, int, float]) -> None:
        """Let the finite ones of row, side and bound give: requirements that no cell says."""
        for row, side, bound in bounds:
            if abs(bound) < INFINITY:
                self.bounds.append(RelaxableBound(row, side, (name, 0, ()), (name,)))

    def relax_changed_column(self, changed: ChangedColumn) -> None:
        """Let a caller's bounds of a variable give, as far as it could go as it was built."""
        program, column = self.program, changed.column
        low, high = float(program.lower[column]), float(program.upper[column])
        program.lower[column] = min(low, changed.lower)
        program.upper[column] = max(high, changed.upper)
        if low != changed.lower:
            row = self.add_row({column: 1.0}, low, INFINITY)
            self._give(changed.words, (row, LOW, low))
        if high != changed.upper:
            row = self.add_row({column: 1.0}, -INFINITY, high)
            self._give(changed.words, (row, HIGH, high))

    def relax_bound(self, row: int, family: str, names: IndexNames, side: int) -> None:
        """Let a row give on a side, for each cell that its bound comes from."""
        requirement = REQUIREMENTS_BY_NAME[family]
        if not requirement.bound(side).header:
            return
        cells = self.places.cells(family, names, side)
        if not cells or requirement.relieved_by == "choice" or requirement.cells_change_together:
            cells = cells or (WorkbookCell(requirement.sheet, 0, " of ".join(names[:2])),)
            by = float(requirement.cells_change_together)
            self.relax(row, (family, side, cells), names, coefficient=by)
            return
        t = self.places.period(names)
        for cell in cells:
            if not requirement.relieves(self.places.record(cell)):
                continue
            by = bound_coefficient(self.places, family, names, cell, t)
            demanded = by * float(self.places.value(cell)[0]) if side == LOW else INFINITY
            if demanded or len(cells) == 1:
                self.relax(
                    row,
                    (family, side, (cell,)),
                    names,
                    maximum_violation=demanded if len(cells) > 1 else INFINITY,
                    coefficient=by,
                )

    def terms(self, row: int) -> dict[int, float]:
        """Columns of a row, with their coefficients."""
        entries = slice(self.program.starts[row], self.program.starts[row + 1])
        columns = self.program.columns[entries].tolist()
        values = self.program.values[entries].tolist()
        return dict(zip(columns, values, strict=True))

    def add_row(self, terms: Mapping[int, float], low: float, high: float) -> int:
        """Add a row; its number."""
        row = len(self.program.row_lower) + len(self._rows)
        self._rows.append((low, high))
        self._entries += [(row, column, value) for column, value in terms.items()]
        return row

    def add_term(self, row: int, column: int, value: float) -> None:
        """Add a term to a row."""
        self._entries.append((row, column, value))

    def add_column(self) -> int:
        """Add a column of any amount; its number."""
        self._columns.append((0.0, INFINITY, 0))
        return len(self.program.cost) + len(self._columns) - 1

    def change(self, row: int, new: Mapping[int, float]) -> None:
        """Replace coefficients of a row, by column."""
        for entry in range(self.program.starts[row], self.program.starts[row + 1]):
            column = int(self.program.columns[entry])
            self.program.values[entry] = new.get(column, self.program.values[entry])

    def largest_use(self, row: int) -> float:
        """Largest coefficient of a row but for those of whole decisions, at least 1."""
        kinds, terms = self.family_of_column, self.terms(row)
        return max((1.0, *(abs(v) for c, v in terms.items() if kinds[c] not in WHOLE_DECISIONS)))


def _demanded(program: Program, changes: ModelChanges) -> float:
    """All tonnes that lower bounds demand, in all periods together; of the workbook's rows."""
    total = 0.0
    rows = zip(program.constraints, program.row_lower.tolist(), strict=True)
    for number, (row, low) in enumerate(rows):
        if number in changes.rows:
            continue
        money = family_of(row) == LIMIT_FAMILY.name and names_of(row)[1] == "spent"
        total += 0.0 if money or not np.isfinite(low) else abs(low)
    return total


Relaxation = Callable[[RelaxableBuilder, int, IndexNames], None]
"""Lets a row of the programme give, with the index of the row."""
