"""Names: free words that differ by one letter, names that a list would split."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator

from optimizer.tables.draft import Draft
from optimizer.tables.schema import SHEETS
from optimizer.tables.sheets import STAGES
from optimizer.tables.spelling import Vocabulary
from optimizer.tables.words import quoted

SHORTEST = 5
"""Shorter words differ by a letter too easily: AU and AT, Iran and Iraq."""
LONGEST = 80
DOMAINS = ("country", "owner", "segment", "stage", "recipe", "mode", "measure", "group")
_WORD = re.compile(r"[^\W\d_]+")


def check_spelling(draft: Draft) -> None:
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
                "write one name in one way",
                row=table.rows[position],
                letter=table.letter(attribute),
                column=table.sheet.header(attribute),
            )


def check_countries(draft: Draft) -> None:
    """A cell that takes one country holds one."""
    for name in ("Sites", "Tariffs"):
        one = [
            attribute
            for attribute, column in SHEETS[name].columns.items()
            if column.words == "country" and column.kind == "text"
        ]
        for row in draft.rows(name):
            for attribute in one:
                if "," in getattr(row, attribute) or ";" in getattr(row, attribute):
                    message = f"{quoted(getattr(row, attribute))} is more than one country"
                    draft.error(row, attribute, message, "give each a row of its own")


def _typos(words: Vocabulary) -> Iterator[tuple[str, str]]:
    """Words that appear once, each with another that is one letter away."""
    near: dict[str, list[str]] = defaultdict(list)
    for word in words.counts:
        if SHORTEST <= len(word) <= LONGEST:
            folded = word.casefold()
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
    one, other = one.casefold(), other.casefold()
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


def check_lists(draft: Draft) -> None:
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
