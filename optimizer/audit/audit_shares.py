"""Shares of origin: they add up, fit the deliveries, and stem from something in the plan.

Written from the workbook and the other result tables alone. Nothing of the calculation of
the shares is used, only what must be true of any that are right.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from optimizer.audit.audit_columns import TableColumns, total
from optimizer.audit.audit_entitlements import Entitlements
from optimizer.audit.audit_flows import TableFlows
from optimizer.audit.audit_histories import AuditEvent, same
from optimizer.audit.audit_lots import LotLedger
from optimizer.audit.verdict import Tally
from optimizer.result.result_layouts import Tables

SHARE = 10.0
"""Shares are compared as if they were so many tonnes, so that 1e-6 of a share fails."""
_NOT_STATED, _NO_STAGE = "not stated", "(no stage)"
_UNKNOWN, _DOES_NOT_APPLY = "unknown", "does not apply"


class ProvenanceAudit:
    """The checks of the table ``Provenance`` of one plan."""

    def __init__(
        self, given: Entitlements, flows: TableFlows, book: LotLedger, tables: Tables
    ) -> None:
        self.given, self.flows, self.provenance = given, flows, book.provenance
        table = tables.get("Provenance")
        self.columns = TableColumns(table) if table is not None else None

    def tallies(self) -> list[Tally]:
        """All of them; none where the table is not there."""
        if self.columns is None:
            return []
        return [*self.sums(self.columns), self.stems(self.columns), self.banned(self.columns)]

    def sums(self, columns: TableColumns) -> list[Tally]:
        """Shares of one delivery, stage, input and by make one, their tonnes the delivery.

        The contract: "Provenance (share by stage and country for each demand line)".
        """
        ones, whole = Tally("shares of origin add up"), Tally("tonnes by origin are delivered")
        headers = ("line", "customer", "material", "period", "stage", "input", "by")
        keys, row = columns.keys(headers)
        place = _words(keys)
        share = columns.figures("share")
        sums = total(row, share, len(keys))
        ones.equal(sums * SHARE, np.full(len(keys), SHARE), place)
        ones.at_least(share * SHARE, np.zeros(share.size), lambda i: place(int(row[i])))
        delivered = self._delivered()
        goal = np.array([delivered.get(key[:4], 0.0) for key in keys])
        whole.equal(total(row, columns.figures("tonnes"), len(keys)), goal, place)
        told = {key[:4] for key in keys if key[5:] == ("all", "country")}
        lacking = [key for key in delivered if key not in told]
        missing = np.array([delivered[key] for key in lacking])
        whole.equal(np.zeros(missing.size), missing, _words(lacking))
        return [ones, whole]

    def _delivered(self) -> dict[tuple[str, ...], float]:
        """Tonnes of traced materials by line, customer, material and period."""
        flow, found = self.flows["Deliveries"], {}
        for i, row in enumerate(flow.matrix()):
            material = self.given.materials.get(flow.keys[i][2])
            for t in np.flatnonzero(row) if material and material.traced else ():
                found[(*flow.keys[i], self.given.calendar.labels[t])] = float(row[t])
        return found

    def stems(self, columns: TableColumns) -> Tally:
        """Every place shown at a stage is one of a purchase, stock, order or run by then.

        The contract: "a history event" has its place in Supply, Stocks, Pipeline or
        Processes.
        """
        tally = Tally("origins stem from the plan")
        first: dict[tuple[str, str, str], int] = {}
        for t, fact in self._facts():
            for by, name in _shown(fact):
                key = (by, same(fact.stage or _NO_STAGE), same(name))
                first[key] = min(first.get(key, t), t)
        headers = ("by", "stage", "name", "period", "line")
        keys, _ = columns.keys(headers)
        late = [
            name != _NOT_STATED
            and first.get((by, same(stage), same(name)), self.given.calendar.count)
            > self.given.calendar.index.get(period, -1)
            for by, stage, name, period, _ in keys
        ]
        tally.equal(np.array(late, dtype=float) * SHARE, np.zeros(len(keys)), _words(keys))
        return tally

    def _facts(self) -> Iterator[tuple[int, AuditEvent]]:
        """Events of the plan with the first period in which they can be in a lot."""
        given, provenance = self.given, self.provenance
        for key, row in _first_cells(self.flows, "Purchases"):
            rows = given.offers.get(key)
            for offer, years in zip(rows.rows, rows.years, strict=True) if rows else ():
                if years[row:].any():
                    history = provenance.history(offer.site, offer.material, offer.history)
                    yield from ((row, fact) for fact in history)
        for pair, storage in given.storage.items():
            if storage.first is not None and storage.first.opening:
                for fact in provenance.history(*pair, storage.first.history):
                    yield 0, fact
        for order in given.case.pipeline:
            for fact in provenance.history(order.to_site, order.material, order.history):
                yield 0, fact
        for step, t in _first_cells(self.flows, "Production"):
            for process, holds in given.running(step).rows:
                if holds[t:].any():
                    for stage in process.stages:
                        yield t, provenance.fact(step[0], stage)

    def banned(self, columns: TableColumns) -> Tally:
        """No event that a rule bans is shown on a delivery that may not break it at all.

        A rule that a process clears, or whose events are dated, cannot be told from the
        names alone: its lots are followed by the checks of custody.

        The contract: "a history event that matches a line breaks the rule".
        """
        tally, index = Tally("no banned origin is shown"), self.given.calendar.index
        cleared = {same(rule) for row in self.given.case.processes for rule in row.clears}
        keys, row = columns.keys(("line", "customer", "material", "period", *_EVENT))
        tonnes = total(row, columns.figures("tonnes"), len(keys))
        shown = dict.fromkeys(key[4:] for key in keys)
        events = {event: self.provenance.broken(_fact(*event)) for event in shown}
        for rule in self.given.case.rules:
            if rule.maximum_share or rule.dated_by == "processing" or same(rule.rule) in cleared:
                continue
            bits = self.provenance.of_rule(rule.rule)
            live = self.given.calendar.touches(rule.start, rule.end)
            wrong = [
                key[3] in index
                and bool(events[key[4:]] & bits and live[index[key[3]]])
                and self._binds(rule.segments, key[:3], index[key[3]])
                for key in keys
            ]
            tally.forbid(tonnes, np.array(wrong, dtype=bool), _words(keys))
        return tally

    def _binds(self, segments: Sequence[str], key: Any, t: int) -> bool:
        rows = self.given.demand.get(key)
        return rows is not None and any(
            years[t] > 0 and ("*" in segments or row.segment in segments)
            for row, years in zip(rows.rows, rows.years, strict=True)
        )


_EVENT = ("stage", "by", "name", "country")


def _fact(stage: str, by: str, name: str, country: str) -> list[AuditEvent]:
    """What a row says of an event, as far as it does."""
    stage = "" if stage == _NO_STAGE else stage
    if name == _DOES_NOT_APPLY:
        return []
    if name == _UNKNOWN:
        return [AuditEvent(stage, _UNKNOWN)]
    if by == "country":
        return [] if name == _NOT_STATED else [AuditEvent(stage, name, "", (), ())]
    if by == "owner":
        return [] if name == _NOT_STATED else [AuditEvent(stage, "", country, (name,), ())]
    place = () if name == _NOT_STATED else (name,)
    return [AuditEvent(stage, country, "", (), place)] if country else []


def _shown(fact: AuditEvent) -> Iterator[tuple[str, str]]:
    """Names under which an event may be shown: by country, site and owner."""
    if fact.country in ("unknown", "none"):
        name = _UNKNOWN if fact.country == "unknown" else _DOES_NOT_APPLY
        yield from ((by, name) for by in ("country", "site", "owner"))
        return
    yield "country", fact.country
    yield from (("site", name) for name in fact.place)
    yield from (("owner", name) for name in fact.owner)


def _first_cells(flows: TableFlows, name: str) -> Iterator[tuple[Any, int]]:
    """Keys of a table with the first period in which there is something."""
    flow = flows[name]
    for key, row in zip(flow.keys, flow.matrix(), strict=True):
        some = np.flatnonzero(row)
        if some.size:
            yield key, int(some[0])


def _words(keys: Sequence[tuple[str, ...]]) -> Callable[[int], str]:
    return lambda i: ", ".join(part for part in keys[i] if part)
