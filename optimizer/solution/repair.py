"""Why there is no plan: the least that would have to give, in the workbook's words.

Two questions are put: by how much less could be asked, and by how much more would there
have to be. Only what a person can change may give; conservation of mass never does, but
an order or an opening stock that nothing can take is said so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from optimizer.network.data import Network
from optimizer.solution.prices import KINDS
from optimizer.solver import Program, ask, least_violation
from optimizer.tables.schema import INFINITY

PLENTY = 1e6
"""Tonnes that stand for no end."""

SECONDS = 20.0
"""Time to look for what has no end."""

SHOWN = 12
"""Changes of one repair that are told; the rest is counted."""

Where = tuple[str, str, str]
"""Sheet, header of the lower bound, header of the upper bound."""

SIDES = ("sum", "least", "most")

PLACES: dict[str, Where] = {
    "offer": ("Supply", "minimum", "maximum"),
    "contract": ("Supply", "", "contract quantity"),
    "capacity": ("Units", "", "capacity"),
    "minimum_load": ("Units", "minimum load", ""),
    "idle_minimum": ("Units", "minimum load", ""),
    "process": ("Processes", "minimum", "maximum"),
    "lane": ("Lanes", "", "maximum"),
    "lane_minimum": ("Lanes", "minimum when used", ""),
    "storage": ("Stocks", "minimum", "maximum"),
    "cover": ("Stocks", "days of cover", ""),
    "least_delivery": ("Demand", "minimum", ""),
    "rule_share": ("Rules", "", "maximum share"),
    "limit": ("Limits", "minimum", "maximum"),
    "blend": ("Blends", "minimum", "maximum"),
    "built_most": ("Options", "", "most"),
}
"""Where the bounds of each family stand in the workbook."""


@dataclass(frozen=True, slots=True)
class Repair:
    """One way to a feasible plan: what to ask less of, or to have more of."""

    title: str
    changes: tuple[str, ...]


def repairs(network: Network, program: Program) -> tuple[Repair, ...]:
    """The cheapest repair of either kind that makes the programme feasible."""
    family = [constraint.parent_component().local_name for constraint in program.constraints]
    may_give = np.array([name in PLACES for name in family])
    low = may_give & (program.row_lower > -INFINITY)
    high = may_give & (program.row_upper < INFINITY)
    stranded = _stranded(network, program, family)
    none = np.array([], dtype=np.int64)
    less = least_violation(program, np.flatnonzero(low), stranded)
    more = least_violation(program, none, np.flatnonzero(high))
    found = (("Ask for less", less), ("Or have more", more))
    return tuple(
        Repair(title, tuple(_told(network, program, family, amounts)))
        for title, amounts in found
        if amounts
    )


def endless(network: Network, program: Program) -> tuple[Repair, ...]:
    """Offers and demand lines that a plan without bound would use without bound."""
    bounded = replace(program, upper=np.minimum(program.upper, PLENTY))
    answer = ask(bounded, time_limit=SECONDS)
    if answer.values is None:
        return ()
    found: dict[str, None] = {}
    for variable, amount in zip(program.variables, answer.values.tolist(), strict=True):
        family = variable.parent_component().local_name
        if family == "buy" and amount > PLENTY / 2:
            names = [str(part) for part in variable.index()]
            row = _row(network, "offer", names, names[-1])
            place = network.case.cell("Supply", row, "maximum")
            found[f"{place} (maximum): offer of {', '.join(names[:3])}"] = None
    return (
        (Repair("Give a maximum to what is bought without end", tuple(found)[:SHOWN]),)
        if found
        else ()
    )


def _stranded(network: Network, program: Program, family: list[str]) -> np.ndarray:
    """Balance rows into which something comes without a decision."""
    labels = network.calendar.labels
    nodes = network.nodes
    given = {(*_key(nodes[inflow.node]), labels[inflow.period]) for inflow in network.inflows}
    return np.array(
        [
            row
            for row, (constraint, name) in enumerate(zip(program.constraints, family, strict=True))
            if name == "balance" and constraint.index() in given
        ],
        dtype=np.int64,
    )


def _key(node: Any) -> tuple[str, str, str]:
    return node.site, node.material, node.name


def _told(
    network: Network, program: Program, family: list[str], amounts: dict[int, float]
) -> Iterator[str]:
    ranked = sorted(amounts.items(), key=lambda item: -abs(item[1]))
    for row, amount in ranked[:SHOWN]:
        index = program.constraints[row].index()
        names = [str(name) for name in (index if isinstance(index, tuple) else (index,))]
        yield _sentence(network, family[row], names, amount)
    if len(ranked) > SHOWN:
        yield f"and {len(ranked) - SHOWN:,} more"


def _sentence(network: Network, name: str, names: list[str], amount: float) -> str:
    labels = network.calendar.labels
    if name == "balance":
        site, material, _, period = names
        return (
            f"{_opening(network, site, material, period)}: {amount:,.4g} t of {material} at {site} "
            f"find no use in {period}; give it a use, a Stocks row that covers {period}, a lane or "
            "a disposal cost"
        )
    sheet, low, high = PLACES[name]
    period = names[-1] if names[-1] in labels else ""
    header = low if amount < 0 else high
    row = _row(network, name, names, period)
    place = network.case.cell(sheet, row, header) if row else sheet
    kind, unit = KINDS[name]
    thing = ", ".join(part for part in names if part != period and _says_something(part))
    measured = unit if unit in ("t", "use", "activity") else ""
    size = f"{abs(amount):,.4g} {measured}".strip()
    word = "less" if amount < 0 else "more"
    when = f" in {period}" if period else ""
    return f"{place} ({header}): {kind} of {thing}: {size} {word}{when}"


def _says_something(part: str) -> bool:
    """False for parts of an index that are row numbers or sides of a bound."""
    return bool(part) and not part.removeprefix("row ").isdigit() and part not in SIDES


def _opening(network: Network, site: str, material: str, period: str) -> str:
    """Address of what is given at a place: an order, else the opening stock."""
    case, calendar = network.case, network.calendar
    for order in case.pipeline:
        t = calendar.period_of(order.arrival)
        if (order.to_site, order.material) == (site, material) and calendar.labels[t] == period:
            return case.cell("Pipeline", order.row, "quantity")
    for stock in case.stocks:
        if (stock.site, stock.material) == (site, material) and stock.opening:
            return case.cell("Stocks", stock.row, "opening")
    return "Stocks"


def _row(network: Network, name: str, names: list[str], period: str) -> int:
    """Row of the workbook that a row of the programme stands for; 0 if it is not one."""
    finders: dict[str, Callable[[Network, list[str]], tuple[int, ...]]] = {
        "offer": lambda n, k: _first(
            o.rows for o in n.offers if [o.name, o.site, o.material] == k[:3]
        ),
        "storage": lambda n, k: _first(s.rows for s in n.stores if [s.site, s.material] == k[:2]),
        "cover": lambda n, k: _first(s.rows for s in n.stores if [s.site, s.material] == k[:2]),
        "least_delivery": lambda n, k: _first(
            line.rows for line in n.lines if [line.name, line.customer] == k[:2]
        ),
        "rule_share": lambda n, k: _first((p.row,) for p in n.phases if [p.rule, p.dates] == k[:2]),
        "blend": lambda n, k: _first(
            (b.row,) for b in n.blends if [b.site, b.recipe, b.oxide] == k[:3]
        ),
        "built_most": lambda n, k: _first(o.rows for o in n.options if o.name == k[0]),
    }
    units = ("capacity", "minimum_load", "idle_minimum")
    if name in units:
        rows = _first(u.rows for u in network.units if [u.site, u.unit] == names[:2])
    elif name in finders:
        rows = finders[name](network, names)
    else:  # the row stands in the index itself: "12" or "row 12"
        numbers = [part.removeprefix("row ") for part in names]
        rows = tuple(int(part) for part in numbers if part.isdigit() and part not in (period,))[:1]
    return _covering(network, PLACES[name][0], rows, period)


def _first(found: Iterator[tuple[int, ...]]) -> tuple[int, ...]:
    return next(found, ())


def _covering(network: Network, sheet: str, rows: tuple[int, ...], period: str) -> int:
    """Of several dated rows the one that holds in the period."""
    if period and len(rows) > 1:
        t = network.calendar.labels.index(period)
        for record in network.case.rows(sheet):
            if record.row in rows and network.calendar.touched(record.start, record.end) >> t & 1:
                return int(record.row)
    return rows[0] if rows else 0
