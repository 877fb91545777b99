"""An audit of a plan, written without the model's code.

It recomputes balances, limits, rules and costs from the input tables and the flows
in the result tables. What the input tables allow is in
:mod:`~optimizer.audit.audit_entitlements`, the flows in ``flows``, the checks in
``checks``, ``units``, ``lanes``, ``investment``, ``limits``, ``custody``, ``shares`` and
``money``.
Nothing of the network, the model or the solver is used, so that an error there cannot
hide here.
"""

from __future__ import annotations

from typing import Any

from optimizer.audit.audit_certificates import CertificateAudit
from optimizer.audit.audit_checks import QuantityAudit
from optimizer.audit.audit_compliance import AuditDeliveries, ComplianceAudit
from optimizer.audit.audit_cost_rows import cost_rows
from optimizer.audit.audit_costs import CostAudit
from optimizer.audit.audit_custody import CustodyAudit
from optimizer.audit.audit_entitlements import Entitlements
from optimizer.audit.audit_flows import TableFlows
from optimizer.audit.audit_graph import AuditGraph
from optimizer.audit.audit_investment import InvestmentAudit
from optimizer.audit.audit_lanes import LaneAudit
from optimizer.audit.audit_limits import LimitAudit
from optimizer.audit.audit_lots import LotLedger
from optimizer.audit.audit_origins import OriginShareAudit
from optimizer.audit.audit_provenance_rows import ProvenanceRows
from optimizer.audit.audit_rows import RowAudit
from optimizer.audit.audit_shares import ProvenanceAudit
from optimizer.audit.audit_statements import AuditStatements
from optimizer.audit.audit_sums import BalanceAudit
from optimizer.audit.audit_units import UnitAudit
from optimizer.audit.verdict import TOLERANCE, Audit, Check, Tally
from optimizer.result.result_layouts import Tables
from optimizer.tables.case import Case

__all__ = ["TOLERANCE", "Audit", "Check", "audit"]


def audit(case: Case, tables: Tables, objective: float, bookings: Any = None) -> Audit:
    """Verdict on a plan: its flows against the input tables, its cost against the objective.

    ``objective`` is the present value of all costs in the case's currency. A comparison
    passes if it fails by no more than ``TOLERANCE`` of the quantities compared
    (of ``verdict.SMALLEST`` tonnes or money where they are smaller).
    """
    known = Tally("names that the workbook knows")
    given = Entitlements(case)
    flows = TableFlows(given, tables, known)
    book = LotLedger(given, flows, known)
    investment = InvestmentAudit(given, flows)
    units, lanes = UnitAudit(given, flows, investment), LaneAudit(given, flows)
    paid = [*units.fixed_cost(), *lanes.fixed_cost(), *investment.paid()]
    money = CostAudit(given, flows, book, tables, paid)
    shares = ProvenanceAudit(given, flows, book, tables)
    tallies = [
        *QuantityAudit(given, flows).tallies(),
        *RowAudit(given, tables).tallies(),
        *BalanceAudit(given, flows, units, tables).tallies(),
        units.tally(),
        lanes.tally(),
        investment.tally(),
        *LimitAudit(given, flows, investment).tallies(),
        *CustodyAudit(given, flows, book).tallies(),
        *shares.tallies(),
        *money.tallies(),
        *cost_rows(money),
        *_followed(given, flows, book, shares, tables, bookings),
    ]
    checks = (known.check(), *(tally.check() for tally in tallies), money.objective(objective))
    return Audit(checks, money.cost, money.cost - objective, TOLERANCE)


def _followed(
    given: Entitlements,
    flows: TableFlows,
    book: LotLedger,
    shares: ProvenanceAudit,
    tables: Tables,
    bookings: Any,
) -> list[Tally]:
    """What is told of where deliveries come from; it takes the bookings of the plan to follow."""
    if bookings is None or not any(name in tables for name in ("Provenance", "ComplianceAudit")):
        return []
    graph = AuditGraph(given, flows, book.provenance, bookings)
    origins = OriginShareAudit(graph)
    found = [graph.tally()]
    if shares.columns is not None:
        found += ProvenanceRows(given, origins, shares.columns).tallies()
    deliveries, statements = AuditDeliveries(given, flows, book), AuditStatements(given, origins)
    if "ComplianceAudit" in tables:
        found.append(
            ComplianceAudit(given, deliveries, statements, tables["ComplianceAudit"]).tally()
        )
    if "CertificateAudit" in tables:
        table = tables["CertificateAudit"]
        found.append(CertificateAudit(given, origins, deliveries, statements, table).tally())
    return found
