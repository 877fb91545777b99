"""Apply a scenario to a case: tables in, tables out, checked like a workbook.

The changes in the sheet Scenarios are made in the order of its rows, after those of the
scenarios that the scenario is based on. All errors are reported together, each at the cell of
Scenarios that caused it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from msgspec import structs

from optimizer.errors import Finding, UsageError, WorkbookError
from optimizer.tables.case import Case
from optimizer.tables.case_rows import tables_of
from optimizer.tables.case_tables import check_changed_tables, settings_table
from optimizer.tables.cell_values import InvalidCell
from optimizer.tables.changed_values import RefusedChange, changed_value
from optimizer.tables.country_names import CountryNames
from optimizer.tables.findings import Findings
from optimizer.tables.read import case_of
from optimizer.tables.row_conditions import parse_conditions
from optimizer.tables.row_splitting import restrict_to_dates
from optimizer.tables.schema import SHEETS, Column
from optimizer.tables.sheet_table import PERIOD_QUANTITY, SheetTable
from optimizer.tables.sheets import SETTINGS, Change
from optimizer.tables.synonyms import header_hint
from optimizer.tables.text_matching import did_you_mean, fold, quoted

ROW_NUMBER = {"row": ("row", Column("whole", "number of the row in its sheet", header="row"))}
"""The pseudo-column by which changes made in code may select rows, besides the sheet's own."""
_CELL_ADDRESS = re.compile(r"[A-Z]*(\d+)")


def scenarios(case: Case) -> tuple[str, ...]:
    """Names of the scenarios, in the order of the sheet."""
    return tuple(dict.fromkeys(row.scenario for row in case.scenarios))


def apply(case: Case, scenario: str) -> Case:
    """A new case with the changes of one of the case's scenarios; case and spacing are ignored.

    Raises UsageError if there is no such scenario, WorkbookError if a change cannot be made
    or the changed case has errors.
    """
    names = {fold(name): name for name in scenarios(case)}
    if fold(scenario) not in names:
        inactive = (row.scenario for row in case.switched_off.get("Scenarios", ()))
        for name in inactive:
            if fold(name) == fold(scenario):
                raise UsageError(
                    f"the scenario {quoted(name)} is inactive: its rows in the sheet Scenarios "
                    "have no under active; write yes there"
                )
        hint = did_you_mean(scenario, names.values()) or "it must be in the sheet Scenarios"
        raise UsageError(f"{quoted(scenario)} is not a scenario of the case; {hint}")
    return apply_changes(case, changes_of(case, names[fold(scenario)]))


def changes_of(case: Case, scenario: str, ancestors: tuple[str, ...] = ()) -> tuple[Change, ...]:
    """Changes of a scenario in their order: those of its base scenarios first, each only once.

    ``ancestors`` are the scenarios that are based on this one. Raises WorkbookError where
    scenarios are based on each other in a circle.
    """
    rows = [row for row in case.scenarios if row.scenario == scenario]
    if scenario in ancestors:
        circle = " on ".join(map(quoted, (*ancestors[ancestors.index(scenario) :], scenario)))
        cell = case.cell("Scenarios", rows[0].row, "based on").partition("!")[2]
        message = f"scenarios are based on each other: {circle}"
        raise WorkbookError([Finding("error", "Scenarios", cell, "based on", message)])
    changes: dict[int, Change] = {}
    for base in dict.fromkeys(name for row in rows for name in row.based_on):
        changes |= {row.row: row for row in changes_of(case, base, (*ancestors, scenario))}
    return tuple((changes | {row.row: row for row in rows if row.sheet}).values())


def apply_changes(case: Case, changes: Iterable[Change]) -> Case:
    """A new case with these changes made in their order, checked like a workbook.

    Raises WorkbookError if a change cannot be made or the changed case has errors.
    """
    changed = _ChangedTables(case)
    for change in changes:
        try:
            changed.make(change)
        except RefusedChange as refusal:
            changed.add_error(change, refusal)
    if changed.findings.errors:
        raise WorkbookError(changed.findings.all())
    no_rows: dict[str, list[Any]] = {attribute: [] for attribute in SHEETS["Scenarios"].columns}
    changed.tables["Scenarios"] = SheetTable(SHEETS["Scenarios"], values=no_rows)
    draft = check_changed_tables(case, changed.settings, changed.tables)
    errors = [each for each in draft.findings.all() if each.severity == "error"]
    if errors:
        raise WorkbookError([changed.traced_to_change(each) for each in errors])
    new = case_of(draft, case.path, case.sha256)
    return replace(new, scenarios=case.scenarios, columns=case.columns)


