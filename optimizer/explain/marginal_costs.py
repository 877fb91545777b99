"""Marginal cost of each material at each place, split by kind of cost; made on request.

A basic column of the optimum breaks even: the price of what it takes in, its own cost and the
rents of the bounds that it meets add up to the price of what it makes. One such column is chosen
for each place, as far as possible one that supplies it. Together they determine all prices; with
one kind of cost alone on the right-hand side they give that kind's part of each price.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from msgspec import Struct

from optimizer.explain.cell_locator import family_of, names_of
from optimizer.model import family_named
from optimizer.model.balance import BALANCE_FAMILY
from optimizer.model.cost import charges
from optimizer.network.network_data import Network
from optimizer.result.price_layouts import MARGINAL_COSTS_LAYOUT
from optimizer.result.result_table import Table, table
from optimizer.solver import Answer, Program, decompose_prices

PRICE_PARTS = MARGINAL_COSTS_LAYOUT.headers[5:-1]
"""Columns of Marginal costs that add up to the price."""

PART_OF_CATEGORY = {
    "purchases": "purchases",
    "take or pay": "purchases",
    "conversion": "processing",
    "freight": "transport",
    "duty": "duty",
    "holding": "storage",
    "closing value": "storage",
    "disposal": "disposal",
    "revenue": "sales",
    "shortage": "shortage",
}
"""Category of cost to its part; carrying cost is transport or storage, the rest other rent."""

MAX_EXPLAINED_COLUMNS = 20_000
"""Largest programme that is explained: the matrices are dense in places by parts and items."""

THROUGHFLOW_TOLERANCE = 1e-6
"""Tonnes through a place that count as nothing: ten times HiGHS's tolerance of a row."""

PRICE_PARTS_TOLERANCE = 1e-6
"""Part of the largest price by which parts may miss their sum: ten times HiGHS's tolerance."""

BURDEN_OF_MORE, BURDEN_OF_LESS, BURDEN_OF_OUTLET, BURDEN_OF_CUSTOMER = 1.0, 10.0, 20.0, 1000.0
"""How unwelcome a column is to explain a price: more is done, less is done, an outlet gets less,
a customer does. Only their order matters."""

MAX_PRICE_SETTERS = 3
"""Maximum things that are named as setting a price, so that they fit a cell."""


class BalancePrices(Struct, frozen=True):
    """Prices of balances as present value, and the parts and items that add up to them."""

    rows: np.ndarray
    """Rows of the programme through which something flows."""
    price: np.ndarray
    parts: np.ndarray
    """By row and part, in the order of PARTS."""
    items: tuple[str, ...]
    of_items: np.ndarray
    """By row and item: what each offer and bound adds to the price."""


def marginal_costs(network: Network, program: Program, prices: BalancePrices | None) -> Table:
    """A row for each place, class and period through which something flows."""
    if prices is None:
        return table(MARGINAL_COSTS_LAYOUT, [])
    discount = dict(
        zip(
            network.calendar.labels,
            network.calendar.discount(network.case.settings.discount_rate),
            strict=True,
        )
    )
    rows = []
    for place, row in enumerate(prices.rows.tolist()):
        site, material, name, period = names_of(program.constraints[row])
        factor = discount[period]
        parts = (prices.parts[place] / factor).tolist()
        price = float(prices.price[place]) / factor
        setters = _set_by(prices, place)
        rows.append((site, material, name, period, price, *parts, setters))
    return table(MARGINAL_COSTS_LAYOUT, rows)


def _set_by(prices: BalancePrices, place: int) -> str:
    """The items that add most to a price, with their part of it."""
    amounts = prices.of_items[place]
    price = float(prices.price[place])
    if abs(price) <= PRICE_PARTS_TOLERANCE:
        return ""
    largest = np.argsort(-np.abs(amounts))[:MAX_PRICE_SETTERS].tolist()
    named = [item for item in largest if abs(amounts[item]) > 0.01 * abs(price)]
    return "; ".join(f"{prices.items[item]} {amounts[item] / price:.0%}" for item in named)


