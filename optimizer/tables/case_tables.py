"""A case back to the tables that it was read from, and through the checks again."""

from __future__ import annotations

from datetime import date
from operator import attrgetter

from optimizer.tables.case import Case
from optimizer.tables.dates import parse_label
from optimizer.tables.findings import Findings
from optimizer.tables.read import draft_of
from optimizer.tables.schema import SHEETS
from optimizer.tables.settings import GivenSettings, complete
from optimizer.tables.sheet_table import SheetTable
from optimizer.tables.sheets import PERIOD_MONTHS, SETTINGS
from optimizer.tables.workbook_draft import WorkbookDraft


def tables_of(case: Case) -> dict[str, SheetTable]:
    """Rows of every sheet as they were written: those that are off too, in their order."""
    tables = {}
    for name, sheet in SHEETS.items():
        rows = sorted((*case.rows(name), *case.switched_off.get(name, ())), key=attrgetter("row"))
        table = SheetTable(
            sheet, [row.row for row in rows], letters=dict(case.columns.get(name, {}))
        )
        table.values = {
            attribute: [getattr(row, attribute) for row in rows] for attribute in sheet.columns
        }
        if name == "Demand":
            table.values["by_period"] = [row.by_period for row in rows]
        table.off = {at for at, row in enumerate(rows) if not row.active}
        _restore(table, case)
        tables[name] = table
    return tables


def _restore(table: SheetTable, case: Case) -> None:
    """Put names that were dropped from lists back, unless somebody changed the list since."""
    for number, lists in case.whole.get(table.sheet.name, {}).items():
        for at in (at for at, row in enumerate(table.rows) if row == number):
            for attribute, whole in lists.items():
                now = table.values[attribute][at]
                if now == tuple(name for name in whole if name in now):
                    table.values[attribute][at] = whole


def given_of(case: Case) -> GivenSettings:
    """Settings of a case as if they had been read."""
    values = {name: getattr(case.settings, name) for name in SETTINGS}
    return GivenSettings(values, columns=dict(case.columns.get("Settings", {})))


def check_again(case: Case, given: GivenSettings, tables: dict[str, SheetTable]) -> WorkbookDraft:
    """Checks of tables that were changed; what is wrong stands in the draft's findings."""
    found = Findings()
    given.horizon()
    complete(given, case.path, found)
    _check_calendar(case, given, tables["Demand"], found)
    for name, table in tables.items():
        table.off = {at for at, on in enumerate(table.values["active"]) if not on}
        tables[name] = table
    return draft_of(given, tables, found)


def _check_calendar(case: Case, given: GivenSettings, demand: SheetTable, found: Findings) -> None:
    """Figures by period stay those of their periods; outside the horizon they do not count."""
    values, old = given.values, case.settings
    calendar = ("start", "periods", "period_length")
    figures = any(demand.values["by_period"])
    if not figures or all(values[name] == getattr(old, name) for name in calendar):
        return
    horizon = given.horizon()
    if horizon is None:
        return
    was = {label for row in demand.values["by_period"] for label, _ in row}
    months = PERIOD_MONTHS[values["period_length"]]
    if any((parse_label(label, months) or ("", 0))[1] != months for label in was):
        found.error(
            "Settings",
            "Demand has figures by period, which no other period length can take",
            "write them as quantity per year",
            column="period length",
        )
        return
    if horizon.start < old.start or horizon.end > _end(case):
        found.error(
            "Settings",
            "Demand has figures by period, and none for periods outside the workbook's horizon",
            "lengthen the plan in Settings itself",
            column="periods",
        )
        return
    labels = horizon.labels()
    demand.values["by_period"] = [
        tuple((label, tonnes) for label, tonnes in row if label in labels)
        for row in demand.values["by_period"]
    ]


def _end(case: Case) -> date:
    horizon = given_of(case).horizon()
    return horizon.end if horizon else date.min
