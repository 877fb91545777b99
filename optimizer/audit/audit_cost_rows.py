"""Check of every row of Costs: place, item, year, amount and present value.

The contract of the results: every cost by category, place, thing and period. So each amount is
the cost of its flows, each cost has a row, and no row stands for anything else.
"""

from __future__ import annotations

import numpy as np

from optimizer.audit.audit_calendar import Floats, Ints
from optimizer.audit.audit_column_codes import sum_by_index
from optimizer.audit.audit_costs import CostAudit
from optimizer.audit.verdict import Tally

COST_ROW_HEADERS = ("site", "item", "material", "year", "amount", "discounted")


def cost_row_tallies(costs: CostAudit) -> list[Tally]:
    """The check of the rows of Costs; none where the table lacks a column of places.

    The contract: costs fall "mid-period"; what each is for is in the sheet that states it.
    """
    table = costs.tables.get("Costs")
    if table is None or not set(COST_ROW_HEADERS) <= set(table.layout.headers):
        return []
    tally, calendar = Tally("rows of Costs"), costs.calendar
    numbers: dict[tuple[str, ...], int] = {}
    entries = [_entry_amounts(costs, numbers, i) for i in range(len(costs.entries))]
    known = len(numbers)
    cell: list[int] = []
    amounts: list[tuple[float, float]] = []
    for category, t, *place, year, amount, present in costs.shown(tally, *COST_ROW_HEADERS):
        number = numbers.setdefault((category, *place), len(numbers))
        if number >= known:
            tally.fail(f"Costs: {category} of nothing in the plan at {', '.join(place)}")
        if year != str(calendar.calendar_years[t]):
            tally.fail(f"Costs: {category} at {', '.join(place)} in the year {year!r}")
        cell.append(number * calendar.count + t)
        amounts.append((amount, present))
    if len(set(cell)) < len(cell):
        tally.fail("Costs: the same cost appears twice")
    size = len(numbers) * calendar.count
    wanted, gross = np.zeros((2, size))
    for position, amount in entries:
        wanted += sum_by_index(position, amount, size)
        gross += sum_by_index(position, np.abs(amount), size)
    position_shown, shown = (
        np.array(cell, dtype=np.int64),
        np.array(amounts, dtype=float).reshape(-1, 2),
    )
    words = calendar.place([("Costs", *key) for key in numbers])
    discount = np.tile(calendar.discount, len(numbers))
    for column, factor in enumerate((np.ones(size), discount)):
        total = sum_by_index(position_shown, shown[:, column], size)
        tally.equal(total, wanted * factor, words, np.maximum(gross, np.abs(total)))
    return [tally]


def _entry_amounts(
    costs: CostAudit, numbers: dict[tuple[str, ...], int], i: int
) -> tuple[Ints, Floats]:
    """Place and period of each amount of an entry, as one number, and the amounts."""
    entry, count = costs.entries[i], costs.calendar.count
    numbers_of_places = [
        numbers.setdefault((entry.category, *place), len(numbers)) for place in entry.places
    ]
    key = np.array(numbers_of_places, dtype=np.int64)
    key = np.repeat(key, count) if entry.flow is None else key[entry.flow.key]
    return key * count + entry.period, entry.amount
