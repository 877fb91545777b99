"""Cases without some of their requirements, cell by cell, and whether they have a plan.

The other side of a conflict: what is named is put to the test by taking it out of the tables
and building everything anew.
"""

from dataclasses import replace

import numpy as np
from msgspec import structs

from optimizer import model, network, solver
from optimizer.tables.schema import INFINITY, SHEETS
from optimizer.tables.sheets import Unit

TIMES, MUCH = 1e3, 1e5
"""How many times a capacity is for it to be no limit, and what one of zero becomes."""


def put(**new):
    return lambda row: replace(row, **new)


def capacity(row):
    """More capacity, with the least load in tonnes as it is."""
    if not row.capacity:
        return replace(row, capacity=MUCH, minimum_load=0.0)
    return replace(row, capacity=row.capacity * TIMES, minimum_load=row.minimum_load / TIMES)


def availability(row):
    return replace(row, availability=1.0, minimum_load=row.minimum_load * row.availability)


def quantity(row):
    """More demand, with the minimum delivery in tonnes as it is."""
    return replace(
        row,
        quantity=None if row.quantity is None else row.quantity * TIMES,
        by_period=tuple((label, wanted * TIMES) for label, wanted in row.by_period),
        minimum=row.minimum / TIMES,
    )


def maximum(row):
    return replace(row, maximum=MUCH if row.maximum < INFINITY else INFINITY)


def most(row):
    return replace(row, most=max(row.most, 1.0) if row.kind == "yes/no" else TIMES)


def limit(row):
    return replace(row, maximum=1.0 if row.as_ == "share" else INFINITY)


WAYS = {
    ("Supply", "minimum"): put(minimum=0.0),
    ("Supply", "maximum"): maximum,
    ("Supply", "contract quantity"): put(contract_quantity=None),
    ("Units", "capacity"): capacity,
    ("Units", "availability"): availability,
    ("Units", "minimum load"): put(minimum_load=0.0),
    ("Options", "added capacity"): lambda row: replace(
        row, added_capacity=row.added_capacity * TIMES or MUCH
    ),
    ("Options", "most"): most,
    ("Options", "needs"): put(needs=()),
    ("Options", "one of"): put(one_of=()),
    ("Processes", "minimum"): put(minimum=0.0),
    ("Processes", "maximum"): maximum,
    ("Lanes", "maximum"): maximum,
    ("Lanes", "minimum when used"): put(minimum_when_used=0.0),
    ("Stocks", "minimum"): put(minimum=0.0),
    ("Stocks", "maximum"): put(maximum=INFINITY),
    ("Stocks", "days of cover"): put(days_of_cover=0.0),
    ("Stocks", "closing"): put(closing=0.0),
    ("Stocks", "opening"): put(opening=0.0),
    ("Pipeline", "quantity"): put(quantity=0.0),
    ("Demand", "minimum"): put(minimum=0.0),
    ("Demand", "quantity"): quantity,
    ("Rules", "maximum share"): put(maximum_share=1.0),
    ("Limits", "minimum"): put(minimum=0.0),
    ("Limits", "maximum"): limit,
    ("Blends", "minimum"): put(minimum=0.0),
    ("Blends", "maximum"): put(maximum=1.0),
    ("Sites", "segregates"): put(segregates=True),
}
"""What a row becomes without the requirement of a column."""

INFLOWS = {("Stocks", "opening"), ("Pipeline", "quantity")}
"""What must go somewhere, and what others may need: it may go, and it may stay."""


def feasible(case):
    """Whether a case has a plan; yes/no decisions to 1e-9, since what is much is large."""
    m = model.build(network.build(case))
    program = solver.transfer(m)
    costless = structs.replace(program, cost=np.zeros_like(program.cost))
    status, _ = solver.solve_with_tight_tolerances(costless, 60.0)
    assert status in ("optimal", "infeasible"), status
    return status == "optimal"


def every(case):
    """All cells (sheet, header, row) that hold a requirement."""
    return {
        (sheet, header, row.row)
        for sheet, header in WAYS
        for row in getattr(case, SHEETS[sheet].attribute)
    }


def without(case, cells):
    """The case without the requirements of cells."""
    for (sheet, header), way in WAYS.items():
        own = {row for name, column, row in cells if (name, column) == (sheet, header)}
        if own:
            attribute = SHEETS[sheet].attribute
            rows = getattr(case, attribute)
            new = tuple(way(row) if row.row in own else row for row in rows)
            case = replace(case, **{attribute: new})
    return case


def has_plan_without(case, cells):
    """Whether there is a plan without the requirements of cells, inflows there or not."""
    inflows = {cell for cell in cells if cell[:2] in INFLOWS}
    return feasible(without(case, cells)) or (
        bool(inflows) and feasible(without(case, cells - inflows))
    )


def cells_of(case, clash):
    """Cells of a clash; None where no row of Units covers a period."""
    if not clash.cell:
        return None
    place = f"{clash.sheet}!{clash.cell}"
    found = {(s, h, row) for s, h, row in every(case) if case.cell(s, row, h) == place}
    for row in case.demand:
        labels = [label for label, _ in row.by_period]
        if place in [case.cell("Demand", row.row, label) for label in labels]:
            found = {("Demand", "quantity", row.row)}
    assert len(found) == 1, (place, found)
    return {*found, *_same(case, *next(iter(found)))}


def _same(case, sheet, header, row):
    """Cells of the same requirement: rows of an option, options that exclude each other."""
    if sheet != "Options" or header == "added capacity":
        return
    own = next(option for option in case.options if option.row == row)
    for option in case.options:
        shares = set(option.one_of) & set(own.one_of)
        if shares if header == "one of" else option.option == own.option:
            yield sheet, header, option.row


def with_units(case):
    """The case with a row of Units wherever there is none."""
    meaning, rows = network.build(case), list(case.units)
    calendar, number = meaning.calendar, max((row.row for row in rows), default=1)
    for unit in meaning.units:
        own = [row for row in case.units if row.row in unit.rows]
        for t in range(calendar.count):
            if not any(calendar.cover(row.start, row.end)[t] > 0 for row in own):
                number += 1
                rows.append(_unit(unit, number, calendar.first[t], calendar.last[t]))
    return replace(case, units=tuple(rows))


def _unit(unit, row, start, end):
    return Unit(
        row=row,
        site=unit.site,
        unit=unit.unit,
        capacity=MUCH,
        availability=1.0,
        minimum_load=0.0,
        may_idle=False,
        fixed_cost=0.0,
        start=start,
        end=end,
        active=True,
        notes="",
        source="",
        confidence=None,
    )


def fault(case, why):
    """What is wrong with a conflict, empty if it is irreducible.

    All that is not named is taken out of the case: what is named must still conflict, and
    must not once any one of it is taken out too.
    """
    if not why.clashes:
        return "nothing is named"
    if not why.irreducible:
        return "the search did not end"
    cells = [cells_of(case, clash) for clash in why.clashes]
    covered = with_units(case)
    base = case if None in cells else covered
    rest = every(case) - set().union(*(own for own in cells if own))
    if has_plan_without(base, rest):
        return "what is named has a plan once the rest gives"
    for own, clash in zip(cells, why.clashes, strict=True):
        if not has_plan_without(covered if own is None else base, rest | (own or set())):
            return f"the others conflict without {clash}"
    return ""
