"""Compare names by their letters, and find letters that are easily confused.

Two names are equal if they read the same: after Unicode's compatibility folding (NFKC), without
invisible characters, with one kind of quote, hyphen and space, and without regard to case. Names
that only look the same, such as a Latin and a Cyrillic one, stay different and are reported.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from typing import Final

_QUOTES: Final = "‘’‚‛′‵`´ʹʻʼʽˈ"
_DOUBLE_QUOTES: Final = "“”„‟″«»"
_HYPHENS: Final = "‐‑‒–—―−⁃﹘"
_PLAIN_PUNCTUATION: Final = {
    **dict.fromkeys(map(ord, _QUOTES), "'"),
    **dict.fromkeys(map(ord, _DOUBLE_QUOTES), '"'),
    **dict.fromkeys(map(ord, _HYPHENS), "-"),
}
_IGNORABLE_RANGES: Final = (
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
"""Ranges of invisible code points: Default_Ignorable_Code_Point of Unicode 15.1."""
_SPACE_CONTROLS: Final = "\t\n\v\f\r\x1c\x1d\x1e\x1f\x85\u2800"
"""Control characters that separate words, and the blank braille pattern."""

_CONFUSABLE_LETTERS: Final = str.maketrans(
    # Cyrillic, Greek, Armenian and rare Latin letters, and the Latin letters that they look like
    "авеіјкмнорсѕтухһӏүԁԛԝАВЕІЈКМНОРСЅТУХҺӀҮԌԚԜαεικνορτυχΑΒΕΖΗΙΚΜΝΟΡΤΥΧօսոհıɑɡɩᴀᴄᴏᴠᴡᴢ",
    "abeijkmhopcstyxhlydqwABEIJKMHOPCSTYXHIYGQWaeiKvoptuxABEZHIKMNOPTYXounhiagiacovwz",
)
_SIMILAR_GLYPHS: Final = str.maketrans("0|1I", "Olll")
"""Characters that most typefaces hardly distinguish."""
_SEPARATORS: Final = str.maketrans("，、،﹐﹑；؛﹔：﹕［］【】〔〕", ",,,,,;;;::[][][]")
_ALPHABETS: Final = ("LATIN", "CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE", "COPTIC")
_GREEK_SYMBOLS: Final = frozenset("µμΩπ")
"""Greek letters that Latin words may contain, as units and constants."""
_WORD: Final = re.compile(r"[^\W_]+")


def visible_text(text: str) -> str:
    """Text in composed form (NFC), without invisible characters and with plain spaces."""
    visible_chars = (char for char in unicodedata.normalize("NFC", text) if not _is_invisible(char))
    chars = (" " if _is_space(char) else char for char in visible_chars)
    return unicodedata.normalize("NFC", "".join(chars))


def _is_invisible(char: str) -> bool:
    code, category = ord(char), unicodedata.category(char)
    if category == "Cc":
        return char not in _SPACE_CONTROLS
    return category == "Cf" or any(first <= code <= last for first, last in _IGNORABLE_RANGES)


def _is_space(char: str) -> bool:
    return char in _SPACE_CONTROLS or unicodedata.category(char) in ("Zl", "Zp", "Zs")


def compatibility_fold(text: str) -> str:
    """Text with one form of compatible letters, quotes and hyphens, in lower case.

    >>> compatibility_fold("Ｃôte d’Ivoire — ﬁne")
    "côte d'ivoire - fine"
    """
    plain = text.translate(_PLAIN_PUNCTUATION)  # before NFKC, which decomposes some quotes
    folded = unicodedata.normalize("NFKC", plain).translate(_PLAIN_PUNCTUATION).casefold()
    return unicodedata.normalize("NFKC", folded)


def plain_separators(text: str) -> str:
    """Text with the commas, semicolons, colons and brackets of other scripts replaced by ASCII.

    >>> plain_separators("mined：中国［Baotou］；separated：Malaysia")
    'mined:中国[Baotou];separated:Malaysia'
    """
    return text if text.isascii() else text.translate(_SEPARATORS)


def without_marks(text: str) -> str:
    """Text without accents and other combining marks: ``Türkiye`` becomes ``Turkiye``."""
    decomposed = unicodedata.normalize("NFKD", text)
    return "".join(char for char in decomposed if not unicodedata.combining(char))


def accented_skeleton(text: str) -> str:
    """What a name looks like, whatever the alphabet of its letters; for comparison only.

    >>> accented_skeleton("СОРА") == accented_skeleton("copa")
    True
    >>> accented_skeleton("Peña") == accented_skeleton("Pena")
    False
    """
    return compatibility_fold(
        unicodedata.normalize("NFD", visible_text(text)).translate(_CONFUSABLE_LETTERS)
    )


def skeleton(text: str) -> str:
    """What a name looks like without its accents.

    >>> skeleton("СОРА") == skeleton("copa"), skeleton("Peña") == skeleton("Pena")
    (True, True)
    """
    return accented_skeleton(without_marks(text))


def mixed_alphabets(text: str) -> str:
    """The letters, with code points, that do not fit their word's alphabet; empty if all do.

    >>> mixed_alphabets("Сhina")
    "'С' is U+0421 CYRILLIC CAPITAL LETTER ES"
    >>> mixed_alphabets("β-Fe"), mixed_alphabets("µm"), mixed_alphabets("Россия")
    ('', '', '')
    """
    for word in _WORD.findall(unicodedata.normalize("NFKC", visible_text(text).replace("µ", ""))):
        alphabets = {char: _alphabet(char) for char in word if char not in _GREEK_SYMBOLS}
        if len({alphabet for alphabet in alphabets.values() if alphabet}) > 1:
            return code_points(
                char for char, alphabet in alphabets.items() if alphabet not in ("", "LATIN")
            )
    return ""


def _alphabet(char: str) -> str:
    first = unicodedata.name(char, "").partition(" ")[0]
    return first if first in _ALPHABETS else ""


def code_points(chars: Iterable[str]) -> str:
    """Letters with their code points and names: ``'С' is U+0421 CYRILLIC CAPITAL LETTER ES``."""
    descriptions = (
        f"{char!r} is U+{ord(char):04X} {unicodedata.name(char, 'without a name')}"
        for char in dict.fromkeys(chars)
    )
    return ", ".join(descriptions)


def confusable_difference(one: str, other: str) -> str:
    """How two names that look alike differ; empty if they do not look alike.

    >>> confusable_difference("maхimum", "maximum")
    "'х' is U+0445 CYRILLIC SMALL LETTER HA"
    >>> confusable_difference("KazO", "Kaz0")
    "'O' is U+004F LATIN CAPITAL LETTER O"
    """
    if one == other or _printed_skeleton(one) != _printed_skeleton(other):
        return ""
    visible_one, visible_other = visible_text(one), visible_text(other)
    if len(visible_one) == len(visible_other):
        pairs = zip(visible_one, visible_other, strict=True)
        return code_points(
            char
            for char, counterpart in pairs
            if compatibility_fold(char) != compatibility_fold(counterpart)
        )
    plain = set(compatibility_fold(other))
    return code_points(
        char for char in one if compatibility_fold(char) not in plain and not char.isspace()
    )


def _printed_skeleton(text: str) -> str:
    return skeleton(text.translate(_SIMILAR_GLYPHS))
