"""Which rows a bound moves: every row of the programme that its cell changes, and by how much.

A cell of a random workbook is raised a little and the model built anew. The figures of that cell
(capacity of a unit, tonnes wanted, …) say which rows move with them; no other row may have moved.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

import optimizer
from optimizer import explain, solver
from optimizer.explain.cell_locator import family_of
from optimizer.tables.case import Case
from optimizer.tables.schema import SHEETS
from tests.conftest import read_tables, sample
from tests.oracle.random_case import CORE, WHOLE, draw

STEP = 2.0**-10
"""Part by which a cell is raised."""

CELLS = {
    ("Demand", "quantity"): ("demand",),
    ("Units", "capacity"): ("capacity",),
    ("Lanes", "maximum"): ("lane",),
    ("Lanes", "minimum_when_used"): ("lane_minimum",),
    ("Supply", "contract_quantity"): ("contract",),
    ("Supply", "minimum"): ("offer",),
    ("Supply", "maximum"): ("offer",),
    ("Processes", "maximum"): ("process",),
    ("Options", "most"): ("built_maximum",),
    ("Stocks", "minimum"): ("storage",),
    ("Stocks", "maximum"): ("storage",),
    ("Stocks", "closing"): ("storage",),
}
"""Columns and the families that tell their bounds."""

SEEDS = range(60)

ENOUGH_CELLS = sample(8, 25)
"""Raised cells of a column after which no further workbook is drawn."""


@cache
def base(seed: int):
    """Model, programme and answer of a random workbook; None without an optimum."""
    try:
        case = read_tables(draw(seed, CORE | WHOLE))
    except optimizer.WorkbookError:
        return None
    m = optimizer.build_model(case)
    program, answer = solver.solve(m, gap=0)
    return (case, m, program, answer) if answer.status == "optimal" else None


def held_bounds(program: solver.Program, values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Bounds of rows, without what whole decisions held at values add to their left side."""
    whole = np.where(program.integer == 1, np.rint(values), 0.0)
    taken = program.activity(whole)
    return program.row_lower - taken, program.row_upper - taken


def raised(case: Case, sheet: str, column: str, at: int) -> Case:
    """The case with one cell a little higher."""
    rows = list(case.rows(sheet))
    rows[at] = replace(rows[at], **{column: getattr(rows[at], column) * (1 + STEP)})
    return replace(case, **{SHEETS[sheet].attribute: tuple(rows)})


def names(program: solver.Program) -> tuple[list[str], list[str]]:
    return (
        [row.name for row in program.constraints],
        [variable.name for variable in program.variables],
    )


def untold(moves: dict, number: int) -> bool:
    return number in moves and not moves[number].move.rows


def check(found, sheet: str, column: str, at: int) -> bool:
    """Compare what moved with what was said to move.

    False where the model is another one, or the bound has no figure of its own.
    """
    case, m, program, answer = found
    other = solver.transfer(optimizer.build_model(raised(case, sheet, column, at)))
    if names(program) != names(other):
        return False
    moves = explain.bound_moves(m.network, m, program, answer)
    before, after = held_bounds(program, answer.values), held_bounds(other, answer.values)
    with np.errstate(invalid="ignore"):
        low, high = (np.nan_to_num(b - a) for a, b in zip(before, after, strict=True))
    change = np.where(high != 0, high, low)
    own_rows = [
        number
        for number, row in enumerate(program.constraints)
        if family_of(row) in CELLS[sheet, column] and change[number]
    ]
    if not own_rows or any(untold(moves, number) for number in own_rows):
        return False
    told = np.zeros(len(change))
    for number in own_rows:
        own = moves.get(number)
        if own is None:
            told[number] += change[number]
            continue
        step = change[number] / own.move.rows[number]
        if not -own.allowable_decrease <= step <= own.allowable_increase:
            return False
        for moved, factor in own.move.rows.items():
            told[moved] += step * factor
    for number, row in enumerate(program.constraints):
        if not untold(moves, number):
            size = 1e-9 * max(1.0, abs(change[number]))
            assert told[number] == pytest.approx(change[number], abs=size), row.name
    return True


@pytest.mark.slow
@pytest.mark.parametrize(("sheet", "column"), CELLS)
def test_a_bound_moves_every_row_that_its_cell_changes(sheet, column):
    tried = 0
    for seed in SEEDS:
        found = base(seed)
        if found is None:
            continue
        for at, row in enumerate(found[0].rows(sheet)):
            value = getattr(row, column)
            if value and value < float("inf") and not getattr(row, "by_period", ()):
                tried += check(found, sheet, column, at)
        if tried > ENOUGH_CELLS:
            break
    assert tried > 2
