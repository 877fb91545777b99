"""Options: what may be built and when, what it adds to units, what it costs.

A decision falls on the first day of a period, or on ``earliest`` where that lies inside it.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from msgspec import Struct

from optimizer.audit.audit_calendar import AuditCalendar, Bools, Floats, month_of
from optimizer.audit.audit_costs import Paid
from optimizer.audit.audit_entitlements import Entitlements, Pair, Step
from optimizer.audit.audit_flows import TableFlows, matrix
from optimizer.audit.verdict import TOLERANCE, Tally, always
from optimizer.tables import sheets

DAY = 0.6 / 28
"""Months by which a moment may be off that is shown as the nearest day."""


class OptionTerms(Struct, frozen=True):
    """What one row of an option means if it is decided in each period."""

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
        self.most = rows[0].most
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
    """What a plan builds, from the rows of its table Investment."""

    def __init__(self, given: Entitlements, flows: TableFlows) -> None:
        self.given = given
        self.calendar = given.calendar
        self.flow = flows["Investment"]
        rows: dict[str, list[sheets.Option]] = {}
        for row in given.case.options:
            rows.setdefault(row.option, []).append(row)
        self.options = {name: AuditOption(self.calendar, group) for name, group in rows.items()}
        self.terms: dict[Step, OptionTerms] = {
            (term.row.option, term.row.site, term.row.unit): term
            for option in self.options.values()
            for term in option.terms
        }
        nothing = np.zeros(self.calendar.count)
        shown = dict(zip(self.flow.keys, self.flow.matrix(), strict=True))
        self.numbers: dict[Step, Floats] = {key: shown.get(key, nothing) for key in self.terms}
        """How many are built, by row of Options and period of decision."""

    def number(self, name: str) -> Floats:
        """How many of an option are built in each period."""
        found: Floats = np.max(self._rows(name), axis=0)
        return found

    def _rows(self, name: str) -> Floats:
        terms = self.options[name].terms
        keys = [(name, term.row.site, term.row.unit) for term in terms]
        return matrix(self.calendar, [self.numbers[key] for key in keys])

    def capacity(self) -> dict[Pair, Floats]:
        """Capacity that is added to each unit by period, as far as the unit is available."""
        added: dict[Pair, Floats] = {}
        for key, number in self.numbers.items():
            term, pair = self.terms[key], (key[1], key[2])
            total = added.setdefault(pair, np.zeros(self.calendar.count))
            for t in np.flatnonzero(number):
                years = self._available(pair, float(term.runs[t]))
                total += number[t] * term.row.added_capacity * years
        return added

    def _available(self, pair: Pair, moment: float) -> Floats:
        """Years of each period after a moment, as far as the unit is available.

        The contract: "availability holds for added capacity too"; like a price it is averaged by
        the time that each row covers, and time that no row covers does not dilute it.
        """
        units, years = self.given.units.get(pair), self.calendar.since(moment)
        if units is None:
            return years
        return years * np.where(units.touched, units.average(lambda row: row.availability), 1.0)

    def paid(self) -> list[Paid]:
        """Capital, fixed cost, and the credit for what outlives the horizon."""
        found: list[Paid] = []
        for key, number in self.numbers.items():
            term, row = self.terms[key], self.terms[key].row
            fixed, credit = np.zeros((2, self.calendar.count))
            for t in np.flatnonzero(number):
                fixed += number[t] * row.fixed_cost * self.calendar.since(float(term.runs[t]))
                credit[-1] -= number[t] * row.capital_cost * term.left[t]
            sites = dict.fromkeys(one.row.site for one in self.options[key[0]].terms)
            place = (", ".join(sites), key[0], "")
            found += [
                ("capital", place, number * row.capital_cost),
                ("fixed cost", place, fixed),
                ("closing value", place, credit),
            ]
        return found

    def _figures(self, tally: Tally) -> None:
        """Every figure that a row of Investment shows against the recomputed one."""
        flow, nothing = self.flow, np.zeros(self.calendar.count)
        columns: dict[str, Callable[[OptionTerms], Floats]] = {
            "added capacity": lambda term: nothing + term.row.added_capacity,
            "capital": lambda term: nothing + term.row.capital_cost,
            "fixed cost": lambda term: nothing + term.row.fixed_cost,
            "credit": lambda term: term.row.capital_cost * term.left,
            "runs from": lambda term: term.runs,
        }
        known = [self.terms.get(key) for key in flow.keys]
        place = self.calendar.place([("Investment", *key) for key in flow.keys])
        cell = flow.cell

        def here(i: int) -> str:
            return place(int(cell[i]))

        for header, value in columns.items():
            terms = [value(term) if term else nothing for term in known]
            found = matrix(self.calendar, terms).ravel()[cell]
            shown = flow.shown[header]
            if header == "runs from":
                late = np.abs(shown - found)
                tally.at_most(late, np.full(late.size, DAY), lambda i: f"{here(i)} (runs from)")
            else:
                tally.equal(shown, flow.tonnes * found, here)

    def tally(self) -> Tally:
        """Options are built when and as often as they may be, and shown for what they are.

        The contract: "earliest decision, on a period's first day or on `earliest` inside
        it"; "up to `most` over the horizon"; "built no earlier than every option named; of
        the options that share a word at most one is built".
        """
        tally = Tally("options", smallest=1.0)
        for name, option in self.options.items():
            rows, number = self._rows(name), self.number(name)
            place = self.calendar.place([(name,)] * len(rows))
            tally.equal(rows, np.broadcast_to(number, rows.shape), place)
            early = self.calendar.place([(f"{name} (earliest)",)])
            tally.forbid(number, ~option.allowed, early)
            total, most = np.array([number.sum()]), np.array([option.most])
            tally.at_most(total, most, always(f"{name} (most)"))
            if option.kind != "any amount":
                tally.equal(number, np.rint(number), place, np.ones(number.size))
            self._needs(tally, name, option)
        self._groups(tally)
        self._figures(tally)
        return tally

    def _needs(self, tally: Tally, name: str, option: AuditOption) -> None:
        """Built no earlier than every option named: one of it, or its most if that is less."""
        built = np.flatnonzero(self.number(name) > TOLERANCE * max(1.0, option.most))
        for needed in option.needs:
            so_far = np.cumsum(self.number(needed))[built]
            least = np.full(built.size, min(1.0, self.options[needed].most))
            tally.at_least(so_far, least, always(f"{needed}, which {name} needs, so far"))

    def _groups(self, tally: Tally) -> None:
        """Of the options that share a word at most one is built."""
        groups: dict[str, int] = {}
        for name, option in self.options.items():
            if self.number(name).sum() > TOLERANCE * max(1.0, option.most):
                for word in option.groups:
                    groups[word] = groups.get(word, 0) + 1
        found = np.array(list(groups.values()), dtype=float)
        words = list(groups)
        tally.at_most(found, np.ones(found.size), lambda i: f"options built of {words[i]}")