def balance_prices(
    network: Network, m: Any, program: Program, answer: Answer
) -> BalancePrices | None:
    """Prices and their parts; None without a basis, if too large or if they do not add up."""
    if answer.basis is None or answer.values is None or answer.prices is None:
        return None
    if len(program.cost) > MAX_EXPLAINED_COLUMNS:
        return None
    families = np.array([family_of(constraint) for constraint in program.constraints])
    own = _DirectCosts(network, m, program, answer, families, program.row_of)
    attributed = decompose_prices(
        program,
        answer,
        np.flatnonzero(families == BALANCE_FAMILY.name),
        _burdens(network, m, program),
        own.of,
    )
    if attributed is None:
        return None
    rows, solved = attributed
    parts, of_items = solved[:, : len(PRICE_PARTS)], solved[:, len(PRICE_PARTS) :]
    price = answer.prices[rows]
    largest = max(1.0, float(np.abs(price).max(initial=0.0)))
    right = np.abs(parts.sum(axis=1) - price) <= PRICE_PARTS_TOLERANCE * largest
    shown = right & (program.flow(answer.values)[rows] > THROUGHFLOW_TOLERANCE)
    return BalancePrices(rows[shown], price[shown], parts[shown], tuple(own.items), of_items[shown])


def _burdens(network: Network, m: Any, program: Program) -> tuple[np.ndarray, np.ndarray]:
    """How unwelcome each column is to explain a price: used more, and used less."""
    more = np.full(len(program.cost), BURDEN_OF_MORE)
    less = np.full(len(program.cost), BURDEN_OF_LESS)
    column_of = {id(variable): column for column, variable in enumerate(program.variables)}
    for cells in m.columns.discard:
        for variable in cells.values():
            less[column_of[id(variable)]] = BURDEN_OF_MORE
    for deliver, cells in zip(network.flows.delivers, m.columns.deliver, strict=True):
        line = network.lines[deliver.line]
        for t, variable in cells.items():
            own = BURDEN_OF_CUSTOMER if line.penalty[t] or line.minimum[t] else BURDEN_OF_OUTLET
            more[column_of[id(variable)]] = less[column_of[id(variable)]] = own
    return more, less


class _DirectCosts:
    """Costs of columns beside materials, by part and by item."""

    def __init__(
        self,
        network: Network,
        m: Any,
        program: Program,
        answer: Answer,
        families: np.ndarray,
        row_of: np.ndarray,
    ) -> None:
        self.network, self.m, self.program, self.answer = network, m, program, answer
        self.families, self.row_of = families, row_of
        self.items: dict[str, int] = {}

    def of(self, columns: np.ndarray) -> np.ndarray:
        """Cost of columns by part, then by item, as present value."""
        program, prices = self.program, self.answer.prices
        assert prices is not None
        part_of = {part: number for number, part in enumerate(PRICE_PARTS)}
        place = {int(column): number for number, column in enumerate(columns)}
        entries: list[tuple[int, str, float]] = []
        parts = np.zeros((len(columns), len(PRICE_PARTS)))
        parts[:, part_of["other rent"]] = program.cost[columns]
        for column, category, name, money in _costs(self.network, self.m, program):
            at = place.get(column)
            if at is not None:
                parts[at, part_of[category]] += money
                parts[at, part_of["other rent"]] -= money
                entries.append((at, name, money))
        burdened = (self.families[self.row_of] != BALANCE_FAMILY.name) & (prices[self.row_of] != 0)
        for entry in np.flatnonzero(burdened & np.isin(program.columns, columns)).tolist():
            at, row = place[int(program.columns[entry])], int(self.row_of[entry])
            money = -program.values[entry] * prices[row]
            family = str(self.families[row])
            parts[at, part_of[family_named(family).rent]] += money
            name = _item(self.network, family, names_of(program.constraints[row]))
            entries.append((at, name, money))
        items = self.items
        for _, name, _ in entries:
            if name:
                items.setdefault(name, len(items))
        of_items = np.zeros((len(columns), len(items)))
        for at, name, money in entries:
            if name:
                of_items[at, items[name]] += money
        return np.hstack([parts, of_items])


def _item(network: Network, family: str, names: tuple[str, ...]) -> str:
    thing = [name for name in names if name and name not in network.calendar.labels]
    return f"{family_named(family).kind} {', '.join(thing)}"


def _costs(network: Network, m: Any, program: Program) -> Any:
    """Column, part, item ("" for none) and present value of each charge."""
    column_of = {id(variable): column for column, variable in enumerate(program.variables)}
    discount = network.calendar.discount(network.case.settings.discount_rate)
    ships = {id(cells) for cells in m.columns.ship}
    names = {
        id(cells): f"price of {network.offers[buy.offer].name}"
        for buy, cells in zip(network.flows.buys, m.columns.buy, strict=True)
    }
    for burdens, flows in charges(network).groups(m.columns):
        for own, cells in zip(burdens, flows, strict=True):
            for charge in own:
                part = PART_OF_CATEGORY.get(charge.category, "other rent")
                if charge.category == "carrying":
                    part = "transport" if id(cells) in ships else "storage"
                for t, variable in cells.items():
                    money = charge.rate[t] * discount[t]
                    if money:
                        yield column_of[id(variable)], part, names.get(id(cells), ""), money
