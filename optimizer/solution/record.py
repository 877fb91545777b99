"""All tables of a plan, and the record of how it was found."""

from __future__ import annotations

import platform
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy
import pyomo.version
from pyomo.core import ConcreteModel

from optimizer import __version__
from optimizer.errors import Finding
from optimizer.network.data import Network
from optimizer.solution import tables
from optimizer.solution.audit import Audit
from optimizer.solution.bottlenecks import bottlenecks
from optimizer.solution.chains import shortage_reasons
from optimizer.solution.compliance import compliance, worth
from optimizer.solution.decisions import decisions
from optimizer.solution.extract import Extraction, balance
from optimizer.solution.headroom import headroom
from optimizer.solution.marginal import marginal_costs, prices_of
from optimizer.solution.money import costs
from optimizer.solution.oxides import oxides
from optimizer.solution.prices import balances_of, break_even, priced, scarcity
from optimizer.solution.tables import Table, table
from optimizer.solution.tracing import certificates, provenance, trace
from optimizer.solver import Answer, Program, margins, ranges

LOG_LINES = 80
"""Lines of the solver's log that are kept, from its end."""


def tables_of(
    m: ConcreteModel, program: Program, answer: Answer, *, full: bool = True
) -> dict[str, Table]:
    """Every result table of a solved model but the run record, by name.

    Unless ``full``, prices, provenance and the reasons of shortages are left out.
    """
    done = decisions(m)
    found = Extraction(done).all()
    made = [costs(done), balance(done)]
    if full:
        with ThreadPoolExecutor(1) as aside:
            # HiGHS solves for these while Python makes the other tables.
            lacking = aside.submit(margins, program, answer, balances_of(program))
            traced = trace(done)
            rows, held = priced(done.network, program, answer), ranges(program, answer)
            made += [
                compliance(done, worth(done.network, program, answer)),
                provenance(done.network, traced),
                certificates(done, traced),
                scarcity(done.network, rows, held),
                bottlenecks(done.network, rows, held),
                break_even(done.network, m, program, answer, held, lacking.result()),
                shortage_reasons(done.network, program, answer, found["Shortages"]),
            ]
    else:
        made.append(compliance(done, None))
    for each_table in made:
        found[each_table.layout.name] = each_table
    return {name: found[name] for name in tables.LAYOUTS if name in found}


def explained(
    m: ConcreteModel, program: Program, answer: Answer, found: Mapping[str, Table]
) -> dict[str, Table]:
    """Tables that explain prices, by name, and Break-even solved for one by one; on request."""
    network = m.network
    prices = prices_of(network, m, program, answer)
    held, lacking = ranges(program, answer), margins(program, answer, balances_of(program))
    made = (
        break_even(network, m, program, answer, held, lacking, exact=True),
        headroom(network, m, program, answer),
        marginal_costs(network, program, prices),
        oxides(network, program, found, prices),
    )
    return {each_table.layout.name: each_table for each_table in made}


def run_record(
    network: Network, answer: Answer, audit: Audit, warnings: Sequence[Finding]
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
    return table(tables.RUN, rows)


def _outcome(check: object) -> str:
    passed, worst = getattr(check, "passed", False), getattr(check, "worst", 0.0)
    tested, where = getattr(check, "tested", 0), getattr(check, "where", "")
    if passed:
        return f"passed, {tested:,} comparisons, worst {worst:.1e}"
    return f"FAILED, worst {worst:.1e}: {where}"
