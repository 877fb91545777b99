"""Every row of Costs: what it is for, its year, its present value.

The contract of the results: every cost by category, place, thing and period. So there is as much
for each as its flows cost, a row for each that costs something, and no row for anything else.
"""

from __future__ import annotations

import numpy as np

from optimizer.audit.audit_calendar import Floats, Ints
from optimizer.audit.audit_costs import CostAudit
from optimizer.audit.audit_flows import summed
from optimizer.audit.verdict import Tally

HEADERS = ("site", "item", "material", "year", "amount", "discounted")


def cost_rows(money: CostAudit) -> list[Tally]:
    """The check of the rows of Costs; none where the table does not say what they are for.

    The contract: costs fall "mid-period"; what each is for is in the sheet that states it.
    """
    table = money.tables.get("Costs")
    if table is None or not set(HEADERS) <= set(table.layout.headers):
        return []
    tally, calendar = Tally("rows of Costs"), money.calendar
    numbers: dict[tuple[str, ...], int] = {}
    right = [_cells(money, numbers, i) for i in range(len(money.entries))]
    known = len(numbers)
    cell: list[int] = []
    amounts: list[tuple[float, float]] = []
    for category, t, *place, year, amount, present in money.shown(tally, *HEADERS):
        number = numbers.setdefault((category, *place), len(numbers))
        if number >= known:
            tally.flaw(f"Costs: {category} of nothing in the plan at {', '.join(place)}")
        if year != str(calendar.calendar_years[t]):
            tally.flaw(f"Costs: {category} at {', '.join(place)} in the year {year!r}")
        cell.append(number * calendar.count + t)
        amounts.append((amount, present))
    if len(set(cell)) < len(cell):
        tally.flaw("Costs: the same cost stands twice")
    size = len(numbers) * calendar.count
    wanted, gross = np.zeros((2, size))
    for own, amount in right:
        wanted += summed(own, amount, size)
        gross += summed(own, np.abs(amount), size)
    at, shown = np.array(cell, dtype=np.int64), np.array(amounts, dtype=float).reshape(-1, 2)
    words = calendar.place([("Costs", *key) for key in numbers])
    discount = np.tile(calendar.discount, len(numbers))
    for column, factor in enumerate((np.ones(size), discount)):
        found = summed(at, shown[:, column], size)
        tally.equal(found, wanted * factor, words, np.maximum(gross, np.abs(found)))
    return [tally]


def _cells(money: CostAudit, numbers: dict[tuple[str, ...], int], i: int) -> tuple[Ints, Floats]:
    """Place and period of each amount of an entry, as one number, and the amounts."""
    entry, count = money.entries[i], money.calendar.count
    own = [numbers.setdefault((entry.category, *one), len(numbers)) for one in entry.places]
    key = np.array(own, dtype=np.int64)
    key = np.repeat(key, count) if entry.flow is None else key[entry.flow.key]
    return key * count + entry.period, entry.amount
