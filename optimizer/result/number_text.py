"""Numbers and lists of names as text in sentences."""

from collections.abc import Iterable

MIN_SHOWN_SHORTAGE = 0.0005
"""Tonnes: less is what rounding leaves, and would be shown as 0.000 t."""


def figure(number: float) -> str:
    """Number with four significant digits, whole from 1,000: 0.1235, 12.35, 224,550."""
    return f"{number:,.0f}" if abs(number) >= 1_000 else f"{number:,.4g}"


def shortage_text(tonnes: float) -> str:
    """Shortage in words; what rounding leaves is none.

    >>> shortage_text(12.5), shortage_text(0.0001)
    ('12.5 t short', 'no shortage')
    """
    return f"{figure(tonnes)} t short" if tonnes >= MIN_SHOWN_SHORTAGE else "no shortage"


def listed(names: Iterable[str], last: str = "and", most: int = 4) -> str:
    """Names in a list, each once; beyond ``most`` only the first ones and a count.

    >>> listed(["a", "b", "a"], "or"), listed("abcdefg")
    ('a or b', 'a, b, c and 4 more')
    """
    items = list(dict.fromkeys(names))
    if len(items) > most:
        items = [*items[: most - 1], f"{len(items) - most + 1} more"]
    *first, end = items
    return f"{', '.join(first)} {last} {end}" if first else end
