"""Countries and groups of a workbook: what a cell says becomes the one name of what it means."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from optimizer.tables.country_groups import GROUPS, NOT, CountrySets, parts_of
from optimizer.tables.findings import Findings
from optimizer.tables.iso_countries import (
    country_cure,
    country_name,
    is_ambiguous,
    lies_in,
    resembles_country,
)
from optimizer.tables.schema import Column
from optimizer.tables.sheet_table import SheetTable
from optimizer.tables.sheets import HERE, NONE, UNKNOWN, Country
from optimizer.tables.text_matching import did_you_mean, fold, quoted, told_apart

RESERVED = (HERE, UNKNOWN, NONE)
Cure = str | Callable[[], str]
Fault = tuple[str, Cure]
"""What is wrong with a word, and the cure."""
_NEGATED: Final = re.compile(
    r"(?:no|non|not|except|excluding|excl\.?|without|outside|other than|all but|anything but"
    r"|everything but|!=?|<>|≠|¬|~|-|\^)[\s-]*(?P<rest>.+)",
    re.IGNORECASE,
)
"""Ways to leave a country out other than ``not NAME``."""
_JOINED: Final = re.compile(r"\s+(?:and|or)\s+|[&/+|]", re.IGNORECASE)
_WORDS_TOO: Final = {"na": "not available", "no": "no"}
"""Codes of countries that are words as well."""


class CountryNames:
    """Names of countries and groups: those of ISO 3166 and those that the workbook declares."""

    def __init__(self, table: SheetTable, found: Findings) -> None:
        self._declared: dict[str, str] = {}
        """Name of a country by the fold of a name or alias that the workbook declares."""
        self._known: dict[str, str] = {}
        self._groups: dict[str, str] = {
            fold(word): name for name, group in GROUPS.items() for word in (name, *group.aliases)
        }
        self._declare(table, found)
        values = table.values
        self._sets = CountrySets(
            _row(country, groups)
            for position, (country, groups) in enumerate(
                zip(values["country"], values["groups"], strict=True)
            )
            if position not in table.off
        )

    def _declare(self, table: SheetTable, found: Findings) -> None:
        """Take the names, aliases and groups of the sheet Countries."""
        countries = table.values["country"]
        rows = [at for at in range(len(countries)) if at not in table.off and countries[at]]
        for position in rows:
            word = countries[position]
            if fault := self._undeclarable(word):
                table.spoil(found, position, "country", *fault)
            else:
                countries[position] = self._declared[fold(word)] = country_name(word) or word
        for position in rows:
            for alias in table.values["aliases"][position]:
                if fault := self._no_alias(alias, countries[position]):
                    table.spoil(found, position, "aliases", *fault)
                else:
                    self._declared[fold(alias)] = countries[position]
        self._known.clear()
        for position in rows:
            groups = table.values["groups"]
            for group in groups[position]:
                if fault := self._no_group(group):
                    table.spoil(found, position, "groups", *fault)
                else:
                    self._groups.setdefault(fold(group), group)
            groups[position] = tuple(
                self._groups.get(fold(name), name) for name in groups[position]
            )

    def _undeclarable(self, word: str) -> Fault | None:
        """What is wrong with a name of one's own: it has another meaning, or nearly."""
        if country_name(word):
            return None
        if fault := self._meaningful(word):
            return fault
        if fold(word) in self._groups:
            return f"{quoted(word)} is a group of countries", "write a country"
        if may_be := is_ambiguous(word):
            told = " or ".join(map(quoted, may_be))
            return f"{quoted(word)} means {told}", "write it under aliases of the one that is meant"
        if country := lies_in(word) or resembles_country(word):
            cure = (
                f"write {quoted(word)} under aliases of {quoted(country)}, or choose another name"
            )
            told = told_apart(word, country)
            return f"{quoted(word)} may be taken for {quoted(country)}", f"{cure}.{told}".rstrip(
                "."
            )
        return None

    def _meaningful(self, word: str) -> Fault | None:
        """What is wrong with a word that has a meaning of its own."""
        if fold(word) in (*RESERVED, NOT.strip()) or fold(word).startswith(NOT):
            return f"{quoted(word)} has a meaning of its own", "choose another name"
        if re.search("[,;:\\[\\]]", word):
            return f"{quoted(word)} has a sign that parts names", "choose another name"
        return None

    def _no_alias(self, alias: str, country: str) -> Fault | None:
        """What is wrong with an alias of a country."""
        if fault := self._meaningful(alias):
            return fault
        if fold(alias) in self._groups:
            return f"{quoted(alias)} is a group of countries", "choose another name"
        other = self.name(alias)
        if other and other != country:
            return f"{quoted(alias)} means {quoted(other)}", "choose another name"
        may_be = is_ambiguous(alias)
        if may_be and country not in may_be:
            return (
                f"{quoted(alias)} means {' or '.join(map(quoted, may_be))}",
                "choose another name",
            )
        return None

    def _no_group(self, group: str) -> Fault | None:
        """What is wrong with the name of a group."""
        if fault := self._meaningful(group):
            return fault
        if self.name(group):
            return f"{quoted(group)} is a country, not a group", "choose another name"
        return None

    def name(self, word: str) -> str:
        """The one name of a country; empty if a word means none."""
        if word not in self._known:
            self._known[word] = self._declared.get(fold(word), "") or country_name(word)
        return self._known[word]

    def one(self, word: str) -> tuple[str, Fault | None]:
        """The country that a word means; the word itself and what is wrong where there is none."""
        name = self.name(word)
        return (name, None) if name else (word, (f"{quoted(word)} is no country", self._cure(word)))

    def _cure(self, word: str) -> Cure:
        if fold(word) in RESERVED:
            return "write the country; here, unknown and none belong into a history"
        if fold(word) in self._groups:
            return "it is a group of countries: write one country"
        return lambda: country_cure(word)

    def several(self, words: tuple[str, ...]) -> tuple[tuple[str, ...], Fault | None]:
        """A list of countries, groups and exceptions in their one spelling; the first fault."""
        spelled: list[str] = []
        left = list(words)
        while left:
            word = left.pop(0)
            name = self._member(word)
            if not name and left and (name := self._member(f"{word}, {left[0]}")):
                left.pop(0)  # Korea, Republic of
            elif not name and spelled and (name := self._member(f"{spelled[-1]}, {word}")):
                spelled.pop()  # Iran, Islamic Republic of
            if not name:
                bare = _bare(word)
                return words, (f"{quoted(bare)} is neither a country nor a group", self._near(word))
            spelled.append(name)
        found = tuple(dict.fromkeys(spelled))
        within, without = self._sets.names(found)
        if within is not None and found and not within - without:
            return words, ("nothing is left of the countries that it names", "leave out a not")
        return found, None

    def _member(self, word: str) -> str:
        """One country, group or exception in its one spelling; empty if it is none."""
        bare = _bare(word)
        if word == "*":
            return word
        name = self._groups.get(fold(bare), "") or self.name(bare)
        return NOT + name if name and bare != word else name

    def _near(self, word: str) -> Cure:
        found = _NEGATED.fullmatch(word)
        if found and (name := self._member(found["rest"])):
            return f"write {NOT}{name}" if not name.startswith(NOT) else "write not once"
        parts = [part.strip() for part in _JOINED.split(word)]
        if len(parts) > 1 and all(self._member(part) for part in parts):
            return "separate names by commas"
        groups = did_you_mean(_bare(word), self._groups.values())
        return groups or self._cure(_bare(word))


