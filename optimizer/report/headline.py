"""The headline figures of the Summary, each a formula over the tables."""

from __future__ import annotations

from msgspec import Struct

from optimizer.explain import NO_RULES
from optimizer.report import block_demand, block_rules
from optimizer.report.block_titles import share_formula, share_shown
from optimizer.report.compliance_cost import ComplianceCost, compliance_cost
from optimizer.report.excel_values import column_ref, text_literal
from optimizer.report.formats import format_divisor, money_scale
from optimizer.report.formula_block import (
    NEGLIGIBLE_SUM_SHARE,
    Anchors,
    BlocksByName,
    FormulaCell,
    column_total,
)
from optimizer.report.sheet_positions import LinkTarget
from optimizer.report.summary import Summary
from optimizer.result.price_layouts import RULE_COSTS_LAYOUT
from optimizer.result.result_layouts import Tables

HEADLINE_FIGURES = 4
"""Number of headline figures: cost, shortfall, lawful or not, cost of compliance."""
_DISCOUNTED_COST = column_ref("Costs", "discounted")
_COMPLIANCE_TABLE = RULE_COSTS_LAYOUT.name


class HeadlineFigure(Struct, frozen=True):
    """One headline figure: label, figure, note, and the rows behind it."""

    label: FormulaCell
    cell: FormulaCell
    note: FormulaCell
    target: LinkTarget


def headline(
    summary: Summary, tables: Tables, anchors: Anchors, blocks: BlocksByName
) -> list[HeadlineFigure]:
    """The headline figures, in order."""
    return [
        _cost(summary, tables),
        _shortfall(tables, anchors, blocks),
        _rules(summary, anchors, blocks),
        _compliance(summary, tables),
    ]


def _figure(label: str, cell: FormulaCell, note: FormulaCell | str, table: str) -> HeadlineFigure:
    return HeadlineFigure(
        FormulaCell(label),
        cell,
        note if isinstance(note, FormulaCell) else FormulaCell(note),
        LinkTarget(table),
    )


def _cost(summary: Summary, tables: Tables) -> HeadlineFigure:
    """Total cost as present value, checked against the objective, and as paid."""
    table = tables.get("Costs")
    present, paid = column_total(table, "discounted"), column_total(table, "amount")
    number, money = money_scale(max(abs(present), abs(paid)), summary.currency)
    label = f"Total cost, {money}"
    if table is None:
        return _figure(label, FormulaCell(summary.objective, "", number), "present value", "Costs")
    objective, scale = repr(float(summary.objective)), format_divisor(number)
    tolerance = repr(NEGLIGIBLE_SUM_SHARE * max(1.0, abs(summary.objective)))
    different = "present value; differs from the objective"
    formula = (
        f"=IF(ABS(SUM({_DISCOUNTED_COST})-({objective}))<={tolerance},"
        f'"present value; "&FIXED(SUM({column_ref("Costs", "amount")})/{scale:g},1)&" as paid",'
        f'"{different}")'
    )
    agrees = abs(present - summary.objective) <= float(tolerance)
    note = f"present value; {paid / scale:,.1f} as paid" if agrees else different
    return _figure(
        label,
        FormulaCell(present, f"=SUM({_DISCOUNTED_COST})", number),
        FormulaCell(note, formula, "General"),
        "Costs",
    )


def _shortfall(tables: Tables, anchors: Anchors, blocks: BlocksByName) -> HeadlineFigure:
    """Tonnes short, and the share of demand that is delivered."""
    short = column_total(tables.get("Shortages"), "short")
    formula = f"=SUM({column_ref('Shortages', 'short')})" if "Shortages" in tables else ""
    number = "0" if not short else "0.000" if short < 10 else "#,##0.0"
    note: FormulaCell | str = "no demand line has a penalty"
    if block_demand.COVERAGE_BLOCK in blocks:
        anchor = anchors[block_demand.COVERAGE_BLOCK]
        rows = blocks[block_demand.COVERAGE_BLOCK].make_rows(anchors)
        line = next(index for index, row in enumerate(rows) if row.style == "sum")
        covered = float(rows[line].cells[4].value or 0.0)
        words = " of demand delivered, outlets left out"
        note = FormulaCell(
            f"{share_shown(covered)}{words}",
            f'={share_formula(anchor.ref(line, 4))}&"{words}"',
            "General",
        )
    return _figure("Shortfall, t", FormulaCell(short, formula, number), note, "Shortages")


def _compliance(summary: Summary, tables: Tables) -> HeadlineFigure:
    """What all rules together cost, if it was worked out."""
    cost = compliance_cost(tables)
    if cost is None or cost.premium is None:
        note = _unknown_compliance(summary, cost)
        target = _COMPLIANCE_TABLE if cost else "Compliance"
        return _figure("Cost of compliance", FormulaCell("–", "", "General"), note, target)
    number, money = money_scale(cost.premium, summary.currency)
    premium, without, gap = (
        f"INDEX({column_ref(_COMPLIANCE_TABLE, title)},"
        f"MATCH({text_literal(cost.rule)},{column_ref(_COMPLIANCE_TABLE, 'rule')},0))"
        for title in ("premium", "cost without it", "± solver gap")
    )
    scale = format_divisor(number)
    note = "what the plan costs more than without rules"
    formula = f'="{note}"'
    if cost.relative is not None:
        words = " more than a plan without rules"
        note = f"{share_shown(cost.relative)}{words}"
        formula = f'={share_formula(f"{premium}/ABS({without})")}&"{words}"'
    if cost.gap:
        decimals = 1 if scale > 1 else 0
        note += f", ± {cost.gap / scale:,.{decimals}f}"
        formula += f'&", ± "&FIXED({gap}/{scale:g},{decimals})'
    return _figure(
        f"Cost of compliance, {money}",
        FormulaCell(cost.premium, f"={premium}", number),
        FormulaCell(note, formula, "General"),
        _COMPLIANCE_TABLE,
    )


def _unknown_compliance(summary: Summary, cost: ComplianceCost | None) -> str:
    """Why the cost of compliance is not known."""
    if summary.lawful == NO_RULES:
        return "no rule is active"
    if cost is None:
        return "not worked out: solve with --cost-of-rules"
    if cost.gap:
        return f"less than the solver gap of {cost.gap:,.0f} {summary.currency}"
    return "not known: see Rule costs"


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
    names = "rule" if len(rows) == 1 else "rules"
    missing, stated = ", origins missing", ", all checked origins stated"
    note = (
        f'=COUNTIF({cells},"{block_rules.VERDICT_KEPT}")&" of "&ROWS({cells})&" {names} kept"'
        f'&IF(COUNTIF({cells},"{block_rules.VERDICT_AS_STATED}")>0,"{missing}",'
        f'IF(COUNTIF({cells},"{block_rules.VERDICT_BROKEN}")>0,"","{stated}"))'
        f'&IF({used}>0,"; "&FIXED({used},1)&" t within allowed shares","")'
    )
    text = f"{kept} of {len(rows)} {names} kept"
    if block_rules.VERDICT_AS_STATED in verdicts:
        text += missing
    elif kept == len(rows):
        text += stated
    text += f"; {breaking:,.1f} t within allowed shares" if breaking > 0 else ""
    return _figure("Lawful", lawful, FormulaCell(text, note, "General"), "Compliance")
