"""Figures of the plan itself: sums of its result tables, by calendar year."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from math import isfinite, nan
from typing import Any

import optimizer
from docs.reference_case.origins import Delivered, origins, stages_looked_at
from docs.reference_case.run_figures import not_firm
from optimizer.studies.disruptions import horizon_of
from optimizer.studies.run_outcome import outcome_of

Sums = dict[Any, dict[str, float]]
"""By key, then by calendar year."""
CONFIDENCES = ("high", "medium", "low", "assumption", "")
"""Words of the column ``confidence``, and none."""
MOST_BOTTLENECKS = 8
"""Bottlenecks on the page."""


def base_figures(
    case: optimizer.Case, base: optimizer.Result, delivered: Delivered
) -> dict[str, Any]:
    """Everything that the page tells of the plan itself, as plain data.

    ``delivered`` is the tonnes of each input in each delivery.
    """
    lines = _demand_lines(case)
    return {
        "case": case.settings.case,
        "currency": case.settings.currency,
        "start": case.settings.start.isoformat(),
        "end": horizon_of(case).end.isoformat(),
        "years": _years(base),
        "last period": base.network.calendar.labels[-1],
        "discount rate": case.settings.discount_rate,
        "objective": base.objective,
        "gap": base.gap,
        "status": base.status,
        "lawful": base.lawful,
        "audit": base.audit.verdict if base.audit else "",
        "short": base.shortage,
        "costs": _by_year(base, "Costs", ("category",), "amount"),
        "present value": dict(base.costs),
        "demand": _demand(case, base, lines),
        "penalties": _penalties(base),
        "purchases": _purchases(case, base),
        "not firm": not_firm(case, outcome_of(base)),
        "offered": _offered(base),
        "sent": _sent(base),
        "plants": _plants(base),
        "stages": stages_looked_at(case),
        "origins": origins(case, base, delivered, lines).get("", {}),
        "origins by segment": origins(
            case, base, delivered, lines, lambda segment: segment or "no segment"
        ),
        "rules": _rules(base),
        "built": _rows(base, "Investment", ("option", "period", "number", "runs from", "capital")),
        "bottlenecks": _bottlenecks(base),
        "cheaper by": _cheaper_by(base),
        "confidence": _confidence(case, base),
        "gap of settings": case.settings.mip_gap,
    }


def _years(base: optimizer.Result) -> list[str]:
    return list(dict.fromkeys(label[:4] for label in base.network.calendar.labels))


def _rows(base: optimizer.Result, name: str, headers: Sequence[str]) -> list[list[Any]]:
    table = base.tables[name]
    columns = [table[header] for header in headers]
    return [[_plain(cell) for cell in row] for row in zip(*columns, strict=True)]


def _plain(cell: Any) -> Any:
    return cell.isoformat() if hasattr(cell, "isoformat") else cell


def _by_year(
    base: optimizer.Result, name: str, keys: Sequence[str], value: str
) -> dict[str, dict[str, float]]:
    """Sums of a column by year and keys, which are joined to one text."""
    sums: Sums = defaultdict(lambda: defaultdict(float))
    for *key, period, amount in _rows(base, name, (*keys, "period", value)):
        sums[" | ".join(map(str, key))][period[:4]] += amount
    return {key: dict(years) for key, years in sums.items()}


def _demand_lines(case: optimizer.Case) -> dict[str, str]:
    """Segment of each line that somebody waits for: those with a penalty for a shortage."""
    penalties: dict[str, float] = {}
    segments: dict[str, str] = {}
    for row in case.demand:
        penalty = row.shortage_penalty
        if penalty is None:
            penalty = case.settings.shortage_penalty or 0.0
        penalties[row.line] = max(penalties.get(row.line, 0.0), penalty)
        segments[row.line] = row.segment
    return {line: segments[line] for line, penalty in penalties.items() if penalty > 0}


def _penalties(base: optimizer.Result) -> list[list[Any]]:
    """Penalty of a tonne short, segment, and the period if it is charged in one alone."""
    labels = base.network.calendar.labels
    found: dict[tuple[float, str], set[str]] = {}
    for line in base.network.lines:
        for t, label in enumerate(labels):
            if line.quantity[t] and line.penalty[t] > 0:
                named = [name for name, periods in line.segments.items() if periods >> t & 1]
                for segment in named or [""]:
                    found.setdefault((line.penalty[t], segment), set()).add(label)
    return [
        [penalty, segment, min(periods) if len(periods) == 1 < len(labels) else ""]
        for (penalty, segment), periods in sorted(found.items(), key=lambda item: item[0][0])
    ]


def _demand(
    case: optimizer.Case, base: optimizer.Result, lines: dict[str, str]
) -> dict[str, dict[str, Any]]:
    """By segment: materials, tonnes delivered by year, and tonnes short."""
    found: dict[str, dict[str, Any]] = {}
    materials = {row.line: row.material for row in case.demand}
    for line, segment in lines.items():
        entry = found.setdefault(segment, {"materials": [], "delivered": {}, "short": 0.0})
        if materials[line] not in entry["materials"]:
            entry["materials"].append(materials[line])
    for line, period, tonnes in _rows(base, "Deliveries", ("line", "period", "tonnes")):
        if line in lines:
            years = found[lines[line]]["delivered"]
            years[period[:4]] = years.get(period[:4], 0.0) + tonnes
    for line, tonnes in _rows(base, "Shortages", ("line", "short")):
        if line in lines:
            found[lines[line]]["short"] += tonnes
    return found


def _purchases(case: optimizer.Case, base: optimizer.Result) -> list[dict[str, Any]]:
    """By offer of a material with a stage: seller, tonnes by year, money, whether it is firm."""
    staged = {row.material for row in case.materials if row.stage and row.traced}
    confidence = {(row.offer, row.site, row.material): row.confidence for row in case.supply}
    found: dict[tuple[str, ...], dict[str, Any]] = {}
    headers = ("offer", "site", "country", "material", "firm", "period", "tonnes", "cost")
    for offer, site, country, material, firm, period, tonnes, cost in _rows(
        base, "Purchases", headers
    ):
        key = (offer, site, country, material)
        entry = found.setdefault(
            key,
            dict(zip(("offer", "site", "country", "material"), key, strict=True))
            | {
                "firm": firm,
                "confidence": confidence.get((offer, site, material), ""),
                "staged": material in staged,
                "tonnes": {},
                "cost": 0.0,
            },
        )
        entry["tonnes"][period[:4]] = entry["tonnes"].get(period[:4], 0.0) + tonnes
        entry["cost"] += cost
    return sorted(found.values(), key=lambda entry: (-entry["cost"], entry["offer"]))


def _offered(base: optimizer.Result) -> dict[str, list[float | None]]:
    """By material: the most that is on offer, None without a limit, and what is bought of it."""
    most: dict[str, float] = {}
    for offer in base.network.offers:
        most[offer.material] = most.get(offer.material, 0.0) + sum(offer.maximum)
    bought: dict[str, float] = {}
    for material, tonnes in _rows(base, "Purchases", ("material", "tonnes")):
        bought[material] = bought.get(material, 0.0) + tonnes
    return {
        name: [limit if isfinite(limit) else None, bought.get(name, 0.0)]
        for name, limit in most.items()
    }


def _sent(base: optimizer.Result) -> dict[str, float]:
    """Tonnes that leave each site."""
    sums: dict[str, float] = defaultdict(float)
    for site, tonnes in _rows(base, "Shipments", ("from site", "tonnes")):
        sums[site] += tonnes
    return dict(sums)


def _plants(base: optimizer.Result) -> list[list[Any]]:
    """Each unit with its use and capacity by year."""
    used = _by_year(base, "Utilisation", ("site", "unit"), "used")
    capacity = _by_year(base, "Utilisation", ("site", "unit"), "capacity")
    return [[*key.split(" | "), used[key], capacity[key]] for key in used]


def _rules(base: optimizer.Result) -> dict[str, dict[str, Any]]:
    """By rule: tonnes that it binds, tonnes that break it, verdicts, share found and allowed."""
    found: dict[str, dict[str, Any]] = {}
    headers = ("rule", "line", "window", "delivered", "breaking", "share allowed", "verdict")
    for rule, line, _window, delivered, breaking, allowed, verdict in _rows(
        base, "Compliance", headers
    ):
        entry = found.setdefault(
            rule, {"lines": [], "delivered": 0.0, "breaking": 0.0, "allowed": [], "verdicts": []}
        )
        entry["delivered"] += delivered
        entry["breaking"] += breaking
        for name, value in (("lines", line), ("allowed", allowed), ("verdicts", verdict)):
            if value not in entry[name]:
                entry[name].append(value)
    return found


def _bottlenecks(base: optimizer.Result) -> list[list[Any]]:
    """Maximums that bind, and what 1 % more of each saves, the largest saving first.

    Minimums and demand have no such figure: what a tonne more of demand costs is no bottleneck.
    """
    headers = ("kind", "thing", "from", "to", "saving of 1 %", "sentence")
    rows = [row for row in _rows(base, "Bottlenecks", headers) if isfinite(row[-2] or nan)]
    return sorted(rows, key=lambda row: -row[-2])[:MOST_BOTTLENECKS]


def _cheaper_by(base: optimizer.Result) -> dict[str, list[Any]]:
    """By kind and thing that is not used: how much cheaper it must get where that is least.

    Each is the amount, the price, cost or capital that it is an amount of, and the material.
    """
    least: dict[str, list[Any]] = {}
    for kind, thing, price, cheaper, material in _rows(
        base, "Break-even", ("kind", "thing", "price", "cheaper by", "material")
    ):
        key = f"{kind}: {thing}"
        if key not in least or cheaper < least[key][0]:
            least[key] = [cheaper, price, material]
    return least


def _confidence(case: optimizer.Case, base: optimizer.Result) -> dict[str, Any]:
    """Rows of the workbook, and money for purchases, by confidence."""
    rows: dict[str, dict[str, int]] = {}
    for sheet, record in _active_rows(case):
        counts = rows.setdefault(sheet, dict.fromkeys(CONFIDENCES, 0))
        counts[record.confidence or ""] += 1
    money = dict.fromkeys(CONFIDENCES, 0.0)
    for entry in _purchases(case, base):
        money[entry["confidence"] or ""] += entry["cost"]
    return {"rows": rows, "money": money}


def _active_rows(case: optimizer.Case) -> Iterator[tuple[str, Any]]:
    for sheet in ("Supply", "Assays", "Recipes", "Recoveries", "Processes", "Units", "Options"):
        for record in case.rows(sheet):
            yield sheet, record
