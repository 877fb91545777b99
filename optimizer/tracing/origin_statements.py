"""Tonnes of each delivery whose origin the workbook leaves unknown or unstated."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from optimizer.network.network_data import RulePhase
from optimizer.network.provenance import history_rows, stages_up_to
from optimizer.result.variable_values import VariableValues
from optimizer.tables import STAGES, sheets
from optimizer.tracing.origin_shares import OriginShares

MIN_UNSTATED_SHARE = 1e-6
"""Share of a delivery below which an unknown or unstated part counts as rounding."""


class UnstatedTonnes(Struct, frozen=True):
    """Tonnes of a delivery of unknown or unstated origin, with the cells and stages."""

    unknown: float = 0.0
    not_stated: float = 0.0
    cells: tuple[str, ...] = ()
    """Cells of the histories whose events are unknown."""
    stages: tuple[str, ...] = ()
    """Stages that no history states."""


class OriginStatements:
    """Unknown and unstated origins behind each delivery, as far as a rule looks there."""

    def __init__(self, solution: VariableValues, traced: OriginShares) -> None:
        self._network = solution.network
        case = solution.network.case
        self._traced = traced
        self._index_of_delivery = {
            (delivery.line, delivery.period): i for i, delivery in enumerate(traced.deliveries)
        }
        self._materials = {row.material: row for row in case.materials}
        self._stages: dict[str, frozenset[str] | None] = {}
        for rule in {line.rule for line in case.rule_scope}:
            lines = [line for line in case.rule_scope if line.rule == rule]
            named = frozenset(stage for line in lines for stage in line.stage)
            self._stages[rule] = None if any(not line.stage for line in lines) else named
        self._unknown, self._stated = self._rows()

    def rest(
        self, phase: RulePhase, line: int, t: int, tonnes: float, breaking: float
    ) -> UnstatedTonnes:
        """Tonnes of a delivery under a rule that are of unknown or unstated origin.

        Tonnes of unknown origin break the rule, so ``breaking`` is their upper bound: a lot that
        a process cleared no longer depends on its history.
        """
        material = self._materials[self._network.lines[line].material]
        if not material.traced:
            return UnstatedTonnes(not_stated=tonnes, stages=("material not traced",))
        if not material.stage:
            return UnstatedTonnes(not_stated=tonnes, stages=("stage of the material",))
        i = self._index_of_delivery.get((line, t))
        if i is None:
            return UnstatedTonnes()
        looked_at = self._stages.get(phase.rule, frozenset())
        unknown, cells = self._of_unknown(i, looked_at)
        missing = dict(self._missing(i, material, looked_at))
        share = max(missing.values(), default=0.0)
        return UnstatedTonnes(
            min(unknown * tonnes, breaking),
            share * tonnes,
            cells if breaking > MIN_UNSTATED_SHARE * tonnes else (),
            tuple(missing),
        )

    def _missing(
        self, i: int, material: sheets.Material, looked_at: frozenset[str] | None
    ) -> Iterator[tuple[str, float]]:
        """Stages that a rule covers and no history states, with their share of the delivery."""
        for stage in stages_up_to(material.stage):
            if looked_at is not None and stage not in looked_at:
                continue
            if stage not in self._traced.stages:
                yield stage, 1.0
                continue
            number = self._traced.stages.index(stage)
            place_shares = self._traced.shares[number][i, 0]
            share = float(place_shares[0]) if place_shares.sum() > MIN_UNSTATED_SHARE else 1.0
            if share > MIN_UNSTATED_SHARE:
                yield stage, share
        for stage in sorted((looked_at or set()).difference(STAGES, (material.stage,))):
            share = self._of_silent(i, stage)
            if share > MIN_UNSTATED_SHARE:
                yield stage, share

    def _of_silent(self, i: int, stage: str) -> float:
        """Share of a delivery from lots whose history does not name a stage of the planner's own.

        Such a stage has no place among the others, so nobody can tell whether the lot has been
        through it: the history names it, or says that it does not apply.
        """
        shares = self._traced.row_shares[i]
        return min(sum(float(shares[at]) for at, each in self._stated if stage not in each), 1.0)

    def _of_unknown(
        self, i: int, looked_at: frozenset[str] | None
    ) -> tuple[float, tuple[str, ...]]:
        """Share of a delivery from lots with an unknown event, and the cells of their histories."""
        share, cells = 0.0, []
        for column, stages, cell in self._unknown:
            row_share = float(self._traced.row_shares[i, column])
            if row_share > MIN_UNSTATED_SHARE and (looked_at is None or stages & looked_at):
                share += row_share
                cells.append(cell)
        return min(share, 1.0), tuple(cells)

    def _rows(
        self,
    ) -> tuple[list[tuple[int, frozenset[str], str]], list[tuple[int, frozenset[str]]]]:
        """Rows with unknown events (column in ``row_shares``, stages, cell), and stated stages."""
        case = self._network.case
        rows = {(sheet, row.row): (site, row) for sheet, site, row in history_rows(case)}
        unknown, stated = [], []
        for column, (sheet, number, _) in enumerate(self._traced.rows):
            site, row = rows[sheet, number]
            events = self._network.provenance.lot_events(site, row.material, row.history)
            stated.append((column, frozenset(event.stage for event in events)))
            stages = frozenset(event.stage for event in events if not event.known)
            if stages:
                unknown.append((column, stages, case.cell(sheet, number, "history")))
        return unknown, stated
