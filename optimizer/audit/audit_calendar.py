"""Periods, and amounts and averages of dated rows in each period.

Time is measured in months since year 0: a month is 1/12 of a year, and part of
a month counts by its days.
"""

from __future__ import annotations

import calendar as days
from collections.abc import Callable, Hashable, Iterable, Sequence
from datetime import date, timedelta
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from optimizer.tables import sheets
from optimizer.tables.schema import group_rows

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
K = TypeVar("K", bound=Hashable)

AVERAGE_YEAR_DAYS = 365.25
"""Days of a year on average, with which the contract counts lead times and days of cover."""


def month_of(day: date) -> float:
    """Months from year 0 to the start of a day."""
    length = days.monthrange(day.year, day.month)[1]
    return day.year * 12 + day.month - 1 + (day.day - 1) / length


def _after(day: date) -> date:
    return day if day == date.max else day + timedelta(days=1)


class AuditCalendar:
    """The periods of a plan: their labels, ends and discount factors."""

    def __init__(self, settings: sheets.Settings) -> None:
        self.months = sheets.PERIOD_MONTHS[settings.period_length]
        self.count = settings.periods
        self.year_fraction = self.months / 12
        first = settings.start.year * 12 + settings.start.month - 1
        self.edges: Floats = first + self.months * np.arange(self.count + 1, dtype=float)
        self.calendar_years: Ints = (self.edges[:-1] // 12).astype(np.int64)
        self.labels = [self._label(int(edge)) for edge in self.edges[:-1]]
        self.index = {label: t for t, label in enumerate(self.labels)}
        self.start = settings.start
        self.first_days = [_month_start(int(edge)) for edge in self.edges[:-1]]
        self.last_days = [_month_start(int(edge)) - timedelta(days=1) for edge in self.edges[1:]]
        middle = (np.arange(self.count) + 0.5) * self.year_fraction
        self.discount: Floats = np.power(1.0 + settings.discount_rate, -middle)
        self._covered: dict[tuple[date | None, date | None], Floats] = {}

    def _label(self, month: int) -> str:
        year, month = divmod(month, 12)
        if self.months == 12:
            return f"{year}"
        if self.months == 6:
            return f"{year}-H{month // 6 + 1}"
        if self.months == 3:
            return f"{year}-Q{month // 3 + 1}"
        return f"{year}-{month + 1:02d}"

    def span(self, start: date | None, end: date | None) -> tuple[float, float]:
        """First and last moment of dated rows in months; a blank date is that of the horizon."""
        low = self.edges[0] if start is None else month_of(start)
        high = self.edges[-1] if end is None else month_of(_after(end))
        return float(low), float(high)

    def covered(self, start: date | None, end: date | None) -> Floats:
        """Years of each period that lie between two dates, both included."""
        years = self._covered.get((start, end))
        if years is None:
            low, high = self.span(start, end)
            overlap = np.minimum(self.edges[1:], high) - np.maximum(self.edges[:-1], low)
            years = np.maximum(overlap, 0.0) / 12
            self._covered[start, end] = years
        return years

    def touches(self, start: date | None, end: date | None) -> Bools:
        """True for each period that a row touches at all."""
        return self.covered(start, end) > 0

    def windows(self, window: str) -> Ints:
        """Number of the window (period, year or horizon) that each period lies in."""
        windows: dict[str, Ints] = {
            "period": np.arange(self.count),
            "year": self.calendar_years - self.calendar_years[0],
            "horizon": np.zeros(self.count, dtype=np.int64),
        }
        return windows[window]

    def place(self, names: Sequence[Sequence[str]]) -> Callable[[int], str]:
        """Name a position in a table of keys by periods."""

        def words(i: int) -> str:
            key, t = divmod(i, self.count)
            return f"{', '.join(n for n in names[key] if n)} in {self.labels[t]}"

        return words

    def years_since(self, moment: float) -> Floats:
        """Years of each period that lie after a moment."""
        return np.maximum(self.edges[1:] - np.maximum(self.edges[:-1], moment), 0.0) / 12

    def periods(self, lead_days: Floats) -> Floats:
        """Days as a number of periods, at 365.25/12 days a month."""
        return lead_days / (AVERAGE_YEAR_DAYS / 12 * self.months)


def _month_start(month: int) -> date:
    return date(month // 12, month % 12 + 1, 1)


class DatedSpread:
    """The dated rows of one key over the periods."""

    def __init__(self, calendar: AuditCalendar, rows: Sequence[Any]) -> None:
        self.rows = rows
        self.years = [calendar.covered(row.start, row.end) for row in rows]
        self.covered: Floats = self.years[0] if len(rows) == 1 else np.sum(self.years, axis=0)
        self.touched: Bools = self.covered > 0

    def total(self, value: Callable[[Any], float]) -> Floats:
        """A yearly rate as an amount per period: rows add up pro rata."""
        total = np.zeros_like(self.covered)
        for row, years in zip(self.rows, self.years, strict=True):
            rate = value(row)
            if rate:
                total[years > 0] += rate * years[years > 0]
        return total

    def average(self, value: Callable[[Any], float]) -> Floats:
        """A price over the time that rows cover; zero where none does."""
        if len(self.rows) == 1:
            return np.where(self.touched, value(self.rows[0]), 0.0)
        return self.total(value) / np.where(self.touched, self.covered, 1.0)


def spread_by_key(
    calendar: AuditCalendar, rows: Iterable[Any], key: Callable[[Any], K]
) -> dict[K, DatedSpread]:
    """Dated rows by key."""
    return {name: DatedSpread(calendar, group) for name, group in group_rows(rows, key).items()}
