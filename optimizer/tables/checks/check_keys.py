"""Check keys, dates and bounds on every sheet."""

from __future__ import annotations

from datetime import date
from operator import attrgetter
from typing import Any

from optimizer.tables.schema import SHEETS, Sheet, group_rows
from optimizer.tables.text_matching import as_text, quoted
from optimizer.tables.workbook_draft import WorkbookDraft

OPTIONAL_LINE_SHEETS = ("Rule scope", "Scenarios")
"""Sheets whose last key column, the line, may be blank: such rows are never duplicates."""


def check_ranges(draft: WorkbookDraft) -> None:
    """Refuse rows that end before they start, and minima above their maximum."""
    for name, sheet in SHEETS.items():
        has_bounds = "minimum" in sheet.columns and "maximum" in sheet.columns
        if sheet.dated:
            for row in draft.rows_readable_in(name, "start", "end"):
                if row.start and row.end and row.start > row.end:
                    draft.error(row, "end", f"{row.end} is before {row.start}, the row's from")
        if has_bounds:
            for row in draft.rows_readable_in(name, "minimum", "maximum"):
                if row.minimum > row.maximum:
                    draft.error(
                        row,
                        "minimum",
                        f"{as_text(row.minimum)} is above the maximum, {as_text(row.maximum)}",
                    )


def check_duplicates(draft: WorkbookDraft) -> None:
    """Refuse two rows of one key that hold at the same time."""
    for name, sheet in SHEETS.items():
        key = sheet.key
        rows = draft.rows_readable_in(name, *key, "start", "end")
        if name in OPTIONAL_LINE_SHEETS:
            rows = [row for row in rows if row.line]
        for group in group_rows(rows, attrgetter(*key)).values():
            if len(group) > 1:
                _check_group(draft, sheet, group)


def _check_group(draft: WorkbookDraft, sheet: Sheet, group: list[Any]) -> None:
    """Add an error for each row of one key whose dates overlap with those of an earlier one."""
    if sheet.dated:
        group = sorted(group, key=lambda row: (row.start or date.min, row.row))
    last = group[0]
    for row in group[1:]:
        if not sheet.dated or last.end is None or (row.start or date.min) <= last.end:
            first, second = sorted((last, row), key=lambda row: row.row)
            _add_error(draft, sheet, first, second)
        if sheet.dated and (last.end is None or (row.end is not None and row.end <= last.end)):
            continue
        last = row


def _add_error(draft: WorkbookDraft, sheet: Sheet, first: Any, second: Any) -> None:
    parts = [
        f"{sheet.header(name)} {quoted(getattr(second, name))}"
        for name in sheet.key
        if getattr(second, name)
    ]
    message = f"{', '.join(parts)} also appears in row {first.row}"
    if not sheet.dated:
        hint = "delete one of the rows"
    else:
        message += ", and the rows overlap in time"
        hint = "delete one, or give them dates that do not overlap"
    if sheet.name == "Supply":
        hint += "; tiers have a name each, and falling ones name the one before under after"
    draft.error(second, sheet.key[0], message, hint)
