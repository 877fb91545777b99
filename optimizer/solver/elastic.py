"""The least by which rows must give for a programme to have a solution at all."""

from __future__ import annotations

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


def tied_violation(
    program: Program,
    rows: np.ndarray,
    sides: np.ndarray,
    owner: np.ndarray,
    factors: np.ndarray,
    seconds: float = SECONDS,
) -> Violation | None:
    """The same where rows of one owner give together, each a factor times one amount.

    Whole columns should be held. None if that cannot make the programme feasible, or not
    in time.
    """
    single = elastic(program, rows, sides)
    count, extra = len(program.cost), int(owner.max()) + 1
    own = single.columns >= count
    number = single.columns[own] - count
    columns, values = single.columns.copy(), single.values.copy()
    columns[own] = count + owner[number]
    values[own] *= factors[number]
    weights = np.bincount(owner, single.cost[count:] * factors, minlength=extra)
    tied = structs.replace(
        single,
        columns=columns,
        values=values,
        cost=np.concatenate((np.zeros(count), weights)),
        lower=np.concatenate((program.lower, np.zeros(extra))),
        upper=np.concatenate((program.upper, np.full(extra, INFINITY))),
        integer=np.concatenate((program.integer, np.zeros(extra, dtype=np.int32))),
    )
    answer = ask(tied, time_limit=seconds)
    if answer.values is None:
        return None
    amounts = {
        int(row): -float(side * factor * answer.values[count + group])
        for row, side, factor, group in zip(rows, sides, factors, owner, strict=True)
        if factor * answer.values[count + group] > NOTHING
    }
    return Violation(amounts, answer.values[:count])


def elastic(program: Program, rows: np.ndarray, sides: np.ndarray) -> Program:
    """The programme with a column for each row that may give, and nothing else of a cost.

    ``sides`` are 1 where the lower bound of a row may be missed, -1 where its upper one
    may be exceeded. A tonne costs the inverse of the bound, so that amounts are relative.
    """
    count, extra = len(program.cost), len(rows)
    bounds = np.where(sides > 0, program.row_lower[rows], program.row_upper[rows])
    weights = 1.0 / np.maximum(np.abs(bounds), 1.0)
    at = np.concatenate((program.row_of, rows))
    columns = np.concatenate((program.columns, np.arange(count, count + extra)))
    values = np.concatenate((program.values, sides))
    order = np.argsort(at, kind="stable")
    starts = np.zeros(len(program.row_lower) + 1, dtype=np.int32)
    np.cumsum(np.bincount(at, minlength=len(program.row_lower)), out=starts[1:])
    return structs.replace(
        program,
        cost=np.concatenate((np.zeros(count), weights)),
        offset=0.0,
        sign=1.0,
        lower=np.concatenate((program.lower, np.zeros(extra))),
        upper=np.concatenate((program.upper, np.full(extra, INFINITY))),
        starts=starts,
        columns=columns[order].astype(np.int32),
        values=values[order],
        integer=np.concatenate((program.integer, np.zeros(extra, dtype=np.int32))),
    )
