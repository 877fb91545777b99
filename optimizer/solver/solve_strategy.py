"""Which of HiGHS's methods is tried in which order, and the slack columns that steady one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from msgspec import Struct

from optimizer.solver.transfer import Program
from optimizer.solver.warm_start import WarmStart

INTERIOR_POINT_FROM = 2_000
"""Columns from which the interior point method with crossover wins (docs/performance.md)."""

CHOOSE_SIMPLEX, DUAL_SIMPLEX, PRIMAL_SIMPLEX = 0, 1, 4
"""HiGHS's simplex strategies; with the first it takes what the basis is feasible for."""

MAX_CLEAN_UP_ITERATIONS = 10_000
"""Simplex iterations after a crossover; one that leaves more to do has gone astray."""

PENALTY_COST = 4096.0
"""Cost of a penalty column where costs are scaled: twice the largest (``MAX_SCALED_COST``)."""

PENALTY_USE_TOLERANCE = 1e-7
"""Use of a penalty column, in tonnes, that is rounding: HiGHS's own feasibility tolerance."""

SMALLEST_COEFFICIENT = 1e-12
"""Smallest coefficient that HiGHS can be told not to take for zero.

An input of a nanogram that costs trillions a tonne would be free, and a unit of which a run takes
so little would bind nobody.
"""
DEFAULT_ZERO_COEFFICIENT = 1e-9
"""Coefficients up to this size HiGHS takes for zero unless it is told otherwise."""

HighsOptions = dict[str, Any]
"""Options of HiGHS by name."""


class SolveStrategy(Struct, frozen=True):
    """A method of HiGHS with its options."""

    options: HighsOptions
    penalised: bool = False
    """With penalty columns in the equations."""
    start: WarmStart | None = None


NO_PRESOLVE: HighsOptions = {"solver": "simplex", "presolve": "off"}
"""The simplex on the programme itself, from a basis of it where one is known."""

SIMPLEX = (SolveStrategy({"solver": "simplex"}), SolveStrategy(NO_PRESOLVE))
NO_CROSSOVER: HighsOptions = {"solver": "ipx", "run_crossover": "off"}
INTERIOR_POINT = (
    SolveStrategy(
        {
            "solver": "ipx",
            "simplex_strategy": PRIMAL_SIMPLEX,
            "simplex_iteration_limit": MAX_CLEAN_UP_ITERATIONS,
        }
    ),
    SolveStrategy(NO_CROSSOVER | {"presolve": "off"}, penalised=True),
    *SIMPLEX,
)
BRANCH_AND_BOUND = (
    SolveStrategy({"solver": "choose"}),
    SolveStrategy({"solver": "choose", "presolve": "off"}),
)


def strategies(program: Program, start: WarmStart | None) -> Iterator[SolveStrategy]:
    """Methods in order: the next is tried where one fails or gives no clear status."""
    if program.integer.any():
        if start is not None:
            yield SolveStrategy(BRANCH_AND_BOUND[0].options, start=start)
        yield from BRANCH_AND_BOUND  # a given solution that is barely feasible can end in an error
        return
    if start is not None and len(start.column_statuses):
        yield SolveStrategy({"solver": "simplex"}, start=start)
    yield from INTERIOR_POINT if len(program.cost) >= INTERIOR_POINT_FROM else SIMPLEX


def add_penalty_columns(highs: Any, program: Program) -> None:
    """Let every equation be missed either way, at a cost.

    Where a lead time is split over two periods a basis may say what leaves in one period
    by what left in the one before, over and over, and lose all digits. HiGHS then finds no
    basis to begin with, or none to end with. A basis can have penalty columns instead. The
    optimum without crossover is taken as it is: it has prices, and no basis.
    """
    rows = np.flatnonzero(program.row_lower == program.row_upper).astype(np.int32)
    for direction in (1.0, -1.0):
        count = len(rows)
        highs.addCols(
            count,
            np.full(count, PENALTY_COST),
            np.zeros(count),
            np.full(count, np.inf),
            count,
            np.arange(count, dtype=np.int32),
            rows,
            np.full(count, direction),
        )


def uses_penalty_columns(highs: Any, program: Program) -> bool:
    """True if an optimum uses a penalty column: then it does not answer the programme itself."""
    values = np.array(highs.getSolution().col_value)[len(program.cost) :]
    return bool((values > PENALTY_USE_TOLERANCE).any())


def small_coefficient_option(program: Program) -> HighsOptions:
    """The option by which HiGHS keeps the smallest coefficients, where there are any."""
    sizes = np.abs(program.values)
    if ((sizes > 0) & (sizes <= DEFAULT_ZERO_COEFFICIENT)).any():
        return {"small_matrix_value": SMALLEST_COEFFICIENT}
    return {}
