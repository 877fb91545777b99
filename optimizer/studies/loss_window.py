"""The periods in which something is lost."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any


@dataclass(frozen=True, slots=True)
class LossWindow:
    """First and last period of a loss, counted from 0, and its first and last day."""

    first: int
    last: int
    start: date
    end: date


def applies_within(row: Any, window: LossWindow) -> bool:
    """True if a dated row is in force on any day of a window."""
    return (row.start or date.min) <= window.end and (row.end or date.max) >= window.start
