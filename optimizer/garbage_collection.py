"""Python's collector of garbage, which would walk over millions of rows that are all needed."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

LARGE = 20_000
"""Columns of a programme from which it is worth the time to have its memory back."""


def sweep(columns: int) -> None:
    """Give back what a large model held: Pyomo's models are circles."""
    if columns > LARGE:
        gc.collect()


@contextmanager
def paused() -> Iterator[None]:
    """Let nothing be collected meanwhile; what leaves much garbage in circles is not for here.

    When it ends all that was made meanwhile is looked at, so one long pause costs less than
    many short ones.
    """
    collects = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collects:
            gc.enable()


@contextmanager
def collecting() -> Iterator[None]:
    """Let garbage be collected meanwhile, within a pause."""
    collects = gc.isenabled()
    gc.enable()
    try:
        yield
    finally:
        if not collects:
            gc.disable()
