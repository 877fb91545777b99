"""Stress test: what each disruption costs, of every site, country, lane and offer in turn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import timedelta
from typing import Any

from optimizer.argument_kinds import (
    FLAG,
    TEXT,
    TEXTS,
    check_arguments,
    check_values,
    instance_of,
    optional,
    whole_number,
)
from optimizer.errors import UsageError
from optimizer.model import Commitment, StudyTerms
from optimizer.result.result_layouts import Field, Layout, Table, levels, table
from optimizer.studies.disruptions import DISRUPTION_KINDS, Disruption, disruptions, horizon_of
from optimizer.studies.loss_window import LossWindow
from optimizer.studies.renamed_keywords import renamed_keywords
from optimizer.studies.run_outcome import RunOutcome
from optimizer.studies.runner import Runner
from optimizer.studies.study import BASE_RUN, Study, amounts, covered, failure_reason
from optimizer.studies.study_register import STRESS_STUDY
from optimizer.studies.study_run import CASE, RUN_SETTINGS, RunSettings, StudyRun
from optimizer.tables import Case

MAX_NAMED_REPLACEMENTS = 3
"""Offers, and sites, that a row of the overview names, so that its cell stays readable."""
NEGLIGIBLE_GAIN = 1e-3
"""Tonnes, or units of activity, below which a difference of two plans is not reported.

