"""How long a study still takes, as far as the runs that have finished tell."""

from __future__ import annotations

from itertools import pairwise
from math import sqrt
from statistics import NormalDist, fmean, stdev

MIN_INTERVALS = 4
"""Intervals between finished runs that are measured before anything is said; chosen so that their
spread means something."""
CONFIDENCE = 0.95
"""Probability with which the time left is at most the upper end of the range, and likewise at least
the lower end, if the runs still to come are like those that have finished."""


class TimeLeft:
    """Times at which the runs of a study finish, in seconds of any clock."""

    def __init__(self) -> None:
        self._times: list[float] = []

    def finished(self, at: float) -> None:
        """Take note of a run that has finished."""
        self._times.append(at)

    def seconds(self, remaining: int) -> tuple[float, float] | None:
        """Range of the seconds from the last finished run to the end of the remaining ones.

        It is a prediction interval: mean and spread of the intervals between finished runs, with
        Student's quantile (Cornish-Fisher approximation). None while too little is measured.
        """
        intervals = [later - former for former, later in pairwise(self._times)]
        count = len(intervals)
        if count < MIN_INTERVALS or remaining < 1:
            return None
        normal = NormalDist().inv_cdf(CONFIDENCE)
        quantile = normal + (normal**3 + normal) / (4 * (count - 1))
        expected = remaining * fmean(intervals)
        margin = quantile * stdev(intervals) * sqrt(remaining + remaining**2 / count)
        return max(0.0, expected - margin), expected + margin
