"""The page: ``template.md`` with every figure put in its place."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import optimizer
from docs.reference_case.base_plan import base_figures
from docs.reference_case.runs import runs
from docs.reference_case.solving import (
    GAP,
    fingerprint,
    made_with,
    run_figures,
    solve_base,
    solve_runs,
)
from docs.reference_case.tables import (
    bottlenecks_table,
    carries_table,
    china_table,
    confidence_table,
    costs_table,
    countries_table,
    demand_table,
    idle_units,
    options_table,
    origins_table,
    plants_table,
    purchases_table,
    ready_table,
    routes_table,
    rule_costs_table,
    rules_table,
    scenarios_table,
    still_table,
)
from docs.reference_case.values import sentence_values
from optimizer.studies.run_outcome import outcome_of

HERE = Path(__file__).resolve().parent
PAGE = HERE.parent / "reference-case.md"
TEMPLATE = HERE / "template.md"
FIGURES = HERE / "figures.json"
PLACEHOLDER = re.compile(r"\{\{([^{}]+)\}\}")


def figures_of_case(
    case: optimizer.Case, workers: int = 1, tell: Callable[[str], None] = lambda _: None
) -> dict[str, Any]:
    """Every figure of the page as plain data, from solves."""
    base = solve_base(case)
    base.raise_for_status()
    every = runs(case, base)
    tell(f"{len(every)} runs")
    outcomes = solve_runs(every, workers, tell)
    of_base = outcome_of(base)
    return {
        "fingerprint": fingerprint(case),
        "made with": made_with(),
        "gap": GAP,
        "base": base_figures(case, base),
        "runs": [run_figures(case, run, outcomes[run.key], of_base) for run in every],
    }


def read_figures() -> dict[str, Any]:
    """The figures that the page was made from."""
    return json.loads(FIGURES.read_text("utf-8"))


def page(case: optimizer.Case, figures: dict[str, Any]) -> str:
    """Text of ``docs/reference-case.md``: the template with every figure in its place.

    Raises ValueError for a placeholder without a figure and for a table that is not shown.
    """
    template = TEMPLATE.read_text("utf-8")
    sentences = sentence_values(case, figures)
    tables = _tables(case, figures)
    wanted = set(PLACEHOLDER.findall(template))
    unknown = wanted - sentences.keys() - tables.keys()
    unused = tables.keys() - wanted
    if unknown or unused:
        raise ValueError(
            f"template.md: no figure for {sorted(unknown)}; not shown {sorted(unused)}"
        )
    values = sentences | tables
    return PLACEHOLDER.sub(lambda found: values[found[1]], template)


def _tables(case: optimizer.Case, figures: dict[str, Any]) -> dict[str, str]:
    """The tables of the page by the names that the template gives them."""
    return {
        "table of demand": demand_table(case, figures),
        "table of rules": rules_table(case, figures),
        "table of costs": costs_table(figures),
        "table of purchases": purchases_table(figures),
        "table of plants": plants_table(figures),
        "idle units": idle_units(figures),
        "table of origins": origins_table(figures),
        "table of China": china_table(figures),
        "table of countries": countries_table(figures),
        "table of systems": carries_table(figures),
        "table of still systems": still_table(case, figures),
        "table of routes": routes_table(case, figures),
        "table of options": options_table(case, figures),
        "table of rule costs": rule_costs_table(figures),
        "table of rules that are ready": ready_table(case, figures),
        "table of scenarios": scenarios_table(case, figures),
        "table of bottlenecks": bottlenecks_table(figures),
        "table of confidence": confidence_table(figures),
    }
