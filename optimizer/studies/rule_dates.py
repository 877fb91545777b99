"""What would change if the dates of a rule moved by a period, either way."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from math import isfinite

from optimizer.plan import Result
from optimizer.studies.losses import later
from optimizer.tables.case import Case
from optimizer.tables.sheets import PERIOD_MONTHS

ROUNDING = 1e-9
"""Part of a cost that is rounding, in a plan without yes/no decisions."""

NAN = float("nan")

WAYS = ((1, "later"), (-1, "earlier"))


def date_rows(
    plan: Result, rules: list[str], solved: Callable[[Case], Result]
) -> Iterator[tuple[object, ...]]:
    """Rows of the table ``Rule dates``; rules without a date in the horizon have none."""
    length = plan.case.settings.period_length
    for name in rules:
        if not _dated(plan, name):
            continue
        for sign, word in WAYS:
            when = f"one {length} {word}"
            other = solved(moved(plan.case, name, sign * PERIOD_MONTHS[length]))
            yield _row(plan, other, name, when)


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


def _row(plan: Result, other: Result, rule: str, when: str) -> tuple[object, ...]:
    cost = NAN if other.objective is None else other.objective
    change, doubt = NAN, NAN
    if plan.objective is not None and other.objective is not None:
        change = cost - plan.objective
        doubt = plan.gap * abs(plan.objective) + other.gap * abs(cost)
        size = ROUNDING * max(abs(plan.objective), abs(cost))
        if abs(change) <= 1e2 * size:
            change = 0.0
        elif abs(change) <= doubt:
            change = NAN
    short = other.shortage - plan.shortage if isfinite(cost) and plan.objective is not None else NAN
    sentence = _sentence(plan, other, f"Rule {rule}, {when}", change, doubt)
    return rule, when, other.status, cost, change, short, doubt, sentence


def _sentence(plan: Result, other: Result, what: str, change: float, doubt: float) -> str:
    currency = plan.case.settings.currency
    if other.objective is None:
        return f"{what}: there is no plan ({other.status})."
    if plan.objective is None:
        return f"{what}: there is a plan, for {other.objective:,.0f} {currency}."
    if change != change:
        return f"{what}: the difference is within the gap of {doubt:,.0f} {currency}."
    if not change:
        return f"{what}: the plan costs the same."
    more = "more" if change > 0 else "less"
    return f"{what}: the plan costs {abs(change):,.0f} {currency} {more}."
