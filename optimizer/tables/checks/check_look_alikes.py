"""Check that no two names of a vocabulary differ only in letters that look the same."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from optimizer.tables.confusable_letters import accented_skeleton
from optimizer.tables.schema import SHEETS
from optimizer.tables.text_matching import difference_hint, quoted
from optimizer.tables.workbook_draft import WorkbookDraft

CellPosition = tuple[str, int, str]
"""Sheet, position of the row and attribute of a cell."""


def check_look_alikes(draft: WorkbookDraft) -> None:
    """Refuse a name that looks like another, since a reader would take them for the same.

    An example is ``СОРА`` in Cyrillic letters beside ``COPA``: a rule on one would not apply to
    the other.
    """
    reported = set()
    for name, other, place in (*_declared_pairs(draft), *_free_pairs(draft)):
        sheet, position, attribute = place
        table = draft.tables[sheet]
        if place in reported or position in table.inactive:
            continue
        reported.add(place)
        draft.findings.error(
            sheet,
            f"{quoted(name)} looks like {quoted(other)}, but is a different name",
            f"spell a name the same way everywhere.{difference_hint(name, other)}".rstrip("."),
            row=table.rows[position],
            letter=table.letter(attribute),
            column=table.sheet.header(attribute),
        )


def _declared_pairs(draft: WorkbookDraft) -> Iterator[tuple[str, str, CellPosition]]:
    """Look-alike pairs of names that one column declares, with the cell of the first name."""
    for target, known in draft.vocabularies.defined.items():
        sheet, _, header = target.partition(".")
        columns = SHEETS[sheet].columns
        attribute = next(name for name, each in columns.items() if each.header == header)
        for name, other in _look_alike_pairs(known.values()):
            values = draft.tables[sheet].values[attribute]
            yield name, other, (sheet, values.index(name), attribute)


def _free_pairs(draft: WorkbookDraft) -> Iterator[tuple[str, str, CellPosition]]:
    """Look-alike pairs of names that no sheet declares, with the cell of the first name."""
    for vocabulary in draft.vocabularies.free.values():
        for name, other in _look_alike_pairs(vocabulary.names.values()):
            if name in vocabulary.first:
                yield name, other, vocabulary.first[name]
            elif other in vocabulary.first:
                yield other, name, vocabulary.first[other]


def _look_alike_pairs(names: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Each name with the name that it looks like, which is the one in ASCII where there is one."""
    names = list(names)
    if all(name.isascii() for name in names):
        return
    by_look: dict[str, list[str]] = defaultdict(list)
    for name in names:
        by_look[accented_skeleton(name)].append(name)
    for group in by_look.values():
        plain, *rest = sorted(group, key=lambda name: not name.isascii())
        for name in rest:
            yield name, plain
