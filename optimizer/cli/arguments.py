"""Input and output of the commands: types of options, messages, one object for ``--json``."""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Sequence
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
    try:
        sys.stdout.write(text + "\n")
        sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        why = (error.strerror or str(error)).lower()
        raise FileError(f"standard output: the answer cannot be written ({why})") from error


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


def number_of(number: int, word: str) -> str:
    """A number with its noun: ``1 error``, ``2 errors``."""
    return f"{number:,} {word}" + ("" if number == 1 else "s")


def finding_record(finding: Finding) -> dict[str, str]:
    """A finding for ``--json``."""
    return {
        "place": finding.place,
        "column": finding.column,
        "message": finding.message,
        "hint": finding.hint,
    }


def print_findings(word: str, findings: Sequence[Finding]) -> None:
    """Print the first findings, a line each."""
    for finding in findings[:MAX_PRINTED_LINES]:
        print_message(f"{word}: {on_one_line(str(finding))}")
    if len(findings) > MAX_PRINTED_LINES:
        print_message(f"{word}: and {len(findings) - MAX_PRINTED_LINES:,} more")
