"""What the plan would cost if one date of a rule came a period later or earlier."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import NamedTuple

from optimizer.plan import Result
from optimizer.studies.cost_differences import (
    EQUALITY_FACTOR,
    PROVEN_WITHOUT_PLAN,
    UNKNOWN_FIGURE,
    cost_difference,
    figure_or_nan,
)
from optimizer.studies.disruptions import months_later
from optimizer.studies.run_outcome import RunOutcome
from optimizer.tables.case import Case
from optimizer.tables.sheets import PERIOD_MONTHS, Rule

DATE_SHIFTS = ((1, "later"), (-1, "earlier"))
"""Sign of a shift by one period, and its word."""
RULE_DAY = timedelta(days=1)


class RuleDate(NamedTuple):
    """A day within the horizon on which a row of a rule begins, or the day after one ends."""

    day: date
    begins: bool
    """True if a row of the rule begins on this day."""
    ends: bool
    """True if a row of the rule has the day before as its last."""


class ShiftedRule(NamedTuple):
    """A case in which one date of a rule is another."""

    rule: str
    when: str
    case: Case


def shifted_rules(plan: Result, rules: list[str]) -> Iterator[ShiftedRule]:
    """Cases in each of which one date of a rule comes a period later or earlier.

    A date that is blank, or lies at or beyond an end of the horizon, stays: a rule in force on the
    last day of the horizon need not end there.
    """
    length = plan.case.settings.period_length
    for name in rules:
        for turning_day in _dates(plan, name):
            for sign, word in DATE_SHIFTS:
                wanted = months_later(turning_day.day, sign * PERIOD_MONTHS[length])
                to = _bounded(plan.case, name, turning_day.day, wanted)
                shift = f"one {length} {word}" if to == wanted else f"{word}, to its next date"
                yield ShiftedRule(
                    name,
                    _words(turning_day, to, shift),
                    with_moved_date(plan.case, name, turning_day.day, to),
                )


def _dates(plan: Result, rule: str) -> list[RuleDate]:
    """The dates of a rule within the horizon, its first day left out."""
    calendar = plan.network.calendar
    rows = [row for row in plan.case.rules if row.rule == rule]
    begins = {row.start for row in rows if row.start}
    ends = {row.end + RULE_DAY for row in rows if row.end}
    return [
        RuleDate(day, day in begins, day in ends)
        for day in sorted(begins | ends)
        if calendar.first[0] < day <= calendar.last[-1]
    ]


def _bounded(case: Case, rule: str, day: date, to: date) -> date:
    """The day to which a date moves: not beyond the rule's next date on that side."""
    rows = [row for row in case.rules if row.rule == rule]
    dates = {row.start for row in rows if row.start} | {
        row.end + RULE_DAY for row in rows if row.end
    }
    if to > day:
        return min([to, *(each for each in dates if each > day)])
    return max([to, *(each for each in dates if each < day)])


def with_moved_date(case: Case, rule: str, day: date, to: date) -> Case:
    """The case in which one date of a rule moves; a row without a day left is removed."""
    rows = [_row_with_moved_date(row, day, to) if row.rule == rule else row for row in case.rules]
    remaining = tuple(row for row in rows if not (row.start and row.end and row.start > row.end))
    names = {row.rule for row in remaining}
    scope = tuple(line for line in case.rule_scope if line.rule in names)
    return replace(case, rules=remaining, rule_scope=scope)


def _row_with_moved_date(row: Rule, day: date, to: date) -> Rule:
    """The row with another first day, or ended by another day, if that is the one that moves."""
    if row.start == day:
        return replace(row, start=to)
    return replace(row, end=to - RULE_DAY) if row.end and row.end + RULE_DAY == day else row


def _words(rule_date: RuleDate, to: date, shift: str) -> str:
    """How one date moves: ``from 2027-10-01 instead of 2027-07-01, one quarter later``.

    >>> _words(RuleDate(date(2027, 7, 1), False, True), date(2027, 4, 1), "one quarter earlier")
    'to 2027-03-31 instead of 2027-06-30, one quarter earlier'
    """
    if rule_date.begins:
        also = " (the row before it ends the day before)" if rule_date.ends else ""
        return f"from {to} instead of {rule_date.day}{also}, {shift}"
    return f"to {to - RULE_DAY} instead of {rule_date.day - RULE_DAY}, {shift}"


def date_row(plan: Result, other: RunOutcome, rule: str, when: str) -> tuple[object, ...]:
    """Row of the table ``Rule dates``."""
    change, uncertainty, rounding = cost_difference(plan, other)
    if abs(change) <= EQUALITY_FACTOR * rounding:
        change = 0.0
    elif abs(change) <= uncertainty:
        change = UNKNOWN_FIGURE
    compared = plan.objective is not None and other.objective is not None
    short = other.short - plan.shortage if compared else UNKNOWN_FIGURE
    sentence = _sentence(plan, other, f"Rule {rule}, {when}", change, uncertainty)
    return (
        rule,
        when,
        other.status,
        figure_or_nan(other.objective),
        change,
        short,
        uncertainty,
        sentence,
    )


def _sentence(plan: Result, other: RunOutcome, what: str, change: float, uncertainty: float) -> str:
    currency = plan.case.settings.currency
    if other.objective is None:
        if other.status not in PROVEN_WITHOUT_PLAN:
            return f"{what}: not known: no plan was found ({other.status})."
        return f"{what}: there is no plan ({other.status})."
    if plan.objective is None:
        return f"{what}: there is a plan, for {other.objective:,.0f} {currency}."
    if change != change:
        return f"{what}: the difference is within the gap of {uncertainty:,.0f} {currency}."
    if not change:
        return f"{what}: the plan costs the same."
    more = "more" if change > 0 else "less"
    return f"{what}: the plan costs {abs(change):,.0f} {currency} {more}."
