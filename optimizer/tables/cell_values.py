"""Parse raw cells into values of their column; raise CellComplaint where that is impossible."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Any, Final

from optimizer.tables import dates
from optimizer.tables.confusable_letters import mixed_alphabets, plain_separators
from optimizer.tables.country_groups import NEGATION_PREFIX
from optimizer.tables.histories import parse_history
from optimizer.tables.schema import INFINITY, Column
from optimizer.tables.text_matching import as_text, clean_text, did_you_mean, fold, quoted

CELL_NUMBER_LIMIT: Final = 1e15
"""Numbers must be smaller than this.

Quantities and prices of a plan stay far below it, so a larger number is a typing error. HiGHS
takes 1e20 for infinity, and double precision resolves units below 9e15 only.
"""
FREE_TEXT_HEADERS: Final = ("notes", "source", "description")
"""Columns that may hold any text."""


class InvalidCell(Exception):
    """A cell cannot be read: ``message`` says what is wrong, ``hint`` how to correct it."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class UnreadableCell(str):
    """Replaces a cell that has no readable value; its text gives the reason and the cure."""


class MergedCell(UnreadableCell):
    """Replaces a cell in the second and later columns of a merged range."""


class SharedCell:
    """Replaces a cell in the lower rows of a merged range; holds the value of the first cell."""

    __slots__ = ("value",)

    def __init__(self, value: Any) -> None:
        self.value = value


def is_blank(raw: Any) -> bool:
    """True for an empty cell, for one with only spaces and for pandas' missing values."""
    if raw is None or raw == "":
        return True
    if isinstance(raw, str):
        return not isinstance(raw, UnreadableCell) and not clean_text(raw)
    return bool(raw != raw)


def cell_parser(column: Column, currency: str = "") -> Callable[[Any], Any]:
    """Return a function that parses a filled cell of a column and raises CellComplaint.

    ``currency`` replaces ``{currency}`` in the unit that messages name.
    """
    parse = _PARSERS[column.kind]
    unit = column.unit_in(currency)

    def value(raw: Any) -> Any:
        if isinstance(raw, UnreadableCell):
            if column.header in FREE_TEXT_HEADERS:
                return ""
            raise InvalidCell(*str.split(raw, "; ", 1))
        if isinstance(raw, SharedCell):
            if column.kind in ("number", "whole"):
                raise InvalidCell(
                    f"the cell is merged with the one above, which holds {quoted(raw.value)}: "
                    "this may be a figure for each row or a total",
                    "unmerge the cells and write the figure of each row",
                )
            raw = raw.value
        try:
            return parse(raw, column, unit)
        except InvalidCell as complaint:
            if not column.required and _is_placeholder(raw):
                raise InvalidCell(complaint.message, "leave the cell blank") from None
            raise

    return value


_NAME_PLACEHOLDERS: Final = ("n/a", "n.a.", "#n/a", "-", "--")
_VALUE_PLACEHOLDERS: Final = {
    *_NAME_PLACEHOLDERS,
    "na",
    "none",
    "nil",
    "null",
    "nan",
    "tbd",
    "tba",
    "?",
}
"""Words that people write where a value is missing."""


def _is_placeholder(raw: Any) -> bool:
    return isinstance(raw, str) and fold(raw) in _VALUE_PLACEHOLDERS


def _check_name(name: str, column: Column) -> None:
    """Refuse a placeholder for a missing name, which would otherwise become a name itself."""
    if len(name) < 5 and not column.required and fold(name) in _NAME_PLACEHOLDERS:
        raise InvalidCell(f"{quoted(name)} is not a name", "leave the cell blank")


def _check_no_date(raw: Any) -> None:
    """Refuse a date in a column of names: Excel may have turned two names into one date."""
    if isinstance(raw, (date, time, timedelta)):
        raise InvalidCell(
            f"{cell_text(raw)} is a date or time, but this column has names",
            "Excel turns a name such as MAR-1 into a date: format the cell as Text and type the "
            "name again",
        )


def cell_text(raw: Any) -> str:
    """A cell as text: 1.0 becomes ``1``, and a date is written as in ISO 8601."""
    if isinstance(raw, SharedCell):
        raw = raw.value
    if isinstance(raw, str):
        return raw
    if isinstance(raw, datetime):
        return raw.date().isoformat() if raw.time() == time() else raw.isoformat(" ")
    return raw.isoformat() if isinstance(raw, date) else as_text(raw)


