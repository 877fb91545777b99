"""Histories, events and what they break.

A lot's history is a set of events (stage, country, owner, owner's country, site). A
rule is broken by a history when any event matches one of the rule's scope lines. An event
of which nobody knows where it was matches every line that looks at its stage. Rows that
are dated by processing are told apart: each breaks only by events in its own dates.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from msgspec import Struct

from optimizer.network.calendar import Calendar
from optimizer.network.flows import Trait
from optimizer.tables import sheets
from optimizer.tables.case import Case
from optimizer.tables.country_groups import CountrySets
from optimizer.tables.sheets import ABSENT, HERE, NONE, STAGES, UNKNOWN
from optimizer.tables.text_matching import fold


class ProvenanceEvent(Struct, frozen=True):
    """One event of a history, ready to be matched.

    ``country`` is ``UNKNOWN`` where nobody knows the place, and ``NONE`` where the stage does
    not apply; the other fields are empty then, and where nothing is stated.
    """

    stage: str
    country: str
    owner_country: str = ""
    owner: str = ""
    site: str = ""

    @property
    def known(self) -> bool:
        """False where nobody knows the place: then the event may have been anywhere."""
        return self.country != UNKNOWN

    @property
    def applies(self) -> bool:
        """False where the history says that the stage does not apply."""
        return self.country != NONE


class RuleLabel(Struct, frozen=True):
    """A rule, or a row of a rule that is dated by processing."""

    name: str
    rule: str
    window: tuple[date | None, date | None] | None
    """Dates of the events that count; None where every event does."""


class Provenance:
    """Events of a case and the rules that they break."""

    def __init__(self, case: Case, calendar: Calendar) -> None:
        self.calendar = calendar
        everywhere = (*case.sites, *case.switched_off.get("Sites", ()))
        self.sites: dict[str, sheets.Site] = {fold(site.site): site for site in everywhere}
        self.owners = {
            fold(site.owner): site.owner_country
            for site in everywhere
            if site.owner and site.owner_country
        }
        self.materials = {material.material: material for material in case.materials}
        self.labels = _labels(case)
        self.countries = CountrySets(case.countries)
        self._scope: dict[str, list[sheets.ScopeLine]] = {}
        for line in case.rule_scope:
            self._scope.setdefault(line.rule, []).append(line)

    def at_site(self, site: str, stages: Iterable[str]) -> list[ProvenanceEvent]:
        """Events of stages done at a site; ``melted: none`` is a stage that does not apply."""
        where = self.sites[fold(site)]
        home = where.owner_country or where.country
        return [
            ProvenanceEvent(stage.removesuffix(ABSENT), NONE)
            if stage.endswith(ABSENT)
            else ProvenanceEvent(stage, where.country, home, where.owner, where.site)
            for stage in stages
        ]

    def bought(
        self, site: str, material: str, history: Sequence[sheets.Event] | None
    ) -> list[ProvenanceEvent]:
        """Events of a lot held or sold at a site; what the history leaves open is unknown.

        A blank history means the site itself where nothing else can be meant: for what a mine
        mines and for a material without a stage. A material that is not traced has the events
        that are written, for customs.
        """
        kind = self.materials[material]
        stages = stages_up_to(kind.stage)
        if history is None:
            if not kind.traced:
                return []
            mines = self.sites[fold(site)].kind == "mine" and kind.stage == STAGES[0]
            if mines or not kind.stage:
                return self.at_site(site, stages)
            return _unknown(stages)
        events = [one for event in history for one in self._written(event, site, stages)]
        if not kind.traced or history == (sheets.Event("", HERE),):
            return events
        stated = {event.stage for event in events}
        needed = dict.fromkeys((STAGES[0], kind.stage or STAGES[0]))
        return [*events, *_unknown(stage for stage in needed if stage not in stated)]

    def _written(
        self, event: sheets.Event, site: str, stages: tuple[str, ...]
    ) -> list[ProvenanceEvent]:
        """Events of one part of a written history of a lot at a site."""
        own = (event.stage,) if event.stage else stages
        if event.country == HERE:
            return self.at_site(site, own)
        if event.country in (UNKNOWN, NONE):
            return [ProvenanceEvent(stage, event.country) for stage in own]
        return [self._abroad(event)]

    def _abroad(self, event: sheets.Event) -> ProvenanceEvent:
        """An event at a place that the history names."""
        known = self.sites.get(fold(event.name)) if event.name else None
        if known is not None:
            home = known.owner_country or known.country
            return ProvenanceEvent(event.stage, event.country, home, known.owner, known.site)
        home = self.owners.get(fold(event.name), event.country)
        return ProvenanceEvent(event.stage, event.country, home, event.name, event.name)

    def origin(self, site: str, material: str, history: Sequence[sheets.Event] | None) -> str:
        """Customs origin of a lot held or sold at a site: country of its latest known event."""
        found = self.bought(site, material, history)
        events = [event for event in found if event.known and event.applies]
        if not events:
            return self.sites[fold(site)].country
        return max(enumerate(events), key=lambda item: (stage_order(item[1].stage), item[0]))[
            1
        ].country

    def matched(self, events: Iterable[ProvenanceEvent]) -> frozenset[str]:
        """Rules with a scope line that one of the events matches, whatever the dates."""
        events = list(events)
        return frozenset(
            rule
            for rule, lines in self._scope.items()
            if any(self._matches(line, event) for line in lines for event in events)
        )

    def _matches(self, line: sheets.ScopeLine, event: ProvenanceEvent) -> bool:
        """True if an event can have been what a line of a rule's scope names."""
        if not event.applies:
            return False
        if not event.known:
            return _is_any(line.stage, event.stage)
        return (
            self.countries.holds(line.country, event.country)
            and self.countries.holds(line.owner_country, event.owner_country)
            and _is_any(line.owner, event.owner)
            and _is_any(line.site, event.site)
            and _is_any(line.stage, event.stage)
        )

    def broken_by_period(self, rules: frozenset[str]) -> list[frozenset[str]]:
        """Labels broken in each period by events that match the scope of some rules."""
        calendar = self.calendar
        result: list[set[str]] = [set() for _ in range(calendar.count)]
        for label in self.labels:
            if label.rule not in rules:
                continue
            dates = label.window or (None, None)
            periods = calendar.touched(*dates)
            for t in range(calendar.count):
                if periods >> t & 1:
                    result[t].add(label.name)
        return [frozenset(names) for names in result]

    def broken_before(self, rules: frozenset[str]) -> frozenset[str]:
        """Labels broken by events of the day before the start."""
        eve = self.calendar.start - timedelta(days=1)
        return frozenset(
            label.name
            for label in self.labels
            if label.rule in rules and (label.window is None or _within(eve, *label.window))
        )

    def cleared(self, rules: Iterable[str]) -> frozenset[str]:
        """Labels of rules that a process clears."""
        rules = set(rules)
        return frozenset(label.name for label in self.labels if label.rule in rules)


