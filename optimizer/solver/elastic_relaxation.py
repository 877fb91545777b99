"""Elastic relaxation: the least by which rows must be missed for a programme to be feasible."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from msgspec import Struct, structs

from optimizer.solver.solve_program import solve_with_highs
from optimizer.solver.transfer import Program
from optimizer.tables.schema import INFINITY

ELASTIC_TIME_LIMIT = 20.0
"""Seconds for one elastic programme; a user who waits for a reason has no plan to read yet."""

NEGLIGIBLE_VIOLATION = 1e-7
"""Violations below this are rounding: HiGHS's feasibility tolerance."""


class Violation(Struct, frozen=True):
    """By how much rows are missed, negative where they fall short, and values of all columns."""

    amounts: dict[int, float]
    values: np.ndarray


def least_violation(
    program: Program, below: np.ndarray, above: np.ndarray, seconds: float = ELASTIC_TIME_LIMIT
) -> Violation | None:
    """The violation that is least in sum, each relative to its bound.

    ``below`` are rows whose lower bound may be missed, ``above`` rows whose upper bound
    may be exceeded. None if they cannot make the programme feasible, or not in time; a
    search among integers that ran out of time gives the best that it found.
    """
    rows = np.concatenate((below, above)).astype(np.int64)
    if not len(rows):
        return None
    sides = np.concatenate((np.ones(len(below)), -np.ones(len(above))))
    answer = solve_with_highs(elastic_program(program, rows, sides), time_limit=seconds)
    if answer.values is None:
        return None
    count = len(program.cost)
    amounts = {
        int(row): -float(amount) if side > 0 else float(amount)
        for row, side, amount in zip(rows, sides, answer.values[count:], strict=True)
        if amount > NEGLIGIBLE_VIOLATION
    }
    return Violation(amounts, answer.values[:count])


def elastic_program(
    program: Program, rows: np.ndarray, sides: np.ndarray, maximum: np.ndarray | None = None
) -> Program:
    """The programme with a violation column for each of some rows, and no other cost.

    ``sides`` are 1 where the lower bound of a row may be missed, -1 where its upper one
    may be exceeded, ``maximum`` by how much (default: without limit). A unit of violation costs
    the inverse of the bound, so that amounts are relative.
    """
    count, extra = len(program.cost), len(rows)
    bounds = np.where(sides > 0, program.row_lower[rows], program.row_upper[rows])
    weights = 1.0 / np.maximum(np.abs(bounds), 1.0)
    entries = zip(rows.tolist(), range(count, count + extra), sides.tolist(), strict=True)
    upper = [INFINITY] * extra if maximum is None else maximum.tolist()
    columns = [(0.0, float(each), 0) for each in upper]
    cost = np.concatenate((np.zeros(count), weights))
    return structs.replace(
        extend_program(program, columns, [], entries), cost=cost, offset=0.0, sign=1.0
    )


def extend_program(
    program: Program,
    columns: Sequence[tuple[float, float, int]],
    rows: Sequence[tuple[float, float]],
    entries: Iterable[tuple[int, int, float]],
) -> Program:
    """The programme with more columns (lower, upper, integer) and rows (lower, upper).

    ``entries`` are row, column and value; they may be in old rows and columns too. New columns
    cost nothing. The lists of variables and constraints stay as they are.
    """
    new_entries = list(entries)
    height, width = len(program.row_lower) + len(rows), len(columns)
    new_rows = np.array([row for row, *_ in new_entries], dtype=np.int64)
    new_columns = np.array([column for _, column, _ in new_entries], dtype=np.int64)
    new_values = np.array([value for *_, value in new_entries], dtype=float)
    row_of = np.concatenate((program.row_of, new_rows))
    order = np.argsort(row_of, kind="stable")
    starts = np.zeros(height + 1, dtype=np.int32)
    np.cumsum(np.bincount(row_of, minlength=height), out=starts[1:])
    lower, upper, integer = np.array(columns, dtype=float).reshape(width, 3).T
    row_lower, row_upper = np.array(rows, dtype=float).reshape(len(rows), 2).T
    return structs.replace(
        program,
        cost=np.concatenate((program.cost, np.zeros(width))),
        lower=np.concatenate((program.lower, lower)),
        upper=np.concatenate((program.upper, upper)),
        row_lower=np.concatenate((program.row_lower, row_lower)),
        row_upper=np.concatenate((program.row_upper, row_upper)),
        starts=starts,
        columns=np.concatenate((program.columns, new_columns))[order].astype(np.int32),
        values=np.concatenate((program.values, new_values))[order],
        integer=np.concatenate((program.integer, integer)).astype(np.int32),
    )
