"""Summary block: cost by category and calendar year, as paid and as present value."""

from __future__ import annotations

from math import fsum

from optimizer.report.excel_values import column_ref
from optimizer.report.formats import money_scale
from optimizer.report.formula_block import (
    Anchors,
    BlockRow,
    FormulaBlock,
    FormulaCell,
    grouped_sums,
)
from optimizer.report.sheet_positions import LinkTarget
from optimizer.report.summary import Summary
from optimizer.result.result_layouts import COST_CATEGORIES, Tables

COSTS_BLOCK = "costs"
_COST_CATEGORY = column_ref("Costs", "category")
_COST_YEAR = column_ref("Costs", "year")
_COST_AMOUNT = column_ref("Costs", "amount")
_COST_DISCOUNTED = column_ref("Costs", "discounted")


def costs_block(summary: Summary, tables: Tables) -> FormulaBlock | None:
    """Cost by category and calendar year; None if the plan costs nothing."""
    paid = grouped_sums(tables.get("Costs"), ("category", "year"), "amount")
    present = grouped_sums(tables.get("Costs"), ("category",), "discounted")
    spent = {category for (category, _), amount in paid.items() if amount}
    used = [name for (name,), amount in present.items() if amount or name in spent]
    categories = [name for name in COST_CATEGORIES if name in used]
    categories += [name for name in used if name not in COST_CATEGORIES]
    if not categories:
        return None
    years = tuple(dict.fromkeys((*summary.calendar, *sorted({year for _, year in paid}))))
    number, money = money_scale(
        max(map(abs, (*paid.values(), *present.values()))), summary.currency
    )

    def line(anchors: Anchors, index: int, name: str) -> BlockRow:
        at = anchors[COSTS_BLOCK].at
        label = f'"="&{at(index, 0, "c")}'
        target = LinkTarget("Costs", (("category", name),))
        cells = [FormulaCell(name[:1].upper() + name[1:], link=target)]
        for column, year in enumerate(years, 1):
            in_year = f'{_COST_YEAR},"="&{at(-1, column, "r")}'
            formula = f"=SUMIFS({_COST_AMOUNT},{_COST_CATEGORY},{label},{in_year})"
            cells.append(FormulaCell(paid.get((name, year), 0.0), formula, number))
        total = fsum(paid.get((name, year), 0.0) for year in years)
        cells.append(
            FormulaCell(total, f"=SUM({anchors[COSTS_BLOCK].along(index, 1, len(years))})", number)
        )
        discounted = f"=SUMIFS({_COST_DISCOUNTED},{_COST_CATEGORY},{label})"
        cells.append(FormulaCell(present[(name,)], discounted, number))
        return BlockRow(cells)

    def total_line(anchors: Anchors) -> BlockRow:
        at = anchors[COSTS_BLOCK].at
        cells = [FormulaCell("Total", link=LinkTarget("Costs"))]
        for column, year in enumerate(years, 1):
            total = fsum(value for (_, of_year), value in paid.items() if of_year == year)
            formula = f'=SUMIFS({_COST_AMOUNT},{_COST_YEAR},"="&{at(-1, column, "r")})'
            cells.append(FormulaCell(total, formula, number))
        cells.append(FormulaCell(fsum(paid.values()), f"=SUM({_COST_AMOUNT})", number))
        cells.append(FormulaCell(fsum(present.values()), f"=SUM({_COST_DISCOUNTED})", number))
        return BlockRow(cells, "sum")

    def make_rows(anchors: Anchors) -> list[BlockRow]:
        lines = [line(anchors, index, name) for index, name in enumerate(categories)]
        return [*lines, total_line(anchors)]

    title = f"Cost by category and calendar year, {money}"
    headers = ("category, as paid", *years, "total", "discounted")
    return FormulaBlock(COSTS_BLOCK, title, headers, len(categories) + 1, make_rows)
