"""Shortage reasons again: each shortage has some, and each reason stands at the cell it names.

What a reason costs is a price along a chain and is not worked out again; that its bound binds is.
"""

from __future__ import annotations

import re
from typing import Any

import numpy as np

from optimizer.audit.audit_bound_words import KINDS, sentences
from optimizer.audit.audit_entitlements import Entitlements, Step
from optimizer.audit.audit_restriction import HIGH, LOW, Restriction
from optimizer.audit.audit_restrictions import Restrictions
from optimizer.audit.audit_texts import figure
from optimizer.audit.verdict import SMALLEST, TOLERANCE, Tally, always
from optimizer.result.result_layouts import Tables
from optimizer.tables.schema import SHEETS

_PRICED = re.compile(r"(?P<told>.*), which costs (?P<price>\S+) (?P<currency>.*) per tonne short")
_AT = re.compile(
    r"(?P<sheet>[A-Z][A-Za-z ]*?)(?:!(?P<letter>[A-Z]*)(?P<row>\d+) \((?P<header>[^()]*)\))?"
    r"(?= and |:)"
)
_DEAR = re.compile(r".*: one tonne more would cost (\S+) (.*) at least, against a penalty of (\S+)")
_NO_LANE = re.compile(r"no lane ends at .* with .*, and nothing is made or sold there")
_LOGIC = re.compile(
    r"Sites!.* does not segregate: it is clean as a whole or not at all( in \S+)?"
    r"|Lanes!.*: .* is not used for .* in \S+"
    r"|Supply!.*: .* is sold only after .* is bought up to its maximum in \S+"
    r"|Units.*: .* at .* does not run in \S+|Options: .* at .* is not built"
    r"|Options!.*: .* needs .*|Options!.*: at most one of the options of .* is built.*"
    r"|Run: \w+ of .*"
)
"""What binds by logic: plants that cannot segregate, lanes, tiers, units that idle, options."""
_MISSING = re.compile(
    r"Supply!.*: .* (sells nothing in \S+|sells .* only from \S+ on|no longer sells .* in \S+"
    r"|sells .* at no time within the horizon)"
    r"|Lanes!.*: (.* from .* is \S+ days under way and arrives after the horizon"
    r"|the first arrival of .* from .* is \S+"
    r"(, \S+ days under way|; there is none at .* before \S+)?"
    r"|no .* from .* arrives in \S+)"
    r"|Processes!.*: .* at .* is not run in \S+|Units.*: .* at .* has no capacity in \S+"
)
"""What is missing where there is no chain."""
_NO_CHAIN = ": no chain of flows serves it; see the warnings in Run"


