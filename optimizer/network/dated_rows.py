"""Values by period of dated rows of one key.

In a period that several rows share, limits add up pro rata and prices are averaged
by the time that each row covers. Time that no row covers does not dilute a price.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from optimizer.network.calendar import Calendar
from optimizer.tables.sheets import Dated

DatedRow = TypeVar("DatedRow", bound=Dated)


def covered(rows: Sequence[Dated], calendar: Calendar) -> int:
    """Mask of the periods that at least one row covers in part."""
    result = 0
    for row in rows:
        result |= calendar.touched(row.start, row.end)
    return result


def total(
    rows: Sequence[DatedRow], rate: Callable[[DatedRow], float], calendar: Calendar
) -> list[float]:
    """Amount per period of rates per year; infinite where an unlimited row covers."""
    result = [0.0] * calendar.count
    for row in rows:
        value = rate(row)
        for t, years in enumerate(calendar.cover(row.start, row.end)):
            if years > 0:
                result[t] += value * years
    return result


def average(
    rows: Sequence[DatedRow], value: Callable[[DatedRow], float], calendar: Calendar
) -> list[float]:
    """Value per period, averaged by the time that each row covers; 0 where none does."""
    if len(rows) == 1:
        return [value(rows[0])] * calendar.count
    weights = [0.0] * calendar.count
    sums = [0.0] * calendar.count
    for row in rows:
        for t, years in enumerate(calendar.cover(row.start, row.end)):
            weights[t] += years
            sums[t] += years * value(row)
    return [s / w if w else 0.0 for s, w in zip(sums, weights, strict=True)]
