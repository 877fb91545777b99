"""From a workbook to a case: the story of this room."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from optimizer.errors import Finding, WorkbookError
from optimizer.tables import checks
from optimizer.tables.active_rows import switch_off
from optimizer.tables.canonical_names import spell
from optimizer.tables.case import Case
from optimizer.tables.cell_grids import CellGrid
from optimizer.tables.findings import Findings
from optimizer.tables.schema import SHEETS
from optimizer.tables.settings import GivenSettings, read_settings
from optimizer.tables.sheet_table import SheetTable, read_table
from optimizer.tables.text_matching import fold, quoted
from optimizer.tables.unknown_sheets import check_unknown_sheets
from optimizer.tables.workbook_draft import WorkbookDraft
from optimizer.tables.workbook_files import WorkbookGrids, book_of_frames, open_book


def read(path: str | os.PathLike[str]) -> Case:
    """Read an Excel workbook as a case.

    Raises UsageError (no such file), FileError (no workbook) or WorkbookError, which
    lists everything that is wrong in it.
    """
    return _case(open_book(path))


def read_frames(frames: Mapping[str, Any]) -> Case:
    """Read data frames by sheet name as a case; Settings may be a mapping of settings.

    Addresses in findings are those that the frames would have in Excel, header in row 1.
    """
    return _case(book_of_frames(frames))


def check(path: str | os.PathLike[str]) -> tuple[Finding, ...]:
    """Everything that is wrong in a workbook or worth a look, errors first."""
    try:
        return _read(open_book(path)).found.all()
    except WorkbookError as error:
        return error.findings


def _case(book: WorkbookGrids) -> Case:
    return case_of(_read(book), book.path, book.sha256)


def case_of(draft: WorkbookDraft, path: str, sha256: str) -> Case:
    """The case that a draft says; raises WorkbookError if anything in it is wrong."""
    if draft.found.errors:
        raise WorkbookError(draft.found.all())
    letters = {name: table.letters for name, table in draft.tables.items()}
    return Case(
        settings=draft.given.settings(),
        **{sheet.attribute: tuple(draft.active[name]) for name, sheet in SHEETS.items()},
        switched_off={name: tuple(rows) for name, rows in draft.off.items() if rows},
        whole={name: table.whole for name, table in draft.tables.items() if table.whole},
        warnings=draft.found.all(),
        path=path,
        sha256=sha256,
        columns={"Settings": draft.given.columns, **letters},
    )


def _read(book: WorkbookGrids) -> WorkbookDraft:
    """Read and check everything; nothing is raised."""
    found = Findings()
    grids = _known_sheets(book, found)
    given = read_settings(grids.get("Settings"), book.path, found)
    horizon = given.horizon()
    tables = {
        name: read_table(grids.get(name, CellGrid(name, [])), sheet, given.currency, horizon, found)
        for name, sheet in SHEETS.items()
    }
    return draft_of(given, tables, found)


def draft_of(given: GivenSettings, tables: dict[str, SheetTable], found: Findings) -> WorkbookDraft:
    """Spell, switch off and check what was read; complaints are added to ``found``."""
    words = spell(tables, found)
    switch_off(tables, found)
    draft = WorkbookDraft(given, given.horizon(), tables, words, found)
    checks.run(draft)
    return draft


def _known_sheets(book: WorkbookGrids, found: Findings) -> dict[str, CellGrid]:
    """The sheets of the contract by name; complain of the others."""
    by_fold = {fold(name): name for name in ("Settings", *SHEETS)}
    grids: dict[str, CellGrid] = {}
    unknown = []
    for grid in book.grids:
        name = by_fold.get(fold(grid.name))
        if grid.trouble:
            message, _, cure = grid.trouble.partition("; ")
            found.add("error" if name else "warning", name or grid.name, message, cure)
            found.replaced.update([name] if name else [])
        elif name is None:
            unknown.append(grid)
        elif name in grids:
            found.error(
                name,
                f"two sheets have this name: {quoted(grids[name].name)} and {quoted(grid.name)}",
            )
        else:
            grids[name] = grid
    check_unknown_sheets(unknown, grids.keys(), found)
    return grids