class _ChangedTables:
    """Tables of a case while changes are made to them."""

    def __init__(self, case: Case) -> None:
        self.case = case
        self.settings = settings_table(case)
        self.tables = tables_of(case)
        self.horizon = self.settings.horizon()
        self.findings = Findings()
        self.last_change: dict[tuple[str, int], Change] = {}
        """The last change of each row, by sheet and row number; Settings have row 0."""
        self.changes: list[Change] = []

    def make(self, change: Change) -> None:
        """Make one change; raises RefusedChange."""
        self.changes.append(change)
        if change.sheet == "Settings":
            self._change_setting(change)
            return
        table = self.tables.get(change.sheet)
        if table is None or change.sheet == "Scenarios":
            raise RefusedChange(
                "sheet", f"{quoted(change.sheet)} is not a sheet that can be changed"
            )
        columns = self._columns(table)
        if fold(change.column) not in columns:
            message = f"{quoted(change.column)} is not a column of {change.sheet}"
            headers = [column.header for _, column in columns.values()]
            raise RefusedChange("column", message, header_hint(change.column, headers))
        attribute, column = columns[fold(change.column)]
        for position in self._dated(change, table, self._selected(change, table, columns)):
            self.last_change[change.sheet, table.rows[position]] = change
            if attribute in table.sheet.columns:
                self._change_cell(change, table, position, attribute, column)
            else:
                self._change_period(change, table, position, attribute)

    def _columns(self, table: SheetTable) -> dict[str, tuple[str, Column]]:
        """Attribute and column by fold of the header; the periods of Demand by their label."""
        columns = {fold(each.header): (name, each) for name, each in table.sheet.columns.items()}
        if table.sheet.name == "Demand" and self.horizon:
            for label in self.horizon.labels():
                columns[fold(label)] = (label, structs.replace(PERIOD_QUANTITY, header=label))
        return columns

    def _selected(
        self, change: Change, table: SheetTable, columns: dict[str, tuple[str, Column]]
    ) -> list[int]:
        """Positions of the rows that fulfil every condition, inactive rows included."""
        selected = list(range(len(table.rows)))
        try:
            for condition in parse_conditions(change.where, columns | ROW_NUMBER):
                countries = CountryNames(self.tables["Countries"], Findings())
                canonical = condition.with_canonical_countries(countries)
                test = canonical.predicate(self.settings.currency)
                if condition.attribute == "row":
                    cells: list[Any] = table.rows
                elif condition.attribute in table.values:
                    cells = table.values[condition.attribute]
                else:
                    rows = table.values["by_period"]
                    cells = [dict(row).get(condition.attribute) for row in rows]
                selected = [position for position in selected if test(cells[position])]
        except InvalidCell as complaint:
            raise RefusedChange("where", complaint.message, complaint.hint) from None
        if not selected:
            what = quoted(change.where) if change.where else "the sheet is empty: the change"
            raise RefusedChange("where", f"{what} selects no row of {change.sheet}")
        return selected

    def _dated(self, change: Change, table: SheetTable, selected: list[int]) -> list[int]:
        """Positions of the parts within the change's dates; rows are split there."""
        if change.start is None and change.end is None:
            return selected
        attribute = "start" if change.start else "end"
        if not table.sheet.dated:
            message = f"rows of {change.sheet} have no dates"
            raise RefusedChange(attribute, message, "leave from and to blank")
        assert self.horizon is not None
        dated = [
            position
            for position in selected
            if restrict_to_dates(table, position, change.start, change.end, self.horizon)
        ]
        if not dated:
            raise RefusedChange(
                attribute, f"no selected row of {change.sheet} is valid on these dates"
            )
        return dated

    def _change_cell(
        self, change: Change, table: SheetTable, position: int, attribute: str, column: Column
    ) -> None:
        """Put a new value into a cell; a factor on quantity is one on the period figures too."""
        values = table.values[attribute]
        place = self._place(table, position, attribute)
        figures = table.values["by_period"][position] if change.sheet == "Demand" else ()
        if attribute != "quantity" or not figures:
            values[position] = self._value(change, column, values[position], place)
            return
        if change.change != "×":
            raise RefusedChange(
                "column",
                f"{place}: figures by period override quantity",
                "change the columns of the periods, or multiply",
            )
        table.values["by_period"][position] = tuple(
            (
                label,
                self._value(change, PERIOD_QUANTITY, tonnes, self._place(table, position, label)),
            )
            for label, tonnes in figures
        )
        if values[position] is not None:
            values[position] = self._value(change, column, values[position], place)

    def _change_period(self, change: Change, table: SheetTable, position: int, label: str) -> None:
        """Change the figure of Demand in the column of one period."""
        figures = dict(table.values["by_period"][position])
        place = self._place(table, position, label)
        value = self._value(change, PERIOD_QUANTITY, figures.pop(label, None), place)
        if value is not None:
            figures[label] = value
        table.values["by_period"][position] = tuple(sorted(figures.items()))

    def _value(self, change: Change, column: Column, old: Any, place: str) -> Any:
        return changed_value(change, column, old, place, self.settings.currency)

    def _change_setting(self, change: Change) -> None:
        """Change a setting, named as the column or by ``where: setting = name``."""
        if change.start or change.end:
            attribute = "start" if change.start else "end"
            raise RefusedChange(attribute, "Settings have no dates", "leave from and to blank")
        name = self._setting(change)
        self.last_change["Settings", 0] = change
        values = self.settings.values
        values[name] = self._value(change, SETTINGS[name], values[name], SETTINGS[name].header)

    def _setting(self, change: Change) -> str:
        """Attribute of the setting that a change names."""
        by_fold = {fold(column.header): name for name, column in SETTINGS.items()}
        word, attribute = change.column, "column"
        if fold(word) in ("value", ""):
            header, _, word = change.where.partition("=")
            word, attribute = (word if fold(header) == "setting" else change.where), "where"
        if fold(word) not in by_fold:
            headers = [column.header for column in SETTINGS.values()]
            message = f"{quoted(word)} is not a setting"
            raise RefusedChange(attribute, message, header_hint(word, headers))
        return by_fold[fold(word)]

    def _place(self, table: SheetTable, position: int, attribute: str) -> str:
        header = attribute
        if attribute in table.sheet.columns:
            header = table.sheet.header(attribute)
        return f"{self.case.cell(table.sheet.name, table.rows[position], header)} ({header})"

    def add_error(self, change: Change, refusal: RefusedChange) -> None:
        """Add an error at the cell of Scenarios that is at fault."""
        header = SHEETS["Scenarios"].header(refusal.attribute)
        self.findings.error(
            "Scenarios",
            refusal.message,
            refusal.hint,
            row=change.row,
            letter=self.case.columns.get("Scenarios", {}).get(header, ""),
            column=header,
        )

    def traced_to_change(self, finding: Finding) -> Finding:
        """An error of the changed tables, moved to the change in Scenarios that led to it."""
        row = _CELL_ADDRESS.fullmatch(finding.cell)
        change = self.last_change.get((finding.sheet, int(row[1]) if row else 0))
        header = "value"
        if change is None:
            change, header = self.changes[0] if self.changes else None, "scenario"
        cell = ""
        if change is not None and change.row:
            cell = self.case.cell("Scenarios", change.row, header).partition("!")[2]
        message = f"leads to {finding.place} ({finding.column}): {finding.message}"
        return replace(
            finding, sheet="Scenarios", cell=cell, column=header, message=message, cells=()
        )


def describe_changes(changes: Sequence[Change]) -> str:
    """Changes in a sentence: ``Supply price × 1.2 where offer = kaz; …``."""
    clauses = []
    for change in changes:
        column = f" {change.column}" if change.column else ""
        where = f" where {change.where}" if change.where else ""
        dates = f" from {change.start}" if change.start else ""
        dates += f" to {change.end}" if change.end else ""
        clauses.append(f"{change.sheet}{column} {change.change} {change.value}{where}{dates}")
    return "; ".join(clauses)
