"""Look-alikes: no two names of one vocabulary differ only in letters that look the same."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from optimizer.tables.confusable_letters import look
from optimizer.tables.schema import SHEETS
from optimizer.tables.text_matching import quoted, told_apart
from optimizer.tables.workbook_draft import WorkbookDraft

Place = tuple[str, int, str]
"""Sheet, position of the row and attribute of a cell."""


def check_look_alikes(draft: WorkbookDraft) -> None:
    """A name that looks like another and is none is an error: it would pass for it unseen.

    ``СОРА`` in Cyrillic letters beside ``COPA``: a rule on the one would not be one on the other.
    """
    told = set()
    for one, other, place in (*_defined(draft), *_free(draft)):
        sheet, position, attribute = place
        table = draft.tables[sheet]
        if place in told or position in table.off:
            continue
        told.add(place)
        draft.found.error(
            sheet,
            f"{quoted(one)} looks like {quoted(other)} and is another name",
            f"write one name in one way.{told_apart(one, other)}".rstrip("."),
            row=table.rows[position],
            letter=table.letter(attribute),
            column=table.sheet.header(attribute),
        )


def _defined(draft: WorkbookDraft) -> Iterator[tuple[str, str, Place]]:
    """Pairs of names that one column defines, with the place of the first of each pair."""
    for target, known in draft.words.defined.items():
        name, _, header = target.partition(".")
        attribute = next(own for own, each in SHEETS[name].columns.items() if each.header == header)
        for one, other in _pairs(known.values()):
            values = draft.tables[name].values[attribute]
            yield one, other, (name, values.index(one), attribute)


def _free(draft: WorkbookDraft) -> Iterator[tuple[str, str, Place]]:
    """Pairs of free words, of which the first stands in some cell."""
    for words in draft.words.free.values():
        for one, other in _pairs(words.names.values()):
            if one in words.first:
                yield one, other, words.first[one]
            elif other in words.first:
                yield other, one, words.first[other]


def _pairs(names: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Each name that looks like a plainer one, with that one."""
    names = list(names)
    if all(name.isascii() for name in names):
        return
    alike: dict[str, list[str]] = defaultdict(list)
    for name in names:
        alike[look(name)].append(name)
    for group in alike.values():
        plain, *others = sorted(group, key=lambda name: not name.isascii())
        for other in others:
            yield other, plain
