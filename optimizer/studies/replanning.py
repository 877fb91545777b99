"""Replanning: the plan of new data that keeps the commitments of the last plan."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from optimizer import model
from optimizer.argument_kinds import DAY, NUMBER, TEXTS, check_arguments
from optimizer.errors import UsageError
from optimizer.explain import CHANGED_MODEL, Alert
from optimizer.interrupts import StopSignal
from optimizer.model import NEGLIGIBLE_COMMITMENT, Commitment
from optimizer.network import Network
from optimizer.plan import Result, build_network
from optimizer.result.result_layouts import Field, Layout, Table, table
from optimizer.solve_options import SolveOptions
from optimizer.solver import Progress
from optimizer.studies.fixed_commitments import (
    ChangeCost,
    FixedPlan,
    solve_keeping,
)
from optimizer.studies.previous_plan import (
    PreviousPlan,
    changed_model_sentences,
    plan_tables,
    planned_commitments,
)
from optimizer.studies.study_run import CASE
from optimizer.tables.case import Case
from optimizer.tables.text_matching import fold, number_of

KEPT_KINDS = ("purchases", "shipments", "options")
"""Kinds of commitment that are kept by default."""

MAX_NAMED_RELEASES = 12
"""Released commitments that the sentence names, so that it can be read; the table has all."""

COMMITMENTS = Layout(
    "Commitments",
    "Decisions of the last plan, and their state now: kept, released because the new "
    "data make it impossible, or free to change. Sorted by how much changed.",
    (
        Field("kind", "text", "purchases, shipments, production, deliveries, disposal, options"),
        Field("thing", "text", "offer, lane, process, line, site or option"),
        Field("period", "period", "label of the period"),
        Field("last plan", "amount", "tonnes, activity or number in the last plan"),
        Field("now", "amount", "the same in this plan"),
        Field("change", "amount", "now less last plan"),
        Field("state", "text", "kept, released, or free"),
    ),
)


@dataclass(frozen=True, slots=True)
class Replanned:
    """A plan that keeps the commitments of another."""

    result: Result
    """The plan; its alerts name what was released."""
    tables: Mapping[str, Table]
    """``Commitments``."""
    released: tuple[Commitment, ...]
    """Commitments that the new data make infeasible."""
    moved: float
    """Tonnes by which free commitments differ from the last plan, charged or not."""
    charge: float
    """Discounted charge for that; it is not part of the result's cost."""
    values: Mapping[Commitment, float] = field(default_factory=dict, repr=False)
    """Amounts of all commitments of the plan."""


@check_arguments(
    case=CASE,
    until=DAY,
    kinds=TEXTS,
    change_cost=NUMBER,
)
def replan(
    case: Case,
    previous: PreviousPlan,
    until: date,
    *,
    kinds: Sequence[str] = KEPT_KINDS,
    change_cost: float = 0.0,
    time_limit: float | None = None,
    gap: float | None = None,
    progress: Progress | None = None,
    stop: StopSignal | None = None,
) -> Replanned:
    """Least-cost plan that keeps the last plan's commitments of periods that begin before a date.

    ``previous`` is a result, its tables or its workbook; ``kinds`` are kept. What the last plan
    did not do in these periods, this plan does not do either. A commitment that the new data make
    infeasible is released, and an alert names it; the first alert says if the last plan was of a
    changed model. ``change_cost`` is charged for each tonne of the
    same kinds (not options) in which later periods differ from the last plan. ``stop`` is an
    event, or a function that says True, and ends the solve from any thread.

    Raises UsageError for another kind, a date that is none, a negative charge or a plan of other
    periods, FileError if the workbook of the last plan cannot be read.
    """
    unknown = [kind for kind in kinds if kind not in model.COMMITMENT_KINDS]
    if unknown:
        raise UsageError(
            f"{unknown[0]!r} is not a kind of commitment; choose from "
            f"{', '.join(model.COMMITMENT_KINDS)}"
        )
    if change_cost < 0:
        raise UsageError(f"the charge for change is 0 or more, not {change_cost:g}")
    tables = plan_tables(previous)
    before = planned_commitments(tables, kinds)
    options = SolveOptions(time_limit, gap, progress, stop)
    replanned = replan_commitments(case, before, until, kinds, change_cost, options)
    last = (Alert(each, kind=CHANGED_MODEL) for each in changed_model_sentences("last", tables))
    alerts = (*last, *replanned.result.alerts)
    return replace(replanned, result=replace(replanned.result, alerts=alerts))


def replan_commitments(
    case: Case,
    before: Mapping[Commitment, float],
    until: date,
    kinds: Sequence[str],
    change_cost: float,
    options: SolveOptions,
) -> Replanned:
    """Replan from the amounts of commitments instead of a plan; see :func:`replan`."""
    network = build_network(case)
    calendar = network.calendar
    early = {
        label for label, first in zip(calendar.labels, calendar.first, strict=True) if first < until
    }
    _check_periods(before, network)
    possible = _possible(network, kinds)
    spelled = _spelled(before, possible)
    last = {key: amount for key, amount in spelled.items() if key.period in calendar.labels}
    every = dict.fromkeys((*last, *possible))
    wanted = {key: last.get(key, 0.0) for key in every if key.period in early}
    planned = {
        key: last.get(key, 0.0)
        for key in every
        if key.period not in early and key.kind != "options"
    }
    change = ChangeCost(planned, change_cost) if change_cost else None
    plan = solve_keeping(case, wanted, change=change, options=options)
    return _replanned(network, plan, wanted, planned, change_cost)


