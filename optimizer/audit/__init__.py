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
from optimizer.audit.audit_certificates import Certificates
from optimizer.audit.audit_checks import Quantities
from optimizer.audit.audit_compliance import Compliance, Deliveries
from optimizer.audit.audit_cost_rows import cost_rows
from optimizer.audit.audit_costs import Money
from optimizer.audit.audit_custody import Custody
from optimizer.audit.audit_entitlements import Entitlements
from optimizer.audit.audit_flows import Flows
from optimizer.audit.audit_graph import Graph
from optimizer.audit.audit_investment import Investment
from optimizer.audit.audit_lanes import Lanes
from optimizer.audit.audit_limits import Bounds
from optimizer.audit.audit_lots import Lotbook
from optimizer.audit.audit_origins import Origins
from optimizer.audit.audit_provenance_rows import ProvenanceRows
from optimizer.audit.audit_restrictions import Restrictions
from optimizer.audit.audit_rows import Rows
from optimizer.audit.audit_rule_prices import rule_prices
from optimizer.audit.audit_scarcity import Scarcity
from optimizer.audit.audit_shares import Shares
from optimizer.audit.audit_shortage_reasons import Reasons
from optimizer.audit.audit_statements import Statements
from optimizer.audit.audit_sums import Sums
from optimizer.audit.audit_units import Units
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
        self.flows = flows = Flows(given, tables, known)
        book = Lotbook(given, flows, known)
        self.investment = Investment(given, flows)
        self.units, self.lanes = Units(given, flows, self.investment), Lanes(given, flows)
        paid = [
            *self.units.fixed_cost(),
            *self.lanes.fixed_cost(),
            *self.investment.paid(),
        ]
        money = Money(given, flows, book, tables, paid)
        shares = Shares(given, flows, book, tables)
        self.quantities = Quantities(given, flows)
        self.limits = Bounds(given, flows, self.investment)
        self.deliveries = Deliveries(given, flows, book)
        tallies = [
            *self.quantities.tallies(),
            *Rows(given, tables).tallies(),
            *Sums(given, flows, self.units, tables).tallies(),
            self.units.tally(),
            self.lanes.tally(),
            self.investment.tally(),
            *self.limits.tallies(),
            *Custody(given, flows, book).tallies(),
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
    flows: Flows,
    book: Lotbook,
    shares: Shares,
    deliveries: Deliveries,
    tables: Tables,
    bookings: Any,
) -> list[Tally]:
    """What is told of where deliveries come from; it takes the bookings of the plan to follow."""
    if bookings is None or not any(name in tables for name in ("Provenance", "Compliance")):
        return []
    graph = Graph(given, flows, book.provenance, bookings)
    origins = Origins(graph)
    found = [graph.tally()]
    if shares.columns is not None:
        found += ProvenanceRows(given, origins, shares.columns).tallies()
    statements = Statements(given, origins)
    if "Compliance" in tables:
        found.append(Compliance(given, deliveries, statements, tables["Compliance"]).tally())
    if "Certificates" in tables:
        table = tables["Certificates"]
        found.append(Certificates(given, origins, deliveries, statements, table).tally())
    return found
