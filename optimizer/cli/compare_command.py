"""``compare``: what differs between two plans or two inputs."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from optimizer.cli.command_result import CommandResult, rows_of
from optimizer.cli.study_files import StudyFiles

if TYPE_CHECKING:
    from optimizer.solver import Progress


def compare(options: argparse.Namespace, progress: Progress | None) -> CommandResult:
    """Compare two workbooks and write what differs, if a workbook is asked for."""
    from optimizer.studies.plan_comparison import compare as compared
    from optimizer.studies.plan_comparison import is_plan
    from optimizer.tables import read

    things: list[Any] = []
    for path in (options.first, options.second):
        options.workbook = path  # where an error is marked
        things.append(path if is_plan(path) else read(path))
    own = (options.first, options.second)
    both = StudyFiles(options.output, own, "comparison") if options.output is not None else None
    found = compared(*things, by=options.by)
    files = both.write(found.study(_names(options)))[1] if both else {}
    lines = [*found.lines(), *(f"Written: {file}" for file in files.values())]
    record = {
        "status": "compared",
        "what": found.what,
        "run": both.run if both else "",
        "tables": {name: rows_of(table) for name, table in found.tables.items()},
        "files": files,
    }
    return CommandResult(tuple(lines), record)


def _names(options: argparse.Namespace) -> str:
    """Names of both workbooks: plans of one file name are told apart by their folders."""
    first, second = (path.resolve() for path in (options.first, options.second))
    if first.stem == second.stem:
        first, second = first.parent, second.parent
    return f"{first.stem} and {second.stem}"
