"""Cost of each rule: the plan without it, and the plan without any rule.

Without a rule a plan never costs more, for the plan with it is still feasible. Each model is built
anew, since its provenance classes differ, and each plan is audited.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import isfinite
from typing import TYPE_CHECKING, Any

from optimizer.argument_kinds import TEXTS, check_arguments, instance_of, optional, whole_number
from optimizer.errors import OptimizerError, StoppedError, UsageError
from optimizer.interrupts import StopSignal
from optimizer.network.calendar import members
from optimizer.plan import Result, solve, solve_with_options
from optimizer.result import (
    ALL_RULES,
    RULE_COSTS_LAYOUT,
    RULE_DATES_LAYOUT,
    RULE_MOVES_LAYOUT,
    Table,
    in_order,
    table,
)
from optimizer.result.number_text import figure
from optimizer.result.result_table import frame_of
from optimizer.solve_options import SolveOptions
from optimizer.solver import Progress
from optimizer.studies.cost_differences import (
    EQUALITY_FACTOR,
    PROVEN_WITHOUT_PLAN,
    UNKNOWN_FIGURE,
    cost_difference,
    figure_or_nan,
)
from optimizer.studies.rule_dates import date_row, shifted_rules
from optimizer.studies.run_outcome import RunOutcome, outcome_of
from optimizer.studies.runner import Runner
from optimizer.studies.study import amounts
from optimizer.studies.study_run import CASE, ProgressCallback, RunOptions, RunSettings, StudyRun
from optimizer.tables.case import Case

if TYPE_CHECKING:
    import pandas as pd

MAX_COMPLIANCE_SECONDS = 10.0
"""Longest solve without rules that is added to a plan without being asked for; chosen."""

NEGLIGIBLE_MOVE = 1e-6
"""Tonnes, and part of an amount, that count as no change; above the solver's 1e-7."""

ERROR_FACTOR = 1e3
"""Multiple of the rounding of a cost above which a plan that costs more without a rule is an error.

Chosen far above EQUALITY_FACTOR, so that rounding alone never stops a study.
"""

INTERRUPTED_OUTCOME = RunOutcome(status="interrupted")


@dataclass(frozen=True, slots=True)
class RuleCosts:
    """Cost of each rule of a case; money is present value in the case's currency."""

    plan: Result
    """The plan with every rule."""
    tables: Mapping[str, Table]
    """``Rule costs``, ``Rule dates`` and ``Rule moves``."""
    without: Mapping[str, RunOutcome] = field(repr=False)
    """Outcome without each rule, by its name, and without all of them."""
    seconds: float = 0.0
    """Wall time of the study; without the plan with every rule if that was given."""

    def frame(self, name: str) -> pd.DataFrame:
        """A table as a DataFrame, by its name. Raises UsageError if there is none of that name."""
        return frame_of(self.tables, name)

    @property
    def result(self) -> Result:
        """The plan with these tables beside its own; without a plan as it is."""
        if self.plan.objective is None:
            return self.plan
        return replace(self.plan, tables={**self.plan.tables, **self.tables})

    @property
    def records(self) -> tuple[dict[str, Any], ...]:
        """Rows of ``Rule costs`` by header, None where a figure is not known."""
        costs = self.tables[RULE_COSTS_LAYOUT.name]
        return tuple(
            {
                header: None if isinstance(value, float) and not isfinite(value) else value
                for header, value in zip(costs.layout.headers, row, strict=True)
            }
            for row in costs.rows()
        )

    @property
    def sentences(self) -> tuple[str, ...]:
        """Sentences on what each rule costs, and what other dates would cost."""
        names = (RULE_COSTS_LAYOUT.name, RULE_DATES_LAYOUT.name)
        return tuple(words for name in names for words in self.tables[name]["sentence"])


