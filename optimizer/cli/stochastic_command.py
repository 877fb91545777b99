"""``stochastic``: one plan for several scenarios."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from optimizer.cli.arguments import output_folder
from optimizer.cli.command_result import CommandResult, row_records
from optimizer.cli.run_id import input_paths
from optimizer.cli.study_files import StudyFiles

if TYPE_CHECKING:
    from optimizer.solver import Progress
    from optimizer.studies import Stochastic
    from optimizer.tables import Case


def stochastic(options: argparse.Namespace, progress: Progress | None) -> CommandResult:
    """Plan for the scenarios of the sheet or, with ``--supply``, for supply that comes or fails."""
    from optimizer.studies import stochastic as stochastic_plan
    from optimizer.studies import supply_scenarios, weighted_scenarios
    from optimizer.tables import read

    case = read(options.workbook)
    folder = output_folder(options)
    study_files = StudyFiles(folder / "stochastic.xlsx", input_paths(options))
    if options.supply:
        scenarios = supply_scenarios(case, most=options.most, seed=options.seed)
    else:
        scenarios = weighted_scenarios(case)
    result = stochastic_plan(
        case,
        scenarios,
        until=options.until,
        tail=options.tail,
        weight=options.weight,
        time_limit=options.time_limit,
        gap=options.gap,
        progress=progress,
    )
    _, files = study_files.write(result.study())
    record = {
        "status": result.status,
        "run": study_files.run,
        "objective": result.objective,
        "currency": case.settings.currency,
        "value": result.value,
        "tables": {name: row_records(table) for name, table in result.tables.items()},
        "input": {"file": case.path, "sha256": case.sha256},
        "files": files,
    }
    lines = (*_summary(result, case.settings.currency), *_left_out(options, case, result))
    return CommandResult(lines, files, record, 0 if result.status == "optimal" else 4)


def _left_out(options: argparse.Namespace, case: Case, result: Stochastic) -> tuple[str, ...]:
    """Line about scenarios of the sheet that have no probability."""
    from optimizer.studies import scenarios_of

    names = (
        []
        if options.supply
        else [name for name in scenarios_of(case) if name not in result.results]
    )
    return (f"Left out, without a probability: {', '.join(names)}.",) if names else ()


def _summary(result: Stochastic, currency: str) -> tuple[str, ...]:
    lines = [f"{len(result.results):,} scenarios, {result.status}; money in {currency}."]
    for item, amount, meaning in result.tables["Value"].rows():
        figure = "" if amount is None else f"{amount:,.2f}"
        lines.append(f"  {item:<40}{figure:>20}  {meaning}")
    decided = result.tables["Here and now"]
    lines.append(f"Decided here and now: {len(decided):,} purchases and options.")
    return tuple(lines)
