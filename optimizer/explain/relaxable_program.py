"""The programme of a case with a row of its own for every cell that may give.

Most cells are the bound of a row: the row gives, and that is all. A cell that is a coefficient
of a yes/no decision needs more (see :mod:`optimizer.explain.relaxable_decisions`).
"""

from __future__ import annotations

import numpy as np

from optimizer.explain.cell_locator import (
    HIGH,
    LOGIC,
    LOW,
    PLACES,
    CellLocator,
    WorkbookCell,
    family_of,
    names_of,
)
from optimizer.explain.relaxable_decisions import DECIDED
from optimizer.explain.relaxable_rows import Names, Part, RelaxableBuilder, RelaxableProgram
from optimizer.network.network_data import Network
from optimizer.solver import Program
from optimizer.tables.schema import INFINITY


def relaxable(network: Network, program: Program, places: CellLocator) -> RelaxableProgram:
    """The programme with a row for every cell that may give; its own rows come first."""
    builder = RelaxableBuilder(network, program, places)
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


def _balance(builder: RelaxableBuilder, row: int, names: Names) -> None:
    """An opening stock or an order may be less, down to nothing."""
    for cell, tonnes in builder.inflows.get(names, ()):
        builder.give(row, ("balance", HIGH, (cell,)), names, most=tonnes, factor=1.0)


def _demand(builder: RelaxableBuilder, row: int, names: Names) -> None:
    """A line has a column for each period and is one demand."""
    for cell in builder.places.cells("demand", names, HIGH):
        builder.give(
            row, ("demand", HIGH, (WorkbookCell(cell.sheet, cell.row, "quantity"),)), names
        )


def _storage(builder: RelaxableBuilder, row: int, names: Names) -> None:
    """Least and closing stock are two requirements: each has a row where both are asked for."""
    program, places = builder.program, builder.places
    if program.row_upper[row] < INFINITY:
        builder.bound(row, "storage", names, HIGH)
    if not np.isfinite(program.row_lower[row]):
        return
    ends = places.period(names) == builder.network.calendar.count - 1
    headers = ("minimum", "closing") if ends else ("minimum",)
    rows = {cell.row: None for cell in places.cells("storage", names, LOW)}
    cells = [WorkbookCell("Stocks", own, header) for own in rows for header in headers]
    asked = sorted(((float(places.value(own)[0]), own) for own in cells), key=lambda own: -own[0])
    for number, (least, cell) in enumerate(asked):
        if least:
            own = builder.add_row(builder.terms(row), least, INFINITY) if number else row
            builder.give(own, ("storage", LOW, (cell,)), names, factor=1.0)


PARTED: dict[str, Part] = {"balance": _balance, "demand": _demand, "storage": _storage}
"""Families whose rows hold several requirements."""