def stages_up_to(stage: str) -> tuple[str, ...]:
    """Stages that a material of a stage has been through; a blank stage is one event.

    >>> stages_up_to("separated")
    ('mined', 'refined', 'separated')
    >>> stages_up_to("")
    ('',)
    """
    if not stage:
        return ("",)
    if stage in STAGES:
        return STAGES[: STAGES.index(stage) + 1]
    return (*STAGES, stage)


def stage_order(stage: str) -> int:
    """Place of a stage in the chain; a word of the workbook's own comes last."""
    if not stage:
        return -1
    return STAGES.index(stage) if stage in STAGES else len(STAGES)


def label_name(rule: sheets.Rule) -> str:
    """Name of what breaks a row of Rules: the rule, with its dates if dated by processing."""
    return rule.rule if rule.dated_by == "delivery" else f"{rule.rule} [{dates_of(rule)}]"


def dates_of(row: sheets.Dated) -> str:
    """Dates of a row in words: ``2028-01-01..open``."""
    start = row.start.isoformat() if row.start else "open"
    end = row.end.isoformat() if row.end else "open"
    return f"{start}..{end}"


def traits(
    labels: Sequence[RuleLabel], patterns: Iterable[tuple[frozenset[str], bool]]
) -> tuple[tuple[Trait, ...], dict[str, int]]:
    """Traits, and the bit of each label; labels that act alike everywhere share a bit.

    ``patterns`` are the sets of labels that something breaks (True) or clears (False).
    A label that nothing breaks has no bit.
    """
    seen: dict[str, list[int]] = {label.name: [] for label in labels}
    breakable = set()
    for number, (names, breaks) in enumerate(dict.fromkeys(patterns)):
        for name in names:
            seen[name].append(number)
            if breaks:
                breakable.add(name)
    groups: dict[tuple[int, ...], list[str]] = {}
    for label in labels:
        if label.name in breakable:
            groups.setdefault(tuple(seen[label.name]), []).append(label.name)
    result = tuple(Trait(tuple(names), 1 << n) for n, names in enumerate(groups.values()))
    return result, {name: trait.bit for trait in result for name in trait.names}


def bits(names: Iterable[str], bit_of: dict[str, int]) -> int:
    """Mask of labels."""
    result = 0
    for name in names:
        result |= bit_of.get(name, 0)
    return result


def _labels(case: Case) -> tuple[RuleLabel, ...]:
    found: dict[str, RuleLabel] = {}
    for rule in case.rules:
        name = label_name(rule)
        window = None if rule.dated_by == "delivery" else (rule.start, rule.end)
        found.setdefault(name, RuleLabel(name, rule.rule, window))
    return tuple(found.values())


def _within(day: date, start: date | None, end: date | None) -> bool:
    return (start is None or start <= day) and (end is None or day <= end)


def _unknown(stages: Iterable[str]) -> list[ProvenanceEvent]:
    return [ProvenanceEvent(stage, UNKNOWN) for stage in stages]


def _is_any(allowed: tuple[str, ...], found: str) -> bool:
    return not allowed or fold(found) in {fold(name) for name in allowed}
