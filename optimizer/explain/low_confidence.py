"""Rows of low confidence or assumptions that a plan uses, by sheet."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from optimizer.explain.alert_kinds import UNCERTAIN_FIGURES
from optimizer.explain.cell_locator import CellLocator, WorkbookCell
from optimizer.explain.risks import Alert
from optimizer.network.calendar import members
from optimizer.network.network_data import Network
from optimizer.result.number_text import figure, listed, money_text
from optimizer.result.result_layouts import Tables
from optimizer.tables.country_groups import CountrySets
from optimizer.tables.schema import group_rows
from optimizer.tables.tariff_choice import applicable_tariffs
from optimizer.tables.text_matching import number_of

LOW_CONFIDENCE_WORDS = ("low", "assumption")
"""Words of the column confidence that lead to an alert."""

LOW_CONFIDENCE_TEXT = "figures of low confidence or on assumptions"

SheetUse = tuple[Iterable[int], str, float]
"""Rows of a sheet that the plan uses, name of the use, and amount."""

SheetUses = Iterator[SheetUse]


def low_confidence_alerts(network: Network, tables: Tables) -> Iterator[Alert]:
    """Alerts on purchases from rows of low confidence, and on such rows of other sheets."""
    locator = CellLocator(network)
    yield from _purchases(network, locator, tables)
    sheets_found = []
    for sheet, uses in USES_BY_SHEET.items():
        low_rows = _low_confidence_rows(network, sheet)
        if not low_rows:
            continue
        used: set[int] = set()
        amounts: dict[int, float] = defaultdict(float)
        names: dict[int, str] = {}
        for rows, name, amount in uses(network, locator, tables):
            used.update(rows)
            for row in low_rows.intersection(rows):
                amounts[row] += amount
                names.setdefault(row, name)
        if amounts:
            rows_by_amount = sorted(amounts, key=lambda row: -amounts[row])
            sheets_found.append(
                (sheet, rows_by_amount, len(used), listed(names[row] for row in rows_by_amount))
            )
    sheets_found.sort(key=lambda item: -len(item[1]))
    if not sheets_found:
        return
    sheet, (first, *_), *_ = sheets_found[0]
    low = sum(len(rows_by_amount) for _, rows_by_amount, *_ in sheets_found)
    all_rows = number_of(sum(count for *_, count, _ in sheets_found), "row")
    if len(sheets_found) == 1:
        place, named = f"of {sheet}", sheets_found[0][-1]
    else:
        place = f"in {len(sheets_found)} sheets"
        named = listed(f"{name} ({len(rows):,})" for name, rows, *_ in sheets_found)
    verb = "rests" if low == 1 else "rest"
    yield Alert(
        f"Of the data that the plan uses, {low:,} of {all_rows} {place} {verb} on "
        f"{LOW_CONFIDENCE_TEXT}: {named}.",
        sheet,
        locator.letter(WorkbookCell(sheet, first, "confidence")),
        UNCERTAIN_FIGURES,
    )


def _low_confidence_rows(network: Network, sheet: str) -> set[int]:
    return {row.row for row in network.case.rows(sheet) if row.confidence in LOW_CONFIDENCE_WORDS}


def _purchases(network: Network, locator: CellLocator, tables: Tables) -> Iterator[Alert]:
    """Purchases from rows of Supply of low confidence, in the periods that the rows cover."""
    low_rows = _low_confidence_rows(network, "Supply")
    if not low_rows:
        return
    rows = {(offer.name, offer.site, offer.material): offer.rows for offer in network.offers}
    bought: dict[tuple[str, str, str], list[float]] = defaultdict(lambda: [0.0, 0.0])
    cells: dict[tuple[str, str, str], int] = {}
    headers = ("offer", "site", "material", "period", "tonnes", "cost")
    for *name, period, tonnes, money in _rows(tables, "Purchases", headers):
        offer = (name[0], name[1], name[2])
        low_rows_used = low_rows.intersection(
            _rows_in_period(locator, "Supply", rows[offer], period)
        )
        if low_rows_used:
            bought[offer][0] += tonnes
            bought[offer][1] += money
            cells.setdefault(offer, min(low_rows_used))
    if not bought:
        return
    ranked = sorted(bought, key=lambda offer: -bought[offer][1])
    tonnes, money = (sum(each[part] for each in bought.values()) for part in (0, 1))
    paid = money_text(money, network.case.settings.currency)
    yield Alert(
        f"Purchases of {paid} ({figure(tonnes)} t) rest on "
        f"{LOW_CONFIDENCE_TEXT}: {listed(name for name, _, _ in ranked)}.",
        "Supply",
        locator.letter(WorkbookCell("Supply", cells[ranked[0]], "confidence")),
        UNCERTAIN_FIGURES,
    )


def _rows(tables: Tables, name: str, headers: Iterable[str]) -> Iterator[tuple[Any, ...]]:
    return zip(*(tables[name][header] for header in headers), strict=True)


def _rows_in_period(
    locator: CellLocator, sheet: str, rows: tuple[int, ...], period: str
) -> tuple[int, ...]:
    """Those of some rows that cover a period."""
    return rows if len(rows) == 1 else locator.covering(sheet, rows, locator.labels[period])


def _lanes(network: Network, locator: CellLocator, tables: Tables) -> SheetUses:
    arcs = {(arc.from_site, arc.to_site, arc.material, arc.mode): arc for arc in network.arcs}
    headers = ("from site", "to site", "material", "mode", "period", "tonnes")
    for start, end, material, mode, period, tonnes in _rows(tables, "Shipments", headers):
        arc = arcs[start, end, material, mode]
        yield _rows_in_period(locator, "Lanes", arc.rows, period), arc.name, tonnes


def _tariffs(network: Network, locator: CellLocator, tables: Tables) -> SheetUses:
    """The most specific row of each measure that applies to a shipment with duty."""
    case, calendar = network.case, network.calendar
    country = {site.site: site.country for site in case.sites}
    measures = group_rows(case.tariffs, lambda row: row.measure)
    countries = CountrySets(case.countries)
    known: dict[tuple[str, str, str, int], tuple[int, ...]] = {}
    headers = ("to site", "material", "period", "duty", "customs origin")
    for site, material, period, duty, origins in _rows(tables, "Shipments", headers):
        if not duty:
            continue
        goods = (origins.partition(" or ")[0], country[site], material)
        t = locator.labels[period]
        if (*goods, t) not in known:
            holding = (
                [
                    row
                    for row in applicable_tariffs(rows, *goods, countries)
                    if calendar.cover(row.start, row.end)[t] > 0
                ]
                for rows in measures.values()
            )
            known[*goods, t] = tuple(rows[0].row for rows in holding if rows)
        yield known[*goods, t], f"{material} into {country[site]}", duty


def _processes(network: Network, locator: CellLocator, tables: Tables) -> SheetUses:
    processes = group_rows(
        network.processes, lambda process: (process.site, process.recipe, process.feed)
    )
    headers = ("site", "recipe", "feed", "period", "activity")
    for site, recipe, feed, period, activity in _rows(tables, "Production", headers):
        for process in processes[site, recipe, feed]:
            rows = _rows_in_period(locator, "Processes", process.rows, period)
            yield rows, f"{process.name} at {site}", activity


def _by_run(sheet: str, header: str, attribute: str) -> Callable[..., SheetUses]:
    """Rows of a sheet for the recipes or feeds that are run."""

    def uses(network: Network, locator: CellLocator, tables: Tables) -> SheetUses:
        rows = group_rows(network.case.rows(sheet), lambda row: getattr(row, attribute))
        for name, activity in _rows(tables, "Production", (header, "activity")):
            yield [row.row for row in rows.get(name, ())], name, activity

    return uses


def _units(network: Network, locator: CellLocator, tables: Tables) -> SheetUses:
    units = {(unit.site, unit.unit): unit for unit in network.units}
    headers = ("site", "unit", "period", "used")
    for site, unit, period, used in _rows(tables, "Utilisation", headers):
        if used > 0:
            rows = _rows_in_period(locator, "Units", units[site, unit].rows, period)
            yield rows, f"{unit} at {site}", used


def _blends(network: Network, locator: CellLocator, tables: Tables) -> SheetUses:
    bounds = group_rows(network.blends, lambda blend: (blend.site, blend.recipe))
    for site, recipe, activity in _rows(tables, "Production", ("site", "recipe", "activity")):
        for bound in bounds.get((site, recipe), ()):
            yield [bound.row], f"{bound.oxide} in {recipe} at {site}", activity


def _options(network: Network, locator: CellLocator, tables: Tables) -> SheetUses:
    rows = {option.name: option.rows for option in network.options}
    for option, capital in _rows(tables, "Investment", ("option", "capital")):
        yield rows[option], option, capital


def _stocks(network: Network, locator: CellLocator, tables: Tables) -> SheetUses:
    stores = {(store.site, store.material): store for store in network.stores}
    opened = {row.row for row in network.case.stocks if row.opening}
    for store in network.stores:
        yield opened.intersection(store.rows), f"{store.material} at {store.site}", store.opening
    for site, material, period, tonnes in _rows(
        tables, "Stock", ("site", "material", "period", "tonnes")
    ):
        rows = _rows_in_period(locator, "Stocks", stores[site, material].rows, period)
        yield rows, f"{material} at {site}", tonnes


def _pipeline(network: Network, locator: CellLocator, tables: Tables) -> SheetUses:
    for order in network.case.pipeline:
        if network.calendar.period_of(order.arrival) < network.calendar.count:
            yield [order.row], order.order, order.quantity


def _demand(network: Network, locator: CellLocator, tables: Tables) -> SheetUses:
    lines = {(line.name, line.customer, line.material): line for line in network.lines}
    for table, amount in (("Deliveries", "tonnes"), ("Shortages", "short")):
        headers = ("line", "customer", "material", "period", amount)
        for name, customer, material, period, tonnes in _rows(tables, table, headers):
            line = lines[name, customer, material]
            yield _rows_in_period(locator, "Demand", line.rows, period), name, tonnes


def _rules(network: Network, locator: CellLocator, tables: Tables) -> SheetUses:
    """Rows of Rules that bind deliveries."""
    for rule, row, tonnes in _binding_rule_rows(network, tables):
        yield [row], rule, tonnes


def _scope(network: Network, locator: CellLocator, tables: Tables) -> SheetUses:
    rows = group_rows(network.case.rule_scope, lambda line: line.rule)
    for rule, _, tonnes in _binding_rule_rows(network, tables):
        yield [line.row for line in rows.get(rule, ())], rule, tonnes


def _binding_rule_rows(network: Network, tables: Tables) -> Iterator[tuple[str, int, float]]:
    """Rule, row and tonnes that the row binds."""
    delivered: dict[tuple[str, str, str, str], float] = defaultdict(float)
    headers = ("line", "customer", "material", "period", "tonnes")
    for *key, tonnes in _rows(tables, "Deliveries", headers):
        delivered[key[0], key[1], key[2], key[3]] += tonnes
    labels = network.calendar.labels
    for phase in network.phases:
        lines = ((network.lines[line], periods) for line, periods in phase.lines.items())
        tonnes = sum(
            delivered.get((line.name, line.customer, line.material, labels[t]), 0.0)
            for line, periods in lines
            for t in members(periods)
        )
        if tonnes:
            yield phase.rule, phase.row, tonnes


def _limits(network: Network, locator: CellLocator, tables: Tables) -> SheetUses:
    """Every limit, because each shapes the plan, binding or not."""
    return (([bound.row], bound.name, 0.0) for bound in network.limits)


def _rows_in_balance(sheet: str, header: str) -> Callable[..., SheetUses]:
    """Rows of materials or sites with any inflow."""

    def uses(network: Network, locator: CellLocator, tables: Tables) -> SheetUses:
        rows = {getattr(row, header): row.row for row in network.case.rows(sheet)}
        headers = (header, "opening", "bought", "arrived", "made")
        for name, *tonnes in _rows(tables, "Balance", headers):
            if any(tonnes):
                yield [rows[name]], name, sum(tonnes)

    return uses


USES_BY_SHEET: dict[str, Callable[[Network, CellLocator, Tables], SheetUses]] = {
    "Sites": _rows_in_balance("Sites", "site"),
    "Materials": _rows_in_balance("Materials", "material"),
    "Assays": _by_run("Assays", "feed", "feed"),
    "Recipes": _by_run("Recipes", "recipe", "recipe"),
    "Recoveries": _by_run("Recoveries", "recipe", "recipe"),
    "Processes": _processes,
    "Units": _units,
    "Options": _options,
    "Lanes": _lanes,
    "Tariffs": _tariffs,
    "Stocks": _stocks,
    "Pipeline": _pipeline,
    "Demand": _demand,
    "Rules": _rules,
    "Rule scope": _scope,
    "Limits": _limits,
    "Blends": _blends,
}
"""Generator of the rows used, by sheet; Supply has its own alert, other sheets have no figures."""
