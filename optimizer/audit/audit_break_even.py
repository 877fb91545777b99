"""Break-even again: what is not used, what it costs now, and the price at which it would enter.

How much cheaper a thing must get is a reduced cost; it is not worked out again. All else is.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from optimizer.audit.audit_calendar import Bools, Floats
from optimizer.audit.audit_cost_places import lane_name
from optimizer.audit.audit_entitlements import Entitlements, LaneKey
from optimizer.audit.audit_flows import TableFlows
from optimizer.audit.audit_investment import InvestmentAudit
from optimizer.audit.verdict import SMALLEST, USED, Tally
from optimizer.result.result_layouts import Table

BY_PLAN = "by a plan with it"
OF_PRICES = ("exact", "estimate")
_KEY = ("kind", "thing", "material", "period")

Unused = tuple[Bools, Floats, Floats]
"""Periods in which a thing may be used, its price, and what is used of it."""


class BreakEven:
    """The table Break-even of one plan."""

    def __init__(
        self, given: Entitlements, flows: TableFlows, investment: InvestmentAudit, table: Table
    ) -> None:
        self.given, self.flows, self.investment, self.table = given, flows, investment, table
        self.calendar = given.calendar
        self._nothing = np.zeros(given.calendar.count)
        self._used = {
            name: dict(zip(flows[name].keys, flows[name].matrix(), strict=True))
            for name in ("Purchases", "Shipments", "Production")
        }
        self._known: dict[tuple[str, str, str], Unused | None] = {}
        self._finders: dict[str, Callable[[str, str], Unused | None]] = {
            "offer": self._offer,
            "lane": self._lane,
            "process": self._process,
            "option": self._option,
        }
        offers = {
            (f"{offer}, {site}", mat): (offer, site, mat) for offer, site, mat in given.offers
        }
        self._offers = offers
        self._lanes: dict[tuple[str, str], LaneKey] = {}
        for start, end, material, mode in given.lanes:
            self._lanes[lane_name(start, end, mode), material] = (start, end, material, mode)

    def check(self) -> Tally:
        """Each row is a thing that may be used and is not, once, at its price of the period.

        The contract: "Break-even (unused offers, lanes and processes: how much cheaper they must
        get)". The results: break-even is the "price at which it enters"; a note is exact or
        estimate, "an option: by a plan with it".
        """
        tally, table = Tally("Break-even"), self.table
        keys = list(zip(*(table[header] for header in _KEY), strict=True))
        if len(set(keys)) < len(keys):
            twice = next(key for i, key in enumerate(keys) if key in keys[:i])
            tally.flaw(f"Break-even: {', '.join(twice)} stands twice")
        price, cheaper, enters = (
            np.asarray(table[header], dtype=float)
            for header in ("price", "cheaper by", "break-even")
        )
        right = np.array([self._price(tally, key) for key in keys])

        def place(i: int) -> str:
            return f"Break-even: {', '.join(keys[i])}"

        # A price of any size is compared by its own digits.
        scale = SMALLEST / np.maximum(np.abs(right) + np.abs(cheaper), 1e-12)
        tally.equal(price * scale, right * scale, place)
        tally.equal(enters * scale, (right - cheaper) * scale, place)
        tally.at_least(cheaper, np.zeros(cheaper.size), place)
        for i in np.flatnonzero(np.diff(cheaper) < 0)[:1]:
            tally.flaw(f"{place(int(i) + 1)} lacks less than the row above it")
        for i, (key, note) in enumerate(zip(keys, table["note"], strict=True)):
            if note not in ((BY_PLAN,) if key[0] == "option" else OF_PRICES):
                tally.flaw(f"{place(i)}: {note!r}")
        return tally

    def _price(self, tally: Tally, key: tuple[Any, ...]) -> float:
        """Price of a thing in a period, where it may be used and is not."""
        kind, thing, material, period = key
        name, t = (kind, thing, material), self.calendar.index.get(period)
        if name not in self._known:
            finder = self._finders.get(kind)
            self._known[name] = finder(thing, material) if finder else None
        found = self._known[name]
        if found is None or t is None or not found[0][t]:
            tally.flaw(f"Break-even: no {kind} {thing}, {material} in {period}")
            return 0.0
        if found[2][t] > USED:
            tally.flaw(f"Break-even: {kind} {thing}, {material} is used in {period}")
        return float(found[1][t])

    def _offer(self, thing: str, material: str) -> Unused | None:
        key = self._offers.get((thing, material))
        if key is None:
            return None
        rows = self.given.offers[key]
        used = self._used["Purchases"].get(key, self._nothing)
        return rows.touched, rows.average(lambda row: row.price), used

    def _lane(self, thing: str, material: str) -> Unused | None:
        """A lane by its own row, or by the '*' row that carries the material."""
        way = self._lanes.get((thing, material)) or self._lanes.get((thing, "*"))
        if way is None:
            return None
        way = (way[0], way[1], material, way[3])
        carriage = self.given.carriage(way)
        used = self._used["Shipments"].get(way, self._nothing)
        return carriage.allowed, carriage.cost, used

    def _process(self, site: str, name: str) -> Unused | None:
        """A process by its site and its recipe, or its recipe and feed."""
        recipe, feed = name, ""
        for one in self.given.assays:
            if (
                name.endswith(f" of {one}")
                and self.given.running((site, name.removesuffix(f" of {one}"), one)).rows
            ):
                recipe, feed = name.removesuffix(f" of {one}"), one
        step = (site, recipe, feed)
        running = self.given.running(step)
        used = self._used["Production"].get(step, self._nothing)
        return (running.allowed, running.cost, used) if running.rows else None

    def _option(self, thing: str, sites: str) -> Unused | None:
        """An option at its capital, where nothing of it is built at any time."""
        option = self.investment.options.get(thing)
        if option is None:
            return None
        places = dict.fromkeys(term.row.site for term in option.terms)
        if ", ".join(places) != sites:
            return None
        built = self._nothing + self.investment.number(thing).sum()
        return option.allowed, self._nothing + option.capital, built
