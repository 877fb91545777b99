"""Check that limits use the filters of their measure and bound something."""

from __future__ import annotations

from typing import Any

from optimizer.tables.schema import SHEETS
from optimizer.tables.sheets import LIMIT_FILTERS
from optimizer.tables.text_matching import as_text
from optimizer.tables.workbook_draft import WorkbookDraft

LOCATION_FILTERS = ("site", "country", "owner")
FILTERS_BY_MEASURE = {
    "bought": (*LOCATION_FILTERS, "material", "offer"),
    "made": (*LOCATION_FILTERS, "material", "recipe"),
    "used": (*LOCATION_FILTERS, "material", "recipe"),
    "produced": (*LOCATION_FILTERS, "material", "recipe"),
    "shipped": (*LOCATION_FILTERS, "to_site", "material", "mode"),
    "delivered": (*LOCATION_FILTERS, "material", "line"),
    "stock": (*LOCATION_FILTERS, "material"),
    "built": (*LOCATION_FILTERS, "option"),
    "spent": (*LOCATION_FILTERS, "option"),
}
"""Columns that select what a limit adds up, by measure."""


def check_limits(draft: WorkbookDraft) -> None:
    """Refuse filters that the measure does not have and shares above 1; warn without a bound."""
    for limit in draft.readable_rows("Limits"):
        for name in LIMIT_FILTERS:
            if getattr(limit, name) and name not in FILTERS_BY_MEASURE[limit.measure]:
                _add_filter_error(draft, limit, name)
        if not limit.minimum and limit.maximum == float("inf"):
            draft.warning(
                limit, "maximum", "neither minimum nor maximum is filled: the limit has no effect"
            )
        if limit.as_ == "share":
            for name in ("minimum", "maximum"):
                value = getattr(limit, name)
                if 1 < value < float("inf"):
                    draft.error(
                        limit,
                        name,
                        f"{as_text(value)} is above 1, and the limit is a share",
                        f"for {as_text(value)} % write {value / 100:g}" if value <= 100 else "",
                    )


def _add_filter_error(draft: WorkbookDraft, limit: Any, name: str) -> None:
    headers = [SHEETS["Limits"].header(allowed) for allowed in FILTERS_BY_MEASURE[limit.measure]]
    draft.error(
        limit,
        name,
        f"the column does not apply to {limit.measure!r}; the columns that apply are "
        f"{', '.join(headers)}",
        "clear the cell or change the measure",
    )
