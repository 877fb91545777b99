"""What the workbook can say and the model does not do yet: a clear error, never ignored."""

from __future__ import annotations

from collections.abc import Iterator

from optimizer.errors import Finding
from optimizer.tables.case import Case


def not_yet(case: Case) -> tuple[Finding, ...]:
    """Errors for active rows that would change the answer but are not in the model."""
    return tuple(_found(case))


def _found(case: Case) -> Iterator[Finding]:
    for name, rows in (
        ("Options", case.options),
        ("Limits", case.limits),
        ("Blends", case.blends),
    ):
        if rows:
            yield _finding(case, name, rows[0].row, "", f"{name}: not yet part of the model")
    for unit in case.units:
        if unit.may_idle and (unit.minimum_load > 0 or unit.fixed_cost):
            yield _finding(
                case, "Units", unit.row, "may idle", "idling is not yet part of the model"
            )
    for lane in case.lanes:
        for header, value in (
            ("fixed cost", lane.fixed_cost),
            ("minimum when used", lane.minimum_when_used),
        ):
            if value:
                message = f"{header} of a lane is not yet part of the model"
                yield _finding(case, "Lanes", lane.row, header, message)
    working = {process.site for process in case.processes}
    for site in case.sites:
        if not site.segregates and site.site in working and case.rules:
            message = "a plant that does not segregate is not yet part of the model"
            yield _finding(case, "Sites", site.row, "segregates", message)


def _finding(case: Case, sheet: str, row: int, header: str, message: str) -> Finding:
    cell = case.cell(sheet, row, header).partition("!")[2] if header else f"A{row}"
    hint = "switch the row off (active = no) to plan without it"
    return Finding("error", sheet, cell, header, message, hint)
