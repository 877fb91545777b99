"""What one more, or one less, of something is worth where prices are not unique.

The price of a row through which nothing flows is not unique: a chain of unused things shares
what it lacks in any proportion. Here a little is brought to every such row, and a little taken
from it. The prices of these two programmes are what a tonne brings there at best, and what it
costs there at least.
"""

from __future__ import annotations

import highspy
import numpy as np
from msgspec import Struct, structs

from optimizer.solver.answer import Answer
from optimizer.solver.highs import cost_scale, new_instance, status_of
from optimizer.solver.highs_thread import run_in_thread
from optimizer.solver.transfer import Program

PERTURBATION = 1e-4
"""Tonnes that are brought and taken: a thousand times HiGHS's feasibility tolerance."""

MAX_PERTURBED_COLUMNS = 12_000
"""Larger programmes are not solved again: two more solutions would take too long."""

PENALTY_FACTOR = 1_000.0
"""Penalty as a multiple of the largest cost: more than a tonne at the end of a chain costs.

If that costs more, the penalty is paid instead of the chain; if it costs about as much, the
simplex wanders between them, for 9,013 iterations instead of 700 in a case of 9.6 thousand columns.
"""

NEGLIGIBLE_PENALTY_SHARE = 1e-9
"""Tonnes at the penalty, in a tonne, that are rounding of the factors of the basis."""

PERTURBATION_TIME_LIMIT = 5.0
"""Seconds for each of the two; chosen."""


class EntryPrices(Struct, frozen=True):
    """Prices of rows: what a tonne more brings there, and what it costs to have one."""

    brings: np.ndarray
    """Minus infinity where nothing can take it."""
    costs: np.ndarray
    """Infinity where nothing can supply it."""

    def reduced_costs(self, program: Program) -> np.ndarray:
        """How much cheaper each column must get before it is worth using, alone.

        Infinity where no price makes it worth using.
        """
        row, value = program.row_of, program.values
        price = np.where(value > 0, self.brings[row], self.costs[row])
        result = program.cost.copy()
        with np.errstate(invalid="ignore"):
            np.subtract.at(result, program.columns, value * price)
        return np.where(np.isnan(result), np.inf, result)


def find_entry_prices(program: Program, answer: Answer, rows: np.ndarray) -> EntryPrices | None:
    """Entry prices of those ``rows`` (balances: in less out) through which nothing flows.

    All other rows keep their price. None where the programme is too large or has no solution
    in time. Integer columns are fixed as they are in the answer.
    """
    if answer.values is None or answer.prices is None or answer.basis is None:
        return None
    if len(program.cost) > MAX_PERTURBED_COLUMNS:
        return None
    rows = rows[program.flow(answer.values)[rows] < PERTURBATION]
    if not len(rows):
        return None
    fixed = program.held(answer.values)
    prices_by_direction = []
    for direction in (-1.0, 1.0):
        prices = _perturbed_prices(fixed, answer, rows, direction)
        if prices is None:
            return None
        merged = answer.prices * program.sign
        merged[rows] = prices[rows]
        prices_by_direction.append(merged)
    low, high = np.minimum(*prices_by_direction), np.maximum(*prices_by_direction)
    return EntryPrices(brings=low, costs=high)


def _perturbed_prices(
    program: Program, answer: Answer, rows: np.ndarray, direction: float
) -> np.ndarray | None:
    """Prices when a little is brought to (-1) or taken from (1) every row.

    What cannot be taken or supplied leaves, or comes, at a penalty. A price that contains the
    penalty is infinite.
    """
    scale = cost_scale(program)
    penalty = PENALTY_FACTOR * max(1.0, float(np.abs(program.cost).max()))
    lower, upper = program.row_lower.copy(), program.row_upper.copy()
    lower[rows] += direction * PERTURBATION
    upper[rows] += direction * PERTURBATION
    count = len(rows)
    perturbed = structs.replace(program, row_lower=lower, row_upper=upper)
    options = {"solver": "simplex"}
    highs = new_instance(perturbed, options, PERTURBATION_TIME_LIMIT, 0.0, answer.basis)
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
    run_in_thread(highs)
    if status_of(highs) != "optimal":
        return None
    prices = np.array(highs.getSolution().row_dual) / scale
    # How many tonnes at the penalty are in the price of each row, by the basis.
    _, basic = highs.getBasicVariables()
    penalised = (basic >= len(program.cost)).astype(np.float64)
    status, share = highs.getBasisTransposeSolve(penalised)
    if status != highspy.HighsStatus.kOk:
        return None
    return np.where(np.abs(share) > NEGLIGIBLE_PENALTY_SHARE, np.copysign(np.inf, share), prices)
