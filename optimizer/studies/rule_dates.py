"""What would change if one date of a rule came a period later, or earlier."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import NamedTuple

from optimizer.plan import Result
from optimizer.studies.cost_differences import NAN, PROVEN, apart, known
from optimizer.studies.disruptions import later
from optimizer.studies.run_outcome import RunOutcome
from optimizer.tables.case import Case
from optimizer.tables.sheets import PERIOD_MONTHS, Rule

WAYS = ((1, "later"), (-1, "earlier"))
DAY = timedelta(days=1)


class RuleDate(NamedTuple):
    """A day within the horizon from which a rule binds otherwise than on the day before."""

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


def other_dates(plan: Result, rules: list[str]) -> Iterator[ShiftedRule]:
    """Cases in which one date of a rule comes a period later or earlier, date by date.

    A date that is blank, or lies at or beyond an end of the horizon, stays where it is: a rule
    that holds to the last day of the horizon does not end there for any reason of its own.
    """
    length = plan.case.settings.period_length
    for name in rules:
        for turn in _turns(plan, name):
            for sign, word in WAYS:
                wanted = later(turn.day, sign * PERIOD_MONTHS[length])
                to = _bounded(plan.case, name, turn.day, wanted)
                shift = f"one {length} {word}" if to == wanted else f"{word}, to its next date"
                yield ShiftedRule(
                    name, _words(turn, to, shift), moved(plan.case, name, turn.day, to)
                )


def _turns(plan: Result, rule: str) -> list[RuleDate]:
    """The days on which a rule turns, without the first day of the horizon."""
    calendar = plan.network.calendar
    rows = [row for row in plan.case.rules if row.rule == rule]
    begins = {row.start for row in rows if row.start}
    ends = {row.end + DAY for row in rows if row.end}
    return [
        RuleDate(day, day in begins, day in ends)
        for day in sorted(begins | ends)
        if calendar.first[0] < day <= calendar.last[-1]
    ]


def _bounded(case: Case, rule: str, day: date, to: date) -> date:
    """The day to which a date moves: not beyond the rule's next date on that side."""
    rows = [row for row in case.rules if row.rule == rule]
    others = {row.start for row in rows if row.start} | {row.end + DAY for row in rows if row.end}
    if to > day:
        return min([to, *(other for other in others if other > day)])
    return max([to, *(other for other in others if other < day)])


def moved(case: Case, rule: str, day: date, to: date) -> Case:
    """The case in which a rule turns on another day; a row that has no day left is gone."""
    rows = [_turned(row, day, to) if row.rule == rule else row for row in case.rules]
    kept = tuple(row for row in rows if not (row.start and row.end and row.start > row.end))
    names = {row.rule for row in kept}
    scope = tuple(line for line in case.rule_scope if line.rule in names)
    return replace(case, rules=kept, rule_scope=scope)


def _turned(row: Rule, day: date, to: date) -> Rule:
    """A row that begins, or has ended, on the other day instead."""
    if row.start == day:
        return replace(row, start=to)
    return replace(row, end=to - DAY) if row.end and row.end + DAY == day else row


def _words(turn: RuleDate, to: date, shift: str) -> str:
    """How one date moves: ``from 2027-10-01 instead of 2027-07-01, one quarter later``.

    >>> _words(RuleDate(date(2027, 7, 1), False, True), date(2027, 4, 1), "one quarter earlier")
    'to 2027-03-31 instead of 2027-06-30, one quarter earlier'
    """
    if turn.begins:
        also = " (the row before it ends the day before)" if turn.ends else ""
        return f"from {to} instead of {turn.day}{also}, {shift}"
    return f"to {to - DAY} instead of {turn.day - DAY}, {shift}"


def date_row(plan: Result, other: RunOutcome, rule: str, when: str) -> tuple[object, ...]:
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


def _sentence(plan: Result, other: RunOutcome, what: str, change: float, doubt: float) -> str:
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
