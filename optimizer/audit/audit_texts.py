"""Sentences with figures in them, compared word for word and figure for figure."""

from __future__ import annotations

import re
from collections.abc import Iterable

_FIGURE = re.compile(r"(?<![\w.])-?\d[\d,]*\.?\d*(?:e[+-]?\d+)?")
_DIGITS = 1e-4
"""Difference of figures that rounding to six digits, or to a tenth of a percent, can make."""


def alike(shown: str, wanted: str) -> bool:
    """True if two texts have the same words, and figures that are the same but for rounding.

    >>> alike("kept: 33.3% over 2027", "kept: 33.4% over 2027"), alike("12 t", "13 t")
    (True, False)
    """
    if shown == wanted:
        return True
    if _FIGURE.sub("#", shown) != _FIGURE.sub("#", wanted):
        return False
    pairs = zip(_FIGURE.findall(shown), _FIGURE.findall(wanted), strict=True)
    return all(_near(*(float(one.replace(",", "")) for one in pair)) for pair in pairs)


def _near(one: float, other: float) -> bool:
    if float(one).is_integer() and float(other).is_integer():
        return one == other
    return abs(one - other) <= max(0.1001, _DIGITS * max(abs(one), abs(other)))


def made_of(text: str, parts: Iterable[str]) -> bool:
    """True if a text is some parts in any order, with semicolons between them.

    >>> made_of("b; a", ["a", "b"]), made_of("b", ["a", "b"])
    (True, False)
    """
    for part in sorted(parts, key=len, reverse=True):
        if part not in text:
            return False
        text = text.replace(part, "", 1)
    return not text.strip("; ")


def figure(number: float) -> str:
    """A price in a sentence: no digits behind the point from a thousand on, else four digits.

    >>> figure(4040.98), figure(0.93101)
    ('4,041', '0.931')
    """
    return f"{number:,.4g}" if abs(number) < 1_000 else f"{number:,.0f}"
