"""``stochastic``: one plan for several scenarios."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from optimizer.cli.command_result import CommandResult, rows_of
from optimizer.cli.run_id import inputs_of
from optimizer.cli.study_files import StudyFiles

if TYPE_CHECKING:
    from optimizer.solver import Progress
    from optimizer.studies import Stochastic
    from optimizer.tables import Case


def stochastic(options: argparse.Namespace, progress: Progress | None) -> CommandResult:
    """Plan for the scenarios of the sheet, or for supply that comes or fails."""
    from optimizer.studies import stochastic as planned
    from optimizer.studies import supply_scenarios, weighted_scenarios
    from optimizer.tables import read

    case = read(options.workbook)
    folder = options.output or Path("outputs") / options.workbook.stem
    both = StudyFiles(folder / "stochastic.xlsx", inputs_of(options))
    if options.supply:
        scenarios = supply_scenarios(case, most=options.most, seed=options.seed)
    else:
        scenarios = weighted_scenarios(case)
    found = planned(
        case,
        scenarios,
        until=options.until,
        tail=options.cvar,
        weight=options.weight,
        time_limit=options.time_limit,
        gap=options.gap,
        progress=progress,
    )
    _, files = both.write(found.study())
    record = {
        "status": found.status,
        "run": both.run,
        "objective": found.objective,
        "currency": case.settings.currency,
        "value": found.value,
        "tables": {name: rows_of(table) for name, table in found.tables.items()},
        "input": {"file": case.path, "sha256": case.sha256},
        "files": files,
    }
    lines = (*_story(found, case.settings.currency), *_left_out(options, case, found))
    lines = (*lines, *(f"Written: {file}" for file in files.values()))
    return CommandResult(lines, record, 0 if found.status == "optimal" else 4)


def _left_out(options: argparse.Namespace, case: Case, found: Stochastic) -> tuple[str, ...]:
    """Scenarios of the sheet that have no probability."""
    from optimizer.studies import scenarios_of

    left = (
        [] if options.supply else [name for name in scenarios_of(case) if name not in found.results]
    )
    return (f"Left out, without a probability: {', '.join(left)}.",) if left else ()


def _story(found: Stochastic, currency: str) -> tuple[str, ...]:
    lines = [f"{len(found.results):,} scenarios, {found.status}; money in {currency}."]
    for item, amount, meaning in found.tables["Value"].rows():
        figure = "" if amount is None else f"{amount:,.2f}"
        lines.append(f"  {item:<40}{figure:>20}  {meaning}")
    decided = found.tables["Here and now"]
    lines.append(f"Decided here and now: {len(decided):,} purchases and options.")
    return tuple(lines)
