"""Limits: each filter means something for what is added up."""

from __future__ import annotations

from typing import Any

from optimizer.tables.schema import SHEETS
from optimizer.tables.sheets import LIMIT_FILTERS
from optimizer.tables.text_matching import written
from optimizer.tables.workbook_draft import WorkbookDraft

PLACE = ("site", "country", "owner")
FILTERS = {
    "bought": (*PLACE, "material", "offer"),
    "made": (*PLACE, "material", "recipe"),
    "used": (*PLACE, "material", "recipe"),
    "produced": (*PLACE, "material", "recipe"),
    "shipped": (*PLACE, "to_site", "material", "mode"),
    "delivered": (*PLACE, "material", "line"),
    "stock": (*PLACE, "material"),
    "built": (*PLACE, "option"),
    "spent": (*PLACE, "option"),
}
"""Columns that say what is added up, by measure."""


def check_limits(draft: WorkbookDraft) -> None:
    """A limit bounds something, by filters that its measure has."""
    for limit in draft.sound("Limits"):
        for name in LIMIT_FILTERS:
            if getattr(limit, name) and name not in FILTERS[limit.measure]:
                _complain(draft, limit, name)
        if not limit.minimum and limit.maximum == float("inf"):
            draft.warning(limit, "maximum", "neither minimum nor maximum: the limit bounds nothing")
        if limit.as_ == "share":
            for name in ("minimum", "maximum"):
                value = getattr(limit, name)
                if 1 < value < float("inf"):
                    draft.error(
                        limit,
                        name,
                        f"{written(value)} is above 1, and the limit is a share",
                        f"for {written(value)} % write {value / 100:g}" if value <= 100 else "",
                    )


def _complain(draft: WorkbookDraft, limit: Any, name: str) -> None:
    headers = [SHEETS["Limits"].header(allowed) for allowed in FILTERS[limit.measure]]
    draft.error(
        limit,
        name,
        f"the column means nothing for {limit.measure!r}, which has {', '.join(headers)}",
        "clear the cell or change the measure",
    )
