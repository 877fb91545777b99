"""Check of Shortage reasons: each shortage has reasons, and each reason names its own cell.

The cost of a reason is a price along a chain, which the audit does not recompute. It checks that
the bound of the reason binds.
"""

from __future__ import annotations

import re
from operator import itemgetter
from typing import Any

import numpy as np

from optimizer.audit.audit_bound_words import BOUND_KINDS_BY_SHEET, bound_sentences
from optimizer.audit.audit_restriction import MAXIMUM_SIDE, MINIMUM_SIDE, Restriction
from optimizer.audit.audit_restrictions import AuditRestrictions
from optimizer.audit.audit_terms import AuditProcessKey
from optimizer.audit.audit_texts import price_text
from optimizer.audit.audit_workbook import AuditWorkbook
from optimizer.audit.verdict import AUDIT_TOLERANCE, MIN_COMPARED_SIZE, Tally, fixed_place
from optimizer.result.result_layouts import Tables
from optimizer.tables.schema import SHEETS, group_rows

_PRICED_REASON = re.compile(
    r"(?P<told>.*?)(?P<earlier>, when material for this delivery would have to be (?:bought|made"
    r"|shipped|kept in stock))?; without this limit one more tonne would save (?P<price>\S+) "
    r"(?P<currency>.*) \(the penalty is (?P<penalty>\S+) (?P=currency) per tonne\)"
)
_REASON_CELL = re.compile(
    r"(?P<sheet>[A-Z][A-Za-z ]*?)(?:!(?P<letter>[A-Z]*)(?P<row>\d+) \((?P<header>[^()]*)\))?"
    r"(?= and |:)"
)
_DEAR_CHAIN = re.compile(
    r".*: one more tonne would cost at least (\S+) (.*), against a penalty of (\S+)"
)
_NO_LANE = re.compile(r"no lane ends at .* with .*, and no offer or process supplies it there")
_LOGICAL_REASON = re.compile(
    r"Sites!.* does not segregate: one non-compliant input makes all its output "
    r"non-compliant( in \S+)?"
    r"|Lanes!.*: .* is not used for .* in \S+"
    r"|Supply!.*: .* is sold only after .* is bought up to its maximum in \S+"
    r"|Units.*: .* at .* does not run in \S+|Options: .* at .* is not built"
    r"|Options!.*: .* needs .*|Options!.*: at most one of the options of .* is built.*"
    r"|Run: \w+ of .*"
)
"""Reasons of yes/no decisions: custody of plants, lanes, tiers, units that idle, options."""
_MISSING_REASON = re.compile(
    r"Supply!.*: .* (sells nothing in \S+|sells .* only from \S+ on|no longer sells .* in \S+"
    r"|sells .* in no period of the horizon)"
    r"|Lanes!.*: (.* from .* is \S+ days in transit and arrives after the horizon"
    r"|the first arrival of .* from .* is \S+"
    r"(, \S+ days in transit|; there is none at .* before \S+)?"
    r"|no .* from .* arrives in \S+)"
    r"|Processes!.*: .* at .* is not run in \S+|Units.*: .* at .* has no capacity in \S+"
)
"""Reasons where no chain of flows exists."""
_NO_CHAIN = ": no supply chain reaches it; see the warnings in the sheet Run"


