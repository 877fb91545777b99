"""Check that demand has a figure for every period, and a shortage penalty."""

from __future__ import annotations

from typing import Any

from optimizer.tables.text_matching import quoted
from optimizer.tables.workbook_draft import WorkbookDraft


def check_demand(draft: WorkbookDraft) -> None:
    """Require a quantity in every period that a line touches, and a shortage penalty."""
    if not draft.rows("Demand"):
        draft.findings.warning("Demand", "the sheet has no rows, so there is no demand")
    penalty = draft.settings.values.get("shortage_penalty")
    has_default = penalty is not None or "shortage_penalty" in draft.settings.unreadable
    labels = list(draft.horizon.labels()) if draft.horizon else []
    for row in draft.readable_rows("Demand"):
        if row.shortage_penalty is None and not has_default:
            draft.error(
                row,
                "shortage_penalty",
                "the cell is blank, and Settings has no shortage penalty",
                "fill in one of them; an outlet has penalty 0",
            )
        if draft.horizon is not None:
            _check_periods(draft, row, draft.horizon.touched(row.start, row.end), labels)


def _check_periods(draft: WorkbookDraft, row: Any, touched: range, labels: list[str]) -> None:
    """Require a figure for each period that a row touches; warn of figures for others."""
    if row.quantity is None:
        figures = {name for name, _ in row.by_period}
        missing = [labels[period] for period in touched if labels[period] not in figures]
        if missing:
            more = f" (and {len(missing) - 1:,} more)" if len(missing) > 1 else ""
            draft.error(
                row,
                "quantity",
                f"neither quantity nor {missing[0]}{more} is filled",
                "blank is not zero",
            )
    if row.by_period and (row.start or row.end):
        wanted = set(labels[touched.start : touched.stop])
        for name, tonnes in row.by_period:
            if tonnes > 0 and name not in wanted:
                draft.findings.warning(
                    "Demand",
                    f"{tonnes:g} t has no effect: the dates of {quoted(row.line)} leave out this "
                    "period",
                    row=row.row,
                    letter=draft.tables["Demand"].letters.get(name, ""),
                    column=name,
                )
