"""Data of the page of a result: figures of the result tables, and sites."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec import structs

from optimizer.report import block_demand
from optimizer.report.compliance_cost import compliance_cost
from optimizer.report.excel_values import clean, finite
from optimizer.report.key_risks import OTHER_KIND
from optimizer.report.page import picture_data
from optimizer.report.page.embedded_tables import embedded_tables
from optimizer.report.page.period_bins import PeriodBins, period_bins
from optimizer.report.page.rules_by_place import RulesByPlace
from optimizer.report.write_result import plan_summary
from optimizer.result.result_layouts import COST_CATEGORIES, Tables, in_order
from optimizer.version import __version__

if TYPE_CHECKING:
    from optimizer.plan import Result
    from optimizer.tables.case import Case

MAX_RULE_CHECKS = 150
"""Maximum rows of Compliance in the picture of rules; chosen so that they can be read."""
RULE_COSTS_TABLE = "Rule costs"


def page_data(result: Result, *, sheets: bool = True) -> dict[str, Any]:
    """Data of the page of a result, ready for JSON; with its tables unless ``sheets`` is false."""
    calendar = result.network.calendar
    periods = tuple(clean(label) for label in calendar.labels)
    axis = period_bins(periods, tuple(str(day.year) for day in calendar.first))
    pictures = _picture_data(result.tables, axis, RulesByPlace(result))
    return {
        **_plan_header(result),
        "axis": {"labels": axis.labels, "joined": axis.joined, "periods": len(periods)},
        "sites": _sites(result, pictures),
        "stages": {clean(row.material): clean(row.stage) for row in result.case.materials},
        "untraced": _untraced(result.case),
        **pictures,
        "demand": _demand(result),
        "sheets": (
            embedded_tables(in_order(result.tables), clean(result.case.settings.currency))
            if sheets
            else []
        ),
    }


def _untraced(case: Case) -> list[str]:
    """Materials that no rule looks at: not traced, at no stage, or bought inputs at other stages.

    What a recipe makes carries the stages of its inputs, so rules look at it whatever its own is.
    """
    looked_at = {stage for line in case.rule_scope for stage in line.stage}
    any_stage = any(not line.stage for line in case.rule_scope)
    made = {line.material for line in case.recipes if line.direction == "out"}
    made |= {line.product for line in case.recoveries}
    return [
        clean(row.material)
        for row in case.materials
        if not row.traced
        or not row.stage
        or not (any_stage or row.stage in looked_at or row.material in made)
    ]


def _plan_header(result: Result) -> dict[str, Any]:
    settings, audit = result.case.settings, result.audit
    status = result.sentence
    return {
        "case": clean(settings.case or Path(result.case.path).stem) or "Plan",
        "currency": clean(settings.currency),
        "status": clean(result.status),
        "verdict": clean(f"{status[0].upper()}{status[1:]}"),
        "changed": [clean(text) for text in result.changed],
        "solver": clean(result.other_solver),
        "objective": finite(result.objective),
        "gap": finite(result.gap),
        "lawful": clean(result.lawful or ""),
        "lawful_notes": [clean(text) for text in result.lawful_notes],
        "shortage": finite(result.shortage) if result.tables else None,
        "audit": audit and {"passed": audit.passed, "verdict": clean(audit.verdict)},
        **_first_screen(result),
        "warnings": [clean(finding) for finding in result.warnings],
        "repairs": [
            {"title": clean(title), "changes": [clean(text) for text in sentences]}
            for title, sentences in _diagnosis(result)
        ],
        "input": {"file": clean(Path(result.case.path).name), "sha256": result.case.sha256},
        "made": date.today().isoformat(),
        "version": __version__,
        "run": clean(result.run),
    }


def _first_screen(result: Result) -> dict[str, Any]:
    """Verdict, key risks and alerts by kind, as on the Summary; cost of compliance."""
    if result.objective is None or result.audit is None:
        alerts = [[OTHER_KIND, [clean(text) for text in result.alerts]]] if result.alerts else []
        return {"risks": [], "alerts": alerts, "compliance": None}
    summary = plan_summary(result)
    by_kind: dict[str, list[str]] = {}
    for alert in summary.alerts:
        by_kind.setdefault(getattr(alert, "kind", OTHER_KIND), []).append(clean(alert))
    cost = compliance_cost(result.tables)
    return {
        "verdict": clean(summary.verdict),
        "colour": summary.colour,
        "risks": [
            {"sentence": clean(risk.sentence), "owner": clean(risk.owner), "cell": risk.place}
            for risk in summary.risks
        ],
        "alerts": list(by_kind.items()),
        "compliance": cost and structs.asdict(cost),
    }


def _diagnosis(result: Result) -> Iterator[tuple[str, Sequence[object]]]:
    """Title and sentences of the conflict and of each repair, if there is no plan."""
    conflict = result.conflict
    if conflict.clashes:
        yield conflict.heading, (*conflict.clashes, *conflict.gaps)
    for repair in result.repairs:
        yield repair.title, repair.changes


def _sites(result: Result, pictures: dict[str, Any]) -> list[dict[str, Any]]:
    """Sites at which a flow of the pictures begins or ends."""
    site_columns = {
        "shipped": ("from site", "to site"),
        "bought": ("site",),
        "delivered": ("customer",),
    }
    used = {
        name
        for flow, headers in site_columns.items()
        for header in headers
        for name in pictures[flow][header]
    }
    return [
        {
            "name": clean(site.site),
            "kind": clean(site.kind),
            "country": clean(site.country),
            "at": None
            if site.latitude is None or site.longitude is None
            else [site.longitude, site.latitude],
        }
        for site in result.case.sites
        if clean(site.site) in used
    ]


def _picture_data(tables: Tables, axis: PeriodBins, rules: RulesByPlace) -> dict[str, Any]:
    lots = picture_data.LotSums(axis)
    flows: dict[str, Any] = {}
    shipments, others = picture_data.MAX_SHIPMENT_SUMS, picture_data.MAX_PLACE_SUMS
    for name, sheet, places, limit, in_force in (
        ("shipped", "Shipments", ("from site", "to site"), shipments, rules.of_shipment),
        ("bought", "Purchases", ("offer", "site", "country"), others, rules.of_purchase),
        ("delivered", "Deliveries", ("line", "customer", "segment"), others, rules.of_delivery),
    ):
        flows[name], flows[name]["left"] = lots.add(tables.get(sheet), places, limit, in_force)
    return {
        **flows,
        **lots.names(),
        "units": picture_data.utilisation(tables.get("Utilisation"), axis),
        "stock": picture_data.stock(tables.get("Stock"), axis),
        "costs": _costs(tables),
        "short": [
            [*(clean(part) for part in key), tonnes]
            for key, tonnes in picture_data.sums_by_key(
                tables.get("Shortages"), ("line", "customer", "material", "segment"), "short"
            ).items()
        ],
        "rules": _rules(tables),
        "rule_costs": _rule_costs(tables),
        "scarcity": picture_data.scarcity(tables.get("Scarcity"), axis),
        "break_even": picture_data.break_even(tables.get("Break-even")),
    }


def _costs(tables: Tables) -> dict[str, Any]:
    """Cost by category and calendar year, as paid and discounted."""
    table = tables.get("Costs")
    keys = ("category", "year")
    paid, present = (
        picture_data.sums_by_key(table, keys, value) for value in ("amount", "discounted")
    )
    years = sorted({clean(year) for _, year in paid})
    categories = [name for name in COST_CATEGORIES if any(key[0] == name for key in paid)]
    categories += sorted({category for category, _ in paid if category not in COST_CATEGORIES})
    return {
        "years": years,
        "rows": [
            {
                "category": clean(category),
                "amount": [paid.get((category, year), 0.0) for year in years],
                "discounted": [present.get((category, year), 0.0) for year in years],
            }
            for category in categories
        ],
    }


def _rules(tables: Tables) -> dict[str, Any]:
    """Checks of the rules; those with the least headroom come first."""
    table = tables.get("Compliance")
    if table is None:
        return {"rows": [], "left": 0}
    texts = ("rule", "line", "segment", "window", "verdict", "rests on")
    figures = ("delivered", "breaking", "share found", "share allowed")
    rows = [
        {
            **{header: clean(table[header][row]) for header in texts},
            **{header: finite(table[header][row]) for header in figures},
        }
        for row in range(len(table))
    ]
    kept, left = picture_data.largest(
        rows,
        MAX_RULE_CHECKS,
        lambda row: (row["share found"] or 0.0) - (row["share allowed"] or 0.0),
    )
    kept_rows = (row for row in rows if not str(row["verdict"]).startswith("broken"))
    return {
        "rows": kept,
        "left": left,
        "names": list(dict.fromkeys(row["rule"] for row in rows)),
        "used": sum(row["breaking"] or 0.0 for row in kept_rows),
    }


def _rule_costs(tables: Tables) -> list[dict[str, Any]]:
    """Cost of each rule, if the result has the table of rule costs."""
    table = tables.get(RULE_COSTS_TABLE)
    if table is None:
        return []
    named = {header.replace("_", " "): header for header in table.layout.headers}
    if not {"rule", "cost without", "premium"} <= named.keys():
        return []
    columns = (table[named[name]] for name in ("rule", "cost without", "premium"))
    return [
        {"rule": clean(rule), "without": finite(without), "premium": finite(premium)}
        for rule, without, premium in zip(*columns, strict=True)
    ]


def _demand(result: Result) -> dict[str, Any] | None:
    """Tonnes wanted and short by segment, as on the Summary; None without demand lines."""
    if result.objective is None or result.audit is None:
        return None
    demand = block_demand.demand_by_year(plan_summary(result), result.tables)
    if demand is None:
        return None
    return {
        "wanted": demand.sum("wanted"),
        "short": demand.sum("short"),
        "segments": [
            {
                "segment": segment or block_demand.NO_SEGMENT_LABEL,
                "wanted": demand.sum("wanted", segment),
                "short": demand.sum("short", segment),
            }
            for segment in demand.segments
        ],
    }