def is_name(column: Column) -> bool:
    """True for columns whose text is a name, False for columns of notes."""
    return bool(column.key or column.references or column.vocabulary)


def _text(raw: Any, column: Column, unit: str) -> str:
    text = cell_text(raw)
    if not is_name(column):
        return text.strip()
    _check_no_date(raw)
    text = clean_text(text)
    _check_alphabets(text)
    _check_name(text, column)
    if text == "*" and not column.wildcard:
        raise InvalidCell("'*' is not allowed in this column", "write the name")
    return text


def _check_alphabets(text: str) -> None:
    """Refuse a name with a word of two alphabets, which looks like another name."""
    if not text.isascii() and (letters := mixed_alphabets(text)):
        raise InvalidCell(
            f"{quoted(text)} mixes alphabets in one word: {letters}", "type the name again"
        )


def _names(raw: Any, column: Column, unit: str) -> tuple[str, ...]:
    _check_no_date(raw)
    _check_alphabets(cell_text(raw))
    parts = [clean_text(part) for part in re.split("[,;\n]", plain_separators(cell_text(raw)))]
    names = tuple(dict.fromkeys(name for name in parts if name))
    for name in names:
        _check_name(name, column)
    if not names:
        raise InvalidCell(f"{quoted(raw)} contains no name")
    if "*" not in names:
        return names
    excluded = tuple(name for name in names if fold(name).startswith(NEGATION_PREFIX))
    if column.vocabulary == "countries" and excluded:
        return excluded  # "*" and exceptions: every country except these
    if not column.wildcard:
        raise InvalidCell("'*' is not allowed in this column", "write the names")
    return ("*",) if column.required else ()


def _number(raw: Any, column: Column, unit: str) -> float:
    if isinstance(raw, bool):
        raise InvalidCell(f"{as_text(raw)} is not a number", _unit_hint(unit))
    if isinstance(raw, (int, float)):
        value = _float(raw)
    elif isinstance(raw, str):
        value = _number_of_text(raw, column, unit)
    elif isinstance(raw, (date, time, timedelta)):
        raise InvalidCell(
            f"{cell_text(raw)} is a date or time, not a number", "set the cell's format to Number"
        )
    else:
        raise InvalidCell(f"{quoted(str(raw))} is not a number", _unit_hint(unit))
    overflown = abs(value) == INFINITY and isinstance(raw, str) and any(map(str.isdigit, raw))
    typed = quoted(raw) if overflown else ""
    return check_range(value, column, unit, typed)


def _float(raw: float) -> float:
    try:
        return float(raw)
    except OverflowError:  # Python's integers are unbounded; in_range refuses the number
        return 1e308 if raw > 0 else -1e308


def check_range(value: float, column: Column, unit: str, typed: str = "") -> float:
    """The number itself if the column allows it; raises CellComplaint otherwise.

    ``unit`` is the unit that a message names, ``typed`` what it shows instead of a number too
    large to be one.
    """
    if value == INFINITY and not typed and column.default == INFINITY:
        return value
    if not abs(value) < CELL_NUMBER_LIMIT:
        cure = "for no limit leave the cell blank" if column.default == INFINITY else ""
        raise InvalidCell(f"{typed or format(value, 'g')} is beyond 1e15", cure)
    unit_text = f" {unit}" if unit and unit not in ("share", "t/t") else ""
    if column.minimum is not None and value < column.minimum:
        raise InvalidCell(f"{as_text(value)} is below {as_text(column.minimum)}{unit_text}")
    if column.maximum is not None and value > column.maximum:
        cure = ""
        if column.maximum == 1.0 and value <= 100:
            cure = f"for {as_text(value)} % write {as_text(value)} % or {value / 100:.6g}"
        raise InvalidCell(f"{as_text(value)} is above {as_text(column.maximum)}{unit_text}", cure)
    return value + 0.0


def _whole(raw: Any, column: Column, unit: str) -> int:
    value = _number(raw, column, unit)
    if not value.is_integer():
        raise InvalidCell(f"{as_text(value)} is not a whole number")
    return int(value)


def _unit_hint(unit: str) -> str:
    return f"write a number in {unit}" if unit else "write a number"


