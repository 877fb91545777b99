"""The name of a run, which each of its files bears."""

from __future__ import annotations

import argparse
import os
from datetime import UTC, datetime
from pathlib import Path


def run_id() -> str:
    """A name that no other run has: when it began, and a few letters of chance."""
    return f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{os.urandom(3).hex()}"


def inputs_of(options: argparse.Namespace) -> list[Path]:
    """The files that a command reads: none of them may be written to."""
    names = ("workbook", "previous", "first", "second")
    return [path for name in names if isinstance(path := getattr(options, name, None), Path)]
