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
from optimizer.audit.audit_rows import Rows
from optimizer.audit.audit_shares import Shares
from optimizer.audit.audit_statements import Statements
from optimizer.audit.audit_sums import Sums
from optimizer.audit.audit_units import Units
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
    flows = Flows(given, tables, known)
    book = Lotbook(given, flows, known)
    investment = Investment(given, flows)
    units, lanes = Units(given, flows, investment), Lanes(given, flows)
    paid = [*units.fixed_cost(), *lanes.fixed_cost(), *investment.paid()]
    money = Money(given, flows, book, tables, paid)
    shares = Shares(given, flows, book, tables)
    tallies = [
        *Quantities(given, flows).tallies(),
        *Rows(given, tables).tallies(),
        *Sums(given, flows, units, tables).tallies(),
        units.tally(),
        lanes.tally(),
        investment.tally(),
        *Bounds(given, flows, investment).tallies(),
        *Custody(given, flows, book).tallies(),
        *shares.tallies(),
        *money.tallies(),
        *cost_rows(money),
        *_followed(given, flows, book, shares, tables, bookings),
    ]
    checks = (known.check(), *(tally.check() for tally in tallies), money.objective(objective))
    return Audit(checks, money.cost, money.cost - objective, TOLERANCE)


def _followed(
    given: Entitlements,
    flows: Flows,
    book: Lotbook,
    shares: Shares,
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
    deliveries, statements = Deliveries(given, flows, book), Statements(given, origins)
    if "Compliance" in tables:
        found.append(Compliance(given, deliveries, statements, tables["Compliance"]).tally())
    if "Certificates" in tables:
        table = tables["Certificates"]
        found.append(Certificates(given, origins, deliveries, statements, table).tally())
    return found
