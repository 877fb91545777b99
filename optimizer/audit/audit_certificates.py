"""Certificates again: for each delivery and rule the verdict and all that it rests on."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from optimizer.audit.audit_compliance import KEPT, AuditDeliveries, phase, windows
from optimizer.audit.audit_entitlements import Entitlements
from optimizer.audit.audit_histories import same
from optimizer.audit.audit_origins import (
    NOT_STATED,
    AuditDelivery,
    AuditPlace,
    OriginShareAudit,
    place,
)
from optimizer.audit.audit_statements import AuditStatements
from optimizer.audit.audit_texts import alike, made_of
from optimizer.audit.verdict import SMALLEST, Tally
from optimizer.result.result_layouts import Table
from optimizer.tables import sheets

_KEY = ("line", "customer", "material", "period", "rule", "bans")
_EXEMPT = "; what it has been through that the rule names was cleared or is outside its dates"
_SHOWN = re.compile(r"(.+?) (\d+\.\d)%(?:; |$)")
_ROW = re.compile(r"(\w+ row \d+ \(.*?\)) (\d+\.\d)%, (\S+) t(?:; |$)")
_SCOPE = ("stage", "country", "owner_country", "owner", "site")
ROUNDED = 0.0505
"""Percent by which a figure of one decimal may be off."""


class CertificateAudit:
    """The check of the table Certificates."""

    def __init__(
        self,
        given: Entitlements,
        origins: OriginShareAudit,
        deliveries: AuditDeliveries,
        statements: AuditStatements,
        table: Table,
    ) -> None:
        self.given, self.origins, self.table = given, origins, table
        self.deliveries, self.statements = deliveries, statements
        self.provenance = origins.graph.provenance
        self._matched: dict[Any, int] = {}
        self._right: dict[tuple[int, str], bool] = {}

    def tally(self) -> Tally:
        """A row for each delivery and row of Rules that binds it, right in every column.

        The contract: "Compliance (each rule: what it binds, share found, evidence)"; what a
        rule bans is its scope, and "an unknown event matches every scope line whose stage
        it has".
        """
        tally = Tally("Certificates")
        shown: dict[Any, list[dict[str, Any]]] = {}
        for cells in self.table.rows():
            row = dict(zip(self.table.layout.headers, cells, strict=True))
            shown.setdefault(tuple(row[header] for header in _KEY[:5]), []).append(row)
        for i, delivery in enumerate(self.origins.deliveries):
            label = self.given.calendar.labels[delivery.period]
            bound: list[sheets.Rule | None] = [
                rule
                for rule in self.given.case.rules
                if self.given.binds(rule, delivery.line)[delivery.period]
            ]
            for rule in bound or [None]:
                name = rule.rule if rule else ""
                key = (*delivery.line, label, name)
                words = f"Certificates: {', '.join(part for part in key if part)}"
                rows = shown.get(key, [])
                if not rows:
                    tally.flaw(f"{words}: no row")
                    continue
                own = next((row for row in rows if self._bans(rule, row["bans"])), rows[0])
                rows.remove(own)
                self._row(tally, i, delivery, rule, own, words)
        for key, rows in shown.items():
            if rows:
                tally.flaw(f"Certificates: {', '.join(map(str, key))} is not in the plan")
        return tally

    def _row(
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
            ("share breaking", share * SMALLEST),
            ("share allowed", allowed * SMALLEST),
        )
        shown = [row[name] * (1 if name == "tonnes" else SMALLEST) for name, _ in figures]
        right = np.array([figure for _, figure in figures])
        tally.equal(np.array(shown), right, lambda k: f"{words} ({figures[k][0]})")
        texts: list[tuple[str, bool]] = [
            ("segment", row["segment"] == self.given.segment(delivery.line, delivery.period)),
            ("bans", self._bans(rule, row["bans"])),
            ("verdict", alike(row["verdict"], verdict)),
            ("sites touched", made_of(row["sites touched"], self._touched(i))),
            ("rests on", self._rests(i, delivery, row["rests on"])),
        ]
        texts += [(stage, self._stage(i, stage, row[stage])) for stage in sheets.STAGES]
        tally.tested += len(texts)
        for header, right_ in texts:
            if not right_:
                tally.flaw(f"{words} ({header}): {row[header]!r}")

    def _verdict(
        self, i: int, delivery: AuditDelivery, rule: sheets.Rule | None
    ) -> tuple[str, float, float]:
        """Verdict in words, share of the delivery that breaks the rule, share that may."""
        if rule is None:
            return "no rule binds it", 0.0, 1.0
        line, t = delivery.line, delivery.period
        tonnes, dirty = (
            self.deliveries.delivered(line),
            self.deliveries.breaking(rule, line),
        )
        here = float(dirty[t] / tonnes[t]) if tonnes[t] else 0.0
        if not rule.maximum_share:
            word = "kept: nothing in it breaks the rule" if here <= KEPT else "broken"
            share = ""
        else:
            window, periods = next(own for own in windows(self.given, rule) if own[1][t])
            bound = periods & self.given.binds(rule, line)
            found = float(dirty[bound].sum() / max(tonnes[bound].sum(), 1e-300))
            share = f": {found:.1%} over {window}"
            word = ("kept" if found <= rule.maximum_share + KEPT else "broken") + share
        rest = self.statements.rest(rule, line, t, delivery.tonnes, here * delivery.tonnes)
        if rest.some and not word.startswith("broken"):
            told = [f"kept as far as stated{share}"]
            if rest.unknown:
                told.append(f"unknown: {rest.unknown:,.6g} t, {', '.join(rest.cells)}")
            if rest.not_stated:
                told.append(f"not stated: {rest.not_stated:,.6g} t, {', '.join(rest.stages)}")
            word = "; ".join(told)
        if here <= KEPT and self._names(i) & self.provenance.of_rule(rule.rule):
            word += _EXEMPT
        return word, here, rule.maximum_share

    def _names(self, i: int) -> int:
        """Rules whose scope names something that a delivery has been through, whatever its date."""
        found = 0
        for fact in self.origins.touched[i]:
            if fact not in self._matched:
                self._matched[fact] = self.provenance.broken([fact])
            found |= self._matched[fact]
        return found

    def _bans(self, rule: sheets.Rule | None, text: str) -> bool:
        """True if a text names all that the scope of a rule names, and nothing else."""
        if rule is None:
            return not text
        if (rule.row, text) not in self._right:
            self._right[rule.row, text] = self._scope(rule, text)
        return self._right[rule.row, text]

    def _scope(self, rule: sheets.Rule, text: str) -> bool:
        if rule.dated_by == "processing":
            before = f"events dated {phase(rule)}: "
            if not text.startswith(before):
                return False
            text = text.removeprefix(before)
        scope = [own for own in self.given.case.rule_scope if same(own.rule) == same(rule.rule)]
        parts = [{c: set(getattr(own, c)) - {"*"} for c in _SCOPE} for own in scope]
        wide = [own for own in parts if not any(_implied(own, other) for other in parts)]
        needed = {name for own in wide for column in _SCOPE for name in own[column]}
        if not needed:
            return text == "everything"
        named = {name for own in parts for column in _SCOPE for name in own[column]}
        columns = {column.replace("_", " ") for own in wide for column in _SCOPE if own[column]}
        allowed = columns | {c.replace("_", " ") for own in parts for c in _SCOPE if own[c]}
        for words, all_ in ((needed, named), (columns, allowed)):
            for word in sorted(all_, key=len, reverse=True):
                if word in words and word not in text:
                    return False
                text = text.replace(word, "\x00")
        return not set(re.split(r"[\x00, ]+", text)) - {"", "and", "or"}

    def _stage(self, i: int, stage: str, text: str) -> bool:
        """True if a text has the places of a stage with their shares."""
        wanted: dict[str, float] = {}
        places = self.origins.places[stage][i]
        for one, share in places.items():
            wanted[described(one)] = wanted.get(described(one), 0.0) + 100 * share
        if set(places) <= {NOT_STATED}:
            return text == "not stated"
        found: dict[str, float] = {}
        for name, share in _SHOWN.findall(text):
            found[name] = found.get(name, 0.0) + float(share)
        rounded = ROUNDED * max(len(places), 1)
        return _SHOWN.sub("", text) == "" and _near(found, wanted, rounded)

    def _rests(self, i: int, delivery: AuditDelivery, text: str) -> bool:
        """True if a text has the rows that a delivery rests on, with shares and tonnes."""
        wanted = {
            f"{sheet} row {row} ({name})": share
            for (sheet, row, name), share in self.origins.rests[i].items()
            if share > 0
        }
        found, tonnes = dict[str, float](), dict[str, float]()
        for name, share, amount in _ROW.findall(text):
            found[name], tonnes[name] = float(share), float(amount.replace(",", ""))
        shares = {name: 100 * share for name, share in wanted.items()}
        exact = all(
            abs(tonnes[name] - wanted.get(name, 0.0) * delivery.tonnes)
            <= 1e-5 * max(tonnes[name], 1e-4)
            for name in tonnes
        )
        return _ROW.sub("", text) == "" and exact and _near(found, shares, ROUNDED)

    def _touched(self, i: int) -> Iterator[str]:
        """Every place that some of a delivery has been through, by stage."""
        stages: dict[str, set[str]] = {}
        for fact in self.origins.touched[i]:
            stages.setdefault(fact.stage, set()).add(described(place(fact)))
        for stage, places in stages.items():
            yield f"{stage or '(no stage)'}: {', '.join(sorted(places))}"


def _implied(own: Mapping[str, set[str]], other: Mapping[str, set[str]]) -> bool:
    """True if another line of a scope, which is wider, matches all that a line does."""
    narrower = all(not other[c] or (own[c] and own[c] <= other[c]) for c in _SCOPE)
    return narrower and own != other


def described(one: AuditPlace) -> str:
    """A place in words: ``Baotou (China; owner NRE, China)``."""
    known = {"": "not stated", "unknown": "unknown", "none": "does not apply"}
    if one.country in known:
        return known[one.country]
    whose = ""
    if one.owner and one.owner != one.site:
        abroad = one.owner_country and one.owner_country != one.country
        whose = f"; owner {one.owner}" + (f", {one.owner_country}" if abroad else "")
    return f"{one.site} ({one.country}{whose})" if one.site else f"{one.country} (site not stated)"


def _near(found: Mapping[str, float], wanted: Mapping[str, float], rounded: float) -> bool:
    """True if figures are the same but for rounding; what is next to nothing may be missing."""
    missing = [name for name in wanted if name not in found and wanted[name] > 1e-4]
    apart = [abs(found[name] - wanted.get(name, -1.0)) for name in found]
    return not missing and max(apart, default=0.0) <= rounded
