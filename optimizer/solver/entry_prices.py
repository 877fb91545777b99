"""What one more, or one less, of something is worth where prices are not unique.

The price of a row through which nothing flows is not unique: a chain of unused things
shares what it lacks in any way. Here a little is brought to every such place, and a
little taken from it; the prices of these two programmes are what a tonne brings there
at best, and what it costs there at least.
"""

from __future__ import annotations

import highspy
import numpy as np
from msgspec import Struct, structs

from optimizer.solver.highs import Answer, instance, scale_of, status_of
from optimizer.solver.transfer import Program

STEP = 1e-4
"""What is brought and taken, in tonnes."""

MOST_COLUMNS = 12_000
"""Larger programmes are not asked: two more solutions would take too long."""

PENALTY = 1_000.0
"""Times the largest cost: more than a tonne at the end of a chain of unused things costs.

If that costs more, the penalty is paid instead of the chain; if it costs about as much, the
simplex wanders between them, for 9,013 iterations instead of 700 in a case of 9.6 thousand columns.
"""

TRACE = 1e-9
"""Tonnes of what cannot be had, in a tonne, that are rounding."""

SECONDS = 5.0
"""Time for each of the two."""


class EntryPrices(Struct, frozen=True):
    """Prices of rows: what a tonne more brings there, and what it costs to have one."""

    brings: np.ndarray
    """Minus infinity where nothing can take it."""
    costs: np.ndarray
    """Infinity where nothing can supply it."""

    def reduced_costs(self, program: Program) -> np.ndarray:
        """How much cheaper each column must get before it is worth using, alone.

        Infinity where that cannot be at any price.
        """
        row, value = program.row_of, program.values
        price = np.where(value > 0, self.brings[row], self.costs[row])
        result = program.cost.copy()
        with np.errstate(invalid="ignore"):
            np.subtract.at(result, program.columns, value * price)
        return np.where(np.isnan(result), np.inf, result)


def margins(program: Program, answer: Answer, rows: np.ndarray) -> EntryPrices | None:
    """Margins of rows (balances: in less out) through which nothing flows at an optimum.

    Of all other rows they are the price. None where the programme is too large or an
    answer is not to be had in time. Whole columns are held as they are in the answer.
    """
    if answer.values is None or answer.prices is None or answer.basis is None:
        return None
    if len(program.cost) > MOST_COLUMNS:
        return None
    rows = rows[program.flow(answer.values)[rows] < STEP]
    if not len(rows):
        return None
    fixed = program.held(answer.values)
    found = []
    for direction in (-1.0, 1.0):
        prices = _perturbed(fixed, answer, rows, direction)
        if prices is None:
            return None
        merged = answer.prices * program.sign
        merged[rows] = prices[rows]
        found.append(merged)
    low, high = np.minimum(*found), np.maximum(*found)
    return EntryPrices(brings=low, costs=high)


def _perturbed(
    program: Program, answer: Answer, rows: np.ndarray, direction: float
) -> np.ndarray | None:
    """Prices when a little is brought to (-1) or taken from (1) every row.

    What cannot be taken or supplied leaves, or comes, at a penalty. A price that the penalty
    is a part of is infinite.
    """
    scale = scale_of(program)
    penalty = PENALTY * max(1.0, float(np.abs(program.cost).max()))
    lower, upper = program.row_lower.copy(), program.row_upper.copy()
    lower[rows] += direction * STEP
    upper[rows] += direction * STEP
    count = len(rows)
    perturbed = structs.replace(program, row_lower=lower, row_upper=upper)
    highs = instance(perturbed, {"solver": "simplex"}, SECONDS, 0.0, answer.basis)
    highs.addCols(
        count,
        np.full(count, penalty * scale),
        np.zeros(count),
        np.full(count, np.inf),
        count,
        np.arange(count, dtype=np.int32),
        rows.astype(np.int32),
        np.full(count, direction),
    )
    highs.run()
    if status_of(highs, stopped=False) != "optimal":
        return None
    prices = np.array(highs.getSolution().row_dual) / scale
    # How many tonnes at the penalty are in the price of each row, by the basis.
    _, basic = highs.getBasicVariables()
    penalised = (basic >= len(program.cost)).astype(np.float64)
    status, part = highs.getBasisTransposeSolve(penalised)
    if status != highspy.HighsStatus.kOk:
        return None
    return np.where(np.abs(part) > TRACE, np.copysign(np.inf, part), prices)