def _possible(network: Network, kinds: Iterable[str]) -> set[Commitment]:
    """Commitments for which the case has a variable; disposal wherever it has a cost."""
    possible = model.offered_commitments(network, kinds)
    if "disposal" in kinds:
        nodes = network.nodes
        for flow in network.flows.discards:
            name = (nodes[flow.node].site, nodes[flow.node].material)
            for t, label in enumerate(network.calendar.labels):
                if flow.periods >> t & 1:
                    possible.add(Commitment("disposal", name, label))
    return possible


def _spelled(
    before: Mapping[Commitment, float], possible: Iterable[Commitment]
) -> dict[Commitment, float]:
    """Commitments of the last plan with names as this workbook spells them."""
    known = {(each.kind, tuple(map(fold, each.name))): each.name for each in possible}
    spelled: dict[Commitment, float] = {}
    for each, amount in before.items():
        name = known.get((each.kind, tuple(map(fold, each.name))), each.name)
        key = Commitment(each.kind, name, each.period)
        spelled[key] = spelled.get(key, 0.0) + amount
    return spelled


def _check_periods(before: Mapping[Commitment, float], network: Network) -> None:
    labels = set(network.calendar.labels)
    periods = sorted({key.period for key in before})
    if periods and not labels & set(periods):
        raise UsageError(
            f"the last plan's periods ({periods[0]} to {periods[-1]}) are none of this "
            f"workbook's ({network.calendar.labels[0]} to {network.calendar.labels[-1]}): "
            "period length and horizon must agree"
        )


def _replanned(
    network: Network,
    plan: FixedPlan,
    wanted: Mapping[Commitment, float],
    planned: Mapping[Commitment, float],
    rate: float,
) -> Replanned:
    result = plan.result
    if result.objective is None:
        return Replanned(result, {}, plan.released, 0.0, 0.0)
    calendar = network.calendar
    discount = dict(
        zip(calendar.labels, calendar.discount(network.case.settings.discount_rate), strict=True)
    )
    differences = {key: abs(plan.amounts.get(key, 0.0) - amount) for key, amount in planned.items()}
    result = replace(result, alerts=(*result.alerts, _fate_of_commitments(plan, wanted)))
    return Replanned(
        result=result,
        tables={COMMITMENTS.name: _table(plan, wanted, planned)},
        released=plan.released,
        moved=sum(differences.values()),
        charge=sum(rate * discount[key.period] * moved for key, moved in differences.items()),
        values=plan.amounts,
    )


def commitment_label(commitment: Commitment) -> str:
    """Name of a commitment for a planner."""
    if commitment.kind == "shipments":
        start, end, material, mode = commitment.name
        return f"{start} to {end}{f' by {mode}' if mode else ''}, {material}"
    return ", ".join(part for part in commitment.name if part)


def _fate_of_commitments(plan: FixedPlan, wanted: Mapping[Commitment, float]) -> str:
    """A sentence that says how many commitments are kept, and names the released ones."""
    count = len(plan.released)
    planned = {key for key, amount in wanted.items() if amount > NEGLIGIBLE_COMMITMENT}
    kept = len(planned.difference(plan.released))
    if not planned and not count:
        return "The last plan has no commitments in the periods that are kept."
    if not count:
        be = "is" if kept == 1 else "are"
        return (
            f"{number_of(kept, 'commitment')} of the last plan {be} kept; none had to be released."
        )
    named = [
        f"{key.kind} {commitment_label(key)} in {key.period} ({wanted[key]:,.1f} planned, "
        f"{plan.amounts.get(key, 0.0):,.1f} now)"
        for key in plan.released[:MAX_NAMED_RELEASES]
    ]
    more = f"; and {count - MAX_NAMED_RELEASES:,} more" if count > MAX_NAMED_RELEASES else ""
    be = "is" if count == 1 else "are"
    return (
        f"{number_of(count, 'commitment')} of the last plan {be} impossible with the new data "
        f"and released: {'; '.join(named)}{more}. "
        f"Kept: {kept:,}."
    )


def _table(
    plan: FixedPlan, wanted: Mapping[Commitment, float], planned: Mapping[Commitment, float]
) -> Table:
    released = set(plan.released)
    rows = []
    for key, last in (*wanted.items(), *planned.items()):
        now = plan.amounts.get(key, 0.0)
        if max(last, now) > NEGLIGIBLE_COMMITMENT:
            state = "released" if key in released else "kept" if key in wanted else "free"
            rows.append((key.kind, commitment_label(key), key.period, last, now, now - last, state))
    rows.sort(key=lambda row: (-round(abs(row[5]), 6), row[0], row[1], row[2]))
    return table(COMMITMENTS, rows)
