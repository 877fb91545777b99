"""A scenario is done to a case: tables in, tables out, checked like a workbook.

What the rows of Scenarios say is done to the other sheets in the order of the sheet, what
a scenario is based on first. Everything that is wrong is told at once, at the cell of
Scenarios that asks for it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from msgspec import structs

from optimizer.errors import Finding, UsageError, WorkbookError
from optimizer.tables.case import Case
from optimizer.tables.case_tables import check_again, given_of, tables_of
from optimizer.tables.cell_values import CellComplaint, in_range, parser
from optimizer.tables.country_names import CountryNames
from optimizer.tables.findings import Findings
from optimizer.tables.read import case_of
from optimizer.tables.row_conditions import conditions
from optimizer.tables.row_splitting import piece
from optimizer.tables.schema import INFINITY, SHEETS, Column
from optimizer.tables.settings import GivenSettings
from optimizer.tables.sheet_table import PERIOD, SheetTable
from optimizer.tables.sheets import SETTINGS, Change
from optimizer.tables.text_matching import did_you_mean, fold, quoted, written

FACTOR = Column("number", "factor or addend")
ROW = {"row": ("row", Column("whole", "number of the row in its sheet", header="row"))}
"""What a change made in code may also pick rows by."""
_ROW = re.compile(r"[A-Z]*(\d+)")


class RefusedChange(Exception):
    """A change that cannot be made: attribute of the cell that is at fault, message, cure."""

    def __init__(self, attribute: str, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.attribute, self.message, self.hint = attribute, message, hint


def scenarios(case: Case) -> tuple[str, ...]:
    """Names of the scenarios, in the order of the sheet."""
    return tuple(dict.fromkeys(row.scenario for row in case.scenarios))


def apply(case: Case, scenario: str) -> Case:
    """The case as a scenario of its sheet Scenarios has it.

    Raises UsageError if there is no such scenario, WorkbookError if a change cannot be made
    or what it leads to is wrong.
    """
    names = {fold(name): name for name in scenarios(case)}
    if fold(scenario) not in names:
        hint = did_you_mean(scenario, names.values()) or "it must stand in the sheet Scenarios"
        raise UsageError(f"{quoted(scenario)} is not a scenario of the case; {hint}")
    return apply_changes(case, changes_of(case, names[fold(scenario)]))


def changes_of(case: Case, scenario: str, below: tuple[str, ...] = ()) -> tuple[Change, ...]:
    """Changes of a scenario in their order: what it is based on first, each but once.

    Raises WorkbookError where scenarios are based on each other in a circle.
    """
    own = [row for row in case.scenarios if row.scenario == scenario]
    if scenario in below:
        circle = " on ".join(map(quoted, (*below[below.index(scenario) :], scenario)))
        cell = case.cell("Scenarios", own[0].row, "based on").partition("!")[2]
        message = f"scenarios are based on each other: {circle}"
        raise WorkbookError([Finding("error", "Scenarios", cell, "based on", message)])
    found: dict[int, Change] = {}
    for base in dict.fromkeys(name for row in own for name in row.based_on):
        found |= {row.row: row for row in changes_of(case, base, (*below, scenario))}
    return tuple((found | {row.row: row for row in own if row.sheet}).values())


def apply_changes(case: Case, changes: Iterable[Change]) -> Case:
    """The case with changes made to it in their order, checked like a workbook.

    Raises WorkbookError if a change cannot be made or what it leads to is wrong.
    """
    work = _ScenarioTables(case)
    for change in changes:
        try:
            work.make(change)
        except RefusedChange as refusal:
            work.complain(change, refusal)
    if work.found.errors:
        raise WorkbookError(work.found.all())
    work.tables["Scenarios"] = SheetTable(SHEETS["Scenarios"], values=_no_rows("Scenarios"))
    draft = check_again(case, work.given, work.tables)
    errors = [each for each in draft.found.all() if each.severity == "error"]
    if errors:
        raise WorkbookError([work.traced(each) for each in errors])
    done = case_of(draft, case.path, case.sha256)
    return replace(done, scenarios=case.scenarios, columns=case.columns)


def _no_rows(name: str) -> dict[str, list[Any]]:
    return {attribute: [] for attribute in SHEETS[name].columns}


class _ScenarioTables:
    """Tables of a case while changes are made to them."""

    def __init__(self, case: Case) -> None:
        self.case = case
        self.given: GivenSettings = given_of(case)
        self.tables = tables_of(case)
        self.horizon = self.given.horizon()
        self.found = Findings()
        self.touched: dict[tuple[str, int], Change] = {}
        self.made: list[Change] = []

    def make(self, change: Change) -> None:
        """Make one change; raises Refusal."""
        self.made.append(change)
        if change.sheet == "Settings":
            self._set(change)
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
            raise RefusedChange("column", message, did_you_mean(change.column, headers))
        attribute, column = columns[fold(change.column)]
        for at in self._held(change, table, self._picked(change, table, columns)):
            self.touched[change.sheet, table.rows[at]] = change
            if attribute in table.sheet.columns:
                self._change(change, table, at, attribute, column)
            else:
                self._set_period(change, table, at, attribute)

    def _columns(self, table: SheetTable) -> dict[str, tuple[str, Column]]:
        """Attribute and column by fold of the header; periods of Demand by their label."""
        found = {fold(each.header): (name, each) for name, each in table.sheet.columns.items()}
        if table.sheet.name == "Demand" and self.horizon:
            for label in self.horizon.labels():
                found[fold(label)] = (label, structs.replace(PERIOD, header=label))
        return found

    def _picked(
        self, change: Change, table: SheetTable, columns: dict[str, tuple[str, Column]]
    ) -> list[int]:
        """Positions of the rows that fulfil every condition, also of those that are off."""
        picked = list(range(len(table.rows)))
        try:
            for condition in conditions(change.where, columns | ROW):
                test = condition.spelled(self._countries()).test(self.given.currency)
                if condition.attribute == "row":
                    cells: list[Any] = table.rows
                elif condition.attribute in table.values:
                    cells = table.values[condition.attribute]
                else:
                    rows = table.values["by_period"]
                    cells = [dict(row).get(condition.attribute) for row in rows]
                picked = [at for at in picked if test(cells[at])]
        except CellComplaint as complaint:
            raise RefusedChange("where", complaint.message, complaint.hint) from None
        if not picked:
            what = quoted(change.where) if change.where else "the sheet is empty: it"
            raise RefusedChange("where", f"{what} picks no row of {change.sheet}")
        return picked

    def _countries(self) -> CountryNames:
        """Names of countries as the sheet Countries stands now."""
        return CountryNames(self.tables["Countries"], Findings())

    def _held(self, change: Change, table: SheetTable, picked: list[int]) -> list[int]:
        """Positions of what lies between the change's dates; rows are split there."""
        if change.start is None and change.end is None:
            return picked
        if not table.sheet.dated:
            attribute = "start" if change.start else "end"
            message = f"rows of {change.sheet} have no dates"
            raise RefusedChange(attribute, message, "leave from and to blank")
        assert self.horizon is not None
        held = [
            at
            for at in picked
            if piece(table, at, change.start, change.end, self.horizon, RefusedChange)
        ]
        if not held:
            attribute = "start" if change.start else "end"
            raise RefusedChange(attribute, f"no row of {change.sheet} that it picks holds then")
        return held

    def _change(
        self, change: Change, table: SheetTable, at: int, attribute: str, column: Column
    ) -> None:
        """Put a new value into a cell."""
        values = table.values[attribute]
        figures = table.values["by_period"][at] if change.sheet == "Demand" else ()
        if attribute != "quantity" or not figures:
            values[at] = self._value(change, column, values[at], self._place(table, at, attribute))
            return
        if change.change != "×":
            raise RefusedChange(
                "column",
                f"{self._place(table, at, attribute)}: figures by period win over quantity",
                "change the columns of the periods, or multiply",
            )
        table.values["by_period"][at] = tuple(
            (label, self._value(change, PERIOD, tonnes, self._place(table, at, label)))
            for label, tonnes in figures
        )
        if values[at] is not None:
            values[at] = self._value(change, column, values[at], self._place(table, at, attribute))

    def _set_period(self, change: Change, table: SheetTable, at: int, label: str) -> None:
        """Change a figure of Demand that stands in a period's own column."""
        figures = dict(table.values["by_period"][at])
        place = self._place(table, at, label)
        value = self._value(change, PERIOD, figures.pop(label, None), place)
        if value is not None:
            figures[label] = value
        table.values["by_period"][at] = tuple(sorted(figures.items()))

    def _value(self, change: Change, column: Column, old: Any, place: str) -> Any:
        """What a cell holds after a change; raises Refusal."""
        try:
            if change.change == "set":
                if change.value:
                    return parser(column, self.given.currency)(change.value)
                if column.required:
                    raise CellComplaint(
                        f"the cell is blank, but {quoted(column.header)} is required"
                    )
                return column.default
            if column.kind not in ("number", "whole"):
                raise RefusedChange("change", f"{quoted(column.header)} does not hold numbers")
            if not change.value:
                raise CellComplaint("the cell is blank", "write the factor or addend")
            if old is None:
                raise CellComplaint(f"{place} is blank: there is nothing to change", "write set")
            by = float(parser(FACTOR)(change.value))
        except CellComplaint as complaint:
            raise RefusedChange("value", complaint.message, complaint.hint) from None
        return _changed(change, column, old, by, place)

    def _set(self, change: Change) -> None:
        """Change a setting, by its name as column or by ``where: setting = name``."""
        if change.start or change.end:
            attribute = "start" if change.start else "end"
            raise RefusedChange(attribute, "Settings have no dates", "leave from and to blank")
        name = self._setting(change)
        self.touched["Settings", 0] = change
        values = self.given.values
        values[name] = self._value(change, SETTINGS[name], values[name], SETTINGS[name].header)

    def _setting(self, change: Change) -> str:
        by_fold = {fold(column.header): name for name, column in SETTINGS.items()}
        word, attribute = change.column, "column"
        if fold(word) in ("value", ""):
            sign, _, word = change.where.partition("=")
            word, attribute = (word if fold(sign) == "setting" else change.where), "where"
        if fold(word) not in by_fold:
            headers = [column.header for column in SETTINGS.values()]
            message = f"{quoted(word)} is not a setting"
            raise RefusedChange(attribute, message, did_you_mean(word, headers))
        return by_fold[fold(word)]

    def _place(self, table: SheetTable, at: int, attribute: str) -> str:
        header = attribute
        if attribute in table.sheet.columns:
            header = table.sheet.header(attribute)
        return f"{self.case.cell(table.sheet.name, table.rows[at], header)} ({header})"

    def complain(self, change: Change, refusal: RefusedChange) -> None:
        """Add an error at the cell of Scenarios that is at fault."""
        header = SHEETS["Scenarios"].header(refusal.attribute)
        self.found.error(
            "Scenarios",
            refusal.message,
            refusal.hint,
            row=change.row,
            letter=self.case.columns.get("Scenarios", {}).get(header, ""),
            column=header,
        )

    def traced(self, finding: Finding) -> Finding:
        """An error of the changed tables, at the change that led to it."""
        row = _ROW.fullmatch(finding.cell)
        change = self.touched.get((finding.sheet, int(row[1]) if row else 0))
        told = f"leads to {finding.place} ({finding.column}): {finding.message}"
        header = "value"
        if change is None:
            change, header = self.made[0] if self.made else None, "scenario"
        cell = ""
        if change is not None and change.row:
            cell = self.case.cell("Scenarios", change.row, header).partition("!")[2]
        return replace(
            finding, sheet="Scenarios", cell=cell, column=header, message=told, hint=finding.hint
        )


def _changed(change: Change, column: Column, old: Any, by: float, place: str) -> Any:
    new = old * by if change.change == "×" else old + by
    if new != new:  # unlimited × 0
        raise RefusedChange("value", f"{place} is unlimited: it has no multiple by {written(by)}")
    if new == INFINITY and old == INFINITY:
        return old
    if column.kind == "whole":
        if not float(new).is_integer():
            raise RefusedChange("value", f"{place} would be {written(new)}, not a whole number")
        new = int(new)
    try:
        in_range(float(new), column, column.unit)
    except CellComplaint as complaint:
        raise RefusedChange("value", f"{place}: {complaint.message}") from None
    return new


def described(changes: Sequence[Change]) -> str:
    """Changes in a sentence: ``Supply price × 1.2 where offer = kaz; …``."""
    told = []
    for change in changes:
        column = f" {change.column}" if change.column else ""
        where = f" where {change.where}" if change.where else ""
        span = [f"from {change.start}"] if change.start else []
        span += [f"to {change.end}"] if change.end else []
        dates = f" {' '.join(span)}" if span else ""
        told.append(f"{change.sheet}{column} {change.change} {change.value}{where}{dates}")
    return "; ".join(told)
