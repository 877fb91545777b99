"""All tables of a plan, and the record of how it was found."""

from __future__ import annotations

import platform
from collections.abc import Sequence

import numpy
import pyomo.version
from pyomo.core import ConcreteModel

from optimizer.audit import Audit
from optimizer.errors import Finding
from optimizer.explain.compliance_table import compliance, worth
from optimizer.explain.shortage_reasons import shortage_reasons
from optimizer.network.network_data import Network
from optimizer.result import result_layouts
from optimizer.result.cost_table import costs
from optimizer.result.flow_tables import FlowTables, balance
from optimizer.result.price_layouts import COMPLIANCE
from optimizer.result.result_layouts import Table, table
from optimizer.result.variable_values import decisions
from optimizer.solver import Answer, Program
from optimizer.tracing import OriginStatements, certificates, provenance, trace
from optimizer.tracing.lawfulness_verdict import Lawfulness
from optimizer.version import __version__

LOG_LINES = 80
"""Lines of the solver's log that are kept, from its end."""


def tables_of(
    m: ConcreteModel, program: Program, answer: Answer, *, full: bool = True
) -> dict[str, Table]:
    """Result tables of a solved model by name: all but those of prices and the run record.

    Unless ``full``, provenance and the reasons of shortages are left out.
    """
    done = decisions(m)
    found = FlowTables(done).all()
    made = [costs(done), balance(done)]
    traced = trace(done) if full or done.network.phases else None
    if traced is not None:
        statements = OriginStatements(done, traced)
        prices = worth(done.network, program, answer) if full else None
        made.append(compliance(done, prices, statements))
    if full and traced is not None:
        made += [
            provenance(done.network, traced),
            certificates(done, traced, statements),
            shortage_reasons(done.network, program, answer, found["Shortages"]),
        ]
    if traced is None:
        made.append(table(COMPLIANCE, ()))
    return found | {own.layout.name: own for own in made}


def run_record(
    network: Network,
    answer: Answer,
    audit: Audit,
    lawful: Lawfulness,
    warnings: Sequence[Finding],
) -> Table:
    """Hash of the input, versions, solver, gap, audit and warnings."""
    case = network.case
    rows: list[tuple[str, str]] = [
        ("case", case.settings.case),
        ("currency", case.settings.currency),
        ("input", case.path),
        ("input sha256", case.sha256),
        ("status", answer.status),
        ("gap", f"{answer.gap:g}"),
        ("lawful", lawful.word),
        *(("lawful: note", note) for note in (lawful.headline, *lawful.notes)),
        ("solver", f"HiGHS {answer.version}, {answer.method}"),
        ("iterations", str(answer.iterations)),
        ("variables", f"{network.cut.kept:,} flows; {network.cut.flows:,} pruned"),
        ("classes", f"{len(network.nodes):,} nodes, {len(network.traits)} traits"),
        ("audit", audit.verdict),
        *((f"audit: {check.name}", _outcome(check)) for check in audit.checks),
        ("version", f"magnet-sourcing-optimizer {__version__}"),
        ("version", f"pyomo {pyomo.version.version}"),
        ("version", f"numpy {numpy.__version__}"),
        ("version", f"Python {platform.python_version()}"),
        *(("warning", str(finding)) for finding in warnings),
        *(("solver log", line) for line in answer.log[-LOG_LINES:] if line),
    ]
    return table(result_layouts.RUN, rows)


def _outcome(check: object) -> str:
    passed, worst = getattr(check, "passed", False), getattr(check, "worst", 0.0)
    tested, where = getattr(check, "tested", 0), getattr(check, "where", "")
    if passed:
        return f"passed, {tested:,} comparisons, worst {worst:.1e}"
    return f"FAILED, worst {worst:.1e}: {where}"
