"""The table ``Certificates``: the evidence of origin of each delivery under each rule."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import numpy as np

from optimizer.network.network_data import Network, RulePhase
from optimizer.network.provenance import ProvenanceEvent
from optimizer.result import result_layouts
from optimizer.result.flow_tables import segment_of
from optimizer.result.result_layouts import Table, table
from optimizer.result.variable_values import VariableValues, nonzero_values
from optimizer.tables.country_groups import NEGATION_PREFIX
from optimizer.tables.sheets import NONE, STAGES, UNKNOWN
from optimizer.tracing.input_weights import NEGLIGIBLE_INPUT_SHARE
from optimizer.tracing.origin_shares import OriginPlace, OriginShares
from optimizer.tracing.origin_statements import OriginStatements, UnstatedTonnes
from optimizer.tracing.provenance_table import (
    NO_STAGE_NAME,
    PLACE_NOT_STATED,
    STAGE_DOES_NOT_APPLY,
    windows_of,
)

ALLOWED_SHARE_TOLERANCE = 1e-6
"""Excess over the allowed share that still counts as kept: the solver's feasibility tolerance
allows rows to be violated by about as much."""
EXEMPTION_NOTE = "; events that the rule names were cleared or are outside its dates"


def certificates(
    solution: VariableValues, traced: OriginShares, statements: OriginStatements
) -> Table:
    """One row for each delivery and each rule that binds it; one if no rule binds it."""
    network = solution.network
    breaking = _BreakingDeliveries(solution)
    bans = {phase.row: _banned(network, phase) for phase in network.phases}

    @cache
    def matching_rules(event: ProvenanceEvent) -> frozenset[str]:
        return network.provenance.matching_rules((event,))

    rows = []
    for i, delivery in enumerate(traced.deliveries):
        line, t = network.lines[delivery.line], delivery.period
        evidence = (
            *(_stage_text(traced, i, stage) for stage in STAGES),
            _events_text(traced.touched[i]),
            _rows_text(traced, i, delivery.tonnes),
        )
        start = (
            line.name,
            line.customer,
            line.material,
            segment_of(line.segments, t),
            network.calendar.labels[t],
            delivery.tonnes,
        )
        matched = frozenset[str]().union(*(matching_rules(event) for event in traced.touched[i]))
        bound = [phase for phase in network.phases if phase.lines.get(delivery.line, 0) >> t & 1]
        for phase in bound:
            verdict, share, allowed = breaking.verdict(phase, delivery.line, t)
            rest = statements.rest(
                phase, delivery.line, t, delivery.tonnes, share * delivery.tonnes
            )
            verdict = _qualified_verdict(verdict, rest)
            if share <= ALLOWED_SHARE_TOLERANCE and phase.rule in matched:
                verdict += EXEMPTION_NOTE
            rule = (phase.rule, bans[phase.row])
            rows.append((*start, *rule, verdict, share, allowed, *evidence))
        if not bound:
            rows.append((*start, "", "", "no rule binds it", 0.0, 1.0, *evidence))
    return table(result_layouts.CERTIFICATES_LAYOUT, rows)


def _qualified_verdict(verdict: str, rest: UnstatedTonnes) -> str:
    """The verdict, qualified by the tonnes of unknown or unstated origin."""
    if verdict.startswith("broken") or not rest.unknown + rest.not_stated:
        return verdict
    notes = [f"unknown: {rest.unknown:,.6g} t, {', '.join(rest.cells)}"] if rest.unknown else []
    if rest.not_stated:
        notes.append(f"not stated: {rest.not_stated:,.6g} t, {', '.join(rest.stages)}")
    share = verdict.partition(": ")[2] if "over" in verdict else ""
    return "; ".join(("kept as far as stated" + (f": {share}" if share else ""), *notes))


class _BreakingDeliveries:
    """Deliveries to each line and period, and their shares that break each trait."""

    def __init__(self, solution: VariableValues) -> None:
        self.lots: dict[int, list[tuple[int, int, float]]] = {}
        for flow, t, tonnes in nonzero_values(solution.deliver):
            deliver = solution.network.flows.delivers[flow]
            lot = (t, solution.network.nodes[deliver.node].broken, tonnes)
            self.lots.setdefault(deliver.line, []).append(lot)

    def share(self, trait: int, line: int, periods: int) -> float:
        """Share of a line's deliveries in some periods that breaks a trait."""
        lots = [lot for lot in self.lots.get(line, ()) if periods >> lot[0] & 1]
        total = sum(tonnes for _, _, tonnes in lots)
        breaking = sum(tonnes for _, broken, tonnes in lots if broken & trait)
        return breaking / total if total else 0.0

    def verdict(self, phase: RulePhase, line: int, t: int) -> tuple[str, float, float]:
        """Verdict, share of the delivery that breaks the rule, share allowed."""
        window, periods = windows_of(phase.windows, t)
        share = self.share(phase.trait, line, 1 << t)
        if not phase.share:
            verdict = (
                "kept: no event in it breaks the rule"
                if share <= ALLOWED_SHARE_TOLERANCE
                else "broken"
            )
            return verdict, share, phase.share
        window_share = self.share(phase.trait, line, periods & phase.lines[line])
        verdict = "kept" if window_share <= phase.share + ALLOWED_SHARE_TOLERANCE else "broken"
        return f"{verdict}: {window_share:.1%} over {window}", share, phase.share


