"""The result tables as arrays: key, period, quantity and label of each row."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import Any

import numpy as np
from msgspec import Struct

from optimizer.audit.audit_calendar import AuditCalendar, Floats, Ints, month_of
from optimizer.audit.audit_column_codes import sum_by_index
from optimizer.audit.audit_terms import RecipeAmounts
from optimizer.audit.audit_workbook import AuditWorkbook
from optimizer.audit.verdict import Tally
from optimizer.result.result_layouts import Table

LotLabel = tuple[str, str, str]
"""Booking of a lot: rules broken, rules not followed, customs origin. Booking of a run:
rules that its inputs break, rules not followed in them, rules that its outputs break."""


class TableFlow(Struct, frozen=True):
    """The rows of a result table with a known period."""

    name: str
    keys: list[Any]
    """Distinct keys: tuples of text."""
    key: Ints
    """Number of each row's key."""
    period: Ints
    tonnes: Floats
    """Tonnes, or units of activity, in each row."""
    label: Ints
    """Number of each row's label."""
    periods: int
    shown: Mapping[str, Floats]
    """Other figures of the rows, by header."""

    @property
    def cell(self) -> Ints:
        """Position of each row in a table of keys by periods."""
        return self.key * self.periods + self.period

    def matrix(self, values: Floats | None = None) -> Floats:
        """Sum by key (down) and period (across)."""
        weights = self.tonnes if values is None else values
        size = len(self.keys) * self.periods
        return sum_by_index(self.cell, weights, size).reshape(-1, self.periods)


class LotMove(Struct, frozen=True):
    """Tonnes into or out of nodes; a node is a site, a material and a period."""

    node: Ints
    tonnes: Floats
    label: Ints
    """Number of each move's label."""
    row: Ints
    """Row of the table that each move stems from."""


_FLOW_COLUMNS: dict[str, tuple[tuple[str, ...], str, tuple[str, ...], tuple[str, ...]]] = {
    "Purchases": (("offer", "site", "material"), "tonnes", ("cost",), ()),
    "Shipments": (
        ("from site", "to site", "material", "mode"),
        "tonnes",
        ("arrives", "freight", "duty", "carrying"),
        (),
    ),
    "Production": (
        ("site", "recipe", "feed"),
        "activity",
        ("cost",),
        ("inputs break", "inputs not followed", "outputs break"),
    ),
    "Stock": (("site", "material"), "tonnes", ("holding", "carrying"), ()),
    "Deliveries": (("line", "customer", "material"), "tonnes", ("revenue",), ()),
    "Shortages": (("line", "customer", "material"), "short", ("penalty",), ("", "", "")),
    "Disposal": (("site", "material"), "tonnes", ("cost",), ()),
    "Take or pay": (
        ("offer", "site", "material"),
        "not taken",
        ("row", "least", "taken", "cost"),
        ("", "", ""),
    ),
    "Investment": (
        ("option", "site", "unit"),
        "number",
        ("added capacity", "runs from", "capital", "fixed cost", "credit"),
        ("", "", ""),
    ),
}
"""By table: columns of the key, of the quantity, of other figures and of the label."""
_LABEL_COLUMNS = ("breaks", "not followed", "customs origin")


