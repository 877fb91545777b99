"""Scenarios: each change names a sheet, a column and rows, and a value that can stand there."""

from __future__ import annotations

from typing import Any

from optimizer.tables.cell_values import CellComplaint, parser
from optimizer.tables.dates import parse_label
from optimizer.tables.row_conditions import CONDITION
from optimizer.tables.schema import SHEETS, Column
from optimizer.tables.sheets import SETTINGS
from optimizer.tables.text_matching import did_you_mean, fold, quoted
from optimizer.tables.workbook_draft import WorkbookDraft, grouped

NUMBER = Column("number", "factor or addend")


def check_scenarios(draft: WorkbookDraft) -> None:
    """A change can be made, and the rows of a scenario have one probability."""
    for change in draft.sound("Scenarios"):
        if _says_nothing(draft, change):
            continue
        headers = _headers(change.sheet, draft)
        if headers is None:
            hint = did_you_mean(change.sheet, ["Settings", *SHEETS])
            draft.error(
                change,
                "sheet",
                f"{quoted(change.sheet)} is not a sheet that a scenario can change",
                hint,
            )
            continue
        _check_where(draft, change, headers)
        column = headers.get(fold(change.column))
        if column is None:
            message = f"{quoted(change.column)} is not a column of {change.sheet}"
            names = [column.header for column in headers.values()]
            draft.error(change, "column", message, did_you_mean(change.column, names))
        else:
            _check_value(draft, change, column)
    for scenario, rows in grouped(draft.sound("Scenarios"), lambda row: row.scenario).items():
        found = sorted({row.probability for row in rows} - {1.0})
        if len(found) > 1:
            message = f"{quoted(scenario)} has the probabilities {found[0]:g} and {found[1]:g}"
            draft.error(rows[-1], "probability", message, "write one for all its rows")


def _says_nothing(draft: WorkbookDraft, change: Any) -> bool:
    """True for a row that only names what its scenario is based on, or lacks its sheet."""
    blank = [name for name in ("sheet", "column") if not getattr(change, name)]
    if not blank or (not change.sheet and not change.column and change.based_on):
        return bool(blank)
    if blank == ["column"] and change.sheet == "Settings":
        return False
    draft.error(change, blank[0], "the cell is blank, but required")
    return True


def _headers(sheet: str, draft: WorkbookDraft) -> dict[str, Column] | None:
    """Columns of a sheet by fold of their header, None if no scenario can change it."""
    if fold(sheet) == "scenarios":
        return None
    if fold(sheet) == "settings":
        columns = {fold(column.header): column for column in SETTINGS.values()}
        return columns | {
            name: Column("text", "", header=name) for name in ("setting", "value", "")
        }
    for name, declared in SHEETS.items():
        if fold(name) == fold(sheet):
            headers = {fold(column.header): column for column in declared.columns.values()}
            if name == "Demand":
                for label in draft.horizon.labels() if draft.horizon else ():
                    headers[fold(label)] = Column(
                        "number", "", header=label, unit="t", default=None, least=0.0
                    )
            return headers
    return None


def _check_where(draft: WorkbookDraft, change: Any, headers: dict[str, Column]) -> None:
    for part in filter(str.strip, change.where.split(";")):
        found = CONDITION.fullmatch(part)
        if not found:
            hint = "write column = name; column >= value"
            draft.error(change, "where", f"{quoted(part)} is not a condition", hint)
        elif fold(found["column"]) not in headers and not _is_period(found["column"], draft):
            message = f"{quoted(found['column'])} is not a column of {change.sheet}"
            names = [column.header for column in headers.values()]
            draft.error(change, "where", message, did_you_mean(found["column"], names))


def _is_period(text: str, draft: WorkbookDraft) -> bool:
    return parse_label(text, draft.horizon.months if draft.horizon else 12) is not None


def _check_value(draft: WorkbookDraft, change: Any, column: Column) -> None:
    """A factor or addend is a number; a new value is one that the column may hold."""
    if change.change != "set":
        if column.kind not in ("number", "whole", "text") or (
            column.header != "value" and column.kind == "text"
        ):
            message = (
                f"{quoted(change.change)} needs a column of numbers, not {quoted(column.header)}"
            )
            draft.error(change, "change", message, "write set")
            return
        column = NUMBER
    elif not change.value:
        if column.required:
            message = f"the cell is blank, but {quoted(column.header)} is required"
            draft.error(change, "value", message, "write the new value")
        return
    if not change.value:
        draft.error(change, "value", "the cell is blank", "write the factor or addend")
        return
    try:
        parser(column, draft.given.currency)(change.value)
    except CellComplaint as complaint:
        draft.error(change, "value", complaint.message, complaint.hint)
