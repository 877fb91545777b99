"""Data validation of the template: drop-down lists and ranges that Excel checks on entry.

Excel refuses what is no number, no date or out of range. Lists only warn, since case and
spacing do not matter to the reader, and a name may be used before its sheet declares it.
"""

from __future__ import annotations

from datetime import date
from typing import Any, Final

from optimizer.tables.cell_values import CELL_NUMBER_LIMIT
from optimizer.tables.columns_page import allowed_label, references_label
from optimizer.tables.schema import INFINITY, SHEETS, Column
from optimizer.tables.sheets import STAGES

LAST_VALIDATED_ROW: Final = 5000
"""Last row with validation, and the last row whose names the drop-down lists offer.

Chosen above the length of a planner's sheets; rows below it are read, but not validated.
"""
SUGGESTED_COLUMNS: Final = {"unit": "Units.unit"}
"""The column that offers the names of a vocabulary without a declaring sheet."""


def validation_rule(sheet: str, column: Column) -> dict[str, Any] | None:
    """Validation options of a column for xlsxwriter; None where any entry is allowed."""
    if column.kind in ("number", "whole"):
        return _range(column)
    if column.kind == "date":
        return {
            "validate": "date",
            "criteria": "between",
            "minimum": date(1900, 1, 1),
            "maximum": date(2200, 12, 31),
            **_alert("stop", "A date", "Write a date such as 2027-04-01, or leave it blank."),
        }
    if column.kind == "yes/no":
        return {"validate": "list", "source": ["yes", "no"], **_warning("Allowed: yes, no.")}
    if column.choices:
        words = f"Allowed: {allowed_label(column)}."
        return {"validate": "list", "source": list(column.choices), **_warning(words)}
    return _reference(sheet, column)


def _range(column: Column) -> dict[str, Any]:
    most = CELL_NUMBER_LIMIT if column.maximum is None else column.maximum
    least = -CELL_NUMBER_LIMIT if column.minimum is None else column.minimum
    what = "Whole number" if column.kind == "whole" else "Number"
    allowed = allowed_label(column)
    words = f"{what}: {allowed}." if allowed else f"{what}, without its unit."
    if column.default == INFINITY:
        words += " For no limit leave the cell blank."
    return {
        "validate": "integer" if column.kind == "whole" else "decimal",
        "criteria": "between",
        "minimum": least,
        "maximum": most,
        **_alert("stop", what, words),
    }


def _reference(sheet: str, column: Column) -> dict[str, Any] | None:
    """Validation of a name that another sheet declares."""
    if column.vocabulary == "stage":
        return {"validate": "list", "source": list(STAGES), "show_error": False}
    places = column.references
    if not places and column.vocabulary in SUGGESTED_COLUMNS:
        place = SUGGESTED_COLUMNS[column.vocabulary]
        suggested = {"validate": "list", "source": _filled_cells(place), "show_error": False}
        return None if place.startswith(f"{sheet}.") else suggested
    if not places:
        return None
    if column.kind == "names":
        several = {"validate": "list", "source": _filled_cells(places[0]), "show_error": False}
        return several if len(places) == 1 else None
    words = f"This name is not in {references_label(column)} yet."
    if column.wildcard:
        words += " (* is allowed.)"
    if len(places) == 1:
        return {"validate": "list", "source": _filled_cells(places[0]), **_warning(words)}
    letter = template_letter(sheet, column.header)
    counts = "+".join(f"COUNTIF({_cells(place)},{letter}2)" for place in places)
    return {"validate": "custom", "value": f"={counts}>0", **_warning(words)}


def template_letter(sheet: str, header: str) -> str:
    """Letter of a column in the template; in Demand, only left of the period columns."""
    from xlsxwriter.utility import xl_col_to_name

    headers = [column.header for column in SHEETS[sheet].columns.values()]
    return str(xl_col_to_name(headers.index(header)))


def _cells(place: str) -> str:
    sheet, _, header = place.partition(".")
    letter = template_letter(sheet, header)
    return f"'{sheet}'!${letter}$2:${letter}${LAST_VALIDATED_ROW}"


def _filled_cells(place: str) -> str:
    """Formula of a column's cells down to the last filled one, so that lists show no blanks."""
    cells = _cells(place)
    first = cells.partition(":")[0]
    last = f'SUMPRODUCT(MAX(({cells}<>"")*(ROW({cells})-1)))'
    return f"={first}:INDEX({cells},MAX(1,{last}))"


def _warning(words: str) -> dict[str, Any]:
    return _alert("warning", "Please check", words)


def _alert(kind: str, title: str, words: str) -> dict[str, Any]:
    return {"error_type": kind, "error_title": title, "error_message": words[:255]}
