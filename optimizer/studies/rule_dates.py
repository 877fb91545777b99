"""What would change if the dates of a rule moved by a period, either way."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

from optimizer.plan import Result
from optimizer.studies.gaps import NAN, PROVEN, apart, known
from optimizer.studies.losses import later
from optimizer.studies.outcome import Outcome
from optimizer.tables.case import Case
from optimizer.tables.sheets import PERIOD_MONTHS

WAYS = ((1, "later"), (-1, "earlier"))


class Moved(NamedTuple):
    """A case in which the dates of a rule are others."""

    rule: str
    when: str
    case: Case


def other_dates(plan: Result, rules: list[str]) -> Iterator[Moved]:
    """Cases with the dates of each rule moved; none for rules without a date in the horizon."""
    length = plan.case.settings.period_length
    for name in rules:
        if _dated(plan, name):
            for sign, word in WAYS:
                case = moved(plan.case, name, sign * PERIOD_MONTHS[length])
                yield Moved(name, f"one {length} {word}", case)


def moved(case: Case, rule: str, months: int) -> Case:
    """The case in which all dates of a rule come so many months later."""
    return replace(
        case,
        rules=tuple(
            replace(
                row,
                start=row.start and later(row.start, months),
                end=row.end and later(row.end, months),
            )
            if row.rule == rule
            else row
            for row in case.rules
        ),
    )


def _dated(plan: Result, rule: str) -> bool:
    calendar = plan.network.calendar
    days = [day for row in plan.case.rules if row.rule == rule for day in (row.start, row.end)]
    return any(day and calendar.first[0] <= day <= calendar.last[-1] for day in days)


def date_row(plan: Result, other: Outcome, rule: str, when: str) -> tuple[object, ...]:
    """Row of the table ``Rule dates``."""
    change, doubt, rounding = apart(plan, other)
    if abs(change) <= 1e2 * rounding:
        change = 0.0
    elif abs(change) <= doubt:
        change = NAN
    compared = plan.objective is not None and other.objective is not None
    short = other.short - plan.shortage if compared else NAN
    sentence = _sentence(plan, other, f"Rule {rule}, {when}", change, doubt)
    return rule, when, other.status, known(other.objective), change, short, doubt, sentence


def _sentence(plan: Result, other: Outcome, what: str, change: float, doubt: float) -> str:
    currency = plan.case.settings.currency
    if other.objective is None:
        if other.status not in PROVEN:
            return f"{what}: not known, for no plan was found ({other.status})."
        return f"{what}: there is no plan ({other.status})."
    if plan.objective is None:
        return f"{what}: there is a plan, for {other.objective:,.0f} {currency}."
    if change != change:
        return f"{what}: the difference is within the gap of {doubt:,.0f} {currency}."
    if not change:
        return f"{what}: the plan costs the same."
    more = "more" if change > 0 else "less"
    return f"{what}: the plan costs {abs(change):,.0f} {currency} {more}."
