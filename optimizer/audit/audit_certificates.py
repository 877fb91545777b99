"""Check of Certificates: for each delivery and rule the verdict and its evidence."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from operator import itemgetter
from typing import Any

import numpy as np

from optimizer.audit.audit_compliance import (
    KEPT_SHARE_TOLERANCE,
    AuditDeliveries,
    labelled_windows,
    phase_text,
)
from optimizer.audit.audit_histories import folded
from optimizer.audit.audit_origins import (
    UNSTATED_PLACE,
    AuditDelivery,
    AuditPlace,
    OriginShareAudit,
    place_of_event,
)
from optimizer.audit.audit_statements import AuditStatements
from optimizer.audit.audit_texts import MIN_SHOWN_TONNES, SIX_DIGITS, consists_of, same_text
from optimizer.audit.audit_workbook import AuditWorkbook
from optimizer.audit.verdict import MIN_COMPARED_SIZE, Tally
from optimizer.result.result_layouts import Table
from optimizer.tables import sheets
from optimizer.tables.schema import group_rows

_CERTIFICATE_KEY = ("line", "customer", "material", "period", "rule", "bans")
_EXEMPTION_NOTE = "; events that the rule names were cleared or are outside its dates"
_PLACE_SHARE = re.compile(r"(.+?) (\d+\.\d)%(?:; |$)")
_EVIDENCE_ROW = re.compile(r"(\w+ row \d+ \(.*?\)) (\d+\.\d)%, (\S+) t(?:; |$)")
_BANNED_COLUMNS = ("stage", "country", "owner_country", "owner", "site")
PERCENT_ROUNDING = 0.0505
"""Percentage points that a figure of one decimal may be off: half a digit and float error."""
MIN_SHOWN_PERCENT = 1e-4
"""Percent below which a place may be left out: it would be shown as 0.0%."""


class CertificateAudit:
    """The check of the table Certificates."""

    def __init__(
        self,
        workbook: AuditWorkbook,
        origins: OriginShareAudit,
        deliveries: AuditDeliveries,
        statements: AuditStatements,
        table: Table,
    ) -> None:
        self.workbook, self.origins, self.table = workbook, origins, table
        self.deliveries, self.statements = deliveries, statements
        self.provenance = origins.graph.provenance
        self._matched: dict[Any, int] = {}
        self._ban_results: dict[tuple[int, str], bool] = {}

    def tally(self) -> Tally:
        """A row for each delivery and row of Rules that binds it, right in every column.

        The contract: "Compliance (each rule: what it binds, share found, evidence)"; what a
        rule bans is its scope, and "an unknown event matches every scope line whose stage
        it has".
        """
        tally = Tally("Certificates")
        shown = group_rows(self.table.records(), itemgetter(*_CERTIFICATE_KEY[:5]))
        for i, delivery in enumerate(self.origins.deliveries):
            label = self.workbook.calendar.labels[delivery.period]
            bound: list[sheets.Rule | None] = [
                rule
                for rule in self.workbook.case.rules
                if self.workbook.binds(rule, delivery.line)[delivery.period]
            ]
            for rule in bound or [None]:
                name = rule.rule if rule else ""
                key = (*delivery.line, label, name)
                words = f"Certificates: {', '.join(part for part in key if part)}"
                rows = shown.get(key, [])
                if not rows:
                    tally.fail(f"{words}: no row")
                    continue
                row = next((row for row in rows if self._same_bans(rule, row["bans"])), rows[0])
                rows.remove(row)
                self._check_row(tally, i, delivery, rule, row, words)
        for key, rows in shown.items():
            if rows:
                tally.fail(f"Certificates: {', '.join(map(str, key))} is not in the plan")
        return tally

    def _check_row(
        self,
        tally: Tally,
        i: int,
        delivery: AuditDelivery,
        rule: sheets.Rule | None,
        row: Mapping[str, Any],
        words: str,
    ) -> None:
        """One row, column by column."""
        verdict, share, allowed = self._verdict(i, delivery, rule)
        figures = (
            ("tonnes", delivery.tonnes),
            ("share breaking", share * MIN_COMPARED_SIZE),
            ("share allowed", allowed * MIN_COMPARED_SIZE),
        )
        shown = [row[name] * (1 if name == "tonnes" else MIN_COMPARED_SIZE) for name, _ in figures]
        wanted = np.array([figure for _, figure in figures])
        tally.equal(np.array(shown), wanted, lambda k: f"{words} ({figures[k][0]})")
        texts: list[tuple[str, bool]] = [
            ("segment", row["segment"] == self.workbook.segment(delivery.line, delivery.period)),
            ("bans", self._same_bans(rule, row["bans"])),
            ("verdict", same_text(row["verdict"], verdict)),
            ("sites touched", consists_of(row["sites touched"], self._sites_touched(i))),
            ("rests on", self._same_sources(i, delivery, row["rests on"])),
        ]
        texts += [(stage, self._same_places(i, stage, row[stage])) for stage in sheets.STAGES]
        tally.tested += len(texts)
        for header, is_right in texts:
            if not is_right:
                tally.fail(f"{words} ({header}): {row[header]!r}")

    def _verdict(
        self, i: int, delivery: AuditDelivery, rule: sheets.Rule | None
    ) -> tuple[str, float, float]:
        """Verdict in words, share of the delivery that breaks the rule, share that may."""
        if rule is None:
            return "no rule binds it", 0.0, 1.0
        line, t = delivery.line, delivery.period
        tonnes, breaking = (
            self.deliveries.delivered(line),
            self.deliveries.breaking(rule, line),
        )
        share_here = float(breaking[t] / tonnes[t]) if tonnes[t] else 0.0
        if not rule.maximum_share:
            word = (
                "kept: no event in it breaks the rule"
                if share_here <= KEPT_SHARE_TOLERANCE
                else "broken"
            )
            share = ""
        else:
            window, periods = next(
                labelled for labelled in labelled_windows(self.workbook, rule) if labelled[1][t]
            )
            bound = periods & self.workbook.binds(rule, line)
            share_in_window = float(breaking[bound].sum() / (tonnes[bound].sum() or 1.0))
            share = f": {share_in_window:.1%} over {window}"
            word = (
                "kept" if share_in_window <= rule.maximum_share + KEPT_SHARE_TOLERANCE else "broken"
            ) + share
        unverified = self.statements.unverified(
            rule, line, t, delivery.tonnes, share_here * delivery.tonnes
        )
        if unverified.has_tonnes and not word.startswith("broken"):
            reservations = [f"kept as far as stated{share}"]
            if unverified.unknown:
                reservations.append(
                    f"unknown: {unverified.unknown:,.6g} t, {', '.join(unverified.cells)}"
                )
            if unverified.not_stated:
                reservations.append(
                    f"not stated: {unverified.not_stated:,.6g} t, {', '.join(unverified.stages)}"
                )
            word = "; ".join(reservations)
        if share_here <= KEPT_SHARE_TOLERANCE and self._traits_named(
            i
        ) & self.provenance.bits_of_rule(rule.rule):
            word += _EXEMPTION_NOTE
        return word, share_here, rule.maximum_share

    def _traits_named(self, i: int) -> int:
        """Traits whose scope names an event of a delivery, whatever its date."""
        traits = 0
        for fact in self.origins.events_touched[i]:
            if fact not in self._matched:
                self._matched[fact] = self.provenance.broken([fact])
            traits |= self._matched[fact]
        return traits

    def _same_bans(self, rule: sheets.Rule | None, text: str) -> bool:
        """True if a text names all that the scope of a rule names, and nothing else."""
        if rule is None:
            return not text
        if (rule.row, text) not in self._ban_results:
            self._ban_results[rule.row, text] = self._names_scope(rule, text)
        return self._ban_results[rule.row, text]

    def _names_scope(self, rule: sheets.Rule, text: str) -> bool:
        if rule.dated_by == "processing":
            before = f"events dated {phase_text(rule)}: "
            if not text.startswith(before):
                return False
            text = text.removeprefix(before)
        lines = [
            line for line in self.workbook.case.rule_scope if folded(line.rule) == folded(rule.rule)
        ]
        names_by_line = [
            {c: set(getattr(line, c)) - {"*"} for c in _BANNED_COLUMNS} for line in lines
        ]
        widest_lines = [
            line
            for line in names_by_line
            if not any(_is_implied(line, other) for other in names_by_line)
        ]
        needed = {
            name for line in widest_lines for column in _BANNED_COLUMNS for name in line[column]
        }
        if not needed:
            return text == "everything"
        named = {
            name for line in names_by_line for column in _BANNED_COLUMNS for name in line[column]
        }
        columns = {
            column.replace("_", " ")
            for line in widest_lines
            for column in _BANNED_COLUMNS
            if line[column]
        }
        allowed = columns | {
            c.replace("_", " ") for line in names_by_line for c in _BANNED_COLUMNS if line[c]
        }
        for words, known_words in ((needed, named), (columns, allowed)):
            for word in sorted(known_words, key=len, reverse=True):
                if word in words and word not in text:
                    return False
                text = text.replace(word, "\x00")
        return not set(re.split(r"[\x00, ]+", text)) - {"", "and", "or"}

    def _same_places(self, i: int, stage: str, text: str) -> bool:
        """True if a text lists the places of a stage with their shares."""
        wanted: dict[str, float] = {}
        places = self.origins.places[stage][i]
        for place, share in places.items():
            wanted[place_text(place)] = wanted.get(place_text(place), 0.0) + 100 * share
        if set(places) <= {UNSTATED_PLACE}:
            return text == "not stated"
        shown: dict[str, float] = {}
        for name, share in _PLACE_SHARE.findall(text):
            shown[name] = shown.get(name, 0.0) + float(share)
        tolerance = PERCENT_ROUNDING * max(len(places), 1)
        return _PLACE_SHARE.sub("", text) == "" and _same_percentages(shown, wanted, tolerance)

    def _same_sources(self, i: int, delivery: AuditDelivery, text: str) -> bool:
        """True if a text lists the rows that a delivery stems from, with shares and tonnes."""
        wanted = {
            f"{sheet} row {row} ({name})": share
            for (sheet, row, name), share in self.origins.source_shares[i].items()
            if share > 0
        }
        shown, tonnes = dict[str, float](), dict[str, float]()
        for name, share, amount in _EVIDENCE_ROW.findall(text):
            shown[name], tonnes[name] = float(share), float(amount.replace(",", ""))
        shares = {name: 100 * share for name, share in wanted.items()}
        exact = all(
            abs(tonnes[name] - wanted.get(name, 0.0) * delivery.tonnes)
            <= SIX_DIGITS * max(tonnes[name], MIN_SHOWN_TONNES)
            for name in tonnes
        )
        return (
            _EVIDENCE_ROW.sub("", text) == ""
            and exact
            and _same_percentages(shown, shares, PERCENT_ROUNDING)
        )

    def _sites_touched(self, i: int) -> Iterator[str]:
        """Every place that some of a delivery passed through, by stage."""
        stages: dict[str, set[str]] = {}
        for fact in self.origins.events_touched[i]:
            stages.setdefault(fact.stage, set()).add(place_text(place_of_event(fact)))
        for stage, places in stages.items():
            yield f"{stage or '(no stage)'}: {', '.join(sorted(places))}"


def _is_implied(line: Mapping[str, set[str]], other: Mapping[str, set[str]]) -> bool:
    """True if another line of a scope, which is wider, matches all that a line does."""
    narrower = all(not other[c] or (line[c] and line[c] <= other[c]) for c in _BANNED_COLUMNS)
    return narrower and line != other


def place_text(place: AuditPlace) -> str:
    """A place in words: ``Baotou (China; owner NRE, China)``."""
    special_names = {"": "not stated", "unknown": "unknown", "none": "does not apply"}
    if place.country in special_names:
        return special_names[place.country]
    whose = ""
    if place.owner and place.owner != place.site:
        abroad = place.owner_country and place.owner_country != place.country
        whose = f"; owner {place.owner}" + (f", {place.owner_country}" if abroad else "")
    return (
        f"{place.site} ({place.country}{whose})"
        if place.site
        else f"{place.country} (site not stated)"
    )


def _same_percentages(
    shown: Mapping[str, float], wanted: Mapping[str, float], tolerance: float
) -> bool:
    """True if figures are equal up to rounding; negligible shares may be missing."""
    missing = [name for name in wanted if name not in shown and wanted[name] > MIN_SHOWN_PERCENT]
    differences = [abs(shown[name] - wanted.get(name, -1.0)) for name in shown]
    return not missing and max(differences, default=0.0) <= tolerance
