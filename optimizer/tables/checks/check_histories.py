"""Histories: what they leave open, and what they cannot say."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from optimizer.tables.sheets import NONE, STAGES, UNKNOWN
from optimizer.tables.text_matching import listed, quoted
from optimizer.tables.workbook_draft import WorkbookDraft

CURE = "write stage: country [site or owner]; stage: country, or here if it was all done there"


def check_histories(draft: WorkbookDraft) -> None:
    """A history states the mine and the material's own stage; what it leaves out is unknown."""
    materials = {row.material: row for row in draft.sound("Materials")}
    mines = {row.site for row in draft.rows("Sites") if row.kind == "mine"}
    ruled = bool(draft.rows("Rule scope"))
    for sheet, row in _lots(draft):
        material = materials.get(row.material)
        if material is None or not material.traced:
            continue
        stage = material.stage
        if row.history is None:
            site = row.to_site if sheet == "Pipeline" else row.site
            evident = not stage or (stage == STAGES[0] and site in mines)
            if ruled and sheet != "Pipeline" and not evident:
                there = bool(draft.tables[sheet].letter("history"))
                what = "the cell is blank" if there else "the sheet has no column history"
                _warn(draft, row, what, _up_to(stage))
            continue
        own = {event.stage for event in row.history}
        absent = {event.stage for event in row.history if event.country == NONE}
        if stage and stage in absent:
            draft.error(
                row,
                "history",
                f"{quoted(stage)} is the stage of {quoted(material.material)}, so it applies",
                f"write its country, or {stage}: {UNKNOWN}",
            )
        missing = [] if "" in own else [s for s in dict.fromkeys((STAGES[0], stage)) if s]
        missing = [each for each in missing if each not in own]
        if ruled and missing:
            places = " or ".join(missing)
            _warn(draft, row, f"the history does not say where it was {places}", missing)


def _lots(draft: WorkbookDraft) -> Iterator[tuple[str, Any]]:
    """Rows of lots that come in from outside, where the history can be read."""
    for sheet in ("Supply", "Stocks", "Pipeline"):
        for row in draft.named(sheet, "history", "material"):
            if sheet != "Stocks" or row.opening:
                yield sheet, row


def _up_to(stage: str) -> list[str]:
    """Stages up to a material's own."""
    if stage in STAGES:
        return list(STAGES[: STAGES.index(stage) + 1])
    return [*STAGES, stage]


def _warn(draft: WorkbookDraft, row: Any, what: str, stages: list[str]) -> None:
    count = "counts" if len(stages) == 1 else "count"
    draft.warning(
        row,
        "history",
        f"{what}: {listed(stages, 6)} {count} as unknown, which breaks every rule that looks there",
        CURE,
    )


def check_material_stages(draft: WorkbookDraft) -> None:
    """Where there are rules, what is delivered has a stage: else no rule on a stage sees it."""
    if not draft.rows("Rule scope"):
        return
    wanted = {row.material for row in draft.rows("Demand")}
    named = draft.named("Materials", "stage")
    blank = [row for row in named if row.traced and not row.stage and row.material in wanted]
    for row in blank:
        draft.warning(
            row,
            "stage",
            f"the cell is blank: nothing says that {quoted(row.material)} was ever mined or made, "
            "and rules on a stage do not see it",
            f"write {', '.join(STAGES[:-1])} or {STAGES[-1]}; for what carries no provenance write "
            "no under traced",
        )
