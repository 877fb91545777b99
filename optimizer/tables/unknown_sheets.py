"""Sheets that are not the contract's: renamed ones are errors, a planner's notes are named."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from optimizer.errors import Finding, WorkbookError
from optimizer.tables.cell_grids import CellGrid
from optimizer.tables.cell_values import blank, text_of
from optimizer.tables.findings import Findings
from optimizer.tables.headers import OWN_MARK
from optimizer.tables.schema import COMMON, SHEETS
from optimizer.tables.synonyms import meant_header, meant_sheet
from optimizer.tables.text_matching import fold, listed, quoted

ENOUGH = 2
"""Column names of a contract sheet from which an unknown sheet is taken for it."""
_SEARCHED = 20
_QUIET = {"read me", "readme", "how to", "lists", "check report", "check report 2"}
"""Sheets that the template and the check add; nothing is said of them unless they hold a table."""
_RESULTS = {"summary", "run", "purchases", "balance"}
"""Sheets that a results workbook has, and no workbook to plan."""


def check_unknown_sheets(
    grids: Sequence[CellGrid], present: Collection[str], found: Findings
) -> None:
    """Complain of unknown sheets that hold a table of the contract; name the others once.

    Raises WorkbookError, alone, for a results workbook.
    """
    if {fold(grid.name) for grid in grids} >= _RESULTS and "Settings" not in present:
        raise WorkbookError(
            (
                Finding(
                    "error",
                    "Summary",
                    "",
                    "",
                    "this is a results workbook, not a workbook to plan",
                    "open the workbook that the plan was made from: sheet Run names it under input",
                ),
            )
        )
    absent = [name for name in ("Settings", *SHEETS) if name not in present]
    notes = []
    for grid in grids:
        if fold(grid.name).startswith(OWN_MARK) or not any(
            not blank(raw) for row in grid.rows for raw in row
        ):
            continue
        like, hits = _contract_sheet(grid)
        if hits >= ENOUGH:
            _complain(grid.name, like, like in absent, found)
            continue
        name = meant_sheet(grid.name, absent) if fold(grid.name) not in _QUIET else ""
        if name:
            _complain_of_name(grid.name, name, found)
        elif fold(grid.name) not in _QUIET:
            notes.append(grid.name)
    if notes:
        verb = "is not a sheet" if len(notes) == 1 else "are not sheets"
        found.warning(
            notes[0],
            f"{listed(notes, 10)} {verb} of the workbook's contract and {_is(notes)} not read",
            f"begin the name with {OWN_MARK} to keep notes of your own without this warning",
        )


def _is(notes: Sequence[str]) -> str:
    return "is" if len(notes) == 1 else "are"


def _complain(sheet: str, like: str, absent: bool, found: Findings) -> None:
    """Complain of a sheet that holds the columns of a contract sheet."""
    if absent:
        found.replaced.add(like)
        cure = f"rename it to {quoted(like)}, or begin its name with {OWN_MARK} if it is your own"
    else:
        cure = f"move its rows to {quoted(like)}, or begin its name with {OWN_MARK}"
    found.error(sheet, f"the sheet has columns of {like}, and is not read under this name", cure)


def _complain_of_name(sheet: str, name: str, found: Findings) -> None:
    found.replaced.add(name)
    found.error(
        sheet,
        "is not a sheet of the workbook",
        f"did you mean {quoted(name)}? Begin its name with {OWN_MARK} if it is your own",
    )


def _contract_sheet(grid: CellGrid) -> tuple[str, int]:
    """The contract sheet whose columns an unknown sheet has most of, and how many."""
    best: tuple[str, int] = ("", 0)
    for row in grid.rows[:_SEARCHED]:
        texts = [text_of(raw) for raw in row if isinstance(raw, str) and not blank(raw)]
        if len(texts) < ENOUGH:
            continue
        if {"setting", "value"} <= set(map(fold, texts)):
            return "Settings", ENOUGH
        for name, sheet in SHEETS.items():
            own = [
                column.header for column in sheet.columns.values() if column.header not in COMMON
            ]
            known = {fold(header) for header in own}
            hits = sum(text in known for text in {fold(text) for text in texts})
            if hits >= ENOUGH and len(texts) > hits:
                left = [header for header in own if fold(header) not in set(map(fold, texts))]
                hits += sum(
                    bool(meant_header(text, left)) for text in texts if fold(text) not in known
                )
            if hits > best[1]:
                best = (name, hits)
    return best
