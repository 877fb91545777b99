"""Canonical names: one spelling each, that of the defining sheet or else the first one.

Two words are the same name if they fold alike (:func:`optimizer.tables.text_matching.fold`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from msgspec import Struct, field

from optimizer.tables.country_names import (
    CountryNames,
    canonicalise_countries,
)
from optimizer.tables.findings import Findings, Hint, SheetNeed
from optimizer.tables.histories import RESERVED_COUNTRY_WORDS
from optimizer.tables.missing_names import MissingNames, MissingReferences, NameCell
from optimizer.tables.schema import SHEETS, Column
from optimizer.tables.sheet_table import SheetTable
from optimizer.tables.sheets import ABSENT, NONE, SETTINGS, STAGES, UNKNOWN, Event
from optimizer.tables.text_matching import fold

DOMAIN_ALIASES = {"place": "owner"}
"""Domains that share another's vocabulary: a history may name a site, an owner or a place."""


class Vocabulary(Struct):
    """Words that no sheet defines: canonical spelling, number of uses, first use."""

    names: dict[str, str] = field(default_factory=dict)
    """Canonical spelling by fold."""
    counts: Counter[str] = field(default_factory=Counter)
    first: dict[str, tuple[str, int, str]] = field(default_factory=dict)
    """Sheet, position and attribute of the first use."""

    def canonical(self, word: str) -> str:
        """The canonical spelling of a word; a new word is added as it is written."""
        return word if word in ("", "*") else self.names.setdefault(fold(word), word)

    def count(self, word: str, table: SheetTable, position: int, attribute: str) -> None:
        """Count the use of a word in a cell."""
        if word and word != "*":
            self.counts[word] += 1
            self.first.setdefault(word, (table.sheet.name, position, attribute))


class Vocabularies(Struct):
    """Every vocabulary of a workbook."""

    defined: dict[str, dict[str, str]] = field(default_factory=dict)
    """Canonical names by fold, by the column that defines them: ``Sites.site``."""
    free: dict[str, Vocabulary] = field(default_factory=dict)
    """Vocabularies that no sheet defines, by domain: owner, stage …"""

    def domain(self, name: str) -> Vocabulary:
        """The vocabulary of a domain, which columns name in ``words``."""
        return self.free.setdefault(DOMAIN_ALIASES.get(name, name), Vocabulary())


def canonicalise_names(tables: dict[str, SheetTable], findings: Findings) -> Vocabularies:
    """Rewrite every name in its canonical spelling; report references to undefined names.

    The steps depend on each other: defining columns come first, references last.
    """
    vocabularies = Vocabularies()
    vocabularies.domain("stage").names.update({fold(stage): stage for stage in STAGES})
    for table in tables.values():
        for name, column in table.sheet.columns.items():
            if (
                column.key
                and column.kind == "text"
                and not (column.references or column.vocabulary)
            ):
                _define_names(table, name, vocabularies)
    vocabularies.domain("owner").names.update(vocabularies.defined["Sites.site"])
    countries = CountryNames(tables["Countries"], findings)
    missing = MissingNames()
    for table in tables.values():
        for name, column in table.sheet.columns.items():
            if column.kind == "history":
                _canonicalise_histories(table, name, vocabularies, countries, findings)
            elif column.vocabulary in ("country", "countries"):
                canonicalise_countries(table, name, column, countries, missing, findings)
            elif column.vocabulary and column.vocabulary != "unit":
                _canonicalise_words(table, name, vocabularies.domain(column.vocabulary))
    _define_names(tables["Recipes"], "recipe", vocabularies)
    _define_names(tables["Recoveries"], "recipe", vocabularies)
    _canonicalise_units([tables[name] for name in ("Units", "Options", "Processes")])
    _canonicalise_references(tables, vocabularies, missing, findings)
    missing.report(findings)
    _canonicalise_change_targets(tables["Scenarios"])
    return vocabularies


def _map_names(table: SheetTable, name: str, canonical: Callable[[str], str]) -> None:
    """Replace each name of a column by ``canonical`` of it; a cell may hold one name or a tuple."""
    values = table.values[name]
    memo: dict[Any, Any] = {}
    for position, value in enumerate(values):
        if not value:
            continue
        result = memo.get(value)
        if result is None:
            if isinstance(value, tuple):
                result = tuple(dict.fromkeys(map(canonical, value)))
            else:
                result = canonical(value)
            memo[value] = result
        values[position] = result


def _define_names(table: SheetTable, name: str, vocabularies: Vocabularies) -> None:
    """Define the names of a column, so that other columns can refer to them."""
    vocabulary = Vocabulary()
    _map_names(table, name, vocabulary.canonical)
    vocabularies.defined[f"{table.sheet.name}.{table.sheet.header(name)}"] = vocabulary.names


def _canonicalise_stages(table: SheetTable, name: str, vocabulary: Vocabulary) -> None:
    """Canonicalise the stages of processes; ``melted: none`` means that a stage does not apply."""

    def canonical(word: str) -> str:
        stage, colon, rest = word.partition(":")
        if colon and fold(rest) == NONE:
            return vocabulary.canonical(stage.strip()) + ABSENT
        return vocabulary.canonical(word)

    _map_names(table, name, canonical)


