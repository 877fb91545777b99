"""Which formula may use a cell; a reference that is not plain counts as one that may."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from optimizer.tables.sheet_patch import SheetCell
from optimizer.tables.sheet_xml import EXCEL_MAX_COLUMNS, EXCEL_MAX_ROWS
from optimizer.tables.text_matching import letter
from optimizer.tables.zip_limits import column_number

_REFERENCE: Final = re.compile(
    r"(?:(?P<sheet>'(?:[^']|'')+'|[^'!:\[\]]+)!)?"
    r"\$?(?P<left>[A-Za-z]{1,3})?\$?(?P<top>\d+)?"
    r"(?::\$?(?P<right>[A-Za-z]{1,3})?\$?(?P<bottom>\d+)?)?"
)
_INDIRECT: Final = re.compile(r"\b(?:INDIRECT|OFFSET|INDEX|CHOOSE)\s*\(", re.IGNORECASE)
"""Functions that make references which stand nowhere."""


def formula_that_uses(
    sheet: str, position: SheetCell, formulas: Iterable[tuple[str, SheetCell, str]]
) -> str:
    """Place of the first formula that may depend on a cell, empty if none does.

    ``formulas`` are the sheet, the cell and the text of each; the text of a shared formula is
    empty.
    """
    for own_sheet, (row, column), text in formulas:
        if _may_use(text, own_sheet, sheet, position):
            return f"{own_sheet}!{letter(column - 1)}{row}"
    return ""


def _may_use(text: str, own_sheet: str, sheet: str, position: SheetCell) -> bool:
    from openpyxl.formula import Tokenizer

    if not text or _INDIRECT.search(text):
        return True
    tokens = Tokenizer(f"={text}").items
    ranges = [token.value for token in tokens if token.subtype == "RANGE"]
    return any(_may_cover(each, own_sheet, sheet, position) for each in ranges)


def _may_cover(reference: str, own_sheet: str, sheet: str, position: SheetCell) -> bool:
    """False if a reference is a plain range without the cell."""
    match = _REFERENCE.fullmatch(reference)
    if match is None or not (match["left"] or match["top"]):
        return True
    named = match["sheet"]
    if named is not None:
        named = named[1:-1].replace("''", "'") if named.startswith("'") else named
    if (named or own_sheet).casefold() != sheet.casefold():
        return "[" not in (named or "") and ":" in (named or "")
    row, column = position
    top, left = int(match["top"] or 1), _column(match["left"], 1)
    is_range = ":" in reference.rpartition("!")[2]
    if not is_range and not (match["left"] and match["top"]):
        return True  # a name that looks like a part of a reference
    bottom = int(match["bottom"] or EXCEL_MAX_ROWS) if is_range else top
    right = _column(match["right"], EXCEL_MAX_COLUMNS) if is_range else left
    return top <= row <= bottom and left <= column <= right


def _column(letters: str | None, otherwise: int) -> int:
    return column_number(letters.upper().encode()) if letters else otherwise
