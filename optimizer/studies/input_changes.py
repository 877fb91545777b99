"""Differences of two input workbooks: rows and cells, as the sheets write them."""

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
"""Columns that no plan depends on."""

InputChangeRow = tuple[str, str, str, str, str, str, str, float | None, float | None]
SheetRow = tuple[Any, bool]
"""A record, and whether its row is active."""


def input_changes(before: Case, after: Case) -> Table:
    """Rows and cells that differ, sheet by sheet, in the order of the sheets."""
    rows = list(_settings(before, after))
    for sheet in SHEETS.values():
        rows += _sheet(sheet, before, after)
    return table(INPUT_CHANGES, rows)


def _settings(before: Case, after: Case) -> Iterator[InputChangeRow]:
    for name, column in SETTINGS.items():
        old, new = getattr(before.settings, name), getattr(after.settings, name)
        if old != new and not (
            name == "case" and _is_named_after_file(before) and _is_named_after_file(after)
        ):
            yield _changed_cell("Settings", "Settings", column.header, "value", old, new)


def _is_named_after_file(case: Case) -> bool:
    """True if a case is named after its file alone."""
    return case.settings.case in ("", Path(case.path).stem)


def _sheet(sheet: Sheet, before: Case, after: Case) -> Iterator[InputChangeRow]:
    old, new = _by_key(sheet, before), _by_key(sheet, after)
    for key in dict.fromkeys((*old, *new)):
        pairs, removed, added = _pair_rows(old.get(key, []), new.get(key, []))
        either = (new.get(key) or old[key])[0][0]
        words = (getattr(either, attribute) for attribute in sheet.key)
        name = ", ".join(_cell_text(word) for word in words if word not in ("", None, ()))
        for first, second in pairs:
            yield from _cells(sheet, after, name, first, second)
        for record, _ in removed:
            place = f"{sheet.name}!{record.row}"
            text = _row_text(sheet, record)
            yield (sheet.name, place, name, "", "removed", text, "", None, None)
        for record, _ in added:
            place = f"{sheet.name}!{record.row}"
            text = _row_text(sheet, record)
            yield (sheet.name, place, name, "", "added", "", text, None, None)


def _by_key(sheet: Sheet, case: Case) -> dict[tuple[Any, ...], list[SheetRow]]:
    """Rows of a sheet by key, inactive ones too."""
    by_key: dict[tuple[Any, ...], list[SheetRow]] = defaultdict(list)
    inactive = case.switched_off.get(sheet.name, ())
    for records, active in ((case.rows(sheet.name), True), (inactive, False)):
        for record in records:
            key = tuple(_normalized(getattr(record, name)) for name in sheet.key)
            by_key[key].append((record, active))
    return by_key


def _normalized(value: Any) -> Any:
    """Value of a cell for comparison: names are case-folded, because any spelling matches."""
    if isinstance(value, (str, Event)):
        return fold(str(value))
    return tuple(map(_normalized, value)) if isinstance(value, tuple) else value


def _pair_rows(
    old: list[SheetRow], new: list[SheetRow]
) -> tuple[list[tuple[SheetRow, SheetRow]], list[SheetRow], list[SheetRow]]:
    """Pair rows of one key by equal dates, then in date order; and the rows left on each side."""
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


def _dates(row: SheetRow) -> tuple[date, date]:
    record = row[0]
    start, end = (getattr(record, name, None) for name in DATES)
    return start or date.min, end or date.max


def _cells(
    sheet: Sheet, case: Case, name: str, first: SheetRow, second: SheetRow
) -> Iterator[InputChangeRow]:
    (old, was_active), (new, is_active) = first, second
    if was_active != is_active:
        place = case.cell(sheet.name, new.row, "active")
        yield _changed_cell(sheet.name, place, name, "active", was_active, is_active)
    for attribute, column in sheet.columns.items():
        if attribute in (*COLUMNS_WITHOUT_EFFECT, "active"):
            continue
        before, after = getattr(old, attribute), getattr(new, attribute)
        if _normalized(before) != _normalized(after):
            place = case.cell(sheet.name, new.row, column.header)
            yield _changed_cell(sheet.name, place, name, column.header, before, after)
    old_periods, new_periods = (dict(getattr(each, "by_period", ())) for each in (old, new))
    for label in sorted({*old_periods, *new_periods}):
        before, after = old_periods.get(label), new_periods.get(label)
        if before != after:
            place = case.cell(sheet.name, new.row, label)
            yield _changed_cell(sheet.name, place, name, label, before, after)


def _changed_cell(
    sheet: str, place: str, name: str, column: str, before: Any, after: Any
) -> InputChangeRow:
    difference = relative = None
    if _is_finite_number(before) and _is_finite_number(after):
        difference = after - before
        relative = difference / abs(before) if before else None
    return (
        sheet,
        place,
        name,
        column,
        "changed",
        _cell_text(before),
        _cell_text(after),
        difference,
        relative,
    )


def _is_finite_number(value: Any) -> bool:
    finite = isinstance(value, (int, float)) and not isinstance(value, bool)
    return finite and abs(value) < float("inf")


def _row_text(sheet: Sheet, record: Any) -> str:
    """Columns of a row that are neither key nor default, with their values."""
    texts = [
        f"{column.header} {_cell_text(getattr(record, name))}"
        for name, column in sheet.columns.items()
        if name not in (*sheet.key, *COLUMNS_WITHOUT_EFFECT, "active")
        and getattr(record, name) != column.default
    ]
    texts += [f"{label} {_cell_text(tonnes)}" for label, tonnes in getattr(record, "by_period", ())]
    return "; ".join(texts)


def _cell_text(value: Any) -> str:
    """A value as a cell would show it."""
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
    return "; ".join(_cell_text(part) for part in value)
