"""Check that each change of a scenario names a sheet, a column, rows and an allowed value."""

from __future__ import annotations

from typing import Any

from optimizer.tables.cell_values import InvalidCell, cell_parser
from optimizer.tables.changed_values import CHANGE_OPERAND
from optimizer.tables.dates import parse_label
from optimizer.tables.row_conditions import CONDITION_PATTERN
from optimizer.tables.schema import SHEETS, Column, group_rows
from optimizer.tables.sheets import SETTINGS
from optimizer.tables.synonyms import header_hint, sheet_hint
from optimizer.tables.text_matching import fold, quoted
from optimizer.tables.workbook_draft import WorkbookDraft


def check_scenarios(draft: WorkbookDraft) -> None:
    """Check each change, and that the rows of a scenario have one probability."""
    active = {row.scenario for row in draft.rows("Scenarios")}
    for change in draft.readable_rows("Scenarios"):
        for base in change.based_on:
            if base not in active:
                message = f"{quoted(base)} is inactive: none of its changes would be made"
                draft.error(change, "based_on", message, "write yes under active in its rows")
        if _has_no_change(draft, change):
            continue
        headers = _headers(change.sheet, draft)
        if headers is None:
            hint = sheet_hint(change.sheet, ["Settings", *SHEETS])
            draft.error(
                change,
                "sheet",
                f"{quoted(change.sheet)} is not a sheet that a scenario can change",
                hint,
            )
            continue
        needed = next((name for name in SHEETS if fold(name) == fold(change.sheet)), "")
        if needed and not draft.tables[needed].rows:
            draft.need(needed, change, "sheet", change.scenario)
            continue
        _check_where(draft, change, headers)
        column = headers.get(fold(change.column))
        if column is None:
            message = f"{quoted(change.column)} is not a column of {change.sheet}"
            names = [column.header for column in headers.values()]
            draft.error(change, "column", message, header_hint(change.column, names))
        else:
            _check_value(draft, change, column)
    for scenario, rows in group_rows(
        draft.readable_rows("Scenarios"), lambda row: row.scenario
    ).items():
        values = sorted({row.probability for row in rows} - {1.0})
        if len(values) > 1:
            message = f"{quoted(scenario)} has the probabilities {values[0]:g} and {values[1]:g}"
            draft.error(rows[-1], "probability", message, "write one for all its rows")


def _has_no_change(draft: WorkbookDraft, change: Any) -> bool:
    """True for a row that only names base scenarios, or that lacks its sheet or column."""
    blank = [name for name in ("sheet", "column") if not getattr(change, name)]
    if not blank or (not change.sheet and not change.column and change.based_on):
        return bool(blank)
    if blank == ["column"] and change.sheet == "Settings":
        return False
    draft.error(change, blank[0], "required cell is empty")
    return True


def _headers(sheet: str, draft: WorkbookDraft) -> dict[str, Column] | None:
    """Columns of a sheet by folded header, None if no scenario can change the sheet."""
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
                        "number", "", header=label, unit="t", default=None, minimum=0.0
                    )
            return headers
    return None


def _check_where(draft: WorkbookDraft, change: Any, headers: dict[str, Column]) -> None:
    for part in filter(str.strip, change.where.split(";")):
        condition = CONDITION_PATTERN.fullmatch(part)
        if not condition:
            hint = "write column = name; column >= value"
            draft.error(change, "where", f"{quoted(part)} is not a condition", hint)
        elif fold(name := condition["column"]) not in headers and not _is_period(name, draft):
            message = f"{quoted(name)} is not a column of {change.sheet}"
            names = [column.header for column in headers.values()]
            draft.error(change, "where", message, header_hint(name, names))


def _is_period(text: str, draft: WorkbookDraft) -> bool:
    return parse_label(text, draft.horizon.months if draft.horizon else 12) is not None


def _check_value(draft: WorkbookDraft, change: Any, column: Column) -> None:
    """Require a number as factor or addend, and a value that the column allows as new value."""
    if change.change != "set":
        if column.kind not in ("number", "whole", "text") or (
            column.header != "value" and column.kind == "text"
        ):
            message = (
                f"{quoted(change.change)} needs a column of numbers, not {quoted(column.header)}"
            )
            draft.error(change, "change", message, "write set")
            return
        column = CHANGE_OPERAND
    elif not change.value:
        if column.required:
            message = f"required cell is empty: {quoted(column.header)} needs a value"
            draft.error(change, "value", message, "write the new value")
        return
    if not change.value:
        draft.error(change, "value", "the cell is blank", "write the factor or addend")
        return
    try:
        cell_parser(column, draft.settings.currency)(change.value)
    except InvalidCell as complaint:
        draft.error(change, "value", complaint.message, complaint.hint)
