"""Collect, count and sort the findings of one workbook."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Final, NamedTuple, TypedDict, Unpack

from optimizer.errors import Finding
from optimizer.tables.schema import SHEETS
from optimizer.tables.text_matching import number_of, quoted

MAX_LISTED_FINDINGS = 50
"""Findings of one column and severity that are listed; further ones are only counted.

Chosen so that a systematic mistake in one column does not hide the findings of the others.
"""

_MISSING_SHEET: Final = "the sheet is missing or has no rows"
"""Beginning of the message about a sheet that other cells need."""

Hint = str | Callable[[], str]
"""The cure, or a function that returns it, called only if the finding is listed."""


class FindingPlace(TypedDict, total=False):
    """Where a finding is; all parts are optional."""

    row: int
    letter: str
    column: str
    """Header of the column that ``letter`` stands for."""
    cells: tuple[str, ...]
    """Addresses of all cells that the finding is about, if there are several."""


class SheetNeed(NamedTuple):
    """A cell that needs a sheet without rows."""

    severity: str
    place: str
    """Address with its sheet."""
    name: str
    """The name in it; empty if the example is clear without one."""
    others: str = ""
    """Sheets that could declare the name too: ``Recipes``."""


class Findings:
    """The errors and warnings of a workbook."""

    def __init__(self) -> None:
        self._listed: list[tuple[tuple[int, int, str], Finding]] = []
        self._counts: Counter[tuple[str, str, str]] = Counter()
        self.replaced: set[str] = set()
        """Declared sheets that are missing, if an unknown sheet was reported in their place."""
        self._needs: dict[str, list[SheetNeed]] = {}
        """Cells that need a sheet without rows, by that sheet."""

    def need(self, sheet: str, need: SheetNeed) -> None:
        """Add a cell that needs a sheet without rows; all cells of a sheet are one finding."""
        self._needs.setdefault(sheet, []).append(need)

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
        finding = Finding(severity, sheet, cell, column, message, text, at.get("cells", ()))
        self._listed.append(((sheet_position(sheet), row, letter.rjust(3)), finding))

    @property
    def errors(self) -> bool:
        """True if there is an error."""
        return any(severity == "error" for severity, _, _ in self._counts) or any(
            need.severity == "error"
            for sheet, needs in self._needs.items()
            if sheet not in self.replaced
            for need in needs
        )

    def all(self) -> tuple[Finding, ...]:
        """All errors, then all warnings, each by sheet, row and column."""
        omitted = [
            (
                (sheet_position(sheet), 1 << 30, ""),
                Finding(severity, sheet, "", column, f"and {count - MAX_LISTED_FINDINGS:,} more"),
            )
            for (severity, sheet, column), count in self._counts.items()
            if column and count > MAX_LISTED_FINDINGS
        ]
        missing = [
            ((sheet_position(finding.sheet), 0, ""), finding) for finding in self._missing_sheets()
        ]
        ordered = sorted(
            self._listed + omitted + missing, key=lambda item: (item[1].severity, item[0])
        )
        return tuple(finding for _, finding in ordered)

    def _missing_sheets(self) -> list[Finding]:
        """A finding for each sheet without rows that cells need, unless it has another name."""
        return [
            missing_sheet(sheet, needs)
            for sheet, needs in self._needs.items()
            if sheet not in self.replaced
        ]


def missing_sheet(sheet: str, needs: Sequence[SheetNeed]) -> Finding:
    """The finding about a sheet without rows that cells need."""
    severity = min(need.severity for need in needs)
    example = next(need for need in needs if need.severity == severity)
    shown = f"{example.place} ({quoted(example.name)})" if example.name else example.place
    if len(needs) == 1:
        users = f"{shown} needs it"
    else:
        sheets = ", ".join(dict.fromkeys(need.place.partition("!")[0] for need in needs))
        users = f"{number_of(len(needs), 'cell')} in {sheets} need it, such as {shown}"
    elsewhere = f"; or add the names to {example.others}" if example.others else ""
    cure = f"add the sheet, or rename the one that holds these rows{elsewhere}"
    return Finding(severity, sheet, "", "", f"{_MISSING_SHEET}, and {users}", cure)


def is_of_missing_sheet(finding: Finding) -> bool:
    """True for a finding of :func:`missing_sheet`."""
    return not finding.cell and finding.message.startswith(_MISSING_SHEET)


_SHEET_POSITIONS = {name: place for place, name in enumerate(("Settings", *SHEETS))}


def sheet_position(sheet: str) -> int:
    """Place of a sheet in the order of the findings; that of an unknown sheet is the last."""
    return _SHEET_POSITIONS.get(sheet, len(_SHEET_POSITIONS))
