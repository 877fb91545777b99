"""``compare``: what differs between two plans or two inputs."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from optimizer.cli.done import Done, rows_of

if TYPE_CHECKING:
    from optimizer.solver import Progress


def compare(options: argparse.Namespace, progress: Progress | None) -> Done:
    """Compare two workbooks and write what differs, if a workbook is asked for."""
    from optimizer.studies.differences import compare as compared
    from optimizer.studies.differences import is_plan
    from optimizer.tables import read

    things: list[Any] = []
    for path in (options.first, options.second):
        options.workbook = path  # where an error is marked
        things.append(path if is_plan(path) else read(path))
    found = compared(*things, by=options.by)
    files = {}
    if options.output is not None:
        from optimizer.report.study import write_study

        write_study(found.study(f"{options.first.stem}, {options.second.stem}"), options.output)
        files["comparison"] = str(options.output)
    lines = [*found.lines(), *(f"Written: {file}" for file in files.values())]
    record = {
        "status": "compared",
        "what": found.what,
        "tables": {name: rows_of(table) for name, table in found.tables.items()},
        "files": files,
    }
    return Done(tuple(lines), record)
