"""Result of a command, and its output."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from optimizer.cli.arguments import print_message, print_record, print_result, print_written
from optimizer.cli.progress_line import ProgressLine

if TYPE_CHECKING:
    from optimizer.solver import Progress


class CommandResult(Struct, frozen=True):
    """What a command found and which files it wrote, the record for ``--json``, the exit code."""

    lines: tuple[str, ...]
    files: dict[str, str]
    record: dict[str, Any]
    exit_code: int = 0


Command = Callable[[argparse.Namespace, "Progress | None"], CommandResult]


def printing(command: Command) -> Callable[[argparse.Namespace], int]:
    """Function that runs a command, prints its result and returns its exit code."""

    def run(options: argparse.Namespace) -> int:
        result = command(options, _progress(options))
        print_result(options, "\n".join(result.lines))
        print_written(options, result.files)
        if options.json:
            print_record(result.record)
        return result.exit_code

    return run


def _progress(options: argparse.Namespace) -> Progress | None:
    """Callback for the solver's progress."""
    if options.supervised:
        from optimizer.web_app.supervised_command import SupervisedCommand

        supervised = SupervisedCommand(print_message)
        supervised.step("runs")
        return supervised
    return None if options.quiet else ProgressLine()


def row_records(table: Any) -> list[dict[str, Any]]:
    """Rows of a table for ``--json``: cells by header, dates as text."""
    return [
        {
            header: cell.isoformat() if hasattr(cell, "isoformat") else cell
            for header, cell in zip(table.layout.headers, row, strict=True)
        }
        for row in table.rows()
    ]
