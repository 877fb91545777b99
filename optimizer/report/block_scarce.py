"""Figure block: the bounds whose relaxation would save most."""

from __future__ import annotations

from collections import Counter

from optimizer.report.excel_values import (
    MAX_LITERAL_CHARACTERS,
    clean,
    column_ref,
    text_literal,
)
from optimizer.report.formats import money_scale
from optimizer.report.formula_block import Anchors, BlockRow, FormulaBlock, FormulaCell
from optimizer.report.sheet_positions import LinkTarget
from optimizer.report.summary import Summary
from optimizer.result.result_layouts import Tables
from optimizer.result.scarcity_ranking import (
    ONE_LESS,
    RELAXATION_SHARE,
    ScarceThing,
    scarcest_of,
    thing_in_short,
)

SCARCITY_BLOCK = "scarce"
MAX_SCARCE_BOUNDS = 10
"""Bounds that are shown; chosen so that their names can be read in the chart."""
_SCARCITY_KIND, _SCARCITY_THING, _SCARCITY_PER, _SCARCITY_BOUND, _SCARCITY_WORTH = (
    column_ref("Scarcity", header) for header in ("kind", "thing", "per", "bound", "worth today")
)


def scarcity_block(summary: Summary, tables: Tables) -> FormulaBlock | None:
    """Saving, as present value, from relaxing each bound by one per cent; None if nothing binds."""
    ranking = [
        each
        for each in scarcest_of(tables.get("Scarcity"))
        if each.saving > 0 and max(len(each.kind), len(each.thing)) <= MAX_LITERAL_CHARACTERS
    ]
    largest = ranking[:MAX_SCARCE_BOUNDS]
    if not largest:
        return None
    number, money_unit = money_scale(largest[0].saving, summary.currency)

    in_short = Counter((each.kind, thing_in_short(each.thing)) for each in largest)

    def line(scarce: ScarceThing) -> BlockRow:
        kind, thing = clean(scarce.kind), clean(scarce.thing)
        short = thing_in_short(scarce.thing)
        label = clean(short) if in_short[scarce.kind, short] == 1 else thing
        matches = (
            f"({_SCARCITY_KIND}={text_literal(kind)})*({_SCARCITY_THING}={text_literal(thing)})"
            f'*({_SCARCITY_PER}<>"{ONE_LESS}")'
        )
        target = LinkTarget("Scarcity", (("kind", kind), ("thing", thing)))
        return BlockRow(
            [
                FormulaCell(label, link=target),
                FormulaCell(kind),
                FormulaCell(float(scarce.rows), f"=SUMPRODUCT({matches}*1)", "#,##0"),
                FormulaCell(
                    scarce.saving,
                    f"=SUMPRODUCT({matches}*{_SCARCITY_BOUND}*{_SCARCITY_WORTH})*{RELAXATION_SHARE:g}",
                    number,
                ),
            ]
        )

    def make_rows(_: Anchors) -> list[BlockRow]:
        return [line(each) for each in largest]

    title = f"What is scarce: saving from relaxing each by 1 %, present value, {money_unit}"
    return FormulaBlock(
        SCARCITY_BLOCK, title, ("what binds", "kind", "periods", "saving"), len(largest), make_rows
    )
