"""Loading what comes later while the solver works, which needs no Python."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from importlib import import_module
from threading import Timer

LATER = ("xlsxwriter", "optimizer.report.page", "optimizer.report.write_result")
"""What writes a plan."""

PATIENCE = 0.05
"""Seconds after which a solve is worth a thread: two that both run Python hinder each other."""


def loading(told: Callable[[str], None]) -> Callable[[str], None]:
    """Who is told of each step that begins, and loads the rest during a solve that lasts."""
    begun: list[Timer] = []

    def step(name: str) -> None:
        told(name)
        while begun:
            begun.pop().cancel()
        if name == "solve":
            later = Timer(PATIENCE, _load)
            later.daemon = True
            later.start()
            begun.append(later)

    return step


def _load() -> None:
    with suppress(ImportError):  # it is said where it is asked for
        for name in LATER:
            import_module(name)
