"""Check that within a measure one row of Tariffs applies to each shipment."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import combinations
from typing import Any

from optimizer.tables.country_groups import NEGATION_PREFIX, CountrySets
from optimizer.tables.schema import group_rows
from optimizer.tables.text_matching import fold, quoted
from optimizer.tables.workbook_draft import WorkbookDraft, common_dates

TariffPattern = tuple[str, str, str]
"""Origin country, destination country and material, each a name or ``*``."""
MAX_AMBIGUOUS_TARIFF_PAIRS = 60
"""Ambiguous pairs of one measure that are reported; more than are listed for a column."""


def check_tariffs(draft: WorkbookDraft) -> None:
    """Refuse two equally specific rows of a measure that apply to the same goods."""
    rows = draft.rows_readable_in(
        "Tariffs", "measure", "origin_country", "destination_country", "material", "start", "end"
    )
    sets = CountrySets(draft.rows("Countries"))
    for group in group_rows(rows, lambda row: row.measure).values():
        with_lists = [
            row for row in group if any(_is_list(name, sets) for name in _pattern(row)[:2])
        ]
        single = [row for row in group if row not in with_lists]
        for at, one in enumerate(with_lists):
            for other in (*single, *with_lists[at + 1 :]):
                _check_list_pair(draft, one, other, group, sets)
        _check_single_countries(draft, single)


def _is_list(name: str, sets: CountrySets) -> bool:
    """True for a cell with several countries: a list, a group or an exception."""
    return name != "*" and (
        "," in name or name.startswith(NEGATION_PREFIX) or fold(name) in sets.groups
    )


def _check_list_pair(
    draft: WorkbookDraft, one: Any, other: Any, rows: list[Any], sets: CountrySets
) -> None:
    """Refuse two rows that apply to the same goods if neither takes precedence.

    At least one of them has a list of countries. Precedence has the row whose countries lie
    within those of the other, or more specific rows that cover all that the two share.
    """
    shared = common_dates(one, other)
    first_pattern, second_pattern = _pattern(one), _pattern(other)
    if shared is None or first_pattern.count("*") != second_pattern.count("*"):
        return
    pairs = list(zip(first_pattern, second_pattern, strict=True))
    countries, materials = pairs[:2], pairs[2]
    if not all(sets.overlap(*pair) for pair in countries):
        return
    if materials[0] != materials[1] and "*" not in materials:
        return
    if all((a == "*") == (b == "*") for a, b in pairs):
        inner = all(sets.is_subset(a, b) for a, b in countries)
        outer = all(sets.is_subset(b, a) for a, b in countries)
        if inner != outer:
            return
    material = materials[1] if materials[0] == "*" else materials[0]
    more_specific = [
        row
        for row in rows
        if _pattern(row).count("*") < first_pattern.count("*")
        and row.material in ("*", material)
        and all(
            sets.overlap_within(*pair, name)
            for pair, name in zip(countries, _pattern(row)[:2], strict=True)
        )
    ]
    if _covers_dates(more_specific, *shared):
        return
    first, second = sorted((one, other), key=lambda row: row.row)
    draft.error(
        second,
        "origin_country",
        f"row {first.row} applies to some of the same goods, and neither row is more specific",
        "exclude a country with not, or use different measures",
    )


def _pattern(row: Any) -> TariffPattern:
    return (row.origin_country, row.destination_country, row.material)


def _check_single_countries(draft: WorkbookDraft, rows: list[Any]) -> None:
    """Refuse rows without lists that apply to the same goods if neither takes precedence."""
    by_pattern = group_rows(rows, _pattern)
    reported = 0
    for one, other in _equally_specific_pairs(rows):
        shared = common_dates(one, other)
        common = _common_pattern(_pattern(one), _pattern(other))
        domestic = common[0] == common[1] != "*"
        if shared is None or domestic or _covers_dates(by_pattern.get(common, []), *shared):
            continue
        first, second = sorted((one, other), key=lambda row: row.row)
        draft.error(
            second,
            "origin_country",
            f"row {first.row} applies to {_describe(common)} too, and neither is more specific",
            "add a row for exactly these goods, or use different measures",
        )
        reported += 1
        if reported == MAX_AMBIGUOUS_TARIFF_PAIRS:
            return


def _common_pattern(one: TariffPattern, other: TariffPattern) -> TariffPattern:
    """The pattern of the goods to which two patterns apply that do not contradict each other."""
    origin, destination, material = (b if a == "*" else a for a, b in zip(one, other, strict=True))
    return origin, destination, material


def _describe(pattern: TariffPattern) -> str:
    origin, destination, material = pattern
    goods = "all goods" if material == "*" else quoted(material)
    goods += "" if origin == "*" else f" from {quoted(origin)}"
    return goods + ("" if destination == "*" else f" to {quoted(destination)}")


def _equally_specific_pairs(rows: list[Any]) -> Iterator[tuple[Any, Any]]:
    """Pairs of rows with equally many names in different columns that do not contradict."""
    shapes = group_rows(rows, lambda row: tuple(name != "*" for name in _pattern(row)))
    for shape, other in combinations(shapes, 2):
        if sum(shape) != sum(other):
            continue
        common = [at for at in range(3) if shape[at] and other[at]]
        matches: dict[tuple[str, ...], list[Any]] = defaultdict(list)
        for row in shapes[other]:
            matches[tuple(_pattern(row)[at] for at in common)].append(row)
        for one in shapes[shape]:
            for match in matches.get(tuple(_pattern(one)[at] for at in common), ()):
                yield one, match


def _covers_dates(rows: list[Any], start: date, end: date) -> bool:
    """True if the rows together cover all days from ``start`` to ``end``."""
    for row in sorted(rows, key=lambda row: row.start or date.min):
        if (row.start or date.min) > start:
            return False
        if row.end is None or row.end >= end:
            return True
        start = max(start, row.end + timedelta(days=1))
    return False
