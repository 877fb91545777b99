"""Summary block: cost by category and calendar year, as paid and as present value."""

from __future__ import annotations

from math import fsum

from optimizer.report.cell_links import LinkTarget
from optimizer.report.excel_values import column_of
from optimizer.report.formats import money_scale
from optimizer.report.formula_block import Anchors, BlockRow, FormulaBlock, FormulaCell, sums
from optimizer.report.summary import Summary
from optimizer.result.result_layouts import CATEGORIES, Tables

NAME = "costs"
_CATEGORY = column_of("Costs", "category")
_YEAR = column_of("Costs", "year")
_AMOUNT = column_of("Costs", "amount")
_PRESENT = column_of("Costs", "discounted")


def costs(summary: Summary, tables: Tables) -> FormulaBlock | None:
    """Cost by category and calendar year; None if the plan costs nothing."""
    paid = sums(tables.get("Costs"), ("category", "year"), "amount")
    present = sums(tables.get("Costs"), ("category",), "discounted")
    used = [
        key[0] for key in present if present[key] or any(paid.get((key[0], y)) for _, y in paid)
    ]
    categories = [name for name in CATEGORIES if name in used]
    categories += [name for name in used if name not in CATEGORIES]
    if not categories:
        return None
    years = tuple(dict.fromkeys((*summary.calendar, *sorted({year for _, year in paid}))))
    number, money = money_scale(
        max(map(abs, (*paid.values(), *present.values()))), summary.currency
    )

    def line(anchors: Anchors, index: int, name: str) -> BlockRow:
        at = anchors[NAME].at
        label = f'"="&{at(index, 0, "c")}'
        behind = LinkTarget("Costs", (("category", name),))
        cells = [FormulaCell(name[:1].upper() + name[1:], link=behind)]
        for column, year in enumerate(years, 1):
            formula = f'=SUMIFS({_AMOUNT},{_CATEGORY},{label},{_YEAR},"="&{at(-1, column, "r")})'
            cells.append(FormulaCell(paid.get((name, year), 0.0), formula, number))
        total = fsum(paid.get((name, year), 0.0) for year in years)
        cells.append(
            FormulaCell(total, f"=SUM({anchors[NAME].along(index, 1, len(years))})", number)
        )
        today = f"=SUMIFS({_PRESENT},{_CATEGORY},{label})"
        cells.append(FormulaCell(present[(name,)], today, number))
        return BlockRow(cells)

    def everything(anchors: Anchors) -> BlockRow:
        at = anchors[NAME].at
        cells = [FormulaCell("Total", link=LinkTarget("Costs"))]
        for column, year in enumerate(years, 1):
            total = fsum(value for (_, when), value in paid.items() if when == year)
            formula = f'=SUMIFS({_AMOUNT},{_YEAR},"="&{at(-1, column, "r")})'
            cells.append(FormulaCell(total, formula, number))
        cells.append(FormulaCell(fsum(paid.values()), f"=SUM({_AMOUNT})", number))
        cells.append(FormulaCell(fsum(present.values()), f"=SUM({_PRESENT})", number))
        return BlockRow(cells, "sum")

    def fill(anchors: Anchors) -> list[BlockRow]:
        lines = [line(anchors, index, name) for index, name in enumerate(categories)]
        return [*lines, everything(anchors)]

    title = f"Cost by category and calendar year, {money}"
    headers = ("category, as paid", *years, "total", "discounted")
    return FormulaBlock(NAME, title, headers, len(categories) + 1, fill)
