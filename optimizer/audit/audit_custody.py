"""Chain of custody: what leaves a place claiming to be clean came in clean.

Within a node (site, material, period) lots may be mixed up freely as long as each
that leaves is no cleaner than the lot that it is taken from. That is possible if
and only if, for every set of claims, what leaves with one of them is at most what
came in able to back one of them (Hall's condition).
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations

import numpy as np

from optimizer.audit.audit_calendar import Bools, Floats, Ints
from optimizer.audit.audit_entitlements import Entitlements
from optimizer.audit.audit_flows import TableFlows, summed
from optimizer.audit.audit_histories import trait_name
from optimizer.audit.audit_lots import AuditLots, LotLedger
from optimizer.audit.verdict import Tally
from optimizer.tables import sheets

MOST_CLAIMS = 6
"""Different claims at a node up to which every set of them is compared."""


class CustodyAudit:
    """The checks of one plan that look at what lots are booked as."""

    def __init__(self, given: Entitlements, flows: TableFlows, book: LotLedger) -> None:
        self.given = given
        self.flows = flows
        self.book = book
        self.claims = book.claims
        self.incoming = _compact(book.incoming, np.arange(len(self.claims)))
        self.outgoing = _compact(book.outgoing, np.arange(len(self.claims)))
        self.throughput = summed(book.incoming.node, np.abs(book.incoming.tonnes), flows.nodes)

    def tallies(self) -> list[Tally]:
        """All of them, in the order in which they are shown."""
        provenance = self.book.provenance
        rules, countries = provenance.every_trait, provenance.every_country
        alone = Tally("custody of each rule")
        for i, trait in enumerate(provenance.traits):
            self._backed(alone, 1 << i, f"clean of {trait.name}")
        return [
            self.purchases(),
            self.runs(),
            alone,
            self._together("custody of rules together", rules, "clean of rules"),
            self._together("custody of customs origin", countries, "by customs origin"),
            self._together(
                "custody of rules and origin", rules | countries, "clean of rules, by origin"
            ),
            self.zero_tolerance(),
            self.shares(),
        ]

    def _together(self, name: str, bits: int, words: str) -> Tally:
        tally = Tally(name)
        self._backed(tally, bits, words)
        return tally

    def purchases(self) -> Tally:
        """A purchase claims nothing that its history does not back, and breaks nothing else.

        The contract: "a history event that matches a line breaks the rule"; what does not match
        breaks none.
        """
        tally, flow = Tally("purchases booked as bought"), self.flows["Purchases"]
        move = self.flows.leaves("Purchases")
        traced = self.book.traced[move.node // flow.periods].astype(np.int64)
        booked = self.book.booked[move.label, traced]
        codes, row = np.unique(
            booked * len(self.claims) + self.book.bought.claim, return_inverse=True
        )
        wrong = [
            self.claims[code // len(self.claims)] & ~self.claims[code % len(self.claims)] != 0
            for code in codes.tolist()
        ]
        dirty = np.array(self.book.shown_broken, dtype=object)[move.label]
        clean = np.array(self.claims, dtype=object)[self.book.bought.claim]
        clean = np.where(traced > 0, clean, ~0)
        more = (dirty & clean) != 0
        place = self._row_place("Purchases")
        tally.forbid(flow.tonnes, np.array(wrong, dtype=bool)[row] | more.astype(bool), place)
        return tally

    def runs(self) -> Tally:
        """Outputs are shown to break what inputs and events break, where it is followed.

        The contract: "stage: the event it adds to a lot's history, at this site"; "clears:
        rules that a lot no longer breaks after it"; segregates: "in a period in which one
        of its processes uses a lot that breaks a rule, all that its processes make breaks
        it".
        """
        tally, flow, book = Tally("runs booked as made"), self.flows["Production"], self.book
        wrong = np.zeros(flow.tonnes.size, dtype=bool)
        move = self.flows.worked("outputs")
        some = move.tonnes > 0  # a feed may hold nothing of a product
        for i in range(len(book.provenance.traits)):
            unshown = np.array([bits >> i & 1 for bits in book.unshown], dtype=bool)
            if unshown.any():
                here = some & unshown[book.run_kind][move.row] & self._followed(i)[move.node]
                wrong[move.row[here]] = True
        tally.forbid(flow.tonnes, wrong, self._row_place("Production"))
        return tally

    def _followed(self, trait: int) -> Bools:
        """Nodes of traced materials at which some lot that leaves follows a rule."""
        flows, book = self.flows, self.book
        found = np.zeros(flows.nodes, dtype=bool)
        moves = [flows.leaves(n) for n in ("Shipments", "Deliveries", "Disposal", "Stock")]
        for move, bits in (
            *((move, book.followed) for move in moves),
            (flows.worked("inputs"), book.followed_inputs),
        ):
            follows = np.array([bit >> trait & 1 for bit in bits], dtype=bool)
            found[move.node[follows[move.label]]] = True
        return found & np.repeat(book.traced, self.given.calendar.count)

    def _row_place(self, name: str) -> Callable[[int], str]:
        flow = self.flows[name]

        def words(i: int) -> str:
            key = ", ".join(part for part in flow.keys[int(flow.key[i])] if part)
            return f"{key} in {self.given.calendar.labels[int(flow.period[i])]}"

        return words

    def _backed(self, tally: Tally, bits: int, words: str) -> None:
        """What leaves each node with claims among ``bits`` is backed by what came in."""
        kept = [claim & bits for claim in self.claims]
        number = {claim: i for i, claim in enumerate(dict.fromkeys(kept))}
        kinds, kind = list(number), np.array([number[claim] for claim in kept], dtype=np.int64)
        out, claims = self.outgoing, np.array([bool(claim) for claim in kept], dtype=bool)
        some = claims[out.claim]
        out = _compact(AuditLots(out.node[some], out.tonnes[some], out.claim[some]), kind)
        come = _compact(self.incoming, kind)
        signatures, group = _groups(out, self.flows.nodes)
        outs, ins = _slices(group[out.node], signatures), _slices(group[come.node], signatures)
        for g, present in enumerate(signatures):
            o, i = outs[g], ins[g]
            nodes, row = np.unique(out.node[o], return_inverse=True)
            column = np.searchsorted(nodes, come.node[i])
            size = self.throughput[nodes]
            for family in _families([kinds[k] for k in present]):
                backs = np.array([any(f & ~k == 0 for f in family) for k in kinds], dtype=bool)
                needs = summed(row, out.tonnes[o] * backs[out.claim[o]], nodes.size)
                has = summed(column, come.tonnes[i] * backs[come.claim[i]], nodes.size)
                place = self._node_place(nodes, words)
                tally.within(needs, has, np.maximum(size, needs), place)

    def _node_place(self, nodes: Ints, words: str) -> Callable[[int], str]:
        return lambda i: f"{self.flows.place(int(nodes[i]))}, leaves {words}"

    def zero_tolerance(self) -> Tally:
        """Nothing that breaks a rule without tolerance is delivered to a line that it binds.

        The contract: "maximum share (0)"; "a history event that matches a line breaks the
        rule".
        """
        tally = Tally("rules without tolerance")
        for row in self.given.case.rules:
            if row.maximum_share == 0:
                breaking, _, words = self._bound(row)
                tally.equal(breaking.ravel(), np.zeros(breaking.size), self._line_place(words))
        return tally

    def shares(self) -> Tally:
        """Of what a line receives in a window, no more breaks a rule than its share allows.

        The contract: a maximum share is "of the tonnes delivered to one line in the periods
        of the window (period, calendar year, horizon) that the rule binds".
        """
        tally = Tally("rules with a share")
        calendar = self.given.calendar
        for row in self.given.case.rules:
            if row.maximum_share > 0:
                breaking, delivered, words = self._bound(row)
                first = np.flatnonzero(np.diff(calendar.windows(row.window), prepend=-1))
                found = np.add.reduceat(breaking, first, axis=1)
                total = np.add.reduceat(delivered, first, axis=1)
                place = self._window_place(words, first)
                tally.within(found, row.maximum_share * total, total, place)
        return tally

    def _bound(self, row: sheets.Rule) -> tuple[Floats, Floats, list[str]]:
        """Deliveries that a row of Rules binds, by line and period: breaking, all, lines."""
        flow, book = self.flows["Deliveries"], self.book
        trait = book.provenance.bit[trait_name(row)]
        move = self.flows.leaves("Deliveries")
        dirty = np.array([not bits & trait for bits in book.clean], dtype=bool)[flow.label]
        dirty &= book.traced[move.node // flow.periods]
        binds = np.array([self.given.binds(row, key) for key in flow.keys], dtype=bool)
        binds = binds.reshape(-1, flow.periods)
        words = [f"{row.rule}: {key[0]}" for key in flow.keys]
        return flow.matrix(flow.tonnes * dirty) * binds, flow.matrix() * binds, words

    def _line_place(self, words: list[str]) -> Callable[[int], str]:
        count, labels = self.given.calendar.count, self.given.calendar.labels
        return lambda i: f"{words[i // count]} in {labels[i % count]}"

    def _window_place(self, words: list[str], first: Ints) -> Callable[[int], str]:
        labels = self.given.calendar.labels
        return lambda i: f"{words[i // first.size]} from {labels[first[i % first.size]]}"


def _compact(lots: AuditLots, kind: Ints) -> AuditLots:
    """Lots of one kind at one node as one, sorted by node; ``kind`` renumbers the claims."""
    kinds = int(kind.max(initial=0)) + 1
    codes, row = np.unique(lots.node * kinds + kind[lots.claim], return_inverse=True)
    tonnes = summed(row, lots.tonnes, codes.size)
    return AuditLots(codes // kinds, tonnes, codes % kinds)


def _groups(lots: AuditLots, nodes: int) -> tuple[list[tuple[int, ...]], Ints]:
    """Nodes at which the same kinds leave: the kinds of each group, the group of each node.

    Nodes at which nothing leaves have group -1.
    """
    first = np.flatnonzero(np.diff(lots.node, prepend=-1))
    length = np.diff(np.append(first, lots.node.size))
    signature = np.zeros(first.size, dtype=np.int64)
    kinds = int(lots.claim.max(initial=0)) + 1
    for step in range(int(length.max(initial=0))):
        more = np.flatnonzero(length > step)
        code = signature[more] * kinds + lots.claim[first[more] + step]
        unused = int(signature.max()) + 1
        signature[more] = unused + np.unique(code, return_inverse=True)[1]
    _, one, number = np.unique(signature, return_index=True, return_inverse=True)
    group = np.full(nodes, -1, dtype=np.int64)
    group[lots.node[first]] = number
    found = [tuple(lots.claim[first[i] : first[i] + length[i]].tolist()) for i in one.tolist()]
    return found, group


def _slices(group: Ints, groups: list[tuple[int, ...]]) -> list[Ints]:
    """Positions that belong to each group, in their order."""
    order = np.argsort(group, kind="stable")
    edges = np.searchsorted(group[order], np.arange(len(groups) + 1))
    return [order[edges[i] : edges[i + 1]] for i in range(len(groups))]


def _families(claims: list[int]) -> list[tuple[int, ...]]:
    """Sets of claims that must be compared: those in which none implies another.

    All of them for few claims, else single ones, pairs and the weakest together.
    """
    most = len(claims) if len(claims) <= MOST_CLAIMS else 2
    found = [
        family
        for size in range(1, most + 1)
        for family in combinations(claims, size)
        if all(a & ~b and b & ~a for a, b in combinations(family, 2))
    ]
    weakest = tuple(a for a in claims if not any(b != a and b & ~a == 0 for b in claims))
    return found if weakest in found else [*found, weakest]
