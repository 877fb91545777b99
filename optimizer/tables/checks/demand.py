"""Demand: a figure for every period, and a penalty where something is short."""

from __future__ import annotations

from typing import Any

from optimizer.tables.days import Horizon
from optimizer.tables.draft import Draft
from optimizer.tables.words import quoted


def check_demand(draft: Draft) -> None:
    """Every line has a quantity in every period that it touches, and a shortage penalty."""
    if not draft.rows("Demand"):
        draft.found.warning("Demand", "there is no row: nothing is wanted")
    penalty = draft.given.values.get("shortage_penalty")
    stated = penalty is not None or "shortage_penalty" in draft.given.unread
    for row in draft.sound("Demand"):
        if row.shortage_penalty is None and not stated:
            draft.error(
                row,
                "shortage_penalty",
                "the cell is blank, and Settings has no shortage penalty",
                "fill in one of them; an outlet has penalty 0",
            )
        if draft.horizon is not None:
            _check_periods(draft, row, draft.horizon)


def _check_periods(draft: Draft, row: Any, horizon: Horizon) -> None:
    figures = dict(row.by_period)
    if row.quantity is None:
        touched = horizon.touched(row.start, row.end)
        lacking = [name for name in map(horizon.label, touched) if name not in figures]
        if lacking:
            more = f" (nor {len(lacking) - 1:,} more)" if len(lacking) > 1 else ""
            draft.error(
                row,
                "quantity",
                f"neither quantity nor {lacking[0]}{more} is filled",
                "blank is not zero",
            )
    if figures and (row.start or row.end):
        touched = horizon.touched(row.start, row.end)
        labels = horizon.labels()
        for name, tonnes in row.by_period:
            if tonnes > 0 and labels[name] not in touched:
                table = draft.tables["Demand"]
                draft.found.warning(
                    "Demand",
                    f"{tonnes:g} t without effect: {quoted(row.line)} is not wanted then",
                    row=row.row,
                    letter=table.letters.get(name, ""),
                    column=name,
                )
