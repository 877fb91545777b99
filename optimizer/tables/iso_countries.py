"""Countries of ISO 3166 by every name that people write for them.

Names come from pycountry (the data of Debian's iso-codes) and from
:mod:`optimizer.tables.country_aliases`, which alone is read for the usual ones. Nothing is
guessed: a word is a country only if it is one of its names, an abbreviation, or a code of two
or three letters.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Final

from optimizer.tables.confusable_letters import compatible, skeleton, visible, without_marks
from optimizer.tables.country_aliases import ALIASES, AMBIGUOUS, PARTS, PLAIN, SHORT
from optimizer.tables.text_matching import clean, listed, near, quoted, told_apart

_SIGNS: Final = re.compile(r"[\W_]+")
_SPACED: Final = re.compile(r"\b(\w) (?=\w\b)")
"""Single letters one after the other: ``p r c``."""
_PARTED: Final = re.compile(r"[(),;:/|\[\]–—-]+")
_DOUBTFUL: Final = re.compile(r"[^\w\s.,;:&'\"()\[\]/|-]|^\s*-")
"""Signs that say more than a name does: ``Chile?``, ``!China``, ``-China``."""
_ABSENT: Final = re.compile(r"n ?[/.] ?a ?\.?")
"""Not available, and not the code of Namibia."""
_SHORTENED: Final = {"rep": "republic", "dem": "democratic", "st": "saint"}
_PASSED_OVER: Final = ("the", "and")
SHORTEST: Final = 3
"""Shorter keys are codes and abbreviations, of which nothing is a misspelling."""
CLOSE: Final = 0.75
"""How alike a word is to a name of a country that it may be a misspelling of."""


def _key(name: str) -> str:
    """A name without accents, signs, articles and abbreviations.

    >>> _key("The People’s Rep. of  China"), _key("Côte d'Ivoire"), _key("U.S.A.")
    ('peoples republic of china', 'cote divoire', 'usa')
    """
    folded = _plain(name).replace("'", "")
    key = _SPACED.sub(r"\1", " ".join(_SIGNS.sub(" ", folded).split()))
    words = key.split()
    if len(words) < 2:
        return key
    return " ".join(_SHORTENED.get(word, word) for word in words if word not in _PASSED_OVER)


def _plain(name: str) -> str:
    return without_marks(compatible(visible(name)))


def country_name(word: str) -> str:
    """The one name of the country that a word means; empty if it means none.

    >>> country_name("PRC"), country_name("chn"), country_name("Côte d’Ivoire")
    ('China', 'China', "Côte d'Ivoire")
    >>> country_name("Atlantis"), country_name("Korea"), country_name("Chile?")
    ('', '', '')
    """
    text = clean(word)
    if text in _names():
        return text
    plain = _plain(text)
    key = _key(text)
    if not key or key in AMBIGUOUS or _DOUBTFUL.search(plain) or _ABSENT.fullmatch(plain):
        return ""
    return _known(key) or _of_parts(text)


def _known(key: str) -> str:
    return _usual().get(key) or _every().get(key, "")


def _of_parts(text: str) -> str:
    """The country of a name in parts that all mean it: ``China (PRC)``, ``CN - China``."""
    parts = [part for part in _PARTED.split(text) if part.strip()]
    if len(parts) < 2:
        return ""
    found = {_known(_key(part)) for part in parts}
    return found.pop() if len(found) == 1 else ""


@cache
def _names() -> frozenset[str]:
    return frozenset(PLAIN.values())


@cache
def _usual() -> dict[str, str]:
    """The one name of the usual countries by the key of each name and two-letter code."""
    names = {_key(name): name for name in PLAIN.values()}
    aliases = {_key(each): name for code, name in PLAIN.items() for each in _aliases(code)}
    return {code.casefold(): name for code, name in PLAIN.items()} | aliases | names


@cache
def _every() -> dict[str, str]:
    """The one name of each country by the key of every name and code that it has."""
    import pycountry

    index: dict[str, str] = {}
    codes: dict[str, str] = {}
    for country in pycountry.countries:
        code, common = country.alpha_2, getattr(country, "common_name", "")
        name = PLAIN.get(code) or SHORT.get(code) or common or country.name
        official = getattr(country, "official_name", "")
        own = (name, country.name, common, official, *_aliases(code))
        for each in (*own, *_turned(country.name), *_turned(official)):
            if _key(each):
                index.setdefault(_key(each), name)
        codes |= {code.casefold(): name, country.alpha_3.casefold(): name}
    return {**codes, **index}


def _aliases(code: str) -> list[str]:
    return ALIASES[code].split(", ") if code in ALIASES else []


def _turned(name: str) -> tuple[str, ...]:
    """``Korea, Republic of`` the other way round."""
    first, comma, rest = name.partition(", ")
    return (f"{rest} {first}",) if comma else ()


def country_names() -> tuple[str, ...]:
    """The one name of every country."""
    return tuple(dict.fromkeys(_every().values()))


def resembles_country(word: str) -> str:
    """The country of which a word that is none may be a misspelling; empty if there is none.

    >>> resembles_country("Chnia"), resembles_country("Repulic of Koera"), resembles_country("Ore")
    ('China', 'South Korea', '')
    """
    names = country_names()
    found = near(word, names, CLOSE) or near(skeleton(word), names, CLOSE)
    long = [key for key in _every() if len(key) > SHORTEST]
    return found or _every().get(near(_key(word), long, CLOSE), "")


def is_ambiguous(word: str) -> tuple[str, ...]:
    """The countries that a word may mean; empty unless there are several."""
    return AMBIGUOUS.get(_key(word), ())


def lies_in(word: str) -> str:
    """The country of a province or town that is no country; empty if it is not known."""
    key = _key(word)
    return next((name for name, own in PARTS.items() if key in map(_key, own.split(","))), "")


def country_cure(word: str) -> str:
    """What to write instead of a word that is no country: the nearest, or how to declare it."""
    key = _key(word)
    if _ABSENT.fullmatch(_plain(word)):
        return "write the country; Namibia is NA, without signs"
    if key in AMBIGUOUS:
        return f"it may be {listed(AMBIGUOUS[key])}: write which"
    if country := lies_in(word):
        return f"it lies in {country}: write {quoted(country)}"
    own = "A name of your own is declared in the sheet Countries"
    name = resembles_country(word)
    if name:
        return f"did you mean {quoted(name)}?{told_apart(word, name)} {own}"
    near_name = near(word, country_names(), CLOSE)
    hint = f"did you mean {quoted(near_name)}? " if near_name else ""
    return f"{hint}{own}"
