"""The id of a run, which each of its files bears, and the files that a run reads."""

from __future__ import annotations

import argparse
import os
from datetime import UTC, datetime
from pathlib import Path


def new_run_id() -> str:
    """A unique id: the time in UTC and random digits."""
    return f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{os.urandom(3).hex()}"


def input_paths(options: argparse.Namespace) -> list[Path]:
    """Files that a command reads and thus may not write."""
    names = ("workbook", "previous", "first", "second")
    return [path for name in names if isinstance(path := getattr(options, name, None), Path)]
