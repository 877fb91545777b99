"""Summary block: compliance by rule, with checks, tonnes, headroom and verdict."""

from __future__ import annotations

from msgspec import Struct

from optimizer.report.excel_values import clean, column_ref, finite
from optimizer.report.formats import number_format
from optimizer.report.formula_block import (
    Anchors,
    BlockRow,
    FormulaBlock,
    FormulaCell,
    division_formula,
    division_value,
)
from optimizer.report.sheet_positions import BlockAnchor, LinkTarget
from optimizer.report.summary import Summary
from optimizer.result.result_layouts import Table, Tables

RULES_BLOCK = "rules"
BREAKING_COLUMN, VERDICT_COLUMN = 3, 6
"""Columns of the tonnes that break a rule and of the verdicts, counted from the label."""
VERDICT_KEPT, VERDICT_BROKEN, VERDICT_AS_STATED = "kept", "broken", "kept as far as stated"
_CHECKED_RULE, _CHECKED_TONNES, _BREAKING_TONNES, _SHARE_FOUND, _SHARE_ALLOWED, _CHECK_VERDICT = (
    column_ref("Compliance", header)
    for header in ("rule", "delivered", "breaking", "share found", "share allowed", "verdict")
)


class _RuleCheck(Struct, frozen=True):
    """One row of Compliance: tonnes, share allowed less share found, and the verdict."""

    delivered: float
    breaking: float
    headroom: float
    verdict: str


def rules_block(summary: Summary, tables: Tables) -> FormulaBlock | None:
    """Compliance by rule; None if no rule binds anything."""
    table = tables.get("Compliance")
    if table is None or not len(table):
        return None
    checks = _checks_by_rule(table)
    largest = max(sum(check.delivered for check in of_rule) for of_rule in checks.values())
    number = number_format("tonnes", largest)

    def make_rows(anchors: Anchors) -> list[BlockRow]:
        anchor = anchors[RULES_BLOCK]
        return [
            _line(anchor, index, rule, checks[rule], number) for index, rule in enumerate(checks)
        ]

    headers = ("rule", "checks", "delivered", "breaking", "share", "headroom", "verdict")
    title = "Compliance by rule, t"
    count = len(checks)
    return FormulaBlock(
        RULES_BLOCK, title, headers, count, make_rows, verdict_column=VERDICT_COLUMN
    )


def _line(
    anchor: BlockAnchor, index: int, rule: str, checks: list[_RuleCheck], number: str
) -> BlockRow:
    """One line: the worst verdict of a rule's checks, sums of tonnes, the least headroom."""
    at = anchor.at
    same_rule = f"({_CHECKED_RULE}={at(index, 0, 'c')})"
    delivered = sum(check.delivered for check in checks)
    breaking = sum(check.breaking for check in checks)
    verdicts = {check.verdict for check in checks}
    order = (VERDICT_BROKEN, VERDICT_AS_STATED, VERDICT_KEPT)
    broken, stated = (
        f'SUMPRODUCT({same_rule}*(LEFT({_CHECK_VERDICT},{len(word)})="{word}"))'
        for word in (VERDICT_BROKEN, VERDICT_AS_STATED)
    )
    headroom = f"=1-SUMPRODUCT(MAX({same_rule}*(1-{_SHARE_ALLOWED}+{_SHARE_FOUND})))"
    otherwise = f'IF({stated}>0,"{VERDICT_AS_STATED}","{VERDICT_KEPT}")'
    return BlockRow(
        [
            FormulaCell(rule, link=LinkTarget("Compliance", (("rule", rule),))),
            FormulaCell(float(len(checks)), f"=SUMPRODUCT({same_rule}*1)", "#,##0"),
            FormulaCell(delivered, f"=SUMPRODUCT({same_rule}*{_CHECKED_TONNES})", number),
            FormulaCell(breaking, f"=SUMPRODUCT({same_rule}*{_BREAKING_TONNES})", number),
            FormulaCell(
                division_value(breaking, delivered),
                division_formula(at(index, BREAKING_COLUMN), at(index, 2)),
                "0.0%",
            ),
            FormulaCell(min(check.headroom for check in checks), headroom, "0.0%"),
            FormulaCell(
                next(word for word in order if word in verdicts),
                f'=IF({broken}>0,"{VERDICT_BROKEN}",{otherwise})',
                style="verdict",
            ),
        ]
    )


def _checks_by_rule(table: Table) -> dict[str, list[_RuleCheck]]:
    """Rows of Compliance by rule."""
    checks: dict[str, list[_RuleCheck]] = {}
    headers = ("rule", "delivered", "breaking", "share found", "share allowed", "verdict")
    for rule, delivered, breaking, share, allowed, verdict in zip(
        *(table[header] for header in headers), strict=True
    ):
        text = clean(verdict).lower()
        words = (word for word in (VERDICT_BROKEN, VERDICT_AS_STATED) if text.startswith(word))
        check = _RuleCheck(
            delivered=finite(delivered) or 0.0,
            breaking=finite(breaking) or 0.0,
            headroom=(finite(allowed) or 0.0) - (finite(share) or 0.0),
            verdict=next(words, VERDICT_KEPT),
        )
        checks.setdefault(clean(rule), []).append(check)
    return checks
