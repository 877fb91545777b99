"""An audit of a plan, written without the model's code.

It recomputes balances, limits, rules and costs from the input tables and from the flows
in the result tables. :mod:`~optimizer.audit.audit_workbook` reads the input tables and
:mod:`~optimizer.audit.audit_flows` the flows; each other file checks one subject.
The audit uses nothing of the network, the model or the solver, so that it does not repeat
their errors.
"""

from __future__ import annotations

from typing import Any

from msgspec import structs

from optimizer.audit.audit_bottlenecks import BottleneckAudit
from optimizer.audit.audit_break_even import BreakEvenAudit
from optimizer.audit.audit_certificates import CertificateAudit
from optimizer.audit.audit_compliance import AuditDeliveries, ComplianceAudit
from optimizer.audit.audit_cost_rows import cost_row_tallies
from optimizer.audit.audit_costs import CostAudit
from optimizer.audit.audit_custody import CustodyAudit
from optimizer.audit.audit_flows import TableFlows
from optimizer.audit.audit_graph import AuditGraph
from optimizer.audit.audit_inputs import AUDIT_ALL_INPUTS
from optimizer.audit.audit_investment import InvestmentAudit
from optimizer.audit.audit_lanes import LaneAudit
from optimizer.audit.audit_limits import LimitAudit
from optimizer.audit.audit_lots import LotLedger
from optimizer.audit.audit_origins import OriginShareAudit
from optimizer.audit.audit_provenance_rows import ProvenanceRowAudit
from optimizer.audit.audit_quantities import QuantityAudit
from optimizer.audit.audit_repeated_figures import RepeatedFigureAudit
from optimizer.audit.audit_restrictions import AuditRestrictions
from optimizer.audit.audit_rule_prices import rule_price_tally
from optimizer.audit.audit_scarcity import ScarcityAudit
from optimizer.audit.audit_shares import ProvenanceAudit
from optimizer.audit.audit_shortage_reasons import ShortageReasonAudit
from optimizer.audit.audit_statements import AuditStatements
from optimizer.audit.audit_sums import BalanceAudit
from optimizer.audit.audit_tiers import tier_tally
from optimizer.audit.audit_units import UnitAudit
from optimizer.audit.audit_window_restrictions import AuditWindowRestrictions
from optimizer.audit.audit_workbook import AuditWorkbook
from optimizer.audit.verdict import AUDIT_TOLERANCE, Audit, Check, Tally
from optimizer.result.result_layouts import Tables
from optimizer.tables.case import Case

__all__ = ["AUDIT_TOLERANCE", "Audit", "Auditor", "Check", "audit"]


def audit(case: Case, tables: Tables, objective: float, bookings: Any = None) -> Audit:
    """Verdict on a plan: its flows against the input tables, its cost against the objective.

    ``objective`` is the present value of all costs in the case's currency. ``bookings`` tell
    which lots each flow takes; without them the origins of deliveries are not recomputed. A
    comparison passes if its violation is at most ``AUDIT_TOLERANCE``, relative to the quantities
    compared (to ``verdict.MIN_COMPARED_SIZE`` tonnes or money where they are smaller).
    """
    return Auditor(case, tables, objective, bookings).with_prices(tables)


