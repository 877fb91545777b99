"""Numbers and lists of names as text in sentences."""

from collections.abc import Iterable

MIN_SHOWN_SHORTAGE = 0.0005
"""Tonnes: less is what rounding leaves, and would be shown as 0.000 t."""


def figure(number: float) -> str:
    """Number with four significant digits, whole from 1,000: 0.1235, 12.35, 224,550."""
    return f"{number:,.0f}" if abs(number) >= 1_000 else f"{number:,.4g}"


def percent(share: float, decimals: int = 2) -> str:
    """A share in per cent; a small one keeps two significant digits: 0.03 %, 0.0012 %, 5.3 %.

    >>> percent(0.0003), percent(0.000012), percent(0.053, 1)
    ('0.03 %', '0.0012 %', '5.3 %')
    """
    value = 100.0 * share
    if value and abs(value) < 10.0**-decimals:
        return f"{value:.2g} %"
    return f"{value:.{decimals}f} %"


def money_text(amount: float, currency: str) -> str:
    """An amount of money in a sentence: millions from ten million on, else whole units.

    >>> money_text(206_280_064.2, "USD"), money_text(12.0, "USD")
    ('206.3 million USD', '12 USD')
    """
    if abs(amount) >= 1e7:
        return f"{amount / 1e6:,.1f} million {currency}"
    return f"{amount:,.0f} {currency}"


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
