"""Programmes with large coefficients on yes/no columns, solved strictly.

Where capacity may give, what ties a flow to its yes/no column is a large number times that
column. HiGHS takes 1e-6 for zero, and 1e-6 times a large number lets tonnes through.
"""

from __future__ import annotations

import numpy as np

from optimizer.solver.highs import ask, instance, scale_of, status_of
from optimizer.solver.running import Search, run
from optimizer.solver.transfer import Program
from optimizer.solver.ways import Options

WHOLE = 1e-9
"""Distance from a whole number that counts as whole."""

OPTIONS: Options = {"solver": "choose", "mip_feasibility_tolerance": WHOLE}


def strict(program: Program, seconds: float) -> tuple[str, np.ndarray | None]:
    """Status and values, with whole columns whole to 1e-9; values None where there are none.

    A search that ran out of time gives the best that it found.
    """
    if not program.integer.any():
        answer = ask(program, time_limit=max(seconds, 0.0))
        return answer.status, answer.values
    for presolve in ("choose", "off"):
        options = OPTIONS | {"presolve": presolve}
        highs, search = instance(program, options, seconds, 0.0), Search()
        stopped = run(highs, scale_of(program), search, None)
        status = status_of(highs, stopped=stopped)
        if status != "unclear" and not status.startswith("error"):
            break
    if status == "optimal":
        values = np.array(highs.getSolution().col_value)
    elif search.values is not None and status in ("time limit", "interrupted"):
        values = search.values
    else:
        return status, None
    held = ask(program.held(values), time_limit=max(seconds, 0.0))
    return status, values if held.values is None else held.values
