"""Relax a programme: one row for every cell of the workbook that may give.

Most cells are the bound of a row, and the row gives. A cell that is a coefficient of a yes/no
decision needs more (see :mod:`optimizer.explain.relaxable_decisions`).
"""

from __future__ import annotations

import numpy as np

from optimizer.explain.cell_locator import (
    HIGH,
    LOW,
    CellLocator,
    WorkbookCell,
    family_of,
    names_of,
)
from optimizer.explain.relaxable_decisions import DECISION_RELAXATIONS
from optimizer.explain.relaxable_rows import (
    IndexNames,
    RelaxableBuilder,
    RelaxableProgram,
    Relaxation,
)
from optimizer.model import family_named
from optimizer.model.balance import BALANCE_FAMILY
from optimizer.model.demand import DEMAND_FAMILY
from optimizer.model.storage import STORAGE_FAMILY
from optimizer.network.network_data import Network
from optimizer.solver import NO_CHANGES, ModelChanges, Program
from optimizer.tables.schema import INFINITY


def relaxed_program(
    network: Network,
    program: Program,
    places: CellLocator,
    changes: ModelChanges = NO_CHANGES,
) -> RelaxableProgram:
    """The programme with a row for every cell that may give, after the rows that it has.

    What a caller changed in the model may give too; it has no cell.
    """
    builder = RelaxableBuilder(network, program, places, changes)
    for column in changes.columns:
        builder.relax_changed_column(column)
    for row, constraint in enumerate(program.constraints):
        if row in changes.rows:
            builder.relax_own(row, changes.rows[row])
            continue
        family, names = family_named(family_of(constraint)), names_of(constraint)
        if family.custom_relaxation:
            CUSTOM_RELAXATIONS[family.name](builder, row, names)
        elif family.relieved_by in ("number", "choice"):
            for side, bound in ((LOW, program.row_lower[row]), (HIGH, program.row_upper[row])):
                if abs(bound) < INFINITY:
                    builder.relax_bound(row, family.name, names, side)
    return builder.build_program()


def _balance(builder: RelaxableBuilder, row: int, names: IndexNames) -> None:
    """An opening stock or an order may be less, down to nothing."""
    for cell, tonnes in builder.inflows.get(names, ()):
        builder.relax(
            row,
            (BALANCE_FAMILY.name, HIGH, (cell,)),
            names,
            maximum_violation=tonnes,
            coefficient=1.0,
        )


def _demand(builder: RelaxableBuilder, row: int, names: IndexNames) -> None:
    """A line is one demand, though it may have a column for each period."""
    header = DEMAND_FAMILY.upper.header
    for cell in builder.places.cells(DEMAND_FAMILY.name, names, HIGH):
        line = WorkbookCell(cell.sheet, cell.row, header)
        builder.relax(row, (DEMAND_FAMILY.name, HIGH, (line,)), names)


def _storage(builder: RelaxableBuilder, row: int, names: IndexNames) -> None:
    """Least and closing stock are two requirements: where both are given each has a row."""
    program, places, family = builder.program, builder.places, STORAGE_FAMILY
    if program.row_upper[row] < INFINITY:
        builder.relax_bound(row, family.name, names, HIGH)
    if not np.isfinite(program.row_lower[row]):
        return
    ends = places.period(names) == builder.network.calendar.count - 1
    headers = (family.lower.header, family.lower.at_end) if ends else (family.lower.header,)
    sheet_rows = {cell.row: None for cell in places.cells(family.name, names, LOW)}
    cells = [WorkbookCell(family.sheet, own, header) for own in sheet_rows for header in headers]
    values = ((float(places.value(cell)[0]), cell) for cell in cells)
    for number, (least, cell) in enumerate(sorted(values, key=lambda pair: -pair[0])):
        if least:
            relaxed = builder.add_row(builder.terms(row), least, INFINITY) if number else row
            builder.relax(relaxed, (family.name, LOW, (cell,)), names, coefficient=1.0)


CUSTOM_RELAXATIONS: dict[str, Relaxation] = {
    BALANCE_FAMILY.name: _balance,
    DEMAND_FAMILY.name: _demand,
    STORAGE_FAMILY.name: _storage,
    **DECISION_RELAXATIONS,
}
"""Families of which more gives than one bound: rows of several requirements, and decisions."""
