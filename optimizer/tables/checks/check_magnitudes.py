"""Check for amounts so small that a solver cannot distinguish them from zero."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from optimizer.tables.schema import SHEETS, Column, group_rows
from optimizer.tables.text_matching import quoted
from optimizer.tables.workbook_draft import WorkbookDraft

NEARLY_ZERO_AMOUNT = 1e-8
"""Amounts below it get a warning: HiGHS and the audit work with tolerances of 1e-7 t."""
LOST_RECIPE_QUANTITY = 1e-10
"""Quantities of a recipe below it are errors: the flow is then below the billionth of a tonne
that results leave out, and HiGHS always takes coefficients below 1e-12 for zero."""
MAX_RECIPE_RATIO = 1e10
"""Largest by smallest quantity of one recipe; a solver has some ten digits for both together."""
LOST_COEFFICIENTS = {
    ("Recipes", "quantity"): LOST_RECIPE_QUANTITY,
    ("Lanes", "arrives"): LOST_RECIPE_QUANTITY,
    ("Processes", "use"): NEARLY_ZERO_AMOUNT,
}
"""Columns in which a lost amount would change the plan, and the figure below which it is an error.

An input would be free, a unit would not limit its processes.
"""
TIME_UNITS = ("days", "months", "years")
"""Units of columns that hold a time and not an amount."""


def check_magnitudes(draft: WorkbookDraft) -> None:
    """Report amounts above zero that are so small that a plan may treat them as zero."""
    for name, sheet in SHEETS.items():
        table = draft.tables[name]
        for attribute in _amounts(sheet.columns):
            values = table.values[attribute]
            if any(0 < value < NEARLY_ZERO_AMOUNT for value in values if value is not None):
                _check_column(draft, name, attribute)
    for row in draft.readable_rows("Demand"):
        for label, tonnes in row.by_period:
            if 0 < tonnes < NEARLY_ZERO_AMOUNT:
                draft.findings.warning(
                    "Demand",
                    _message(tonnes),
                    _AMOUNT_HINT,
                    row=row.row,
                    letter=draft.tables["Demand"].letters.get(label, ""),
                    column=label,
                )
    _check_products(draft)
    _check_recipes(draft)


_AMOUNT_HINT = "write 0, or the right figure in tonnes"


def _amounts(columns: dict[str, Column]) -> list[str]:
    """Attributes that hold amounts: non-negative numbers that are neither money nor time."""
    return [
        name
        for name, column in columns.items()
        if column.kind == "number"
        and column.minimum == 0
        and column.unit not in TIME_UNITS
        and "currency" not in column.unit
    ]


def _check_column(draft: WorkbookDraft, sheet: str, attribute: str) -> None:
    rows = draft.rows_readable_in(sheet, attribute)
    largest = max((v for row in rows if _finite(v := getattr(row, attribute))), default=0.0)
    lost = LOST_COEFFICIENTS.get((sheet, attribute), 0.0)
    for row in rows:
        value = getattr(row, attribute)
        if value is None or not 0 < value < NEARLY_ZERO_AMOUNT:
            continue
        if value < lost:
            message = f"{value:g} is so small that the solver would treat it as zero"
            hint = "write 0, or the right figure"
            if attribute == "use":
                hint = "write it and the unit's capacity in a smaller unit, or leave the unit out"
            draft.error(row, attribute, message, hint)
        else:
            draft.warning(row, attribute, _message(value, largest), _AMOUNT_HINT)


def _finite(value: float | None) -> bool:
    return value is not None and value < float("inf")


def _message(value: float, largest: float = 0.0) -> str:
    comparison = f", and the largest figure of the column is {largest:g}" if largest > value else ""
    return f"{value:g} is so small that a plan may treat it as zero{comparison}"


def _check_products(draft: WorkbookDraft) -> None:
    """Warn of a small share x recovery in Recoveries where each factor alone is large enough."""
    assays = group_rows(draft.readable_rows("Assays"), lambda row: row.oxide)
    for row in draft.readable_rows("Recoveries"):
        for assay in assays.get(row.oxide, ()):
            made = assay.share * row.recovery
            if 0 < made < NEARLY_ZERO_AMOUNT <= min(assay.share, row.recovery):
                draft.warning(
                    row,
                    "recovery",
                    f"{row.recovery:g} of the {assay.share:g} t of {quoted(row.oxide)} in a tonne "
                    f"of {quoted(assay.feed)} is {made:g} t, so small that a plan may treat it as "
                    "zero",
                    "check both figures",
                )


def _check_recipes(draft: WorkbookDraft) -> None:
    """Warn of quantities of one recipe that differ by more than a solver's precision."""
    groups: dict[str, list[Any]] = defaultdict(list)
    for row in draft.readable_rows("Recipes"):
        if row.quantity >= NEARLY_ZERO_AMOUNT:
            groups[row.recipe].append(row)
    for recipe, rows in groups.items():
        least = min(rows, key=lambda row: row.quantity)
        most = max(rows, key=lambda row: row.quantity)
        if most.quantity >= MAX_RECIPE_RATIO * least.quantity:
            draft.warning(
                least,
                "quantity",
                f"{least.quantity:g} t of {quoted(least.material)} and {most.quantity:g} t of "
                f"{quoted(most.material)} in {quoted(recipe)}: the smaller quantity is lost in "
                "rounding",
                "check both figures",
            )
