"""Differences of two plans: cost, volumes, decisions."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from optimizer.result.result_layouts import (
    COST_CATEGORIES,
    DELIVERIES_LAYOUT,
    DISPOSAL_LAYOUT,
    INVESTMENT_LAYOUT,
    PRODUCTION_LAYOUT,
    PURCHASES_LAYOUT,
    SHIPMENTS_LAYOUT,
    SHORTAGES_LAYOUT,
    Field,
    Layout,
    Table,
    Tables,
    levels,
    table,
)
from optimizer.studies.run_outcome import added_up, kept_columns
from optimizer.tables.text_matching import fold

_BEFORE_AFTER = levels(
    Field("before", "amount", "in the first plan: tonnes, activity or number"),
    Field("after", "amount", "in the second plan"),
    Field("change", "amount", "after less before"),
)
_MONEY_CHANGE = Field(
    "money", "money", "change in what is paid for it (a sale: less revenue), not discounted"
)
_CHANGED_THING = (
    Field("kind", "text", "bought, shipped, run, delivered, short, disposed of or built"),
    Field("thing", "text", "offer, lane, process, demand line, site or option"),
)
COST_CHANGES = Layout(
    "Cost changes",
    "Discounted cost of both plans by category.",
    levels(
        Field("category", "text", "kind of cost; total in the last row"),
        Field("before", "money", "in the first plan"),
        Field("after", "money", "in the second plan"),
        Field("change", "money", "after less before"),
    ),
)
VOLUME_CHANGES = Layout(
    "Volume changes",
    "What moved, over the horizon.",
    (*_CHANGED_THING, *_BEFORE_AFTER, _MONEY_CHANGE),
)
PERIOD_CHANGES = Layout(
    "Changes by period",
    "What moved, period by period.",
    (
        *_CHANGED_THING,
        Field("period", "period", "label of the period"),
        *_BEFORE_AFTER,
        _MONEY_CHANGE,
    ),
)

NEGLIGIBLE_CHANGE = 1e-6
"""Tonnes or money, relative to the largest of both plans, that count as no change.

Chosen above the solver's feasibility tolerance of about 1e-7.
"""

_BUILT = kept_columns(INVESTMENT_LAYOUT, "option", "period", "number", "capital")
"""An option is one thing, however many units it adds to."""

ChangeSource = tuple[str, Layout, tuple[str, ...], str, tuple[str, ...], float]
"""Kind of change, table, columns of names, of the amount and of money, and the sign of money."""

CHANGE_SOURCES: tuple[ChangeSource, ...] = (
    ("bought", PURCHASES_LAYOUT, ("offer", "site", "material"), "tonnes", ("cost",), 1.0),
    (
        "shipped",
        SHIPMENTS_LAYOUT,
        ("from site", "to site", "mode", "material"),
        "tonnes",
        ("freight", "duty", "carrying"),
        1.0,
    ),
    ("run", PRODUCTION_LAYOUT, ("site", "recipe", "feed"), "activity", ("cost",), 1.0),
    (
        "delivered",
        DELIVERIES_LAYOUT,
        ("line", "customer", "material"),
        "tonnes",
        ("revenue",),
        -1.0,
    ),
    ("short", SHORTAGES_LAYOUT, ("line", "customer", "material"), "short", ("penalty",), 1.0),
    ("disposed of", DISPOSAL_LAYOUT, ("site", "material"), "tonnes", ("cost",), 1.0),
    ("built", _BUILT, ("option",), "number", ("capital",), 1.0),
)

ChangeKey = tuple[str, str, str]
"""Kind, thing, period."""


def plan_changes(before: Tables, after: Tables, *, by: str = "money") -> tuple[Table, ...]:
    """Changes of cost by category, and of volumes over the horizon and by period, largest first.

    ``by`` is ``money`` or ``tonnes``.
    """
    moved = _changes(before, after)
    total: dict[tuple[str, str], list[float]] = {}
    for (kind, thing, _), figures in moved.items():
        sums = total.setdefault((kind, thing), [0.0, 0.0, 0.0])
        for place, figure in enumerate(figures):
            sums[place] += figure
    return (
        _costs(before, after),
        table(VOLUME_CHANGES, _sorted(total, by)),
        table(PERIOD_CHANGES, _sorted(moved, by)),
    )


def _costs(before: Tables, after: Tables) -> Table:
    sums = []
    for tables in (before, after):
        by_category = dict.fromkeys(COST_CATEGORIES, 0.0)
        costs = tables["Costs"]
        for category, money in zip(costs["category"], costs["discounted"], strict=True):
            by_category[category] = by_category.get(category, 0.0) + money
        sums.append(by_category)
    old, new = sums
    rows = [
        (name, old.get(name, 0.0), new.get(name, 0.0), new.get(name, 0.0) - old.get(name, 0.0))
        for name in dict.fromkeys((*old, *new))
        if old.get(name) or new.get(name)
    ]
    first, second = sum(old.values()), sum(new.values())
    return table(COST_CHANGES, [*rows, ("total", first, second, second - first)])


def _changes(before: Tables, after: Tables) -> dict[ChangeKey, list[float]]:
    """Amount before, after and change of money by kind, thing and period; only what changed."""
    changes: dict[ChangeKey, list[float]] = {}
    spelled: dict[str, str] = {}
    for source in CHANGE_SOURCES:
        for side, tables in enumerate((before, after)):
            for (kind, thing, period), amount, money in _amounts(source, tables):
                key = (kind, spelled.setdefault(fold(thing), thing), period)
                cell = changes.setdefault(key, [0.0, 0.0, 0.0])
                cell[side] += amount
                cell[2] += money if side else -money
    sizes = (
        [max(abs(cell[place]) for cell in changes.values()) for place in (0, 2)] if changes else []
    )
    amounts, money = (NEGLIGIBLE_CHANGE * max(1.0, size) for size in sizes) if sizes else (0.0, 0.0)
    return {
        key: cell
        for key, cell in changes.items()
        if abs(cell[1] - cell[0]) > amounts or abs(cell[2]) > money
    }


def _amounts(source: ChangeSource, tables: Tables) -> Iterator[tuple[ChangeKey, float, float]]:
    kind, layout, names, header, money_headers, sign = source
    rows = tables.get(layout.name)
    if rows is None:
        return
    if layout is _BUILT:
        rows = added_up(rows, layout)
    things = zip(*(rows[name] for name in names), strict=True)
    money = zip(*(rows[name] for name in money_headers), strict=True)
    for thing, period, amount, paid in zip(
        things, rows["period"], rows[header], money, strict=True
    ):
        yield (kind, _name(kind, thing), period), amount, sign * sum(paid)


def _name(kind: str, thing: tuple[Any, ...]) -> str:
    if kind == "shipped":
        start, end, mode, material = thing
        return f"{start} to {end}{f' by {mode}' if mode else ''}, {material}"
    return ", ".join(part for part in thing if part)


def _sorted(moved: dict[Any, list[float]], by: str) -> list[tuple[Any, ...]]:
    rows = [
        (*key, before, after, after - before, money)
        for key, (before, after, money) in moved.items()
    ]
    largest: Callable[[tuple[Any, ...]], Any] = (
        (lambda row: (-abs(row[-1]), -abs(row[-2])))
        if by == "money"
        else (lambda row: (-abs(row[-2]), -abs(row[-1])))
    )
    return sorted(rows, key=largest)
