"""What a user's script may hold: type checkers see a real type behind every public name.

``mypy --strict`` and ``pyright`` in strict mode pass over it; it is never run. ``assert_type``
fails in both where a type has become another one, or Any.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import assert_type

import optimizer
from optimizer import examples, studies
from optimizer.audit import Audit
from optimizer.network import Network
from optimizer.result import Table
from optimizer.tables import sheets


def a_case() -> optimizer.Case:
    """A case, and each of its records with the columns of the workbook."""
    case = optimizer.read("case.xlsx")
    assert_type(case, optimizer.Case)
    assert_type(examples.north_america(), optimizer.Case)
    assert_type(optimizer.examples.tutorial(), optimizer.Case)
    assert_type(case.settings.start, date)
    assert_type(case.settings.shortage_penalty, float | None)
    assert_type(case.sites[0].latitude, float | None)
    assert_type(case.materials[0].traced, bool)
    assert_type(case.supply, tuple[sheets.Offer, ...])
    assert_type(case.supply[0].price, float)
    assert_type(case.supply[0].start, date | None)
    assert_type(case.supply[0].history, tuple[sheets.Event, ...] | None)
    assert_type(case.assays[0].share, float)
    assert_type(case.recipes[0].direction, str)
    assert_type(case.recoveries[0].recovery, float)
    assert_type(case.processes[0].stages, tuple[str, ...])
    assert_type(case.units[0].capacity, float)
    assert_type(case.options[0].earliest, date | None)
    assert_type(case.lanes[0].lead_days, float)
    assert_type(case.tariffs[0].ad_valorem, float)
    assert_type(case.stocks[0].opening, float)
    assert_type(case.pipeline[0].order, str)
    assert_type(case.demand[0].quantity, float | None)
    assert_type(case.rules[0].rule, str)
    assert_type(case.rule_scope[0], sheets.ScopeLine)
    assert_type(case.countries[0], sheets.Country)
    assert_type(case.limits[0], sheets.Limit)
    assert_type(case.blends[0], sheets.Blend)
    assert_type(case.scenarios[0].scenario, str)
    assert_type(case.supply[0].row, int)
    assert_type(case.supply[0].notes, str)
    return case


def a_record_of_ones_own() -> sheets.Offer:
    """The constructor of a record has the columns as named arguments."""
    return sheets.Offer(offer="A", site="Mine", material="ore", price=100.0)


def a_result(case: optimizer.Case) -> None:
    """A plan and what belongs to it."""
    result = optimizer.solve(case, time_limit=60, gap=0.01, explain=True)
    assert_type(result, optimizer.Result)
    assert_type(result.raise_for_status(), optimizer.Result)
    assert_type(result.objective, float | None)
    assert_type(result.costs, dict[str, float])
    assert_type(result.shortage, float)
    assert_type(result.tables, Mapping[str, Table])
    assert_type(len(result.tables["Purchases"]), int)
    assert_type(result.audit, Audit | None)
    assert_type(result.warnings, tuple[optimizer.Finding, ...])
    assert_type(result.network, Network)
    assert_type(result.network.calendar.labels, tuple[str, ...])
    assert_type(result.to_json(), str)
    assert_type(optimizer.Result.from_json("{}"), optimizer.Result)
    if result.audit is not None:
        assert_type(result.audit.passed, bool)
        assert_type(result.audit.checks[0].worst, float)


def studies_of(case: optimizer.Case, plan: optimizer.Result) -> None:
    """Studies, and what each of them gives."""
    settings = optimizer.RunSettings(workers=1)
    study = optimizer.stress(case, optimizer.StressOptions(), settings)
    assert_type(study, optimizer.Study)
    assert_type(study.outcomes["base"].objective, float | None)
    assert_type(study.solved, bool)
    assert_type(optimizer.scenarios(case), optimizer.Study)
    assert_type(optimizer.frontier(case, "country = China", 3), optimizer.Study)
    assert_type(optimizer.alternatives(case, 0.05), optimizer.Study)
    assert_type(optimizer.cost_of_rules(case, plan=plan), optimizer.RuleCosts)
    assert_type(optimizer.rolling(case).cost, float)
    assert_type(optimizer.replan(case, plan, date(2028, 1, 1)).result, optimizer.Result)
    assert_type(optimizer.compare(plan, plan), optimizer.Comparison)
    chances = optimizer.weighted_scenarios(case)
    assert_type(optimizer.stochastic(case, chances), optimizer.Stochastic)
    assert_type(studies.apply(case, "dear"), optimizer.Case)
    assert_type(optimizer.studies.apply(case, "dear"), optimizer.Case)


def files(case: optimizer.Case, result: optimizer.Result) -> None:
    """What is written and checked."""
    optimizer.write(result, "plan.xlsx")
    optimizer.write_page(result, "report.html")
    optimizer.write_case(case, "copy.xlsx", overwrite=True)
    optimizer.write_csv(result, "folder")
    findings = optimizer.check("case.xlsx")
    assert_type(findings[0].severity, str)
    assert_type(findings[0].place, str)
    check: Callable[[str], object] = optimizer.check
    check("case.xlsx")


def errors() -> str:
    """Every error is an OptimizerError; that of a workbook has its findings."""
    try:
        optimizer.read("case.xlsx")
    except optimizer.WorkbookError as error:
        return error.findings[0].message
    except optimizer.OptimizerError as error:
        return str(error)
    return optimizer.__version__
