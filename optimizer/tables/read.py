"""Read a workbook as a case: sheets, canonical names, inactive rows, checks, in this order."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from optimizer.errors import Finding, WorkbookError
from optimizer.tables import checks
from optimizer.tables.active_rows import deactivate_dependent_rows
from optimizer.tables.canonical_names import canonicalise_names
from optimizer.tables.case import Case
from optimizer.tables.cell_grids import CellGrid
from optimizer.tables.findings import Findings
from optimizer.tables.schema import SHEETS
from optimizer.tables.settings import SettingsTable, read_settings
from optimizer.tables.sheet_table import SheetTable
from optimizer.tables.table_reading import read_table
from optimizer.tables.text_matching import fold, quoted
from optimizer.tables.unknown_sheets import check_unknown_sheets
from optimizer.tables.workbook_draft import WorkbookDraft
from optimizer.tables.workbook_files import (
    WorkbookGrids,
    WorkbookSource,
    grids_of_frames,
    read_workbook_file,
)


def read(path: WorkbookSource) -> Case:
    """Read an Excel workbook as a case: from a path, its bytes or an open binary file.

    Raises UsageError (no such file, or something else), FileError (the file is no workbook) or
    WorkbookError, which lists all errors and warnings.
    """
    return _case(read_workbook_file(path))


def read_frames(frames: Mapping[str, Any]) -> Case:
    """Read data frames by sheet name as a case; Settings may be a mapping of settings.

    Cell addresses in findings assume that each frame's header is in row 1. Raises UsageError
    for anything else than frames, and WorkbookError as ``read`` does.
    """
    return _case(grids_of_frames(frames))


def check(path: WorkbookSource) -> tuple[Finding, ...]:
    """All findings about a workbook, errors before warnings.

    Raises UsageError if there is no such file, FileError if it is no workbook.
    """
    try:
        return _read(read_workbook_file(path)).findings.all()
    except WorkbookError as error:
        return error.findings


def _case(workbook: WorkbookGrids) -> Case:
    return case_of(_read(workbook), workbook.path, workbook.sha256)


def case_of(draft: WorkbookDraft, path: str, sha256: str) -> Case:
    """The case of a checked draft; raises WorkbookError if any finding is an error."""
    if draft.findings.errors:
        raise WorkbookError(draft.findings.all())
    letters = {name: table.letters for name, table in draft.tables.items()}
    return Case(
        settings=draft.settings.to_record(),
        **{sheet.attribute: tuple(draft.active[name]) for name, sheet in SHEETS.items()},
        switched_off={name: tuple(rows) for name, rows in draft.inactive.items() if rows},
        lists_as_written={
            name: table.lists_as_written
            for name, table in draft.tables.items()
            if table.lists_as_written
        },
        warnings=draft.findings.all(),
        path=path,
        sha256=sha256,
        columns={"Settings": draft.settings.columns, **letters},
    )


def _read(workbook: WorkbookGrids) -> WorkbookDraft:
    """Read and check every sheet; errors are findings of the draft.

    Raises WorkbookError only for a results workbook.
    """
    findings = Findings()
    grids = _known_sheets(workbook, findings)
    settings = read_settings(grids.get("Settings"), workbook.path, findings)
    horizon = settings.horizon()
    tables = {}
    for name, sheet in SHEETS.items():
        grid = grids.get(name, CellGrid(name, []))
        tables[name] = read_table(grid, sheet, settings.currency, horizon, findings)
    return draft_of(settings, tables, findings)


def draft_of(
    settings: SettingsTable,
    tables: dict[str, SheetTable],
    findings: Findings,
    changed: bool = False,
) -> WorkbookDraft:
    """Tables with canonical names and inactive rows marked, checked; adds to ``findings``.

    ``changed`` says that they are those of a case after a change.
    """
    vocabularies = canonicalise_names(tables, findings)
    deactivate_dependent_rows(tables, findings)
    draft = WorkbookDraft(settings, settings.horizon(), tables, vocabularies, findings, changed)
    checks.run(draft)
    return draft


def _known_sheets(workbook: WorkbookGrids, findings: Findings) -> dict[str, CellGrid]:
    """Sheets that a workbook may have, by their declared name; adds findings for the rest."""
    by_fold = {fold(name): name for name in ("Settings", *SHEETS)}
    grids: dict[str, CellGrid] = {}
    unknown = []
    for grid in workbook.grids:
        name = by_fold.get(fold(grid.name))
        if grid.trouble:
            message, _, hint = grid.trouble.partition("; ")
            findings.add("error" if name else "warning", name or grid.name, message, hint)
            findings.replaced.update([name] if name else [])
        elif name is None:
            unknown.append(grid)
        elif name in grids:
            findings.error(
                name,
                f"two sheets have this name: {quoted(grids[name].name)} and {quoted(grid.name)}",
            )
        else:
            grids[name] = grid
    check_unknown_sheets(unknown, grids.keys(), findings)
    return grids
