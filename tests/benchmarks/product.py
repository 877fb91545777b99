"""The product by steps: what ``optimizer solve`` does, each step timed.

``python -m tests.benchmarks.product WORKBOOK OUTPUT``; with ``--arrays`` it only writes
the arrays of the programme for the other processes.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from optimizer import model, network, plan_steps, solver
from optimizer.plan import solve
from optimizer.report.write_result import write
from optimizer.tables import Case, checks, read
from tests.benchmarks.clock import Clock

FIELDS = (
    "cost",
    "lower",
    "upper",
    "row_lower",
    "row_upper",
    "starts",
    "columns",
    "values",
    "integer",
    "offset",
)


def keep(case: Case, path: str | Path) -> None:
    """Write the arrays of a case's programme."""
    import numpy as np

    program = solver.transfer(model.build(network.build(case)))
    np.savez(path, **{name: getattr(program, name) for name in FIELDS})


def main(clock: Clock, workbook: str, output: str) -> None:
    """The whole process."""
    programs: list[Any] = []
    for room, name, step in ((checks, "run", "check"), (plan_steps, "transfer", "")):
        setattr(room, name, _watched(clock, getattr(room, name), step, programs))
    with clock.step("read"):
        case = read(workbook)
    clock.steps["read"] -= clock.steps["check"]
    begun: list[str] = []

    def step(name: str) -> None:
        if begun:
            clock.mark_peak(begun[-1])
        begun.append(name)

    result = solve(case, step=step)
    clock.mark_peak(begun[-1])
    clock.steps.update(result.seconds)
    with clock.step("write"):
        write(result, output)
    audit = result.audit
    clock.tell(
        objective=result.objective,
        status=result.status,
        audit=audit.verdict if audit else "",
        passed=bool(audit and audit.passed),
        columns=len(programs[0].cost),
        rows=len(programs[0].row_lower),
        nonzeros=len(programs[0].values),
        kept=result.network.pruning.kept,
    )


def _watched(
    clock: Clock, function: Callable[..., Any], step: str, programs: list[Any]
) -> Callable[..., Any]:
    """A function that is timed as a step, or whose programme is kept where no step is named."""

    def watched(*arguments: Any, **options: Any) -> Any:
        if not step:
            programs.append(function(*arguments, **options))
            return programs[-1]
        with clock.step(step):
            return function(*arguments, **options)

    return watched


if __name__ == "__main__":
    CLOCK = Clock()
    CLOCK.since_start("import")
    if "--arrays" in sys.argv:
        keep(read(sys.argv[1]), sys.argv[2])
    else:
        main(CLOCK, *sys.argv[1:3])
