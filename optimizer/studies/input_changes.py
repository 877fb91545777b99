"""What changed between two input workbooks: rows and cells, in the words of the sheets."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

from optimizer.result.result_layouts import Field, Layout, Table, table
from optimizer.tables import SETTINGS, SHEETS, Event, Sheet
from optimizer.tables.case import Case
from optimizer.tables.schema import DATES
from optimizer.tables.text_matching import fold

INPUT_CHANGES = Layout(
    "Input changes",
    "Rows added and removed, and cells that differ; notes, sources and confidence are left out.",
    (
        Field("sheet", "text", "sheet"),
        Field("cell", "text", "cell (of a removed row: in the first workbook)"),
        Field("row", "text", "names that identify the row"),
        Field("column", "text", "column; blank for a whole row"),
        Field("change", "text", "changed, added or removed"),
        Field("before", "text", "in the first workbook"),
        Field("after", "text", "in the second workbook"),
        Field("difference", "number", "after less before, where both are numbers"),
        Field("relative", "share", "difference / before"),
    ),
)

COLUMNS_WITHOUT_EFFECT = ("notes", "source", "confidence")
"""Columns that change nothing."""

InputChangeRow = tuple[str, str, str, str, str, str, str, float | None, float | None]
SheetRow = tuple[Any, bool]
"""A record, and whether it counts."""


def input_changes(before: Case, after: Case) -> Table:
    """Rows and cells that differ, sheet by sheet, in the order of the sheets."""
    rows = list(_settings(before, after))
    for sheet in SHEETS.values():
        rows += _sheet(sheet, before, after)
    return table(INPUT_CHANGES, rows)


def _settings(before: Case, after: Case) -> Iterator[InputChangeRow]:
    for name, column in SETTINGS.items():
        old, new = getattr(before.settings, name), getattr(after.settings, name)
        if old != new and not (name == "case" and _is_file(before) and _is_file(after)):
            yield _changed("Settings", "Settings", column.header, "value", old, new)


def _is_file(case: Case) -> bool:
    """True if a case has no name of its own but its file's."""
    return case.settings.case in ("", Path(case.path).stem)


def _sheet(sheet: Sheet, before: Case, after: Case) -> Iterator[InputChangeRow]:
    old, new = _by_key(sheet, before), _by_key(sheet, after)
    for key in dict.fromkeys((*old, *new)):
        pairs, gone, come = _matched(old.get(key, []), new.get(key, []))
        either = (new.get(key) or old[key])[0][0]
        words = (getattr(either, attribute) for attribute in sheet.key)
        name = ", ".join(_said(word) for word in words if word not in ("", None, ()))
        for first, second in pairs:
            yield from _cells(sheet, after, name, first, second)
        for record, _ in gone:
            place = f"{sheet.name}!{record.row}"
            told = _filled(sheet, record)
            yield (sheet.name, place, name, "", "removed", told, "", None, None)
        for record, _ in come:
            place = f"{sheet.name}!{record.row}"
            told = _filled(sheet, record)
            yield (sheet.name, place, name, "", "added", "", told, None, None)


def _by_key(sheet: Sheet, case: Case) -> dict[tuple[Any, ...], list[SheetRow]]:
    """Rows of a sheet by key, those that are switched off too."""
    found: dict[tuple[Any, ...], list[SheetRow]] = defaultdict(list)
    off = case.switched_off.get(sheet.name, ())
    for records, counts in ((case.rows(sheet.name), True), (off, False)):
        for record in records:
            key = tuple(_meaning(getattr(record, name)) for name in sheet.key)
            found[key].append((record, counts))
    return found


def _meaning(value: Any) -> Any:
    """What a cell means: names that read the same are the same."""
    if isinstance(value, (str, Event)):
        return fold(str(value))
    return tuple(map(_meaning, value)) if isinstance(value, tuple) else value


def _matched(
    old: list[SheetRow], new: list[SheetRow]
) -> tuple[list[tuple[SheetRow, SheetRow]], list[SheetRow], list[SheetRow]]:
    """Rows of one key in pairs: of the same dates first, then in the order of their dates."""
    pairs = []
    left = sorted(old, key=_dates)
    right = sorted(new, key=_dates)
    for first in list(left):
        second = next((each for each in right if _dates(each) == _dates(first)), None)
        if second is not None:
            pairs.append((first, second))
            left.remove(first)
            right.remove(second)
    both = min(len(left), len(right))
    pairs += list(zip(left, right, strict=False))
    return pairs, left[both:], right[both:]


def _dates(found: SheetRow) -> tuple[date, date]:
    record = found[0]
    start, end = (getattr(record, name, None) for name in DATES)
    return start or date.min, end or date.max


def _cells(
    sheet: Sheet, case: Case, name: str, first: SheetRow, second: SheetRow
) -> Iterator[InputChangeRow]:
    (old, counted), (new, counts) = first, second
    if counted != counts:
        place = case.cell(sheet.name, new.row, "active")
        yield _changed(sheet.name, place, name, "active", counted, counts)
    for attribute, column in sheet.columns.items():
        if attribute in (*COLUMNS_WITHOUT_EFFECT, "active"):
            continue
        before, after = getattr(old, attribute), getattr(new, attribute)
        if _meaning(before) != _meaning(after):
            place = case.cell(sheet.name, new.row, column.header)
            yield _changed(sheet.name, place, name, column.header, before, after)
    old_periods, new_periods = (dict(getattr(each, "by_period", ())) for each in (old, new))
    for label in sorted({*old_periods, *new_periods}):
        before, after = old_periods.get(label), new_periods.get(label)
        if before != after:
            place = case.cell(sheet.name, new.row, label)
            yield _changed(sheet.name, place, name, label, before, after)


def _changed(
    sheet: str, place: str, name: str, column: str, before: Any, after: Any
) -> InputChangeRow:
    difference = relative = None
    if _number(before) and _number(after):
        difference = after - before
        relative = difference / abs(before) if before else None
    return sheet, place, name, column, "changed", _said(before), _said(after), difference, relative


def _number(value: Any) -> bool:
    finite = isinstance(value, (int, float)) and not isinstance(value, bool)
    return finite and abs(value) < float("inf")


def _filled(sheet: Sheet, record: Any) -> str:
    """Columns of a row that are neither key nor default, as a planner would read them."""
    told = [
        f"{column.header} {_said(getattr(record, name))}"
        for name, column in sheet.columns.items()
        if name not in (*sheet.key, *COLUMNS_WITHOUT_EFFECT, "active")
        and getattr(record, name) != column.default
    ]
    told += [f"{label} {_said(tonnes)}" for label, tonnes in getattr(record, "by_period", ())]
    return "; ".join(told)


def _said(value: Any) -> str:
    """A value as it would stand in a cell."""
    if value is None or value in ("", ()):
        return "blank"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, (int, float)):
        return "unlimited" if value == float("inf") else f"{value:,.10g}"
    if isinstance(value, Event):
        return str(value)
    if not isinstance(value, tuple):
        return str(value)
    return "; ".join(_said(part) for part in value)
