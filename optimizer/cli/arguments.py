"""Input and output of the commands: types of options, messages, one object for ``--json``."""

from __future__ import annotations

import argparse
import json
import re
import sys
import textwrap
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any, NoReturn

from optimizer.errors import FileError, Finding

TERMINAL_CONTROLS = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]"
)
"""Characters that a terminal obeys instead of showing them: control characters except tab and new
line, line separators, signs that turn the direction of writing, and lone surrogates."""

MAX_PRINTED_LINES = 40
"""Findings or clashes of a kind that are printed, chosen so that they fit a screen; the marked copy
and --json have all."""


class ArgumentParser(argparse.ArgumentParser):
    """A parser of arguments whose messages repeat no argument raw."""

    def error(self, message: str) -> NoReturn:
        """Print what is wrong with the arguments and exit."""
        super().error(escaped(message))


HELP_WIDTH = 79
"""Characters of a line of help: the width of most terminals, less one."""


def add_command(
    commands: Any,
    name: str,
    summary: str,
    *,
    details: str,
    example: str,
    aliases: Sequence[str] = (),
) -> argparse.ArgumentParser:
    """Parser of a command; its help has a sentence or two, the options and an example."""
    parser: argparse.ArgumentParser = commands.add_parser(
        name,
        aliases=aliases,
        help=summary,
        description=textwrap.fill(details, HELP_WIDTH),
        epilog="example:\n" + textwrap.indent(example, "  "),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    return parser


def add_workbook_and_folder(parser: argparse.ArgumentParser) -> None:
    """The input workbook, and the folder of the files that are written."""
    parser.add_argument("workbook", type=Path, help="input workbook (.xlsx); it is never changed")
    parser.add_argument(
        "--output", type=Path, metavar="DIR", help="folder of the files (default: outputs/NAME)"
    )


def output_folder(options: argparse.Namespace) -> Path:
    """The folder that :func:`add_workbook_and_folder` asks for, or that of the workbook's name."""
    folder: Path = options.output or Path("outputs") / options.workbook.stem
    return folder


def add_search_options(parser: argparse.ArgumentParser, of: str = "") -> None:
    """The options of every command that searches for plans."""
    what = f" {of}" if of else ""
    parser.add_argument(
        "--time-limit",
        type=seconds_argument,
        metavar="S",
        help=f"stop the search{what} after so many seconds (default: Settings)",
    )
    parser.add_argument(
        "--gap",
        type=share_argument,
        metavar="G",
        help="relative gap at which a plan with yes/no decisions counts as optimal, 0.001 or 0.1%% "
        "(default: Settings)",
    )


def add_output_options(parser: argparse.ArgumentParser) -> None:
    """The options of every command that say what it prints."""
    parser.add_argument(
        "--json",
        action="store_true",
        help="print one JSON object on standard output, and the text on standard error",
    )
    parser.add_argument("--quiet", action="store_true", help="print errors only")


def seconds_argument(text: str) -> float:
    """A number of seconds above 0."""
    value = float(text)
    if not value > 0:
        raise argparse.ArgumentTypeError(f"{text} is not a number of seconds above 0")
    return value


def share_argument(text: str) -> float:
    """A share from 0 to 1: 0.02 or 2%."""
    value = float(text[:-1]) / 100 if text.endswith("%") else float(text)
    if not 0 <= value <= 1:
        raise argparse.ArgumentTypeError(f"{text} is not a share from 0 to 1")
    return value


def count_argument(text: str) -> int:
    """A whole number from 1 on."""
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError(f"{text} is not a number from 1 on")
    return value


def date_argument(text: str) -> date:
    """A day such as 2027-07-01."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        message = f"{text} is not a day; write it as 2027-07-01"
        raise argparse.ArgumentTypeError(message) from None


def escaped(text: str) -> str:
    """Text with an escape for each character that a terminal would obey.

    >>> escaped("Kaz\\x1b[2Jakhstan")
    'Kaz\\\\x1b[2Jakhstan'
    """
    return TERMINAL_CONTROLS.sub(lambda match: ascii(match[0])[1:-1], text)


def on_one_line(text: str) -> str:
    """Escaped text on one line: text of a cell must not look like a message of the program."""
    return escaped(text).replace("\n", "\\n")


def print_record(record: dict[str, Any]) -> None:
    """Print one JSON object on standard output, whatever its encoding; nothing if it is closed.

    Raises FileError if it cannot be written, as where a disk is full.
    """
    if sys.stdout is None:
        return
    text = json.dumps(record, ensure_ascii=False, allow_nan=False)
    # Such characters occur only in strings, where JSON has an escape for each.
    text = TERMINAL_CONTROLS.sub(lambda match: f"\\u{ord(match[0]):04x}", text)
    try:
        text.encode(sys.stdout.encoding or "ascii")
    except UnicodeError:  # another locale, or a file name that is not UTF-8
        text = json.dumps(record, allow_nan=False)
    _write_standard_output(text)


def print_result(options: argparse.Namespace, text: str) -> None:
    """Print what a command found on standard output; ``--json`` moves it to standard error.

    Nothing is printed with ``--quiet``. Raises FileError if it cannot be written.
    """
    if options.quiet:
        return
    if options.json:
        print_message(text)
        return
    if sys.stdout is None:
        return
    encoding = sys.stdout.encoding or "ascii"
    _write_standard_output(escaped(text).encode(encoding, "backslashreplace").decode(encoding))


def _write_standard_output(text: str) -> None:
    try:
        sys.stdout.write(text + "\n")
        sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        why = (error.strerror or str(error)).lower()
        raise FileError(f"standard output: the answer cannot be written ({why})") from error


def print_written(options: argparse.Namespace, files: Mapping[str, str]) -> None:
    """Print the paths of the files that a command wrote or kept, by what they are."""
    kept = "Kept, as it was changed since it was written"
    if not options.quiet:
        for what, file in files.items():
            print_message(f"{kept if what == 'kept' else 'Written'}: {file}")


def print_message(text: str) -> None:
    """Print a message on standard error, if it can be written."""
    if sys.stderr is None:
        return
    try:
        sys.stderr.write(escaped(text) + "\n")
    except BrokenPipeError:
        raise
    except OSError:  # a command must not fail because its message cannot be written
        pass


def finding_record(finding: Finding) -> dict[str, str | list[str]]:
    """A finding for ``--json``; ``cells`` lists the cells of one that is about several."""
    return {
        "place": finding.place,
        "column": finding.column,
        "message": finding.message,
        "hint": finding.hint,
        "cells": list(finding.cells),
    }


def finding_lines(findings: Sequence[Finding]) -> list[str]:
    """The first errors, then the first warnings, a line each, and how many more there are."""
    lines = []
    for severity in ("error", "warning"):
        found = [each for each in findings if each.severity == severity]
        lines += [f"{severity}: {on_one_line(str(each))}" for each in found[:MAX_PRINTED_LINES]]
        if len(found) > MAX_PRINTED_LINES:
            lines.append(f"{severity}: and {len(found) - MAX_PRINTED_LINES:,} more")
    return lines
