"""Check of options: when they may be built, the capacity that they add, their cost.

A decision falls on the first day of a period, or on ``earliest`` where that lies inside it.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from msgspec import Struct

from optimizer.audit.audit_calendar import AuditCalendar, Bools, Floats, month_of
from optimizer.audit.audit_costs import PeriodCost
from optimizer.audit.audit_flows import TableFlows, matrix
from optimizer.audit.audit_terms import AuditProcessKey, SiteMaterialKey
from optimizer.audit.audit_workbook import AuditWorkbook
from optimizer.audit.verdict import AUDIT_TOLERANCE, Tally, fixed_place
from optimizer.tables import sheets
from optimizer.tables.schema import group_rows

DATE_ROUNDING_MONTHS = 0.6 / 28
"""Months by which a date shown to the nearest day may be off: half a day of 28, and a margin."""


class OptionTerms(Struct, frozen=True):
    """Terms of one row of an option, by period of decision."""

    row: sheets.Option
    runs: Floats
    """Moment from which it runs, in months."""
    left: Floats
    """Share of its life that lies beyond the horizon."""


class AuditOption:
    """The rows of one option: one decision."""

    def __init__(self, calendar: AuditCalendar, rows: list[sheets.Option]) -> None:
        earliest = max([month_of(row.earliest) for row in rows if row.earliest], default=0.0)
        decided = np.maximum(calendar.edges[:-1], earliest)
        self.allowed: Bools = decided < calendar.edges[1:]
        """Periods in which it may be decided."""
        self.kind = rows[0].kind
        self.max_number = rows[0].most
        self.needs = sorted({name for row in rows for name in row.needs})
        self.groups = sorted({word for row in rows for word in row.one_of})
        self.terms = [_terms(calendar, row, decided) for row in rows]
        self.capital = sum(row.capital_cost for row in rows)


def _terms(calendar: AuditCalendar, row: sheets.Option, decided: Floats) -> OptionTerms:
    runs = decided + row.build_months
    left = np.zeros(calendar.count)
    if row.life:
        years = row.life - (calendar.edges[-1] - runs) / 12
        left = np.clip(years / row.life, 0.0, 1.0)
    return OptionTerms(row, runs, left)


class InvestmentAudit:
    """Options that a plan builds, from its table Investment."""

    def __init__(self, workbook: AuditWorkbook, flows: TableFlows) -> None:
        self.workbook = workbook
        self.calendar = workbook.calendar
        self.flow = flows["Investment"]
        rows = group_rows(workbook.case.options, lambda row: row.option)
        self.options = {name: AuditOption(self.calendar, group) for name, group in rows.items()}
        self.terms: dict[AuditProcessKey, OptionTerms] = {
            (term.row.option, term.row.site, term.row.unit): term
            for option in self.options.values()
            for term in option.terms
        }
        nothing = np.zeros(self.calendar.count)
        shown = dict(zip(self.flow.keys, self.flow.matrix(), strict=True))
        self.numbers: dict[AuditProcessKey, Floats] = {
            key: shown.get(key, nothing) for key in self.terms
        }
        """How many are built, by row of Options and period of decision."""

    def number_built(self, name: str) -> Floats:
        """How many of an option are built in each period."""
        built: Floats = np.max(self._rows(name), axis=0)
        return built

    def _rows(self, name: str) -> Floats:
        terms = self.options[name].terms
        keys = [(name, term.row.site, term.row.unit) for term in terms]
        return matrix(self.calendar, [self.numbers[key] for key in keys])

    def capacity(self) -> dict[SiteMaterialKey, Floats]:
        """Capacity added to each unit by period, times the availability of the unit."""
        added: dict[SiteMaterialKey, Floats] = {}
        for key, number in self.numbers.items():
            term, pair = self.terms[key], (key[1], key[2])
            capacity = added.setdefault(pair, np.zeros(self.calendar.count))
            for t in np.flatnonzero(number):
                years = self._available(pair, float(term.runs[t]))
                capacity += number[t] * term.row.added_capacity * years
        return added

    def _available(self, pair: SiteMaterialKey, moment: float) -> Floats:
        """Years of each period after a moment, times the availability of the unit.

        The contract: "availability holds for added capacity too"; like a price it is averaged by
        the time that each row covers, and time that no row covers does not dilute it.
        """
        units, years = self.workbook.units.get(pair), self.calendar.years_since(moment)
        if units is None:
            return years
        return years * np.where(units.touched, units.average(lambda row: row.availability), 1.0)

    def period_costs(self) -> list[PeriodCost]:
        """Capital, fixed cost, and the credit for life beyond the horizon."""
        costs: list[PeriodCost] = []
        for key, number in self.numbers.items():
            term, row = self.terms[key], self.terms[key].row
            fixed, credit = np.zeros((2, self.calendar.count))
            for t in np.flatnonzero(number):
                fixed += number[t] * row.fixed_cost * self.calendar.years_since(float(term.runs[t]))
                credit[-1] -= number[t] * row.capital_cost * term.left[t]
            sites = dict.fromkeys(other.row.site for other in self.options[key[0]].terms)
            place = (", ".join(sites), key[0], "")
            costs += [
                ("capital", place, number * row.capital_cost),
                ("fixed cost", place, fixed),
                ("closing value", place, credit),
            ]
        return costs

    def _check_figures(self, tally: Tally) -> None:
        """Compare every figure of a row of Investment with the recomputed one."""
        flow, nothing = self.flow, np.zeros(self.calendar.count)
        columns: dict[str, Callable[[OptionTerms], Floats]] = {
            "added capacity": lambda term: nothing + term.row.added_capacity,
            "capital": lambda term: nothing + term.row.capital_cost,
            "fixed cost": lambda term: nothing + term.row.fixed_cost,
            "credit": lambda term: term.row.capital_cost * term.left,
            "runs from": lambda term: term.runs,
        }
        known_terms = [self.terms.get(key) for key in flow.keys]
        place = self.calendar.place([("Investment", *key) for key in flow.keys])
        cell = flow.cell

        def here(i: int) -> str:
            return place(int(cell[i]))

        for header, value in columns.items():
            terms = [value(term) if term else nothing for term in known_terms]
            wanted = matrix(self.calendar, terms).ravel()[cell]
            shown = flow.shown[header]
            if header == "runs from":
                late = np.abs(shown - wanted)
                tally.at_most(
                    late,
                    np.full(late.size, DATE_ROUNDING_MONTHS),
                    lambda i: f"{here(i)} (runs from)",
                )
            else:
                tally.equal(shown, flow.tonnes * wanted, here)

    def tally(self) -> Tally:
        """Options are built when and as often as permitted, and their rows show the right figures.

        The contract: "earliest decision, on a period's first day or on `earliest` inside
        it"; "up to `most` over the horizon"; "built no earlier than every option named; of
        the options that share a word at most one is built".
        """
        tally = Tally("options", smallest=1.0)
        for name, option in self.options.items():
            rows, number = self._rows(name), self.number_built(name)
            place = self.calendar.place([(name,)] * len(rows))
            tally.equal(rows, np.broadcast_to(number, rows.shape), place)
            early = self.calendar.place([(f"{name} (earliest)",)])
            tally.forbid(number, ~option.allowed, early)
            total, most = np.array([number.sum()]), np.array([option.max_number])
            tally.at_most(total, most, fixed_place(f"{name} (most)"))
            if option.kind != "any amount":
                tally.equal(number, np.rint(number), place, np.ones(number.size))
            self._check_needs(tally, name, option)
        self._check_groups(tally)
        self._check_figures(tally)
        return tally

    def _check_needs(self, tally: Tally, name: str, option: AuditOption) -> None:
        """Built no earlier than every option named: one of it, or its most if that is less."""
        built = np.flatnonzero(
            self.number_built(name) > AUDIT_TOLERANCE * max(1.0, option.max_number)
        )
        for needed in option.needs:
            so_far = np.cumsum(self.number_built(needed))[built]
            least = np.full(built.size, min(1.0, self.options[needed].max_number))
            tally.at_least(so_far, least, fixed_place(f"{needed}, which {name} needs, so far"))

    def _check_groups(self, tally: Tally) -> None:
        """At most one of the options that share a word is built."""
        groups: dict[str, int] = {}
        for name, option in self.options.items():
            if self.number_built(name).sum() > AUDIT_TOLERANCE * max(1.0, option.max_number):
                for word in option.groups:
                    groups[word] = groups.get(word, 0) + 1
        counts = np.array(list(groups.values()), dtype=float)
        words = list(groups)
        tally.at_most(counts, np.ones(counts.size), lambda i: f"options built of {words[i]}")
