"""The headline figures of the Summary, each a formula over the tables."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from optimizer.report import block_demand, block_rules
from optimizer.report.excel_values import cell_range, clean, column_ref
from optimizer.report.formats import money_scale
from optimizer.report.formula_block import (
    NEGLIGIBLE_SUM_SHARE,
    Anchors,
    BlocksByName,
    FormulaCell,
    column_total,
)
from optimizer.report.sheet_positions import LinkTarget, TablePosition
from optimizer.report.summary import Summary
from optimizer.result.result_layouts import Tables

HEADLINE_FIGURES = 6
"""Number of headline figures, as many boxes as fit side by side on the page."""
_DISCOUNTED_COST = column_ref("Costs", "discounted")


class HeadlineFigure(Struct, frozen=True):
    """One headline figure: label, figure, note, and the rows behind it."""

    label: FormulaCell
    cell: FormulaCell
    note: FormulaCell
    target: LinkTarget


def headline(
    summary: Summary,
    tables: Tables,
    positions: Mapping[str, TablePosition],
    anchors: Anchors,
    blocks: BlocksByName,
) -> list[HeadlineFigure]:
    """The six headline figures, in order."""
    return [
        *_costs(summary, tables),
        *_demand(tables, anchors, blocks),
        _supply(tables, positions),
        _rules(summary, anchors, blocks),
    ]


def _figure(label: str, cell: FormulaCell, note: FormulaCell | str, table: str) -> HeadlineFigure:
    return HeadlineFigure(
        FormulaCell(label),
        cell,
        note if isinstance(note, FormulaCell) else FormulaCell(note),
        LinkTarget(table),
    )


def _costs(summary: Summary, tables: Tables) -> list[HeadlineFigure]:
    """Total cost as present value, checked against the objective, and as paid."""
    table = tables.get("Costs")
    present, paid = column_total(table, "discounted"), column_total(table, "amount")
    number, money = money_scale(max(abs(present), abs(paid)), summary.currency)
    if table is None:
        cell = FormulaCell(summary.objective, "", number)
        return [_figure(f"Total cost, {money}", cell, "objective", "Costs")] * 2
    objective = repr(float(summary.objective))
    tolerance = repr(NEGLIGIBLE_SUM_SHARE * max(1.0, abs(summary.objective)))
    equal, different = (
        f"present value; {verb} the objective" for verb in ("equals", "differs from")
    )
    formula = (
        f'=IF(ABS(SUM({_DISCOUNTED_COST})-({objective}))<={tolerance},"{equal}","{different}")'
    )
    agrees = abs(present - summary.objective) <= float(tolerance)
    return [
        _figure(
            f"Total discounted cost, {money}",
            FormulaCell(present, f"=SUM({_DISCOUNTED_COST})", number),
            FormulaCell(equal if agrees else different, formula, "General"),
            "Costs",
        ),
        _figure(
            f"As paid, {money}",
            FormulaCell(paid, f"=SUM({column_ref('Costs', 'amount')})", number),
            "not discounted, net of revenue",
            "Costs",
        ),
    ]


def _demand(tables: Tables, anchors: Anchors, blocks: BlocksByName) -> list[HeadlineFigure]:
    """Share of demand that is covered, and tonnes short."""
    short = column_total(tables.get("Shortages"), "short")
    formula = f"=SUM({column_ref('Shortages', 'short')})" if "Shortages" in tables else ""
    missing = _figure(
        "Short, t",
        FormulaCell(short, formula, "0.000" if 0 < short < 10 else "#,##0.0"),
        "over the horizon",
        "Shortages",
    )
    if block_demand.COVERAGE_BLOCK not in blocks:
        none = FormulaCell("–", "", "General")
        note = "no demand line has a penalty"
        return [_figure("Demand covered", none, note, "Deliveries"), missing]
    anchor = anchors[block_demand.COVERAGE_BLOCK]
    rows = blocks[block_demand.COVERAGE_BLOCK].make_rows(anchors)
    line = next(index for index, row in enumerate(rows) if row.style == "sum")
    covered = FormulaCell(rows[line].cells[4].value, f"={anchor.at(line, 4)}", "0.0%")
    return [_figure("Demand covered", covered, "outlets left out", "Deliveries"), missing]


def _supply(tables: Tables, positions: Mapping[str, TablePosition]) -> HeadlineFigure:
    """Number of offers that are used, and of the sites that they come from."""
    table, position = tables.get("Purchases"), positions.get("Purchases")
    if table is None or position is None or position.pivot is None:
        return _figure("Offers used", FormulaCell(0.0, "", "0"), "nothing is bought", "Purchases")
    pivot = position.pivot
    totals = cell_range((pivot.first, pivot.total), (pivot.last, pivot.total), "Purchases")
    sites = cell_range((pivot.first, pivot.keys + 1), (pivot.last, pivot.keys + 1), "Purchases")
    keys = zip(*(map(clean, table[h]) for h in ("offer", "site", "material")), strict=True)
    bought: dict[tuple[str, ...], float] = {}
    for key, tonnes in zip(keys, table["tonnes"], strict=True):
        bought[key] = bought.get(key, 0.0) + (tonnes or 0.0)
    offers = sum(tonnes > 0 for tonnes in bought.values())
    suppliers = len({key[1] for key in bought})
    first = f'MATCH({sites}&"",{sites}&"",0)=ROW({sites})-{pivot.first}'
    note = f'="from "&SUMPRODUCT(--({first}))&" supply sites"'
    return _figure(
        "Offers used",
        FormulaCell(float(offers), f'=COUNTIF({totals},">0")', "#,##0"),
        FormulaCell(f"from {suppliers} supply sites", note, "General"),
        "Purchases",
    )


def _rules(summary: Summary, anchors: Anchors, blocks: BlocksByName) -> HeadlineFigure:
    """Lawfulness of the plan, and the number of rules that are kept."""
    lawful = FormulaCell(summary.lawful or "–", "", "General")
    if block_rules.RULES_BLOCK not in blocks:
        return _figure("Lawful", lawful, "no rule binds a delivery", "Compliance")
    anchor = anchors[block_rules.RULES_BLOCK]
    rows = blocks[block_rules.RULES_BLOCK].make_rows(anchors)
    cells = anchor.down(0, len(rows) - 1, block_rules.VERDICT_COLUMN)
    verdicts = [row.cells[block_rules.VERDICT_COLUMN].value for row in rows]
    kept = verdicts.count(block_rules.VERDICT_KEPT)
    breaking = sum(
        float(row.cells[block_rules.BREAKING_COLUMN].value or 0.0)
        for row, verdict in zip(rows, verdicts, strict=True)
        if verdict != block_rules.VERDICT_BROKEN
    )
    tonnes = anchor.down(0, len(rows) - 1, block_rules.BREAKING_COLUMN)
    used = f'SUMIFS({tonnes},{cells},"<>{block_rules.VERDICT_BROKEN}")'
    note = (
        f'=COUNTIF({cells},"{block_rules.VERDICT_KEPT}")'
        f'&" of "&ROWS({cells})&" rules kept, all stated"'
        f'&IF({used}>0,"; "&FIXED({used},1)&" t use a share","")'
    )
    text = f"{kept} of {len(rows)} rules kept, all stated"
    text += f"; {breaking:,.1f} t use a share" if breaking > 0 else ""
    return _figure("Lawful", lawful, FormulaCell(text, note, "General"), "Compliance")
