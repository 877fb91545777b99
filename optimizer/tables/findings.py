"""Collect, count and sort the findings of one workbook."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import TypedDict, Unpack

from optimizer.errors import Finding
from optimizer.tables.schema import SHEETS

MAX_LISTED_FINDINGS = 50
"""Findings of one column and severity that are listed; further ones are only counted.

Chosen so that a systematic mistake in one column does not hide the findings of the others.
"""

Hint = str | Callable[[], str]
"""The cure, or a function that returns it, called only if the finding is listed."""


class FindingPlace(TypedDict, total=False):
    """Where a finding is; all parts are optional."""

    row: int
    letter: str
    column: str
    """Header of the column that ``letter`` stands for."""


class Findings:
    """The errors and warnings of a workbook."""

    def __init__(self) -> None:
        self._listed: list[tuple[tuple[int, int, str], Finding]] = []
        self._counts: Counter[tuple[str, str, str]] = Counter()
        self.replaced: set[str] = set()
        """Declared sheets that are missing, if an unknown sheet was reported in their place."""

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
        """Add a finding; beyond MAX_LISTED_FINDINGS of a column it is only counted."""
        row, letter, column = at.get("row", 0), at.get("letter", ""), at.get("column", "")
        key = (severity, sheet, column)
        self._counts[key] += 1
        if column and self._counts[key] > MAX_LISTED_FINDINGS:
            return
        cell = f"{letter or 'A'}{row}" if row else letter
        text = hint if isinstance(hint, str) else hint()
        finding = Finding(severity, sheet, cell, column, message, text)
        self._listed.append(((_sheet_position(sheet), row, letter.rjust(3)), finding))

    @property
    def errors(self) -> bool:
        """True if there is an error."""
        return any(severity == "error" for severity, _, _ in self._counts)

    def all(self) -> tuple[Finding, ...]:
        """All errors, then all warnings, each by sheet, row and column."""
        omitted = [
            (
                (_sheet_position(sheet), 1 << 30, ""),
                Finding(severity, sheet, "", column, f"and {count - MAX_LISTED_FINDINGS:,} more"),
            )
            for (severity, sheet, column), count in self._counts.items()
            if column and count > MAX_LISTED_FINDINGS
        ]
        ordered = sorted(self._listed + omitted, key=lambda item: (item[1].severity, item[0]))
        return tuple(finding for _, finding in ordered)


_SHEET_POSITIONS = {name: place for place, name in enumerate(("Settings", *SHEETS))}


def _sheet_position(sheet: str) -> int:
    return _SHEET_POSITIONS.get(sheet, len(_SHEET_POSITIONS))