The lines of a study show three decimals, so less would be shown as nothing.
"""

STRESS = Layout(
    "Stress",
    "Cost of each loss, the most expensive first; losses without a plan are at the top.",
    levels(
        Field("loss", "text", "what is lost"),
        Field("kind", "text", "site, country, lane, offer, or a named event"),
        Field("status", "text", "optimal, or why there is no proven plan; unused: no effect"),
        Field("cost", "money", "present value of all costs"),
        Field("dearer by", "money", "its cost less that of the base case", title="additional cost"),
        Field("short", "tonnes", "tonnes not delivered, outlets left out"),
        Field(
            "shorter by",
            "tonnes",
            "tonnes short less those of the base case",
            title="additional shortage",
        ),
        Field("rank by tonnes", "number", "1 for the loss with the largest shortage"),
        Field("covered", "share", "share of demand that is delivered"),
        Field("first short", "period", "first period in which more is short"),
        Field("after", "number", "periods from the loss until then; 0: at once"),
        Field("replaced by", "text", "offers and sites that gain most"),
        Field(
            "goes with it",
            "text",
            "what else is lost: minimum purchases, contracts, minimum loads and activities, orders "
            "in transit; and whether the fixed cost of its units is still paid",
        ),
        Field(
            "reason",
            "text",
            "why there is no plan, and the smallest change that would make one feasible",
        ),
    ),
)
REPLACEMENTS = Layout(
    "Replaced by",
    "Offers that are bought more, and sites that run more, after each loss.",
    levels(
        Field("loss", "text", "what is lost"),
        Field("gains", "text", "offer, or site"),
        Field("name", "text", "which"),
        Field("detail", "text", "site and material of an offer; recipe of a site"),
        Field("base", "amount", "tonnes bought, or activity, in the base case"),
        Field("then", "amount", "the same after the loss"),
        Field("gain", "amount", "then less base"),
    ),
)


STRESS_OPTION_KINDS = {
    "kinds": TEXTS,
    "first_period": optional(TEXT),
    "periods": optional(whole_number(1)),
    "freeze_orders": FLAG,
    "pay_fixed_cost": FLAG,
}
"""What each field of StressOptions takes."""


@dataclass(frozen=True, slots=True)
class StressOptions:
    """What is lost, when, and whether the plan knows of it in advance."""

    kinds: tuple[str, ...] = DISRUPTION_KINDS
    """site, country, lane, offer, named."""
    first_period: str | None = None
    """Label of the first period of the loss; None: that of the plan."""
    periods: int | None = None
    """Periods that it lasts; None: to the end."""
    freeze_orders: bool = False
    """True fixes what the base plan buys and ships before the loss."""
    pay_fixed_cost: bool = True
    """False saves the fixed cost of the units of a lost site or country while it is lost."""

    def __post_init__(self) -> None:
        """Raises UsageError for a value of another kind."""
        given = {each.name: getattr(self, each.name) for each in fields(self)}
        check_values(type(self).__name__, given, STRESS_OPTION_KINDS)


# A dataclass makes its __init__ itself, so the decorator is applied afterwards.
_accept_former_names = renamed_keywords(
    first="first_period", freeze="freeze_orders", fixed_cost="pay_fixed_cost"
)
StressOptions.__init__ = _accept_former_names(StressOptions.__init__)  # type: ignore[method-assign]


@renamed_keywords(strain="options", way="settings")
@check_arguments(
    case=CASE, options=optional(instance_of(StressOptions, "StressOptions")), settings=RUN_SETTINGS
)
def stress(
    case: Case, options: StressOptions | None = None, settings: RunSettings | None = None
) -> Study:
    """Each disruption as a case of its own, solved and ranked by what it costs.

    Raises UsageError for a kind or period that is not known, or if the case has no plan.
    """
    options = options or StressOptions()
    unknown = [kind for kind in options.kinds if kind not in DISRUPTION_KINDS]
    if unknown:
        raise UsageError(
            f"{unknown[0]!r} is not a kind of loss; choose from {', '.join(DISRUPTION_KINDS)}"
        )
    window = loss_window(case, options)
    runner = Runner(case, settings or RunSettings())
    base = runner.base()
    if not base.solved:
        raise UsageError(f"the base case has no plan to compare with: {failure_reason(base)}")
    every = list(disruptions(case, window, base, options.kinds, fixed_cost=options.pay_fixed_cost))
    terms = _fixed_orders(base, window) if options.freeze_orders and window.first else None
    runs = [StudyRun(each.name, each.case, terms) for each in every if each.case is not None]
    solved = iter(runner.outcomes(runs))
    pairs = [(each, next(solved) if each.case is not None else None) for each in every]
    names = [f"{each.kind} {each.name}" for each in every]
    return Study(
        title="Stress",
        case=case.settings.case,
        currency=case.settings.currency,
        outcomes={BASE_RUN: base}
        | {name: outcome or base for name, (_, outcome) in zip(names, pairs, strict=True)},
        tables={
            "Stress": _ranking(base, pairs, window),
            "Replaced by": _replacements(base, pairs),
        },
        notes=(_note(base, window, options),),
        chart=STRESS_STUDY.chart,
    )


def stress_from_keywords(case: Case, settings: RunSettings, **options: Any) -> Study:
    """The study with the fields of :class:`StressOptions` as keywords, for the command line."""
    return stress(case, StressOptions(**options), settings)


def loss_window(case: Case, options: StressOptions) -> LossWindow:
    """Periods and days of a loss; raises UsageError where the plan has no such period."""
    horizon = horizon_of(case)
    labels = horizon.labels()
    start = options.first_period
    if start is not None and start not in labels:
        known = list(labels)
        raise UsageError(f"{start!r} is not a period of the plan: {known[0]} to {known[-1]}")
    if options.periods is not None and options.periods < 1:
        raise UsageError("a loss lasts at least one period")
    first = labels[start] if start is not None else 0
    count = horizon.count - first if options.periods is None else options.periods
    last = min(first + count, horizon.count) - 1
    return LossWindow(
        first, last, horizon.first(first), horizon.first(last + 1) - timedelta(days=1)
    )


def _fixed_orders(base: RunOutcome, window: LossWindow) -> StudyTerms:
    """Purchases and shipments of the base plan before a loss, fixed."""
    before = set(base.periods[: window.first])
    fixed = tuple(
        (Commitment(kind, tuple(name), period), tonnes)
        for kind, sheet, keys in (
            ("purchases", "Purchases", ("offer", "site", "material", "period")),
            ("shipments", "Shipments", ("from site", "to site", "material", "mode", "period")),
        )
        for (*name, period), tonnes in amounts(base, sheet, keys, "tonnes").items()
        if period in before
    )
    return StudyTerms(commitments=fixed, fixed_periods=window.first)


SolvedDisruptions = Sequence[tuple[Disruption, RunOutcome | None]]
"""Disruptions with their outcomes; None where the base plan stays optimal."""


def _ranking(base: RunOutcome, pairs: SolvedDisruptions, window: LossWindow) -> Table:
    more_short = [outcome.short - base.short for _, outcome in pairs if outcome and outcome.solved]
    rows = [_ranking_row(base, loss, outcome, window, more_short) for loss, outcome in pairs]
    rows.sort(key=lambda row: (row[4] is not None, -(row[4] or 0.0), row[1], row[0]))
    return table(STRESS, rows)


def _ranking_row(
    base: RunOutcome,
    loss: Disruption,
    solved: RunOutcome | None,
    window: LossWindow,
    more_short: Sequence[float],
) -> tuple[Any, ...]:
    """Row of one disruption; ``more_short`` of all of them ranks it by tonnes."""
    outcome = solved or base
    name = (loss.name, loss.kind)
    if base.objective is None or outcome.objective is None or not outcome.solved:
        blank = (*(None,) * 6, "", None, "")
        return (*name, outcome.status, *blank, loss.consequences, failure_reason(outcome))
    more = outcome.short - base.short
    return (
        *name,
        outcome.status if solved else "unused",
        outcome.objective,
        outcome.objective - base.objective,
        outcome.short,
        more,
        1 + sum(other > more + NEGLIGIBLE_GAIN for other in more_short),
        covered(outcome),
        *_first_short(base, outcome, window),
        "; ".join(map(_gain_text, _largest_gains(base, loss, outcome))),
        loss.consequences,
        failure_reason(outcome),
    )


def _first_short(
    base: RunOutcome, outcome: RunOutcome, window: LossWindow
) -> tuple[str, int | None]:
    """Label of the first period in which more is short, and how long after the loss it is."""
    before = amounts(base, "Demand", ("period",), "short")
    for place, label in enumerate(outcome.periods):
        more = amounts(outcome, "Demand", ("period",), "short").get((label,), 0.0)
        if more - before.get((label,), 0.0) > NEGLIGIBLE_GAIN:
            return label, place - window.first
    return "", None


def _gain_text(row: tuple[Any, ...]) -> str:
    """What an offer or a site gains, with the unit of its amount."""
    unit = "t" if row[1] == "offer" else "units of activity"
    return f"{row[2]} +{row[-1]:,.4g} {unit}"


def _largest_gains(
    base: RunOutcome, loss: Disruption, outcome: RunOutcome
) -> list[tuple[Any, ...]]:
    rows = sorted(_gains(base, loss, outcome), key=lambda row: -row[-1])
    offers = [row for row in rows if row[1] == "offer"][:MAX_NAMED_REPLACEMENTS]
    return offers + [row for row in rows if row[1] == "site"][:MAX_NAMED_REPLACEMENTS]


def _gains(base: RunOutcome, loss: Disruption, outcome: RunOutcome) -> list[tuple[Any, ...]]:
    rows: list[tuple[Any, ...]] = []
    for kind, name, keys, value in (
        ("offer", "Purchases", ("offer", "site", "material"), "tonnes"),
        ("site", "Production", ("site", "recipe"), "activity"),
    ):
        before, then = (amounts(each, name, keys, value) for each in (base, outcome))
        for key, amount in then.items():
            gain = amount - before.get(key, 0.0)
            if gain > NEGLIGIBLE_GAIN:
                detail = ", ".join(map(str, key[1:]))
                rows.append((loss.name, kind, key[0], detail, before.get(key, 0.0), amount, gain))
    return rows


def _replacements(base: RunOutcome, pairs: SolvedDisruptions) -> Table:
    rows = [
        row
        for loss, outcome in pairs
        if outcome is not None and outcome.solved
        for row in sorted(_gains(base, loss, outcome), key=lambda row: (row[1], -row[-1]))
    ]
    return table(REPLACEMENTS, rows)


def _note(base: RunOutcome, window: LossWindow, options: StressOptions) -> str:
    """The assumptions of the study in sentences."""
    span = f"{base.periods[window.first]} to {base.periods[window.last]}"
    if options.freeze_orders and window.first:
        orders = "purchases and shipments before are those of the base plan"
    elif window.first:
        orders = "the plan knows of the loss from the start"
    else:
        orders = "from the first period on"
    fixed = "is still paid" if options.pay_fixed_cost else "is saved"
    return (
        f"Each loss lasts from {span}; {orders}. A lost site or country also loses its minimum "
        "purchases, minimum loads and minimum activities, and the orders in transit that would "
        f"arrive there (a country's customers still get theirs); the fixed cost of its units "
        f"{fixed}. A contract of which the loss takes only a part is owed in full over the rest. "
        "Limits, stock minimums and options stay as they are."
    )
