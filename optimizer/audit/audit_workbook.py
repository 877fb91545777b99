"""The input tables by key and period: permissions, quantities and prices.

Nothing here depends on a plan. Yearly rates become amounts per period; prices are averaged
over the time that dated rows cover.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from functools import cached_property
from operator import attrgetter

import numpy as np

from optimizer.audit.audit_calendar import AuditCalendar, Bools, DatedSpread, Floats, spread_by_key
from optimizer.audit.audit_terms import (
    AuditProcessKey,
    LaneKey,
    LaneTerms,
    ProcessNeeds,
    RecipeAmounts,
    SiteMaterialKey,
    StorageTerms,
    WantedTonnes,
)
from optimizer.tables import sheets
from optimizer.tables.case import Case
from optimizer.tables.schema import group_rows


class AuditWorkbook:
    """The input tables of a case, looked up by key and spread over the periods."""

    def __init__(self, case: Case) -> None:
        self.case = case
        self.calendar = calendar = AuditCalendar(case.settings)
        self.sites = {site.site: site for site in case.sites}
        self.materials = {material.material: material for material in case.materials}
        self.offers = spread_by_key(calendar, case.supply, lambda r: (r.offer, r.site, r.material))
        self.lanes = spread_by_key(
            calendar, case.lanes, lambda r: (r.from_site, r.to_site, r.material, r.mode)
        )
        self.units = spread_by_key(calendar, case.units, lambda r: (r.site, r.unit))
        self.demand = spread_by_key(
            calendar, case.demand, lambda r: (r.line, r.customer, r.material)
        )
        self.processes: dict[AuditProcessKey, dict[str, DatedSpread]] = {}
        """Dated rows by site, recipe and feed (or '*'), then by unit."""
        rows = spread_by_key(calendar, case.processes, lambda r: (r.site, r.recipe, r.feed, r.unit))
        for (site, recipe, feed, unit), dated_rows in rows.items():
            self.processes.setdefault((site, recipe, feed), {})[unit] = dated_rows
        self.options = {(row.option, row.site, row.unit): row for row in case.options}
        self._recipes: dict[SiteMaterialKey, RecipeAmounts] = {}
        self._process_needs: dict[AuditProcessKey, ProcessNeeds] = {}
        self._lane_terms: dict[LaneKey, LaneTerms] = {}
        self._segments: dict[AuditProcessKey, dict[str, Bools]] = {}
        self._bound: dict[tuple[int, AuditProcessKey], Bools] = {}

    @cached_property
    def assays(self) -> dict[str, list[sheets.Assay]]:
        """Assay of each feed."""
        return group_rows(self.case.assays, lambda assay: assay.feed)

    @cached_property
    def recoveries(self) -> dict[str, dict[str, list[sheets.Recovery]]]:
        """Recoveries by recipe and oxide."""
        by_recipe = group_rows(self.case.recoveries, lambda row: row.recipe)
        return {
            recipe: group_rows(rows, lambda row: row.oxide) for recipe, rows in by_recipe.items()
        }

    @cached_property
    def lines(self) -> dict[str, list[sheets.RecipeLine]]:
        """Lines of Recipes by recipe."""
        return group_rows(self.case.recipes, lambda line: line.recipe)

    def recipe(self, name: str, feed: str) -> RecipeAmounts:
        """Inputs and outputs per unit of activity of a recipe on a feed."""
        if (name, feed) in self._recipes:
            return self._recipes[name, feed]
        amounts = RecipeAmounts()
        for line in self.lines.get(name, ()):
            side = amounts.inputs if line.direction == "in" else amounts.outputs
            side[line.material] = side.get(line.material, 0.0) + line.quantity
        if name in self.recoveries:
            amounts.inputs[feed] = amounts.inputs.get(feed, 0.0) + 1.0
            for assay in self.assays.get(feed, ()):
                for row in self.recoveries[name].get(assay.oxide, ()):
                    tonnes = assay.share * row.recovery
                    amounts.outputs[row.product] = amounts.outputs.get(row.product, 0.0) + tonnes
        self._recipes[name, feed] = amounts
        return amounts

    def product_inputs(self, recipe: str, feed: str) -> set[str]:
        """Inputs that become products: the feed, or traced inputs with a stage, or all traced."""
        if feed and recipe in self.recoveries:
            return {feed}
        materials = self.materials
        inputs = self.recipe(recipe, feed).inputs
        traced = {name for name, tonnes in inputs.items() if tonnes and materials[name].traced}
        return {name for name in traced if materials[name].stage} or traced

    def process_needs(self, process: AuditProcessKey) -> ProcessNeeds:
        """Terms of a process: its named rows, and '*' rows of units without a named row."""
        if process in self._process_needs:
            return self._process_needs[process]
        site, recipe, feed = process
        nothing = np.zeros(self.calendar.count)
        named_rows = self.processes.get(process, {})
        starred_rows = self.processes.get((site, recipe, "*"), {}) if feed in self.assays else {}
        allowed, cost = nothing > 0, nothing.copy()
        uses: dict[str, Floats] = {}
        rows: list[tuple[sheets.Process, Bools]] = []
        for unit in {**named_rows, **starred_rows}:
            taken_by_named = named_rows[unit].touched if unit in named_rows else nothing > 0
            for dated_rows, free in (
                (named_rows.get(unit), ~(nothing > 0)),
                (starred_rows.get(unit), ~taken_by_named),
            ):
                if dated_rows is None:
                    continue
                applies = dated_rows.touched & free
                allowed |= applies
                cost += np.where(applies, dated_rows.average(lambda row: row.cost), 0.0)
                use = np.where(applies, dated_rows.average(lambda row: row.use), 0.0)
                uses[unit] = uses.get(unit, nothing) + use
                for row, years in zip(dated_rows.rows, dated_rows.years, strict=True):
                    rows.append((row, (years > 0) & free))
        self._process_needs[process] = ProcessNeeds(allowed, cost, uses, tuple(rows))
        return self._process_needs[process]

    @cached_property
    def accepted_materials(self) -> dict[str, set[str]]:
        """Materials that a '*' lane may carry to each site.

        The contract: "material may be *: what something at its end can take"; "disposal cost
        (blank = may not be discarded)" is for any site, so each accepts a material that has one.
        """
        discarded = {row.material for row in self.case.materials if row.disposal_cost is not None}
        accepted: dict[str, set[str]] = {site: set(discarded) for site in self.sites}
        for site, recipe, feed in self.processes:
            for recipe_feed in self.assays if feed == "*" else (feed,):
                accepted.setdefault(site, set()).update(self.recipe(recipe, recipe_feed).inputs)
        for _, customer, material in self.demand:
            accepted.setdefault(customer, set()).add(material)
        for row in self.case.stocks:
            accepted.setdefault(row.site, set()).add(row.material)
        into: dict[str, list[str]] = {}
        for start, end, material, _ in self.lanes:
            if material == "*":
                into.setdefault(end, []).append(start)
            else:
                accepted.setdefault(start, set()).add(material)
        waiting = list(accepted)
        while waiting:
            site = waiting.pop()
            for start in into.get(site, ()):
                known = accepted.setdefault(start, set())
                if not accepted[site] <= known:
                    known |= accepted[site]
                    waiting.append(start)
        return accepted

    def lane_terms(self, lane: LaneKey) -> LaneTerms:
        """Terms of a lane: its named row in each period that the row touches, else the '*' row."""
        if lane in self._lane_terms:
            return self._lane_terms[lane]
        start, end, material, mode = lane
        none = np.zeros(self.calendar.count, dtype=bool)
        named = self.lanes.get(lane)
        starred = self.lanes.get((start, end, "*", mode))
        if starred is not None and material not in self.accepted_materials.get(end, ()):
            starred = None
        by_name = named.touched if named else none
        by_star = starred.touched & ~by_name if starred else none
        values = []
        for attribute in ("cost", "lead_days", "arrives"):
            averages = np.zeros(self.calendar.count)
            for applies, rows in ((by_name, named), (by_star, starred)):
                if rows is not None:
                    averages = np.where(applies, rows.average(attrgetter(attribute)), averages)
            values.append(averages)
        cost, lead_days, arrives = values
        self._lane_terms[lane] = LaneTerms(by_name | by_star, cost, lead_days, arrives, by_star)
        return self._lane_terms[lane]

    @cached_property
    def storage(self) -> dict[SiteMaterialKey, StorageTerms]:
        """Stock terms by site and material.

        The contract: "dated rows: the one that covers a period's last day rules its closing
        stock" says whether anything is carried; "a rule or limit binds a period that it touches
        at all" is for least, most and cover; "prices are averaged by the time that each covers"
        is for holding cost.
        """
        rows = group_rows(self.case.stocks, lambda row: (row.site, row.material))
        return {pair: self._storage_terms(group) for pair, group in rows.items()}

    def _storage_terms(self, rows: list[sheets.Stock]) -> StorageTerms:
        closing_rows = [_row_on(rows, day) for day in self.calendar.last_days]
        allowed = np.array([row is not None for row in closing_rows])
        dated_rows = DatedSpread(self.calendar, rows)
        least, most, days = np.zeros((3, self.calendar.count))
        most += np.inf
        for row, years in zip(rows, dated_rows.years, strict=True):
            covered = years > 0
            least[covered] = np.maximum(least[covered], row.minimum)
            most[covered] = np.minimum(most[covered], row.maximum)
            days[covered] = np.maximum(days[covered], row.days_of_cover)
        return StorageTerms(
            allowed=allowed,
            minimum=np.where(allowed, least, 0.0),
            maximum=np.where(allowed, most, 0.0),
            cover_periods=self.calendar.periods(np.where(allowed, days, 0.0)),
            holding_cost=dated_rows.average(lambda row: row.holding_cost),
            first=_row_on(rows, self.calendar.start),
            last=closing_rows[-1],
        )

    @cached_property
    def demand_terms(self) -> dict[AuditProcessKey, WantedTonnes]:
        """Quantity, minimum delivery, price and penalty of each demand line."""
        return {key: self._demand_terms(rows) for key, rows in self.demand.items()}

    def _demand_terms(self, rows: DatedSpread) -> WantedTonnes:
        calendar = self.calendar
        standard_penalty = self.case.settings.shortage_penalty or 0.0
        quantity, least = np.zeros(calendar.count), np.zeros(calendar.count)
        for row, wanted in self.wanted_by_row(rows):
            quantity += wanted
            least += row.minimum * wanted
        penalty = rows.average(
            lambda row: standard_penalty if row.shortage_penalty is None else row.shortage_penalty
        )
        return WantedTonnes(quantity, least, rows.average(lambda row: row.price), penalty)

    def wanted_by_row(self, rows: DatedSpread) -> Iterator[tuple[sheets.Demand, Floats]]:
        """Rows of a demand line with the tonnes wanted by each, by period.

        The contract: "per year, or one column per period headed with its label, which wins where
        it is filled"; outside its dates a row wants nothing.
        """
        for row, years in zip(rows.rows, rows.years, strict=True):
            wanted: Floats = years * (row.quantity or 0.0)
            for label, tonnes in row.by_period:
                t = self.calendar.index.get(label)
                if t is not None and years[t] > 0:
                    wanted[t] = tonnes
            yield row, wanted

    def segment(self, key: AuditProcessKey, t: int) -> str:
        """Segments of a demand line in a period, joined where its rows differ."""
        if key not in self._segments:
            periods_by_segment: dict[str, Bools] = {}
            for row, wanted in self.wanted_by_row(self.demand[key]) if key in self.demand else ():
                periods_by_segment[row.segment] = periods_by_segment.get(
                    row.segment, wanted != wanted
                ) | (wanted != 0)
            self._segments[key] = periods_by_segment
        return "; ".join(name for name, periods in self._segments[key].items() if periods[t])

    def binds(self, rule: sheets.Rule, key: AuditProcessKey) -> Bools:
        """Periods in which a row of Rules binds a demand line with a quantity.

        The contract: a rule "binds a period that it touches at all"; dated by processing "every
        delivery is looked at"; ``*`` is every segment, and "segment may be blank: then only rules
        for * look at it".
        """
        if (rule.row, key) in self._bound:
            return self._bound[rule.row, key]
        self.segment(key, 0)
        bound = np.zeros(self.calendar.count, dtype=bool)
        for segment, periods in self._segments[key].items():
            if "*" in rule.segments or (segment and segment in rule.segments):
                bound |= periods
        if rule.dated_by != "processing":
            bound &= self.calendar.touches(rule.start, rule.end)
        self._bound[rule.row, key] = bound
        return bound


def _row_on(rows: list[sheets.Stock], day: date) -> sheets.Stock | None:
    for row in rows:
        if (row.start is None or row.start <= day) and (row.end is None or day <= row.end):
            return row
    return None
