"""Say a requirement as a sentence that begins with its cells."""

from __future__ import annotations

from collections.abc import Sequence

from optimizer.explain.cell_locator import BOUND_PARTS, CellLocator, WorkbookCell, amount_in_words
from optimizer.model import REQUIREMENTS_BY_NAME, family_named

MAX_NAMED_CELLS = 2
"""Cells whose address and value stand in a sentence: more make it hard to read."""

WORDS_OF_UNITS = {"use per year": "per year", "activity per year": "units of activity per year"}
"""Units of columns as sentences say them. What one of use is differs from unit to unit."""


def requirement_sentence(
    places: CellLocator,
    family: str,
    names: Sequence[str],
    side: int,
    cells: Sequence[WorkbookCell],
    periods: Sequence[str] = (),
) -> str:
    """Sentence such as ``Supply!F9 (maximum): kaz sells at most 6 t per year in 2027``.

    ``names`` are the index, ``cells`` those that the sentence names, ``periods`` when it holds.
    """
    requirement = REQUIREMENTS_BY_NAME.get(family) or family_named(family)
    located = [cell for cell in cells if cell.row][:MAX_NAMED_CELLS]
    address = " and ".join(places.address(cell) for cell in located) or (
        cells[0].sheet if cells else requirement.kind
    )
    pattern = requirement.bound(side).sentence
    if not pattern:
        return f"{address}: {requirement.kind} of {', '.join(names)}"
    sentence = pattern.format(*names, value=_value(places, located))
    return f"{address}: {sentence} {places.when(periods)}".rstrip()


def _value(places: CellLocator, cells: Sequence[WorkbookCell]) -> str:
    if not cells:
        return "0 (no row covers it)"
    values = []
    for cell in cells:
        value, _ = places.value(cell)
        if isinstance(value, (int, float)):
            values.append(amount_in_words(float(value), unit_of(places, cell)))
    return " and ".join(dict.fromkeys(values))


def unit_of(places: CellLocator, cell: WorkbookCell) -> str:
    """Unit of a cell's value; the unit of a limit follows from its measure."""
    if cell.sheet != "Limits":
        unit = places.value(cell)[1]
        return WORDS_OF_UNITS.get(unit, unit)
    record = places.record(cell)
    if record.as_ == "share":
        return "share"
    unit = measured_in(places, cell)
    return f"{unit} per {record.window}".strip() if record.window != "horizon" else unit


def measured_in(places: CellLocator, cell: WorkbookCell) -> str:
    """Unit of the measure of a limit."""
    units = {"made": "units of activity", "built": "", "spent": places.case.settings.currency}
    return units.get(places.record(cell).measure, "t")


def readable_names(names: Sequence[str]) -> list[str]:
    """Names of an index without row numbers and sides of a bound."""
    return [
        part
        for part in names
        if part and not part.removeprefix("row ").isdigit() and part not in BOUND_PARTS
    ]
