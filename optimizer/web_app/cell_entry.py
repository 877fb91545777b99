"""What a planner types into a cell of the page, as the value that the workbook holds."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from typing import Any

from optimizer.tables.edited_copy import EntryValue
from optimizer.tables.schema import SHEETS
from optimizer.tables.settings import SETTINGS_SHEET
from optimizer.tables.sheets import SETTINGS
from optimizer.tables.text_matching import fold

_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?")
ENTRY_TEXT_KINDS = ("text", "names", "choice", "history", "yes/no")
"""Kinds of column whose cells hold what was typed."""


def entry_value(text: str, kind: str | None) -> EntryValue:
    """Value of an entry in a column of a kind; None as kind: the column is not known.

    A number column takes a number and a date column a day such as 2027-04-01. What is neither
    stays as it was typed, so that the check says what is wrong with it.

    >>> entry_value(" 12.5 ", "number"), entry_value("1,200", "number"), entry_value("", "text")
    (12.5, '1,200', None)
    >>> entry_value("2027-04-01", "date"), entry_value("1E5", "text")
    (datetime.date(2027, 4, 1), '1E5')
    """
    typed = text.strip()
    if not typed:
        return None
    if kind in ENTRY_TEXT_KINDS:
        return text
    if kind in ("date", None):
        try:
            return date.fromisoformat(typed) if len(typed) == 10 else _number_or_text(typed, kind)
        except ValueError:
            return text
    return _number_or_text(typed, kind)


def _number_or_text(typed: str, kind: str | None) -> EntryValue:
    if kind == "date" or not _NUMBER.fullmatch(typed):
        return typed
    return float(typed)


def column_kind(sheet: str, header: str, row: Sequence[Any]) -> str | None:
    """Kind of the column that a cell stands in, by its folded header; None if it is not known.

    ``row`` are the cells of its row: in Settings the kind depends on the setting.
    """
    if fold(sheet) == "settings" and header == "value":
        name = fold(str(row[0])) if row else ""
        kinds = {fold(column.header): column.kind for column in SETTINGS.values()}
        return kinds.get(name)
    declared = SETTINGS_SHEET.columns if fold(sheet) == "settings" else {}
    for name, record in SHEETS.items():
        if fold(name) == fold(sheet):
            declared = record.columns
    return next((each.kind for each in declared.values() if fold(each.header) == header), None)
