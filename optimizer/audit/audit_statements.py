"""What a delivery under a rule rests on that nobody knows or states.

The contract: "an unknown event matches every scope line whose stage it has"; "an intermediate
stage that is not named does not break a rule; it is reported as not stated".
"""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from optimizer.audit.audit_entitlements import Entitlements
from optimizer.audit.audit_graph import stages_up_to
from optimizer.audit.audit_histories import same
from optimizer.audit.audit_origins import NOT_STATED, OriginShareAudit
from optimizer.tables import sheets

SMALLEST = 1e-6
"""Share of a delivery below which nothing rests on it: rounding."""


class AuditReserve(Struct, frozen=True):
    """Tonnes of a delivery that rest on what is unknown or not stated, and why."""

    unknown: float = 0.0
    not_stated: float = 0.0
    cells: tuple[str, ...] = ()
    stages: tuple[str, ...] = ()

    @property
    def some(self) -> bool:
        """True if something rests on what is left open."""
        return self.unknown + self.not_stated > 0


class AuditStatements:
    """What the histories behind each delivery leave open, as far as a rule looks there."""

    def __init__(self, given: Entitlements, origins: OriginShareAudit) -> None:
        self.given, self.origins = given, origins
        self._number = {(own.line, own.period): i for i, own in enumerate(origins.deliveries)}
        self._unknown: dict[Any, tuple[frozenset[str], str]] = {}
        """Stages at which the history of a row is unknown, and its cell."""
        for row, facts in origins.graph.events.items():
            stages = frozenset(fact.stage for fact in facts if fact.country == "unknown")
            if stages:
                self._unknown[row] = stages, given.case.cell(row[0], row[1], "history")

    def looked_at(self, rule: sheets.Rule) -> set[str] | None:
        """Stages that the scope of a rule names; None where it looks at every stage."""
        lines = [one for one in self.given.case.rule_scope if same(one.rule) == same(rule.rule)]
        if any(not line.stage or "*" in line.stage for line in lines):
            return None
        return {stage for line in lines for stage in line.stage}

    def rest(
        self, rule: sheets.Rule, line: Any, t: int, tonnes: float, breaking: float
    ) -> AuditReserve:
        """What of a delivery rests on what is left open.

        What is unknown breaks the rule, so that no more of it is unknown than breaks it: a lot
        that a process has cleared no longer rests on its past.
        """
        material = self.given.materials[line[2]]
        if not material.traced:
            return AuditReserve(not_stated=tonnes, stages=("material not traced",))
        if not material.stage:
            return AuditReserve(not_stated=tonnes, stages=("stage of the material",))
        i = self._number.get((line, t))
        if i is None:
            return AuditReserve()
        wanted = self.looked_at(rule)
        share, cells = 0.0, []
        for row, (stages, cell) in self._unknown.items():
            own = self.origins.rests[i][row]
            if own > SMALLEST and (wanted is None or stages & wanted):
                share += own
                cells.append(cell)
        missing = {}
        for stage in stages_up_to(material.stage):
            if wanted is None or stage in wanted:
                places = self.origins.places[stage][i] if stage in self.origins.places else {}
                lacking = places.get(NOT_STATED, 0.0) if places else 1.0
                if lacking > SMALLEST:
                    missing[stage] = lacking
        return AuditReserve(
            min(min(share, 1.0) * tonnes, breaking),
            max(missing.values(), default=0.0) * tonnes,
            tuple(cells) if breaking > SMALLEST * tonnes else (),
            tuple(missing),
        )
