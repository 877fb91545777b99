"""The programme of a case with a row of its own for every cell that may give.

Most cells are the bound of a row: the row gives, and that is all. A cell that is a coefficient
of a yes/no decision needs more (see :mod:`optimizer.solution.relaxable_decisions`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from msgspec import Struct, structs

from optimizer.network.data import Network
from optimizer.solution.factors import factor
from optimizer.solution.places import (
    HIGH,
    LOGIC,
    LOW,
    PLACES,
    Cell,
    Places,
    family_of,
    inflow_cells,
    names_of,
)
from optimizer.solver import Program, extended
from optimizer.tables.schema import INFINITY

PLENTY = 100.0
"""How many times all that is asked for a flow may be, where capacity gives."""

DECISIONS = ("build", "begun", "chosen", "open", "used", "taint")
"""Variables that are decided as yes or no, or as a number."""

Names = tuple[str, ...]
"""Index of a row."""

Key = tuple[str, int, tuple[Cell, ...]]
"""Family, side and cells of a requirement; of several cells any one changes it."""


class Give(Struct, frozen=True):
    """A row that gives on one side if the cell of a requirement changes."""

    row: int
    side: int
    key: Key
    names: Names
    """Index of the row in the family of the requirement."""
    most: float = INFINITY
    """How far it gives at most."""
    factor: float = 0.0
    """How much its bound moves when the cell moves by one; 0 where that depends on the plan."""
    implied: bool = False
    """True if whole decisions keep the row without being told: it tightens the relaxation."""


class Relaxable(Struct, frozen=True):
    """A programme with more rows and columns, and what gives in it."""

    program: Program
    gives: tuple[Give, ...]
    large: float
    """More than any flow of the case, tonnes."""


def relaxable(network: Network, program: Program, places: Places) -> Relaxable:
    """The programme with a row for every cell that may give; its own rows come first."""
    from optimizer.solution.relaxable_decisions import DECIDED

    builder = Builder(network, program, places)
    for row, constraint in enumerate(program.constraints):
        family, names = family_of(constraint), names_of(constraint)
        part = DECIDED.get(family) or PARTED.get(family)
        if part is not None:
            part(builder, row, names)
        elif family in PLACES or family in LOGIC:
            for side, bound in ((LOW, program.row_lower[row]), (HIGH, program.row_upper[row])):
                if abs(bound) < INFINITY:
                    builder.bound(row, family, names, side)
    return builder.built()


class Builder:
    """Rows and columns as they are added, and what gives."""

    def __init__(self, network: Network, program: Program, places: Places) -> None:
        self.network, self.places = network, places
        self.program = structs.replace(
            program,
            values=program.values.copy(),
            upper=program.upper.copy(),
            row_lower=program.row_lower.copy(),
            row_upper=program.row_upper.copy(),
        )
        self.gives: list[Give] = []
        self.inflows = inflow_cells(network)
        self.unit_of = {(unit.site, unit.unit): own for own, unit in enumerate(network.units)}
        self.large = PLENTY * max(_asked(program), 1.0)
        self.family_of_column = [own.parent_component().local_name for own in program.variables]
        self._columns: list[tuple[float, float, int]] = []
        self._rows: list[tuple[float, float]] = []
        self._entries: list[tuple[int, int, float]] = []

    def built(self) -> Relaxable:
        """What has been added, as one programme."""
        program = extended(self.program, self._columns, self._rows, self._entries)
        return Relaxable(program, tuple(self.gives), self.large)

    def give(self, row: int, key: Key, names: Names, **more: float) -> None:
        """Let a row give on the side of a requirement."""
        self.gives.append(Give(row, key[1], key, names, **more))  # type: ignore[arg-type]

    def bound(self, row: int, family: str, names: Names, side: int) -> None:
        """Let a row give on a side, for each cell that its bound comes from."""
        where = PLACES.get(family) or LOGIC[family]
        if not (where[1] if side == LOW else where[2]):
            return
        cells = self.places.cells(family, names, side)
        if not cells or family in LOGIC or family == "built_most":
            cells = cells or (Cell(where[0], 0, " of ".join(names[:2])),)
            self.give(row, (family, side, cells), names, factor=float(family == "built_most"))
            return
        t = self.places.period(names)
        for cell in cells:
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
        return max((1.0, *(abs(v) for c, v in terms.items() if kinds[c] not in DECISIONS)))


def _asked(program: Program) -> float:
    """All tonnes that anything asks for, in all periods together."""
    total = 0.0
    for row, low in zip(program.constraints, program.row_lower.tolist(), strict=True):
        money = family_of(row) == "limit" and names_of(row)[1] == "spent"
        total += 0.0 if money or not np.isfinite(low) else abs(low)
    return total


def _balance(builder: Builder, row: int, names: Names) -> None:
    """An opening stock or an order may be less, down to nothing."""
    for cell, tonnes in builder.inflows.get(names, ()):
        builder.give(row, ("balance", HIGH, (cell,)), names, most=tonnes, factor=1.0)


def _demand(builder: Builder, row: int, names: Names) -> None:
    """A line has a column for each period and is one demand."""
    for cell in builder.places.cells("demand", names, HIGH):
        builder.give(row, ("demand", HIGH, (Cell(cell.sheet, cell.row, "quantity"),)), names)


def _storage(builder: Builder, row: int, names: Names) -> None:
    """Least and closing stock are two requirements: each has a row where both are asked for."""
    program, places = builder.program, builder.places
    if program.row_upper[row] < INFINITY:
        builder.bound(row, "storage", names, HIGH)
    if not np.isfinite(program.row_lower[row]):
        return
    ends = places.period(names) == builder.network.calendar.count - 1
    headers = ("minimum", "closing") if ends else ("minimum",)
    rows = {cell.row: None for cell in places.cells("storage", names, LOW)}
    cells = [Cell("Stocks", own, header) for own in rows for header in headers]
    asked = sorted(((float(places.value(own)[0]), own) for own in cells), key=lambda own: -own[0])
    for number, (least, cell) in enumerate(asked):
        if least:
            own = builder.add_row(builder.terms(row), least, INFINITY) if number else row
            builder.give(own, ("storage", LOW, (cell,)), names, factor=1.0)


Part = Callable[[Builder, int, Names], None]

PARTED: dict[str, Part] = {"balance": _balance, "demand": _demand, "storage": _storage}
"""Families whose rows hold several requirements."""
