"""Check of Limits (bounds on sums of flows) and Blends (bounds on the assay of an intake)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

import numpy as np
from msgspec import Struct

from optimizer.audit.audit_calendar import Bools, Floats, Ints
from optimizer.audit.audit_column_codes import sum_by_index
from optimizer.audit.audit_countries import CountryLists
from optimizer.audit.audit_flows import TableFlow, TableFlows
from optimizer.audit.audit_histories import folded
from optimizer.audit.audit_investment import InvestmentAudit
from optimizer.audit.audit_terms import RecipeAmounts
from optimizer.audit.audit_workbook import AuditWorkbook
from optimizer.audit.verdict import Tally
from optimizer.tables import sheets

LimitFacts = Mapping[str, str]
"""Words that the filters of a limit compare, by column."""


class LimitMeasure(Struct, frozen=True):
    """Terms of one measure: rows of a plan, and facts of the things that the rows are about.

    A row counts with the weight of its thing: the sum of weights of its facts that match.
    """

    period: Ints
    amount: Floats
    thing: Ints
    """Number of each row's thing."""
    things: int
    facts: Mapping[str, tuple[Ints, list[str]]]
    """Number of each fact's word, and the words, by column."""
    of: Ints
    """Number of the thing of each fact."""
    weight: Floats
    once: bool
    """True if a thing counts once, however many of its facts match."""

    def matches(self, column: str, names: Iterable[str]) -> Bools:
        """True for the facts that a filter accepts; blank and '*' accept any."""
        wanted = {folded(name) for name in names}
        if not wanted or "*" in wanted or not self.of.size:
            return np.ones(self.of.size, dtype=bool)
        code, words = self.facts[column]
        accepted: Bools = np.array([word in wanted for word in words], dtype=bool)[code]
        return accepted

    def within(self, countries: Sequence[str], lists: CountryLists) -> Bools:
        """True for the facts whose country is in a list of countries."""
        if not countries or not self.of.size:
            return np.ones(self.of.size, dtype=bool)
        code, words = self.facts["country"]
        accepted: Bools = np.array([lists.contains(countries, word) for word in words], dtype=bool)
        return accepted[code]

    def total(self, match: Bools, periods: int) -> Floats:
        """Sum by period over things with a matching fact."""
        if self.once:
            weight = np.zeros(self.things)
            weight[self.of[match]] = self.weight[match]
        else:
            weight = sum_by_index(self.of[match], self.weight[match], self.things)
        return sum_by_index(self.period, self.amount * weight[self.thing], periods)


