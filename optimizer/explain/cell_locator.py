"""Find the cells of the workbook that a row of the programme comes from."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from functools import cached_property
from typing import Any

from msgspec import Struct

from optimizer.model import REQUIREMENTS_BY_NAME
from optimizer.model.family import Bound
from optimizer.network.calendar import members
from optimizer.network.network_data import Network
from optimizer.tables.schema import INFINITY, SHEETS
from optimizer.tables.text_matching import number_of

LOW, HIGH = -1, 1
"""Sides of a row: its lower bound, which demands something, and its upper one, a limit."""

BOUND_PARTS = ("sum", "least", "most")
"""Parts of the index of a limit or blend that say which bound is meant."""


class WorkbookCell(Struct, frozen=True):
    """A cell of the workbook; ``row`` is 0 where there is none to point at."""

    sheet: str
    row: int
    header: str


class CellLocator:
    """Cells of the rows of a programme, their addresses and their values."""

    def __init__(self, network: Network) -> None:
        self.network = network
        self.case = network.case
        self.labels = {name: t for t, name in enumerate(network.calendar.labels)}

    @cached_property
    def _records(self) -> dict[tuple[str, int], Any]:
        """Records of the case by sheet and row."""
        return {(name, row.row): row for name in SHEETS for row in self.case.rows(name)}

    @cached_property
    def _rows_by_key(self) -> dict[tuple[str, ...], dict[tuple[str, ...], tuple[int, ...]]]:
        """Rows of sheets by the parts of an index that find them, and by their names."""
        network = self.network
        groups: dict[tuple[str, ...], tuple[int, ...]] = {}
        for option in network.options:
            for group in option.groups:
                groups[group,] = (*groups.get((group,), ()), *option.rows)
        return {
            ("offer", "site", "material"): {
                (own.name, own.site, own.material): own.rows for own in network.offers
            },
            ("row of Supply",): {(f"row {own.row}",): (own.row,) for own in network.contracts},
            ("site", "unit"): {(own.site, own.unit): own.rows for own in network.units},
            ("row of Processes",): {
                (str(own.rows[0]),): own.rows for own in network.process_bounds
            },
            ("row of Lanes",): {(str(own.rows[0]),): own.rows for own in network.arc_bounds},
            ("site", "material"): {(own.site, own.material): own.rows for own in network.stores},
            ("line", "customer", "material"): {
                (own.name, own.customer, own.material): own.rows for own in network.lines
            },
            ("rule", "dates"): {(own.rule, own.dates): (own.row,) for own in network.phases},
            ("row of Limits",): {(f"row {own.row}",): (own.row,) for own in network.limits},
            ("site", "recipe", "oxide"): {
                (own.site, own.recipe, own.oxide): (own.row,) for own in network.blends
            },
            ("option",): {(own.name,): own.rows for own in network.options},
            ("group",): groups,
            ("site",): {(own.site,): (own.row,) for own in self.case.sites},
        }

    def record(self, cell: WorkbookCell) -> Any:
        """Record that a cell belongs to."""
        return self._records[cell.sheet, cell.row]

    def period(self, names: Sequence[str]) -> int | None:
        """Number of the period that an index ends with; None if it ends with something else."""
        return self.labels.get(names[-1])

    def cells(self, name: str, names: Sequence[str], side: int) -> tuple[WorkbookCell, ...]:
        """Cells that a bound of a requirement comes from; ``names`` are its index.

        Of dated rows only those count that hold in the period of the index. Empty where the
        workbook does not say the bound.
        """
        requirement = REQUIREMENTS_BY_NAME.get(name)
        if requirement is None or not requirement.row_key:
            return ()
        sheet, bound, t = requirement.sheet, requirement.bound(side), self.period(names)
        by_key = self._rows_by_key[requirement.row_key]
        rows = self.covering(sheet, by_key.get(requirement.key(names), ()), t)
        if bound.at_end:
            return self._larger_of_two(rows, bound, t)
        if sheet == "Stocks":
            rows = self._strictest(rows, bound.header, least=side == HIGH)
        if requirement.period_columns and t is not None:
            return tuple(self._period_cell(sheet, row, bound, names[-1]) for row in rows)
        return tuple(WorkbookCell(sheet, row, bound.header) for row in rows)

    def covering(self, sheet: str, rows: tuple[int, ...], t: int | None) -> tuple[int, ...]:
        """Of dated rows of a sheet those that hold in a period."""
        if t is None or not rows or not SHEETS[sheet].dated or sheet in ("Limits", "Rules"):
            return rows
        calendar = self.network.calendar
        records = [self._records[sheet, row] for row in rows]
        return tuple(row.row for row in records if calendar.cover(row.start, row.end)[t] > 0)

    def _strictest(self, rows: tuple[int, ...], header: str, *, least: bool) -> tuple[int, ...]:
        """The strictest of rows of Stocks that all hold: the least value, or the largest."""
        values = {row: float(self.value(WorkbookCell("Stocks", row, header))[0]) for row in rows}
        limit = (min if least else max)(values.values(), default=0.0)
        return tuple(row for row in rows if values[row] == limit)

    def _larger_of_two(
        self, rows: tuple[int, ...], bound: Bound, t: int | None
    ) -> tuple[WorkbookCell, ...]:
        """Cells of a minimum and of the target at the end, whichever demand more."""
        cells = []
        for row in rows:
            record = self._records["Stocks", row]
            at_end = t == self.network.calendar.count - 1 and (
                record.end is None or record.end >= self.network.calendar.last[-1]
            )
            closing = record.closing if at_end else 0.0
            if record.minimum >= closing or record.minimum:
                cells.append(WorkbookCell("Stocks", row, bound.header))
            if closing and closing >= record.minimum:
                cells.insert(0, WorkbookCell("Stocks", row, bound.at_end))
        return tuple(cells)

    def _period_cell(self, sheet: str, row: int, bound: Bound, label: str) -> WorkbookCell:
        """Cell of a row in the column of a period, if it has a value there."""
        by_period = dict(self._records[sheet, row].by_period)
        return WorkbookCell(sheet, row, label if label in by_period else bound.header)

    def address(self, cell: WorkbookCell) -> str:
        """Address and header, such as ``Supply!F9 (maximum)``; the sheet alone without a row."""
        if not cell.row:
            return cell.sheet
        place = self.case.cell(cell.sheet, cell.row, cell.header)
        return f"{place} ({cell.header})" if cell.header else place

    def letter(self, cell: WorkbookCell) -> str:
        """Address without the sheet, such as ``F9``; empty where there is no cell."""
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
                unit = column.unit_in(self.case.settings.currency)
                return getattr(record, attribute), unit
        return "", ""

    def when(self, periods: Sequence[str]) -> str:
        """Periods in words, such as ``in 2027-Q1 to 2027-Q3``; empty without periods."""
        known = sorted({self.labels[name] for name in periods if name in self.labels})
        if not known:
            windows = [name for name in periods if name[:4].isdigit()]
            return f"in {windows[0]}" if windows else ""
        names = [self.network.calendar.labels[t] for t in known]
        if len(known) == 1:
            return f"in {names[0]}"
        if known[-1] - known[0] == len(known) - 1:
            return f"in {names[0]} to {names[-1]}"
        return f"in {names[0]} and {number_of(len(known) - 1, 'more period')}"


def names_of(constraint: Any) -> tuple[str, ...]:
    """Index of a row as names."""
    index = constraint.index()
    return tuple(str(name) for name in (index if isinstance(index, tuple) else (index,)))


def family_of(constraint: Any) -> str:
    """Name of the family that a row belongs to: that of its Pyomo component, with its blocks."""
    return str(constraint.parent_component().name)


def inflow_cells_by_balance(network: Network) -> dict[tuple[str, ...], list[WorkbookCell]]:
    """Cells of opening stocks and orders, by the index of the balance that they enter."""
    return {key: [cell for cell, _ in pairs] for key, pairs in inflow_cells(network).items()}


def inflow_cells(network: Network) -> dict[tuple[str, ...], list[tuple[WorkbookCell, float]]]:
    """The same cells, each with its tonnes."""
    labels, nodes = network.calendar.labels, network.nodes
    cells: dict[tuple[str, ...], list[tuple[WorkbookCell, float]]] = defaultdict(list)
    for inflow in network.inflows:
        node = nodes[inflow.node]
        key = (node.site, node.material, node.name, labels[inflow.period])
        for cell in _inflow_cells(network, inflow, node.site, node.material):
            cells[key].append((cell, inflow.tonnes))
    return cells


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


def amount_in_words(value: float, unit: str) -> str:
    """A value with its unit in words; a share in per cent."""
    if unit in ("share", "t/t"):
        return f"{value:.4g} {unit}" if unit == "t/t" else f"{value * 100:.6g} %"
    words = "no limit" if value == INFINITY else f"{value:,.6g}"
    return f"{words} {unit}".strip()


def first_period(mask: int, labels: Sequence[str]) -> str:
    """Label of the first period of a mask."""
    return labels[next(members(mask))]
