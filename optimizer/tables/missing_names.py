"""References to names that nothing declares: one finding for each name, whatever its cells."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection
from functools import partial
from typing import NamedTuple

from msgspec import Struct, field

from optimizer.tables.findings import (
    MAX_LISTED_FINDINGS,
    Findings,
    Hint,
    SheetNeed,
    sheet_position,
)
from optimizer.tables.schema import Column
from optimizer.tables.sheet_table import SheetTable
from optimizer.tables.text_matching import (
    closest_name,
    did_you_mean,
    difference_hint,
    number_of,
    quoted,
)


class NameCell(NamedTuple):
    """A cell of a table: the attribute of the row at a position."""

    table: SheetTable
    position: int
    attribute: str

    @property
    def address(self) -> str:
        """Address with its sheet: ``Supply!B12``."""
        return self.table.address(self.attribute, self.table.rows[self.position])

    @property
    def order(self) -> tuple[bool, int, int, str]:
        """Sort key: active rows first, then sheet, row and column."""
        row, letter = self.table.rows[self.position], self.table.letter(self.attribute)
        inactive = self.position in self.table.inactive
        return inactive, sheet_position(self.table.sheet.name), row, letter.rjust(3)


class NearestName(NamedTuple):
    """The cure for a missing name that several cells have, with the cell to correct, if known."""

    hint: str
    cell: str = ""


class _MissingName(Struct):
    hint: Hint
    nearest: Callable[[], NearestName] | None
    cells: list[NameCell] = field(default_factory=list)


class MissingNames:
    """Missing names by message, such as ``'Plnt' is not in Sites``, with the cells that have them.

    The cells count as unreadable at once; :meth:`report` adds the findings.
    """

    def __init__(self) -> None:
        self._names: dict[str, _MissingName] = {}

    def add(
        self,
        cell: NameCell,
        message: str,
        hint: Hint = "",
        nearest: Callable[[], NearestName] | None = None,
    ) -> None:
        """Add a cell; ``nearest`` returns the cure where several cells have the name."""
        cell.table.unreadable.setdefault(cell.position, set()).add(cell.attribute)
        self._names.setdefault(message, _MissingName(hint, nearest)).cells.append(cell)

    def report(self, findings: Findings) -> None:
        """Add one finding for each name: at its only cell, or at the first of its cells.

        It is an error if one of the rows is active, else a warning.
        """
        listed: Counter[tuple[str, str]] = Counter()
        for message, name in self._names.items():
            cells = sorted(name.cells, key=lambda cell: cell.order)
            first = cells[0]
            if len(cells) == 1:
                first.table.add_error(findings, *first[1:], message, name.hint)
                continue
            sheets = len({cell.table.sheet.name for cell in cells})
            others = number_of(len(cells) - 1, "more cell")
            spread = f" in {sheets} sheets" if sheets > 1 else ""
            place = first.table.sheet.name, first.attribute
            listed[place] += 1
            search = name.nearest if listed[place] <= MAX_LISTED_FINDINGS else None
            nearest = search() if search else None
            addresses = [cell.address for cell in cells]
            if nearest is not None and nearest.cell:
                addresses.append(nearest.cell)
            first.table.add_error(
                findings,
                *first[1:],
                f"{message}: this cell and {others}{spread} name it",
                name.hint if nearest is None else nearest.hint,
                cells=tuple(addresses),
            )
        self._names.clear()


class MissingReferences(Struct):
    """Reports the references of a column that no sheet defines."""

    tables: dict[str, SheetTable]
    references: list[tuple[SheetTable, str, Column]]
    """All columns of references."""
    missing: MissingNames
    findings: Findings

    def add(
        self, column: Column, unknown: list[tuple[NameCell, str]], candidates: list[str]
    ) -> None:
        """Add the unknown names of a column; of several sheets, one without rows may lack them."""
        sheets = list(dict.fromkeys(target.partition(".")[0] for target in column.references))
        empty = [sheet for sheet in sheets if not self.tables[sheet].rows]
        others = " or ".join(sheet for sheet in sheets if sheet not in empty)
        active = [word for cell, word in unknown if cell.position not in cell.table.inactive]
        if empty and sheet_is_missing(active, candidates):
            for cell, word in unknown:
                cell.table.unreadable.setdefault(cell.position, set()).add(cell.attribute)
                if cell.position not in cell.table.inactive:
                    need = SheetNeed("error", cell.address, word, others)
                    self.findings.need(empty[0], need)
            return
        for cell, word in unknown:
            self.missing.add(
                cell,
                f"{quoted(word)} is not in {' or '.join(sheets)}",
                partial(did_you_mean, word, candidates),
                partial(self._nearest, word, column.references, candidates),
            )

    def _nearest(self, word: str, targets: tuple[str, ...], candidates: list[str]) -> NearestName:
        """The nearest defined name; if nothing refers to it, its cell is probably at fault."""
        name = closest_name(word, candidates)
        if not name:
            return NearestName("")
        named = any(
            name == value or (isinstance(value, tuple) and name in value)
            for table, attribute, column in self.references
            if not set(column.references).isdisjoint(targets)
            for value in table.values[attribute]
        )
        cell = None if named else self._defining_cell(name, targets)
        if cell is None:
            return NearestName(did_you_mean(word, candidates))
        sheet = cell.table.sheet.name
        return NearestName(
            f"the nearest in {sheet} is {quoted(name)} ({cell.address}), which nothing names: "
            f"correct it there.{difference_hint(word, name)}".rstrip("."),
            cell.address,
        )

    def _defining_cell(self, name: str, targets: tuple[str, ...]) -> NameCell | None:
        for target in targets:
            sheet, _, header = target.partition(".")
            table = self.tables[sheet]
            attribute = next(a for a, c in table.sheet.columns.items() if c.header == header)
            if name in table.values[attribute]:
                return NameCell(table, table.values[attribute].index(name), attribute)
        return None


def sheet_is_missing(words: Collection[str], candidates: Collection[str]) -> bool:
    """True if names are probably those of a missing sheet, and no misspellings of others.

    Two of them resemble nothing that is there: one may be a name that was never declared.
    """
    strange = {word for word in dict.fromkeys(words) if not closest_name(word, candidates)}
    return len(strange) > 1
