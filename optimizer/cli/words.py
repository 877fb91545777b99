"""Words in and out: numbers of options, sentences for people, one object for programs."""

from __future__ import annotations

import argparse
import json
import re
import sys
from typing import Any, NoReturn

OBEYED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
"""What a terminal obeys instead of showing it: control characters but for tab and new line, line
separators, signs that turn the direction of writing, and halves of characters."""


class Parser(argparse.ArgumentParser):
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
    """One object on standard output."""
    text = json.dumps(record, ensure_ascii=False, allow_nan=False)
    # Such characters stand in strings alone, where JSON has an escape for each.
    sys.stdout.write(OBEYED.sub(lambda found: f"\\u{ord(found[0]):04x}", text) + "\n")


def tell(text: str) -> None:
    """A line for people, on standard error."""
    sys.stderr.write(escaped(text) + "\n")
