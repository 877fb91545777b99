"""The page: ``template.md`` with every figure put in its place."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import optimizer
from docs.reference_case import origin_tables, plan_tables, run_tables
from docs.reference_case.base_plan import base_figures
from docs.reference_case.run_figures import run_figures
from docs.reference_case.runs import runs
from docs.reference_case.solving import fingerprint, made_with, solve_base, solve_runs
from docs.reference_case.values import sentence_values
from optimizer.studies.run_outcome import outcome_of

HERE = Path(__file__).resolve().parent
PAGE = HERE.parent / "reference-case.md"
TEMPLATE = HERE / "template.md"
FIGURES = HERE / "figures.json"
PLACEHOLDER = re.compile(r"\{\{([^{}]+)\}\}")


def figures_of_case(
    case: optimizer.Case,
    workers: int = 1,
    tell: Callable[[str], None] = lambda _: None,
    folder: Path | None = None,
) -> dict[str, Any]:
    """Every figure of the page as plain data, from solves."""
    base, delivered = solve_base(case)
    every = runs(case, base)
    tell(f"{len(every)} runs")
    outcomes = solve_runs(every, workers, tell, folder)
    of_base = outcome_of(base)
    return {
        "fingerprint": fingerprint(case),
        "made with": made_with(),
        "base": base_figures(case, base, delivered),
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
        "table of demand": plan_tables.demand_table(case, figures),
        "table of rules": plan_tables.rules_table(case, figures),
        "table of costs": plan_tables.costs_table(figures),
        "table of purchases": plan_tables.purchases_table(case, figures),
        "table of plants": plan_tables.plants_table(figures),
        "idle units": plan_tables.idle_units(figures),
        "table of origins": origin_tables.origins_table(figures),
        "table of China": origin_tables.china_table(case, figures),
        "table of China by segment": origin_tables.china_by_segment(case, figures),
        "table of countries": run_tables.countries_table(figures),
        "table of systems": run_tables.carries_table(case, figures),
        "table of commodities": run_tables.commodities_table(case, figures),
        "table of penalties": run_tables.penalties_table(figures),
        "table of still systems": run_tables.still_table(case, figures),
        "table of routes": run_tables.routes_table(case, figures),
        "table of options": run_tables.options_table(case, figures),
        "table of rule costs": run_tables.rule_costs_table(figures),
        "table of what is ready": run_tables.ready_table(case, figures),
        "table of scenarios": run_tables.scenarios_table(case, figures),
        "table of bottlenecks": plan_tables.bottlenecks_table(figures),
        "table of confidence": plan_tables.confidence_table(figures),
    }
