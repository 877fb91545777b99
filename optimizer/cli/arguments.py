"""Words in and out: numbers of options, sentences for people, one object for programs."""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Sequence
from typing import Any, NoReturn

from optimizer.errors import FileError, Finding

OBEYED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
"""What a terminal obeys instead of showing it: control characters but for tab and new line, line
separators, signs that turn the direction of writing, and halves of characters."""

SHOWN = 40
"""Findings or clashes of a kind that are printed; all stand in the marked copy or --json."""


class ArgumentParser(argparse.ArgumentParser):
    """A parser of arguments that repeats none of them raw."""

    def error(self, message: str) -> NoReturn:
        """Say what is wrong with the arguments and exit."""
        super().error(escaped(message))


def seconds(text: str) -> float:
    """A number of seconds above 0."""
    value = float(text)
    if not value > 0:
        raise argparse.ArgumentTypeError(f"{text} is not a number of seconds above 0")
    return value


def share(text: str) -> float:
    """A share from 0 to 1: 0.02 or 2%."""
    value = float(text[:-1]) / 100 if text.endswith("%") else float(text)
    if not 0 <= value <= 1:
        raise argparse.ArgumentTypeError(f"{text} is not a share from 0 to 1")
    return value


def escaped(text: str) -> str:
    """Text with everything written out that a terminal would obey.

    >>> escaped("Kaz\\x1b[2Jakhstan")
    'Kaz\\\\x1b[2Jakhstan'
    """
    return OBEYED.sub(lambda found: ascii(found[0])[1:-1], text)


def on_one_line(text: str) -> str:
    """The same on one line: what stands in a cell must not look like a line of the program."""
    return escaped(text).replace("\n", "\\n")


def print_record(record: dict[str, Any]) -> None:
    """One object on standard output, which may not take every letter and may be closed.

    Raises FileError if it cannot be written, as where a disk is full.
    """
    if sys.stdout is None:
        return
    text = json.dumps(record, ensure_ascii=False, allow_nan=False)
    # Such characters stand in strings alone, where JSON has an escape for each.
    text = OBEYED.sub(lambda found: f"\\u{ord(found[0]):04x}", text)
    try:
        text.encode(sys.stdout.encoding or "ascii")
    except UnicodeError:  # another locale, or a file name that is no UTF-8
        text = json.dumps(record, allow_nan=False)
    try:
        sys.stdout.write(text + "\n")
        sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        why = (error.strerror or str(error)).lower()
        raise FileError(f"standard output: the answer cannot be written ({why})") from error


def tell(text: str) -> None:
    """A line for people, on standard error, which may be closed or on a full disk."""
    if sys.stderr is None:
        return
    try:
        sys.stderr.write(escaped(text) + "\n")
    except BrokenPipeError:
        raise
    except OSError:  # what is written must not fail for want of a word about it
        pass


def counted(number: int, word: str) -> str:
    """A number of things: ``1 error``, ``2 errors``."""
    return f"{number:,} {word}" + ("" if number == 1 else "s")


def said(finding: Finding) -> dict[str, str]:
    """A finding as plain data."""
    return {
        "place": finding.place,
        "column": finding.column,
        "message": finding.message,
        "hint": finding.hint,
    }


def tell_findings(word: str, findings: Sequence[Finding]) -> None:
    """Say the first findings, a line each."""
    for finding in findings[:SHOWN]:
        tell(f"{word}: {on_one_line(str(finding))}")
    if len(findings) > SHOWN:
        tell(f"{word}: and {len(findings) - SHOWN:,} more")
