"""How dear something must get before less of it is used, and how cheap before more is.

The least cost of a plan as a function of the amount used is convex. A little less is
allowed than the plan uses, or a little more is asked for: the price of that row is the
slope on that side, whatever the basis. That is how far the thing's own price can move
before the plan would use less, or more, of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from optimizer.solver.highs import Answer, instance, scale_of, status_of
from optimizer.solver.solve_strategy import AS_IT_STANDS
from optimizer.solver.transfer import Program

STEP = 1e-4
"""Part of what is used that is taken away, or tonnes that are brought where nothing is."""

SECONDS = 20.0
"""Time for all probes together."""


def slopes(
    program: Program, answer: Answer, groups: Sequence[Sequence[int]]
) -> Iterator[tuple[float, float] | None]:
    """For each group of columns: (how much dearer before less of it is used, how much cheaper
    before more is), per unit, in the money of the objective; infinity where no price does it.

    Whole columns are held as they are in the answer. None where a probe gives no answer.
    """
    assert answer.values is not None
    held = program.held(answer.values)
    highs = instance(held, AS_IT_STANDS, SECONDS, 0.0, answer.basis)
    scale = scale_of(held)
    for group in groups:
        used = float(answer.values[list(group)].sum())
        step = STEP * used if used > STEP else STEP
        less: float | None = 0.0
        if used > step:
            less = _slope(highs, answer.basis, group, -np.inf, used - step)
        more = _slope(highs, answer.basis, group, used + step, np.inf)
        yield None if less is None or more is None else (less / scale, more / scale)


def _slope(highs: Any, basis: Any, group: Sequence[int], least: float, most: float) -> float | None:
    """Price of a row that bounds what a group adds up to; the row is taken away again.

    HiGHS goes on from the basis: it forgets its own when a row is taken away.
    """
    highs.setBasis(basis)
    row = highs.getNumRow()
    highs.addRow(least, most, len(group), np.array(group, dtype=np.int32), np.ones(len(group)))
    highs.run()
    status = status_of(highs, stopped=False)
    if status == "optimal":
        found: float | None = abs(float(highs.getSolution().row_dual[row]))
    else:
        found = float("inf") if status == "infeasible" else None
    highs.deleteRows(1, np.array([row], dtype=np.int32))
    return found