class ShortageReasonAudit:
    """The table Shortage reasons of one plan."""

    def __init__(
        self, workbook: AuditWorkbook, restrictions: AuditRestrictions, tables: Tables
    ) -> None:
        self.workbook, self.restrictions, self.tables = workbook, restrictions, tables
        self.calendar = workbook.calendar
        self.tally = Tally("Shortage reasons")
        self._letters = {
            sheet: {letter: header for header, letter in columns.items()}
            for sheet, columns in workbook.case.columns.items()
        }
        self._rows = {
            (name, row.row)
            for name, sheet in SHEETS.items()
            for row in getattr(workbook.case, sheet.attribute, ())
            if hasattr(row, "row")
        }
        self._bounds_by_sheet: dict[str, dict[int, list[Restriction]]] = {}
        """Bounds by sheet and row number; 0 for all bounds of a sheet."""

    def check(self) -> Tally:
        """Each shortage has reasons, none twice, and there are no other reasons.

        The results: Shortage reasons tell "what stands in the way of one tonne more, for each
        shortage", its short is "tonnes not delivered".
        """
        tally, key = self.tally, ("line", "customer", "material", "period")
        short = self.tables["Shortages"]
        wanted = dict(zip(zip(*(short[h] for h in key), strict=True), short["short"], strict=True))
        groups = group_rows(self.tables["Shortage reasons"].records(), itemgetter(*key))
        for name in {**wanted, **groups}:
            words = f"Shortage reasons: {', '.join(name)}"
            tally.tested += 1
            rows = groups.get(name, [])
            if not rows or name not in wanted:
                tally.fail(f"{words}: {len(rows)} reasons of {wanted.get(name, 0.0):,.6g} t")
                continue
            shown = np.array([row["short"] for row in rows])
            tally.equal(shown, np.full(shown.size, wanted[name]), fixed_place(words))
            if len({row["reason"] for row in rows}) < len(rows):
                tally.fail(f"{words}: a reason appears twice")
            prices = [row["worth"] for row in rows if _PRICED_REASON.match(row["reason"])]
            if prices != sorted(prices, reverse=True):
                tally.fail(f"{words}: the largest reason does not come first")
            for row in rows:
                self.tally.tested += 1
                if not self._reason_holds(row, name[:3], len(rows) > 1):
                    place = f"{row['sheet']}!{row['cell']}, {row['worth']}"
                    tally.fail(f"{words}: {row['reason']!r} at {place}")
        return tally

    def _reason_holds(self, row: dict[str, Any], line: AuditProcessKey, has_others: bool) -> bool:
        """True if a row has the cell of its reason, and its sentence and worth are right.

        The results: the reason is told "with the cell of the workbook"; worth is "what one
        more tonne would save without it, in money of that period; 0 where it has no price".
        """
        text, worth, currency = row["reason"], row["worth"], self.workbook.case.settings.currency
        if _NO_LANE.fullmatch(text):
            return (row["sheet"], row["cell"], worth) == ("Lanes", "", 0.0)
        at = _REASON_CELL.match(text)
        if at is None or not self._is_own_cell(row, at):
            return False
        if match_priced := _PRICED_REASON.fullmatch(text):
            t = self.calendar.index[row["period"]]
            penalty = float(self.workbook.demand_terms[line].penalty[t])
            right = (match_priced["price"], match_priced["penalty"], match_priced["currency"]) == (
                price_text(worth),
                price_text(penalty),
                currency,
            )
            bound_period = match_priced["told"].rpartition(" in ")[2]
            is_earlier = self.calendar.index.get(bound_period, t) < t
            right = right and is_earlier == bool(match_priced["earlier"])
            return worth > 0 and right and self._bound_binds(match_priced["told"], at)
        if ": no more " in text:
            return bool(worth > 0) and self._is_opening_or_order(text, at)
        if text.endswith(" could arrive"):
            right = self._rule_bars(text, line, self.calendar.index[row["period"]], at, has_others)
        elif match_dear := _DEAR_CHAIN.fullmatch(text):
            penalty = float(
                self.workbook.demand_terms[line].penalty[self.calendar.index[row["period"]]]
            )
            right = (match_dear[2], match_dear[3]) == (currency, price_text(penalty))
            right = (
                right
                and at["header"] == "shortage penalty"
                and _number(match_dear[1]) >= _number(match_dear[3])
            )
        elif text.endswith(_NO_CHAIN):
            right = not has_others and (at["sheet"], at["header"]) == ("Demand", "line")
        else:
            right = _MISSING_REASON.fullmatch(text) is not None
        return bool(right) and worth == 0

    def _is_own_cell(self, row: dict[str, Any], at: re.Match[str]) -> bool:
        """True if the cell in the sentence is that of the row and exists in the workbook."""
        sheet, number = at["sheet"], at["row"] or ""
        cell = f"{at['letter'] or ''}{number}"
        if (row["sheet"], row["cell"]) != (sheet, cell) or sheet not in (*SHEETS, "Run"):
            return False
        if not number:
            return True
        known = self.workbook.case.columns.get(sheet, {})
        return (sheet, int(number)) in self._rows and known.get(at["header"], "") == at["letter"]

    def _bound_binds(self, sentence: str, at: re.Match[str]) -> bool:
        """True if a sentence states a bound without room, or a yes/no decision."""
        if _LOGICAL_REASON.fullmatch(sentence):
            return True
        for restriction in self._bounds(at["sheet"]).get(int(at["row"] or 0), ()):
            for i, label in enumerate(restriction.labels):
                for side in (MINIMUM_SIDE, MAXIMUM_SIDE) if label in sentence else ():
                    bound = restriction.bound(i, side)
                    if bound == bound and sentence in bound_sentences(
                        self.workbook, restriction, i, side
                    ):
                        size = max(float(restriction.size[i]), abs(bound), MIN_COMPARED_SIZE)
                        if restriction.room(i, side) <= AUDIT_TOLERANCE * size:
                            return True
        return False

    def _bounds(self, sheet: str) -> dict[int, list[Restriction]]:
        if sheet not in self._bounds_by_sheet:
            by_row: dict[int, list[Restriction]] = {}
            for kind in BOUND_KINDS_BY_SHEET.get(sheet, ()):
                for restrictions in self.restrictions.of(kind).values():
                    for restriction in restrictions:
                        by_row.setdefault(0, []).append(restriction)
                        for row in restriction.rows:
                            by_row.setdefault(row.row, []).append(restriction)
            self._bounds_by_sheet[sheet] = by_row
        return self._bounds_by_sheet[sheet]

    def _is_opening_or_order(self, text: str, at: re.Match[str]) -> bool:
        """True if the row is an opening stock or order of the material at the site."""
        row_number = int(at["row"] or 0)

        def told(material: str, site: str) -> bool:
            return text.endswith(f": no more {material} is available at {site}")

        if (at["sheet"], at["header"]) == ("Stocks", "opening"):
            return any(
                row.row == row_number and row.opening and told(row.material, row.site)
                for row in self.workbook.case.stocks
            )
        return (at["sheet"], at["header"]) == ("Pipeline", "quantity") and any(
            row.row == row_number and told(row.material, row.to_site)
            for row in self.workbook.case.pipeline
        )

    def _rule_bars(
        self, text: str, line: AuditProcessKey, t: int, at: re.Match[str], has_others: bool
    ) -> bool:
        """True if the row is a rule without tolerance that binds the line in the period."""
        for rule in self.workbook.case.rules:
            if rule.row == int(at["row"] or 0) and at["sheet"] == "Rules":
                what = ("all supply", "all other supply") if has_others else ("all supply",)
                endings = [f": rule {rule.rule} excludes {word} that could arrive" for word in what]
                binds = bool(self.workbook.binds(rule, line)[t]) and not rule.maximum_share
                return binds and text.endswith(tuple(endings))
        return False


def _number(shown: str) -> float:
    return float(shown.replace(",", ""))
