"""The calendar: periods, the part of each that a row's dates cover, discounting.

Time is counted in months: a month is one twelfth of a year, and part of a month counts
by its days. Sets of periods are bit masks: bit ``t`` stands for period ``t``.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable, Iterator
from datetime import date, timedelta

from msgspec import Struct, field

from optimizer.tables.dates import Horizon
from optimizer.tables.sheets import PERIOD_MONTHS, Settings

DAYS_PER_MONTH = 365.25 / 12
"""Days in an average month, for lead times and days of cover."""


class Calendar(Struct, frozen=True, eq=False):
    """Equal periods of whole months from ``start``."""

    start: date
    months: int
    """Months in a period."""
    count: int
    """Number of periods."""
    labels: tuple[str, ...]
    first: tuple[date, ...]
    """First day of each period."""
    last: tuple[date, ...]
    """Last day of each period."""
    _cover: dict[tuple[date | None, date | None], tuple[float, ...]] = field(default_factory=dict)

    @property
    def year_fraction(self) -> float:
        """Years in a period."""
        return self.months / 12

    @property
    def all(self) -> int:
        """Mask of every period."""
        return (1 << self.count) - 1

    def position(self, day: date) -> float:
        """Months from the start to the beginning of a day."""
        whole = (day.year - self.start.year) * 12 + day.month - self.start.month
        return whole + (day.day - 1) / monthrange(day.year, day.month)[1]

    def span(self, start: date | None, end: date | None) -> tuple[float, float]:
        """Dates, both included, as months from the start; a blank date is the horizon's."""
        begin = 0.0 if start is None else self.position(start)
        if end is None:
            return begin, float(self.count * self.months)
        return begin, self.position(end + timedelta(days=1))

    def cover(self, start: date | None, end: date | None) -> tuple[float, ...]:
        """Years of each period that the dates cover."""
        years = self._cover.get((start, end))
        if years is None:
            years = self._cover[start, end] = tuple(self.overlap(*self.span(start, end)))
        return years

    def overlap(self, begin: float, end: float) -> list[float]:
        """Years of each period within a span given in months from the start."""
        months = self.months
        return [
            max(0.0, min(end, (t + 1) * months) - max(begin, t * months)) / 12
            for t in range(self.count)
        ]

    def touched(self, start: date | None, end: date | None) -> int:
        """Mask of the periods that the dates cover at least in part."""
        return mask(t for t, years in enumerate(self.cover(start, end)) if years > 0)

    def period_of(self, day: date) -> int:
        """Period of a day; negative before the start, ``count`` or more after the end."""
        return int(self.position(day) // self.months)

    def discount(self, rate: float) -> list[float]:
        """Discount factor of each period: present value of one unit of money at its middle."""
        return [(1 + rate) ** -((t + 0.5) * self.year_fraction) for t in range(self.count)]


def mask(periods: Iterable[int]) -> int:
    """Bit mask of periods.

    >>> bin(mask([0, 2]))
    '0b101'
    """
    result = 0
    for t in periods:
        result |= 1 << t
    return result


def members(periods: int) -> Iterator[int]:
    """Periods of a bit mask, in order.

    >>> list(members(0b101))
    [0, 2]
    """
    while periods:
        low = periods & -periods
        yield low.bit_length() - 1
        periods ^= low


def build(settings: Settings) -> Calendar:
    """Calendar of a case."""
    horizon = Horizon(settings.start, PERIOD_MONTHS[settings.period_length], settings.periods)
    first = [horizon.first(t) for t in range(settings.periods + 1)]
    return Calendar(
        start=settings.start,
        months=horizon.months,
        count=settings.periods,
        labels=tuple(horizon.labels()),
        first=tuple(first[:-1]),
        last=tuple(day - timedelta(days=1) for day in first[1:]),
    )
