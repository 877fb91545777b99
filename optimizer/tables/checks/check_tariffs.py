"""Tariffs: within a measure it is plain which row applies."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import combinations
from typing import Any

from optimizer.tables.country_groups import NOT, CountrySets
from optimizer.tables.text_matching import fold, quoted
from optimizer.tables.workbook_draft import WorkbookDraft, grouped, overlap

Pattern = tuple[str, str, str]
"""Origin, destination and material, each a name or ``*``."""
MOST = 60
"""Pairs of one measure that are reported."""


def check_tariffs(draft: WorkbookDraft) -> None:
    """No two equally specific rows of a measure meet, and countries are known."""
    rows = draft.named(
        "Tariffs", "measure", "origin_country", "destination_country", "material", "start", "end"
    )
    sets = CountrySets(draft.rows("Countries"))
    for group in grouped(rows, lambda row: row.measure).values():
        lists = [row for row in group if any(_is_list(name, sets) for name in _pattern(row)[:2])]
        for at, one in enumerate(lists):
            for other in (*(row for row in group if row not in lists), *lists[at + 1 :]):
                _check_lists(draft, one, other, group, sets)
        _check_measure(draft, [row for row in group if row not in lists])


def _is_list(name: str, sets: CountrySets) -> bool:
    """True for a cell that is not one country: a list, a group, an exception."""
    return name != "*" and ("," in name or name.startswith(NOT) or fold(name) in sets.groups)


def _check_lists(
    draft: WorkbookDraft, one: Any, other: Any, rows: list[Any], sets: CountrySets
) -> None:
    """Two rows that meet, of which one holds a list: one must lie within the other.

    Or more specific rows are for all that both are for.
    """
    shared = overlap(one, other)
    ours, theirs = _pattern(one), _pattern(other)
    if shared is None or ours.count("*") != theirs.count("*"):
        return
    if not all(sets.meet(ours[at], theirs[at]) for at in (0, 1)):
        return
    if ours[2] != theirs[2] and "*" not in (ours[2], theirs[2]):
        return
    if [name == "*" for name in ours] == [name == "*" for name in theirs]:
        inner = all(sets.lies_within(ours[at], theirs[at]) for at in (0, 1))
        outer = all(sets.lies_within(theirs[at], ours[at]) for at in (0, 1))
        if inner != outer:
            return
    material = theirs[2] if ours[2] == "*" else ours[2]
    closer = [
        row
        for row in rows
        if _pattern(row).count("*") < ours.count("*")
        and row.material in ("*", material)
        and all(sets.meet_within(ours[at], theirs[at], _pattern(row)[at]) for at in (0, 1))
    ]
    if _covered(closer, *shared):
        return
    first, second = sorted((one, other), key=lambda row: row.row)
    draft.error(
        second,
        "origin_country",
        f"row {first.row} applies to some of the same goods, and neither row lies within the other",
        "leave a country out with not, or give them different measures",
    )


def _pattern(row: Any) -> Pattern:
    return (row.origin_country, row.destination_country, row.material)


def _check_measure(draft: WorkbookDraft, rows: list[Any]) -> None:
    exact = grouped(rows, _pattern)
    reported = 0
    for one, other in _pairs(rows):
        shared = overlap(one, other)
        meet = _meet(_pattern(one), _pattern(other))
        at_home = meet[0] == meet[1] != "*"
        if shared is None or at_home or _covered(exact.get(meet, []), *shared):
            continue
        first, second = sorted((one, other), key=lambda row: row.row)
        draft.error(
            second,
            "origin_country",
            f"row {first.row} applies to {_told(meet)} too, and neither is more specific",
            "add a row for just that, or give them different measures",
        )
        reported += 1
        if reported == MOST:
            return


def _meet(one: Pattern, other: Pattern) -> Pattern:
    """What two patterns that agree have in common."""
    origin, destination, material = (b if a == "*" else a for a, b in zip(one, other, strict=True))
    return origin, destination, material


def _told(pattern: Pattern) -> str:
    origin, destination, material = pattern
    told = "all goods" if material == "*" else quoted(material)
    told += "" if origin == "*" else f" from {quoted(origin)}"
    return told + ("" if destination == "*" else f" to {quoted(destination)}")


def _pairs(rows: list[Any]) -> Iterator[tuple[Any, Any]]:
    """Pairs of rows with equally many names, but not in the same places, that agree."""
    shapes = grouped(rows, lambda row: tuple(name != "*" for name in _pattern(row)))
    for shape, other in combinations(shapes, 2):
        if sum(shape) != sum(other):
            continue
        common = [at for at in range(3) if shape[at] and other[at]]
        theirs: dict[tuple[str, ...], list[Any]] = defaultdict(list)
        for row in shapes[other]:
            theirs[tuple(_pattern(row)[at] for at in common)].append(row)
        for one in shapes[shape]:
            for match in theirs.get(tuple(_pattern(one)[at] for at in common), ()):
                yield one, match


def _covered(rows: list[Any], start: date, end: date) -> bool:
    """True if rows of one pattern cover all days from start to end."""
    for row in sorted(rows, key=lambda row: row.start or date.min):
        if (row.start or date.min) > start:
            return False
        if row.end is None or row.end >= end:
            return True
        start = max(start, row.end + timedelta(days=1))
    return False
