"""Histories of lots as events, and the rules that events break.

A lot's history is a set of events (stage, country, owner, owner's country, site). A history
breaks a rule if one of its events matches one of the rule's scope lines. An event at an unknown
place matches every line that covers its stage. Rows of a rule that are dated by processing are
separate labels: each is broken only by events within its own dates.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta

from msgspec import Struct

from optimizer.network.calendar import Calendar
from optimizer.network.flows import Trait
from optimizer.tables import sheets
from optimizer.tables.case import Case
from optimizer.tables.country_groups import CountrySets
from optimizer.tables.histories import stage_order
from optimizer.tables.schema import group_rows
from optimizer.tables.sheets import ABSENT, HERE, NONE, STAGES, UNKNOWN
from optimizer.tables.text_matching import fold


class ProvenanceEvent(Struct, frozen=True):
    """One event of a history.

    ``country`` is ``UNKNOWN`` where the place is unknown, and ``NONE`` where the stage does not
    apply. The other fields are empty in these cases, and where the workbook states nothing.
    """

    stage: str
    country: str
    owner_country: str = ""
    owner: str = ""
    site: str = ""

    @property
    def known(self) -> bool:
        """False if the place is unknown: the event may have been anywhere."""
        return self.country != UNKNOWN

    @property
    def applies(self) -> bool:
        """False if the history says that the stage does not apply."""
        return self.country != NONE


class RuleLabel(Struct, frozen=True):
    """A rule, or a row of a rule that is dated by processing."""

    name: str
    rule: str
    window: tuple[date | None, date | None] | None
    """Dates of the events that count; None if every event counts."""


_Lot = tuple[str, str, Sequence[sheets.Event] | None]
"""Site, material and written history."""


class Provenance:
    """Events of the lots and processes of a case, and the rules that they break."""

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
        self._scope = group_rows(case.rule_scope, lambda line: line.rule)
        self._events: dict[_Lot, tuple[ProvenanceEvent, ...]] = {}

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

    def lot_events(
        self, site: str, material: str, history: Sequence[sheets.Event] | None
    ) -> tuple[ProvenanceEvent, ...]:
        """Events of a lot in stock, under way to or sold at a site.

        A stage that the history does not state is an unknown event. A blank history means the
        site itself where that is the only possible reading: for ore at a mine, and for a material
        without a stage. A material that is not traced has only the events that are written, for
        customs.
        """
        lot = (site, material, history)
        events = self._events.get(lot)
        if events is None:
            events = self._events[lot] = tuple(self._expanded(*lot))
        return events

    def _expanded(
        self, site: str, material: str, history: Sequence[sheets.Event] | None
    ) -> list[ProvenanceEvent]:
        kind = self.materials[material]
        stages = stages_up_to(kind.stage)
        if history is None:
            if not kind.traced:
                return []
            mines = self.sites[fold(site)].kind == "mine" and kind.stage == STAGES[0]
            if mines or not kind.stage:
                return self.at_site(site, stages)
            return _unknown_events(stages)
        events = [
            event for written in history for event in self._written_events(written, site, stages)
        ]
        if not kind.traced or history == (sheets.Event("", HERE),):
            return events
        stated = {event.stage for event in events}
        needed = dict.fromkeys((STAGES[0], kind.stage or STAGES[0]))
        return [*events, *_unknown_events(stage for stage in needed if stage not in stated)]

    def _written_events(
        self, event: sheets.Event, site: str, stages: tuple[str, ...]
    ) -> list[ProvenanceEvent]:
        """Events of one part of a written history of a lot at a site."""
        named = (event.stage,) if event.stage else stages
        if event.country == HERE:
            return self.at_site(site, named)
        if event.country in (UNKNOWN, NONE):
            return [ProvenanceEvent(stage, event.country) for stage in named]
        return [self._named_event(event)]

    def _named_event(self, event: sheets.Event) -> ProvenanceEvent:
        """An event at a place that the history names."""
        known = self.sites.get(fold(event.name)) if event.name else None
        if known is not None:
            home = known.owner_country or known.country
            return ProvenanceEvent(event.stage, event.country, home, known.owner, known.site)
        home = self.owners.get(fold(event.name), event.country)
        return ProvenanceEvent(event.stage, event.country, home, event.name, event.name)

    def origin(self, site: str, material: str, history: Sequence[sheets.Event] | None) -> str:
        """Customs origin of a lot: country of its latest known event, else of its site."""
        country, latest = self.sites[fold(site)].country, -2
        for event in self.lot_events(site, material, history):
            order = stage_order(event.stage)
            if event.known and event.applies and order >= latest:
                country, latest = event.country, order
        return country

    def matching_rules(self, events: Iterable[ProvenanceEvent]) -> frozenset[str]:
        """Rules with a scope line that one of the events matches, whatever the dates."""
        events = list(events)
        return frozenset(
            rule
            for rule, lines in self._scope.items()
            if any(self._matches(line, event) for line in lines for event in events)
        )

    def _matches(self, line: sheets.ScopeLine, event: ProvenanceEvent) -> bool:
        """True if an event may be one that a scope line names."""
        if not event.applies:
            return False
        if not event.known:
            return _admits(line.stage, event.stage)
        return (
            self.countries.contains(line.country, event.country)
            and self.countries.contains(line.owner_country, event.owner_country)
            and _admits(line.owner, event.owner)
            and _admits(line.site, event.site)
            and _admits(line.stage, event.stage)
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


HistoryRow = tuple[str, str, sheets.Offer | sheets.Stock | sheets.Order]
"""Sheet, site of the lot, and row."""


def history_rows(case: Case) -> Iterator[HistoryRow]:
    """All rows with a history: those of Supply, Stocks and Pipeline."""
    yield from (("Supply", row.site, row) for row in case.supply)
    yield from (("Stocks", row.site, row) for row in case.stocks)
    yield from (("Pipeline", row.to_site, row) for row in case.pipeline)


def stages_up_to(stage: str) -> tuple[str, ...]:
    """Stages that a material of a stage has been through; a blank stage gives one blank stage.

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


