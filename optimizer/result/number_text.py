"""Numbers and names in sentences."""

from collections.abc import Iterable


def figure(number: float) -> str:
    """Four digits at least, and no power of ten: 0.1235, 12.35, 224,550."""
    return f"{number:,.0f}" if abs(number) >= 1_000 else f"{number:,.4g}"


def listed(names: Iterable[str], last: str = "and", most: int = 4) -> str:
    """Names in a row, each once, of many the first.

    >>> listed(["a", "b", "a"], "or"), listed("abcdefg")
    ('a or b', 'a, b, c and 4 more')
    """
    own = list(dict.fromkeys(names))
    if len(own) > most:
        own = [*own[: most - 1], f"{len(own) - most + 1} more"]
    *first, end = own
    return f"{', '.join(first)} {last} {end}" if first else end
