"""Result of a command, and its output."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from msgspec import Struct

if TYPE_CHECKING:
    from optimizer.solver import Progress


class CommandResult(Struct, frozen=True):
    """Lines to print, the record for ``--json``, and the exit code."""

    lines: tuple[str, ...]
    record: dict[str, Any]
    exit_code: int = 0


class CommandOutput(Struct, frozen=True):
    """Functions that print a line, print a record, and show progress."""

    print_line: Callable[[str], None]
    print_record: Callable[[dict[str, Any]], None]
    progress: Callable[[], Progress]


Command = Callable[[argparse.Namespace, "Progress | None"], CommandResult]


def printing(command: Command, output: CommandOutput) -> Callable[[argparse.Namespace], int]:
    """Function that runs a command, prints its result and returns its exit code."""

    def run(options: argparse.Namespace) -> int:
        result = command(options, None if options.quiet else output.progress())
        if not options.quiet:
            for line in result.lines:
                output.print_line(line)
        if options.json:
            output.print_record(result.record)
        return result.exit_code

    return run


def row_records(table: Any) -> list[dict[str, Any]]:
    """Rows of a table for ``--json``: cells by header, dates as text."""
    return [
        {
            header: cell.isoformat() if hasattr(cell, "isoformat") else cell
            for header, cell in zip(table.layout.headers, row, strict=True)
        }
        for row in table.rows()
    ]
