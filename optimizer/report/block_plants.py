"""Blocks of the busiest units and of the offers that cost most."""

from __future__ import annotations

from optimizer.report.excel_values import (
    MAX_LITERAL_CHARACTERS,
    clean,
    column_ref,
    criterion,
    finite,
    text_literal,
)
from optimizer.report.formats import number_format
from optimizer.report.formula_block import (
    Anchors,
    BlockRow,
    FormulaBlock,
    FormulaCell,
    division_value,
    grouped_sums,
    sum_by_year,
    sumifs_over_periods,
)
from optimizer.report.sheet_positions import LinkTarget
from optimizer.report.summary import Summary
from optimizer.result.result_layouts import Tables

UTILISATION_BLOCK, SUPPLY_BLOCK = "utilisation", "supply"
MAX_LISTED_UNITS = 10
"""Units and offers that are shown; chosen so that the block and its chart fit on a page."""


def utilisation_block(summary: Summary, tables: Tables) -> FormulaBlock | None:
    """Used / capacity of the busiest units by calendar year; None if no unit is used."""
    table = tables.get("Utilisation")
    used, capacity = (grouped_sums(table, ("site", "unit"), part) for part in ("used", "capacity"))
    average = {key: used[key] / capacity[key] for key in used if used[key] > 0 < capacity[key]}
    if table is None or not average:
        return None
    busiest = sorted(average, key=lambda key: (-average[key], key))[:MAX_LISTED_UNITS]
    yearly = [
        sum_by_year(grouped_sums(table, ("site", "unit", "period"), part), summary.calendar)
        for part in ("used", "capacity")
    ]
    peaks: dict[tuple[str, ...], float] = {}
    for site, unit, share in zip(*(table[h] for h in ("site", "unit", "utilisation")), strict=True):
        key = (clean(site), clean(unit))
        peaks[key] = max(peaks.get(key, 0.0), finite(share) or 0.0)
    columns = {header: column_ref("Utilisation", header) for header in table.layout.headers}

    def line(key: tuple[str, ...]) -> BlockRow:
        site, unit = key
        conditions = f"{columns['site']},{criterion(site)},{columns['unit']},{criterion(unit)}"
        target = LinkTarget("Utilisation", (("site", site), ("unit", unit)))
        cells = [FormulaCell(f"{site} · {unit}", link=target)]
        for year, periods in summary.calendar.items():
            used_sum, capacity_sum = (
                sumifs_over_periods(columns[part], periods, conditions, columns["period"])
                for part in ("used", "capacity")
            )
            value = division_value(*(part.get((*key, year), 0.0) for part in yearly))
            cells.append(FormulaCell(value, f'=IFERROR({used_sum}/{capacity_sum},"")', "0%"))
        used_sum, capacity_sum = (
            f"SUMIFS({columns[part]},{conditions})" for part in ("used", "capacity")
        )
        cells.append(FormulaCell(average[key], f'=IFERROR({used_sum}/{capacity_sum},"")', "0%"))
        same_unit = (
            f"({columns['site']}={text_literal(site)})*({columns['unit']}={text_literal(unit)})"
        )
        peak = f"=SUMPRODUCT(MAX({same_unit}*{columns['utilisation']}))"
        if max(map(len, key)) > MAX_LITERAL_CHARACTERS:
            peak = ""
        return BlockRow([*cells, FormulaCell(peaks[key], peak, "0%")])

    def make_rows(_: Anchors) -> list[BlockRow]:
        return [line(key) for key in busiest]

    headers = ("unit", *summary.calendar, "average", "peak")
    title = "Busiest units by calendar year: used / capacity"
    shares = (1, len(summary.calendar) + 2)
    return FormulaBlock(
        UTILISATION_BLOCK, title, headers, len(busiest), make_rows, utilisation_columns=shares
    )


def supply_block(summary: Summary, tables: Tables) -> FormulaBlock | None:
    """Tonnes of the offers that cost most by calendar year; None if nothing is bought."""
    table, keys = tables.get("Purchases"), ("offer", "site", "material")
    tonnes, cost = (grouped_sums(table, keys, header) for header in ("tonnes", "cost"))
    bought = [key for key in tonnes if tonnes[key] > 0]
    largest = sorted(bought, key=lambda key: (-cost[key], key))
    if table is None or not largest:
        return None
    shown = largest[:MAX_LISTED_UNITS]
    yearly = sum_by_year(grouped_sums(table, (*keys, "period"), "tonnes"), summary.calendar)
    columns = {header: column_ref("Purchases", header) for header in table.layout.headers}

    def line(anchors: Anchors, index: int, key: tuple[str, ...]) -> BlockRow:
        conditions = ",".join(
            f"{columns[h]},{criterion(v)}" for h, v in zip(keys, key, strict=True)
        )
        anchor, years = anchors[SUPPLY_BLOCK], len(summary.calendar)
        number = number_format("tonnes", tonnes[key])
        is_unique = sum(other[0] == key[0] for other in tonnes) == 1
        target = LinkTarget("Purchases", tuple(zip(keys, key, strict=True)))
        cells = [FormulaCell(key[0] if is_unique else f"{key[0]} · {key[2]}", link=target)]
        for year, periods in summary.calendar.items():
            formula = "=" + sumifs_over_periods(
                columns["tonnes"], periods, conditions, columns["period"]
            )
            cells.append(FormulaCell(yearly.get((*key, year), 0.0), formula, number))
        total = f"=SUM({anchor.along(index, 1, years)})"
        cells.append(FormulaCell(tonnes[key], total, number))
        price = f'=IFERROR(SUMIFS({columns["cost"]},{conditions})/{anchor.at(index, years + 1)},"")'
        return BlockRow(
            [*cells, FormulaCell(division_value(cost[key], tonnes[key]), price, "#,##0.00")]
        )

    def make_rows(anchors: Anchors) -> list[BlockRow]:
        return [line(anchors, index, key) for index, key in enumerate(shown)]

    headers = ("offer", *summary.calendar, "total", f"{summary.currency}/t")
    which = "Offers that cost most" if len(largest) > MAX_LISTED_UNITS else "Offers"
    title = f"{which}: tonnes bought by calendar year, average price"
    return FormulaBlock(SUPPLY_BLOCK, title, headers, len(shown), make_rows)