@check_arguments(
    case=CASE,
    rules=TEXTS,
    plan=optional(instance_of(Result, "the Result of the case")),
    workers=optional(whole_number(1)),
)
def cost_of_rules(
    case: Case,
    *,
    rules: Sequence[str] = (),
    plan: Result | None = None,
    time_limit: float | None = None,
    gap: float | None = None,
    progress: Progress | None = None,
    workers: int | None = None,
    stop: StopSignal | None = None,
) -> RuleCosts:
    """Cost of the named rules of a case, or of each, and of all together.

    ``plan`` is the plan of the case if it is known; one that was solved with ``remember``
    is started from. ``time_limit`` is for each plan. ``workers`` is the number of processes
    (default: as many as there are cores, if it is worth starting them). After Ctrl-C, and after
    ``stop`` (an event, or a function that says True), the tables have what is finished. Raises
    UsageError for a rule that is not in the case and for a plan of a changed model, and
    OptimizerError if a plan without a rule is proven dearer than the plan with it, which only an
    error of the program can cause.
    """
    begin = time.perf_counter()
    every, chosen = _chosen_rules(case, rules, plan)
    plan = plan or solve(
        case, time_limit=time_limit, gap=gap, progress=progress, remember=True, stop=stop
    )
    left_out: dict[str, tuple[str, ...]] = {name: (name,) for name in chosen}
    if len(every) > 1:
        left_out[ALL_RULES] = tuple(every)
    dates = list(shifted_rules(plan, chosen))
    runs = [
        *(
            StudyRun(f"without {name}", without_rules(case, names))
            for name, names in left_out.items()
        ),
        *(StudyRun(f"{each.rule}, {each.when}", each.case) for each in dates),
    ]
    options = RunOptions(time_limit, gap, diagnose=False)
    settings = RunSettings(
        workers, progress=_run_progress(progress, begin), options=options, stop=stop
    )
    outcomes = _outcomes(plan, runs, settings)
    without = dict(zip(left_out, outcomes, strict=False))
    costs = [_row(plan, without[name], name, names) for name, names in left_out.items()]
    date_rows = [
        date_row(plan, other, each.rule, each.when)
        for each, other in zip(dates, outcomes[len(left_out) :], strict=True)
    ]
    base = outcome_of(plan)
    moves = [row for name in left_out for row in _moves(base, without[name], name)]
    tables = {
        RULE_COSTS_LAYOUT.name: table(RULE_COSTS_LAYOUT, costs),
        RULE_DATES_LAYOUT.name: table(RULE_DATES_LAYOUT, date_rows),
        RULE_MOVES_LAYOUT.name: table(RULE_MOVES_LAYOUT, moves),
    }
    return RuleCosts(plan, tables, without, time.perf_counter() - begin)


def cost_of_all_rules(
    plan: Result, *, time_limit: float = MAX_COMPLIANCE_SECONDS, gap: float | None = None
) -> Result:
    """The plan with what all its rules together cost: one solve more, without rules.

    The table ``Rule costs`` has one row then. The plan is returned as it is if it has no rules, if
    there is none, if its model was changed, or if it took more than ``time_limit`` seconds itself:
    the solve without rules would take about as long. The solver stops after ``time_limit`` seconds.
    """
    names = tuple(dict.fromkeys(rule.rule for rule in plan.case.rules))
    own = sum(plan.seconds.get(step, 0.0) for step in ("network", "build", "transfer", "solve"))
    if plan.objective is None or plan.changed or not names or own > time_limit:
        return plan
    options = SolveOptions(time_limit, gap, full=False, diagnose=False)
    other = outcome_of(solve_with_options(without_rules(plan.case, names), options))
    if not other.audit_passed:
        return plan
    name = ALL_RULES if len(names) > 1 else names[0]
    costs = table(RULE_COSTS_LAYOUT, [_row(plan, other, name, names)])
    return replace(plan, tables=in_order({**plan.tables, RULE_COSTS_LAYOUT.name: costs}))


def _chosen_rules(
    case: Case, rules: Sequence[str], plan: Result | None
) -> tuple[list[str], list[str]]:
    """All rules of a case, and those that are costed. Raises UsageError if that cannot be."""
    every = list(dict.fromkeys(rule.rule for rule in case.rules))
    for name in rules:
        if name not in every:
            raise UsageError(f"there is no rule {name!r}; the rules are {', '.join(every)}")
    if plan is not None and plan.changed:
        raise UsageError(
            f"the plan is of a changed model ({plan.changed[0]}); rules are costed against the "
            "plan of the base case"
        )
    return every, list(rules) or every


def _outcomes(plan: Result, runs: Sequence[StudyRun], settings: RunSettings) -> list[RunOutcome]:
    """Outcomes of runs that start from a plan; after Ctrl-C only the finished ones.

    A plan that fails the audit counts as an error.
    """
    runner = Runner(plan.case, settings)
    runner.begin(plan)
    try:
        outcomes = runner.outcomes(runs)
    except StoppedError:
        outcomes = [runner.find(run) or INTERRUPTED_OUTCOME for run in runs]
    return [each if each.audit_passed else RunOutcome(f"error: {each.audit}") for each in outcomes]


def _run_progress(progress: Progress | None, begin: float) -> ProgressCallback | None:
    if progress is None:
        return None

    def tell(done: int, total: int, left: float | None, name: str) -> None:
        about = f", about {left:,.0f} s left" if left and done < total else ""
        progress(time.perf_counter() - begin, f"{done:,} of {total:,} plans{about}: {name}")

    return tell


def without_rules(case: Case, rules: Sequence[str]) -> Case:
    """The case without some rules."""
    return replace(
        case,
        rules=tuple(rule for rule in case.rules if rule.rule not in rules),
        rule_scope=tuple(line for line in case.rule_scope if line.rule not in rules),
    )


def _row(plan: Result, other: RunOutcome, name: str, rules: Sequence[str]) -> tuple[object, ...]:
    premium, uncertainty = _premium(plan, other, name)
    years = plan.network.calendar.count * plan.network.calendar.year_fraction
    kilograms = 1000.0 * _delivered(plan, rules)
    return (
        name,
        other.status,
        figure_or_nan(plan.objective),
        figure_or_nan(other.objective),
        premium,
        premium / years,
        premium / kilograms if kilograms else UNKNOWN_FIGURE,
        _marginal(plan, rules),
        kilograms,
        uncertainty,
        _sentence(plan, other, name, (premium, uncertainty, premium / years, kilograms)),
    )


