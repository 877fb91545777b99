"""The table ``Certificates``: what a compliance officer files for each delivery and rule."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import numpy as np

from optimizer.network.network_data import Network, RulePhase
from optimizer.network.provenance import Provenance, ProvenanceEvent
from optimizer.result import result_layouts
from optimizer.result.flow_tables import segment_of
from optimizer.result.result_layouts import Table, table
from optimizer.result.variable_values import VariableValues, each
from optimizer.tables.country_groups import NOT
from optimizer.tables.sheets import NONE, STAGES, UNKNOWN
from optimizer.tracing.input_weights import NEGLIGIBLE
from optimizer.tracing.origin_shares import OriginPlace, OriginShares
from optimizer.tracing.origin_statements import OriginStatements, UnstatedRest
from optimizer.tracing.provenance_table import DOES_NOT_APPLY, NO_STAGE, NOT_STATED, windows_of

KEPT = 1e-6
"""Share above the allowed one that still counts as kept (the solver's tolerance)."""
EXEMPT = "; what it has been through that the rule names was cleared or is outside its dates"


def certificates(done: VariableValues, traced: OriginShares, statements: OriginStatements) -> Table:
    """One row for each delivery and each rule that binds it; one where none does."""
    network = done.network
    breaking = _BreakingDeliveries(done)
    facts = Provenance(network.case, network.calendar)
    bans = {phase.row: _bans(network, phase) for phase in network.phases}

    @cache
    def named(event: ProvenanceEvent) -> frozenset[str]:
        return facts.matched((event,))

    rows = []
    for i, drop in enumerate(traced.drops):
        line, t = network.lines[drop.line], drop.period
        evidence = (
            *(_shares(traced, i, stage) for stage in STAGES),
            _touched(traced.touched[i]),
            _rests(traced, i, drop.tonnes),
        )
        start = (
            line.name,
            line.customer,
            line.material,
            segment_of(line.segments, t),
            network.calendar.labels[t],
            drop.tonnes,
        )
        matched = frozenset[str]().union(*(named(event) for event in traced.touched[i]))
        bound = [phase for phase in network.phases if phase.lines.get(drop.line, 0) >> t & 1]
        for phase in bound:
            word, share, allowed = breaking.verdict(phase, drop.line, t)
            rest = statements.rest(phase, drop.line, t, drop.tonnes, share * drop.tonnes)
            word = _as_stated(word, rest)
            if share <= KEPT and phase.rule in matched:
                word += EXEMPT
            rule = (phase.rule, bans[phase.row])
            rows.append((*start, *rule, word, share, allowed, *evidence))
        if not bound:
            rows.append((*start, "", "", "no rule binds it", 0.0, 1.0, *evidence))
    return table(result_layouts.CERTIFICATES, rows)


def _as_stated(word: str, rest: UnstatedRest) -> str:
    """The verdict with what it rests on; nothing is called clean that is not stated."""
    if word.startswith("broken") or not rest.unknown + rest.not_stated:
        return word
    told = [f"unknown: {rest.unknown:,.6g} t, {', '.join(rest.cells)}"] if rest.unknown else []
    if rest.not_stated:
        told.append(f"not stated: {rest.not_stated:,.6g} t, {', '.join(rest.stages)}")
    share = word.partition(": ")[2] if "over" in word else ""
    return "; ".join(("kept as far as stated" + (f": {share}" if share else ""), *told))


class _BreakingDeliveries:
    """What was delivered to each line and period, and what of it breaks each trait."""

    def __init__(self, done: VariableValues) -> None:
        self.lots: dict[int, list[tuple[int, int, float]]] = {}
        for flow, t, tonnes in each(done.deliver):
            deliver = done.network.flows.delivers[flow]
            lot = (t, done.network.nodes[deliver.node].broken, tonnes)
            self.lots.setdefault(deliver.line, []).append(lot)

    def share(self, trait: int, line: int, periods: int) -> float:
        """Share of what a line gets in some periods that breaks a trait."""
        lots = [lot for lot in self.lots.get(line, ()) if periods >> lot[0] & 1]
        total = sum(tonnes for _, _, tonnes in lots)
        breaking = sum(tonnes for _, broken, tonnes in lots if broken & trait)
        return breaking / total if total else 0.0

    def verdict(self, phase: RulePhase, line: int, t: int) -> tuple[str, float, float]:
        """Verdict, share of the delivery that breaks the rule, share allowed."""
        window, periods = windows_of(phase.windows, t)
        here = self.share(phase.trait, line, 1 << t)
        if not phase.share:
            word = "kept: nothing in it breaks the rule" if here <= KEPT else "broken"
            return word, here, phase.share
        found = self.share(phase.trait, line, periods & phase.lines[line])
        word = "kept" if found <= phase.share + KEPT else "broken"
        return f"{word}: {found:.1%} over {window}", here, phase.share


def _bans(network: Network, phase: RulePhase) -> str:
    """What breaks a rule, from the lines of its scope; lines that differ in one word as one."""
    row = next(row for row in network.case.rules if row.row == phase.row)
    dates = f"events dated {phase.dates}: " if row.dated_by == "processing" else ""
    lines = [
        tuple(frozenset(getattr(line, name)) - {"*"} for name in _WORDS)
        for line in network.case.rule_scope
        if line.rule == phase.rule
    ]
    for place in range(len(_WORDS)):
        alike: dict[tuple[frozenset[str], ...], list[frozenset[str]]] = {}
        for line in lines:
            own = line[place]
            alone = own if any(word.startswith(NOT) for word in own) else frozenset()
            key = (*line[:place], *line[place + 1 :], alone)
            alike.setdefault(key, []).append(own)
        lines = [
            (*rest[:place], frozenset().union(*own) if all(own) else frozenset(), *rest[place:])
            for (*rest, _), own in alike.items()
        ]
    return dates + " or ".join(map(_scope, lines))


_WORDS = ("stage", "country", "owner_country", "owner", "site")


def _scope(line: tuple[frozenset[str], ...]) -> str:
    order = {stage: number for number, stage in enumerate(STAGES)}
    said = [
        f"{word.replace('_', ' ')} {', '.join(sorted(own, key=lambda n: (order.get(n, 9), n)))}"
        for word, own in zip(_WORDS, line, strict=True)
        if own
    ]
    return " and ".join(said) or "everything"


def _described(site: str, country: str, owner: str, owner_country: str) -> str:
    """A place in words: ``Baotou (China; owner NRE, China)``."""
    if country in ("", UNKNOWN, NONE):
        return {"": NOT_STATED, UNKNOWN: UNKNOWN, NONE: DOES_NOT_APPLY}[country]
    home = f", {owner_country}" if owner_country and owner_country != country else ""
    whose = f"; owner {owner}{home}" if owner and owner != site else ""
    return f"{site} ({country}{whose})" if site else f"{country} (site not stated)"


def _shares(traced: OriginShares, i: int, stage: str) -> str:
    """Places of a stage with their shares of all traced inputs, the largest first."""
    number = traced.stages.index(stage)
    shares, places = traced.shares[number][i, 0], traced.places[number]
    if not np.any(shares[1:] > 0):
        return NOT_STATED
    return "; ".join(
        f"{_of(places[place])} {shares[place]:.1%}"
        for place in np.argsort(-shares, kind="stable").tolist()
        if shares[place] > 0
    )


def _of(place: OriginPlace) -> str:
    return _described(place.site, place.country, place.owner, place.owner_country)


def _touched(events: tuple[ProvenanceEvent, ...]) -> str:
    """Every place that some of a delivery has been through, stage by stage."""
    return "; ".join(
        f"{stage or NO_STAGE}: {', '.join(places)}" for stage, places in _by_stage(events)
    )


def _by_stage(events: tuple[ProvenanceEvent, ...]) -> Iterator[tuple[str, list[str]]]:
    found: dict[str, dict[str, None]] = {stage: {} for stage in STAGES}
    for event in events:
        said = _described(event.site, event.country, event.owner, event.owner_country)
        found.setdefault(event.stage, {})[said] = None
    for stage, places in found.items():
        if places:
            yield stage, sorted(places)


def _rests(traced: OriginShares, i: int, tonnes: float) -> str:
    """Rows of the workbook that a delivery rests on, with its tonnes by their shares."""
    shares = traced.rests[i]
    return "; ".join(
        f"{traced.rows[row][0]} row {traced.rows[row][1]} ({traced.rows[row][2]}) "
        f"{shares[row]:.1%}, {shares[row] * tonnes:,.6g} t"
        for row in np.argsort(-shares, kind="stable").tolist()
        if shares[row] > NEGLIGIBLE
    )
