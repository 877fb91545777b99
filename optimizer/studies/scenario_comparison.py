"""Compare the scenarios of the workbook with the base case."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from optimizer.argument_kinds import TEXTS, check_arguments, optional
from optimizer.errors import Finding, UsageError, WorkbookError
from optimizer.result.result_layouts import Field, Layout, Table, levels, table
from optimizer.studies.renamed_keywords import renamed_keywords
from optimizer.studies.run_outcome import RunOutcome
from optimizer.studies.runner import Runner
from optimizer.studies.study import (
    BASE_RUN,
    Study,
    comparison_tables,
    covered,
    failure_reason,
    unique,
)
from optimizer.studies.study_register import SCENARIO_STUDY
from optimizer.studies.study_run import CASE, RUN_SETTINGS, RunSettings, StudyRun
from optimizer.tables import Case, apply, changes_of, describe_changes
from optimizer.tables import scenarios as scenarios_of
from optimizer.tables.sheets import Change
from optimizer.tables.text_matching import number_of

SCENARIOS = Layout(
    "Scenarios",
    "Each scenario beside the base case.",
    levels(
        Field("scenario", "text", "name of the scenario; base is the base case"),
        Field("notes", "text", "notes of its rows in the sheet Scenarios, the first few"),
        Field("rows", "number", "rows of the sheet Scenarios, with those that it is based on"),
        Field("probability", "share", "probability of the scenario; blank: none is written"),
        Field("status", "text", "optimal, or why there is no proven plan"),
        Field("cost", "money", "present value of all costs"),
        Field(
            "less base",
            "money",
            "its cost less that of the base case",
            title="difference to base",
        ),
        Field("relative", "share", "that difference relative to the cost of the base case"),
        Field("wanted", "tonnes", "tonnes wanted, outlets left out"),
        Field("short", "tonnes", "tonnes not delivered"),
        Field("covered", "share", "share of demand that is delivered"),
        Field("lawful", "text", "yes, as far as stated, no rule binds, or no rules"),
        Field("reason", "text", "why there is no plan, and the least change that gives one"),
        Field("changes", "text", "what each of its rows changes"),
    ),
)
MAX_SCENARIO_NOTES = 3
"""Notes of a scenario that are shown: what a reader takes in at a glance."""


@renamed_keywords(way="settings")
@check_arguments(case=CASE, names=optional(TEXTS), settings=RUN_SETTINGS)
def scenarios(
    case: Case, names: Sequence[str] | None = None, settings: RunSettings | None = None
) -> Study:
    """The case and its scenarios, all of them or those of ``names``, solved and compared.

    A scenario without a plan does not end the study: its row says why. Raises
    WorkbookError if a scenario cannot be applied, UsageError if there is none.
    """
    wanted = scenarios_of(case) if names is None else tuple(names)
    if not wanted:
        raise UsageError("the sheet Scenarios has no rows: there is nothing to compare")
    runs = _runs(case, wanted)
    runner = Runner(case, settings or RunSettings())
    base = runner.base()
    labels = unique([BASE_RUN, *wanted])
    outcomes = dict(zip(labels, [base, *runner.outcomes(runs)], strict=True))
    return Study(
        title="Scenarios",
        case=case.settings.case,
        currency=case.settings.currency,
        outcomes=outcomes,
        tables={"Scenarios": _overview(case, wanted, outcomes), **comparison_tables(outcomes)},
        notes=tuple(
            f"{name}: {failure_reason(each)}."
            for name, each in outcomes.items()
            if failure_reason(each)
        ),
        chart=SCENARIO_STUDY.chart,
    )


def _runs(case: Case, names: Sequence[str]) -> list[StudyRun]:
    """A run for each scenario; raises one WorkbookError with the findings of all."""
    runs: list[StudyRun] = []
    findings: list[Finding] = []
    for name in names:
        try:
            runs.append(StudyRun(name, apply(case, name)))
        except WorkbookError as error:
            findings += error.findings
    if findings:
        raise WorkbookError(list(dict.fromkeys(findings)))
    return runs


def _overview(case: Case, names: Sequence[str], outcomes: dict[str, RunOutcome]) -> Table:
    rows: list[tuple[Any, ...]] = []
    base = outcomes[BASE_RUN]
    for name, (label, outcome) in zip(("", *names), outcomes.items(), strict=True):
        changes = changes_of(case, name) if name else ()
        probability = min(
            (row.probability for row in case.scenarios if row.scenario == name), default=1.0
        )
        difference = None
        if base.objective is not None and outcome.objective is not None:
            difference = outcome.objective - base.objective
        relative = (
            difference / abs(base.objective) if difference is not None and base.objective else None
        )
        has_plan = outcome.objective is not None
        rows.append(
            (
                label,
                _notes(case, name, changes),
                len(changes) if name else None,
                probability if probability < 1 else None,
                outcome.status,
                outcome.objective,
                difference,
                relative,
                outcome.wanted if has_plan else None,
                outcome.short if has_plan else None,
                covered(outcome),
                outcome.lawful,
                failure_reason(outcome),
                describe_changes(changes),
            )
        )
    return table(SCENARIOS, rows)


def _notes(case: Case, name: str, changes: Sequence[Change]) -> str:
    """Notes of a scenario's own rows, then of those that it is based on, each once."""
    own = [row for row in case.scenarios if row.scenario == name]
    notes = list(dict.fromkeys(row.notes for row in (*own, *changes) if row.notes))
    more = len(notes) - MAX_SCENARIO_NOTES
    shown = "; ".join(notes[:MAX_SCENARIO_NOTES])
    return f"{shown}; and {number_of(more, 'more note')}" if more > 0 else shown
