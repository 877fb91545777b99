"""Check of Break-even: unused things, their price now, and the price at which they would enter.

The audit takes the reduced cost (how much cheaper a thing must get) as shown and recomputes
everything else.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from optimizer.audit.audit_calendar import Bools, Floats
from optimizer.audit.audit_cost_places import lane_name
from optimizer.audit.audit_flows import TableFlows
from optimizer.audit.audit_investment import InvestmentAudit
from optimizer.audit.audit_terms import LaneKey
from optimizer.audit.audit_workbook import AuditWorkbook
from optimizer.audit.verdict import MIN_USE, Tally
from optimizer.result.result_layouts import Table

OPTION_NOTE = "by a plan with it"
PRICE_NOTES = ("exact", "estimate")
_BREAK_EVEN_KEY = ("kind", "thing", "material", "period")

UnusedTerms = tuple[Bools, Floats, Floats]
"""Periods in which a thing may be used, its price, and how much of it is used."""


class BreakEvenAudit:
    """The table Break-even of one plan."""

    def __init__(
        self, workbook: AuditWorkbook, flows: TableFlows, investment: InvestmentAudit, table: Table
    ) -> None:
        self.workbook, self.flows, self.investment, self.table = workbook, flows, investment, table
        self.calendar = workbook.calendar
        self._nothing = np.zeros(workbook.calendar.count)
        self._used = {
            name: dict(zip(flows[name].keys, flows[name].matrix(), strict=True))
            for name in ("Purchases", "Shipments", "Production")
        }
        self._terms: dict[tuple[str, str, str], UnusedTerms | None] = {}
        self._finders: dict[str, Callable[[str, str], UnusedTerms | None]] = {
            "offer": self._offer,
            "lane": self._lane,
            "process": self._process,
            "option": self._option,
        }
        offers = {
            (f"{offer}, {site}", mat): (offer, site, mat) for offer, site, mat in workbook.offers
        }
        self._offers = offers
        self._lanes: dict[tuple[str, str], LaneKey] = {}
        for start, end, material, mode in workbook.lanes:
            self._lanes[lane_name(start, end, mode), material] = (start, end, material, mode)

    def check(self) -> Tally:
        """Each row is an unused but permitted thing, listed once, at its price of the period.

        The contract: "Break-even (unused offers, lanes and processes: how much cheaper they must
        get)". The results: break-even is the "price at which it enters"; a note is exact or
        estimate, "an option: by a plan with it".
        """
        tally, table = Tally("Break-even"), self.table
        keys = list(zip(*(table[header] for header in _BREAK_EVEN_KEY), strict=True))
        if len(set(keys)) < len(keys):
            twice = next(key for i, key in enumerate(keys) if key in keys[:i])
            tally.fail(f"Break-even: {', '.join(twice)} appears twice")
        price, cheaper, entry_price = (
            np.asarray(table[header], dtype=float)
            for header in ("price", "cheaper by", "break-even")
        )
        wanted = np.array([self._price(tally, key) for key in keys])

        def place(i: int) -> str:
            return f"Break-even: {', '.join(keys[i])}"

        size = np.abs(wanted) + np.abs(cheaper)
        tally.equal_prices(price, wanted, place, size)
        tally.equal_prices(entry_price, wanted - cheaper, place, size)
        tally.at_least(cheaper, np.zeros(cheaper.size), place)
        for i in np.flatnonzero(np.diff(cheaper) < 0)[:1]:
            tally.fail(f"{place(int(i) + 1)} has a smaller gap than the row above it")
        for i, (key, note) in enumerate(zip(keys, table["note"], strict=True)):
            if note not in ((OPTION_NOTE,) if key[0] == "option" else PRICE_NOTES):
                tally.fail(f"{place(i)}: {note!r}")
        return tally

    def _price(self, tally: Tally, key: tuple[Any, ...]) -> float:
        """Price of a thing in a period; an error if it may not be used or is used."""
        kind, thing, material, period = key
        name, t = (kind, thing, material), self.calendar.index.get(period)
        if name not in self._terms:
            finder = self._finders.get(kind)
            self._terms[name] = finder(thing, material) if finder else None
        terms = self._terms[name]
        if terms is None or t is None or not terms[0][t]:
            tally.fail(f"Break-even: no {kind} {thing}, {material} in {period}")
            return 0.0
        if terms[2][t] > MIN_USE:
            tally.fail(f"Break-even: {kind} {thing}, {material} is used in {period}")
        return float(terms[1][t])

    def _offer(self, thing: str, material: str) -> UnusedTerms | None:
        key = self._offers.get((thing, material))
        if key is None:
            return None
        rows = self.workbook.offers[key]
        used = self._used["Purchases"].get(key, self._nothing)
        return rows.touched, rows.average(lambda row: row.price), used

    def _lane(self, thing: str, material: str) -> UnusedTerms | None:
        """A lane by the row of its material, or by the '*' row."""
        lane = self._lanes.get((thing, material)) or self._lanes.get((thing, "*"))
        if lane is None:
            return None
        lane = (lane[0], lane[1], material, lane[3])
        terms = self.workbook.lane_terms(lane)
        used = self._used["Shipments"].get(lane, self._nothing)
        return terms.allowed, terms.cost, used

    def _process(self, site: str, name: str) -> UnusedTerms | None:
        """A process by its site and by 'recipe' or 'recipe of feed'."""
        recipe, feed = name, ""
        for material in self.workbook.assays:
            if (
                name.endswith(f" of {material}")
                and self.workbook.process_needs(
                    (site, name.removesuffix(f" of {material}"), material)
                ).rows
            ):
                recipe, feed = name.removesuffix(f" of {material}"), material
        process = (site, recipe, feed)
        needs = self.workbook.process_needs(process)
        used = self._used["Production"].get(process, self._nothing)
        return (needs.allowed, needs.cost, used) if needs.rows else None

    def _option(self, thing: str, sites: str) -> UnusedTerms | None:
        """An option at its capital cost; built in any period counts as used."""
        option = self.investment.options.get(thing)
        if option is None:
            return None
        places = dict.fromkeys(term.row.site for term in option.terms)
        if ", ".join(places) != sites:
            return None
        built = self._nothing + self.investment.number_built(thing).sum()
        return option.allowed, self._nothing + option.capital, built
