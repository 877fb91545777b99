"""Find countries of ISO 3166 by their names, aliases and codes.

Names come from pycountry (the data of Debian's iso-codes) and from
:mod:`optimizer.tables.country_aliases`. The latter suffices for the usual countries, so
pycountry is loaded only for others. Nothing is guessed: a word is a country only if it is a
name, an abbreviation or a code of two or three letters.
"""

from __future__ import annotations

import re
from functools import cache, partial
from typing import Final

from optimizer.tables.confusable_letters import (
    compatibility_fold,
    skeleton,
    visible_text,
    without_marks,
)
from optimizer.tables.country_aliases import (
    AMBIGUOUS_COUNTRY_NAMES,
    COUNTRY_ALIASES,
    REGIONS_BY_COUNTRY,
    SHORT_COUNTRY_NAMES,
    USUAL_COUNTRY_NAMES,
)
from optimizer.tables.text_matching import clean_text, closest_name, difference_hint, joined, quoted

_PUNCTUATION: Final = re.compile(r"[\W_]+")
_SPACED_INITIALS: Final = re.compile(r"\b(\w) (?=\w\b)")
"""Single letters in a row: ``p r c``."""
_PART_SEPARATOR: Final = re.compile(r"[(),;:/|\[\]–—-]+")
_QUALIFIERS: Final = re.compile(r"[^\w\s.,;:&'\"()\[\]/|-]|^\s*-")
"""Signs that qualify a name, which is then refused: ``Chile?``, ``!China``, ``-China``."""
_NOT_AVAILABLE: Final = re.compile(r"n ?[/.] ?a ?\.?")
"""``n/a`` and the like mean *not available*; Namibia's code is NA without signs."""
_ABBREVIATIONS: Final = {"rep": "republic", "dem": "democratic", "st": "saint"}
_IGNORED_WORDS: Final = ("the", "and")
MAX_CODE_LENGTH: Final = 3
"""Keys up to this length are codes and abbreviations; a word is no misspelling of them."""
COUNTRY_SIMILARITY_CUTOFF: Final = 0.75
"""Least similarity (ratio of difflib) of a misspelt word to the name of a country.

Chosen so that ``Repulic of Koera`` is recognised and words such as ``Ore`` are not.
"""


def _name_key(name: str) -> str:
    """A name without accents, punctuation and articles, and with abbreviations written out.

    >>> _name_key("The People’s Rep. of  China"), _name_key("Côte d'Ivoire"), _name_key("U.S.A.")
    ('peoples republic of china', 'cote divoire', 'usa')
    """
    folded = _plain_letters(name).replace("'", "")
    key = _SPACED_INITIALS.sub(r"\1", " ".join(_PUNCTUATION.sub(" ", folded).split()))
    words = key.split()
    if len(words) < 2:
        return key
    return " ".join(_ABBREVIATIONS.get(word, word) for word in words if word not in _IGNORED_WORDS)


def _plain_letters(name: str) -> str:
    return without_marks(compatibility_fold(visible_text(name)))


def country_name(word: str) -> str:
    """The canonical name of the country that a word means; empty if it means none.

    >>> country_name("PRC"), country_name("chn"), country_name("Côte d’Ivoire")
    ('China', 'China', "Côte d'Ivoire")
    >>> country_name("Atlantis"), country_name("Korea"), country_name("Chile?")
    ('', '', '')
    """
    text = clean_text(word)
    if text in _usual_names():
        return text
    plain = _plain_letters(text)
    key = _name_key(text)
    if (
        not key
        or key in AMBIGUOUS_COUNTRY_NAMES
        or _QUALIFIERS.search(plain)
        or _NOT_AVAILABLE.fullmatch(plain)
    ):
        return ""
    return _name_by_key(key) or _name_of_parts(text)


def _name_by_key(key: str) -> str:
    return _usual_names_by_key().get(key) or _all_names_by_key().get(key, "")


