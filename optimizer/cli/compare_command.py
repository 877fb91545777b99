"""``compare``: what differs between two plans or two inputs."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from optimizer.cli.command_result import CommandResult, row_records
from optimizer.cli.study_files import StudyFiles
from optimizer.errors import UsageError

if TYPE_CHECKING:
    from optimizer.solver import Progress
    from optimizer.studies.plan_comparison import Comparison


def compare(options: argparse.Namespace, progress: Progress | None) -> CommandResult:
    """Compare two workbooks; write the differences if ``--output`` names a file."""
    study_files = None
    read_files = (options.first, options.second, *(options.inputs or ()))
    if options.output is not None:
        study_files = StudyFiles(options.output, read_files, "comparison")
    comparison = _comparison(options, (options.first, options.second))
    words = comparison.lines()
    if options.inputs:
        if comparison.what != "plans":
            raise UsageError("--inputs goes with two plans")
        changes = _comparison(options, options.inputs)
        if changes.what != "inputs":
            raise UsageError("--inputs are the workbooks that the plans were made of, not plans")
        words += ["Cells of the inputs:", *changes.lines()]
        comparison = replace(comparison, tables={**comparison.tables, **changes.tables})
    study = comparison.study(_title(options))
    files = study_files.write(study)[1] if study_files else {}
    record = {
        "status": "compared",
        "what": comparison.what,
        "run": study_files.run if study_files else "",
        "words": list(comparison.lawful),
        "tables": {name: row_records(table) for name, table in comparison.tables.items()},
        "files": files,
    }
    return CommandResult(tuple(words), files, record)


def _comparison(options: argparse.Namespace, paths: Sequence[Path]) -> Comparison:
    """What differs between two workbooks of one kind."""
    from optimizer.studies.plan_comparison import compare as compare_plans
    from optimizer.studies.plan_comparison import is_plan
    from optimizer.tables import read

    plans_or_cases: list[Any] = []
    for path in paths:
        options.workbook = path  # the workbook in which errors are marked
        plans_or_cases.append(path if is_plan(path) else read(path))
    return compare_plans(*plans_or_cases, by=options.by)


def _title(options: argparse.Namespace) -> str:
    """Names of both workbooks, or of their folders if the files have the same name."""
    first, second = (path.resolve() for path in (options.first, options.second))
    if first.stem == second.stem:
        first, second = first.parent, second.parent
    return f"{first.stem} and {second.stem}"
