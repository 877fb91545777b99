"""One spelling for each name: that of the sheet that defines it, else its first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from functools import partial
from typing import Any

from msgspec import Struct, field

from optimizer.tables.country_names import RESERVED, CountryNames, spell_countries
from optimizer.tables.findings import Findings
from optimizer.tables.schema import SHEETS, Column
from optimizer.tables.sheet_table import SheetTable
from optimizer.tables.sheets import ABSENT, NONE, SETTINGS, STAGES, UNKNOWN, Event
from optimizer.tables.text_matching import did_you_mean, fold, quoted

DOMAINS = {"place": "owner"}
"""Vocabularies that are one: the name in a history is a site, an owner or a place."""


class Vocabulary(Struct):
    """Free words: one spelling by fold, how often each stands, and where first."""

    names: dict[str, str] = field(default_factory=dict)
    counts: Counter[str] = field(default_factory=Counter)
    first: dict[str, tuple[str, int, str]] = field(default_factory=dict)
    """Sheet, position and attribute of the first appearance."""

    def spelled(self, word: str) -> str:
        """The one spelling of a word; a new word is its own."""
        return word if word in ("", "*") else self.names.setdefault(fold(word), word)

    def count(self, word: str, table: SheetTable, position: int, attribute: str) -> None:
        """Note that a word stands in a cell."""
        if word and word != "*":
            self.counts[word] += 1
            self.first.setdefault(word, (table.sheet.name, position, attribute))


class Vocabularies(Struct):
    """Every vocabulary of a workbook."""

    defined: dict[str, dict[str, str]] = field(default_factory=dict)
    """Names by fold, by the sheet and column that defines them: ``Sites.site``."""
    free: dict[str, Vocabulary] = field(default_factory=dict)
    """Free vocabularies by domain: country, owner, stage …"""

    def domain(self, name: str) -> Vocabulary:
        """A free vocabulary by the name that a column gives it."""
        return self.free.setdefault(DOMAINS.get(name, name), Vocabulary())


def spell(tables: dict[str, SheetTable], found: Findings) -> Vocabularies:
    """Rewrite every name in its one spelling; complain of references to nothing."""
    words = Vocabularies()
    words.domain("stage").names.update({fold(stage): stage for stage in STAGES})
    for table in tables.values():
        for name, column in table.sheet.columns.items():
            if column.key and column.kind == "text" and not (column.refers or column.words):
                _define(table, name, words)
    words.domain("owner").names.update(words.defined["Sites.site"])
    countries = CountryNames(tables["Countries"], found)
    for table in tables.values():
        for name, column in table.sheet.columns.items():
            if column.kind == "history":
                _histories(table, name, words, countries, found)
            elif column.words in ("country", "countries"):
                spell_countries(table, name, column, countries, found)
            elif column.words and column.words != "unit":
                _free(table, name, words.domain(column.words))
    _define(tables["Recipes"], "recipe", words)
    _define(tables["Recoveries"], "recipe", words)
    _units([tables[name] for name in ("Units", "Options", "Processes")])
    _references(tables, words, found)
    _changes(tables["Scenarios"])
    return words


def _respell(table: SheetTable, name: str, spelled: Callable[[str], str]) -> None:
    """Put each name of a column (one name, or several) through a function, once a spelling."""
    values = table.values[name]
    memo: dict[Any, Any] = {}
    for position, value in enumerate(values):
        if not value:
            continue
        new = memo.get(value)
        if new is None:
            if isinstance(value, tuple):
                new = tuple(dict.fromkeys(map(spelled, value)))
            else:
                new = spelled(value)
            memo[value] = new
        values[position] = new


def _define(table: SheetTable, name: str, words: Vocabularies) -> None:
    """Take the names of a column for those that others refer to."""
    vocabulary = Vocabulary()
    _respell(table, name, vocabulary.spelled)
    words.defined[f"{table.sheet.name}.{table.sheet.header(name)}"] = vocabulary.names


def _stages(table: SheetTable, name: str, words: Vocabulary) -> None:
    """Spell the stages of processes; ``melted: none`` is a stage that does not apply."""

    def spelled(word: str) -> str:
        stage, colon, rest = word.partition(":")
        if colon and fold(rest) == NONE:
            return words.spelled(stage.strip()) + ABSENT
        return words.spelled(word)

    _respell(table, name, spelled)


def _free(table: SheetTable, name: str, words: Vocabulary) -> None:
    """Spell a column of free words, and count them."""
    if name == "stages":
        _stages(table, name, words)
    else:
        _respell(table, name, words.spelled)
    for position, value in enumerate(table.values[name]):
        if value:
            for word in value if isinstance(value, tuple) else (value,):
                words.count(word, table, position, name)


def _units(tables: list[SheetTable]) -> None:
    """Spell units, whose names belong to a site."""
    names: dict[tuple[str, str], str] = {}
    for table in tables:
        sites, units = table.values["site"], table.values["unit"]
        for position, unit in enumerate(units):
            if unit:
                units[position] = names.setdefault((fold(sites[position]), fold(unit)), unit)


def _histories(
    table: SheetTable, name: str, words: Vocabularies, countries: CountryNames, found: Findings
) -> None:
    """Spell the stages, countries and names of histories, and count them."""
    stages, names = map(words.domain, ("stage", "owner"))

    def spelled(event: Event) -> Event:
        country = event.country
        if country not in RESERVED:
            country = countries.name(country) or country
        return Event(stages.spelled(event.stage), country, names.spelled(event.name))

    values = table.values[name]
    memo: dict[tuple[Event, ...], tuple[Event, ...]] = {}
    for position, history in enumerate(values):
        if not history:
            continue
        if history not in memo:
            memo[history] = tuple(dict.fromkeys(map(spelled, history)))
        values[position] = memo[history]
        for event in memo[history]:
            stages.count(event.stage, table, position, name)
            if event.country not in RESERVED:
                fault = countries.one(event.country)[1]
                if fault:
                    message, cure = fault
                    table.spoil(found, position, name, message, partial(_or_unknown, cure))
            names.count(event.name, table, position, name)


def _or_unknown(cure: str | Callable[[], str]) -> str:
    """A cure for a country in a history, where unknown is an answer too."""
    told = cure if isinstance(cure, str) else cure()
    return f"{told}; where nobody knows, write {UNKNOWN}"


def _changes(table: SheetTable) -> None:
    """Spell the sheets and columns that scenarios change."""
    sheets = {fold(name): name for name in ("Settings", *SHEETS)}
    _respell(table, "sheet", lambda word: sheets.get(fold(word), word))
    for position, sheet in enumerate(table.values["sheet"]):
        columns = SETTINGS if sheet == "Settings" else getattr(SHEETS.get(sheet), "columns", {})
        headers = {fold(column.header): column.header for column in columns.values()}
        word = table.values["column"][position]
        table.values["column"][position] = headers.get(fold(word), word)


def _references(tables: dict[str, SheetTable], words: Vocabularies, found: Findings) -> None:
    """Spell references as they are defined; columns that others refer to come first."""
    pending = [
        (table, name, column)
        for table in tables.values()
        for name, column in table.sheet.columns.items()
        if column.refers
    ]
    targets = {target for _, _, column in pending for target in column.refers}
    lost: dict[str, list[str]] = {}
    while pending:
        later = []
        for table, name, column in pending:
            if not all(target in words.defined for target in column.refers):
                later.append((table, name, column))
                continue
            empty = _empty(column, tables)
            if empty:
                lost.setdefault(empty, []).extend(_spoil_quietly(table, name))
            else:
                _refer(table, name, column, words, found)
            if f"{table.sheet.name}.{column.header}" in targets:
                _define(table, name, words)
        pending = later
    for sheet, users in lost.items():
        if users and sheet not in found.replaced:
            verb = "refers" if len(users) == 1 else "refer"
            sheets = ", ".join(dict.fromkeys(users))
            found.error(
                sheet,
                "the sheet is missing or has no rows"
                f", and {len(users):,} cells in {sheets} {verb} to it",
                "add it, or rename the sheet that is meant",
            )


def _empty(column: Column, tables: dict[str, SheetTable]) -> str:
    """The sheet that a column refers to, if none of the sheets that it may refer to has rows."""
    sheets = [target.partition(".")[0] for target in column.refers]
    return "" if any(tables[sheet].rows for sheet in sheets) else sheets[0]


def _spoil_quietly(table: SheetTable, name: str) -> list[str]:
    """Mark every cell of a column that names something; the sheet, once for each of them."""
    spoilt = []
    for position, value in enumerate(table.values[name]):
        named = [word for word in (value if isinstance(value, tuple) else (value,)) if word]
        if named and named != ["*"] and position not in table.off:
            table.bad.setdefault(position, set()).add(name)
            spoilt.append(table.sheet.name)
    return spoilt


def _refer(
    table: SheetTable, name: str, column: Column, words: Vocabularies, found: Findings
) -> None:
    """Spell one column of references; complain of those to nothing."""
    known: dict[str, str] = {}
    for target in reversed(column.refers):
        known |= words.defined[target]
    _respell(table, name, lambda word: known.get(fold(word), word))
    sheets = " or ".join(dict.fromkeys(target.partition(".")[0] for target in column.refers))
    fine = {"", "*", *known.values()}
    for position, value in enumerate(table.values[name]):
        for word in value if isinstance(value, tuple) else (value,):
            if word not in fine:
                message = f"{quoted(word)} is not in {sheets}"
                hint = partial(did_you_mean, word, known.values())
                table.spoil(found, position, name, message, hint)
