"""Summary block: each rule, what it was checked on and whether it is kept."""

from __future__ import annotations

from optimizer.report.excel_values import clean, column_ref, finite
from optimizer.report.formats import number_format
from optimizer.report.formula_block import (
    Anchors,
    BlockRow,
    FormulaBlock,
    FormulaCell,
    division_value,
)
from optimizer.report.sheet_positions import LinkTarget
from optimizer.report.summary import Summary
from optimizer.result.result_layouts import Table, Tables

RULES_BLOCK = "rules"
BREAKING_COLUMN, VERDICT_COLUMN = 3, 6
"""Columns of the tonnes that break a rule and of the verdicts, counted from the label."""
VERDICT_KEPT, VERDICT_BROKEN, VERDICT_AS_STATED = "kept", "broken", "kept as far as stated"
_RULE, _DELIVERED_TONNES, _BREAKING_TONNES, _SHARE_FOUND, _SHARE_ALLOWED, _VERDICT = (
    column_ref("Compliance", header)
    for header in ("rule", "delivered", "breaking", "share found", "share allowed", "verdict")
)


def rules_block(summary: Summary, tables: Tables) -> FormulaBlock | None:
    """Compliance by rule; None if no rule binds anything."""
    table = tables.get("Compliance")
    if table is None or not len(table):
        return None
    found = _checks_by_rule(table)
    largest = max(sum(row[0] for row in rows) for rows in found.values())
    number = number_format("tonnes", largest)

    def line(anchors: Anchors, index: int, rule: str) -> BlockRow:
        at, rows = anchors[RULES_BLOCK].at, found[rule]
        same = f"({_RULE}={at(index, 0, 'c')})"
        delivered, breaking = sum(row[0] for row in rows), sum(row[1] for row in rows)
        words = {row[3] for row in rows}
        verdict = next(
            word for word in (VERDICT_BROKEN, VERDICT_AS_STATED, VERDICT_KEPT) if word in words
        )
        total = "SUMPRODUCT({}*{})"
        broken, stated = (
            f'SUMPRODUCT({same}*(LEFT({_VERDICT},{len(word)})="{word}"))'
            for word in (VERDICT_BROKEN, VERDICT_AS_STATED)
        )
        least = f"=1-SUMPRODUCT(MAX({same}*(1-{_SHARE_ALLOWED}+{_SHARE_FOUND})))"
        return BlockRow(
            [
                FormulaCell(rule, link=LinkTarget("Compliance", (("rule", rule),))),
                FormulaCell(float(len(rows)), f"=SUMPRODUCT({same}*1)", "#,##0"),
                FormulaCell(delivered, "=" + total.format(same, _DELIVERED_TONNES), number),
                FormulaCell(breaking, "=" + total.format(same, _BREAKING_TONNES), number),
                FormulaCell(
                    division_value(breaking, delivered),
                    f'=IF({at(index, 2)}=0,"",{at(index, 3)}/{at(index, 2)})',
                    "0.0%",
                ),
                FormulaCell(min(row[2] for row in rows), least, "0.0%"),
                FormulaCell(
                    verdict,
                    f'=IF({broken}>0,"{VERDICT_BROKEN}",IF({stated}>0,"{VERDICT_AS_STATED}","{VERDICT_KEPT}"))',
                    "@",
                    "verdict",
                ),
            ]
        )

    def fill(anchors: Anchors) -> list[BlockRow]:
        return [line(anchors, index, rule) for index, rule in enumerate(found)]

    headers = ("rule", "checks", "delivered", "breaking", "share", "headroom", "verdict")
    return FormulaBlock(
        RULES_BLOCK, "Compliance by rule, t", headers, len(found), fill, verdict=VERDICT_COLUMN
    )


def _checks_by_rule(table: Table) -> dict[str, list[tuple[float, float, float, str]]]:
    """Delivered, breaking, headroom and verdict, for each check of each rule."""
    found: dict[str, list[tuple[float, float, float, str]]] = {}
    headers = ("rule", "delivered", "breaking", "share found", "share allowed", "verdict")
    for rule, delivered, breaking, share, allowed, verdict in zip(
        *(table[header] for header in headers), strict=True
    ):
        headroom = (finite(allowed) or 0.0) - (finite(share) or 0.0)
        told = clean(verdict).lower()
        word = next(
            (each for each in (VERDICT_BROKEN, VERDICT_AS_STATED) if told.startswith(each)),
            VERDICT_KEPT,
        )
        row = (finite(delivered) or 0.0, finite(breaking) or 0.0, headroom, word)
        found.setdefault(clean(rule), []).append(row)
    return found
