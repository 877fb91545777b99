"""Comparison of sentences: words exactly, figures up to rounding."""

from __future__ import annotations

import re
from collections.abc import Iterable

UNSTATED_NAME, UNKNOWN_NAME, NOT_APPLICABLE_NAME = "not stated", "unknown", "does not apply"
STAGELESS_NAME = "(no stage)"
"""What Provenance shows instead of the name of a place or a stage."""
SIX_DIGITS = 1e-5
"""Largest relative difference of a figure shown with six digits (5e-6), with a margin."""
MIN_SHOWN_TONNES = 1e-4
"""Size that smaller tonnes in a text are compared by: 1e-9 t is rounding of the solver."""
_NUMBER = re.compile(r"(?<![\w.])-?\d[\d,]*\.?\d*(?:e[+-]?\d+)?")
_DIGIT_ROUNDING = 1e-4
"""Largest relative difference of two rounded figures; chosen well above six digits."""
_TENTH_ROUNDING = 0.1001
"""Largest difference of two figures rounded to one decimal, with float error."""


def same_text(shown: str, wanted: str) -> bool:
    """True if two texts have the same words, and figures that are equal up to rounding.

    >>> same_text("kept: 33.3% over 2027", "kept: 33.4% over 2027"), same_text("12 t", "13 t")
    (True, False)
    """
    if shown == wanted:
        return True
    if _NUMBER.sub("#", shown) != _NUMBER.sub("#", wanted):
        return False
    pairs = zip(_NUMBER.findall(shown), _NUMBER.findall(wanted), strict=True)
    return all(_same_number(*(float(number.replace(",", "")) for number in pair)) for pair in pairs)


def _same_number(number: float, other: float) -> bool:
    if float(number).is_integer() and float(other).is_integer():
        return number == other
    return abs(number - other) <= max(
        _TENTH_ROUNDING, _DIGIT_ROUNDING * max(abs(number), abs(other))
    )


def consists_of(text: str, parts: Iterable[str]) -> bool:
    """True if a text consists of parts in any order, separated by semicolons.

    >>> consists_of("b; a", ["a", "b"]), consists_of("b", ["a", "b"])
    (True, False)
    """
    for part in sorted(parts, key=len, reverse=True):
        if part not in text:
            return False
        text = text.replace(part, "", 1)
    return not text.strip("; ")


def price_text(number: float) -> str:
    """A price in a sentence: four significant digits, from a thousand on without decimals.

    >>> price_text(4040.98), price_text(0.93101)
    ('4,041', '0.931')
    """
    return f"{number:,.4g}" if abs(number) < 1_000 else f"{number:,.0f}"
