"""Checks of shares of origin: they add up, fit the deliveries, and stem from events in the plan.

The checks use the workbook and the other result tables alone, not a calculation of shares: they
are necessary conditions of any right shares.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from optimizer.audit.audit_column_codes import CodedColumns, sum_by_index
from optimizer.audit.audit_flows import TableFlows
from optimizer.audit.audit_histories import AuditEvent, folded
from optimizer.audit.audit_lots import LotLedger
from optimizer.audit.audit_texts import (
    NOT_APPLICABLE_NAME,
    STAGELESS_NAME,
    UNKNOWN_NAME,
    UNSTATED_NAME,
)
from optimizer.audit.audit_workbook import AuditWorkbook
from optimizer.audit.verdict import Tally
from optimizer.result.result_layouts import Tables

SHARE_SCALE = 10.0
"""Factor on shares: with ``MIN_COMPARED_SIZE`` of 10 a share may differ by the tolerance, 1e-6."""


class ProvenanceAudit:
    """The checks of the table ``Provenance`` of one plan."""

    def __init__(
        self, workbook: AuditWorkbook, flows: TableFlows, ledger: LotLedger, tables: Tables
    ) -> None:
        self.workbook, self.flows, self.provenance = workbook, flows, ledger.provenance
        table = tables.get("Provenance")
        self.columns = CodedColumns(table) if table is not None else None

    def tallies(self) -> list[Tally]:
        """All of them; none where the table is not there."""
        if self.columns is None:
            return []
        return [
            *self.sums(self.columns),
            self.places_stem_from_plan(self.columns),
            self.no_banned_origin(self.columns),
        ]

    def sums(self, columns: CodedColumns) -> list[Tally]:
        """Shares by delivery, stage, input and attribute sum to 1, their tonnes to the delivery.

        The contract: "Provenance (share by stage and country for each demand line)".
        """
        share_sums, tonnes_sums = (
            Tally("shares of origin add up"),
            Tally("tonnes by origin are delivered"),
        )
        headers = ("line", "customer", "material", "period", "stage", "input", "by")
        keys, row = columns.keys(headers)
        place = _key_places(keys)
        share = columns.figures("share")
        sums = sum_by_index(row, share, len(keys))
        share_sums.equal(sums * SHARE_SCALE, np.full(len(keys), SHARE_SCALE), place)
        share_sums.at_least(share * SHARE_SCALE, np.zeros(share.size), lambda i: place(int(row[i])))
        delivered = self._delivered()
        wanted = np.array([delivered.get(key[:4], 0.0) for key in keys])
        tonnes_sums.equal(sum_by_index(row, columns.figures("tonnes"), len(keys)), wanted, place)
        listed = {key[:4] for key in keys if key[5:] == ("all", "country")}
        unlisted = [key for key in delivered if key not in listed]
        missing = np.array([delivered[key] for key in unlisted])
        tonnes_sums.equal(np.zeros(missing.size), missing, _key_places(unlisted))
        return [share_sums, tonnes_sums]

    def _delivered(self) -> dict[tuple[str, ...], float]:
        """Tonnes of traced materials by line, customer, material and period."""
        flow, tonnes = self.flows["Deliveries"], {}
        for i, row in enumerate(flow.matrix()):
            material = self.workbook.materials.get(flow.keys[i][2])
            for t in np.flatnonzero(row) if material and material.traced else ():
                tonnes[(*flow.keys[i], self.workbook.calendar.labels[t])] = float(row[t])
        return tonnes

    def places_stem_from_plan(self, columns: CodedColumns) -> Tally:
        """Every place shown at a stage belongs to an earlier purchase, stock, order or run.

        The contract: "a history event" has its place in Supply, Stocks, Pipeline or
        Processes.
        """
        tally = Tally("origins stem from the plan")
        first: dict[tuple[str, str, str], int] = {}
        for t, event in self._events():
            for by, name in _names_shown(event):
                key = (by, folded(event.stage or STAGELESS_NAME), folded(name))
                first[key] = min(first.get(key, t), t)
        headers = ("by", "stage", "name", "period", "line")
        keys, _ = columns.keys(headers)
        late = [
            name != UNSTATED_NAME
            and first.get((by, folded(stage), folded(name)), self.workbook.calendar.count)
            > self.workbook.calendar.index.get(period, -1)
            for by, stage, name, period, _ in keys
        ]
        tally.equal(
            np.array(late, dtype=float) * SHARE_SCALE, np.zeros(len(keys)), _key_places(keys)
        )
        return tally

    def _events(self) -> Iterator[tuple[int, AuditEvent]]:
        """Events of the plan with the first period in which a lot can have them."""
        workbook, provenance = self.workbook, self.provenance
        for key, row in _first_periods(self.flows, "Purchases"):
            rows = workbook.offers.get(key)
            for offer, years in zip(rows.rows, rows.years, strict=True) if rows else ():
                if years[row:].any():
                    history = provenance.history(offer.site, offer.material, offer.history)
                    yield from ((row, event) for event in history)
        for pair, storage in workbook.storage.items():
            if storage.first is not None and storage.first.opening:
                for event in provenance.history(*pair, storage.first.history):
                    yield 0, event
        for order in workbook.case.pipeline:
            for event in provenance.history(order.to_site, order.material, order.history):
                yield 0, event
        for step, t in _first_periods(self.flows, "Production"):
            for process, applies in workbook.process_needs(step).rows:
                if applies[t:].any():
                    for stage in process.stages:
                        yield t, provenance.event_at(step[0], stage)

    def no_banned_origin(self, columns: CodedColumns) -> Tally:
        """No event that a rule bans is shown on a delivery that may not break it at all.

        A rule that a process clears, or whose events are dated, cannot be judged by names
        alone: the checks of custody follow its lots.

        The contract: "a history event that matches a line breaks the rule".
        """
        tally, index = Tally("no banned origin is shown"), self.workbook.calendar.index
        cleared = {folded(rule) for row in self.workbook.case.processes for rule in row.clears}
        keys, row = columns.keys(("line", "customer", "material", "period", *_EVENT_COLUMNS))
        tonnes = sum_by_index(row, columns.figures("tonnes"), len(keys))
        shown = dict.fromkeys(key[4:] for key in keys)
        events = {event: self.provenance.broken(_event_of_row(*event)) for event in shown}
        for rule in self.workbook.case.rules:
            if rule.maximum_share or rule.dated_by == "processing" or folded(rule.rule) in cleared:
                continue
            bits = self.provenance.bits_of_rule(rule.rule)
            live = self.workbook.calendar.touches(rule.start, rule.end)
            wrong = [
                key[3] in index
                and bool(events[key[4:]] & bits and live[index[key[3]]])
                and self._binds(rule.segments, key[:3], index[key[3]])
                for key in keys
            ]
            tally.forbid(tonnes, np.array(wrong, dtype=bool), _key_places(keys))
        return tally

    def _binds(self, segments: Sequence[str], key: Any, t: int) -> bool:
        rows = self.workbook.demand.get(key)
        return rows is not None and any(
            years[t] > 0 and ("*" in segments or row.segment in segments)
            for row, years in zip(rows.rows, rows.years, strict=True)
        )


_EVENT_COLUMNS = ("stage", "by", "name", "country")


def _event_of_row(stage: str, by: str, name: str, country: str) -> list[AuditEvent]:
    """The event that a row states, as far as it does."""
    stage = "" if stage == STAGELESS_NAME else stage
    if name == NOT_APPLICABLE_NAME:
        return []
    if name == UNKNOWN_NAME:
        return [AuditEvent(stage, UNKNOWN_NAME)]
    if by == "country":
        return [] if name == UNSTATED_NAME else [AuditEvent(stage, name, "", (), ())]
    if by == "owner":
        return [] if name == UNSTATED_NAME else [AuditEvent(stage, "", country, (name,), ())]
    place = () if name == UNSTATED_NAME else (name,)
    return [AuditEvent(stage, country, "", (), place)] if country else []


def _names_shown(event: AuditEvent) -> Iterator[tuple[str, str]]:
    """Names under which an event may be shown: by country, site and owner."""
    if event.country in ("unknown", "none"):
        name = UNKNOWN_NAME if event.country == "unknown" else NOT_APPLICABLE_NAME
        yield from ((by, name) for by in ("country", "site", "owner"))
        return
    yield "country", event.country
    yield from (("site", name) for name in event.place)
    yield from (("owner", name) for name in event.owner)


def _first_periods(flows: TableFlows, name: str) -> Iterator[tuple[Any, int]]:
    """Keys of a table with the first period of a non-zero quantity."""
    flow = flows[name]
    for key, row in zip(flow.keys, flow.matrix(), strict=True):
        some = np.flatnonzero(row)
        if some.size:
            yield key, int(some[0])


def _key_places(keys: Sequence[tuple[str, ...]]) -> Callable[[int], str]:
    return lambda i: ", ".join(part for part in keys[i] if part)
