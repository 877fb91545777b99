"""Resolve the countries and groups that a workbook names to their canonical names."""

from __future__ import annotations

import re
from typing import Final

from optimizer.tables.country_groups import (
    COUNTRY_GROUPS,
    NEGATION_PREFIX,
    CountrySets,
    country_list_entries,
)
from optimizer.tables.findings import Findings, Hint
from optimizer.tables.histories import RESERVED_COUNTRY_WORDS
from optimizer.tables.iso_countries import (
    country_cure,
    country_name,
    country_of_region,
    possible_countries,
    resembles_country,
)
from optimizer.tables.missing_names import MissingNames, NameCell
from optimizer.tables.schema import Column
from optimizer.tables.sheet_table import SheetTable
from optimizer.tables.sheets import Country
from optimizer.tables.text_matching import did_you_mean, difference_hint, fold, quoted

NameFault = tuple[str, Hint]
"""What is wrong with a name, and the cure."""
_NEGATION: Final = re.compile(
    r"(?:no|non|not|except|excluding|excl\.?|without|outside|other than|all but|anything but"
    r"|everything but|!=?|<>|≠|¬|~|-|\^)[\s-]*(?P<rest>.+)",
    re.IGNORECASE,
)
"""Ways to exclude a country other than ``not NAME``."""
_CONJUNCTION: Final = re.compile(r"\s+(?:and|or)\s+|[&/+|]", re.IGNORECASE)
_CODES_THAT_ARE_WORDS: Final = {"na": "not available", "no": "no"}
"""Codes of countries that are words too, with their meaning."""


