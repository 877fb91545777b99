"""Loading what comes later while the solver works, which needs no Python."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from importlib import import_module
from threading import Thread

LATER = ("xlsxwriter", "optimizer.report.page", "optimizer.report.result")
"""What writes a plan."""


def loading(told: Callable[[str], None]) -> Callable[[str], None]:
    """Who is told of each step that begins, and who loads the rest when the solver does."""

    def step(name: str) -> None:
        told(name)
        if name == "solve":
            Thread(target=_load, daemon=True).start()

    return step


def _load() -> None:
    with suppress(ImportError):  # it is said where it is asked for
        for name in LATER:
            import_module(name)
