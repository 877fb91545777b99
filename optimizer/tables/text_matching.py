"""Compare names without regard to case and spacing, find the nearest, show values in messages."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any

from optimizer.tables.confusable_letters import (
    compatibility_fold,
    confusable_difference,
    skeleton,
    visible_text,
)

MAX_COMPARED_NAMES = 1000
"""Among more candidates, only those with the same beginning or end and length are compared.

Chosen so that a hint stays fast: difflib compares the word with every candidate.
"""
MAX_QUOTED_LENGTH = 60
"""Characters of a value that a message shows; chosen so that a message fits on a line or two."""


def clean_text(text: str) -> str:
    """Text without invisible characters and without leading, trailing and repeated spaces.

    >>> clean_text("  KAZ \\u00a0 Ore\\u200b ")
    'KAZ Ore'
    """
    if not text.isascii() or not text.isprintable():
        text = visible_text(text.encode("utf-8", "replace").decode("utf-8"))
    return " ".join(text.split())


@lru_cache(maxsize=65536)
def fold(text: str) -> str:
    """The key under which a name is compared: without case, spacing and letter variants.

    >>> fold(" KAZ  Ore") == fold("Kaz ore") == fold("Ｋaz o\\u00adre")
    True
    """
    if text.isascii():
        return clean_text(text).replace("`", "'").casefold()
    return clean_text(compatibility_fold(clean_text(text)))


def closest_name(word: str, candidates: Iterable[str], ratio: float = 0.6) -> str:
    """The candidate most similar to a word, empty if no difflib ratio reaches ``ratio``.

    >>> closest_name("SRC seperation", ["SRC separation", "alloying"])
    'SRC separation'
    """
    from difflib import get_close_matches

    folded = fold(word)[:200]
    by_fold = {fold(candidate)[:200]: candidate for candidate in candidates}
    if not folded.isascii():
        letters = skeleton(folded)
        look_alikes = (name for each, name in by_fold.items() if skeleton(each) == letters)
        if look_alike := next(look_alikes, ""):
            return look_alike
    names = list(by_fold)
    if len(names) > MAX_COMPARED_NAMES:
        start, end = folded[:2], folded[-2:]
        names = [name for name in names if name[:2] == start or name[-2:] == end]
        names = [name for name in names if abs(len(name) - len(folded)) < 3][:MAX_COMPARED_NAMES]
    matches = get_close_matches(folded, names, n=1, cutoff=ratio)
    return by_fold[matches[0]] if matches else ""


def did_you_mean(word: str, candidates: Iterable[str]) -> str:
    """The hint for a misspelt word, empty if no candidate is similar.

    >>> did_you_mean("Chnia", ["China", "Japan"])
    "did you mean 'China'?"
    """
    name = closest_name(word, candidates)
    return f"did you mean {quoted(name)}?{difference_hint(word, name)}" if name else ""


def difference_hint(word: str, other: str) -> str:
    """The letters in which a word differs from one that looks the same, as a further sentence.

    >>> difference_hint("Кaz", "Kaz"), difference_hint("Kaz", "Kas")
    (" In 'Кaz', 'К' is U+041A CYRILLIC CAPITAL LETTER KA.", '')
    """
    letters = confusable_difference(word, other)
    return f" In {quoted(word)}, {letters}." if letters else ""


def quoted(value: Any) -> str:
    """A value as a message shows it: text in quotes and shortened, numbers plain.

    >>> quoted("Kaz"), quoted(40.0), quoted(0.25)
    ("'Kaz'", '40', '0.25')
    """
    if isinstance(value, str):
        text = clean_text(value)
        return f"'{text}'" if len(text) <= MAX_QUOTED_LENGTH else f"'{text[:MAX_QUOTED_LENGTH]}…'"
    return as_text(value)


def as_text(value: Any) -> str:
    """A number, date or word as a planner writes it.

    >>> as_text(1200.0), as_text(True)
    ('1200', 'TRUE')
    """
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    return str(value)


def number_of(number: int, word: str) -> str:
    """A number with its noun in the singular or plural.

    >>> number_of(1, "error"), number_of(2000, "row")
    ('1 error', '2,000 rows')
    """
    return f"{number:,} {word}" + ("" if number == 1 else "s")


def joined(names: Sequence[str], most: int = 3) -> str:
    """Names in a sentence, the first ``most`` of them: ``'a', 'b' and 7 more``.

    >>> joined(["a", "b", "c"]), joined(["a", "b", "c", "d", "e"])
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
