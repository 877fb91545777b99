"""Lots: every flow into and out of a node, with the claims that it makes or backs.

Inflow from outside has the claims of its history. Shipments and stock have the claims that they
are booked with, which are checked at the node that they left.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import reduce
from operator import or_
from typing import NamedTuple

import numpy as np
from msgspec import Struct

from optimizer.audit.audit_calendar import Bools, Floats, Ints
from optimizer.audit.audit_flows import LotMove, TableFlows
from optimizer.audit.audit_histories import AuditProvenance, split_names
from optimizer.audit.audit_taint import tainted_traits
from optimizer.audit.audit_workbook import AuditWorkbook
from optimizer.audit.verdict import Tally
from optimizer.tables import sheets

LotHistory = tuple[sheets.Event, ...] | None


class AuditLots(Struct, frozen=True):
    """Tonnes into or out of nodes; ``claim`` numbers the bits of each."""

    node: Ints
    tonnes: Floats
    claim: Ints


class ProcessClaims(NamedTuple):
    """What a process does to the claims of its inputs in a period."""

    breaks: int
    clears: int
    taint: int
    """Traits that taint its site, which does not segregate, in the period."""
    country: str


class LotLedger:
    """All inflow and outflow of nodes, with claims."""

    def __init__(self, workbook: AuditWorkbook, flows: TableFlows, known: Tally) -> None:
        self.workbook = workbook
        self.flows = flows
        self.count = workbook.calendar.count
        self.provenance = AuditProvenance(workbook)
        self._numbers: dict[int, int] = {}
        self._backing: dict[tuple[int, str], int] = {}
        traced = [
            pair[1] in workbook.materials and workbook.materials[pair[1]].traced
            for pair in flows.pairs
        ]
        self.traced: Bools = np.array(traced, dtype=bool)
        self._name_countries(known)
        self._read_labels(known)
        self.unshown: list[int] = []
        """Rules that outputs break but do not show, by kind of run."""
        self.bought_lots = self._bought_lots()
        self.incoming = _concatenate((self.bought_lots, *self._arriving_lots(), self._made_lots()))
        self.outgoing = _concatenate(self._outgoing_lots())

    @property
    def claims(self) -> list[int]:
        """Bits by number."""
        return list(self._numbers)

    def _number(self, bits: int) -> int:
        return self._numbers.setdefault(bits, len(self._numbers))

    def _name_countries(self, known: Tally) -> None:
        case = self.workbook.case
        for site in case.sites:
            self.provenance.country_bit(site.country)
        histories: list[LotHistory] = [row.history for row in case.supply]
        histories += [row.history for row in case.stocks]
        histories += [row.history for row in case.pipeline]
        for event in (event for history in histories for event in history or ()):
            if event.country not in ("here", "unknown", "none"):
                self.provenance.country_bit(event.country)
        self.origins = [split_names(label[2], " or ") for label in self.flows.labels]
        """Countries of customs origin by label; empty where no duty depends on it."""
        for country in sorted({name for names in self.origins for name in names}):
            if country not in self.provenance.countries:
                known.fail(f"customs origin: no country is called {country!r}")
                self.provenance.country_bit(country)

    def _read_labels(self, known: Tally) -> None:
        """Set the bits that each label claims, by whether the material is traced."""
        every, bit = self.provenance.every_trait, self.provenance.bit

        def traits(text: str) -> int:
            traits_found = 0
            for name in split_names(text, ";"):
                if name not in bit:
                    known.fail(f"no rule is called {name!r}")
                traits_found |= bit.get(name, 0)
            return traits_found

        labels, runs = self.flows.labels, self.flows.run_labels
        self.clean = [every & ~traits(f"{breaks};{not_}") for breaks, not_, _ in labels]
        self.shown_broken = [traits(breaks) for breaks, _, _ in labels]
        self.followed = [every & ~traits(not_) for _, not_, _ in labels]
        self.clean_inputs = [every & ~traits(f"{breaks};{not_}") for breaks, not_, _ in runs]
        self.followed_inputs = [every & ~traits(not_) for _, not_, _ in runs]
        self.broken_outputs = [traits(breaks) for _, _, breaks in runs]
        origins = [self.provenance.from_origins(names) if names else 0 for names in self.origins]
        self.booked = self._claims_by_label(self.clean, origins)
        self.used = self._claims_by_label(self.clean_inputs, [0] * len(runs))

    def _claims_by_label(self, rules: list[int], origins: list[int]) -> Ints:
        """Numbers of claims by label: of an untraced material, of a traced one."""
        numbers = [
            (self._number(origin), self._number(rule | origin))
            for rule, origin in zip(rules, origins, strict=True)
        ]
        return np.array(numbers, dtype=np.int64).reshape(-1, 2)

    def _labelled_lots(self, move: LotMove, claims: Ints) -> AuditLots:
        traced = self.traced[move.node // self.count].astype(np.int64)
        return AuditLots(move.node, move.tonnes, claims[move.label, traced])

    def _claims_backed(self, material: str, broken: int, origin: str) -> int:
        """Number of the claims backed by a lot that breaks some rules and has a customs origin."""
        row = self.workbook.materials.get(material)
        claims = self.provenance.every_trait & ~broken if row and row.traced else 0
        key = (claims, origin)
        if key not in self._backing:
            self._backing[key] = self._number(
                claims | self.provenance.from_origins([origin] if origin else [])
            )
        return self._backing[key]

    def _bought_lots(self) -> AuditLots:
        """Purchases with the claims of their histories.

        Where dated rows share a period, a lot breaks what any of them breaks, and has the
        customs origin of the last of them.
        """
        flow, provenance = self.flows["Purchases"], self.provenance
        terms: dict[int, list[tuple[int, Floats]]] = {}
        origins: dict[int, list[str]] = {}
        claim = np.zeros(len(flow.keys) * self.count, dtype=np.int64)
        for cell in np.flatnonzero(np.bincount(flow.cell)).tolist():
            i, t = divmod(cell, self.count)
            rows = self.workbook.offers.get(flow.keys[i])
            if rows is None:
                claim[cell] = self._number(0)
                continue
            if i not in terms:
                origins[i] = provenance.origins_bought(rows)
                terms[i] = [
                    (
                        provenance.broken(provenance.history(row.site, row.material, row.history)),
                        years,
                    )
                    for row, years in zip(rows.rows, rows.years, strict=True)
                ]
            broken = 0
            for breaks, years in terms[i]:
                broken |= breaks & provenance.breakable_by_period[t] if years[t] > 0 else 0
            claim[cell] = self._claims_backed(flow.keys[i][2], broken, origins[i][t])
        move = self.flows.moves_of("Purchases")
        return AuditLots(move.node, move.tonnes, claim[flow.cell])

    def _arriving_lots(self) -> list[AuditLots]:
        """Shipments, stock carried over, opening stock and orders under way."""
        stock, count = self.flows.moves_of("Stock"), self.count
        kept = (stock.node + 1) % count > 0
        carried = LotMove(
            stock.node[kept] + 1, stock.tonnes[kept], stock.label[kept], stock.row[kept]
        )
        node, tonnes, claim = [], [], []
        for pair, storage in self.workbook.storage.items():
            if storage.first is not None and storage.first.opening:
                node.append(self.flows.pairs[pair] * count)
                tonnes.append(storage.first.opening)
                claim.append(self._opening_claims(*pair, storage.first.history))
        for order in self.workbook.case.pipeline:
            pair = (order.to_site, order.material)
            here = self.workbook.calendar.touches(order.arrival, order.arrival)
            for t in np.flatnonzero(here):
                node.append(self.flows.pairs[pair] * count + int(t))
                tonnes.append(order.quantity)
                claim.append(self._opening_claims(*pair, order.history))
        held = AuditLots(
            np.array(node, dtype=np.int64),
            np.array(tonnes, dtype=float),
            np.array(claim, dtype=np.int64),
        )
        shipped = self._labelled_lots(self.flows.arrivals(), self.booked)
        return [shipped, self._labelled_lots(carried, self.booked), held]

    def _opening_claims(self, site: str, material: str, history: LotHistory) -> int:
        """Claims of opening stock and orders: their events are dated the day before the start."""
        provenance = self.provenance
        events = provenance.history(site, material, history)
        broken = provenance.broken(events) & provenance.breakable_before_start
        origin = provenance.origin(site, material, history)
        return self._claims_backed(material, broken, origin)

    def _process_outcomes(self) -> tuple[list[ProcessClaims], Ints]:
        """Distinct effects of runs on claims, and the effect number of each row of Production.

        Dated rows of one unit that share a period must all clear a rule; of several units one is
        enough.
        """
        flow, provenance = self.flows["Production"], self.provenance
        tainted = tainted_traits(
            self.workbook,
            self.flows,
            self.traced,
            [provenance.every_trait & ~clean for clean in self.clean_inputs],
        )
        outcomes: dict[ProcessClaims, int] = {}
        number = np.zeros(len(flow.keys) * self.count, dtype=np.int64)
        terms: dict[int, list[tuple[tuple[str, str], int, int, Bools]]] = {}
        for cell in np.flatnonzero(np.bincount(flow.cell)).tolist():
            i, t = divmod(cell, self.count)
            site = flow.keys[i][0]
            if i not in terms:
                terms[i] = [
                    (
                        (row.feed, row.unit),
                        provenance.broken(
                            [provenance.event_at(site, stage) for stage in row.stages]
                        ),
                        sum({provenance.bits_of_rule(rule) for rule in row.clears}),
                        applies,
                    )
                    for row, applies in self.workbook.process_needs(flow.keys[i]).rows
                ]
            breaks, clears = 0, dict[tuple[str, str], int]()
            for unit, broken, cleared, applies in terms[i]:
                if applies[t]:
                    breaks |= broken & provenance.breakable_by_period[t]
                    clears[unit] = clears.get(unit, cleared) & cleared
            site_row = self.workbook.sites.get(site)
            outcome = ProcessClaims(
                breaks=breaks,
                clears=reduce(or_, clears.values(), 0),
                taint=tainted.get((site, t), 0),
                country=site_row.country if site_row else "",
            )
            number[cell] = outcomes.setdefault(outcome, len(outcomes))
        return list(outcomes), number[flow.cell]

    def _made_lots(self) -> AuditLots:
        """Outputs: clean where inputs are clean or cleared and no event here breaks a rule."""
        move, runs = self.flows.process_moves("outputs"), self.flows["Production"]
        outcomes, outcome = self._process_outcomes()
        kinds, kind = np.unique(outcome * len(self.clean_inputs) + runs.label, return_inverse=True)
        rules, origins = [], []
        for code in kinds.tolist():
            number, label = divmod(code, len(self.clean_inputs))
            result, shown = outcomes[number], self.broken_outputs[label]
            clean = (self.clean_inputs[label] | result.clears) & ~result.breaks & ~result.taint
            self.unshown.append(self.provenance.every_trait & ~clean & ~shown)
            rules.append(clean & ~shown)
            origins.append(self.provenance.from_origins([result.country]))
        self.run_kind: Ints = kind
        claims = self._claims_by_label(rules, origins)
        traced = self.traced[move.node // self.count].astype(np.int64)
        return AuditLots(move.node, move.tonnes, claims[kind[move.row], traced])

    def _outgoing_lots(self) -> list[AuditLots]:
        """Uses, shipments, deliveries, disposals and stock with their booked claims."""
        names = ("Shipments", "Deliveries", "Disposal", "Stock")
        used = self._labelled_lots(self.flows.process_moves("inputs"), self.used)
        return [
            used,
            *(self._labelled_lots(self.flows.moves_of(name), self.booked) for name in names),
        ]


def _concatenate(lots: Iterable[AuditLots]) -> AuditLots:
    parts_ = list(lots)
    return AuditLots(
        np.concatenate([part.node for part in parts_]),
        np.concatenate([part.tonnes for part in parts_]),
        np.concatenate([part.claim for part in parts_]),
    )
