"""Findings of one workbook: collected, counted, sorted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import TypedDict, Unpack

from optimizer.errors import Finding
from optimizer.tables.schema import SHEETS

MOST = 50
"""Findings of one column that are listed; the rest is counted."""

Hint = str | Callable[[], str]
"""The cure; a function is called only if the finding is listed."""


class FindingPlace(TypedDict, total=False):
    """Where a finding is: all parts may be left out."""

    row: int
    letter: str
    column: str
    """Header of the column."""


class Findings:
    """Collects what is wrong with a workbook."""

    def __init__(self) -> None:
        self._found: list[tuple[tuple[int, int, str], Finding]] = []
        self._counts: Counter[tuple[str, str, str]] = Counter()
        self.replaced: set[str] = set()
        """Sheets of the contract for which another sheet was taken, and complained of."""

    def error(self, sheet: str, message: str, hint: Hint = "", **at: Unpack[FindingPlace]) -> None:
        """Add an error at a cell (row and letter), a column (letter) or a sheet."""
        self.add("error", sheet, message, hint, **at)

    def warning(
        self, sheet: str, message: str, hint: Hint = "", **at: Unpack[FindingPlace]
    ) -> None:
        """Add a warning at a cell (row and letter), a column (letter) or a sheet."""
        self.add("warning", sheet, message, hint, **at)

    def add(
        self, severity: str, sheet: str, message: str, hint: Hint = "", **at: Unpack[FindingPlace]
    ) -> None:
        """Add a finding of either severity; from the 51st of a column on they are counted."""
        row, letter, column = at.get("row", 0), at.get("letter", ""), at.get("column", "")
        key = (severity, sheet, column)
        self._counts[key] += 1
        if column and self._counts[key] > MOST:
            return
        cell = f"{letter or 'A'}{row}" if row else letter
        text = hint if isinstance(hint, str) else hint()
        finding = Finding(severity, sheet, cell, column, message, text)
        self._found.append(((_place(sheet), row, letter.rjust(3)), finding))

    @property
    def errors(self) -> bool:
        """True if there is any error."""
        return any(severity == "error" for severity, _, _ in self._counts)

    def all(self) -> tuple[Finding, ...]:
        """Errors, then warnings, each in the order of the workbook."""
        rest = [
            (
                (_place(sheet), 1 << 30, ""),
                Finding(severity, sheet, "", column, f"and {count - MOST:,} more"),
            )
            for (severity, sheet, column), count in self._counts.items()
            if column and count > MOST
        ]
        found = sorted(self._found + rest, key=lambda item: (item[1].severity, item[0]))
        return tuple(finding for _, finding in found)


_ORDER = {name: place for place, name in enumerate(("Settings", *SHEETS))}


def _place(sheet: str) -> int:
    return _ORDER.get(sheet, len(_ORDER))