class TableFlows:
    """All flows of a plan, with one numbering of labels and of (site, material) pairs.

    Runs have labels of their own, see :data:`LotLabel`.
    """

    def __init__(self, workbook: AuditWorkbook, tables: Mapping[str, Table], known: Tally) -> None:
        self.workbook = workbook
        self.calendar = workbook.calendar
        self.labels: dict[LotLabel, int] = {}
        self.run_labels: dict[LotLabel, int] = {}
        self.pairs: dict[tuple[str, str], int] = {}
        self.nodes = 0
        self.by_name = {
            name: self._read(name, tables.get(name), known, *fields)
            for name, fields in _FLOW_COLUMNS.items()
        }
        self._number_pairs()

    def __getitem__(self, name: str) -> TableFlow:
        return self.by_name[name]

    def _read(
        self,
        name: str,
        table: Table | None,
        known: Tally,
        key: tuple[str, ...],
        quantity: str,
        figures: tuple[str, ...],
        label: tuple[str, ...],
    ) -> TableFlow:
        index = self.calendar.index
        size = len(table) if table is not None else 0
        column: Callable[[str], Sequence[Any]] = (
            table.__getitem__ if table is not None and size else lambda _: ()
        )
        texts = [column(header) if header else ("",) * size for header in label or _LABEL_COLUMNS]
        keys, numbers = _number_keys(
            zip(*(column(header) for header in key), strict=True), {}, size
        )
        registry = self.run_labels if name == "Production" else self.labels
        _, labels = _number_keys(zip(*texts, strict=True), registry, size)
        period = np.fromiter((index.get(str(p), -1) for p in column("period")), np.int64, size)
        for i in np.flatnonzero(period < 0)[:1]:
            known.fail(f"{name}: no period {column('period')[i]!r}")
        keep = slice(None) if (period >= 0).all() else period >= 0
        return TableFlow(
            name,
            keys,
            numbers[keep],
            period[keep],
            np.asarray(column(quantity), dtype=float)[keep],
            labels[keep],
            self.calendar.count,
            {header: _figures_of(column(header))[keep] for header in figures},
        )

    def recipe(self, step: tuple[str, ...]) -> RecipeAmounts:
        """Recipe of a row of Production."""
        return self.workbook.recipe(step[1], step[2])

    def _number_pairs(self) -> None:
        pairs = self.pairs
        for name, (site, material) in _SITE_MATERIAL_POSITIONS.items():
            for key in self[name].keys:
                pairs.setdefault((key[site], key[material]), len(pairs))
        for key in self["Shipments"].keys:
            pairs.setdefault((key[1], key[2]), len(pairs))
        for step in self["Production"].keys:
            recipe = self.recipe(step)
            for used_or_made in (*recipe.inputs, *recipe.outputs):
                pairs.setdefault((step[0], used_or_made), len(pairs))
        for pair in self.workbook.storage:
            pairs.setdefault(pair, len(pairs))
        for order in self.workbook.case.pipeline:
            pairs.setdefault((order.to_site, order.material), len(pairs))
        self.nodes = len(pairs) * self.calendar.count

    def place(self, node: int) -> str:
        """A node in words."""
        pair, t = divmod(int(node), self.calendar.count)
        site, material = list(self.pairs)[pair]
        return f"{material} at {site} in {self.calendar.labels[t]}"

    def moves_of(self, name: str) -> LotMove:
        """Moves at the nodes of a table's rows; its key has a site and a material."""
        flow = self[name]
        site, material = _SITE_MATERIAL_POSITIONS[name]
        pair = _integers(self.pairs[key[site], key[material]] for key in flow.keys)
        node = pair[flow.key] * self.calendar.count + flow.period
        return LotMove(node, flow.tonnes, flow.label, np.arange(node.size))

    def arrivals(self) -> LotMove:
        """Shipments at arrival: split over two periods, less the loss under way."""
        flow, count = self["Shipments"], self.calendar.count
        terms = [self.workbook.lane_terms(key) for key in flow.keys]
        if not terms:
            return _NO_MOVE
        lead = self.calendar.periods(np.concatenate([term.lead_days for term in terms]))[flow.cell]
        share = np.concatenate([term.arrives for term in terms])[flow.cell]
        pair = _integers(self.pairs[key[1], key[2]] for key in flow.keys)[flow.key]
        whole_periods = np.floor(lead)
        moves = []
        for later, part in ((0, 1 - (lead - whole_periods)), (1, lead - whole_periods)):
            period = flow.period + whole_periods.astype(np.int64) + later
            row = np.flatnonzero((period < count) & (part > 0))
            node = pair[row] * count + period[row]
            moves.append(LotMove(node, (flow.tonnes * share * part)[row], flow.label[row], row))
        return _join_moves(moves)

    def process_moves(self, side: str) -> LotMove:
        """Tonnes that runs use (``inputs``) or make (``outputs``), from activity and recipe."""
        flow, count = self["Production"], self.calendar.count
        amounts_by_key = [getattr(self.recipe(step), side) for step in flow.keys]
        length = _integers(len(amounts) for amounts in amounts_by_key)
        first = np.cumsum(length) - length
        pair = _integers(
            self.pairs[step[0], material]
            for step, amounts in zip(flow.keys, amounts_by_key, strict=True)
            for material in amounts
        )
        tonnes = np.array([amount for amounts in amounts_by_key for amount in amounts.values()])
        rows = np.repeat(np.arange(flow.key.size), length[flow.key])
        begin = np.cumsum(length[flow.key]) - length[flow.key]
        line = first[flow.key][rows] + np.arange(rows.size) - begin[rows]
        node = pair[line] * count + flow.period[rows]
        return LotMove(node, flow.tonnes[rows] * tonnes[line], flow.label[rows], rows)

    def sums(self, move: LotMove) -> Floats:
        """Tonnes by node."""
        return sum_by_index(move.node, move.tonnes, self.nodes)


_SITE_MATERIAL_POSITIONS = {
    "Purchases": (1, 2),
    "Shipments": (0, 2),
    "Stock": (0, 1),
    "Deliveries": (1, 2),
    "Disposal": (0, 1),
}
"""Positions of site and material in the key of a table."""
_NO_ROWS = np.zeros(0, dtype=np.int64)
_NO_MOVE = LotMove(_NO_ROWS, np.zeros(0), _NO_ROWS, _NO_ROWS)


def _number_keys(
    keys: Iterable[tuple[str, ...]], numbers: dict[Any, int], size: int
) -> tuple[list[tuple[str, ...]], Ints]:
    """Distinct keys in the order of their numbers, and each row's number."""
    numbers_of_rows = np.fromiter(
        (numbers.setdefault(key, len(numbers)) for key in keys), np.int64, size
    )
    return list(numbers), numbers_of_rows


def _figures_of(values: Sequence[Any]) -> Floats:
    """Figures of a column; dates as months since year 0, text as NaN, which fails every check."""
    if len(values) and not isinstance(values[0], (int, float)):
        values = [month_of(day) if isinstance(day, date) else np.nan for day in values]
    return np.asarray(values, dtype=float)


def _integers(values: Iterable[int]) -> Ints:
    return np.array(list(values), dtype=np.int64)


def _join_moves(moves: Sequence[LotMove]) -> LotMove:
    return LotMove(
        np.concatenate([move.node for move in moves]),
        np.concatenate([move.tonnes for move in moves]),
        np.concatenate([move.label for move in moves]),
        np.concatenate([move.row for move in moves]),
    )


def matrix(calendar: AuditCalendar, rows: Sequence[Floats]) -> Floats:
    """Arrays by period stacked into a table of keys by periods."""
    return np.array(rows, dtype=float).reshape(-1, calendar.count)
