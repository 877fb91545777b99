"""An audit of a plan, written without the model's code.

It recomputes balances, limits, rules and costs from the input tables and the flows
in the result tables. What the input tables allow is in
:mod:`~optimizer.solution.audit.entitlements`, the flows in ``flows``, the checks in
``checks``, ``units``, ``lanes``, ``investment``, ``limits``, ``custody``, ``shares`` and
``money``.
Nothing of the network, the model or the solver is used, so that an error there cannot
hide here.
"""

from __future__ import annotations

from typing import Any

from optimizer.solution.audit.certificates import Certificates
from optimizer.solution.audit.checks import Quantities
from optimizer.solution.audit.compliance import Compliance, Deliveries
from optimizer.solution.audit.cost_rows import cost_rows
from optimizer.solution.audit.custody import Custody
from optimizer.solution.audit.entitlements import Entitlements
from optimizer.solution.audit.flows import Flows
from optimizer.solution.audit.graph import Graph
from optimizer.solution.audit.investment import Investment
from optimizer.solution.audit.lanes import Lanes
from optimizer.solution.audit.limits import Bounds
from optimizer.solution.audit.lots import Lotbook
from optimizer.solution.audit.money import Money
from optimizer.solution.audit.origins import Origins
from optimizer.solution.audit.provenance_rows import ProvenanceRows
from optimizer.solution.audit.rows import Rows
from optimizer.solution.audit.shares import Shares
from optimizer.solution.audit.statements import Statements
from optimizer.solution.audit.sums import Sums
from optimizer.solution.audit.units import Units
from optimizer.solution.audit.verdict import TOLERANCE, Audit, Check, Tally
from optimizer.solution.tables import Tables
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
