"""Tonnes of a delivery under a rule whose history is unknown or not stated.

The contract: "an unknown event matches every scope line whose stage it has"; "an intermediate
stage that is not named does not break a rule; it is reported as not stated". A stage of the
planner's own has no place among the others: a history that does not name it does not state it.
"""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from optimizer.audit.audit_graph import stages_up_to
from optimizer.audit.audit_histories import folded
from optimizer.audit.audit_origins import UNSTATED_PLACE, OriginShareAudit
from optimizer.audit.audit_workbook import AuditWorkbook
from optimizer.tables import STAGES, sheets

MIN_UNVERIFIED_SHARE = 1e-6
"""Share of a delivery below which its histories are ignored: rounding of the shares."""


class UnverifiedTonnes(Struct, frozen=True):
    """Tonnes of a delivery with unknown or unstated histories, with cells and stages."""

    unknown: float = 0.0
    not_stated: float = 0.0
    cells: tuple[str, ...] = ()
    stages: tuple[str, ...] = ()

    @property
    def has_tonnes(self) -> bool:
        """True if some tonnes are unknown or not stated."""
        return self.unknown + self.not_stated > 0


class AuditStatements:
    """Unknown and unstated events of each delivery at the stages that a rule names."""

    def __init__(self, workbook: AuditWorkbook, origins: OriginShareAudit) -> None:
        self.workbook, self.origins = workbook, origins
        self._number = {
            (delivery.line, delivery.period): i for i, delivery in enumerate(origins.deliveries)
        }
        self._unknown: dict[Any, tuple[frozenset[str], str]] = {}
        """Stages at which the history of a row is unknown, and its cell."""
        for row, events in origins.graph.events.items():
            stages = frozenset(event.stage for event in events if event.country == "unknown")
            if stages:
                self._unknown[row] = stages, workbook.case.cell(row[0], row[1], "history")

    def stages_in_scope(self, rule: sheets.Rule) -> set[str] | None:
        """Stages that the scope of a rule names; None where it covers every stage."""
        lines = [
            line for line in self.workbook.case.rule_scope if folded(line.rule) == folded(rule.rule)
        ]
        if any(not line.stage or "*" in line.stage for line in lines):
            return None
        return {stage for line in lines for stage in line.stage}

    def unverified(
        self, rule: sheets.Rule, line: Any, t: int, tonnes: float, breaking: float
    ) -> UnverifiedTonnes:
        """Tonnes of a delivery that are unknown or not stated under a rule.

        Unknown events break the rule, so the unknown tonnes are at most the breaking ones: a lot
        that a process has cleared no longer depends on its history.
        """
        material = self.workbook.materials[line[2]]
        if not material.traced:
            return UnverifiedTonnes(not_stated=tonnes, stages=("material not traced",))
        if not material.stage:
            return UnverifiedTonnes(not_stated=tonnes, stages=("stage of the material",))
        i = self._number.get((line, t))
        if i is None:
            return UnverifiedTonnes()
        stages_looked_at = self.stages_in_scope(rule)
        share, cells = 0.0, []
        for row, (stages, cell) in self._unknown.items():
            share_of_row = self.origins.source_shares[i][row]
            if share_of_row > MIN_UNVERIFIED_SHARE and (
                stages_looked_at is None or stages & stages_looked_at
            ):
                share += share_of_row
                cells.append(cell)
        missing: dict[str, float] = {}
        for stage in stages_up_to(material.stage):
            if stages_looked_at is None or stage in stages_looked_at:
                places = self.origins.places[stage][i] if stage in self.origins.places else {}
                lacking = places.get(UNSTATED_PLACE, 0.0) if places else 1.0
                if lacking > MIN_UNVERIFIED_SHARE:
                    missing[stage] = lacking
        for stage in sorted(stages_looked_at or ()):
            if stage in STAGES or stage in missing or stage == material.stage:
                continue
            silent = sum(
                self.origins.source_shares[i][row]
                for row, events in self.origins.graph.events.items()
                if all(event.stage != stage for event in events)
            )
            if silent > MIN_UNVERIFIED_SHARE:
                missing[stage] = min(silent, 1.0)
        return UnverifiedTonnes(
            min(min(share, 1.0) * tonnes, breaking),
            max(missing.values(), default=0.0) * tonnes,
            tuple(cells) if breaking > MIN_UNVERIFIED_SHARE * tonnes else (),
            tuple(missing),
        )
