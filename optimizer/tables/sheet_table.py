"""One sheet as columns of typed values, with the cells that could not be read."""

from __future__ import annotations

from typing import Any

from msgspec import Struct, field

from optimizer.tables.findings import Findings, Hint
from optimizer.tables.schema import Column, Sheet

PERIOD_QUANTITY = Column("number", "demand in the period", unit="t", default=None, minimum=0.0)


class SheetTable(Struct):
    """Columns of one sheet: ``values[attribute][i]`` is the cell in row ``rows[i]`` of the sheet.

    A position is the index ``i``; a row is the number that Excel shows.
    """

    sheet: Sheet
    rows: list[int] = field(default_factory=list)
    values: dict[str, list[Any]] = field(default_factory=dict)
    letters: dict[str, str] = field(default_factory=dict)
    """Letter of each column by header."""
    unreadable: dict[int, set[str]] = field(default_factory=dict)
    """Attributes of cells that could not be read, by position of the row."""
    inactive: set[int] = field(default_factory=set)
    """Positions of the inactive rows."""
    lists_as_written: dict[int, dict[str, tuple[str, ...]]] = field(default_factory=dict)
    """Lists of names as written, before inactive names were dropped, by row and attribute."""

    def letter(self, attribute: str) -> str:
        """Letter of a column, empty if the sheet does not have it."""
        return self.letters.get(self.sheet.header(attribute), "")

    def address(self, attribute: str, row: int) -> str:
        """Address of a cell with its sheet, ``Supply!B12``: in A if the sheet lacks the column."""
        return f"{self.sheet.name}!{self.letter(attribute) or 'A'}{row}"

    def add_unreadable(
        self, findings: Findings, position: int, attribute: str, message: str, hint: Hint = ""
    ) -> None:
        """Add an error at a cell that could not be read, and record the cell in ``unreadable``."""
        self.unreadable.setdefault(position, set()).add(attribute)
        self.add_error(findings, position, attribute, message, hint)

    def add_warning(
        self, findings: Findings, position: int, attribute: str, message: str, hint: Hint = ""
    ) -> None:
        """Add a warning at a cell, unless the row is inactive."""
        if position not in self.inactive:
            self._add("warning", findings, position, attribute, message, hint)

    def add_error(
        self,
        findings: Findings,
        position: int,
        attribute: str,
        message: str,
        hint: Hint = "",
        cells: tuple[str, ...] = (),
    ) -> None:
        """Add an error at a cell; in an inactive row it is a warning.

        ``cells`` are the addresses of all cells that it is about, if there are several.
        """
        if position in self.inactive:
            what = "rows are" if cells else "row is"
            message = f"{message} (the {what} inactive)"
            self._add("warning", findings, position, attribute, message, hint, cells)
        else:
            self._add("error", findings, position, attribute, message, hint, cells)

    def _add(
        self,
        severity: str,
        findings: Findings,
        position: int,
        attribute: str,
        message: str,
        hint: Hint,
        cells: tuple[str, ...] = (),
    ) -> None:
        header = attribute  # a period's label is its header
        if attribute in self.sheet.columns:
            header = self.sheet.header(attribute)
        findings.add(
            severity,
            self.sheet.name,
            message,
            hint,
            row=self.rows[position],
            letter=self.letters.get(header, ""),
            column=header,
            cells=cells,
        )