class Reasons:
    """The table Shortage reasons of one plan."""

    def __init__(self, given: Entitlements, restrictions: Restrictions, tables: Tables) -> None:
        self.given, self.restrictions, self.tables = given, restrictions, tables
        self.calendar = given.calendar
        self.tally = Tally("Shortage reasons")
        self._letters = {
            sheet: {letter: header for header, letter in columns.items()}
            for sheet, columns in given.case.columns.items()
        }
        self._rows = {
            (name, row.row)
            for name, sheet in SHEETS.items()
            for row in getattr(given.case, sheet.attribute, ())
            if hasattr(row, "row")
        }
        self._at: dict[str, dict[int, list[Restriction]]] = {}
        """Bounds by sheet and the number of a row that they come from; 0 for all of a sheet."""

    def check(self) -> Tally:
        """Each shortage has reasons, none of them twice, and nothing else has.

        The results: Shortage reasons tell "what stands in the way of one tonne more, for each
        shortage", its short is "tonnes not delivered".
        """
        tally, key = self.tally, ("line", "customer", "material", "period")
        short = self.tables["Shortages"]
        wanted = dict(zip(zip(*(short[h] for h in key), strict=True), short["short"], strict=True))
        table = self.tables["Shortage reasons"]
        groups: dict[Any, list[dict[str, Any]]] = {}
        for own in table.rows():
            row = dict(zip(table.layout.headers, own, strict=True))
            groups.setdefault(tuple(row[header] for header in key), []).append(row)
        for name in {**wanted, **groups}:
            words = f"Shortage reasons: {', '.join(name)}"
            tally.tested += 1
            rows = groups.get(name, [])
            if not rows or name not in wanted:
                tally.flaw(f"{words}: {len(rows)} reasons of {wanted.get(name, 0.0):,.6g} t")
                continue
            shown = np.array([row["short"] for row in rows])
            tally.equal(shown, np.full(shown.size, wanted[name]), always(words))
            if len({row["reason"] for row in rows}) < len(rows):
                tally.flaw(f"{words}: a reason stands twice")
            prices = [row["worth"] for row in rows if _PRICED.match(row["reason"])]
            if prices != sorted(prices, reverse=True):
                tally.flaw(f"{words}: the weightiest reason does not come first")
            for row in rows:
                self.tally.tested += 1
                if not self._right(row, name[:3], len(rows) > 1):
                    told = f"{row['sheet']}!{row['cell']}, {row['worth']}"
                    tally.flaw(f"{words}: {row['reason']!r} at {told}")
        return tally

    def _right(self, row: dict[str, Any], line: Step, others: bool) -> bool:
        """True if a row stands at the cell of its reason, and says what can be told of it.

        The results: the reason is told "with the cell of the workbook"; worth is "what it costs
        per tonne short, in money of that period; 0 where it has no price".
        """
        text, worth, currency = row["reason"], row["worth"], self.given.case.settings.currency
        if _NO_LANE.fullmatch(text):
            return (row["sheet"], row["cell"], worth) == ("Lanes", "", 0.0)
        at = _AT.match(text)
        if at is None or not self._stands(row, at):
            return False
        if priced := _PRICED.fullmatch(text):
            right = (priced["price"], priced["currency"]) == (figure(worth), currency)
            return worth > 0 and right and self._binds(priced["told"], at)
        if ": there is no more of " in text:
            return bool(worth > 0) and self._given(text, at)
        if text.endswith(" could arrive"):
            right = self._bars(text, line, self.calendar.index[row["period"]], at, others)
        elif dear := _DEAR.fullmatch(text):
            penalty = float(self.given.wants[line].penalty[self.calendar.index[row["period"]]])
            right = (dear[2], dear[3]) == (currency, figure(penalty))
            right = (
                right
                and at["header"] == "shortage penalty"
                and _number(dear[1]) >= _number(dear[3])
            )
        elif text.endswith(_NO_CHAIN):
            right = not others and (at["sheet"], at["header"]) == ("Demand", "line")
        else:
            right = _MISSING.fullmatch(text) is not None
        return bool(right) and worth == 0

    def _stands(self, row: dict[str, Any], at: re.Match[str]) -> bool:
        """The cell of a sentence is that of its row, and is one of the workbook."""
        sheet, number = at["sheet"], at["row"] or ""
        cell = f"{at['letter'] or ''}{number}"
        if (row["sheet"], row["cell"]) != (sheet, cell) or sheet not in (*SHEETS, "Run"):
            return False
        if not number:
            return True
        known = self.given.case.columns.get(sheet, {})
        return (sheet, int(number)) in self._rows and known.get(at["header"], "") == at["letter"]

    def _binds(self, told: str, at: re.Match[str]) -> bool:
        """True if a sentence says a bound that has no room, or what binds by logic."""
        if _LOGIC.fullmatch(told):
            return True
        for own in self._bounds(at["sheet"]).get(int(at["row"] or 0), ()):
            for i, label in enumerate(own.labels):
                for side in (LOW, HIGH) if label in told else ():
                    bound = own.bound(i, side)
                    if bound == bound and told in sentences(self.given, own, i, side):
                        size = max(float(own.size[i]), abs(bound), SMALLEST)
                        if own.room(i, side) <= TOLERANCE * size:
                            return True
        return False

    def _bounds(self, sheet: str) -> dict[int, list[Restriction]]:
        if sheet not in self._at:
            found: dict[int, list[Restriction]] = {}
            for kind in KINDS.get(sheet, ()):
                for same in self.restrictions.of(kind).values():
                    for own in same:
                        found.setdefault(0, []).append(own)
                        for row in own.rows:
                            found.setdefault(row.row, []).append(own)
            self._at[sheet] = found
        return self._at[sheet]

    def _given(self, text: str, at: re.Match[str]) -> bool:
        """Opening stocks and orders: the row is of that material at that site."""
        number, end = int(at["row"] or 0), text.partition(": there is no more of ")[2]
        if (at["sheet"], at["header"]) == ("Stocks", "opening"):
            return any(
                row.row == number and row.opening and end == f"{row.material} at {row.site}"
                for row in self.given.case.stocks
            )
        return (at["sheet"], at["header"]) == ("Pipeline", "quantity") and any(
            row.row == number and end == f"{row.material} at {row.to_site}"
            for row in self.given.case.pipeline
        )

    def _bars(self, text: str, line: Step, t: int, at: re.Match[str], others: bool) -> bool:
        """A rule without tolerance that binds the line then."""
        for rule in self.given.case.rules:
            if rule.row == int(at["row"] or 0) and at["sheet"] == "Rules":
                what = ("everything", "everything else") if others else ("everything",)
                ends = [f": {rule.rule} bars {word} that could arrive" for word in what]
                binds = bool(self.given.binds(rule, line)[t]) and not rule.maximum_share
                return binds and text.endswith(tuple(ends))
        return False


def _number(shown: str) -> float:
    return float(shown.replace(",", ""))
