"""What a command has done, and how it is said."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from msgspec import Struct

if TYPE_CHECKING:
    from optimizer.solver import Progress


class CommandResult(Struct, frozen=True):
    """Sentences for people, a record for ``--json``, an exit code."""

    lines: tuple[str, ...]
    record: dict[str, Any]
    code: int = 0


class CommandOutput(Struct, frozen=True):
    """Who speaks for a command: text for people, a record for programs, progress."""

    tell: Callable[[str], None]
    show: Callable[[dict[str, Any]], None]
    progress: Callable[[], Progress]


Command = Callable[[argparse.Namespace, "Progress | None"], CommandResult]


def spoken(command: Command, voice: CommandOutput) -> Callable[[argparse.Namespace], int]:
    """A command that says what it has done and gives its exit code."""

    def run(options: argparse.Namespace) -> int:
        done = command(options, None if options.quiet else voice.progress())
        if not options.quiet:
            for line in done.lines:
                voice.tell(line)
        if options.json:
            voice.show(done.record)
        return done.code

    return run


def rows_of(table: Any) -> list[dict[str, Any]]:
    """Rows of a table by header, dates as text, for JSON."""
    return [
        {
            header: cell.isoformat() if hasattr(cell, "isoformat") else cell
            for header, cell in zip(table.layout.headers, row, strict=True)
        }
        for row in table.rows()
    ]
