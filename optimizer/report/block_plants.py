"""Summary blocks: the busiest units, and where the supply comes from."""

from __future__ import annotations

from optimizer.report.cell_links import LinkTarget
from optimizer.report.excel_values import clean, column_of, criterion, finite
from optimizer.report.formats import number_format
from optimizer.report.formula_block import (
    Anchors,
    BlockRow,
    FormulaBlock,
    FormulaCell,
    by_year,
    ratio,
    sums,
    within,
)
from optimizer.report.summary import Summary
from optimizer.result.result_layouts import Tables

UTILISATION, SUPPLY = "utilisation", "supply"
TOP = 10
"""Units and offers that are shown."""


def utilisation(summary: Summary, tables: Tables) -> FormulaBlock | None:
    """The busiest units by year; None if no unit is used."""
    table = tables.get("Utilisation")
    used, capacity = (sums(table, ("site", "unit"), part) for part in ("used", "capacity"))
    average = {key: used[key] / capacity[key] for key in used if used[key] > 0 < capacity[key]}
    if table is None or not average:
        return None
    busiest = sorted(average, key=lambda key: (-average[key], key))[:TOP]
    yearly = [
        by_year(sums(table, ("site", "unit", "period"), part), summary.calendar)
        for part in ("used", "capacity")
    ]
    peaks: dict[tuple[str, ...], float] = {}
    for site, unit, share in zip(*(table[h] for h in ("site", "unit", "utilisation")), strict=True):
        key = (clean(site), clean(unit))
        peaks[key] = max(peaks.get(key, 0.0), finite(share) or 0.0)
    of = {header: column_of("Utilisation", header) for header in table.layout.headers}

    def line(key: tuple[str, ...]) -> BlockRow:
        site, unit = key
        conditions = f"{of['site']},{criterion(site)},{of['unit']},{criterion(unit)}"
        behind = LinkTarget("Utilisation", (("site", site), ("unit", unit)))
        cells = [FormulaCell(f"{site} · {unit}", link=behind)]
        for year, periods in summary.calendar.items():
            above, below = (
                within(of[part], periods, conditions, of["period"]) for part in ("used", "capacity")
            )
            value = ratio(*(part.get((*key, year), 0.0) for part in yearly))
            cells.append(FormulaCell(value, f'=IFERROR({above}/{below},"")', "0%"))
        above, below = (f"SUMIFS({of[part]},{conditions})" for part in ("used", "capacity"))
        cells.append(FormulaCell(average[key], f'=IFERROR({above}/{below},"")', "0%"))
        same = f"({of['site']}={_text(site)})*({of['unit']}={_text(unit)})"
        highest = f"=SUMPRODUCT(MAX({same}*{of['utilisation']}))"
        if max(map(len, key)) > LONGEST_TEXT:
            highest = ""
        return BlockRow([*cells, FormulaCell(peaks[key], highest, "0%")])

    def fill(_: Anchors) -> list[BlockRow]:
        return [line(key) for key in busiest]

    headers = ("unit", *summary.calendar, "average", "peak")
    title = "Busiest units by calendar year: used / capacity"
    heat = (1, len(summary.calendar) + 2)
    return FormulaBlock(UTILISATION, title, headers, len(busiest), fill, heat=heat)


LONGEST_TEXT = 250
"""Most characters of a piece of text in a formula, with room for its quotes."""


def _text(name: str) -> str:
    """A name as text in a formula that compares exactly."""
    return '"' + name.replace('"', '""') + '"'


def supply(summary: Summary, tables: Tables) -> FormulaBlock | None:
    """What is bought from the offers that cost most, by year; None if nothing is bought."""
    table, keys = tables.get("Purchases"), ("offer", "site", "material")
    tonnes, cost = (sums(table, keys, header) for header in ("tonnes", "cost"))
    bought = [key for key in tonnes if tonnes[key] > 0]
    largest = sorted(bought, key=lambda key: (-cost[key], key))
    if table is None or not largest:
        return None
    shown = largest[:TOP]
    yearly = by_year(sums(table, (*keys, "period"), "tonnes"), summary.calendar)
    of = {header: column_of("Purchases", header) for header in table.layout.headers}

    def line(anchors: Anchors, index: int, key: tuple[str, ...]) -> BlockRow:
        conditions = ",".join(f"{of[h]},{criterion(v)}" for h, v in zip(keys, key, strict=True))
        anchor, years = anchors[SUPPLY], len(summary.calendar)
        number = number_format("tonnes", tonnes[key])
        alone = sum(other[0] == key[0] for other in tonnes) == 1
        behind = LinkTarget("Purchases", tuple(zip(keys, key, strict=True)))
        cells = [FormulaCell(key[0] if alone else f"{key[0]} · {key[2]}", link=behind)]
        for year, periods in summary.calendar.items():
            formula = "=" + within(of["tonnes"], periods, conditions, of["period"])
            cells.append(FormulaCell(yearly.get((*key, year), 0.0), formula, number))
        total = f"=SUM({anchor.along(index, 1, years)})"
        cells.append(FormulaCell(tonnes[key], total, number))
        price = f'=IFERROR(SUMIFS({of["cost"]},{conditions})/{anchor.at(index, years + 1)},"")'
        return BlockRow([*cells, FormulaCell(ratio(cost[key], tonnes[key]), price, "#,##0.00")])

    def fill(anchors: Anchors) -> list[BlockRow]:
        return [line(anchors, index, key) for index, key in enumerate(shown)]

    headers = ("offer", *summary.calendar, "total", f"{summary.currency}/t")
    which = "Offers that cost most" if len(largest) > TOP else "Offers"
    title = f"{which}: tonnes bought by calendar year, average price"
    return FormulaBlock(SUPPLY, title, headers, len(shown), fill)
