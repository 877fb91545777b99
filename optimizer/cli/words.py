"""Words in and out: numbers of options, sentences for people, one object for programs."""

from __future__ import annotations

import argparse
import json
import sys
from typing import Any


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


def print_record(record: dict[str, Any]) -> None:
    """One object on standard output."""
    sys.stdout.write(json.dumps(record, ensure_ascii=False, allow_nan=False) + "\n")


def tell(text: str) -> None:
    """A line for people, on standard error."""
    sys.stderr.write(text + "\n")
