"""Compliance again: which deliveries each rule binds, what breaks it, and what that rests on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

import numpy as np

from optimizer.audit.audit_calendar import Bools, Floats
from optimizer.audit.audit_entitlements import Entitlements, Step
from optimizer.audit.audit_flows import TableFlows
from optimizer.audit.audit_histories import trait_name
from optimizer.audit.audit_lots import LotLedger
from optimizer.audit.audit_statements import AuditReserve, AuditStatements
from optimizer.audit.audit_texts import made_of
from optimizer.audit.verdict import SMALLEST, Tally
from optimizer.result.result_layouts import Table
from optimizer.tables import sheets

KEPT = 1e-6
"""Share above the allowed one that still counts as kept."""
_KEY = ("rule", "row", "line", "window")
_FIGURES = ("delivered", "breaking", "unknown", "not stated", "slack")
_SHARES = ("share found", "share allowed")
_LABELS = ("phase", "segment", "verdict", "periods", "cell")


class AuditDeliveries:
    """What each line gets in each period, and what of it breaks each row of Rules."""

    def __init__(self, given: Entitlements, flows: TableFlows, book: LotLedger) -> None:
        self.given, self.book = given, book
        flow = flows["Deliveries"]
        self._flow = flow
        self._number: dict[Step, int] = {key: i for i, key in enumerate(flow.keys)}
        self._all = flow.matrix()
        self._nothing = np.zeros(given.calendar.count)
        traced = [
            given.materials[key[2]].traced if key[2] in given.materials else False
            for key in flow.keys
        ]
        self._traced = np.array(traced, dtype=bool)[flow.key]
        self._breaking: dict[str, Floats] = {}

    def delivered(self, key: Step) -> Floats:
        """Tonnes by period."""
        return self._all[self._number[key]] if key in self._number else self._nothing

    def breaking(self, rule: sheets.Rule, key: Step) -> Floats:
        """Tonnes that break a row of Rules by period: what is booked so, or is not followed."""
        name = trait_name(rule)
        if name not in self._breaking:
            bit = self.book.provenance.bit[name]
            dirty = np.array([not own & bit for own in self.book.clean], dtype=bool)
            booked = dirty[self._flow.label] & self._traced
            self._breaking[name] = self._flow.matrix(self._flow.tonnes * booked)
        found = self._breaking[name]
        return found[self._number[key]] if key in self._number else self._nothing

    def classes(self, key: Step, periods: Bools) -> dict[str, float]:
        """Tonnes of each class in some periods: clean, or the rules that it is booked to break."""
        flow, found = self._flow, dict[str, float]()
        if key not in self._number:
            return found
        here = np.flatnonzero((flow.key == self._number[key]) & periods[flow.period])
        names = list(self.book.flows.labels)
        for i in here.tolist():
            breaks = names[int(flow.label[i])][0].replace("; ", ", ") if self._traced[i] else ""
            word = f"breaks {breaks}" if breaks else "clean"
            found[word] = found.get(word, 0.0) + float(flow.tonnes[i])
        return found


def windows(given: Entitlements, rule: sheets.Rule | sheets.Limit) -> list[tuple[str, Bools]]:
    """Label and periods of each window of a rule or a limit: period, calendar year or horizon."""
    calendar = given.calendar
    if rule.window == "period":
        numbers, labels = np.arange(calendar.count), list(calendar.labels)
    elif rule.window == "horizon":
        numbers = np.zeros(calendar.count, dtype=np.int64)
        labels = [f"{calendar.labels[0]} to {calendar.labels[-1]}"]
    else:
        numbers = calendar.calendar_years - calendar.calendar_years[0]
        labels = [str(year) for year in dict.fromkeys(calendar.calendar_years.tolist())]
    return [(label, numbers == i) for i, label in enumerate(labels)]


def day(moment: date | None) -> str:
    """A date as results show it."""
    return moment.isoformat() if moment else "open"


def phase(rule: sheets.Rule) -> str:
    """Dates of a row of Rules as results show them."""
    return f"{day(rule.start)}..{day(rule.end)}"


class ComplianceAudit:
    """The check of the table Compliance."""

    def __init__(
        self,
        given: Entitlements,
        deliveries: AuditDeliveries,
        statements: AuditStatements,
        table: Table,
    ) -> None:
        self.given, self.deliveries, self.statements = given, deliveries, statements
        self.table = table

    def tally(self) -> Tally:
        """A row for each row of Rules, line and window that it binds, right in every column.

        The contract: a maximum share is "of the tonnes delivered to one line in the periods of
        the window that the rule binds".
        """
        tally = Tally("Compliance")
        wanted: dict[Any, list[dict[str, Any]]] = {}
        for own in self._rows():
            wanted.setdefault(tuple(own[header] for header in _KEY), []).append(own)
        shown: dict[Any, list[dict[str, Any]]] = {}
        for cells in self.table.rows():
            row = dict(zip(self.table.layout.headers, cells, strict=True))
            shown.setdefault(tuple(row[header] for header in _KEY), []).append(row)
        for key in {**wanted, **shown}:
            ours, theirs = wanted.get(key, []), shown.get(key, [])
            words = "Compliance: " + ", ".join(str(part) for part in key)
            if len(ours) != len(theirs):
                tally.flaw(f"{words}: {len(theirs)} rows instead of {len(ours)}")
                continue
            for one, other in zip(
                sorted(theirs, key=_order), sorted(ours, key=_order), strict=True
            ):
                _compare(tally, one, other, words)
        return tally

    def _rows(self) -> Iterator[dict[str, Any]]:
        for rule in self.given.case.rules:
            for key in self.given.demand:
                bound = self.given.binds(rule, key)
                for window, periods in windows(self.given, rule):
                    here = bound & periods
                    if here.any():
                        yield self._row(rule, key, window, here)

    def _row(self, rule: sheets.Rule, key: Step, window: str, here: Bools) -> dict[str, Any]:
        given, labels = self.given, self.given.calendar.labels
        tonnes = np.where(here, self.deliveries.delivered(key), 0.0)
        dirty = np.where(here, self.deliveries.breaking(rule, key), 0.0)
        total, breaking = float(tonnes.sum()), float(dirty.sum())
        share = breaking / total if total else 0.0
        periods = np.flatnonzero(here).tolist()
        rests = [
            self.statements.rest(rule, key, t, float(tonnes[t]), float(dirty[t]))
            for t in periods
            if tonnes[t]
        ]
        kept = share <= rule.maximum_share + KEPT
        open_ = any(rest.some for rest in rests)
        return {
            "rule": rule.rule,
            "row": rule.row,
            "line": key[0],
            "window": window,
            "phase": phase(rule),
            "segment": "; ".join(sorted({given.segment(key, t) for t in periods})),
            "delivered": total,
            "breaking": breaking,
            "share found": share,
            "share allowed": rule.maximum_share,
            "verdict": ("kept as far as stated" if open_ else "kept") if kept else "broken",
            "unknown": sum(rest.unknown for rest in rests),
            "not stated": sum(rest.not_stated for rest in rests),
            "rests on": _reasons(rests),
            "periods": "; ".join(labels[t] for t in periods),
            "slack": rule.maximum_share * total - breaking,
            "cell": given.case.cell("Rules", rule.row, "maximum share"),
            "classes": self.deliveries.classes(key, here),
        }


def _reasons(rests: Sequence[AuditReserve]) -> list[str]:
    cells = dict.fromkeys(cell for rest in rests for cell in rest.cells)
    stages = dict.fromkeys(f"{stage} not stated" for rest in rests for stage in rest.stages)
    return [*cells, *stages]


def _order(row: Mapping[str, Any]) -> tuple[Any, ...]:
    return row["periods"], round(row["delivered"], 6), round(row["breaking"], 6)


def _compare(tally: Tally, shown: Mapping[str, Any], wanted: Mapping[str, Any], words: str) -> None:
    """One row, column by column."""
    size = np.full(len(_FIGURES), max(abs(wanted["delivered"]), SMALLEST))
    for headers, scale in ((_FIGURES, 1.0), (_SHARES, SMALLEST)):
        own, right = (np.array([row[h] for h in headers]) * scale for row in (shown, wanted))
        place = _column(words, headers)
        tally.equal(own, right, place, size if headers is _FIGURES else None)
    for header in _LABELS:
        tally.alike((shown[header],), (wanted[header],), _column(words, (header,)))
    if not made_of(shown["rests on"], wanted["rests on"]):
        tally.flaw(f"{words} (rests on): {shown['rests on']!r} instead of {wanted['rests on']}")
    _classes(tally, shown["classes delivered"], wanted["classes"], words)


def _classes(tally: Tally, shown: str, wanted: Mapping[str, float], words: str) -> None:
    """Tonnes of each class, as the text tells them."""
    found: dict[str, float] = {}
    for part in filter(None, shown.split("; ")):
        name, _, tonnes = part.removesuffix(" t").rpartition(" ")
        try:
            found[name] = float(tonnes.replace(",", ""))
        except ValueError:
            tally.flaw(f"{words} (classes delivered): {part!r}")
    every = list({**wanted, **found})
    own, right = (np.array([one.get(name, 0.0) for name in every]) for one in (found, wanted))
    allowed = 1e-5 * np.maximum(np.abs(right), 1e-4)  # six digits are shown
    wrong = np.flatnonzero(np.abs(own - right) > allowed)
    if wrong.size or set(found) - set(wanted):
        tally.flaw(f"{words} (classes delivered): {shown!r} instead of {dict(wanted)}")


def _column(words: str, headers: Sequence[str]) -> Any:
    return lambda i: f"{words} ({headers[i]})"
