"""Where a row of the programme stands in the workbook: sheet, row, column, and its words."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from functools import cached_property
from typing import Any

from msgspec import Struct

from optimizer.network.calendar import members
from optimizer.network.network_data import Network
from optimizer.tables.schema import INFINITY, SHEETS

LOW, HIGH = -1, 1
"""Sides of a row: its lower bound (something is asked for) and its upper one (a limit)."""

Where = tuple[str, str, str]
"""Sheet, header of the lower bound, header of the upper bound."""

PLACES: dict[str, Where] = {
    "offer": ("Supply", "minimum", "maximum"),
    "contract": ("Supply", "", "contract quantity"),
    "capacity": ("Units", "", "capacity"),
    "availability": ("Units", "", "availability"),
    "added_capacity": ("Options", "", "added capacity"),
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
"""Where the bounds of each family stand that a number can relieve."""

LOGIC: dict[str, Where] = {
    "demand": ("Demand", "", "quantity"),
    "custody": ("Sites", "", "segregates"),
    "tier": ("Supply", "", "after"),
    "built_needs": ("Options", "", "needs"),
    "built_one_of": ("Options", "", "one of"),
}
"""Where families stand that clash with others, but that no smaller number relieves."""

SIDES = ("sum", "least", "most")
"""Parts of an index that say which bound of a row is meant."""


class WorkbookCell(Struct, frozen=True):
    """A cell of the workbook; ``row`` is 0 where there is none to point at."""

    sheet: str
    row: int
    header: str


class CellLocator:
    """Cells of the rows of a programme, and their words."""

    def __init__(self, network: Network) -> None:
        self.network = network
        self.case = network.case
        self.labels = {name: t for t, name in enumerate(network.calendar.labels)}

    @cached_property
    def _records(self) -> dict[tuple[str, int], Any]:
        return {(name, row.row): row for name in SHEETS for row in self._rows(name)}

    def _rows(self, sheet: str) -> Sequence[Any]:
        return getattr(self.case, SHEETS[sheet].attribute, ())

    @cached_property
    def _keyed(self) -> dict[tuple[str, ...], tuple[int, ...]]:
        """Rows of sheets by the first names of an index."""
        network = self.network
        found: dict[tuple[str, ...], tuple[int, ...]] = {}
        for offer in network.offers:
            found["offer", offer.name, offer.site, offer.material] = offer.rows
        for unit in network.units:
            found["unit", unit.site, unit.unit] = unit.rows
        for store in network.stores:
            found["store", store.site, store.material] = store.rows
        for line in network.lines:
            found["line", line.name, line.customer, line.material] = line.rows
        for phase in network.phases:
            found["rule", phase.rule, phase.dates] = (phase.row,)
        for blend in network.blends:
            found["blend", blend.site, blend.recipe, blend.oxide] = (blend.row,)
        for option in network.options:
            found["option", option.name] = option.rows
            for group in option.groups:
                found["group", group] = (*found.get(("group", group), ()), *option.rows)
        for site in self.case.sites:
            found["site", site.site] = (site.row,)
        return found

    @cached_property
    def _bounds(self) -> dict[tuple[str, str], tuple[int, ...]]:
        """Rows of lanes and processes that share a limit, by sheet and first row."""
        found = {("Lanes", str(own.rows[0])): own.rows for own in self.network.arc_bounds}
        found |= {("Processes", str(own.rows[0])): own.rows for own in self.network.process_bounds}
        return found

    def record(self, cell: WorkbookCell) -> Any:
        """Record that a cell belongs to."""
        return self._records[cell.sheet, cell.row]

    def period(self, names: Sequence[str]) -> int | None:
        """Period of an index, if it ends with one."""
        return self.labels.get(names[-1])

    def cells(self, family: str, names: Sequence[str], side: int) -> tuple[WorkbookCell, ...]:
        """Cells that a bound of a row comes from: of dated rows those that hold in its period."""
        where = PLACES.get(family) or LOGIC.get(family)
        if where is None:
            return ()
        sheet, header = where[0], where[1] if side == LOW else where[2]
        t = self.period(names)
        rows = self.covering(sheet, self._found(family, names), t)
        if family == "storage" and side == LOW:
            return self._stock_minimum(rows, t)
        if sheet == "Stocks":
            rows = self._strictest(rows, header, least=family == "storage")
        if family == "demand" and t is not None:
            return tuple(WorkbookCell(sheet, row, self._quantity(row, names[-1])) for row in rows)
        return tuple(WorkbookCell(sheet, row, header) for row in rows)

    def _found(self, family: str, names: Sequence[str]) -> tuple[int, ...]:
        kinds = {
            "offer": ("offer", 3),
            "tier": ("offer", 3),
            "capacity": ("unit", 2),
            "availability": ("unit", 2),
            "minimum_load": ("unit", 2),
            "idle_minimum": ("unit", 2),
            "storage": ("store", 2),
            "cover": ("store", 2),
            "least_delivery": ("line", 3),
            "demand": ("line", 3),
            "rule_share": ("rule", 2),
            "blend": ("blend", 3),
            "built_most": ("option", 1),
            "built_needs": ("option", 1),
            "built_one_of": ("group", 1),
            "custody": ("site", 1),
        }
        if family in kinds:
            kind, count = kinds[family]
            return self._keyed.get((kind, *names[:count]), ())
        sheet = (PLACES.get(family) or LOGIC[family])[0]
        if family in ("lane", "lane_minimum"):
            return self._bounds.get((sheet, names[2]), ())
        if family == "process":
            return self._bounds.get((sheet, names[1]), ())
        numbers = [name.removeprefix("row ") for name in names if name.startswith("row ")]
        return tuple(int(number) for number in numbers if number.isdigit())[:1]

    def covering(self, sheet: str, rows: tuple[int, ...], t: int | None) -> tuple[int, ...]:
        """Of dated rows of a sheet those that hold in a period."""
        if t is None or not rows or not SHEETS[sheet].dated or sheet in ("Limits", "Rules"):
            return rows
        calendar = self.network.calendar
        records = [self._records[sheet, row] for row in rows]
        return tuple(row.row for row in records if calendar.cover(row.start, row.end)[t] > 0)

    def _strictest(self, rows: tuple[int, ...], header: str, *, least: bool) -> tuple[int, ...]:
        """Of rows of Stocks that all bind those that bind most: the least value, or the largest."""
        values = {row: float(self.value(WorkbookCell("Stocks", row, header))[0]) for row in rows}
        limit = (min if least else max)(values.values(), default=0.0)
        return tuple(row for row in rows if values[row] == limit)

    def _stock_minimum(self, rows: tuple[int, ...], t: int | None) -> tuple[WorkbookCell, ...]:
        cells = []
        for row in rows:
            record = self._records["Stocks", row]
            at_end = t == self.network.calendar.count - 1 and (
                record.end is None or record.end >= self.network.calendar.last[-1]
            )
            closing = record.closing if at_end else 0.0
            if record.minimum >= closing or record.minimum:
                cells.append(WorkbookCell("Stocks", row, "minimum"))
            if closing and closing >= record.minimum:
                cells.insert(0, WorkbookCell("Stocks", row, "closing"))
        return tuple(cells)

    def _quantity(self, row: int, label: str) -> str:
        return label if label in dict(self._records["Demand", row].by_period) else "quantity"

    def address(self, cell: WorkbookCell) -> str:
        """Address as a planner types it, such as ``Supply!F9 (maximum)``."""
        if not cell.row:
            return cell.sheet
        place = self.case.cell(cell.sheet, cell.row, cell.header)
        return f"{place} ({cell.header})" if cell.header else place

    def letter(self, cell: WorkbookCell) -> str:
        """Cell without its sheet, such as ``F9``; empty where there is none."""
        if not cell.row:
            return ""
        return self.case.cell(cell.sheet, cell.row, cell.header).partition("!")[2]

    def value(self, cell: WorkbookCell) -> tuple[Any, str]:
        """Value of a cell and its unit."""
        record = self.record(cell)
        if cell.sheet == "Demand" and cell.header in dict(record.by_period):
            return dict(record.by_period)[cell.header], "t"
        for attribute, column in SHEETS[cell.sheet].columns.items():
            if column.header == cell.header:
                unit = column.unit.replace("{currency}", self.case.settings.currency)
                return getattr(record, attribute), unit
        return "", ""

    def when(self, periods: Sequence[str]) -> str:
        """Periods in words, such as ``in 2027-Q1 to 2027-Q3``; empty where there is none."""
        own = sorted({self.labels[name] for name in periods if name in self.labels})
        if not own:
            others = list(dict.fromkeys(name for name in periods if name[:4].isdigit()))
            return f"in {others[0]}" if others else ""
        names = [self.network.calendar.labels[t] for t in own]
        if len(own) == 1:
            return f"in {names[0]}"
        if own[-1] - own[0] == len(own) - 1:
            return f"in {names[0]} to {names[-1]}"
        return f"in {names[0]} and {len(own) - 1} more periods"


def names_of(constraint: Any) -> tuple[str, ...]:
    """Index of a row as names."""
    index = constraint.index()
    return tuple(str(name) for name in (index if isinstance(index, tuple) else (index,)))


def family_of(constraint: Any) -> str:
    """Family that a row belongs to."""
    return str(constraint.parent_component().local_name)


def given(network: Network) -> dict[tuple[str, ...], list[WorkbookCell]]:
    """Cells of opening stocks and orders, by the index of the balance that they enter."""
    return {key: [cell for cell, _ in own] for key, own in inflow_cells(network).items()}


def inflow_cells(network: Network) -> dict[tuple[str, ...], list[tuple[WorkbookCell, float]]]:
    """Cells of opening stocks and orders with their tonnes, by index of the balance they enter."""
    labels, nodes = network.calendar.labels, network.nodes
    found: dict[tuple[str, ...], list[tuple[WorkbookCell, float]]] = defaultdict(list)
    for inflow in network.inflows:
        node = nodes[inflow.node]
        key = (node.site, node.material, node.name, labels[inflow.period])
        for cell in _inflow_cells(network, inflow, node.site, node.material):
            found[key].append((cell, inflow.tonnes))
    return found


def _inflow_cells(network: Network, inflow: Any, site: str, material: str) -> list[WorkbookCell]:
    if inflow.opening:
        rows = next(s.rows for s in network.stores if (s.site, s.material) == (site, material))
        start = network.calendar.start
        return [
            WorkbookCell("Stocks", row.row, "opening")
            for row in network.case.stocks
            if row.row in rows
            and row.opening
            and (row.start is None or row.start <= start)
            and (row.end is None or start <= row.end)
        ]
    return [
        WorkbookCell("Pipeline", row.row, "quantity")
        for row in network.case.pipeline
        if row.order == inflow.name
    ]


def amount(value: float, unit: str) -> str:
    """Amount with its unit; a share in per cent."""
    if unit in ("share", "t/t"):
        return f"{value:.4g} {unit}" if unit == "t/t" else f"{value * 100:.6g} %"
    words = "no limit" if value == INFINITY else f"{value:,.6g}"
    return f"{words} {unit}".strip()


def reached(mask: int, labels: Sequence[str]) -> str:
    """First period of a mask."""
    return labels[next(members(mask))]