class LimitAudit:
    """The checks of one plan against Limits and Blends."""

    def __init__(
        self, workbook: AuditWorkbook, flows: TableFlows, investment: InvestmentAudit
    ) -> None:
        self.workbook = workbook
        self.flows = flows
        self.calendar = workbook.calendar
        self.investment = investment
        self.lists = CountryLists(workbook.case)
        self._measures: dict[str, LimitMeasure] = {}

    def tallies(self) -> list[Tally]:
        """Limits, then Blends."""
        return [self.limits(), self.blends()]

    def limits(self) -> Tally:
        """The sum of each limit lies between its minimum and maximum in each window.

        The contract: "tonnes or money per window, not per year; or share of the same
        measure and material without the other filters"; "stock counts at its last period's
        end; an option counts once if any of its rows matches, spent is undiscounted".
        """
        tally = Tally("limits")
        for row in self.workbook.case.limits:
            amount, total = self.amounts_by_window(row)
            place = self._window_place(row)
            if row.maximum < np.inf:
                tally.at_most(amount, row.maximum * total, place)
            if row.minimum > 0:
                tally.at_least(amount, row.minimum * total, place)
        return tally

    def amounts_by_window(self, row: sheets.Limit) -> tuple[Floats, Floats]:
        """Sum of a limit in each window, and the base of a share (1 for tonnes or money)."""
        count, measure = self.calendar.count, self._measure(row.measure)
        filters = {
            column: measure.matches(column, getattr(row, column))
            for column in sheets.LIMIT_FILTERS
            if column != "country"
        }
        filters["country"] = measure.within(row.country, self.lists)
        match = np.all(list(filters.values()), axis=0)
        amount = self._by_window(row, measure.total(match, count))
        if row.as_ != "share":
            return amount, np.ones(amount.size)
        return amount, self._by_window(row, measure.total(filters["material"], count))

    def _windows(self, row: sheets.Limit) -> tuple[Ints, Ints, Ints]:
        """Periods that a limit binds, the window of each, and where each window starts."""
        periods = np.flatnonzero(self.calendar.touches(row.start, row.end))
        window = self.calendar.windows(row.window)[periods]
        return periods, window, np.flatnonzero(np.diff(window, prepend=-1))

    def _by_window(self, row: sheets.Limit, amount: Floats) -> Floats:
        """Sum over each window; of stock the amount at its end."""
        periods, _, first = self._windows(row)
        if not periods.size:
            return np.zeros(0)
        if row.measure == "stock":
            periods, first = periods[np.append(first[1:], periods.size) - 1], np.arange(first.size)
        total: Floats = np.add.reduceat(amount[periods], first)
        return total

    def _window_place(self, row: sheets.Limit) -> Callable[[int], str]:
        periods, _, first = self._windows(row)
        labels = [self.calendar.labels[t] for t in periods[first]]
        return lambda i: f"{row.limit} (Limits row {row.row}): {row.measure} from {labels[i]}"

    def _measure(self, name: str) -> LimitMeasure:
        if name not in self._measures:
            self._measures[name] = (
                self._investment_measure(name)
                if name in ("built", "spent")
                else self._flow_measure(name)
            )
        return self._measures[name]

    def _flow_measure(self, name: str) -> LimitMeasure:
        """A measure of a result table: each key is a thing, its weight 1 or the recipe's tonnes."""
        table, columns = _MEASURE_TABLES[name]
        flow, of, weight = self.flows[table], [], []
        every_fact: list[LimitFacts] = []
        for i, key in enumerate(flow.keys):
            facts = self._with_site_facts(dict(zip(columns, key, strict=True)))
            if name in ("used", "produced"):
                recipe = self.flows.recipe(key)
                amounts = recipe.inputs if name == "used" else recipe.outputs
            else:
                amounts = {facts["material"]: 1.0}
            for material, amount in amounts.items():
                every_fact.append({**facts, "material": material})
                of.append(i)
                weight.append(amount)
        return LimitMeasure(
            period=flow.period,
            amount=flow.tonnes,
            thing=flow.key,
            things=len(flow.keys),
            facts=_facts_by_column(every_fact),
            of=np.array(of, dtype=np.int64),
            weight=np.array(weight, dtype=float),
            once=False,
        )

    def _investment_measure(self, name: str) -> LimitMeasure:
        """Options built or capital spent: an option is a thing, its rows are facts."""
        options, count = self.investment.options, self.calendar.count
        of, weight = [], []
        every_fact: list[LimitFacts] = []
        for i, (option, terms) in enumerate(options.items()):
            for term in terms.terms:
                every_fact.append(self._with_site_facts({"site": term.row.site, "option": option}))
                of.append(i)
                weight.append(1.0 if name == "built" else terms.capital)
        numbers = [self.investment.number_built(option) for option in options]
        return LimitMeasure(
            period=np.tile(np.arange(count), len(options)),
            amount=np.concatenate([*numbers, np.zeros(0)]),
            thing=np.repeat(np.arange(len(options)), count),
            things=len(options),
            facts=_facts_by_column(every_fact),
            of=np.array(of, dtype=np.int64),
            weight=np.array(weight, dtype=float),
            once=True,
        )

    def _with_site_facts(self, facts: dict[str, str]) -> dict[str, str]:
        site = self.workbook.sites.get(facts["site"])
        if site is not None:
            facts["country"], facts["owner"] = site.country, site.owner
        return facts

    def blends(self) -> Tally:
        """The share of an oxide in all that a recipe takes in at a site lies within its bounds.

        The contract: "share of the oxide in all tonnes that the recipe takes in there in a
        period, its feeds together; what has no assay counts 0".
        """
        tally = Tally("blends")
        for row in self.workbook.case.blends:
            oxide, taken = self.oxide_and_intake(row)
            place = self.calendar.place([(row.oxide, f"what {row.recipe} takes in at {row.site}")])
            tally.at_most(oxide, row.maximum * taken, place)
            tally.at_least(oxide, row.minimum * taken, place)
        return tally

    def oxide_and_intake(self, row: sheets.Blend) -> tuple[Floats, Floats]:
        """Tonnes of the oxide of a row of Blends, and all tonnes taken in, by period."""
        taken, oxide = np.zeros((2, self.calendar.count))
        for recipe, activity in self._runs(row):
            for material, quantity in recipe.inputs.items():
                assay = self.workbook.assays.get(material, ())
                share = sum(line.share for line in assay if line.oxide == row.oxide)
                taken += quantity * activity
                oxide += share * quantity * activity
        return oxide, taken

    def _runs(self, row: sheets.Blend) -> Iterator[tuple[RecipeAmounts, Floats]]:
        """Recipe and activity of each run that a row of Blends covers."""
        flow: TableFlow = self.flows["Production"]
        here = [i for i, key in enumerate(flow.keys) if key[:2] == (row.site, row.recipe)]
        for i in here:
            rows = flow.key == i
            activity = sum_by_index(flow.period[rows], flow.tonnes[rows], self.calendar.count)
            yield self.flows.recipe(flow.keys[i]), activity


def _facts_by_column(every_fact: list[LimitFacts]) -> dict[str, tuple[Ints, list[str]]]:
    """Facts by column, each word once."""
    columns = {}
    for column in sheets.LIMIT_FILTERS:
        numbers: dict[str, int] = {}
        code = [numbers.setdefault(fact.get(column, ""), len(numbers)) for fact in every_fact]
        columns[column] = (np.array(code, dtype=np.int64), [folded(word) for word in numbers])
    return columns


_MEASURE_TABLES: dict[str, tuple[str, tuple[str, ...]]] = {
    "bought": ("Purchases", ("offer", "site", "material")),
    "made": ("Production", ("site", "recipe", "material")),
    "used": ("Production", ("site", "recipe", "feed")),
    "produced": ("Production", ("site", "recipe", "feed")),
    "shipped": ("Shipments", ("site", "to_site", "material", "mode")),
    "delivered": ("Deliveries", ("line", "site", "material")),
    "stock": ("Stock", ("site", "material")),
}
"""Table of each measure, and the filters of Limits that the parts of its keys match."""
