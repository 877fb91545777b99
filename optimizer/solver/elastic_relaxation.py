"""The least by which rows must give for a programme to have a solution at all."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from msgspec import Struct, structs

from optimizer.solver.highs import ask
from optimizer.solver.transfer import INFINITY, Program

SECONDS = 20.0
"""Time for one question."""

NOTHING = 1e-7
"""Violations below this are rounding."""


class Violation(Struct, frozen=True):
    """By how much rows give, negative where they fall below, and the values of all columns."""

    amounts: dict[int, float]
    values: np.ndarray


def least_violation(
    program: Program, below: np.ndarray, above: np.ndarray, seconds: float = SECONDS
) -> Violation | None:
    """How much rows must give, cheapest in sum relative to their bounds.

    ``below`` are rows whose lower bound may be missed, ``above`` rows whose upper bound
    may be exceeded. None if they cannot make the programme feasible, or not in time; a
    search for whole numbers that ran out of time gives the best that it found.
    """
    rows = np.concatenate((below, above)).astype(np.int64)
    if not len(rows):
        return None
    sides = np.concatenate((np.ones(len(below)), -np.ones(len(above))))
    answer = ask(elastic(program, rows, sides), time_limit=seconds)
    if answer.values is None:
        return None
    count = len(program.cost)
    amounts = {
        int(row): -float(amount) if side > 0 else float(amount)
        for row, side, amount in zip(rows, sides, answer.values[count:], strict=True)
        if amount > NOTHING
    }
    return Violation(amounts, answer.values[:count])


def elastic(
    program: Program, rows: np.ndarray, sides: np.ndarray, most: np.ndarray | None = None
) -> Program:
    """The programme with a column for each row that may give, and nothing else of a cost.

    ``sides`` are 1 where the lower bound of a row may be missed, -1 where its upper one
    may be exceeded, ``most`` by how much (default: without end). A tonne costs the inverse
    of the bound, so that amounts are relative.
    """
    count, extra = len(program.cost), len(rows)
    bounds = np.where(sides > 0, program.row_lower[rows], program.row_upper[rows])
    weights = 1.0 / np.maximum(np.abs(bounds), 1.0)
    entries = zip(rows.tolist(), range(count, count + extra), sides.tolist(), strict=True)
    given = extended(
        program,
        [(0.0, INFINITY if most is None else float(most[own]), 0) for own in range(extra)],
        [],
        entries,
    )
    cost = np.concatenate((np.zeros(count), weights))
    return structs.replace(given, cost=cost, offset=0.0, sign=1.0)


def extended(
    program: Program,
    columns: Sequence[tuple[float, float, int]],
    rows: Sequence[tuple[float, float]],
    entries: Iterable[tuple[int, int, float]],
) -> Program:
    """The programme with more columns (lower, upper, whole) and rows (lower, upper).

    ``entries`` are row, column and value; they may be in old rows and columns too. The
    lists of variables and constraints stay as they are.
    """
    more = list(entries)
    height, width = len(program.row_lower) + len(rows), len(columns)
    at = np.concatenate((program.row_of, np.array([row for row, *_ in more], dtype=np.int64)))
    places = np.array([column for _, column, _ in more], dtype=np.int64)
    values = np.array([value for *_, value in more], dtype=float)
    order = np.argsort(at, kind="stable")
    starts = np.zeros(height + 1, dtype=np.int32)
    np.cumsum(np.bincount(at, minlength=height), out=starts[1:])
    lower, upper, whole = np.array(columns, dtype=float).reshape(width, 3).T
    low, high = np.array(rows, dtype=float).reshape(len(rows), 2).T
    return structs.replace(
        program,
        cost=np.concatenate((program.cost, np.zeros(width))),
        lower=np.concatenate((program.lower, lower)),
        upper=np.concatenate((program.upper, upper)),
        row_lower=np.concatenate((program.row_lower, low)),
        row_upper=np.concatenate((program.row_upper, high)),
        starts=starts,
        columns=np.concatenate((program.columns, places))[order].astype(np.int32),
        values=np.concatenate((program.values, values))[order],
        integer=np.concatenate((program.integer, whole)).astype(np.int32),
    )
