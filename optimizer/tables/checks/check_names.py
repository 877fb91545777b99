"""Names: free words that differ by one letter, names that a list would split."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from itertools import product

from optimizer.tables.canonical_names import Vocabulary
from optimizer.tables.country_groups import NOT, CountrySets
from optimizer.tables.schema import SHEETS
from optimizer.tables.sheets import STAGES
from optimizer.tables.text_matching import fold, quoted, told_apart
from optimizer.tables.workbook_draft import WorkbookDraft, grouped

SHORTEST = 5
"""Shorter words differ by a letter too easily: AU and AT, Iran and Iraq."""
LONGEST = 80
DOMAINS = ("owner", "segment", "stage", "recipe", "mode", "measure", "group")
_WORD = re.compile(r"[^\W\d_]+")


def check_spelling(draft: WorkbookDraft) -> None:
    """Free words that differ by one letter from another, and appear only once."""
    for domain in DOMAINS:
        words = draft.words.free.get(domain, Vocabulary())
        for rare, other in sorted(_typos(words)):
            sheet, position, attribute = words.first[rare]
            table = draft.tables[sheet]
            if position in table.off:
                continue
            draft.found.warning(
                sheet,
                f"{quoted(rare)} appears once, and differs little from {quoted(other)}",
                f"write one name in one way.{told_apart(rare, other)}".rstrip("."),
                row=table.rows[position],
                letter=table.letter(attribute),
                column=table.sheet.header(attribute),
            )


def check_countries(draft: WorkbookDraft) -> None:
    """A rule on China says whether it means Hong Kong and Macao, where something is done there."""
    sets = CountrySets(draft.rows("Countries"))
    named = _countries_named(draft)
    scope = grouped(draft.rows("Rule scope"), lambda line: line.rule)
    for place, attribute in product(("Hong Kong", "Macao"), ("country", "owner_country")):
        if place not in named[attribute]:
            continue
        for rule, lines in scope.items():
            banned = [line for line in lines if getattr(line, attribute)]
            settled = any(
                f"{NOT}{place}" in getattr(line, attribute)
                or sets.holds(getattr(line, attribute), place)
                for line in banned
            )
            if not settled and any(
                sets.holds(getattr(line, attribute), "China") for line in banned
            ):
                draft.error(
                    banned[0],
                    attribute,
                    f"{quoted(rule)} bans China, and the workbook has something done in "
                    f"{quoted(place)}, which ISO 3166 lists as a country of its own",
                    f"write China, {place} if the rule means it too, else China, {NOT}{place}",
                )


def _countries_named(draft: WorkbookDraft) -> dict[str, set[str]]:
    """Countries in which something is sold or made, and those that the owners are of."""
    busy = {row.site for sheet in ("Supply", "Processes", "Stocks") for row in draft.rows(sheet)}
    sites = [row for row in draft.rows("Sites") if row.site in busy]
    events = {
        event.country
        for sheet in ("Supply", "Stocks", "Pipeline")
        for row in draft.rows(sheet)
        for event in row.history or ()
    }
    places = {row.country for row in sites} | events
    return {"country": places, "owner_country": places | {row.owner_country for row in sites}}


def _typos(words: Vocabulary) -> Iterator[tuple[str, str]]:
    """Words that appear once, each with another that is one letter away."""
    near: dict[str, list[str]] = defaultdict(list)
    for word in words.counts:
        if SHORTEST <= len(word) <= LONGEST:
            folded = fold(word)
            for key in {folded, *(folded[:at] + folded[at + 1 :] for at in range(len(folded)))}:
                near[key].append(word)
    told = set()
    for group in near.values():
        if 1 < len(group) <= 20:
            for rare in reversed(group):
                if words.counts[rare] == 1 and rare not in told and rare not in STAGES:
                    others = [word for word in group if word != rare and one_edit(rare, word)]
                    others = [word for word in others if word not in told]
                    if others:
                        told.add(rare)
                        yield rare, max(others, key=lambda word: words.counts[word])


def one_edit(one: str, other: str) -> bool:
    """True if one letter of a longer word is wrong, missing, or swapped with its neighbour."""
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
    """True if a place lies in a word of letters only that is long enough to be one."""
    return any(
        found.start() <= at <= found.end() and len(found[0]) >= SHORTEST - 1
        for found in _WORD.finditer(text)
    )


def check_lists(draft: WorkbookDraft) -> None:
    """Names that lists of names would split are worth a warning where they are declared."""
    for place, known in draft.words.defined.items():
        name, _, header = place.partition(".")
        column = next(c for c in SHEETS[name].columns.values() if c.header == header)
        if column.refers or place not in LISTED:
            continue
        split = [word for word in known.values() if "," in word or ";" in word]
        if split:
            table = draft.tables[name]
            draft.found.warning(
                name,
                f"{quoted(split[0])} has a comma or semicolon, which separate names in a list",
                letter=table.letters.get(header, ""),
                column=header,
                hint="it cannot be named where several names may stand, such as in Limits",
            )


LISTED = {
    target
    for sheet in SHEETS.values()
    for column in sheet.columns.values()
    if column.kind == "names"
    for target in column.refers
}
"""Columns whose names may stand in a list."""
