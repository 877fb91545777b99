"""Which of HiGHS's methods is tried, in which order, and the props that steady one of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
from msgspec import Struct

from optimizer.solver.transfer import Program

if TYPE_CHECKING:
    from optimizer.solver.warm_start import WarmStart

INTERIOR_POINT_FROM = 2_000
"""Columns from which the interior point method with crossover wins (docs/performance.md)."""

PRIMAL = 4
"""The primal simplex: what cleans up after a crossover whose basis is imprecise."""

CLEAN_UP = 10_000
"""Iterations of that; a crossover that leaves more to do has lost its way."""

PROP_COST = 4096.0
"""What a prop costs, where costs are scaled (see LARGEST_COST)."""

NOTHING = 1e-7
"""Tonnes of a prop that are rounding."""

SMALLEST_COEFFICIENT = 1e-12
"""Least coefficient that HiGHS can be told not to take for zero.

An input of a nanogram that costs trillions a tonne would be free, a unit of which a run takes so
little would bind nobody.
"""
USUAL_COEFFICIENT = 1e-9
"""Coefficients up to this HiGHS takes for zero of itself; it is told where there are any."""

Options = dict[str, Any]


class SolveStrategy(Struct, frozen=True):
    """A method of HiGHS with its options."""

    options: Options
    propped: bool = False
    """With props in the rows that must hold exactly."""
    start: WarmStart | None = None
    """What it goes on from."""


AS_IT_STANDS: Options = {"solver": "simplex", "presolve": "off"}
"""The simplex on the programme itself, from a basis of it where one is known."""

SIMPLEX = (SolveStrategy({"solver": "simplex"}), SolveStrategy(AS_IT_STANDS))
WITHIN = SolveStrategy({"solver": "ipx", "run_crossover": "off"})
INTERIOR_POINT = (
    SolveStrategy(
        {"solver": "ipx", "simplex_strategy": PRIMAL, "simplex_iteration_limit": CLEAN_UP}
    ),
    SolveStrategy(WITHIN.options | {"presolve": "off"}, propped=True),
    *SIMPLEX,
)
BRANCH_AND_BOUND = (
    SolveStrategy({"solver": "choose"}),
    SolveStrategy({"solver": "choose", "presolve": "off"}),
)


def strategies(program: Program, start: WarmStart | None) -> Iterator[SolveStrategy]:
    """Ways to an answer: the next is taken where one fails or cannot tell what is wrong."""
    if program.integer.any():
        for strategy in BRANCH_AND_BOUND:
            yield SolveStrategy(strategy.options, start=start)
        return
    if start is not None and len(start.column_statuses):
        yield SolveStrategy({"solver": "simplex"}, start=start)
    yield from INTERIOR_POINT if len(program.cost) >= INTERIOR_POINT_FROM else SIMPLEX


def add_props(highs: Any, program: Program) -> None:
    """Let every equation be missed either way, at a cost.

    Where a lead time is split over two periods a basis may say what leaves in one period
    by what left in the one before, over and over, and lose all digits; HiGHS then finds no
    basis to begin with, or none to end with. Props are columns that a basis can have
    instead. The optimum within the face is taken as it is: it has prices, and no basis.
    """
    rows = _exact(program)
    for direction in (1.0, -1.0):
        count = len(rows)
        highs.addCols(
            count,
            np.full(count, PROP_COST),
            np.zeros(count),
            np.full(count, np.inf),
            count,
            np.arange(count, dtype=np.int32),
            rows,
            np.full(count, direction),
        )


def leans(highs: Any, program: Program) -> bool:
    """Whether a propped optimum uses a prop: then the programme itself is not answered."""
    values = np.array(highs.getSolution().col_value)[len(program.cost) :]
    return bool((values > NOTHING).any())


def _exact(program: Program) -> np.ndarray:
    return np.flatnonzero(program.row_lower == program.row_upper).astype(np.int32)


def small(program: Program) -> Options:
    """The option by which HiGHS keeps the smallest coefficients, where there are any."""
    sizes = np.abs(program.values)
    if ((sizes > 0) & (sizes <= USUAL_COEFFICIENT)).any():
        return {"small_matrix_value": SMALLEST_COEFFICIENT}
    return {}
