"""What prices of some rows are made of.

Every column in an optimal basis pays for itself: what it is worth at the rows that matter
is its cost and the rents of all other rows. As many such columns as there are rows that
matter, and independent, determine the prices; with one kind of cost alone on their right-hand
side they give that kind's part. Which columns, is found by a small programme: a tonne more
at each row is brought by the columns of least burden, and its basis is independent.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import highspy
import numpy as np

from optimizer.solver.highs import Answer, instance, status_of
from optimizer.solver.solve_strategy import AS_IT_STANDS
from optimizer.solver.transfer import Program

SECONDS = 30.0
"""Time to choose the columns."""

IDLE = 5.0
"""Burden of a column that is not used, beside 1 of one that is."""


def attribute(
    program: Program,
    answer: Answer,
    rows: np.ndarray,
    burden: tuple[np.ndarray, np.ndarray],
    own: Callable[[np.ndarray], np.ndarray],
) -> tuple[np.ndarray, np.ndarray] | None:
    """Rows whose slack is not basic, and their prices by part: one line each.

    ``burden`` says of each column how little it is wanted to bring a tonne by being used more,
    and by being used less; ``own`` gives for columns what they cost by part, the rents of
    rows other than ``rows`` included. None where the prices cannot be told apart.
    """
    basis, values = answer.basis, answer.values
    if basis is None or values is None:
        return None
    basic = highspy.HighsBasisStatus.kBasic
    row_status, column_status = basis.row_status, basis.col_status  # HiGHS copies them each time
    rows = rows[[row_status[row] != basic for row in rows.tolist()]]
    columns = np.array([n for n, own in enumerate(column_status) if own == basic], dtype=int)
    small = _restricted(program, rows, columns)
    idle = np.where(np.abs(values[columns]) > 1e-9, 0.0, IDLE)
    cost = np.concatenate([side[columns] + idle for side in burden])
    highs = instance(_split(small, cost), AS_IT_STANDS, SECONDS, 0.0)
    highs.run()
    if status_of(highs, stopped=False) != "optimal":
        return None
    status, order = highs.getBasicVariables()
    if status == highspy.HighsStatus.kError or (order < 0).any():
        return None
    count = len(columns)
    given = own(columns[order % count]) * np.where(order < count, 1.0, -1.0)[:, None]
    parts = np.empty((len(rows), given.shape[1]))
    for part in range(given.shape[1]):
        parts[:, part] = _solved(highs, given[:, part])
    return rows, parts


def _solved(highs: Any, given: np.ndarray) -> np.ndarray:
    if not given.any():
        return np.zeros(len(given))
    _, found = highs.getBasisTransposeSolve(given)
    return np.asarray(found)


Matrix = tuple[np.ndarray, np.ndarray, np.ndarray]
"""Starts, columns and values by row."""


def _restricted(program: Program, rows: np.ndarray, columns: np.ndarray) -> Matrix:
    """Entries of some rows and columns, the columns numbered anew."""
    number = np.full(len(program.cost), -1)
    number[columns] = np.arange(len(columns))
    starts, found, values = [0], [], []
    for row in rows.tolist():
        span = slice(program.starts[row], program.starts[row + 1])
        own = number[program.columns[span]]
        keep = own >= 0
        found.append(own[keep])
        values.append(program.values[span][keep])
        starts.append(starts[-1] + int(keep.sum()))
    none = np.zeros(0)
    return (
        np.array(starts, dtype=np.int32),
        np.concatenate([*found, none]).astype(np.int32),
        np.concatenate([*values, none]),
    )


def _split(small: Matrix, cost: np.ndarray) -> Program:
    """The programme that brings a tonne to each row; each column forwards and backwards."""
    starts, columns, values = small
    rows, count = len(starts) - 1, len(cost) // 2
    row = np.repeat(np.arange(rows), np.diff(starts))
    order = np.argsort(np.concatenate([row, row]), kind="stable")
    # Amounts that differ keep the basis from being degenerate.
    wanted = 1.0 + np.modf(np.arange(1, rows + 1) * 0.6180339887498949)[0]
    return Program(
        variables=[],
        constraints=[],
        cost=cost,
        offset=0.0,
        lower=np.zeros(2 * count),
        upper=np.full(2 * count, np.inf),
        row_lower=wanted,
        row_upper=wanted,
        starts=(2 * starts).astype(np.int32),
        columns=np.concatenate([columns, columns + count])[order].astype(np.int32),
        values=np.concatenate([values, -values])[order],
        integer=np.zeros(2 * count, dtype=np.int32),
        sign=1.0,
    )
