"""``compare``: what differs between two plans or two inputs."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from optimizer.cli.command_result import CommandResult, row_records
from optimizer.cli.study_files import StudyFiles

if TYPE_CHECKING:
    from optimizer.solver import Progress


def compare(options: argparse.Namespace, progress: Progress | None) -> CommandResult:
    """Compare two workbooks; write the differences if ``--output`` names a file."""
    from optimizer.studies.plan_comparison import compare as compare_plans
    from optimizer.studies.plan_comparison import is_plan
    from optimizer.tables import read

    plans_or_cases: list[Any] = []
    for path in (options.first, options.second):
        options.workbook = path  # the workbook in which errors are marked
        plans_or_cases.append(path if is_plan(path) else read(path))
    study_files = None
    if options.output is not None:
        inputs = (options.first, options.second)
        study_files = StudyFiles(options.output, inputs, "comparison")
    comparison = compare_plans(*plans_or_cases, by=options.by)
    study = comparison.study(_title(options))
    files = study_files.write(study)[1] if study_files else {}
    record = {
        "status": "compared",
        "what": comparison.what,
        "run": study_files.run if study_files else "",
        "tables": {name: row_records(table) for name, table in comparison.tables.items()},
        "files": files,
    }
    return CommandResult(tuple(comparison.lines()), files, record)


def _title(options: argparse.Namespace) -> str:
    """Names of both workbooks, or of their folders if the files have the same name."""
    first, second = (path.resolve() for path in (options.first, options.second))
    if first.stem == second.stem:
        first, second = first.parent, second.parent
    return f"{first.stem} and {second.stem}"
