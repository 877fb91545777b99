"""Points in time of the pictures: the periods, or calendar years if the periods are many."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from msgspec import Struct

MAX_PERIOD_BINS = 60
"""Maximum points in time in a picture; chosen so that they can be told apart on a page."""


class PeriodBins(Struct, frozen=True):
    """Bins of periods: points in time of the pictures."""

    labels: tuple[str, ...]
    bin_of: dict[str, int]
    """Bin of each period, by its label."""
    joined: str
    """What a bin covers; empty if it is one period."""

    @property
    def last(self) -> frozenset[str]:
        """Last period of each bin, for levels."""
        return frozenset({number: label for label, number in self.bin_of.items()}.values())


def period_bins(periods: Sequence[str], years: Sequence[str]) -> PeriodBins:
    """Bins of the periods: periods, calendar years or runs of years, at most MAX_PERIOD_BINS.

    >>> period_bins(("2027-Q1", "2027-Q2"), ("2027", "2027")).labels
    ('2027-Q1', '2027-Q2')
    """
    if len(periods) <= MAX_PERIOD_BINS:
        return PeriodBins(tuple(periods), {label: n for n, label in enumerate(periods)}, "")
    distinct = [year for year, _ in groupby(years)]
    size = -(-len(distinct) // MAX_PERIOD_BINS)
    runs = [distinct[n : n + size] for n in range(0, len(distinct), size)]
    labels = tuple(run[0] if len(run) == 1 else f"{run[0]}–{run[-1]}" for run in runs)
    bin_of_year = {year: n for n, run in enumerate(runs) for year in run}
    bin_of = {label: bin_of_year[year] for label, year in zip(periods, years, strict=True)}
    return PeriodBins(labels, bin_of, "calendar year" if size == 1 else f"{size} calendar years")
