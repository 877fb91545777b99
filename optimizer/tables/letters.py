"""Letters: what reads the same is the same, and what only looks the same is told apart.

Names are compared after Unicode's compatibility folding (NFKC), without invisible characters,
with one kind of quote, hyphen and space, and without regard to case.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

_QUOTES: Final = "‘’‚‛′‵`´ʹʻʼʽˈ"
_DOUBLE_QUOTES: Final = "“”„‟″«»"
_HYPHENS: Final = "‐‑‒–—―−⁃﹘"
_ONE_KIND: Final = {
    **dict.fromkeys(map(ord, _QUOTES), "'"),
    **dict.fromkeys(map(ord, _DOUBLE_QUOTES), '"'),
    **dict.fromkeys(map(ord, _HYPHENS), "-"),
}
_FILLERS: Final = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u3164\uffa0")
"""Characters without a shape that Unicode does not count as format characters (Cf)."""

_LOOK_ALIKE: Final = str.maketrans(
    # Cyrillic, then Greek letters with the Latin ones that they look like.
    "авеіјкмнорсѕтухԁԛԝАВЕІЈКМНОРСЅТУХԌαεικνορτυχΑΒΕΖΗΙΚΜΝΟΡΤΥΧ",
    "abeijkmhopcstyxdqwABEIJKMHOPCSTYXGaeiKvoptuxABEZHIKMNOPTYX",
)
_ALPHABETS: Final = ("LATIN", "CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE", "COPTIC")
_SYMBOLS: Final = frozenset("µμΩπ")
"""Greek letters that are units and constants beside Latin ones."""
_WORD: Final = re.compile(r"[^\W\d_]+")


def visible(text: str) -> str:
    """Text without invisible characters, with composed letters and plain spaces."""
    kept = [sign for sign in unicodedata.normalize("NFC", text) if not _invisible(sign)]
    signs = (
        " " if unicodedata.category(sign) in ("Cc", "Zl", "Zp", "Zs") else sign for sign in kept
    )
    return "".join(signs)


def _invisible(sign: str) -> bool:
    code = ord(sign)
    selector = 0xFE00 <= code <= 0xFE0F or 0xE0100 <= code <= 0xE01EF
    return selector or sign in _FILLERS or unicodedata.category(sign) == "Cf"


def compatible(text: str) -> str:
    """Text with compatible letters, quotes and hyphens as one, in lower case.

    >>> compatible("Ｃôte d’Ivoire — ﬁne")
    "côte d'ivoire - fine"
    """
    marked = text.translate(_ONE_KIND)  # before NFKC, which takes some quotes apart
    folded = unicodedata.normalize("NFKC", marked).translate(_ONE_KIND).casefold()
    return unicodedata.normalize("NFKC", folded)


def without_marks(text: str) -> str:
    """Text without accents and other marks: ``Türkiye`` becomes ``Turkiye``."""
    apart = unicodedata.normalize("NFKD", text)
    return "".join(sign for sign in apart if not unicodedata.combining(sign))


def skeleton(text: str) -> str:
    """What a name looks like, whatever alphabet its letters are of; for comparison only.

    >>> skeleton("СОРА") == skeleton("copa")
    True
    """
    return compatible(without_marks(visible(text)).translate(_LOOK_ALIKE))


def mixed_alphabets(text: str) -> str:
    """The letters, with code points, that mix alphabets in one word; empty if none do.

    >>> mixed_alphabets("Сhina")
    "'С' is U+0421 CYRILLIC CAPITAL LETTER ES"
    >>> mixed_alphabets("β-Fe"), mixed_alphabets("µm"), mixed_alphabets("Россия")
    ('', '', '')
    """
    for word in _WORD.findall(unicodedata.normalize("NFKC", text.replace("µ", ""))):
        alphabets = {sign: _alphabet(sign) for sign in word if sign not in _SYMBOLS}
        if len({own for own in alphabets.values() if own}) > 1:
            return code_points(sign for sign, own in alphabets.items() if own not in ("", "LATIN"))
    return ""


def _alphabet(sign: str) -> str:
    first = unicodedata.name(sign, "").partition(" ")[0]
    return first if first in _ALPHABETS else ""


def code_points(signs: object) -> str:
    """Letters with their code points and names: ``'С' is U+0421 CYRILLIC CAPITAL LETTER ES``."""
    told = (
        f"{sign!r} is U+{ord(sign):04X} {unicodedata.name(sign, 'without a name')}"
        for sign in dict.fromkeys(signs)  # type: ignore[call-overload]
    )
    return ", ".join(told)


def difference(one: str, other: str) -> str:
    """In what two names differ that look alike; empty where they do not look alike.

    >>> difference("maхimum", "maximum")
    "'х' is U+0445 CYRILLIC SMALL LETTER HA"
    """
    if one == other or skeleton(one) != skeleton(other):
        return ""
    plain = set(compatible(other))
    return code_points(sign for sign in one if compatible(sign) not in plain and not sign.isspace())
