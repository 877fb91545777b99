"""How much dearer something must get before less of it is used, and how much cheaper before more.

The least cost of a plan as a function of the amount used is convex. The programme is solved with
a row that allows a little less than the plan uses, or asks for a little more. The price of that
row is the slope on that side, whatever the basis. That is how far the thing's own price can move
before the plan would use less, or more, of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from optimizer.solver.answer import Answer
from optimizer.solver.highs import cost_scale, new_instance, status_of
from optimizer.solver.highs_thread import run_in_thread
from optimizer.solver.solve_strategy import NO_PRESOLVE
from optimizer.solver.transfer import Program

SLOPE_STEP = 1e-4
"""Part of what is used that is taken away, or tonnes that are brought where nothing is used.

A thousand times HiGHS's feasibility tolerance.
"""

SLOPES_TIME_LIMIT = 20.0
"""Seconds for all slopes together, chosen; what is not reached remains an estimate."""


def usage_slopes(
    program: Program, answer: Answer, groups: Sequence[Sequence[int]]
) -> Iterator[tuple[float, float] | None]:
    """For each group of columns: (how much dearer before less is used, how much cheaper before
    more is), per unit, in the money of the objective; infinity where no price does it.

    Integer columns are fixed as they are in the answer. None where HiGHS gives no answer.
    """
    assert answer.values is not None
    fixed = program.held(answer.values)
    highs = new_instance(fixed, NO_PRESOLVE, SLOPES_TIME_LIMIT, 0.0, answer.basis)
    scale = cost_scale(fixed)
    for group in groups:
        used = float(answer.values[list(group)].sum())
        step = SLOPE_STEP * used if used > SLOPE_STEP else SLOPE_STEP
        less: float | None = 0.0
        if used > step:
            less = _slope(highs, answer.basis, group, -np.inf, used - step)
        more = _slope(highs, answer.basis, group, used + step, np.inf)
        yield None if less is None or more is None else (less / scale, more / scale)


def _slope(
    highs: Any, basis: Any, group: Sequence[int], lower: float, upper: float
) -> float | None:
    """Price of a row that bounds the sum of a group; the row is removed afterwards.

    The basis is given each time: HiGHS forgets its own when a row is removed.
    """
    highs.setBasis(basis)
    row = highs.getNumRow()
    highs.addRow(lower, upper, len(group), np.array(group, dtype=np.int32), np.ones(len(group)))
    run_in_thread(highs)
    status = status_of(highs)
    if status == "optimal":
        slope: float | None = abs(float(highs.getSolution().row_dual[row]))
    else:
        slope = float("inf") if status == "infeasible" else None
    highs.deleteRows(1, np.array([row], dtype=np.int32))
    return slope
