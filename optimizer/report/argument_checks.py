"""Whether what a caller wants written is what a function writes."""

from __future__ import annotations

import os
from typing import Any

from optimizer.errors import UsageError


def check_result(thing: Any) -> None:
    """Raises UsageError unless a thing is the result of a plan."""
    from optimizer.plan import Result

    if not isinstance(thing, Result):
        raise UsageError(f"a Result is written here, and {_described(thing)} was given")


def check_study(thing: Any) -> None:
    """Raises UsageError unless a thing is a study."""
    from optimizer.studies import Study

    if not isinstance(thing, Study):
        raise UsageError(f"a Study is written here, and {_described(thing)} was given")


def check_tables(thing: Any) -> None:
    """Raises UsageError unless a thing is the result of a plan or a study."""
    from optimizer.plan import Result
    from optimizer.studies import Study

    if not isinstance(thing, (Result, Study)):
        raise UsageError(f"a Result or a Study is written here, and {_described(thing)} was given")


def check_folder(folder: Any) -> None:
    """Raises UsageError unless a folder is a path."""
    if not isinstance(folder, (str, os.PathLike)):
        raise UsageError(f"the folder of the files is a path, and {_described(folder)} was given")
    if "\0" in os.fsdecode(folder):
        raise UsageError(f"{os.fsdecode(folder)!r}: no folder can have this name")


def _described(thing: Any) -> str:
    kind = type(thing).__name__
    return f"{'an' if kind[:1] in 'AEIOUaeiou' else 'a'} {kind}"
