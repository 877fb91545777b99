"""Figure block: the bounds whose relaxation would save most."""

from __future__ import annotations

from optimizer.report.excel_values import (
    MAX_LITERAL_CHARACTERS,
    clean,
    column_ref,
    finite,
    text_literal,
)
from optimizer.report.formats import money_scale
from optimizer.report.formula_block import Anchors, BlockRow, FormulaBlock, FormulaCell
from optimizer.report.sheet_positions import LinkTarget
from optimizer.report.summary import Summary
from optimizer.result.result_layouts import Tables

SCARCITY_BLOCK = "scarce"
MAX_SCARCE_BOUNDS = 10
"""Bounds that are shown; chosen so that their names can be read in the chart."""
RELAXATION_SHARE = 0.01
"""Share of its bound by which each is relaxed; small, because duals hold for small changes."""
EXCLUDED_SCARCITY_KINDS = ("demand",)
"""Kinds of Scarcity that are left out: more demand costs more, it relaxes nothing."""
_SCARCITY_KIND, _SCARCITY_THING, _SCARCITY_BOUND, _SCARCITY_WORTH = (
    column_ref("Scarcity", header) for header in ("kind", "thing", "bound", "worth today")
)


def scarcity_block(summary: Summary, tables: Tables) -> FormulaBlock | None:
    """Saving, as present value, from relaxing each bound by one per cent; None if nothing binds."""
    table = tables.get("Scarcity")
    if table is None or not len(table):
        return None
    saving: dict[tuple[str, str], float] = {}
    periods: dict[tuple[str, str], int] = {}
    headers = ("kind", "thing", "bound", "worth today")
    for kind, thing, bound, worth in zip(*(table[header] for header in headers), strict=True):
        key = (clean(kind), clean(thing))
        if key[0] in EXCLUDED_SCARCITY_KINDS or max(map(len, key)) > MAX_LITERAL_CHARACTERS:
            continue
        money = (finite(bound) or 0.0) * (finite(worth) or 0.0)
        saving[key] = saving.get(key, 0.0) + RELAXATION_SHARE * money
        periods[key] = periods.get(key, 0) + 1
    largest = sorted(saving, key=lambda key: (-saving[key], key))[:MAX_SCARCE_BOUNDS]
    largest = [key for key in largest if saving[key] > 0]
    if not largest:
        return None
    number, money_unit = money_scale(saving[largest[0]], summary.currency)

    def line(kind: str, thing: str) -> BlockRow:
        matches = (
            f"({_SCARCITY_KIND}={text_literal(kind)})*({_SCARCITY_THING}={text_literal(thing)})"
        )
        key = (kind, thing)
        target = LinkTarget("Scarcity", (("kind", kind), ("thing", thing)))
        return BlockRow(
            [
                FormulaCell(thing, link=target),
                FormulaCell(kind),
                FormulaCell(float(periods[key]), f"=SUMPRODUCT({matches}*1)", "#,##0"),
                FormulaCell(
                    saving[key],
                    f"=SUMPRODUCT({matches}*{_SCARCITY_BOUND}*{_SCARCITY_WORTH})*{RELAXATION_SHARE:g}",
                    number,
                ),
            ]
        )

    def make_rows(_: Anchors) -> list[BlockRow]:
        return [line(*key) for key in largest]

    title = f"What is scarce: saving from relaxing each by 1 %, present value, {money_unit}"
    return FormulaBlock(
        SCARCITY_BLOCK, title, ("what binds", "kind", "periods", "saving"), len(largest), make_rows
    )