def _bare(word: str) -> str:
    """What stands behind ``not``, or the word itself."""
    return " ".join(word.split()[1:]) if fold(word).startswith(NOT) else word


def _row(country: str, groups: tuple[str, ...]) -> Country:
    return Country(
        row=0,
        active=True,
        notes="",
        source="",
        confidence="",
        country=country,
        aliases=(),
        groups=groups,
    )


def spell_countries(
    table: SheetTable, name: str, column: Column, names: CountryNames, found: Findings
) -> None:
    """Write each country of a column in its one name; complain of words that are none."""
    values = table.values[name]
    for position, value in enumerate(values):
        if not value or name in table.bad.get(position, ()):
            continue
        if column.words == "country":
            values[position], fault = names.one(value)
        elif isinstance(value, tuple):
            values[position], fault = names.several(value)
        elif value == "*":
            continue
        else:
            parts, fault = names.several(parts_of(value))
            values[position] = ", ".join(parts)
        if fault:
            table.spoil(found, position, name, *fault)
        elif isinstance(value, str) and fold(value) in _WORDS_TOO:
            table.warn(
                found,
                position,
                name,
                f"{quoted(value)} is read as {values[position]}, and not as "
                f"{_WORDS_TOO[fold(value)]}",
                "write the country's name",
            )
