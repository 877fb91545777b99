"""The periods of a loss."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any


@dataclass(frozen=True, slots=True)
class LossWindow:
    """The periods of a loss, counted from 0, both included, and their days."""

    first: int
    last: int
    start: date
    end: date


def applies_within(row: Any, window: LossWindow) -> bool:
    """True if a dated row holds on any day of a window."""
    return (row.start or date.min) <= window.end and (row.end or date.max) >= window.start