def _canonicalise_words(table: SheetTable, name: str, vocabulary: Vocabulary) -> None:
    """Canonicalise and count the words of a column that no sheet defines."""
    if name == "stages":
        _canonicalise_stages(table, name, vocabulary)
    else:
        _map_names(table, name, vocabulary.canonical)
    for position, value in enumerate(table.values[name]):
        if value:
            for word in value if isinstance(value, tuple) else (value,):
                vocabulary.count(word, table, position, name)


def _canonicalise_units(tables: list[SheetTable]) -> None:
    """Canonicalise units, whose names are unique within a site only."""
    names: dict[tuple[str, str], str] = {}
    for table in tables:
        sites, units = table.values["site"], table.values["unit"]
        for position, unit in enumerate(units):
            if unit:
                units[position] = names.setdefault((fold(sites[position]), fold(unit)), unit)


def _canonicalise_histories(
    table: SheetTable,
    name: str,
    vocabularies: Vocabularies,
    countries: CountryNames,
    findings: Findings,
) -> None:
    """Canonicalise and count the stages, countries and names of histories."""
    stages, names = map(vocabularies.domain, ("stage", "owner"))

    def canonical(event: Event) -> Event:
        country = event.country
        if country not in RESERVED_COUNTRY_WORDS:
            country = countries.name(country) or country
        return Event(stages.canonical(event.stage), country, names.canonical(event.name))

    values = table.values[name]
    memo: dict[tuple[Event, ...], tuple[Event, ...]] = {}
    for position, history in enumerate(values):
        if not history:
            continue
        if history not in memo:
            memo[history] = tuple(dict.fromkeys(map(canonical, history)))
        values[position] = memo[history]
        for event in memo[history]:
            stages.count(event.stage, table, position, name)
            if event.country not in RESERVED_COUNTRY_WORDS:
                fault = countries.one(event.country)[1]
                if fault:
                    message, cure = fault
                    table.add_unreadable(
                        findings, position, name, message, partial(_or_write_unknown, cure)
                    )
            names.count(event.name, table, position, name)


def _or_write_unknown(cure: Hint) -> str:
    """The cure for a country in a history, where ``unknown`` is allowed too."""
    text = cure if isinstance(cure, str) else cure()
    return f"{text}; if it is not known, write {UNKNOWN}"


def _canonicalise_change_targets(table: SheetTable) -> None:
    """Canonicalise the sheets and columns that scenarios change."""
    sheets = {fold(name): name for name in ("Settings", *SHEETS)}
    _map_names(table, "sheet", lambda word: sheets.get(fold(word), word))
    for position, sheet in enumerate(table.values["sheet"]):
        columns = SETTINGS if sheet == "Settings" else getattr(SHEETS.get(sheet), "columns", {})
        headers = {fold(column.header): column.header for column in columns.values()}
        word = table.values["column"][position]
        table.values["column"][position] = headers.get(fold(word), word)


def _canonicalise_references(
    tables: dict[str, SheetTable],
    vocabularies: Vocabularies,
    missing: MissingNames,
    findings: Findings,
) -> None:
    """Canonicalise references; a column waits until every column that it refers to is defined."""
    pending = [
        (table, name, column)
        for table in tables.values()
        for name, column in table.sheet.columns.items()
        if column.references
    ]
    targets = {target for _, _, column in pending for target in column.references}
    report = MissingReferences(tables, pending, missing, findings)
    while pending:
        deferred = []
        for table, name, column in pending:
            if not all(target in vocabularies.defined for target in column.references):
                deferred.append((table, name, column))
                continue
            empty_sheet = _empty_target_sheet(column, tables)
            if empty_sheet:
                for cell, word in _references_in(table, name):
                    table.unreadable.setdefault(cell.position, set()).add(name)
                    findings.need(empty_sheet, SheetNeed("error", cell.address, word))
            else:
                _canonicalise_reference_column(table, name, column, vocabularies, report)
            if f"{table.sheet.name}.{column.header}" in targets:
                _define_names(table, name, vocabularies)
        pending = deferred


def _empty_target_sheet(column: Column, tables: dict[str, SheetTable]) -> str:
    """The first sheet that a column refers to if all of them are empty, else an empty text."""
    sheets = [target.partition(".")[0] for target in column.references]
    return "" if any(tables[sheet].rows for sheet in sheets) else sheets[0]


def _references_in(table: SheetTable, name: str) -> Iterator[tuple[NameCell, str]]:
    """Cells of a column that hold a reference in an active row, with their first name."""
    for position, value in enumerate(table.values[name]):
        references = [word for word in (value if isinstance(value, tuple) else (value,)) if word]
        if references and references != ["*"] and position not in table.inactive:
            yield NameCell(table, position, name), references[0]


def _canonicalise_reference_column(
    table: SheetTable,
    name: str,
    column: Column,
    vocabularies: Vocabularies,
    report: MissingReferences,
) -> None:
    """Canonicalise one column of references; report names that are not defined."""
    names: dict[str, str] = {}
    for target in reversed(column.references):
        names |= vocabularies.defined[target]
    _map_names(table, name, lambda word: names.get(fold(word), word))
    valid = {"", "*", *names.values()}
    unknown = [
        (NameCell(table, position, name), word)
        for position, value in enumerate(table.values[name])
        for word in (value if isinstance(value, tuple) else (value,))
        if word not in valid
    ]
    report.add(column, unknown, list(names.values()))
