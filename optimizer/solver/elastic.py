"""The least by which rows must give for a programme to have a solution at all."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from optimizer.solver.highs import ask
from optimizer.solver.transfer import INFINITY, Program

SECONDS = 20.0
"""Time for one question."""

NOTHING = 1e-7
"""Violations below this are rounding."""


def least_violation(program: Program, below: np.ndarray, above: np.ndarray) -> dict[int, float]:
    """How much rows must give, cheapest in sum relative to their bounds.

    ``below`` are rows whose lower bound may be missed, ``above`` rows whose upper bound
    may be exceeded. The amount of a row is negative where it falls below. Empty if they
    cannot make the programme feasible, or not in time.
    """
    rows = np.concatenate((below, above)).astype(np.int64)
    if not len(rows):
        return {}
    sides = np.concatenate((np.ones(len(below)), -np.ones(len(above))))
    bounds = np.concatenate((program.row_lower[below], program.row_upper[above]))
    weights = 1.0 / np.maximum(np.abs(bounds), 1.0)
    answer = ask(_elastic(program, rows, sides, weights), time_limit=SECONDS)
    if answer.status != "optimal" or answer.values is None:
        return {}
    given = answer.values[len(program.cost) :]
    return {
        int(row): -float(amount) if side > 0 else float(amount)
        for row, side, amount in zip(rows, sides, given, strict=True)
        if amount > NOTHING
    }


def _elastic(program: Program, rows: np.ndarray, sides: np.ndarray, weights: np.ndarray) -> Program:
    """The programme with a column for each row that may give, and nothing else of a cost."""
    count, extra = len(program.cost), len(rows)
    at = np.concatenate(
        (np.repeat(np.arange(len(program.row_lower)), np.diff(program.starts)), rows)
    )
    columns = np.concatenate((program.columns, np.arange(count, count + extra)))
    values = np.concatenate((program.values, sides))
    order = np.argsort(at, kind="stable")
    starts = np.zeros(len(program.row_lower) + 1, dtype=np.int32)
    np.cumsum(np.bincount(at, minlength=len(program.row_lower)), out=starts[1:])
    return replace(
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
