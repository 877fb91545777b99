"""Histories: rules that a bought or opening lot breaks, and its customs origin.

Claims are bit masks. A lot has one bit for each trait (a rule, or a dated row of a rule
dated by processing) that it does not break, and one for each country that is not its
customs origin. A lot backs an outflow of its node if it has every bit that the outflow claims.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from functools import cache, cached_property

import numpy as np
from msgspec import Struct

from optimizer.audit.audit_calendar import AuditCalendar, Bools, DatedSpread
from optimizer.audit.audit_countries import CountryLists
from optimizer.audit.audit_terms import SiteMaterialKey
from optimizer.audit.audit_workbook import AuditWorkbook
from optimizer.tables import sheets
from optimizer.tables.schema import group_rows
from optimizer.tables.text_matching import fold


class AuditEvent(Struct, frozen=True):
    """One event of a history with all attributes that a rule may name.

    The place is unknown where ``country`` is ``unknown``; the stage does not apply where it is
    ``none``.
    """

    stage: str
    country: str
    owner_country: str = ""
    owner: tuple[str, ...] = ()
    place: tuple[str, ...] = ()


class AuditTrait(Struct, frozen=True):
    """A rule, or one dated row of a rule dated by processing, that a lot may break."""

    name: str
    rule: str
    breakable_by_period: Bools
    """Periods in which an event breaks it."""
    breakable_before_start: bool
    """An event on the day before the start breaks it."""


@cache
def folded(word: str) -> str:
    """A name in the form in which names are compared: without case, spacing and look-alikes."""
    return fold(word)


def date_text(day: date | None) -> str:
    """A date as results show it."""
    return "open" if day is None else day.isoformat()


def trait_name(row: sheets.Rule) -> str:
    """Name of the trait of a row of Rules in the result tables."""
    if row.dated_by == "processing":
        return f"{row.rule} [{date_text(row.start)}..{date_text(row.end)}]"
    return row.rule


class AuditProvenance:
    """Traits and customs origins of all purchases, opening stocks, orders and outputs of a case."""

    def __init__(self, workbook: AuditWorkbook) -> None:
        self.workbook = workbook
        self.calendar = workbook.calendar
        self.traits: list[AuditTrait] = []
        for row in workbook.case.rules:
            if all(trait.name != trait_name(row) for trait in self.traits):
                self.traits.append(_trait(self.calendar, row))
        self.bit = {trait.name: 1 << i for i, trait in enumerate(self.traits)}
        """Bit of each trait by its name in the result tables."""
        self.every_trait = (1 << len(self.traits)) - 1
        self.lists = CountryLists(workbook.case)
        self.countries: dict[str, int] = {}
        self.owner_countries: dict[str, str] = {}
        """Country of each owner for which Sites states one."""
        self.sites: dict[str, sheets.Site] = {}
        """Rows of Sites by name; a row that is switched off still states the owner of a place."""
        for site in (*workbook.case.sites, *workbook.case.switched_off.get("Sites", ())):
            self.sites.setdefault(folded(site.site), site)
            if site.owner and site.owner_country:
                self.owner_countries.setdefault(folded(site.owner), site.owner_country)
        self.scope = group_rows(workbook.case.rule_scope, lambda line: folded(line.rule))
        self.breakable_by_period = [
            self._bits_where(trait.breakable_by_period[t] for trait in self.traits)
            for t in range(self.calendar.count)
        ]
        """Traits that an event can break, by period."""
        self.breakable_before_start = self._bits_where(
            trait.breakable_before_start for trait in self.traits
        )
        """Traits that an event before the start can break."""

    def _bits_where(self, conditions: Iterable[bool | np.bool_]) -> int:
        return sum(1 << i for i, true in enumerate(conditions) if true)

    def bits_of_rule(self, rule: str) -> int:
        """Bits of all traits of a rule."""
        return self._bits_where(folded(trait.rule) == folded(rule) for trait in self.traits)

    def broken(self, events: Iterable[AuditEvent]) -> int:
        """Traits that a history breaks, regardless of dates."""
        broken = 0
        for event in events:
            for i, trait in enumerate(self.traits):
                lines = self.scope.get(folded(trait.rule), ())
                if any(_matches(line, event, self.lists) for line in lines):
                    broken |= 1 << i
        return broken

    def history(
        self, site: str, material: str, events: tuple[sheets.Event, ...] | None
    ) -> list[AuditEvent]:
        """Events of a lot, ``unknown`` at stages that its history does not state.

        The contract: a blank history is the site itself at a mine for what is mined and for a
        material without a stage, and unknown at every stage elsewhere; a written one is unknown
        at ``mined`` and at the material's own stage where it does not name them.
        """
        material_row = self.workbook.materials[material]
        own_stage = folded(material_row.stage)
        order = [folded(word) for word in sheets.STAGES]
        passed = (
            order[: order.index(own_stage) + 1]
            if own_stage in order
            else [*order, own_stage]
            if own_stage
            else [""]
        )
        if events is None:
            obvious = not own_stage or (
                own_stage == "mined" and self.workbook.sites[site].kind == "mine"
            )
            if obvious or not material_row.traced:
                return [self.event_at(site, stage) for stage in passed]
            return [AuditEvent(stage, "unknown") for stage in passed]
        found_events: list[AuditEvent] = []
        for event in events:
            stages = [event.stage] if event.stage else passed
            if event.country == "here":
                found_events += [self.event_at(site, stage) for stage in stages]
            elif event.country in ("unknown", "none"):
                found_events += [AuditEvent(stage, event.country) for stage in stages]
            else:
                found_events.append(self._written_event(event))
        only_here = len(events) == 1 and not events[0].stage and events[0].country == "here"
        if material_row.traced and not only_here:
            named = {folded(audit_event.stage) for audit_event in found_events}
            lacking = {"mined": None, own_stage or "mined": None}
            found_events += [
                AuditEvent(stage, "unknown") for stage in lacking if stage not in named
            ]
        return found_events

    def event_at(self, site: str, stage: str) -> AuditEvent:
        """An event at a site of the workbook; ``melted: none`` states that there was none."""
        stage, colon, word = stage.partition(":")
        if colon and word.strip() == "none":
            return AuditEvent(stage, "none")
        row = self.workbook.sites[site]
        owner = (row.owner,) if row.owner else ()
        return AuditEvent(stage, row.country, row.owner_country or row.country, owner, (site,))

    def _written_event(self, event: sheets.Event) -> AuditEvent:
        row = self.sites.get(folded(event.name)) if event.name else None
        if row is None:
            names = (event.name,) if event.name else ()
            owner_country = self.owner_countries.get(folded(event.name), event.country)
            return AuditEvent(event.stage, event.country, owner_country, names, names)
        owner = (row.owner,) if row.owner else ()
        owner_country = row.owner_country or row.country
        return AuditEvent(event.stage, event.country, owner_country, owner, (row.site,))

    def origin(self, site: str, material: str, events: tuple[sheets.Event, ...] | None) -> str:
        """Country of customs origin of a bought or opening lot.

        The country of the latest known event, or of the site if no event is known.
        """
        order = ["", *map(folded, sheets.STAGES)]
        country, latest = self.workbook.sites[site].country, -1
        for event in self.history(site, material, events):
            stage = folded(event.stage)
            rank = order.index(stage) if stage in order else len(order)
            if event.country not in ("unknown", "none") and rank >= latest:
                country, latest = event.country, rank
        return country

    def origins_bought(self, rows: DatedSpread) -> list[str]:
        """Customs origin of an offer by period: that of the last row that touches the period."""
        origins = [""] * self.calendar.count
        spans = zip(rows.rows, rows.years, strict=True)
        for row, years in sorted(spans, key=lambda span: span[0].start or date.min):
            country = self.origin(row.site, row.material, row.history)
            for t in np.flatnonzero(years):
                origins[t] = country
        return origins

    @cached_property
    def origins_at(self) -> dict[SiteMaterialKey, set[str]]:
        """Possible customs origins of a material at a site: of sources, then along lanes."""
        workbook = self.workbook
        origins: dict[SiteMaterialKey, set[str]] = {}
        waiting = list(self._sources())
        leaving: dict[str, list[tuple[str, str]]] = {}
        for start, end, material, _ in workbook.lanes:
            leaving.setdefault(start, []).append((end, material))
        while waiting:
            (site, material), country = waiting.pop()
            known = origins.setdefault((site, material), set())
            if country in known:
                continue
            known.add(country)
            for end, carried in leaving.get(site, ()):
                if carried == material or (
                    carried == "*" and material in workbook.accepted_materials.get(end, ())
                ):
                    waiting.append(((end, material), country))
        return origins

    def _sources(self) -> Iterator[tuple[SiteMaterialKey, str]]:
        """Places where materials are bought, held or made, with their customs origin."""
        case, workbook = self.workbook.case, self.workbook
        for (_, site, material), rows in workbook.offers.items():
            for country in set(self.origins_bought(rows)) - {""}:
                yield (site, material), country
        for pair, storage in workbook.storage.items():
            if storage.first is not None and storage.first.opening:
                yield pair, self.origin(*pair, storage.first.history)
        for order in case.pipeline:
            pair = (order.to_site, order.material)
            yield pair, self.origin(*pair, order.history)
        for site, recipe, feed in workbook.processes:
            for recipe_feed in workbook.assays if feed == "*" else (feed,):
                for material in workbook.recipe(recipe, recipe_feed).outputs:
                    yield (site, material), workbook.sites[site].country

    def country_bit(self, country: str) -> int:
        """Bit that a lot has unless the country is its origin."""
        number = self.countries.setdefault(country, len(self.countries))
        return 1 << (len(self.traits) + number)

    @property
    def every_country(self) -> int:
        """Bits of all countries named so far."""
        return ((1 << len(self.countries)) - 1) << len(self.traits)

    def from_origins(self, countries: Iterable[str]) -> int:
        """Bits of lots that come from one of some countries (all must be numbered)."""
        listed = [self.country_bit(country) for country in countries]
        return self.every_country & ~sum(set(listed))


def _trait(calendar: AuditCalendar, row: sheets.Rule) -> AuditTrait:
    if row.dated_by != "processing":
        return AuditTrait(row.rule, row.rule, np.ones(calendar.count, dtype=bool), True)
    day_before = calendar.start - timedelta(days=1)
    before = (row.start is None or row.start <= day_before) and (
        row.end is None or day_before <= row.end
    )
    return AuditTrait(trait_name(row), row.rule, calendar.touches(row.start, row.end), before)


def _matches(line: sheets.ScopeLine, event: AuditEvent, lists: CountryLists) -> bool:
    """True if an event may match a line of a rule's scope; a blank cell matches anything.

    An event of unknown place may have been anywhere, so only its stage is compared.
    """
    if event.country == "none":
        return False
    if event.country == "unknown":
        return not line.stage or "*" in line.stage or folded(event.stage) in map(folded, line.stage)
    if not lists.contains(line.country, event.country):
        return False
    if not lists.contains(line.owner_country, event.owner_country):
        return False
    for words, names_of_event in (
        (line.owner, event.owner),
        (line.site, event.place),
        (line.stage, (event.stage,)),
    ):
        if (
            words
            and "*" not in words
            and not {folded(w) for w in words} & {*map(folded, names_of_event)}
        ):
            return False
    return True


def split_names(text: str, separator: str) -> list[str]:
    """Names in a cell."""
    return [name for part in str(text).split(separator) if (name := part.strip())]
