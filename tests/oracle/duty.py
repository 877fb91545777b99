"""Duty per tonne: the most specific row of each measure, day by day."""

import itertools

from tests.oracle.read import grouped, names, number

ENDS = (("origin country", 0), ("destination country", 1), ("material", 2))


def covers(row, route):
    """True if a row of Tariffs is about (origin, destination, material)."""
    return all("*" in names(row, column) or route[i] in names(row, column) for column, i in ENDS)


def specificity(row):
    """How many of the three columns a row names."""
    return sum("*" not in names(row, column) for column, _ in ENDS)


def duty(book, calendar, t, route, value):
    """Duty in money per tonne, averaged over period t.

    `route` is (origin country, destination country, material), `value` per tonne;
    time without a row is free of duty.
    """
    begin, end = calendar.bounds(t)
    total = 0.0
    for rows in grouped(book["tariffs"], "measure").values():
        rows = [(row, *calendar.dates(row)) for row in rows if covers(row, route)]
        rows = [
            (row, begin if first is None else first, end if last is None else last)
            for row, first, last in rows
        ]
        edges = sorted(
            {begin, end} | {edge for _, *dates in rows for edge in dates if begin < edge < end}
        )
        for left, right in itertools.pairwise(edges):
            active = [row for row, first, last in rows if first <= left and right <= last]
            if active:
                row = max(active, key=specificity)
                rate = number(row, "ad valorem", 0) * value + number(row, "specific", 0)
                total += rate * float((right - left) / (end - begin))
    return total
