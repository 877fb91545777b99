"""Tariffs: within a measure it is plain which row applies."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import combinations
from typing import Any

from optimizer.tables.draft import Draft, grouped, overlap
from optimizer.tables.sheets import HERE, NONE, UNKNOWN
from optimizer.tables.words import listed, quoted

Pattern = tuple[str, str, str]
"""Origin, destination and material, each a name or ``*``."""
MOST = 60
"""Pairs of one measure that are reported."""


def check_tariffs(draft: Draft) -> None:
    """No two equally specific rows of a measure meet, and countries are known."""
    rows = draft.named(
        "Tariffs", "measure", "origin_country", "destination_country", "material", "start", "end"
    )
    for group in grouped(rows, lambda row: row.measure).values():
        _check_measure(draft, group)
    _check_countries(draft, rows)


def _pattern(row: Any) -> Pattern:
    return (row.origin_country, row.destination_country, row.material)


def _check_measure(draft: Draft, rows: list[Any]) -> None:
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


def _check_countries(draft: Draft, rows: list[Any]) -> None:
    sites = draft.rows("Sites")
    known = {site.country for site in sites} | {site.country for site in draft.off["Sites"]}
    for sheet in ("Supply", "Stocks", "Pipeline"):
        known |= {event.country for row in draft.rows(sheet) for event in row.history or ()}
    known -= {HERE, UNKNOWN, NONE}
    for name in ("origin_country", "destination_country"):
        words = dict.fromkeys(getattr(row, name) for row in rows)
        strange = [word for word in words if word not in known and word != "*"]
        if strange:
            table = draft.tables["Tariffs"]
            verb = "is no country" if len(strange) == 1 else "are no countries"
            draft.found.warning(
                "Tariffs",
                f"{listed(strange)} {verb} of Sites or of a history",
                letter=table.letter(name),
                column=table.sheet.header(name),
            )
