"""Chain of custody: lots that leave a place as clean came in clean.

Within a node (site, material, period) a lot that leaves may be taken from any lot that came
in and is at least as clean. Such an assignment exists if and only if, for every set of
claims, the tonnes that leave with one of them are at most the tonnes that came in and back
one of them (Hall's condition).
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations

import numpy as np

from optimizer.audit.audit_calendar import Bools, Floats, Ints
from optimizer.audit.audit_column_codes import sum_by_index
from optimizer.audit.audit_flows import TableFlows
from optimizer.audit.audit_histories import trait_name
from optimizer.audit.audit_lots import AuditLots, LotLedger
from optimizer.audit.audit_workbook import AuditWorkbook
from optimizer.audit.verdict import Tally
from optimizer.tables import sheets

MAX_ENUMERATED_CLAIMS = 6
"""Different claims at a node up to which all sets of them are compared: 63 sets at most."""


class CustodyAudit:
    """The checks of one plan that follow the claims of lots."""

    def __init__(self, workbook: AuditWorkbook, flows: TableFlows, ledger: LotLedger) -> None:
        self.workbook = workbook
        self.flows = flows
        self.ledger = ledger
        self.claims = ledger.claims
        self.incoming = _merged_lots(ledger.incoming, np.arange(len(self.claims)))
        self.outgoing = _merged_lots(ledger.outgoing, np.arange(len(self.claims)))
        self.throughput = sum_by_index(
            ledger.incoming.node, np.abs(ledger.incoming.tonnes), flows.nodes
        )

    def tallies(self) -> list[Tally]:
        """All of them, in the order in which they are shown."""
        provenance = self.ledger.provenance
        rules, countries = provenance.every_trait, provenance.every_country
        alone = Tally("custody of each rule")
        for i, trait in enumerate(provenance.traits):
            self._check_backing(alone, 1 << i, f"clean of {trait.name}")
        return [
            self.purchases(),
            self.runs(),
            alone,
            self._backing_tally("custody of rules together", rules, "clean of rules"),
            self._backing_tally("custody of customs origin", countries, "by customs origin"),
            self._backing_tally(
                "custody of rules and origin", rules | countries, "clean of rules, by origin"
            ),
            self.zero_tolerance(),
            self.shares(),
        ]

    def _backing_tally(self, name: str, bits: int, words: str) -> Tally:
        tally = Tally(name)
        self._check_backing(tally, bits, words)
        return tally

    def purchases(self) -> Tally:
        """A purchase claims only what its history backs, and shows only rules that it breaks.

        The contract: "a history event that matches a line breaks the rule"; what does not match
        breaks none.
        """
        tally, flow = Tally("purchases booked as bought"), self.flows["Purchases"]
        move = self.flows.moves_of("Purchases")
        traced = self.ledger.traced[move.node // flow.periods].astype(np.int64)
        booked = self.ledger.booked[move.label, traced]
        codes, row = np.unique(
            booked * len(self.claims) + self.ledger.bought_lots.claim, return_inverse=True
        )
        wrong = [
            self.claims[code // len(self.claims)] & ~self.claims[code % len(self.claims)] != 0
            for code in codes.tolist()
        ]
        broken = np.array(self.ledger.shown_broken, dtype=object)[move.label]
        clean = np.array(self.claims, dtype=object)[self.ledger.bought_lots.claim]
        clean = np.where(traced > 0, clean, ~0)
        shown_too_dirty = (broken & clean) != 0
        place = self._row_place("Purchases")
        tally.forbid(
            flow.tonnes, np.array(wrong, dtype=bool)[row] | shown_too_dirty.astype(bool), place
        )
        return tally

    def runs(self) -> Tally:
        """Outputs show every followed rule that their inputs or events break.

        The contract: "stage: the event it adds to a lot's history, at this site"; "clears:
        rules that a lot no longer breaks after it"; segregates: "in a period in which one
        of its processes uses a lot that breaks a rule, all that its processes make breaks
        it".
        """
        tally, flow, ledger = Tally("runs booked as made"), self.flows["Production"], self.ledger
        wrong = np.zeros(flow.tonnes.size, dtype=bool)
        move = self.flows.process_moves("outputs")
        some = move.tonnes > 0  # a feed may hold nothing of a product
        for i in range(len(ledger.provenance.traits)):
            unshown = np.array([bits >> i & 1 for bits in ledger.unshown], dtype=bool)
            if unshown.any():
                here = (
                    some
                    & unshown[ledger.run_kind][move.row]
                    & self._nodes_that_follow(i)[move.node]
                )
                wrong[move.row[here]] = True
        tally.forbid(flow.tonnes, wrong, self._row_place("Production"))
        return tally

    def _nodes_that_follow(self, trait: int) -> Bools:
        """True for nodes of traced materials that a lot leaves for which a rule is followed."""
        flows, ledger = self.flows, self.ledger
        follows_at = np.zeros(flows.nodes, dtype=bool)
        moves = [flows.moves_of(n) for n in ("Shipments", "Deliveries", "Disposal", "Stock")]
        for move, bits in (
            *((move, ledger.followed) for move in moves),
            (flows.process_moves("inputs"), ledger.followed_inputs),
        ):
            is_followed = np.array([bit >> trait & 1 for bit in bits], dtype=bool)
            follows_at[move.node[is_followed[move.label]]] = True
        return follows_at & np.repeat(ledger.traced, self.workbook.calendar.count)

    def _row_place(self, name: str) -> Callable[[int], str]:
        flow = self.flows[name]

        def words(i: int) -> str:
            key = ", ".join(part for part in flow.keys[int(flow.key[i])] if part)
            return f"{key} in {self.workbook.calendar.labels[int(flow.period[i])]}"

        return words

    def _check_backing(self, tally: Tally, bits: int, words: str) -> None:
        """What leaves each node with claims among ``bits`` is backed by what came in."""
        claimed = [claim & bits for claim in self.claims]
        number = {claim: i for i, claim in enumerate(dict.fromkeys(claimed))}
        kinds, kind_of_claim = (
            list(number),
            np.array([number[claim] for claim in claimed], dtype=np.int64),
        )
        outgoing, claims = self.outgoing, np.array([bool(claim) for claim in claimed], dtype=bool)
        has_claim = claims[outgoing.claim]
        outgoing = _merged_lots(
            AuditLots(
                outgoing.node[has_claim], outgoing.tonnes[has_claim], outgoing.claim[has_claim]
            ),
            kind_of_claim,
        )
        incoming = _merged_lots(self.incoming, kind_of_claim)
        signatures, group = _groups_of_nodes(outgoing, self.flows.nodes)
        leaving_by_group, entering_by_group = (
            _positions_by_group(group[outgoing.node], signatures),
            _positions_by_group(group[incoming.node], signatures),
        )
        for group_number, present in enumerate(signatures):
            leaving, entering = leaving_by_group[group_number], entering_by_group[group_number]
            nodes, row = np.unique(outgoing.node[leaving], return_inverse=True)
            column = np.searchsorted(nodes, incoming.node[entering])
            size = self.throughput[nodes]
            for family in _incomparable_claims([kinds[k] for k in present]):
                is_backing = np.array([any(f & ~k == 0 for f in family) for k in kinds], dtype=bool)
                needed = sum_by_index(
                    row, outgoing.tonnes[leaving] * is_backing[outgoing.claim[leaving]], nodes.size
                )
                available = sum_by_index(
                    column,
                    incoming.tonnes[entering] * is_backing[incoming.claim[entering]],
                    nodes.size,
                )
                place = self._node_place(nodes, words)
                tally.within(needed, available, np.maximum(size, needed), place)

    def _node_place(self, nodes: Ints, words: str) -> Callable[[int], str]:
        return lambda i: f"{self.flows.place(int(nodes[i]))}, leaves {words}"

    def zero_tolerance(self) -> Tally:
        """Nothing that breaks a rule without tolerance is delivered to a line that it binds.

        The contract: "maximum share (0)"; "a history event that matches a line breaks the
        rule".
        """
        tally = Tally("rules without tolerance")
        for row in self.workbook.case.rules:
            if row.maximum_share == 0:
                breaking, _, words = self._bound_deliveries(row)
                tally.equal(breaking.ravel(), np.zeros(breaking.size), self._line_place(words))
        return tally

    def shares(self) -> Tally:
        """At most the allowed share of what a line receives in a window breaks a rule.

        The contract: a maximum share is "of the tonnes delivered to one line in the periods
        of the window (period, calendar year, horizon) that the rule binds".
        """
        tally = Tally("rules with a share")
        calendar = self.workbook.calendar
        for row in self.workbook.case.rules:
            if row.maximum_share > 0:
                breaking, delivered, words = self._bound_deliveries(row)
                first = np.flatnonzero(np.diff(calendar.windows(row.window), prepend=-1))
                breaking_in_window = np.add.reduceat(breaking, first, axis=1)
                total = np.add.reduceat(delivered, first, axis=1)
                place = self._window_place(words, first)
                tally.within(breaking_in_window, row.maximum_share * total, total, place)
        return tally

    def _bound_deliveries(self, row: sheets.Rule) -> tuple[Floats, Floats, list[str]]:
        """Deliveries that a row of Rules binds, by line and period: breaking, all, lines."""
        flow, ledger = self.flows["Deliveries"], self.ledger
        trait = ledger.provenance.bit[trait_name(row)]
        move = self.flows.moves_of("Deliveries")
        is_broken = np.array([not bits & trait for bits in ledger.clean], dtype=bool)[flow.label]
        is_broken &= ledger.traced[move.node // flow.periods]
        binds = np.array([self.workbook.binds(row, key) for key in flow.keys], dtype=bool)
        binds = binds.reshape(-1, flow.periods)
        words = [f"{row.rule}: {key[0]}" for key in flow.keys]
        return flow.matrix(flow.tonnes * is_broken) * binds, flow.matrix() * binds, words

    def _line_place(self, words: list[str]) -> Callable[[int], str]:
        count, labels = self.workbook.calendar.count, self.workbook.calendar.labels
        return lambda i: f"{words[i // count]} in {labels[i % count]}"

    def _window_place(self, words: list[str], first: Ints) -> Callable[[int], str]:
        labels = self.workbook.calendar.labels
        return lambda i: f"{words[i // first.size]} from {labels[first[i % first.size]]}"


def _merged_lots(lots: AuditLots, kind: Ints) -> AuditLots:
    """Lots merged by node and kind, sorted by node; ``kind`` renumbers the claims."""
    kinds = int(np.max(kind, initial=0)) + 1
    codes, row = np.unique(lots.node * kinds + kind[lots.claim], return_inverse=True)
    tonnes = sum_by_index(row, lots.tonnes, codes.size)
    return AuditLots(codes // kinds, tonnes, codes % kinds)


def _groups_of_nodes(lots: AuditLots, nodes: int) -> tuple[list[tuple[int, ...]], Ints]:
    """Group nodes by the kinds that leave them: kinds of each group, and group of each node.

    Nodes that nothing leaves have group -1.
    """
    first = np.flatnonzero(np.diff(lots.node, prepend=-1))
    length = np.diff(np.append(first, lots.node.size))
    signature = np.zeros(first.size, dtype=np.int64)
    kinds = int(np.max(lots.claim, initial=0)) + 1
    for step in range(int(length.max(initial=0))):
        longer = np.flatnonzero(length > step)
        code = signature[longer] * kinds + lots.claim[first[longer] + step]
        unused = int(np.max(signature)) + 1
        signature[longer] = unused + np.unique(code, return_inverse=True)[1]
    _, first_of_group, group_number = np.unique(signature, return_index=True, return_inverse=True)
    group = np.full(nodes, -1, dtype=np.int64)
    group[lots.node[first]] = group_number
    kinds_by_group = [
        tuple(lots.claim[first[i] : first[i] + length[i]].tolist()) for i in first_of_group.tolist()
    ]
    return kinds_by_group, group


def _positions_by_group(group: Ints, groups: list[tuple[int, ...]]) -> list[Ints]:
    """Positions that belong to each group, in their order."""
    order = np.argsort(group, kind="stable")
    edges = np.searchsorted(group[order], np.arange(len(groups) + 1))
    return [order[edges[i] : edges[i + 1]] for i in range(len(groups))]


def _incomparable_claims(claims: list[int]) -> list[tuple[int, ...]]:
    """Sets of claims to compare: those in which no claim implies another.

    All sets for few claims, else single claims, pairs and the weakest claims together.
    """
    max_size = len(claims) if len(claims) <= MAX_ENUMERATED_CLAIMS else 2
    families = [
        family
        for size in range(1, max_size + 1)
        for family in combinations(claims, size)
        if all(a & ~b and b & ~a for a, b in combinations(family, 2))
    ]
    weakest = tuple(a for a in claims if not any(b != a and b & ~a == 0 for b in claims))
    return families if weakest in families else [*families, weakest]
