"""All result tables of a plan, and the record of its run."""

from __future__ import annotations

import platform
from collections.abc import Iterator, Sequence

import numpy
import pyomo.version
from pyomo.core import ConcreteModel

from optimizer.audit import Audit
from optimizer.errors import Finding
from optimizer.explain.compliance_table import compliance, rule_values
from optimizer.explain.shortage_reasons import shortage_reasons
from optimizer.network.network_data import Network
from optimizer.result import result_layouts
from optimizer.result.cost_table import costs
from optimizer.result.flow_tables import FlowTables, balance
from optimizer.result.price_layouts import COMPLIANCE_LAYOUT
from optimizer.result.result_layouts import Table, table
from optimizer.result.variable_values import decisions
from optimizer.solver import Answer, Program
from optimizer.tracing import OriginStatements, certificates, provenance, trace
from optimizer.tracing.lawfulness_verdict import Lawfulness
from optimizer.version import __version__

MAX_RUN_LOG_LINES = 80
"""Maximum lines of the solver's log in the record, from its end."""


def tables_of(
    m: ConcreteModel,
    program: Program,
    answer: Answer,
    *,
    full: bool = True,
    reasons: bool = True,
) -> dict[str, Table]:
    """Result tables of a solved model by name, without prices and the run record.

    Unless ``full``, provenance, certificates and the reasons of shortages are left out; unless
    ``reasons`` the last of them, which follow from prices.
    """
    solution = decisions(m)
    flow_tables = FlowTables(solution).all()
    more_tables = [costs(solution), balance(solution)]
    traced = trace(solution) if full or solution.network.phases else None
    if traced is not None:
        statements = OriginStatements(solution, traced)
        prices = rule_values(solution.network, program, answer) if full else None
        more_tables.append(compliance(solution, prices, statements))
    if full and traced is not None:
        more_tables += [
            provenance(solution.network, traced),
            certificates(solution, traced, statements),
        ]
    if full and traced is not None and reasons:
        shortages = flow_tables["Shortages"]
        more_tables.append(shortage_reasons(solution.network, program, answer, shortages))
    if traced is None:
        more_tables.append(table(COMPLIANCE_LAYOUT, ()))
    return flow_tables | {result_table.layout.name: result_table for result_table in more_tables}


def run_record(
    network: Network,
    answer: Answer,
    audit: Audit,
    verdict: Lawfulness | None,
    warnings: Sequence[Finding],
    changed: Sequence[str] = (),
) -> Table:
    """The table ``Run``: hash of the input, versions, solver, gap, audit and warnings.

    ``verdict`` is None where it is not known; ``changed`` is what a caller changed in the model.
    """
    case = network.case
    rows: list[tuple[str, str]] = [
        ("case", case.settings.case),
        ("currency", case.settings.currency),
        ("input", case.path),
        ("input sha256", case.sha256),
        ("status", answer.status),
        *(("changed", change) for change in changed),
        ("gap", f"{answer.gap:g}"),
        *_lawful_rows(verdict),
        ("solver", f"{answer.solver_name}, {answer.method}"),
        ("iterations", str(answer.iterations)),
        ("variables", f"{network.pruning.kept:,} flows; {network.pruning.removed:,} pruned"),
        ("classes", f"{len(network.nodes):,} nodes, {len(network.traits)} traits"),
        ("audit", audit.verdict),
        *_audit_rows(audit),
        ("version", f"magnet-sourcing-optimizer {__version__}"),
        ("version", f"pyomo {pyomo.version.version}"),
        ("version", f"numpy {numpy.__version__}"),
        ("version", f"Python {platform.python_version()}"),
        *(("warning", str(finding)) for finding in warnings),
        *(("solver log", line) for line in answer.log[-MAX_RUN_LOG_LINES:] if line),
    ]
    return table(result_layouts.RUN_LAYOUT, rows)


def _lawful_rows(verdict: Lawfulness | None) -> Iterator[tuple[str, str]]:
    if verdict is None:
        yield "lawful", "not known"
        return
    yield "lawful", verdict.word
    for note in (verdict.headline, *verdict.notes):
        yield "lawful: note", note


def _audit_rows(audit: Audit) -> Iterator[tuple[str, str]]:
    for check in audit.checks:
        outcome = f"FAILED, worst {check.worst:.1e}: {check.where}"
        if check.passed:
            outcome = f"passed, {check.tested:,} comparisons, worst {check.worst:.1e}"
        yield f"audit: {check.name}", outcome
