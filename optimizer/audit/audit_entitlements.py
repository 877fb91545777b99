"""What the input tables allow, ask and charge, by key and period.

Nothing here looks at a plan. Rates per year are amounts per period, prices
averages over the time that dated rows cover.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from functools import cached_property

import numpy as np
from msgspec import Struct, field

from optimizer.audit.audit_calendar import AuditCalendar, Bools, DatedSpread, Floats, spread
from optimizer.tables import sheets
from optimizer.tables.case import Case

Pair = tuple[str, str]
Step = tuple[str, str, str]
"""A process: site, recipe, feed."""
LaneKey = tuple[str, str, str, str]
"""A lane: from site, to site, material, mode."""


class LaneTerms(Struct, frozen=True):
    """What a lane does for one material by period of departure."""

    allowed: Bools
    cost: Floats
    """Freight per tonne shipped."""
    lead_days: Floats
    arrives: Floats
    """Share that arrives."""
    starred: Bools
    """Periods in which the '*' row carries it."""


class ProcessNeeds(Struct, frozen=True):
    """What a process asks by period."""

    allowed: Bools
    cost: Floats
    """Conversion cost per unit of activity, all units together."""
    uses: dict[str, Floats]
    """Capacity per unit of activity, by unit."""
    rows: tuple[tuple[sheets.Process, Bools], ...]
    """Its rows, and the periods that each holds in."""


class RecipeAmounts(Struct):
    """Tonnes per unit of activity."""

    inputs: dict[str, float] = field(default_factory=dict)
    outputs: dict[str, float] = field(default_factory=dict)


class StorageTerms(Struct, frozen=True):
    """Closing stock at a site of a material by period, and its two ends."""

    allowed: Bools
    minimum: Floats
    maximum: Floats
    cover: Floats
    """Periods of use that it must cover."""
    holding: Floats
    """Cost per tonne and year."""
    first: sheets.Stock | None
    """The row that covers the start: it holds the opening stock."""
    last: sheets.Stock | None
    """The row that covers the end: closing target and value stand in it."""


class WantedTonnes(Struct, frozen=True):
    """What a demand line wants by period."""

    quantity: Floats
    least: Floats
    price: Floats
    penalty: Floats


class Entitlements:
    """The input tables of a case, looked up by key and spread over the periods."""

    def __init__(self, case: Case) -> None:
        self.case = case
        self.calendar = calendar = AuditCalendar(case.settings)
        self.sites = {site.site: site for site in case.sites}
        self.materials = {material.material: material for material in case.materials}
        self.offers = spread(calendar, case.supply, lambda r: (r.offer, r.site, r.material))
        self.lanes = spread(
            calendar, case.lanes, lambda r: (r.from_site, r.to_site, r.material, r.mode)
        )
        self.units = spread(calendar, case.units, lambda r: (r.site, r.unit))
        self.demand = spread(calendar, case.demand, lambda r: (r.line, r.customer, r.material))
        self.processes: dict[Step, dict[str, DatedSpread]] = {}
        """Dated rows by site, recipe and feed (or '*'), then by unit."""
        rows = spread(calendar, case.processes, lambda r: (r.site, r.recipe, r.feed, r.unit))
        for (site, recipe, feed, unit), found in rows.items():
            self.processes.setdefault((site, recipe, feed), {})[unit] = found
        self.options = {(row.option, row.site, row.unit): row for row in case.options}
        self._recipes: dict[Pair, RecipeAmounts] = {}
        self._runnings: dict[Step, ProcessNeeds] = {}
        self._carriages: dict[LaneKey, LaneTerms] = {}
        self._segments: dict[Step, dict[str, Bools]] = {}
        self._bound: dict[tuple[int, Step], Bools] = {}

    @cached_property
    def assays(self) -> dict[str, list[sheets.Assay]]:
        """Assay of each feed."""
        found: dict[str, list[sheets.Assay]] = {}
        for assay in self.case.assays:
            found.setdefault(assay.feed, []).append(assay)
        return found

    @cached_property
    def recoveries(self) -> dict[str, dict[str, list[sheets.Recovery]]]:
        """Recoveries by recipe and oxide."""
        found: dict[str, dict[str, list[sheets.Recovery]]] = {}
        for row in self.case.recoveries:
            found.setdefault(row.recipe, {}).setdefault(row.oxide, []).append(row)
        return found

    @cached_property
    def lines(self) -> dict[str, list[sheets.RecipeLine]]:
        """Lines of Recipes by recipe."""
        found: dict[str, list[sheets.RecipeLine]] = {}
        for line in self.case.recipes:
            found.setdefault(line.recipe, []).append(line)
        return found

    def recipe(self, name: str, feed: str) -> RecipeAmounts:
        """Inputs and outputs per unit of activity of a recipe on a feed."""
        if (name, feed) in self._recipes:
            return self._recipes[name, feed]
        made = RecipeAmounts()
        for line in self.lines.get(name, ()):
            side = made.inputs if line.direction == "in" else made.outputs
            side[line.material] = side.get(line.material, 0.0) + line.quantity
        if name in self.recoveries:
            made.inputs[feed] = made.inputs.get(feed, 0.0) + 1.0
            for assay in self.assays.get(feed, ()):
                for row in self.recoveries[name].get(assay.oxide, ()):
                    tonnes = assay.share * row.recovery
                    made.outputs[row.product] = made.outputs.get(row.product, 0.0) + tonnes
        self._recipes[name, feed] = made
        return made

    def taken(self, recipe: str, feed: str) -> set[str]:
        """Inputs that products are made of: the feed; else what has a stage; else all traced."""
        if feed and recipe in self.recoveries:
            return {feed}
        materials = self.materials
        inputs = self.recipe(recipe, feed).inputs
        traced = {name for name, tonnes in inputs.items() if tonnes and materials[name].traced}
        return {name for name in traced if materials[name].stage} or traced

    def running(self, step: Step) -> ProcessNeeds:
        """Terms of a process: named rows, and '*' rows of units that no named row holds."""
        if step in self._runnings:
            return self._runnings[step]
        site, recipe, feed = step
        nothing = np.zeros(self.calendar.count)
        named = self.processes.get(step, {})
        starred = self.processes.get((site, recipe, "*"), {}) if feed in self.assays else {}
        allowed, cost = nothing > 0, nothing.copy()
        uses: dict[str, Floats] = {}
        rows: list[tuple[sheets.Process, Bools]] = []
        for unit in {**named, **starred}:
            taken = named[unit].touched if unit in named else nothing > 0
            for spread_, free in ((named.get(unit), ~(nothing > 0)), (starred.get(unit), ~taken)):
                if spread_ is None:
                    continue
                holds = spread_.touched & free
                allowed |= holds
                cost += np.where(holds, spread_.average(lambda row: row.cost), 0.0)
                use = np.where(holds, spread_.average(lambda row: row.use), 0.0)
                uses[unit] = uses.get(unit, nothing) + use
                for row, years in zip(spread_.rows, spread_.years, strict=True):
                    rows.append((row, (years > 0) & free))
        self._runnings[step] = ProcessNeeds(allowed, cost, uses, tuple(rows))
        return self._runnings[step]

    @cached_property
    def takes(self) -> dict[str, set[str]]:
        """Materials that a '*' lane may carry to each site.

        The contract: "material may be *: what something at its end can take"; "disposal cost
        (blank = may not be discarded)" is for any site, so that each can take what has one.
        """
        discarded = {row.material for row in self.case.materials if row.disposal_cost is not None}
        takes: dict[str, set[str]] = {site: set(discarded) for site in self.sites}
        for site, recipe, feed in self.processes:
            for one in self.assays if feed == "*" else (feed,):
                takes.setdefault(site, set()).update(self.recipe(recipe, one).inputs)
        for _, customer, material in self.demand:
            takes.setdefault(customer, set()).add(material)
        for row in self.case.stocks:
            takes.setdefault(row.site, set()).add(row.material)
        into: dict[str, list[str]] = {}
        for start, end, material, _ in self.lanes:
            if material == "*":
                into.setdefault(end, []).append(start)
            else:
                takes.setdefault(start, set()).add(material)
        waiting = list(takes)
        while waiting:
            site = waiting.pop()
            for start in into.get(site, ()):
                known = takes.setdefault(start, set())
                if not takes[site] <= known:
                    known |= takes[site]
                    waiting.append(start)
        return takes

    def carriage(self, way: LaneKey) -> LaneTerms:
        """Terms of a lane: its named row in each period that one touches, else the '*' row."""
        if way in self._carriages:
            return self._carriages[way]
        start, end, material, mode = way
        none = np.zeros(self.calendar.count, dtype=bool)
        named = self.lanes.get(way)
        starred = self.lanes.get((start, end, "*", mode))
        if starred is not None and material not in self.takes.get(end, ()):
            starred = None
        own = named.touched if named else none
        star = starred.touched & ~own if starred else none
        values = []
        for value in (_cost, _lead_days, _arrives):
            found = np.zeros(self.calendar.count)
            for holds, rows in ((own, named), (star, starred)):
                if rows is not None:
                    found = np.where(holds, rows.average(value), found)
            values.append(found)
        cost, lead_days, arrives = values
        self._carriages[way] = LaneTerms(own | star, cost, lead_days, arrives, star)
        return self._carriages[way]

    @cached_property
    def storage(self) -> dict[Pair, StorageTerms]:
        """Stock terms by site and material.

        The contract: "dated rows: the one that covers a period's last day rules its closing
        stock" says whether anything is carried; "a rule or limit binds a period that it touches
        at all" is for least, most and cover; "prices are averaged by the time that each covers"
        is for holding cost.
        """
        rows: dict[Pair, list[sheets.Stock]] = {}
        for row in self.case.stocks:
            rows.setdefault((row.site, row.material), []).append(row)
        return {pair: self._storage(group) for pair, group in rows.items()}

    def _storage(self, rows: list[sheets.Stock]) -> StorageTerms:
        ends = [_row_of(rows, day) for day in self.calendar.last_days]
        allowed = np.array([row is not None for row in ends])
        spread_ = DatedSpread(self.calendar, rows)
        least, most, days = np.zeros((3, self.calendar.count))
        most += np.inf
        for row, years in zip(rows, spread_.years, strict=True):
            here = years > 0
            least[here] = np.maximum(least[here], row.minimum)
            most[here] = np.minimum(most[here], row.maximum)
            days[here] = np.maximum(days[here], row.days_of_cover)
        return StorageTerms(
            allowed=allowed,
            minimum=np.where(allowed, least, 0.0),
            maximum=np.where(allowed, most, 0.0),
            cover=self.calendar.periods(np.where(allowed, days, 0.0)),
            holding=spread_.average(lambda row: row.holding_cost),
            first=_row_of(rows, self.calendar.start),
            last=ends[-1],
        )

    @cached_property
    def wants(self) -> dict[Step, WantedTonnes]:
        """Quantity, least delivery, price and penalty of each demand line."""
        return {key: self._want(rows) for key, rows in self.demand.items()}

    def _want(self, rows: DatedSpread) -> WantedTonnes:
        calendar = self.calendar
        standard = self.case.settings.shortage_penalty or 0.0
        quantity, least = np.zeros(calendar.count), np.zeros(calendar.count)
        for row, wanted in self.asked(rows):
            quantity += wanted
            least += row.minimum * wanted
        penalty = rows.average(
            lambda row: standard if row.shortage_penalty is None else row.shortage_penalty
        )
        return WantedTonnes(quantity, least, rows.average(lambda row: row.price), penalty)

    def asked(self, rows: DatedSpread) -> Iterator[tuple[sheets.Demand, Floats]]:
        """Rows of a demand line with the tonnes that each wants by period.

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

    def segment(self, key: Step, t: int) -> str:
        """Segments of a demand line in a period, joined where its rows differ."""
        if key not in self._segments:
            found: dict[str, Bools] = {}
            for row, wanted in self.asked(self.demand[key]) if key in self.demand else ():
                found[row.segment] = found.get(row.segment, wanted != wanted) | (wanted != 0)
            self._segments[key] = found
        return "; ".join(name for name, here in self._segments[key].items() if here[t])

    def binds(self, rule: sheets.Rule, key: Step) -> Bools:
        """Periods in which a row of Rules binds a demand line that wants something.

        The contract: a rule "binds a period that it touches at all"; dated by processing "every
        delivery is looked at"; ``*`` is every segment, and "segment may be blank: then only rules
        for * look at it".
        """
        if (rule.row, key) in self._bound:
            return self._bound[rule.row, key]
        self.segment(key, 0)
        found = np.zeros(self.calendar.count, dtype=bool)
        for segment, here in self._segments[key].items():
            if "*" in rule.segments or (segment and segment in rule.segments):
                found |= here
        if rule.dated_by != "processing":
            found &= self.calendar.touches(rule.start, rule.end)
        self._bound[rule.row, key] = found
        return found


def _row_of(rows: list[sheets.Stock], day: date) -> sheets.Stock | None:
    for row in rows:
        if (row.start is None or row.start <= day) and (row.end is None or day <= row.end):
            return row
    return None


def _cost(row: sheets.Lane) -> float:
    return row.cost


def _lead_days(row: sheets.Lane) -> float:
    return row.lead_days


def _arrives(row: sheets.Lane) -> float:
    return row.arrives
