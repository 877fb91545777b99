"""An audit of a plan, written without the model's code.

It recomputes balances, limits, rules and costs from the input tables and the flows
in the result tables. What the input tables allow is in
:mod:`~optimizer.audit.audit_entitlements`, the flows in ``flows``, the checks in
``checks``, ``units``, ``lanes``, ``investment``, ``limits``, ``custody``, ``shares`` and
``money``, of the tables of prices in ``scarcity``, ``bottlenecks``, ``break_even``,
``rule_prices`` and ``reasons``.
Nothing of the network, the model or the solver is used, so that an error there cannot
hide here.
"""

from __future__ import annotations

from typing import Any

from msgspec import structs

from optimizer.audit.audit_bottlenecks import Bottlenecks
from optimizer.audit.audit_break_even import BreakEven
from optimizer.audit.audit_certificates import CertificateAudit
from optimizer.audit.audit_checks import QuantityAudit
from optimizer.audit.audit_compliance import AuditDeliveries, ComplianceAudit
from optimizer.audit.audit_cost_rows import cost_rows
from optimizer.audit.audit_costs import CostAudit
from optimizer.audit.audit_custody import CustodyAudit
from optimizer.audit.audit_entitlements import Entitlements
from optimizer.audit.audit_flows import TableFlows
from optimizer.audit.audit_graph import AuditGraph
from optimizer.audit.audit_inputs import ALL
from optimizer.audit.audit_investment import InvestmentAudit
from optimizer.audit.audit_lanes import LaneAudit
from optimizer.audit.audit_limits import LimitAudit
from optimizer.audit.audit_lots import LotLedger
from optimizer.audit.audit_origins import OriginShareAudit
from optimizer.audit.audit_provenance_rows import ProvenanceRows
from optimizer.audit.audit_restrictions import Restrictions
from optimizer.audit.audit_rows import RowAudit
from optimizer.audit.audit_rule_prices import rule_prices
from optimizer.audit.audit_scarcity import Scarcity
from optimizer.audit.audit_shares import ProvenanceAudit
from optimizer.audit.audit_shortage_reasons import Reasons
from optimizer.audit.audit_statements import AuditStatements
from optimizer.audit.audit_sums import BalanceAudit
from optimizer.audit.audit_units import UnitAudit
from optimizer.audit.audit_window_restrictions import WindowRestrictions
from optimizer.audit.verdict import TOLERANCE, Audit, Check, Tally
from optimizer.result.result_layouts import Tables
from optimizer.tables.case import Case

__all__ = ["TOLERANCE", "Audit", "Auditor", "Check", "audit"]


def audit(case: Case, tables: Tables, objective: float, bookings: Any = None) -> Audit:
    """Verdict on a plan: its flows against the input tables, its cost against the objective.

    ``objective`` is the present value of all costs in the case's currency. A comparison
    passes if it fails by no more than ``TOLERANCE`` of the quantities compared
    (of ``verdict.SMALLEST`` tonnes or money where they are smaller).
    """
    return Auditor(case, tables, objective, bookings).with_prices(tables)


class Auditor:
    """An audit in two parts, for prices are worked out after the plan."""

    def __init__(self, case: Case, tables: Tables, objective: float, bookings: Any = None) -> None:
        known = Tally("names that the workbook knows")
        self.given = given = Entitlements(case)
        self.flows = flows = TableFlows(given, tables, known)
        book = LotLedger(given, flows, known)
        self.investment = InvestmentAudit(given, flows)
        self.units, self.lanes = UnitAudit(given, flows, self.investment), LaneAudit(given, flows)
        paid = [
            *self.units.fixed_cost(),
            *self.lanes.fixed_cost(),
            *self.investment.paid(),
        ]
        money = CostAudit(given, flows, book, tables, paid)
        shares = ProvenanceAudit(given, flows, book, tables)
        self.quantities = QuantityAudit(given, flows)
        self.limits = LimitAudit(given, flows, self.investment)
        self.deliveries = AuditDeliveries(given, flows, book)
        tallies = [
            *self.quantities.tallies(),
            *RowAudit(given, tables).tallies(),
            *BalanceAudit(given, flows, self.units, tables).tallies(),
            self.units.tally(),
            self.lanes.tally(),
            self.investment.tally(),
            *self.limits.tallies(),
            *CustodyAudit(given, flows, book).tallies(),
            *shares.tallies(),
            *money.tallies(),
            *cost_rows(money),
            *_followed(given, flows, book, shares, self.deliveries, tables, bookings),
        ]
        checks = (known.check(), *(tally.check() for tally in tallies), money.objective(objective))
        self.verdict = Audit(checks, money.cost, money.cost - objective, TOLERANCE)
        """What is said of the plan without its prices."""

    def with_prices(self, tables: Tables) -> Audit:
        """The verdict on the plan and on the tables of prices among its tables."""
        checks = (tally.check() for tally in self._prices(tables))
        return structs.replace(self.verdict, checks=(*self.verdict.checks, *checks))

    def _prices(self, tables: Tables) -> list[Tally]:
        given, found = self.given, list[Tally]()
        windowed = WindowRestrictions(
            given, self.quantities, self.limits, self.deliveries, self.investment
        )
        restrictions = Restrictions(given, self.quantities, self.units, self.lanes, windowed)
        scarcity = None
        if "Scarcity" in tables:
            scarcity = Scarcity(given, restrictions, tables["Scarcity"])
            found += scarcity.tallies()
        if scarcity is not None and "Bottlenecks" in tables:
            found.append(Bottlenecks(given, scarcity.priced, tables["Bottlenecks"]).check())
        if "Break-even" in tables:
            table = tables["Break-even"]
            found.append(BreakEven(given, self.flows, self.investment, table).check())
        if scarcity is not None and "Compliance" in tables:
            found.append(rule_prices(scarcity.priced, tables["Compliance"]))
        if "Shortage reasons" in tables and "Shortages" in tables:
            found.append(Reasons(given, restrictions, tables).check())
        return found


def _followed(
    given: Entitlements,
    flows: TableFlows,
    book: LotLedger,
    shares: ProvenanceAudit,
    deliveries: AuditDeliveries,
    tables: Tables,
    bookings: Any,
) -> list[Tally]:
    """What is told of where deliveries come from; it takes the bookings of the plan to follow."""
    if bookings is None or not any(name in tables for name in ("Provenance", "Compliance")):
        return []
    graph = AuditGraph(given, flows, book.provenance, bookings)
    told = shares.columns.code("input")[1] if shares.columns is not None else ()
    origins = OriginShareAudit(graph, single=any(one != ALL for one in told))
    found = [graph.tally()]
    if shares.columns is not None:
        found += ProvenanceRows(given, origins, shares.columns).tallies()
    statements = AuditStatements(given, origins)
    if "Compliance" in tables:
        found.append(ComplianceAudit(given, deliveries, statements, tables["Compliance"]).tally())
    if "Certificates" in tables:
        table = tables["Certificates"]
        found.append(CertificateAudit(given, origins, deliveries, statements, table).tally())
    return found
