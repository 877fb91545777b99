"""Duty per tonne: the most specific row of each measure, day by day."""

import itertools

from tests.oracle.countries import ANYWHERE, Places
from tests.oracle.read import grouped, name, names, number


def ends(countries, row):
    """Origins, destinations and materials that a row of Tariffs is about, each as a set."""
    material = ANYWHERE
    if "*" not in names(row, "material"):
        material = Places(frozenset((name(row, "material"),)), False)
    return (
        countries.places(row, "origin country"),
        countries.places(row, "destination country"),
        material,
    )


def covers(row_ends, route):
    """True if a row is about (origin, destination, material)."""
    return all(thing in end for end, thing in zip(row_ends, route, strict=True))


def specificity(row_ends):
    """How many of the three columns are not *, and how many of them name one thing."""
    return (
        sum(end != ANYWHERE for end in row_ends),
        sum(end.single for end in row_ends),
    )


def narrower(one, other):
    """True if a row applies rather than another: it is more specific, or all inside it."""
    if specificity(one) != specificity(other):
        return specificity(one) > specificity(other)
    return all(mine.inside(its) for mine, its in zip(one, other, strict=True))


def duty(plan, t, route, value):
    """Duty in money per tonne, averaged over period t.

    `route` is (origin country, destination country, material), `value` per tonne for rows
    without a customs value;
    time without a row is free of duty.
    """
    calendar, countries = plan.calendar, plan.provenance.countries
    begin, end = calendar.bounds(t)
    total = 0.0
    for rows in grouped(plan.book["tariffs"], "measure").values():
        rows = [(row, *calendar.dates(row)) for row in rows if covers(ends(countries, row), route)]
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
                row = most_specific(countries, active)
                base = number(row, "customs value", value)
                rate = number(row, "ad valorem", 0) * base + number(row, "specific", 0)
                total += rate * float((right - left) / (end - begin))
    return total


def most_specific(countries, rows):
    """The row that applies of those that cover a route on a day; there must be just one."""
    of_rows = [ends(countries, row) for row in rows]
    first = [
        row
        for i, row in enumerate(rows)
        if all(narrower(of_rows[i], other) for j, other in enumerate(of_rows) if j != i)
    ]
    if len(first) != 1:
        raise ValueError(f"equally specific tariffs: {rows}")
    return first[0]
