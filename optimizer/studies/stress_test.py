"""What each loss costs: every site, country, lane and offer in turn, and named mishaps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from optimizer.errors import UsageError
from optimizer.model import Commitment, StudyTerms
from optimizer.result.result_layouts import Field, Layout, Table, table
from optimizer.studies.disruptions import KINDS, Disruption, horizon_of, losses
from optimizer.studies.loss_window import LossWindow
from optimizer.studies.run_outcome import RunOutcome
from optimizer.studies.runner import Runner, RunSettings, StudyRun
from optimizer.studies.study import BASE, Study, amounts, covered, reason
from optimizer.tables import Case

SHOWN = 3
"""Offers and sites that a row of the overview names as what replaces a loss."""
GAIN = 1e-3
"""Tonnes, or units of activity, from which a gain is told."""

STRESS = Layout(
    "Stress",
    "What each loss costs, the dearest first; losses without a plan stand on top.",
    (
        Field("loss", "text", "what is lost"),
        Field("kind", "text", "site, country, lane, offer, or a named mishap"),
        Field("status", "text", "optimal, or why there is no proven plan; unused: no effect"),
        Field("cost", "money", "present value of all costs"),
        Field("dearer by", "money", "its cost less that of the case itself"),
        Field("short", "tonnes", "tonnes not delivered, outlets left out"),
        Field("shorter by", "tonnes", "tonnes short less those of the case itself"),
        Field("rank by tonnes", "number", "1 for the loss that is shortest"),
        Field("covered", "share", "share of what is wanted that is delivered"),
        Field("first short", "period", "first period in which more is short"),
        Field("after", "number", "periods from the loss until then; 0: at once"),
        Field("replaced by", "text", "offers and sites that gain most"),
        Field(
            "goes with it",
            "text",
            "what else is lost: least purchases, contracts, minimum loads and activities, orders "
            "under way; and whether the fixed cost of its units is still paid",
        ),
        Field("reason", "text", "why there is no plan, and the least that would have to give"),
    ),
)
REPLACED = Layout(
    "Replaced by",
    "Offers that are bought more, and sites that run more, after each loss.",
    (
        Field("loss", "text", "what is lost"),
        Field("gains", "text", "offer, or site"),
        Field("name", "text", "which"),
        Field("detail", "text", "site and material of an offer; recipe of a site"),
        Field("base", "amount", "tonnes bought, or activity, in the case itself"),
        Field("then", "amount", "the same after the loss"),
        Field("gain", "amount", "then less base"),
    ),
)


@dataclass(frozen=True, slots=True)
class StressOptions:
    """What is lost, when, and whether it is foreseen."""

    kinds: tuple[str, ...] = KINDS
    """site, country, lane, offer, named."""
    first: str | None = None
    """Label of the first period of the loss; None: that of the plan."""
    periods: int | None = None
    """Periods that it lasts; None: to the end."""
    freeze: bool = False
    """True holds what the base plan buys and ships before the loss."""
    fixed_cost: bool = True
    """False saves the fixed cost of the units of a lost site or country while it is lost."""


def stress(
    case: Case, strain: StressOptions | None = None, way: RunSettings | None = None
) -> Study:
    """Each loss as a case of its own, solved and ranked by what it costs.

    Raises UsageError for a kind or period that is not known.
    """
    strain = strain or StressOptions()
    unknown = [kind for kind in strain.kinds if kind not in KINDS]
    if unknown:
        raise UsageError(f"{unknown[0]!r} cannot be lost; choose from {', '.join(KINDS)}")
    window = window_of(case, strain)
    runner = Runner(case, way or RunSettings())
    base = runner.base()
    if not base.solved:
        raise UsageError(f"the case itself has no plan to compare with: {reason(base)}")
    found = list(losses(case, window, base, strain.kinds, fixed_cost=strain.fixed_cost))
    twist = _frozen(base, window) if strain.freeze and window.first else None
    runs = [StudyRun(each.name, each.case, twist) for each in found if each.case is not None]
    solved = iter(runner.outcomes(runs))
    pairs = [(each, next(solved) if each.case is not None else None) for each in found]
    names = [f"{each.kind} {each.name}" for each in found]
    return Study(
        title="Stress",
        case=case.settings.case,
        currency=case.settings.currency,
        outcomes={BASE: base}
        | {name: outcome or base for name, (_, outcome) in zip(names, pairs, strict=True)},
        tables={"Stress": _ranked(base, pairs, window), "Replaced by": _replaced(base, pairs)},
        notes=(_said(base, window, strain),),
        chart=("Stress", "loss", ("dearer by", "shorter by")),
    )


def window_of(case: Case, strain: StressOptions) -> LossWindow:
    """Periods and days of a loss; raises UsageError where the plan has no such period."""
    horizon = horizon_of(case)
    labels = horizon.labels()
    if strain.first is not None and strain.first not in labels:
        known = list(labels)
        raise UsageError(f"{strain.first!r} is not a period of the plan: {known[0]} to {known[-1]}")
    if strain.periods is not None and strain.periods < 1:
        raise UsageError("a loss lasts at least one period")
    first = labels[strain.first] if strain.first is not None else 0
    count = horizon.count - first if strain.periods is None else strain.periods
    last = min(first + count, horizon.count) - 1
    after = horizon.first(last + 1)
    return LossWindow(first, last, horizon.first(first), after.fromordinal(after.toordinal() - 1))


def _frozen(base: RunOutcome, window: LossWindow) -> StudyTerms:
    """Purchases and shipments of the base plan before a loss, held."""
    before = set(base.periods[: window.first])
    held = tuple(
        (Commitment(kind, tuple(name), period), tonnes)
        for kind, sheet, keys in (
            ("purchases", "Purchases", ("offer", "site", "material", "period")),
            ("shipments", "Shipments", ("from site", "to site", "material", "mode", "period")),
        )
        for (*name, period), tonnes in amounts(base, sheet, keys, "tonnes").items()
        if period in before
    )
    return StudyTerms(held=held, held_to=window.first)


Pairs = Sequence[tuple[Disruption, RunOutcome | None]]


def _ranked(base: RunOutcome, pairs: Pairs, window: LossWindow) -> Table:
    assert base.objective is not None
    shorts = [outcome.short - base.short for _, outcome in pairs if outcome and outcome.solved]
    rows: list[tuple[Any, ...]] = []
    for loss, found in pairs:
        outcome = found or base
        if not outcome.solved or outcome.objective is None:
            blank = (None,) * 6
            rows.append(
                (
                    loss.name,
                    loss.kind,
                    outcome.status,
                    *blank,
                    "",
                    None,
                    "",
                    loss.goes,
                    reason(outcome),
                )
            )
            continue
        more = outcome.short - base.short
        first, after = _first_short(base, outcome, window)
        rows.append(
            (
                loss.name,
                loss.kind,
                outcome.status if found else "unused",
                outcome.objective,
                outcome.objective - base.objective,
                outcome.short,
                more,
                1 + sum(other > more + GAIN for other in shorts),
                covered(outcome),
                first,
                after,
                "; ".join(f"{row[2]} +{row[-1]:,.4g}" for row in _best(base, loss, outcome)),
                loss.goes,
                reason(outcome),
            )
        )
    rows.sort(key=lambda row: (row[4] is not None, -(row[4] or 0.0), row[1], row[0]))
    return table(STRESS, rows)


def _first_short(
    base: RunOutcome, outcome: RunOutcome, window: LossWindow
) -> tuple[str, int | None]:
    """Label of the first period in which more is short, and how long after the loss it is."""
    before = amounts(base, "Demand", ("period",), "short")
    for place, label in enumerate(outcome.periods):
        more = amounts(outcome, "Demand", ("period",), "short").get((label,), 0.0)
        if more - before.get((label,), 0.0) > GAIN:
            return label, place - window.first
    return "", None


def _best(base: RunOutcome, loss: Disruption, outcome: RunOutcome) -> list[tuple[Any, ...]]:
    rows = sorted(_gains(base, loss, outcome), key=lambda row: -row[-1])
    offers = [row for row in rows if row[1] == "offer"][:SHOWN]
    return offers + [row for row in rows if row[1] == "site"][:SHOWN]


def _gains(base: RunOutcome, loss: Disruption, outcome: RunOutcome) -> list[tuple[Any, ...]]:
    rows: list[tuple[Any, ...]] = []
    for kind, name, keys, value in (
        ("offer", "Purchases", ("offer", "site", "material"), "tonnes"),
        ("site", "Production", ("site", "recipe"), "activity"),
    ):
        before, then = (amounts(each, name, keys, value) for each in (base, outcome))
        for key, amount in then.items():
            gain = amount - before.get(key, 0.0)
            if gain > GAIN:
                detail = ", ".join(map(str, key[1:]))
                rows.append((loss.name, kind, key[0], detail, before.get(key, 0.0), amount, gain))
    return rows


def _replaced(base: RunOutcome, pairs: Pairs) -> Table:
    rows = [
        row
        for loss, outcome in pairs
        if outcome is not None and outcome.solved
        for row in sorted(_gains(base, loss, outcome), key=lambda row: (row[1], -row[-1]))
    ]
    return table(REPLACED, rows)


def _said(base: RunOutcome, window: LossWindow, strain: StressOptions) -> str:
    span = f"{base.periods[window.first]} to {base.periods[window.last]}"
    if strain.freeze and window.first:
        orders = "purchases and shipments before are those of the plan without the loss"
    elif window.first:
        orders = "the plan knows of the loss from the start"
    else:
        orders = "from the first period on"
    fixed = "is still paid" if strain.fixed_cost else "is saved"
    return (
        f"Each thing is lost from {span}; {orders}. With a site or a country go its least "
        "purchases, minimum loads and minimum activities, and the orders under way that would "
        f"arrive there (a country's customers still get theirs); the fixed cost of its units "
        f"{fixed}. A contract of which the loss takes only a part is owed in full over the rest. "
        "Limits, stock minimums and options stay as they are."
    )
