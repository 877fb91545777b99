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
_IGNORABLE: Final = (
    (0x00AD, 0x00AD),
    (0x034F, 0x034F),
    (0x061C, 0x061C),
    (0x115F, 0x1160),
    (0x17B4, 0x17B5),
    (0x180B, 0x180F),
    (0x200B, 0x200F),
    (0x202A, 0x202E),
    (0x2060, 0x206F),
    (0x3164, 0x3164),
    (0xFE00, 0xFE0F),
    (0xFEFF, 0xFEFF),
    (0xFFA0, 0xFFA0),
    (0xFFF0, 0xFFFB),
    (0x1BCA0, 0x1BCA3),
    (0x1D173, 0x1D17A),
    (0xE0000, 0xE0FFF),
)
"""Code points without a shape: Default_Ignorable_Code_Point of Unicode 15.1."""
_SPACING: Final = "\t\n\v\f\r\x1c\x1d\x1e\x1f\x85\u2800"
"""Controls that part words, and the braille pattern without a dot."""

_LOOK_ALIKE: Final = str.maketrans(
    # Cyrillic, Greek, Armenian and rare Latin letters with the Latin ones that they look like.
    "авеіјкмнорсѕтухһӏүԁԛԝАВЕІЈКМНОРСЅТУХҺӀҮԌԚԜαεικνορτυχΑΒΕΖΗΙΚΜΝΟΡΤΥΧօսոհıɑɡɩᴀᴄᴏᴠᴡᴢ",
    "abeijkmhopcstyxhlydqwABEIJKMHOPCSTYXHIYGQWaeiKvoptuxABEZHIKMNOPTYXounhiagiacovwz",
)
_IN_PRINT: Final = str.maketrans("0|1I", "Olll")
"""Signs that differ in code and, in most type faces, hardly in print."""
_SEPARATORS: Final = str.maketrans("，、،﹐﹑；؛﹔：﹕［］【】〔〕", ",,,,,;;;::[][][]")
_ALPHABETS: Final = ("LATIN", "CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE", "COPTIC")
_SYMBOLS: Final = frozenset("µμΩπ")
"""Greek letters that are units and constants beside Latin ones."""
_WORD: Final = re.compile(r"[^\W_]+")


def visible(text: str) -> str:
    """Text without invisible characters, with composed letters and plain spaces."""
    kept = (sign for sign in unicodedata.normalize("NFC", text) if not _invisible(sign))
    signs = (" " if _is_space(sign) else sign for sign in kept)
    return unicodedata.normalize("NFC", "".join(signs))


def _invisible(sign: str) -> bool:
    code, category = ord(sign), unicodedata.category(sign)
    if category == "Cc":
        return sign not in _SPACING
    return category == "Cf" or any(first <= code <= last for first, last in _IGNORABLE)


def _is_space(sign: str) -> bool:
    return sign in _SPACING or unicodedata.category(sign) in ("Zl", "Zp", "Zs")


def compatible(text: str) -> str:
    """Text with compatible letters, quotes and hyphens as one, in lower case.

    >>> compatible("Ｃôte d’Ivoire — ﬁne")
    "côte d'ivoire - fine"
    """
    marked = text.translate(_ONE_KIND)  # before NFKC, which takes some quotes apart
    folded = unicodedata.normalize("NFKC", marked).translate(_ONE_KIND).casefold()
    return unicodedata.normalize("NFKC", folded)


def plain_separators(text: str) -> str:
    """Text with the commas, semicolons, colons and brackets of other scripts as the plain ones.

    >>> plain_separators("mined：中国［Baotou］；separated：Malaysia")
    'mined:中国[Baotou];separated:Malaysia'
    """
    return text if text.isascii() else text.translate(_SEPARATORS)


def without_marks(text: str) -> str:
    """Text without accents and other marks: ``Türkiye`` becomes ``Turkiye``."""
    apart = unicodedata.normalize("NFKD", text)
    return "".join(sign for sign in apart if not unicodedata.combining(sign))


def look(text: str) -> str:
    """What a name looks like, whatever alphabet its letters are of; for comparison only.

    >>> look("СОРА") == look("copa"), look("Peña") == look("Pena")
    (True, False)
    """
    return compatible(unicodedata.normalize("NFD", visible(text)).translate(_LOOK_ALIKE))


def skeleton(text: str) -> str:
    """What a name looks like without its accents.

    >>> skeleton("СОРА") == skeleton("copa"), skeleton("Peña") == skeleton("Pena")
    (True, True)
    """
    return look(without_marks(text))


def mixed_alphabets(text: str) -> str:
    """The letters, with code points, that mix alphabets in one word; empty if none do.

    >>> mixed_alphabets("Сhina")
    "'С' is U+0421 CYRILLIC CAPITAL LETTER ES"
    >>> mixed_alphabets("β-Fe"), mixed_alphabets("µm"), mixed_alphabets("Россия")
    ('', '', '')
    """
    for word in _WORD.findall(unicodedata.normalize("NFKC", visible(text).replace("µ", ""))):
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
    >>> difference("KazO", "Kaz0")
    "'O' is U+004F LATIN CAPITAL LETTER O"
    """
    if one == other or _in_print(one) != _in_print(other):
        return ""
    ours, theirs = visible(one), visible(other)
    if len(ours) == len(theirs):
        pairs = zip(ours, theirs, strict=True)
        return code_points(sign for sign, own in pairs if compatible(sign) != compatible(own))
    plain = set(compatible(other))
    return code_points(sign for sign in one if compatible(sign) not in plain and not sign.isspace())


def _in_print(text: str) -> str:
    return skeleton(text.translate(_IN_PRINT))
