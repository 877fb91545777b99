"""Periods as the pictures show them: as they are, or joined where they are many."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from msgspec import Struct

MAX_PERIOD_BINS = 60
"""Most points in time in a picture."""


class PeriodBins(Struct, frozen=True):
    """Points in time of the pictures; ``of`` has the bin of each period's label."""

    labels: tuple[str, ...]
    of: dict[str, int]
    joined: str
    """What one bin is, empty where it is one period."""

    @property
    def last(self) -> frozenset[str]:
        """The last period of each bin, for levels."""
        return frozenset({place: label for label, place in self.of.items()}.values())


def period_bins(periods: Sequence[str], years: Sequence[str]) -> PeriodBins:
    """Bins of the periods: the periods, calendar years or runs of years, at most MOST.

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
    of = {label: bin_of_year[year] for label, year in zip(periods, years, strict=True)}
    return PeriodBins(labels, of, "calendar year" if size == 1 else f"{size} calendar years")
