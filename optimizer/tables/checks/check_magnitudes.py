"""Amounts so small that they vanish beside ordinary ones."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from optimizer.tables.schema import SHEETS, Column
from optimizer.tables.text_matching import quoted
from optimizer.tables.workbook_draft import WorkbookDraft, grouped

SMALL = 1e-8
"""Amounts below it are worth a warning: HiGHS and the audit work with tolerances of 1e-7 t."""
LOST = 1e-10
"""Quantities of a recipe below it are errors: what flows then is below the billionth of a tonne
that results leave out, and HiGHS takes coefficients below 1e-12 for zero whatever it is told."""
APART = 1e10
"""Largest by smallest quantity of one recipe: a solver has some ten digits for both."""
COEFFICIENTS = {
    ("Recipes", "quantity"): LOST,
    ("Lanes", "arrives"): LOST,
    ("Processes", "use"): SMALL,
}
"""Columns in which a smaller amount would change the plan: an input that costs nothing, a unit
that binds nobody. Smaller figures are errors."""
TIMES = ("days", "months", "years")
"""Units of columns that are a time and no amount."""


def check_magnitudes(draft: WorkbookDraft) -> None:
    """No amount is above zero and yet so small that it is lost beside the others."""
    for name, sheet in SHEETS.items():
        table = draft.tables[name]
        for attribute in _amounts(sheet.columns):
            values = table.values[attribute]
            if any(0 < value < SMALL for value in values if value is not None):
                _check_column(draft, name, attribute)
    for row in draft.sound("Demand"):
        for label, tonnes in row.by_period:
            if 0 < tonnes < SMALL:
                draft.found.warning(
                    "Demand",
                    _message(tonnes),
                    _CURE,
                    row=row.row,
                    letter=draft.tables["Demand"].letters.get(label, ""),
                    column=label,
                )
    _check_products(draft)
    _check_recipes(draft)


_CURE = "write 0, or the right figure in tonnes"


def _amounts(columns: dict[str, Column]) -> list[str]:
    """Attributes that hold amounts: numbers that may not be negative and are not money or time."""
    return [
        name
        for name, column in columns.items()
        if column.kind == "number"
        and column.least == 0
        and column.unit not in TIMES
        and "currency" not in column.unit
    ]


def _check_column(draft: WorkbookDraft, sheet: str, attribute: str) -> None:
    rows = draft.named(sheet, attribute)
    largest = max((v for row in rows if _finite(v := getattr(row, attribute))), default=0.0)
    lost = COEFFICIENTS.get((sheet, attribute), 0.0)
    for row in rows:
        value = getattr(row, attribute)
        if value is None or not 0 < value < SMALL:
            continue
        if value < lost:
            message = f"{value:g} is so small that the solver would take it for zero"
            cure = "write 0, or the right figure"
            if attribute == "use":
                cure = "write it and the unit's capacity in a smaller unit, or leave the unit out"
            draft.error(row, attribute, message, cure)
        else:
            draft.warning(row, attribute, _message(value, largest), _CURE)


def _finite(value: float | None) -> bool:
    return value is not None and value < float("inf")


def _message(value: float, largest: float = 0.0) -> str:
    beside = f", and the largest figure of the column is {largest:g}" if largest > value else ""
    return f"{value:g} is so small that a plan may treat it as zero{beside}"


def _check_products(draft: WorkbookDraft) -> None:
    """Products of Recoveries: share x recovery, each of which may be large enough."""
    assays = grouped(draft.sound("Assays"), lambda row: row.oxide)
    for row in draft.sound("Recoveries"):
        for assay in assays.get(row.oxide, ()):
            made = assay.share * row.recovery
            if 0 < made < SMALL <= min(assay.share, row.recovery):
                draft.warning(
                    row,
                    "recovery",
                    f"{row.recovery:g} of the {assay.share:g} t of {quoted(row.oxide)} in a tonne "
                    f"of {quoted(assay.feed)} is {made:g} t, so small that a plan may treat it as "
                    "zero",
                    "check both figures",
                )


def _check_recipes(draft: WorkbookDraft) -> None:
    """Quantities of one recipe are of comparable size."""
    groups: dict[str, list[Any]] = defaultdict(list)
    for row in draft.sound("Recipes"):
        if row.quantity >= SMALL:
            groups[row.recipe].append(row)
    for recipe, rows in groups.items():
        least = min(rows, key=lambda row: row.quantity)
        most = max(rows, key=lambda row: row.quantity)
        if most.quantity >= APART * least.quantity:
            draft.warning(
                least,
                "quantity",
                f"{least.quantity:g} t of {quoted(least.material)} beside {most.quantity:g} t of "
                f"{quoted(most.material)} in {quoted(recipe)}: the smaller one is lost in rounding",
                "check both figures",
            )