class Auditor:
    """An audit in two parts, because prices are computed after the plan."""

    def __init__(self, case: Case, tables: Tables, objective: float, bookings: Any = None) -> None:
        names = Tally("names that the workbook knows")
        self.workbook = workbook = AuditWorkbook(case)
        self.flows = flows = TableFlows(workbook, tables, names)
        ledger = LotLedger(workbook, flows, names)
        self.investment = InvestmentAudit(workbook, flows)
        self.units, self.lanes = (
            UnitAudit(workbook, flows, self.investment),
            LaneAudit(workbook, flows),
        )
        fixed_charges = [
            *self.units.fixed_cost(),
            *self.lanes.fixed_cost(),
            *self.investment.period_costs(),
        ]
        costs = CostAudit(workbook, flows, ledger, tables, fixed_charges)
        shares = ProvenanceAudit(workbook, flows, ledger, tables)
        self.quantities = QuantityAudit(workbook, flows)
        self.limits = LimitAudit(workbook, flows, self.investment)
        self.deliveries = AuditDeliveries(workbook, flows, ledger)
        tallies = [
            *self.quantities.tallies(),
            tier_tally(workbook, flows),
            *RepeatedFigureAudit(workbook, tables).tallies(),
            *BalanceAudit(workbook, flows, self.units, tables).tallies(),
            self.units.tally(),
            self.lanes.tally(),
            self.investment.tally(),
            *self.limits.tallies(),
            *CustodyAudit(workbook, flows, ledger).tallies(),
            *shares.tallies(),
            *costs.tallies(),
            *cost_row_tallies(costs),
            *_provenance_tallies(
                workbook, flows, ledger, shares, self.deliveries, tables, bookings
            ),
        ]
        checks = (names.check(), *(tally.check() for tally in tallies), costs.objective(objective))
        self.verdict = Audit(checks, costs.cost, costs.cost - objective, AUDIT_TOLERANCE)
        """Verdict on the plan without its prices."""

    def with_prices(self, tables: Tables) -> Audit:
        """The verdict on the plan and on the tables of prices among its tables."""
        checks = (tally.check() for tally in self._prices(tables))
        return structs.replace(self.verdict, checks=(*self.verdict.checks, *checks))

    def _prices(self, tables: Tables) -> list[Tally]:
        workbook, tallies = self.workbook, list[Tally]()
        windowed = AuditWindowRestrictions(
            workbook, self.quantities, self.limits, self.deliveries, self.investment
        )
        restrictions = AuditRestrictions(
            workbook, self.quantities, self.units, self.lanes, windowed
        )
        scarcity = None
        if "Scarcity" in tables:
            scarcity = ScarcityAudit(workbook, restrictions, tables["Scarcity"])
            tallies += scarcity.tallies()
        if scarcity is not None and "Bottlenecks" in tables:
            tallies.append(
                BottleneckAudit(workbook, scarcity.priced, tables["Bottlenecks"]).check()
            )
        if "Break-even" in tables:
            table = tables["Break-even"]
            tallies.append(BreakEvenAudit(workbook, self.flows, self.investment, table).check())
        if scarcity is not None and "Compliance" in tables:
            tallies.append(rule_price_tally(scarcity.priced, tables["Compliance"]))
        if "Shortage reasons" in tables and "Shortages" in tables:
            tallies.append(ShortageReasonAudit(workbook, restrictions, tables).check())
        return tallies


def _provenance_tallies(
    workbook: AuditWorkbook,
    flows: TableFlows,
    ledger: LotLedger,
    shares: ProvenanceAudit,
    deliveries: AuditDeliveries,
    tables: Tables,
    bookings: Any,
) -> list[Tally]:
    """Checks of the origins of deliveries; none without the bookings of the plan."""
    if bookings is None or not any(name in tables for name in ("Provenance", "Compliance")):
        return []
    graph = AuditGraph(workbook, flows, ledger.provenance, bookings)
    inputs = shares.columns.code("input")[1] if shares.columns is not None else ()
    origins = OriginShareAudit(graph, single=any(name != AUDIT_ALL_INPUTS for name in inputs))
    tallies = [graph.tally()]
    if shares.columns is not None:
        tallies += ProvenanceRowAudit(workbook, origins, shares.columns).tallies()
    statements = AuditStatements(workbook, origins)
    if "Compliance" in tables:
        tallies.append(
            ComplianceAudit(workbook, deliveries, statements, tables["Compliance"]).tally()
        )
    if "Certificates" in tables:
        table = tables["Certificates"]
        tallies.append(CertificateAudit(workbook, origins, deliveries, statements, table).tally())
    return tallies