def _premium(plan: Result, other: RunOutcome, name: str) -> tuple[float, float]:
    """Premium and its uncertainty; the premium is not a number within the uncertainty."""
    dearer, uncertainty, rounding = cost_difference(plan, other)
    if dearer > uncertainty + ERROR_FACTOR * rounding and plan.status == other.status == "optimal":
        raise OptimizerError(
            f"the plan without {name} costs more, by {dearer:g}: an internal error"
        )
    if uncertainty <= rounding:
        return (-dearer if -dearer > EQUALITY_FACTOR * rounding else 0.0), 0.0
    return (-dearer if -dearer > uncertainty else UNKNOWN_FIGURE), uncertainty


def _delivered(plan: Result, rules: Sequence[str]) -> float:
    """Tonnes delivered to lines in periods in which one of the rules binds the line."""
    if plan.objective is None:
        return 0.0
    network = plan.network
    bound = {
        (network.lines[line].name, network.lines[line].customer, network.calendar.labels[t])
        for phase in network.phases
        if phase.rule in rules
        for line, periods in phase.lines.items()
        for t in members(periods)
    }
    deliveries = plan.tables["Deliveries"]
    keys = zip(deliveries["line"], deliveries["customer"], deliveries["period"], strict=True)
    return sum(
        (tonnes for key, tonnes in zip(keys, deliveries["tonnes"], strict=True) if key in bound),
        0.0,
    )


def _marginal(plan: Result, rules: Sequence[str]) -> float:
    """Highest marginal price of a tonne that may break one of the rules, present value."""
    scarcity = plan.tables.get("Scarcity")
    if scarcity is None:  # no plan, or one without prices: stopped, or of another solver
        return UNKNOWN_FIGURE
    shares = {rule.rule for rule in plan.case.rules if 0 < rule.maximum_share < 1}
    if not shares.intersection(rules):
        return UNKNOWN_FIGURE
    rows = zip(scarcity["kind"], scarcity["thing"], scarcity["worth today"], strict=True)
    names = tuple(f"{name}, " for name in rules)
    worth = [w for kind, thing, w in rows if kind == "rule share" and thing.startswith(names)]
    return max(worth, default=0.0)


PremiumFigures = tuple[float, float, float, float]
"""Premium, its uncertainty, premium per year, kilograms delivered."""


def _sentence(plan: Result, other: RunOutcome, name: str, figures: PremiumFigures) -> str:
    premium, uncertainty, yearly, kilograms = figures
    currency = plan.case.settings.currency
    who = "All rules together" if name == ALL_RULES else f"Rule {name}"
    if plan.objective is None and other.objective is not None:
        return (
            f"{who}: no plan meets it together with the other rules; without it a plan costs "
            + (f"{other.objective:,.0f} {currency}.")
        )
    if other.objective is None and other.status not in PROVEN_WITHOUT_PLAN:
        return f"{who}: not known: no plan without it was found ({other.status})."
    if plan.objective is None or other.objective is None:
        return f"{who}: without it there is no plan either ({other.status})."
    if premium != premium:
        if uncertainty == float("inf"):
            return f"{who}: not known: a plan was stopped before its gap was proven."
        return (
            f"{who}: the premium is within the gap of {uncertainty:,.0f} {currency}; "
            "a smaller gap would show it."
        )
    if not premium:
        if name == ALL_RULES:
            return f"{who} cost nothing: the plan without them is no cheaper."
        return f"{who} costs nothing: the plan without it is no cheaper."
    kilogram = figure(premium / kilograms) if kilograms else ""
    under = "under them" if name == ALL_RULES else "under this rule"
    each = f", {kilogram} {currency} per kg delivered {under}" if kilograms else ""
    off = f" ± {uncertainty:,.0f} (solver gap)" if uncertainty else ""
    verb = "cost" if name == ALL_RULES else "costs"
    return f"{who} {verb} {premium:,.0f} {currency}{off}: {yearly:,.0f} {currency} a year{each}."


def _moves(base: RunOutcome, other: RunOutcome, name: str) -> Iterator[tuple[object, ...]]:
    """Offers, processes and lines that gain or lose; of each kind the largest change first."""
    if not base.solved or not other.solved:
        return
    for kind, sheet, headers, amount in (
        ("offer", "Purchases", ("site", "offer", "material"), "tonnes"),
        ("process", "Production", ("site", "recipe", "feed"), "activity"),
        ("delivery", "Deliveries", ("customer", "line", "material"), "tonnes"),
    ):
        before, after = (amounts(each, sheet, headers, amount) for each in (base, other))
        rows = []
        for key in dict.fromkeys((*before, *after)):
            old, new = before.get(key, 0.0), after.get(key, 0.0)
            if abs(new - old) > NEGLIGIBLE_MOVE * max(1.0, old, new):
                site, thing, material = key
                if kind == "process" and material:
                    thing, material = f"{thing} of {material}", ""
                rows.append((name, kind, site, thing, material, old, new, new - old))
        yield from sorted(rows, key=lambda row: -abs(row[-1]))