_GROUPED_DIGITS = r"\d{1,3}(?:[ ']\d{3})+"
_UNGROUPED_NUMBER = re.compile(rf"[+-]?(?:{_GROUPED_DIGITS}|\d+)?(?:[.,]\d*)?(?:[eE][+-]?\d+)?")
_DECIMAL_POINT = re.compile(r"[+-]?\d{1,3}(?:,\d{3})+\.\d*|[+-]?\d{1,3}(?:,\d{3}){2,}")
_DECIMAL_COMMA = re.compile(r"[+-]?\d{1,3}(?:\.\d{3})+,\d*|[+-]?\d{1,3}(?:\.\d{3}){2,}")
_AMBIGUOUS_NUMBER = re.compile(r"[+-]?[1-9]\d{0,2}[.,]\d{3}")
_CURRENCY = re.compile(r"[$€£¥₽₹]|^[A-Za-z]{3}(?=[ \d])|(?<=[ \d])[A-Z]{3}$")


def _number_of_text(raw: str, column: Column, unit: str) -> float:
    """The value of a number that is stored as text.

    Raises CellComplaint if it is no number, or if a comma or point may separate either
    thousands or decimals.
    """
    text = clean_text(raw).replace("−", "-").replace("’", "'")
    if fold(text) in ("unlimited", "∞") and column.default == INFINITY:
        return INFINITY
    percent = text.endswith("%")
    digits = text[:-1].rstrip() if percent else text
    if percent and not _may_be_percent(unit):
        raise InvalidCell(f"{quoted(raw)} is a percentage", _unit_hint(unit))
    if _AMBIGUOUS_NUMBER.fullmatch(digits):
        whole = digits.replace(",", "").replace(".", "")
        decimal = float(digits.replace(",", "."))
        raise InvalidCell(
            f"{quoted(raw)} is text and may mean {whole} or {decimal:g}", "write it as a number"
        )
    if _DECIMAL_POINT.fullmatch(digits):
        digits = digits.replace(",", "")
    elif _DECIMAL_COMMA.fullmatch(digits):
        digits = digits.replace(".", "").replace(",", ".")
    elif _UNGROUPED_NUMBER.fullmatch(digits) and any(map(str.isdigit, digits)):
        digits = digits.replace(" ", "").replace("'", "").replace(",", ".")
    else:
        raise _number_complaint(raw, text, unit)
    try:
        value = float(digits)
    except ValueError:
        raise _number_complaint(raw, text, unit) from None
    return value / 100 if percent else value


def _number_complaint(raw: str, text: str, unit: str) -> InvalidCell:
    if _CURRENCY.search(text) and any(map(str.isdigit, text)):
        return InvalidCell(
            f"{quoted(raw)} contains a currency sign",
            "write the number only; the currency is set in Settings",
        )
    if re.fullmatch(r"\([\d.,' ]+\)", text):
        return InvalidCell(f"{quoted(raw)} is not a number", "write a negative number with -")
    return InvalidCell(f"{quoted(raw)} is not a number", _unit_hint(unit))


def _may_be_percent(unit: str) -> bool:
    return unit in ("", "t/t", "per year") or "share" in unit


def _yes_no(raw: Any, column: Column, unit: str) -> bool:
    if isinstance(raw, bool):
        return raw
    word = fold(cell_text(raw))
    if word in ("yes", "y", "true", "1"):
        return True
    if word in ("no", "n", "false", "0"):
        return False
    raise InvalidCell(f"{quoted(raw)} is neither yes nor no")


_CHOICE_SYNONYMS: Final = {"calendar year": "year", "x": "×", "*": "×"}


def _choice(raw: Any, column: Column, unit: str) -> str:
    word = fold(cell_text(raw))
    if _CHOICE_SYNONYMS.get(word) in column.choices:
        return _CHOICE_SYNONYMS[word]
    for choice in column.choices:
        if word == fold(choice):
            return choice
    raise InvalidCell(
        f"{quoted(raw)} is not one of {', '.join(column.choices)}",
        did_you_mean(word, column.choices),
    )


def _date(raw: Any, column: Column, unit: str) -> date:
    try:
        return dates.parse_day(raw)
    except dates.InvalidDate as complaint:
        raise InvalidCell(*complaint.args) from None


def _history(raw: Any, column: Column, unit: str) -> Any:
    _check_alphabets(cell_text(raw))
    try:
        return parse_history(plain_separators(cell_text(raw)))
    except ValueError as complaint:
        raise InvalidCell(*complaint.args) from None


_PARSERS: Final[dict[str, Callable[[Any, Column, str], Any]]] = {
    "text": _text,
    "names": _names,
    "number": _number,
    "whole": _whole,
    "yes/no": _yes_no,
    "choice": _choice,
    "date": _date,
    "history": _history,
}
