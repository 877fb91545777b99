"""Check histories for missing stages and contradictions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from optimizer.tables.sheets import NONE, STAGES, UNKNOWN
from optimizer.tables.text_matching import joined, quoted
from optimizer.tables.workbook_draft import WorkbookDraft

HISTORY_HINT = (
    "write stage: country [site or owner]; stage: country, or here if all of it was done at the "
    "site of this row"
)


def check_histories(draft: WorkbookDraft) -> None:
    """Check that a history states the mine and the material's stage, else warn that it is unknown.

    A history that says that the material's own stage does not apply is an error.
    """
    materials = {row.material: row for row in draft.readable_rows("Materials")}
    mines = {row.site for row in draft.rows("Sites") if row.kind == "mine"}
    has_rules = bool(draft.rows("Rule scope"))
    for sheet, row in _lots(draft):
        material = materials.get(row.material)
        if material is None or not material.traced:
            continue
        stage = material.stage
        if row.history is None:
            site = row.to_site if sheet == "Pipeline" else row.site
            evident = not stage or (stage == STAGES[0] and site in mines)
            if has_rules and sheet != "Pipeline" and not evident:
                has_column = bool(draft.tables[sheet].letter("history"))
                what = "the cell is blank" if has_column else "the sheet has no column history"
                _warn(draft, row, what, _stages_up_to(stage))
            continue
        stated = {event.stage for event in row.history}
        absent = {event.stage for event in row.history if event.country == NONE}
        if stage and stage in absent:
            draft.error(
                row,
                "history",
                f"{quoted(stage)} is the stage of {quoted(material.material)}, so it applies",
                f"write its country, or {stage}: {UNKNOWN}",
            )
        required = [each for each in dict.fromkeys((STAGES[0], stage)) if each]
        missing = [] if "" in stated else [each for each in required if each not in stated]
        if has_rules and missing:
            places = " or ".join(missing)
            _warn(draft, row, f"the history does not say where it was {places}", missing)


def _lots(draft: WorkbookDraft) -> Iterator[tuple[str, Any]]:
    """Sheet and row of each lot that enters the plan and whose history can be read."""
    for sheet in ("Supply", "Stocks", "Pipeline"):
        for row in draft.rows_readable_in(sheet, "history", "material"):
            if sheet != "Stocks" or row.opening:
                yield sheet, row


def _stages_up_to(stage: str) -> list[str]:
    """Stages up to and including that of a material."""
    if stage in STAGES:
        return list(STAGES[: STAGES.index(stage) + 1])
    return [*STAGES, stage]


def _warn(draft: WorkbookDraft, row: Any, what: str, stages: list[str]) -> None:
    count, these = ("counts", "this stage") if len(stages) == 1 else ("count", "these stages")
    draft.warning(
        row,
        "history",
        f"{what}: {joined(stages, 6)} {count} as unknown, which breaks every rule on {these}",
        HISTORY_HINT,
    )


def check_material_stages(draft: WorkbookDraft) -> None:
    """Warn of a delivered material without a stage where there are rules.

    No rule on a stage applies to it.
    """
    if not draft.rows("Rule scope"):
        return
    wanted = {row.material for row in draft.rows("Demand")}
    for row in draft.rows_readable_in("Materials", "stage"):
        if not row.traced or row.stage or row.material not in wanted:
            continue
        draft.warning(
            row,
            "stage",
            f"the cell is blank: material {quoted(row.material)} has no stage, "
            "so rules on a stage do not apply to it",
            f"write {', '.join(STAGES[:-1])} or {STAGES[-1]}; for a material without "
            "provenance write no under traced",
        )
