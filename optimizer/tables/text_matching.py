"""Words: names without regard to case and spacing, the nearest name, values in messages."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any

from optimizer.tables.confusable_letters import compatible, difference, skeleton, visible

MANY = 1000
"""Among more names than these only those with the same beginning or end are looked at."""
LONGEST = 60
"""Characters of a value that a message shows."""


def clean(text: str) -> str:
    """Text without invisible characters and without leading, trailing and doubled spacing.

    >>> clean("  KAZ \\u00a0 Ore\\u200b ")
    'KAZ Ore'
    """
    if not text.isascii() or not text.isprintable():
        text = visible(text.encode("utf-8", "replace").decode("utf-8"))
    return " ".join(text.split())


@lru_cache(maxsize=65536)
def fold(text: str) -> str:
    """A name without regard to case, spacing and kinds of letters; equal names fold alike.

    >>> fold(" KAZ  Ore") == fold("Kaz ore") == fold("Ｋaz o\\u00adre")
    True
    """
    if text.isascii():
        return clean(text).replace("`", "'").casefold()
    return clean(compatible(clean(text)))


def near(word: str, candidates: Iterable[str], ratio: float = 0.6) -> str:
    """The candidate most like a word, empty if none is at least ``ratio`` alike.

    >>> near("SRC seperation", ["SRC separation", "alloying"])
    'SRC separation'
    """
    from difflib import get_close_matches

    folded = fold(word)[:200]
    by_fold = {fold(candidate)[:200]: candidate for candidate in candidates}
    if not folded.isascii():
        same = skeleton(folded)
        looks = (candidate for each, candidate in by_fold.items() if skeleton(each) == same)
        if alike := next(looks, ""):
            return alike
    some = list(by_fold)
    if len(some) > MANY:
        ends = (folded[:2], folded[-2:])
        some = [one for one in some if one[:2] == ends[0] or one[-2:] == ends[1]]
        some = [one for one in some if abs(len(one) - len(folded)) < 3][:MANY]
    found = get_close_matches(folded, some, n=1, cutoff=ratio)
    return by_fold[found[0]] if found else ""


def did_you_mean(word: str, candidates: Iterable[str]) -> str:
    """The hint for a misspelt word, empty if nothing is near it.

    >>> did_you_mean("Chnia", ["China", "Japan"])
    "did you mean 'China'?"
    """
    name = near(word, candidates)
    return f"did you mean {quoted(name)}?{told_apart(word, name)}" if name else ""


def told_apart(word: str, other: str) -> str:
    """In what a word differs from another that looks like it, as a sentence that goes on.

    >>> told_apart("Кaz", "Kaz"), told_apart("Kaz", "Kas")
    (" In 'Кaz', 'К' is U+041A CYRILLIC CAPITAL LETTER KA.", '')
    """
    told = difference(word, other)
    return f" In {quoted(word)}, {told}." if told else ""


def quoted(value: Any) -> str:
    """A value as a message shows it: text in quotes and not too long, numbers plain.

    >>> quoted("Kaz"), quoted(40.0), quoted(0.25)
    ("'Kaz'", '40', '0.25')
    """
    if isinstance(value, str):
        text = clean(value)
        return f"'{text}'" if len(text) <= LONGEST else f"'{text[:LONGEST]}…'"
    return written(value)


def written(value: Any) -> str:
    """A number, date or word as a planner writes it.

    >>> written(1200.0), written(True)
    ('1200', 'TRUE')
    """
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    return str(value)


def listed(names: Sequence[str], most: int = 3) -> str:
    """A few names in a row: ``'a', 'b' and 7 more``.

    >>> listed(["a", "b", "c"]), listed(["a", "b", "c", "d", "e"])
    ("'a', 'b' and 'c'", "'a', 'b', 'c' and 2 more")
    """
    shown = [quoted(name) for name in names[:most]]
    if len(names) > most:
        return f"{', '.join(shown)} and {len(names) - most:,} more"
    return " and ".join([", ".join(shown[:-1]), shown[-1]] if len(shown) > 1 else shown)


def letter(column: int) -> str:
    """Letter of a column counted from 0.

    >>> letter(0), letter(26)
    ('A', 'AA')
    """
    text = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        text = chr(65 + rest) + text
    return text