class CountryNames:
    """Names of countries and groups, from ISO 3166 and from the workbook's sheet Countries."""

    def __init__(self, table: SheetTable, findings: Findings) -> None:
        self._declared: dict[str, str] = {}
        """Country by the fold of each name and alias that the workbook declares."""
        self._known: dict[str, str] = {}
        """Cache of :meth:`name`."""
        self._groups: dict[str, str] = {
            fold(word): name
            for name, group in COUNTRY_GROUPS.items()
            for word in (name, *group.aliases)
        }
        self._declare(table, findings)
        values = table.values
        self._sets = CountrySets(
            _country_row(country, groups)
            for position, (country, groups) in enumerate(
                zip(values["country"], values["groups"], strict=True)
            )
            if position not in table.inactive
        )

    def _declare(self, table: SheetTable, findings: Findings) -> None:
        """Read the names, aliases and groups of the sheet Countries; report invalid ones."""
        countries = table.values["country"]
        rows = [
            position
            for position in range(len(countries))
            if position not in table.inactive and countries[position]
        ]
        for position in rows:
            word = countries[position]
            if fault := self._declaration_fault(word):
                table.add_unreadable(findings, position, "country", *fault)
            else:
                countries[position] = self._declared[fold(word)] = country_name(word) or word
        for position in rows:
            for alias in table.values["aliases"][position]:
                if fault := self._alias_fault(alias, countries[position]):
                    table.add_unreadable(findings, position, "aliases", *fault)
                else:
                    self._declared[fold(alias)] = countries[position]
        self._known.clear()
        for position in rows:
            groups = table.values["groups"]
            for group in groups[position]:
                if fault := self._group_fault(group):
                    table.add_unreadable(findings, position, "groups", *fault)
                else:
                    self._groups.setdefault(fold(group), group)
            groups[position] = tuple(
                self._groups.get(fold(name), name) for name in groups[position]
            )

    def _declaration_fault(self, word: str) -> NameFault | None:
        """What is wrong with a declared name: it has another meaning, or resembles a country."""
        if country_name(word):
            return None
        if fault := self._reserved_fault(word):
            return fault
        if fold(word) in self._groups:
            return f"{quoted(word)} is a group of countries", "write a country"
        if meanings := possible_countries(word):
            names = " or ".join(map(quoted, meanings))
            return (
                f"{quoted(word)} means {names}",
                "write it under aliases of the one that is meant",
            )
        if country := country_of_region(word) or resembles_country(word):
            message = f"{quoted(word)} may be taken for {quoted(country)}"
            cure = (
                f"write {quoted(word)} under aliases of {quoted(country)}, or choose another name"
            )
            return message, f"{cure}.{difference_hint(word, country)}".rstrip(".")
        return None

    def _reserved_fault(self, word: str) -> NameFault | None:
        """What is wrong with a reserved word, or with one that contains a separator."""
        if fold(word) in (*RESERVED_COUNTRY_WORDS, NEGATION_PREFIX.strip()) or fold(
            word
        ).startswith(NEGATION_PREFIX):
            return f"{quoted(word)} is a reserved word", "choose another name"
        if re.search("[,;:\\[\\]]", word):
            return f"{quoted(word)} has a character that separates names", "choose another name"
        return None

    def _alias_fault(self, alias: str, country: str) -> NameFault | None:
        """What is wrong with an alias of a country, None if nothing is."""
        if fault := self._reserved_fault(alias):
            return fault
        if fold(alias) in self._groups:
            return f"{quoted(alias)} is a group of countries", "choose another name"
        other = self.name(alias)
        if other and other != country:
            return f"{quoted(alias)} means {quoted(other)}", "choose another name"
        meanings = possible_countries(alias)
        if meanings and country not in meanings:
            return (
                f"{quoted(alias)} means {' or '.join(map(quoted, meanings))}",
                "choose another name",
            )
        return None

    def _group_fault(self, group: str) -> NameFault | None:
        """What is wrong with the name of a group, None if nothing is."""
        if fault := self._reserved_fault(group):
            return fault
        if self.name(group):
            return f"{quoted(group)} is a country, not a group", "choose another name"
        return None

    def name(self, word: str) -> str:
        """The canonical name of the country that a word means; empty if it means none."""
        if word not in self._known:
            self._known[word] = self._declared.get(fold(word), "") or country_name(word)
        return self._known[word]

    def one(self, word: str) -> tuple[str, NameFault | None]:
        """The country that a word means and None, or the word itself and what is wrong with it."""
        name = self.name(word)
        return (
            (name, None) if name else (word, (f"{quoted(word)} is not a country", self._cure(word)))
        )

    def _cure(self, word: str) -> Hint:
        if fold(word) in RESERVED_COUNTRY_WORDS:
            return "write the country; here, unknown and none are allowed only in a history"
        if fold(word) in self._groups:
            return "it is a group of countries: write one country"
        return lambda: country_cure(word)

    def several(self, words: tuple[str, ...]) -> tuple[tuple[str, ...], NameFault | None]:
        """A list of countries, groups and exceptions in canonical names, and the first fault.

        A name that contains a comma, such as ``Korea, Republic of``, arrives in two parts; they
        are joined. A list with a fault is returned unchanged.
        """
        members: list[str] = []
        remaining = list(words)
        while remaining:
            word = remaining.pop(0)
            member = self._member_name(word)
            if (
                not member
                and remaining
                and (member := self._member_name(f"{word}, {remaining[0]}"))
            ):
                remaining.pop(0)  # Korea, Republic of
            elif not member and members and (member := self._member_name(f"{members[-1]}, {word}")):
                members.pop()  # Iran, Islamic Republic of
            if not member:
                bare = _without_not(word)
                return words, (
                    f"{quoted(bare)} is neither a country nor a group",
                    self._member_cure(word),
                )
            members.append(member)
        countries = tuple(dict.fromkeys(members))
        included, excluded = self._sets.names(countries)
        if included is not None and countries and not included - excluded:
            return words, ("no country is left after the exclusions", "remove a not")
        return countries, None

    def _member_name(self, word: str) -> str:
        """Canonical name of a country, group or exception; empty if a word is none of them."""
        bare = _without_not(word)
        if word == "*":
            return word
        name = self._groups.get(fold(bare), "") or self.name(bare)
        return NEGATION_PREFIX + name if name and bare != word else name

    def _member_cure(self, word: str) -> Hint:
        negation = _NEGATION.fullmatch(word)
        if negation and (name := self._member_name(negation["rest"])):
            return (
                f"write {NEGATION_PREFIX}{name}"
                if not name.startswith(NEGATION_PREFIX)
                else "write not once"
            )
        parts = [part.strip() for part in _CONJUNCTION.split(word)]
        if len(parts) > 1 and all(self._member_name(part) for part in parts):
            return "separate names by commas"
        groups = did_you_mean(_without_not(word), self._groups.values())
        return groups or self._cure(_without_not(word))


def _without_not(word: str) -> str:
    """The name behind ``not``, or the word itself if it does not start with ``not``."""
    return " ".join(word.split()[1:]) if fold(word).startswith(NEGATION_PREFIX) else word


def _country_row(country: str, groups: tuple[str, ...]) -> Country:
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


def canonicalise_countries(
    table: SheetTable,
    name: str,
    column: Column,
    names: CountryNames,
    missing: MissingNames,
    findings: Findings,
) -> None:
    """Replace each country of a column by its canonical name; report words that are none."""
    values = table.values[name]
    for position, value in enumerate(values):
        if not value or name in table.unreadable.get(position, ()):
            continue
        if column.vocabulary == "country":
            values[position], fault = names.one(value)
        elif isinstance(value, tuple):
            values[position], fault = names.several(value)
        elif value == "*":
            continue
        else:
            parts, fault = names.several(country_list_entries(value))
            values[position] = ", ".join(parts)
        if fault:
            missing.add(NameCell(table, position, name), *fault)
        elif isinstance(value, str) and fold(value) in _CODES_THAT_ARE_WORDS:
            table.add_warning(
                findings,
                position,
                name,
                f"{quoted(value)} is read as {values[position]}, and not as "
                f"{_CODES_THAT_ARE_WORDS[fold(value)]}",
                "write the country's name",
            )