def label_name(rule: sheets.Rule) -> str:
    """Name of the label of a row of Rules: the rule, with its dates if dated by processing."""
    return rule.rule if rule.dated_by == "delivery" else f"{rule.rule} [{dates_of(rule)}]"


def dates_of(row: sheets.Dated) -> str:
    """Dates of a row in words: ``2028-01-01..open``."""
    start = row.start.isoformat() if row.start else "open"
    end = row.end.isoformat() if row.end else "open"
    return f"{start}..{end}"


def traits(
    labels: Sequence[RuleLabel], patterns: Iterable[tuple[frozenset[str], bool]]
) -> tuple[tuple[Trait, ...], dict[str, int]]:
    """Traits, and the bit of each label; labels that always occur together share a bit.

    ``patterns`` are the sets of labels that a lot or process breaks (True) or clears (False).
    A label that nothing breaks has no bit.
    """
    seen: dict[str, list[int]] = {label.name: [] for label in labels}
    breakable = set()
    for number, (names, breaks) in enumerate(dict.fromkeys(patterns)):
        for name in names:
            seen[name].append(number)
            if breaks:
                breakable.add(name)
    names_in_order = [label.name for label in labels if label.name in breakable]
    groups = group_rows(names_in_order, lambda name: tuple(seen[name]))
    result = tuple(Trait(tuple(names), 1 << n) for n, names in enumerate(groups.values()))
    return result, {name: trait.bit for trait in result for name in trait.names}


def label_mask(names: Iterable[str], bit_of: dict[str, int]) -> int:
    """Mask of labels."""
    result = 0
    for name in names:
        result |= bit_of.get(name, 0)
    return result


def _labels(case: Case) -> tuple[RuleLabel, ...]:
    labels: dict[str, RuleLabel] = {}
    for rule in case.rules:
        name = label_name(rule)
        window = None if rule.dated_by == "delivery" else (rule.start, rule.end)
        labels.setdefault(name, RuleLabel(name, rule.rule, window))
    return tuple(labels.values())


def _within(day: date, start: date | None, end: date | None) -> bool:
    return (start is None or start <= day) and (end is None or day <= end)


def _unknown_events(stages: Iterable[str]) -> list[ProvenanceEvent]:
    return [ProvenanceEvent(stage, UNKNOWN) for stage in stages]


def _admits(allowed: tuple[str, ...], name: str) -> bool:
    return not allowed or fold(name) in {fold(option) for option in allowed}
