"""Decomposition of the prices of some rows into parts.

A basic column pays for itself: its worth at the chosen rows is its cost and the rents of all
other rows. As many such columns as there are chosen rows, if they are independent, determine the
prices; with one kind of cost alone on the right-hand side they give that kind's part. A small
programme chooses the columns: those of least burden bring a tonne more to each row, and its basis
is independent.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import highspy
import numpy as np

from optimizer.solver.answer import Answer
from optimizer.solver.highs import new_instance, status_of
from optimizer.solver.highs_thread import run_in_thread
from optimizer.solver.solve_strategy import NO_PRESOLVE
from optimizer.solver.transfer import Program

DECOMPOSITION_TIME_LIMIT = 30.0
"""Seconds to choose the columns, chosen: only a user who asks for explanations waits."""

IDLE_BURDEN = 5.0
"""Added burden of a column that is not used, so that columns in use are chosen first."""

NEGLIGIBLE_USE = 1e-9
"""Tonnes below which a basic column is not used."""

GOLDEN_RATIO = 0.6180339887498949
"""Fractional part of the golden ratio: its multiples are spread evenly and do not repeat."""


def decompose_prices(
    program: Program,
    answer: Answer,
    rows: np.ndarray,
    burden: tuple[np.ndarray, np.ndarray],
    cost_parts: Callable[[np.ndarray], np.ndarray],
) -> tuple[np.ndarray, np.ndarray] | None:
    """Those of ``rows`` whose slack is not basic, and their prices by part, one line a row.

    ``burden`` is the cost, for each column, of being chosen to bring a tonne by being used more,
    and by being used less. ``cost_parts`` gives what columns cost by part, the rents of other rows
    than ``rows`` included. None where the prices cannot be decomposed.
    """
    basis, values = answer.basis, answer.values
    if basis is None or values is None:
        return None
    basic = highspy.HighsBasisStatus.kBasic
    row_status, column_status = basis.row_status, basis.col_status  # HiGHS copies them each time
    rows = rows[[row_status[row] != basic for row in rows.tolist()]]
    columns = np.array([n for n, each in enumerate(column_status) if each == basic], dtype=int)
    small = _restricted(program, rows, columns)
    idle = np.where(np.abs(values[columns]) > NEGLIGIBLE_USE, 0.0, IDLE_BURDEN)
    cost = np.concatenate([side[columns] + idle for side in burden])
    choice = _choice_program(small, cost)
    highs = new_instance(choice, NO_PRESOLVE, DECOMPOSITION_TIME_LIMIT, 0.0)
    run_in_thread(highs)
    if status_of(highs) != "optimal":
        return None
    status, order = highs.getBasicVariables()
    if status == highspy.HighsStatus.kError or (order < 0).any():
        return None
    count = len(columns)
    costs = cost_parts(columns[order % count]) * np.where(order < count, 1.0, -1.0)[:, None]
    parts = np.empty((len(rows), costs.shape[1]))
    for part in range(costs.shape[1]):
        parts[:, part] = _prices_of(highs, costs[:, part])
    return rows, parts


def _prices_of(highs: Any, costs: np.ndarray) -> np.ndarray:
    """Prices at which the chosen columns pay for these costs."""
    if not costs.any():
        return np.zeros(len(costs))
    _, prices = highs.getBasisTransposeSolve(costs)
    return np.asarray(prices)


RowMatrix = tuple[np.ndarray, np.ndarray, np.ndarray]
"""Starts, columns and values by row."""


def _restricted(program: Program, rows: np.ndarray, columns: np.ndarray) -> RowMatrix:
    """Entries of some rows and columns, the columns renumbered."""
    number = np.full(len(program.cost), -1)
    number[columns] = np.arange(len(columns))
    starts, kept_columns, kept_values = [0], [], []
    for row in rows.tolist():
        span = slice(program.starts[row], program.starts[row + 1])
        renumbered = number[program.columns[span]]
        keep = renumbered >= 0
        kept_columns.append(renumbered[keep])
        kept_values.append(program.values[span][keep])
        starts.append(starts[-1] + int(keep.sum()))
    empty = np.zeros(0)
    return (
        np.array(starts, dtype=np.int32),
        np.concatenate([*kept_columns, empty]).astype(np.int32),
        np.concatenate([*kept_values, empty]),
    )


def _choice_program(small: RowMatrix, cost: np.ndarray) -> Program:
    """The programme that brings a tonne to each row; each column forwards and backwards."""
    starts, columns, values = small
    rows, count = len(starts) - 1, len(cost) // 2
    row = np.repeat(np.arange(rows), np.diff(starts))
    order = np.argsort(np.concatenate([row, row]), kind="stable")
    # Amounts that differ keep the basis from being degenerate.
    wanted = 1.0 + np.modf(np.arange(1, rows + 1) * GOLDEN_RATIO)[0]
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
