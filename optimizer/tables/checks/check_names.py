"""Check names: spelling, China and its regions, separators of lists."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from itertools import product

from optimizer.tables.canonical_names import Vocabulary
from optimizer.tables.country_groups import NEGATION_PREFIX, CountrySets
from optimizer.tables.schema import SHEETS, group_rows
from optimizer.tables.sheets import STAGES
from optimizer.tables.text_matching import difference_hint, fold, quoted
from optimizer.tables.workbook_draft import WorkbookDraft

MIN_SPELLING_LENGTH = 5
"""Shorter names differ by a letter too easily: AU and AT, Iran and Iraq."""
MAX_SPELLING_LENGTH = 80
"""Longer words are no names; chosen."""
SPELLING_VOCABULARIES = ("owner", "segment", "stage", "recipe", "mode", "measure", "group")
_LETTERS = re.compile(r"[^\W\d_]+")


def check_spelling(draft: WorkbookDraft) -> None:
    """Warn of names that appear once, differ by one letter from another and are not declared."""
    for domain in SPELLING_VOCABULARIES:
        vocabulary = draft.vocabularies.free.get(domain, Vocabulary())
        for rare, other in sorted(_typos(vocabulary)):
            sheet, position, attribute = vocabulary.first[rare]
            table = draft.tables[sheet]
            if position in table.inactive:
                continue
            draft.findings.warning(
                sheet,
                f"{quoted(rare)} appears only once, and resembles {quoted(other)}",
                f"spell a name the same way everywhere.{difference_hint(rare, other)}".rstrip("."),
                row=table.rows[position],
                letter=table.letter(attribute),
                column=table.sheet.header(attribute),
            )


def check_hong_kong_and_macao(draft: WorkbookDraft) -> None:
    """Require a rule on China to include or exclude Hong Kong and Macao where either is used."""
    sets = CountrySets(draft.rows("Countries"))
    used = _countries_used(draft)
    scope = group_rows(draft.rows("Rule scope"), lambda line: line.rule)
    for place, attribute in product(("Hong Kong", "Macao"), ("country", "owner_country")):
        if place not in used[attribute]:
            continue
        for rule, lines in scope.items():
            banned = [line for line in lines if getattr(line, attribute)]
            settled = any(
                f"{NEGATION_PREFIX}{place}" in getattr(line, attribute)
                or sets.contains(getattr(line, attribute), place)
                for line in banned
            )
            if not settled and any(
                sets.contains(getattr(line, attribute), "China") for line in banned
            ):
                draft.error(
                    banned[0],
                    attribute,
                    f"{quoted(rule)} bans China, and the workbook has events in "
                    f"{quoted(place)}, which ISO 3166 lists as a separate country",
                    f"write China, {place} if the rule means it too, "
                    f"else China, {NEGATION_PREFIX}{place}",
                )


def _countries_used(draft: WorkbookDraft) -> dict[str, set[str]]:
    """By column of Rule scope: countries where something is sold, made or owned."""
    active_sites = {
        row.site for sheet in ("Supply", "Processes", "Stocks") for row in draft.rows(sheet)
    }
    sites = [row for row in draft.rows("Sites") if row.site in active_sites]
    events = {
        event.country
        for sheet in ("Supply", "Stocks", "Pipeline")
        for row in draft.rows(sheet)
        for event in row.history or ()
    }
    places = {row.country for row in sites} | events
    return {"country": places, "owner_country": places | {row.owner_country for row in sites}}


def _typos(vocabulary: Vocabulary) -> Iterator[tuple[str, str]]:
    """Names that appear once, each with a name that is one edit away.

    Names one edit apart share a key: the name itself, or the name without one of its letters.
    """
    by_key: dict[str, list[str]] = defaultdict(list)
    for word in vocabulary.counts:
        if MIN_SPELLING_LENGTH <= len(word) <= MAX_SPELLING_LENGTH:
            folded = fold(word)
            for key in {folded, *(folded[:at] + folded[at + 1 :] for at in range(len(folded)))}:
                by_key[key].append(word)
    reported: set[str] = set()
    for group in by_key.values():
        if 1 < len(group) <= 20:  # more are a numbered series
            for rare in reversed(group):
                if vocabulary.counts[rare] == 1 and rare not in reported and rare not in STAGES:
                    others = [
                        word for word in group if word != rare and differs_by_one_edit(rare, word)
                    ]
                    others = [word for word in others if word not in reported]
                    if others:
                        reported.add(rare)
                        yield rare, max(others, key=lambda word: vocabulary.counts[word])


def differs_by_one_edit(one: str, other: str) -> bool:
    """True if one letter of a long word is wrong, missing, or swapped with its neighbour."""
    one, other = fold(one), fold(other)
    start = next(
        (at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b),
        min(len(one), len(other)),
    )
    tail, other_tail = one[start:], other[start:]
    same = (
        tail[1:] == other_tail
        or tail == other_tail[1:]
        or tail[1:] == other_tail[1:]
        or (tail[:2] == other_tail[1::-1] and tail[2:] == other_tail[2:])
    )
    return same and _in_long_word(one, start) and _in_long_word(other, start)


def _in_long_word(text: str, at: int) -> bool:
    """True if index ``at`` lies in a run of letters that is long enough to have a typo."""
    return any(
        word.start() <= at <= word.end() and len(word[0]) >= MIN_SPELLING_LENGTH - 1
        for word in _LETTERS.finditer(text)
    )


def check_list_separators(draft: WorkbookDraft) -> None:
    """Warn of declared names with a comma or semicolon, which a list of names would split."""
    for place, known in draft.vocabularies.defined.items():
        name, _, header = place.partition(".")
        column = next(c for c in SHEETS[name].columns.values() if c.header == header)
        if column.references or place not in NAMES_USED_IN_LISTS:
            continue
        split = [word for word in known.values() if "," in word or ";" in word]
        if split:
            table = draft.tables[name]
            draft.findings.warning(
                name,
                f"{quoted(split[0])} has a comma or semicolon, which separate names in a list",
                letter=table.letters.get(header, ""),
                column=header,
                hint="it cannot be used in a list of names, such as in Limits",
            )


NAMES_USED_IN_LISTS = {
    target
    for sheet in SHEETS.values()
    for column in sheet.columns.values()
    if column.kind == "names"
    for target in column.references
}
"""Columns whose names may stand in a list."""
