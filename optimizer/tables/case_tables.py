"""Settings of a case as the reader returns them, and the check of tables that were changed."""

from __future__ import annotations

from datetime import date

from optimizer.tables.case import Case
from optimizer.tables.dates import parse_label
from optimizer.tables.findings import Findings
from optimizer.tables.read import draft_of
from optimizer.tables.settings import SettingsTable, check_settings
from optimizer.tables.sheet_table import SheetTable
from optimizer.tables.sheets import PERIOD_MONTHS, SETTINGS
from optimizer.tables.workbook_draft import WorkbookDraft


def settings_table(case: Case) -> SettingsTable:
    """Settings of a case in the form in which the reader returns them."""
    values = {name: getattr(case.settings, name) for name in SETTINGS}
    return SettingsTable(values, columns=dict(case.columns.get("Settings", {})))


def check_changed_tables(
    case: Case, settings: SettingsTable, tables: dict[str, SheetTable]
) -> WorkbookDraft:
    """Check tables and settings that were changed; the draft holds the findings.

    ``tables`` and ``settings`` are completed in place.
    """
    findings = Findings()
    check_settings(settings, case.path, findings)
    _check_calendar(case, settings, tables["Demand"], findings)
    for table in tables.values():
        table.inactive = {
            position for position, active in enumerate(table.values["active"]) if not active
        }
    return draft_of(settings, tables, findings, changed=True)


def _check_calendar(
    case: Case, settings: SettingsTable, demand: SheetTable, findings: Findings
) -> None:
    """Report changes of the calendar that Demand's figures by period cannot follow.

    A figure belongs to the period of its label. Another period length would need other
    labels, and an earlier start or a later end would have periods without figures. Figures
    that a shorter horizon leaves out are removed.
    """
    values, former = settings.values, case.settings
    calendar = ("start", "periods", "period_length")
    has_figures = any(demand.values["by_period"])
    if not has_figures or all(values[name] == getattr(former, name) for name in calendar):
        return
    horizon = settings.horizon()
    if horizon is None:
        return
    used_labels = {label for row in demand.values["by_period"] for label, _ in row}
    months = PERIOD_MONTHS[values["period_length"]]
    if any((parse_label(label, months) or ("", 0))[1] != months for label in used_labels):
        findings.error(
            "Settings",
            "Demand has figures by period, so the period length cannot change",
            "write them as quantity per year",
            column="period length",
        )
        return
    if horizon.start < former.start or horizon.end > _horizon_end(case):
        findings.error(
            "Settings",
            "Demand has figures by period, but none outside the horizon of the workbook",
            "change the horizon in Settings of the workbook",
            column="periods",
        )
        return
    labels = horizon.labels()
    demand.values["by_period"] = [
        tuple((label, tonnes) for label, tonnes in row if label in labels)
        for row in demand.values["by_period"]
    ]


def _horizon_end(case: Case) -> date:
    horizon = settings_table(case).horizon()
    return horizon.end if horizon else date.min
