"""A pause of Python's cyclic garbage collector while many long-lived objects are made."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock


class _Pauses:
    """The pauses that are open in any thread; the collector belongs to the whole process."""

    def __init__(self) -> None:
        self.lock = Lock()
        self.open: set[object] = set()
        self.enable_after_last = False

    def begin(self, token: object) -> None:
        with self.lock:
            if not self.open:
                self.enable_after_last = gc.isenabled()
                gc.disable()
            self.open.add(token)

    def end(self, token: object) -> None:
        with self.lock:
            self.open.discard(token)
            if not self.open and self.enable_after_last:
                self.enable_after_last = False
                gc.enable()


_PAUSES = _Pauses()


@contextmanager
def garbage_collection_paused() -> Iterator[None]:
    """Pause the collector while the rows of a model are built, and restore it afterwards.

    The rows are all needed, so each pass over them would find nothing. Pauses may be nested and
    may overlap in several threads: the end of the last one restores what was set before the
    first. HiGHS must not run inside.
    """
    token = object()
    try:
        _PAUSES.begin(token)
        yield
    finally:
        _PAUSES.end(token)
