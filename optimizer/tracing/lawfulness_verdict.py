"""Verdict whether a plan is lawful: rules kept, and origins that the workbook leaves open.

The model keeps the rules. This verdict reports what the workbook leaves open, so that nobody
takes a plan for lawful that is lawful only as far as stated.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta

from msgspec import Struct

from optimizer.network.network_data import Network
from optimizer.network.provenance import dates_of
from optimizer.result.number_text import figure, listed
from optimizer.result.result_table import Table
from optimizer.tables import sheets
from optimizer.tables.schema import group_rows
from optimizer.tracing.presumed_origins import presumed_origins

YES = "yes"
AS_FAR_AS_STATED = "as far as stated"
NO_RULE_BINDS = "no rule binds"
NO_RULES = "no rules"
NO_RULES_AT_ALL = "The workbook has no rules."
NO = "no"
"""Possible only for a model that was changed after it was built."""

NOT_STATED_SUFFIX = " not stated"
"""Suffix of a stage in the column ``rests on`` of Compliance."""
MIN_BREAKING_SHARE = 1e-6
"""Share of deliveries below which breaking tonnes count as rounding."""


class Lawfulness(Struct, frozen=True):
    """Verdict on a plan in one word, and the sentences to show beside it."""

    word: str
    headline: str
    notes: tuple[str, ...] = ()

    @property
    def alerts(self) -> tuple[str, ...]:
        """Sentences to show before the figures; without a headline if all is in order."""
        in_order = self.word == YES or (self.word == NO_RULES and self.headline == NO_RULES_AT_ALL)
        return self.notes if in_order else (self.headline, *self.notes)


def lawfulness(network: Network, tables: Mapping[str, Table]) -> Lawfulness:
    """Verdict from the rules of the case and the tables of the plan.

    ``yes``: every rule in force binds a delivery and is kept, no delivery under a rule has an
    unknown or unstated origin, no customs origin is presumed, and no rule begins only after the
    horizon or pauses within it (which may be a mistyped year). ``as far as stated``: all rules
    are kept, but one of the other conditions fails. ``no rule binds``: rules exist and bind no
    delivery. ``no rules``: no rule is active. ``no``: a rule is broken.
    """
    rules = group_rows(network.case.rules, lambda row: row.rule)
    sums = _sums_by_rule(tables["Compliance"])
    notes = list(_not_in_force(network, rules))
    if not rules:
        off = len(network.case.switched_off.get("Rules", ()))
        inactive = f"No rule is active: {off} rows of Rules are inactive."
        return Lawfulness(NO_RULES, inactive if off else NO_RULES_AT_ALL)
    live = [name for name, rows in rules.items() if any(_in_force(network, row) for row in rows)]
    idle = [name for name in live if not _binds(network, name)]
    if len(idle) == len(live):
        return Lawfulness(
            NO_RULE_BINDS,
            f"No rule binds any delivery of this plan: {listed(rules)} bind no delivery.",
            tuple(notes),
        )
    notes = [*(f"{name} is in force and binds no delivery." for name in idle), *notes]
    notes = [*_shares_used(sums), *notes]
    broken = [name for name, rule_sums in sums.items() if rule_sums.broken]
    if broken:
        return Lawfulness(NO, f"The plan breaks {listed(broken)}.", tuple(notes))
    reservations = list(_reservations(network, tables, rules, sums))
    if not (reservations or idle):
        headline = "Every rule is kept, and every origin that a rule checks is stated."
        return Lawfulness(YES, headline, tuple(notes))
    headline = " ".join(reservations) or f"Kept, but {listed(idle)} bind no delivery."
    return Lawfulness(
        AS_FAR_AS_STATED, f"Rules are kept as far as stated. {headline}", tuple(notes)
    )


def _reservations(
    network: Network,
    tables: Mapping[str, Table],
    rules: dict[str, list[sheets.Rule]],
    sums: dict[str, _RuleSums],
) -> Iterator[str]:
    """Sentences on what keeps a plan without a broken rule from being lawful without reserve."""
    for name, rule_sums in sums.items():
        if rule_sums.unknown or rule_sums.not_stated:
            yield _unstated_origin_sentence(name, rule_sums)
    later = [name for name, rows in rules.items() if _begins_later(network, rows)]
    if later:
        verb = "begins" if len(later) == 1 else "begin"
        yield (
            f"{listed(later)} {verb} only after the plan's end: correct the date, or write no "
            "under active."
        )
    for name, rows in rules.items():
        yield from _pauses(network, name, rows)
    presumed = presumed_origins(network, tables)
    if presumed:
        yield (
            f"Who made it is unknown in {listed(presumed)}, and its customs origin, on which duty "
            "depends, is taken from an earlier event."
        )


class _RuleSums(Struct):
    """Sums of the table Compliance for one rule, over all its lines and windows."""

    delivered: float = 0.0
    breaking: float = 0.0
    allowed: float = 0.0
    unknown: float = 0.0
    not_stated: float = 0.0
    broken: bool = False
    reasons: dict[str, None] = {}


def _sums_by_rule(compliance: Table) -> dict[str, _RuleSums]:
    sums: dict[str, _RuleSums] = {}
    headers = (
        "rule",
        "delivered",
        "breaking",
        "share allowed",
        "unknown",
        "not stated",
        "verdict",
        "rests on",
    )
    for name, delivered, breaking, allowed, unknown, not_stated, verdict, rests in zip(
        *(compliance[header] for header in headers), strict=True
    ):
        rule_sums = sums.setdefault(name, _RuleSums(reasons={}))
        rule_sums.delivered += delivered
        rule_sums.breaking += breaking
        rule_sums.allowed += allowed * delivered
        rule_sums.unknown += unknown
        rule_sums.not_stated += not_stated
        rule_sums.broken |= verdict.startswith("broken")
        rule_sums.reasons |= dict.fromkeys(part for part in rests.split("; ") if part)
    return sums


def _unstated_origin_sentence(name: str, rule_sums: _RuleSums) -> str:
    """Sentence on the tonnes under a rule of unknown or unstated origin, with cells and stages."""
    stages = [
        reason.removesuffix(NOT_STATED_SUFFIX)
        for reason in rule_sums.reasons
        if reason.endswith(NOT_STATED_SUFFIX)
    ]
    cells = [reason for reason in rule_sums.reasons if not reason.endswith(NOT_STATED_SUFFIX)]
    parts = []
    if rule_sums.unknown:
        where = f" ({listed(cells, most=4)})" if cells else ""
        parts.append(f"{figure(rule_sums.unknown)} t are of unknown origin{where}")
    if rule_sums.not_stated:
        parts.append(
            f"{figure(rule_sums.not_stated)} t have a stage that is not stated ({listed(stages)})"
        )
    return f"Under {name}, {' and '.join(parts)}."


def _shares_used(sums: dict[str, _RuleSums]) -> Iterator[str]:
    """Sentences on rules that allow a share: the tonnes that use it."""
    for name, rule_sums in sums.items():
        if rule_sums.allowed and rule_sums.breaking > MIN_BREAKING_SHARE * rule_sums.delivered:
            yield (
                f"{figure(rule_sums.breaking)} t of {figure(rule_sums.delivered)} t delivered "
                f"under {name} break it, within the share that it allows "
                f"({figure(rule_sums.allowed)} t)."
            )


def _not_in_force(network: Network, rules: dict[str, list[sheets.Rule]]) -> Iterator[str]:
    """Sentences on rules without a row in force within the horizon."""
    for name, rows in rules.items():
        if not any(_in_force(network, row) for row in rows):
            dates = ", ".join(dates_of(row) for row in rows)
            yield f"{name} is not in force in this horizon ({dates})."


def _in_force(network: Network, row: sheets.Rule) -> bool:
    """True if a row of Rules is in force in the horizon.

    For a row dated by processing the day before the start counts too: opening stock and orders
    are dated then.
    """
    calendar = network.calendar
    first: date = calendar.start
    if row.dated_by == "processing":
        first -= timedelta(days=1)
    last: date = calendar.last[-1]
    return (row.start is None or row.start <= last) and (row.end is None or row.end >= first)


def _begins_later(network: Network, rows: list[sheets.Rule]) -> bool:
    """True for a rule that begins only after the horizon."""
    last: date = network.calendar.last[-1]
    return all(row.start is not None and row.start > last for row in rows)


def _pauses(network: Network, name: str, rows: list[sheets.Rule]) -> Iterator[str]:
    """Sentences on days of the horizon between two rows of a rule, with neither in force."""
    day = timedelta(days=1)
    last: date = network.calendar.last[-1]
    groups = group_rows(rows, lambda row: (row.dated_by, tuple(row.segments)))
    for dated_rows in groups.values():
        dated_rows.sort(key=lambda row: row.start or date.min)
        until = dated_rows[0].end
        for row in dated_rows[1:]:
            if until is None:
                break
            begin = max(until + day, network.calendar.start)
            if row.start is not None and row.start > begin and begin <= last:
                yield (
                    f"{name} pauses from {begin} to {row.start - day}, between two of its rows: "
                    "correct the dates, or write a row with maximum share 1."
                )
            until = None if row.end is None else max(until, row.end)


def _binds(network: Network, rule: str) -> bool:
    return any(phase.rule == rule and phase.lines for phase in network.phases)
