"""What a row of the programme says, as a sentence with its cell."""

from __future__ import annotations

from collections.abc import Sequence

from optimizer.explain.cell_locator import HIGH, LOW, SIDES, CellLocator, WorkbookCell, amount

SAID: dict[tuple[str, int], str] = {
    ("offer", LOW): "at least {value} of {0} must be bought",
    ("offer", HIGH): "{0} sells at most {value}",
    ("contract", HIGH): "the contract of {0} is for at most {value}",
    ("capacity", HIGH): "{1} at {0} has a capacity of {value}",
    ("availability", HIGH): "{1} at {0} is available for {value} of the time",
    ("added_capacity", HIGH): "one of option {0} adds a capacity of {value} to {2} at {1}",
    ("minimum_load", LOW): "{1} at {0} must run at no less than {value} of its capacity",
    ("idle_minimum", LOW): "{1} at {0}, where it runs, runs at no less than {value} of capacity",
    ("process", LOW): "{0} must be run, at least {value}",
    ("process", HIGH): "{0} is run at most {value}",
    ("lane", HIGH): "{0}, where it is used, carries at most {value}",
    ("lane_minimum", LOW): "{0}, where it is used, carries at least {value}",
    ("storage", LOW): "{0} must hold at least {value} of {1}",
    ("storage", HIGH): "{0} can hold at most {value} of {1}",
    ("cover", LOW): "{1} at {0} must cover {value}",
    ("least_delivery", LOW): "{0} must get at least {value} of its {2}",
    ("demand", HIGH): "{0} takes at most {value} of {2}",
    ("rule_share", HIGH): "rule {0}: at most {value} of the deliveries to {2} may be non-compliant",
    ("limit", LOW): "{0} ({1}) must be at least {value}",
    ("limit", HIGH): "{0} ({1}) may be at most {value}",
    ("blend", LOW): "{1} at {0} takes in at least {value} of {2}",
    ("blend", HIGH): "{1} at {0} takes in at most {value} of {2}",
    ("built_most", HIGH): "{0} is built at most {value} times",
    ("built_needs", HIGH): "{0} needs {1}",
    ("built_one_of", HIGH): "at most one of the options of {0} is built",
    ("tier", HIGH): "{0} is sold only after {3} is bought up to its maximum",
    ("custody", HIGH): "{0} does not segregate: it is clean as a whole or not at all",
    ("balance", HIGH): "{0} receives {value} of {1}",
}
"""Family and side to its sentence: names of the index by number, the cell's value."""


def said(
    places: CellLocator,
    family: str,
    names: Sequence[str],
    side: int,
    cells: Sequence[WorkbookCell],
    periods: Sequence[str] = (),
) -> str:
    """Sentence such as ``Supply!F9 (maximum): kaz sells at most 6 t per year in 2027``."""
    pattern = SAID.get((family, side))
    own = [cell for cell in cells if cell.row]
    address = " and ".join(places.address(cell) for cell in own[:2]) or (
        cells[0].sheet if cells else family
    )
    if pattern is None:
        return f"{address}: {family} of {', '.join(names)}"
    value = _value(places, own)
    padded = [*names, *[""] * 4]
    sentence = pattern.format(*padded, value=value)
    return f"{address}: {sentence} {places.when(periods)}".rstrip()


def _value(places: CellLocator, cells: Sequence[WorkbookCell]) -> str:
    if not cells:
        return "0 (no row covers it)"
    values = []
    for cell in cells[:2]:
        value, _ = places.value(cell)
        if isinstance(value, (int, float)):
            values.append(amount(float(value), unit_of(places, cell)))
    return " and ".join(dict.fromkeys(values))


def unit_of(places: CellLocator, cell: WorkbookCell) -> str:
    """Unit of a cell's value; that of a limit follows from what it measures."""
    if cell.sheet != "Limits":
        return places.value(cell)[1]
    record = places.record(cell)
    if record.as_ == "share":
        return "share"
    unit = measured_in(places, cell)
    return f"{unit} per {record.window}".strip() if record.window != "horizon" else unit


def measured_in(places: CellLocator, cell: WorkbookCell) -> str:
    """Unit of what a limit adds up."""
    units = {"made": "activity", "built": "", "spent": places.case.settings.currency}
    return units.get(places.record(cell).measure, "t")


def parts(names: Sequence[str]) -> list[str]:
    """Parts of an index that say something: no row numbers, no sides of a bound."""
    return [
        part
        for part in names
        if part and not part.removeprefix("row ").isdigit() and part not in SIDES
    ]
