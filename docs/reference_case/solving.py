"""Solve the runs of the page, each from scratch, so that two makings give the same figures."""

from __future__ import annotations

import hashlib
import multiprocessing
import platform
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

import optimizer
from docs.reference_case.origins import Delivered, delivered_inputs
from docs.reference_case.runs import Run
from optimizer.plan import SolveOptions, solve_with_options
from optimizer.studies.run_outcome import RunOutcome, outcome_of
from optimizer.studies.run_store import RunStore
from optimizer.tables import apply_changes
from optimizer.tables.case_rows import tables_of
from optimizer.tables.sheet_table import SheetTable

WORKBOOK = Path(__file__).resolve().parents[2] / "inputs" / "north_america.xlsx"
UNREAD = ("notes", "source")
"""Columns that change neither a plan nor a figure of the page."""


def fingerprint(case: optimizer.Case) -> str:
    """Hash of every cell of a case that a figure of the page depends on.

    The file itself would not do: it holds the time at which it was written.
    """
    digest = hashlib.sha256(repr(case.settings).encode())
    for name, table in tables_of(case).items():
        names = [name for name in table.sheet.columns if _is_filled(table, name)]
        columns = [table.values[name] for name in names]
        if name == "Demand":
            columns.append(table.values["by_period"])
        digest.update(repr((name, names, sorted(table.inactive), table.rows, columns)).encode())
        digest.update(repr([_route_tag(note) for note in table.values.get("notes", [])]).encode())
    return digest.hexdigest()[:16]


def _is_filled(table: SheetTable, name: str) -> bool:
    """True if a column counts: one that is default throughout does not change the case."""
    default = table.sheet.columns[name].default
    return name not in UNREAD and any(value != default for value in table.values[name])


def _route_tag(note: str | None) -> str:
    """The name in brackets at the beginning of a note: it says which rows are one route."""
    return note.partition("]")[0] if (note or "").startswith("[") else ""


def made_with() -> dict[str, str]:
    """What else the figures depend on: another solver may choose among equally cheap plans."""
    return {"highspy": version("highspy"), "machine": platform.machine()}


class BasePlan(NamedTuple):
    """The plan of the case itself, and the tonnes of each input in its deliveries."""

    result: optimizer.Result
    delivered: Delivered


def solve_base(case: optimizer.Case) -> BasePlan:
    """The plan of the case itself, with prices and origins, to the gap of its Settings."""
    m = optimizer.build_model(case)
    result = optimizer.solve_model(m).raise_for_status()
    return BasePlan(result, delivered_inputs(m))


def solve_run(case: optimizer.Case, run: Run) -> RunOutcome:
    """The plan with one change; a case that cannot be is an outcome too."""
    try:
        changed = apply_changes(case, run.changes)
    except optimizer.WorkbookError as error:
        return RunOutcome(status=f"refused: {error.findings[0].message}")
    result = solve_with_options(changed, SolveOptions(full=False, diagnose=False))
    return outcome_of(result)


def solve_runs(
    runs: Sequence[Run],
    workers: int = 1,
    tell: Callable[[str], None] = lambda _: None,
    folder: Path | None = None,
) -> dict[str, RunOutcome]:
    """Outcome of each run of the workbook by its key, solved in so many processes.

    Finished runs are kept in ``folder``, if there is one, and taken from there: a making that was
    broken off goes on.
    """
    keys = [run.key for run in runs]
    assert len(set(keys)) == len(keys), "two runs have one name"
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(
        workers, mp_context=context, initializer=_prepare, initargs=(folder,)
    ) as pool:
        outcomes = {}
        for run, outcome in zip(runs, pool.map(_solve_here, runs), strict=True):
            tell(f"{run.key}: {outcome.status} {outcome.objective or 0:,.0f}")
            outcomes[run.key] = outcome
    return outcomes


_case: optimizer.Case | None = None
_store: RunStore | None = None


def _prepare(folder: Path | None) -> None:
    """Read the workbook and open the folder of runs, once in each process."""
    global _case, _store
    _case = optimizer.read(WORKBOOK)
    _store = RunStore(folder) if folder else None


def _solve_here(run: Run) -> RunOutcome:
    assert _case is not None
    if _store is None:
        return solve_run(_case, run)
    key = hashlib.sha256(f"{fingerprint(_case)} {made_with()} {run!r}".encode()).hexdigest()
    outcome = _store.load(key)
    if outcome is None:
        outcome = solve_run(_case, run)
        _store.save(key, run.key, outcome)
    return outcome
