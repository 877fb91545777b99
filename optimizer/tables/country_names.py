"""Countries and groups of a workbook: what a cell says becomes the one name of what it means."""

from __future__ import annotations

from collections.abc import Callable

from optimizer.tables.country_groups import GROUPS, NOT, CountrySets, parts_of
from optimizer.tables.findings import Findings
from optimizer.tables.iso_countries import country_cure, country_name
from optimizer.tables.schema import Column
from optimizer.tables.sheets import HERE, NONE, UNKNOWN, Country
from optimizer.tables.table import Table
from optimizer.tables.words import did_you_mean, fold, quoted

RESERVED = (HERE, UNKNOWN, NONE)
Fault = tuple[str, str | Callable[[], str]]
"""What is wrong with a word, and the cure."""


class CountryNames:
    """Names of countries and groups: those of ISO 3166 and those that the workbook declares."""

    def __init__(self, table: Table, found: Findings) -> None:
        self._declared: dict[str, str] = {}
        """Name of a country by the fold of a name or alias that the workbook declares."""
        self._known: dict[str, str] = {}
        self._groups: dict[str, str] = {fold(name): name for name in GROUPS}
        self._declare(table, found)
        values = table.values
        self._sets = CountrySets(
            _row(country, groups)
            for position, (country, groups) in enumerate(
                zip(values["country"], values["groups"], strict=True)
            )
            if position not in table.off
        )

    def _declare(self, table: Table, found: Findings) -> None:
        """Take the names, aliases and groups of the sheet Countries."""
        countries = table.values["country"]
        for position, word in enumerate(countries):
            if fold(word) in RESERVED:
                table.spoil(found, position, "country", f"{quoted(word)} cannot be a country")
                continue
            if position in table.off or not word:
                continue
            countries[position] = self._declared[fold(word)] = country_name(word) or word
        for position, aliases in enumerate(table.values["aliases"]):
            for alias in aliases if position not in table.off else ():
                other = self.name(alias)
                if fold(alias) in RESERVED or (other and other != countries[position]):
                    means = f"means {quoted(other)}" if other else "has a meaning of its own"
                    table.spoil(found, position, "aliases", f"{quoted(alias)} {means}")
                else:
                    self._declared[fold(alias)] = countries[position]
                    self._known.pop(alias, None)
        for position, groups in enumerate(table.values["groups"]):
            for group in groups if position not in table.off else ():
                if self.name(group):
                    table.spoil(
                        found, position, "groups", f"{quoted(group)} is a country, not a group"
                    )
                else:
                    self._groups.setdefault(fold(group), group)

    def name(self, word: str) -> str:
        """The one name of a country; empty if a word means none."""
        if word not in self._known:
            self._known[word] = self._declared.get(fold(word), "") or country_name(word)
        return self._known[word]

    def one(self, word: str) -> tuple[str, Fault | None]:
        """The country that a word means; the word itself and what is wrong where there is none."""
        name = self.name(word)
        return (name, None) if name else (word, (f"{quoted(word)} is no country", self._cure(word)))

    def _cure(self, word: str) -> str | Callable[[], str]:
        if fold(word) in RESERVED:
            return "write the country; here, unknown and none belong into a history"
        return lambda: country_cure(word)

    def several(self, words: tuple[str, ...]) -> tuple[tuple[str, ...], Fault | None]:
        """A list of countries, groups and exceptions in their one spelling; the first fault."""
        spelled = []
        for word in words:
            left_out = fold(word).startswith(NOT)
            bare = " ".join(word.split()[1:]) if left_out else word
            name = bare if bare == "*" and not left_out else self.name(bare)
            name = name or self._groups.get(fold(bare), "")
            if not name:
                return words, (f"{quoted(bare)} is neither a country nor a group", self._near(bare))
            spelled.append(NOT + name if left_out else name)
        found = tuple(dict.fromkeys(spelled))
        within, without = self._sets.names(found)
        if within is not None and found and not within - without:
            return words, ("nothing is left of the countries that it names", "leave out a not")
        return found, None

    def _near(self, word: str) -> str | Callable[[], str]:
        groups = did_you_mean(word, self._groups.values())
        return groups or self._cure(word)


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
    table: Table, name: str, column: Column, names: CountryNames, found: Findings
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
