"""Compare two plans or two input workbooks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from optimizer.errors import UsageError
from optimizer.plan import Result
from optimizer.result.number_text import figure
from optimizer.result.result_layouts import Table, Tables
from optimizer.result.result_table import frame_of
from optimizer.studies.input_changes import INPUT_CHANGES, input_changes
from optimizer.studies.lawful_changes import EQUAL_COST_TOLERANCE, lawful_changes
from optimizer.studies.plan_changes import (
    COST_CHANGES,
    PERIOD_CHANGES,
    VOLUME_CHANGES,
    plan_changes,
)
from optimizer.studies.previous_plan import changed_model_sentences, plan_tables, run_values
from optimizer.studies.study import Study
from optimizer.tables import read
from optimizer.tables.case import Case
from optimizer.tables.workbook_files import WorkbookSource, read_workbook_file, workbook_source

if TYPE_CHECKING:
    import pandas as pd

PlanOrInput = Case | Result | Tables | WorkbookSource
"""An input (case or workbook) or a plan (result, its tables or its workbook).

A workbook is a path, its bytes or an open binary file.
"""

UNIT_BY_KIND = {"run": "", "built": ""}
"""Unit of an amount where it is not tonnes."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """What changed between two plans or two inputs."""

    what: str
    """``plans`` or ``inputs``."""
    tables: Mapping[str, Table]
    """``Cost changes``, ``Volume changes``, ``Changes by period``; or ``Input changes``."""
    currency: str = ""
    """Currency of both; empty where no workbook has it."""
    periods: tuple[str, ...] = ()
    """Labels of the periods in which plans cost something, in order."""
    lawful: tuple[str, ...] = ()
    """Sentences on rules that bind less in the second plan, and what it saves."""
    notes: tuple[str, ...] = ()
    """Sentences on plans of a model that its caller had changed."""

    def frame(self, name: str) -> pd.DataFrame:
        """A table as a DataFrame. Raises UsageError if there is none of that name."""
        return frame_of(self.tables, name)

    def study(self, case: str = "", currency: str = "") -> Study:
        """The tables as a study, to write its workbook and its page."""
        return Study(
            title=f"Differences of two {self.what}",
            case=case,
            currency=currency or self.currency,
            outcomes={},
            tables=self.tables,
            words=tuple(self.lines()) if self.what == "inputs" else (*self.notes, *self.lawful),
            periods=self.periods,
        )

    def lines(self, most: int = 40) -> list[str]:
        """Changes in sentences; at most ``most`` of the moves."""
        return list(_input_lines(self, most) if self.what == "inputs" else _plan_lines(self, most))


def compare(first: PlanOrInput, second: PlanOrInput, *, by: str = "money") -> Comparison:
    """Changes from the first to the second of two plans or two inputs.

    Changes of plans are sorted by ``money`` or by ``tonnes``. Raises UsageError if one is a
    plan and the other an input or neither, FileError or WorkbookError if a workbook cannot be read.
    """
    if not isinstance(by, str) or by not in ("money", "tonnes"):
        raise UsageError(f"changes are sorted by money or tonnes, not by {by!r}")
    first, second = _with_bytes(first), _with_bytes(second)
    kinds = ["plans" if is_plan(each) else "inputs" for each in (first, second)]
    if kinds[0] != kinds[1]:
        raise UsageError("a plan and an input cannot be compared: give two plans or two inputs")
    periods: tuple[str, ...] = ()
    lawful: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    if kinds[0] == "plans":
        plans = (_tables(first), _tables(second))
        changes = plan_changes(*plans, by=by)
        lawful = lawful_changes(*plans)
        notes = (
            *changed_model_sentences("first", plans[0]),
            *changed_model_sentences("second", plans[1]),
        )
        currencies = [_currency(tables) for tables in plans]
        periods = tuple(sorted({label for each in plans for label in each["Costs"]["period"]}))
    else:
        cases = (_case(first), _case(second))
        changes = (input_changes(*cases),)
        currencies = [case.settings.currency for case in cases]
    return Comparison(
        what=kinds[0],
        tables={each.layout.name: each for each in changes},
        currency=" and ".join(dict.fromkeys(filter(None, currencies))),
        periods=periods,
        lawful=lawful,
        notes=notes,
    )


def is_plan(thing: PlanOrInput) -> bool:
    """True for a plan, False for an input.

    Raises UsageError for anything else, FileError for a file that is no workbook.
    """
    if isinstance(thing, (Case, Result, Mapping)):
        return not isinstance(thing, Case)
    return {"Costs", "Run"} <= {grid.name for grid in read_workbook_file(thing).grids}


def _with_bytes(thing: PlanOrInput) -> PlanOrInput:
    """The bytes of an open file, which can be read once; anything else as it is."""
    if isinstance(thing, (Case, Result, Mapping)) or not hasattr(thing, "read"):
        return thing
    return workbook_source(thing).content


def _tables(thing: PlanOrInput) -> Tables:
    if isinstance(thing, Case):
        raise UsageError("an input is no plan")
    return plan_tables(thing)


def _case(thing: PlanOrInput) -> Case:
    if isinstance(thing, (Result, Mapping)):
        raise UsageError("a plan is no input")
    return thing if isinstance(thing, Case) else read(thing)


def _currency(tables: Tables) -> str:
    """Currency of the sheet Run; empty in workbooks that do not have it."""
    return next(iter(run_values(tables, "currency")), "")


def _input_lines(comparison: Comparison, most: int) -> Iterator[str]:
    rows = list(comparison.tables[INPUT_CHANGES.name].rows())
    if not rows:
        yield "No difference that affects the plan."
    for _, place, name, column, change, before, after, _, relative in rows[:most]:
        if change == "changed":
            part = "" if relative is None else f" ({100 * relative:+.1f} %)"
            yield f"{place} {name}, {column}: {before} is now {after}{part}."
        else:
            text = before or after
            yield f"{place} {name}: {change}{f' ({text})' if text else ''}."
    if len(rows) > most:
        yield f"And {len(rows) - most:,} more."


def _plan_lines(comparison: Comparison, most: int) -> Iterator[str]:
    costs = list(comparison.tables[COST_CHANGES.name].rows())
    _, before, after, change = costs[-1]
    word = "more" if change > 0 else "less"
    money = f" {comparison.currency}" if comparison.currency else ""
    share = f" ({100 * abs(change / before):.2f} %)" if before else ""
    yield (
        f"Cost {before:,.2f} before, {after:,.2f} after: {abs(change):,.2f}{money} {word}{share}."
        if abs(change) > EQUAL_COST_TOLERANCE
        else f"Cost {after:,.2f}{money} in both."
    )
    yield from comparison.notes
    yield from comparison.lawful
    for category, _, _, added in costs[:-1]:
        if abs(added) >= EQUAL_COST_TOLERANCE:
            yield f"  {category:<14}{added:>+20,.2f}"
    rows = list(comparison.tables[VOLUME_CHANGES.name].rows())
    if not rows:
        yield "No volume changed."
    for kind, thing, old, new, moved, added in rows[:most]:
        unit = UNIT_BY_KIND.get(kind, " t")
        paid = f", {added:+,.2f}{money}" if abs(added) >= EQUAL_COST_TOLERANCE else ""
        by = f"+{figure(moved)}" if moved > 0 else figure(moved)
        by = f"{by}{unit}" if figure(moved) != "0" else "same quantity"
        yield f"{kind} {thing}: {figure(old)} to {figure(new)}{unit} ({by}{paid})."
    if len(rows) > most:
        periods = len(comparison.tables[PERIOD_CHANGES.name])
        yield f"And {len(rows) - most:,} more; {periods:,} changes by period in the workbook."
