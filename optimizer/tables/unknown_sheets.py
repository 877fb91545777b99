"""Unknown sheets: renamed input sheets are errors, all others get one common warning."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from optimizer.errors import Finding, WorkbookError
from optimizer.tables.cell_grids import CellGrid
from optimizer.tables.cell_values import cell_text, is_blank
from optimizer.tables.findings import Findings
from optimizer.tables.headers import OWN_COLUMN_PREFIX
from optimizer.tables.schema import COMMON, SHEETS
from optimizer.tables.synonyms import guess_header, guess_sheet
from optimizer.tables.text_matching import fold, joined, quoted

MIN_MATCHING_HEADERS = 2
"""Number of an input sheet's headers from which an unknown sheet is taken for it.

Chosen so that notes that happen to use one such word stay notes.
"""
_MAX_SEARCHED_ROWS = 20
"""Rows searched for headers; chosen so that a title and notes may stand above them."""
_TOOL_SHEETS = {"read me", "readme", "how to", "lists", "check report", "check report 2"}
"""Sheets that the template and the check add: no finding unless they hold an input table."""
_RESULTS_SHEETS = {"summary", "run", "purchases", "balance"}
"""Sheets that every results workbook has, and no input workbook."""


def check_unknown_sheets(
    grids: Sequence[CellGrid], present: Collection[str], findings: Findings
) -> None:
    """Add an error for each unknown sheet that holds an input table, one warning for the others.

    ``present`` are the input sheets that were found by name. Raises WorkbookError for a
    results workbook.
    """
    if {fold(grid.name) for grid in grids} >= _RESULTS_SHEETS and "Settings" not in present:
        raise WorkbookError(
            (
                Finding(
                    "error",
                    "Summary",
                    "",
                    "",
                    "this is a results workbook, not an input workbook",
                    "open the input workbook of this plan; the sheet Run names it under input",
                ),
            )
        )
    absent = [name for name in ("Settings", *SHEETS) if name not in present]
    notes = []
    for grid in grids:
        if fold(grid.name).startswith(OWN_COLUMN_PREFIX) or not any(
            not is_blank(raw) for row in grid.rows for raw in row
        ):
            continue
        name, matches = _most_similar_sheet(grid)
        if matches >= MIN_MATCHING_HEADERS:
            _add_table_error(grid.name, name, name in absent, findings)
            continue
        name = guess_sheet(grid.name, absent) if fold(grid.name) not in _TOOL_SHEETS else ""
        if name:
            _add_name_error(grid.name, name, findings)
        elif fold(grid.name) not in _TOOL_SHEETS:
            notes.append(grid.name)
    if notes:
        one = len(notes) == 1
        sheets, be = ("sheet", "is") if one else ("sheets", "are")
        findings.warning(
            notes[0],
            f"{sheets} {joined(notes, 10)} {be} not recognised, and {be} not read",
            f"begin the name with {OWN_COLUMN_PREFIX} to keep notes of your own "
            "without this warning",
        )


def _add_table_error(sheet: str, name: str, absent: bool, findings: Findings) -> None:
    """Add an error for a sheet with the columns of the input sheet ``name``."""
    if absent:
        findings.replaced.add(name)
        hint = (
            f"rename it to {quoted(name)}, "
            f"or begin its name with {OWN_COLUMN_PREFIX} if it is your own"
        )
    else:
        hint = f"move its rows to {quoted(name)}, or begin its name with {OWN_COLUMN_PREFIX}"
    findings.error(
        sheet, f"the sheet has the columns of {name}, but is not read under this name", hint
    )


def _add_name_error(sheet: str, name: str, findings: Findings) -> None:
    findings.replaced.add(name)
    findings.error(
        sheet,
        "sheet not recognised",
        f"did you mean {quoted(name)}? Begin its name with {OWN_COLUMN_PREFIX} if it is your own",
    )


def _most_similar_sheet(grid: CellGrid) -> tuple[str, int]:
    """The input sheet of whose columns an unknown sheet has most, and their number."""
    best: tuple[str, int] = ("", 0)
    for row in grid.rows[:_MAX_SEARCHED_ROWS]:
        texts = [cell_text(raw) for raw in row if isinstance(raw, str) and not is_blank(raw)]
        if len(texts) < MIN_MATCHING_HEADERS:
            continue
        if {"setting", "value"} <= set(map(fold, texts)):
            return "Settings", MIN_MATCHING_HEADERS
        for name, sheet in SHEETS.items():
            headers = [
                column.header for column in sheet.columns.values() if column.header not in COMMON
            ]
            known = {fold(header) for header in headers}
            folded = set(map(fold, texts))
            matches = len(folded & known)
            if matches >= MIN_MATCHING_HEADERS and len(texts) > matches:
                absent = [header for header in headers if fold(header) not in folded]
                matches += sum(
                    bool(guess_header(text, absent)) for text in texts if fold(text) not in known
                )
            if matches > best[1]:
                best = (name, matches)
    return best