def _banned(network: Network, phase: RulePhase) -> str:
    """What breaks a rule, in words: its scope lines, joined where they differ in one column."""
    row = next(row for row in network.case.rules if row.row == phase.row)
    dates = f"events dated {phase.dates}: " if row.dated_by == "processing" else ""
    lines = [
        tuple(frozenset(getattr(line, name)) - {"*"} for name in _SCOPE_COLUMNS)
        for line in network.case.rule_scope
        if line.rule == phase.rule
    ]
    for place in range(len(_SCOPE_COLUMNS)):
        groups: dict[tuple[frozenset[str], ...], list[frozenset[str]]] = {}
        for line in lines:
            values = line[place]
            excluded = (
                values
                if any(value.startswith(NEGATION_PREFIX) for value in values)
                else frozenset()
            )
            key = (*line[:place], *line[place + 1 :], excluded)
            groups.setdefault(key, []).append(values)
        lines = [
            (
                *rest[:place],
                frozenset().union(*values) if all(values) else frozenset(),
                *rest[place:],
            )
            for (*rest, _), values in groups.items()
        ]
    return dates + " or ".join(map(_scope_text, lines))


_SCOPE_COLUMNS = ("stage", "country", "owner_country", "owner", "site")


def _scope_text(line: tuple[frozenset[str], ...]) -> str:
    def position(name: str) -> tuple[int, str]:
        return (STAGES.index(name) if name in STAGES else len(STAGES), name)

    parts = [
        f"{column.replace('_', ' ')} {', '.join(sorted(values, key=position))}"
        for column, values in zip(_SCOPE_COLUMNS, line, strict=True)
        if values
    ]
    return " and ".join(parts) or "everything"


def _place_text(place: OriginPlace | ProvenanceEvent) -> str:
    """A place in words: ``Baotou (China; owner NRE, China)``."""
    site, country, owner = place.site, place.country, place.owner
    if country in ("", UNKNOWN, NONE):
        return {"": PLACE_NOT_STATED, UNKNOWN: UNKNOWN, NONE: STAGE_DOES_NOT_APPLY}[country]
    home = place.owner_country if place.owner_country != country else ""
    whose = f"; owner {owner}{home and f', {home}'}" if owner and owner != site else ""
    return f"{site} ({country}{whose})" if site else f"{country} (site not stated)"


def _stage_text(traced: OriginShares, i: int, stage: str) -> str:
    """Places of a stage with their shares of all traced inputs, the largest first."""
    number = traced.stages.index(stage)
    shares, places = traced.shares[number][i, 0], traced.places[number]
    if not np.any(shares[1:] > 0):
        return PLACE_NOT_STATED
    return "; ".join(
        f"{_place_text(places[place])} {shares[place]:.1%}"
        for place in np.argsort(-shares, kind="stable").tolist()
        if shares[place] > 0
    )


def _events_text(events: tuple[ProvenanceEvent, ...]) -> str:
    """All places that part of a delivery has been through, by stage."""
    return "; ".join(
        f"{stage or NO_STAGE_NAME}: {', '.join(places)}"
        for stage, places in _places_by_stage(events)
    )


def _places_by_stage(events: tuple[ProvenanceEvent, ...]) -> Iterator[tuple[str, list[str]]]:
    places_of_stage: dict[str, dict[str, None]] = {stage: {} for stage in STAGES}
    for event in events:
        text = _place_text(event)
        places_of_stage.setdefault(event.stage, {})[text] = None
    for stage, places in places_of_stage.items():
        if places:
            yield stage, sorted(places)


def _rows_text(traced: OriginShares, i: int, tonnes: float) -> str:
    """Rows of the workbook that a delivery rests on, with its tonnes by their shares."""
    shares = traced.row_shares[i]
    return "; ".join(
        f"{traced.rows[row][0]} row {traced.rows[row][1]} ({traced.rows[row][2]}) "
        f"{shares[row]:.1%}, {shares[row] * tonnes:,.6g} t"
        for row in np.argsort(-shares, kind="stable").tolist()
        if shares[row] > NEGLIGIBLE_INPUT_SHARE
    )