def _name_of_parts(text: str) -> str:
    """The country that all parts of a name mean: ``China (PRC)``, ``CN - China``."""
    parts = [part for part in _PART_SEPARATOR.split(text) if part.strip()]
    if len(parts) < 2:
        return ""
    names = {_name_by_key(_name_key(part)) for part in parts}
    return names.pop() if len(names) == 1 else ""


@cache
def _usual_names() -> frozenset[str]:
    return frozenset(USUAL_COUNTRY_NAMES.values())


@cache
def _usual_names_by_key() -> dict[str, str]:
    """Canonical names of the usual countries by the key of each name and two-letter code."""
    names = {_name_key(name): name for name in USUAL_COUNTRY_NAMES.values()}
    aliases = {
        _name_key(alias): name
        for code, name in USUAL_COUNTRY_NAMES.items()
        for alias in _aliases(code)
    }
    return {code.casefold(): name for code, name in USUAL_COUNTRY_NAMES.items()} | aliases | names


@cache
def _all_names_by_key() -> dict[str, str]:
    """Canonical names of all countries by the key of each of their names and codes."""
    import pycountry

    index: dict[str, str] = {}
    codes: dict[str, str] = {}
    for country in pycountry.countries:
        code, common = country.alpha_2, getattr(country, "common_name", "")
        name = (
            USUAL_COUNTRY_NAMES.get(code) or SHORT_COUNTRY_NAMES.get(code) or common or country.name
        )
        official = getattr(country, "official_name", "")
        aliases = (name, country.name, common, official, *_aliases(code))
        for alias in (*aliases, *_inverted(country.name), *_inverted(official)):
            if _name_key(alias):
                index.setdefault(_name_key(alias), name)
        codes |= {code.casefold(): name, country.alpha_3.casefold(): name}
    return {**codes, **index}


def _aliases(code: str) -> list[str]:
    return COUNTRY_ALIASES[code].split(", ") if code in COUNTRY_ALIASES else []


def _inverted(name: str) -> tuple[str, ...]:
    """The name ``Korea, Republic of`` as ``Republic of Korea``."""
    first, comma, rest = name.partition(", ")
    return (f"{rest} {first}",) if comma else ()


def country_names() -> tuple[str, ...]:
    """Canonical names of all countries."""
    return tuple(dict.fromkeys(_all_names_by_key().values()))


def resembles_country(word: str) -> str:
    """The country whose name a word may misspell; empty if there is none.

    >>> resembles_country("Chnia"), resembles_country("Repulic of Koera"), resembles_country("Ore")
    ('China', 'South Korea', '')
    """
    nearest = partial(closest_name, ratio=COUNTRY_SIMILARITY_CUTOFF)
    names = country_names()
    if name := nearest(word, names) or nearest(skeleton(word), names):
        return name
    long_keys = [key for key in _all_names_by_key() if len(key) > MAX_CODE_LENGTH]
    return _all_names_by_key().get(nearest(_name_key(word), long_keys), "")


def possible_countries(word: str) -> tuple[str, ...]:
    """The countries that an ambiguous word may mean; empty for any other word."""
    return AMBIGUOUS_COUNTRY_NAMES.get(_name_key(word), ())


def country_of_region(word: str) -> str:
    """The country of a province, state or town; empty if the region is not known."""
    key = _name_key(word)
    return next(
        (
            name
            for name, regions in REGIONS_BY_COUNTRY.items()
            if key in map(_name_key, regions.split(","))
        ),
        "",
    )


def country_cure(word: str) -> str:
    """The cure for a word that is no country: the nearest name, or how to declare one."""
    key = _name_key(word)
    if _NOT_AVAILABLE.fullmatch(_plain_letters(word)):
        return "write the country; Namibia is NA, without signs"
    if key in AMBIGUOUS_COUNTRY_NAMES:
        return f"it may be {joined(AMBIGUOUS_COUNTRY_NAMES[key])}: write which"
    if country := country_of_region(word):
        return f"it lies in {country}: write {quoted(country)}"
    declaration = "Declare a name of your own in the sheet Countries"
    if resembling := resembles_country(word):
        return (
            f"did you mean {quoted(resembling)}?{difference_hint(word, resembling)} {declaration}"
        )
    return declaration
