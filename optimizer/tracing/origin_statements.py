"""What the histories behind each delivery state, and what they leave open."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from msgspec import Struct

from optimizer.network.network_data import RulePhase
from optimizer.network.provenance import Provenance, ProvenanceEvent, stages_up_to
from optimizer.result.variable_values import VariableValues
from optimizer.tables import sheets
from optimizer.tables.sheets import UNKNOWN
from optimizer.tracing.origin_shares import OriginShares

SMALLEST = 1e-6
"""Share of a delivery below which nothing is said to rest on what is not stated: rounding."""


class UnstatedRest(Struct, frozen=True):
    """Tonnes of a delivery that rest on what is not known or not stated, and why."""

    unknown: float = 0.0
    not_stated: float = 0.0
    cells: tuple[str, ...] = ()
    """Cells of the histories whose events are unknown."""
    stages: tuple[str, ...] = ()
    """Stages of which nothing is stated."""


class OriginStatements:
    """What the histories behind each delivery state, as far as a rule looks there."""

    def __init__(self, done: VariableValues, traced: OriginShares) -> None:
        self._network = done.network
        case = done.network.case
        self._traced = traced
        self._drops = {(drop.line, drop.period): i for i, drop in enumerate(traced.drops)}
        self._materials = {row.material: row for row in case.materials}
        self._stages: dict[str, frozenset[str] | None] = {}
        for rule in {line.rule for line in case.rule_scope}:
            lines = [line for line in case.rule_scope if line.rule == rule]
            named = frozenset(stage for line in lines for stage in line.stage)
            self._stages[rule] = None if any(not line.stage for line in lines) else named
        self._open = list(self._unknown_rows(Provenance(case, done.network.calendar)))

    def rest(
        self, phase: RulePhase, line: int, t: int, tonnes: float, breaking: float
    ) -> UnstatedRest:
        """What of a delivery under a rule rests on what is not known or not stated.

        Tonnes of unknown origin are among those that break the rule, so ``breaking`` bounds
        them: a lot that a process cleared no longer rests on its past.
        """
        material = self._materials[self._network.lines[line].material]
        if not material.traced:
            return UnstatedRest(not_stated=tonnes, stages=("material not traced",))
        if not material.stage:
            return UnstatedRest(not_stated=tonnes, stages=("stage of the material",))
        i = self._drops.get((line, t))
        if i is None:
            return UnstatedRest()
        looked_at = self._stages.get(phase.rule, frozenset())
        unknown, cells = self._of_unknown(i, looked_at)
        missing = dict(self._missing(i, material, looked_at))
        share = max(missing.values(), default=0.0)
        return UnstatedRest(
            min(unknown * tonnes, breaking),
            share * tonnes,
            cells if breaking > SMALLEST * tonnes else (),
            tuple(missing),
        )

    def _missing(
        self, i: int, material: sheets.Material, looked_at: frozenset[str] | None
    ) -> Iterator[tuple[str, float]]:
        """Stages that a rule looks at and no history states, with the share of the delivery."""
        for stage in stages_up_to(material.stage):
            if looked_at is not None and stage not in looked_at:
                continue
            if stage not in self._traced.stages:
                yield stage, 1.0
                continue
            number = self._traced.stages.index(stage)
            own = self._traced.shares[number][i, 0]
            share = float(own[0]) if own.sum() > SMALLEST else 1.0
            if share > SMALLEST:
                yield stage, share

    def _of_unknown(
        self, i: int, looked_at: frozenset[str] | None
    ) -> tuple[float, tuple[str, ...]]:
        """Share of a delivery from lots with an unknown event, and the cells of their histories."""
        share, cells = 0.0, []
        for column, stages, cell in self._open:
            own = float(self._traced.rests[i, column])
            if own > SMALLEST and (looked_at is None or stages & looked_at):
                share += own
                cells.append(cell)
        return min(share, 1.0), tuple(cells)

    def _unknown_rows(self, facts: Provenance) -> Iterator[tuple[int, frozenset[str], str]]:
        """Rows that deliveries rest on whose history has unknown events: column, stages, cell."""
        case = self._network.case
        rows: dict[tuple[str, int], tuple[str, Any]] = {
            **{("Supply", row.row): (row.site, row) for row in case.supply},
            **{("Stocks", row.row): (row.site, row) for row in case.stocks},
            **{("Pipeline", row.row): (row.to_site, row) for row in case.pipeline},
        }
        for column, (sheet, number, _) in enumerate(self._traced.rows):
            site, row = rows[sheet, number]
            events: list[ProvenanceEvent] = facts.bought(site, row.material, row.history)
            stages = frozenset(event.stage for event in events if event.country == UNKNOWN)
            if stages:
                yield column, stages, case.cell(sheet, number, "history")
