"""Histories: which rules a lot breaks when it is bought or held, and its customs origin.

Claims are bits. A lot claims one bit for each trait (a rule, or a dated row of a rule
dated by processing) that it does not break, and one for each country that is not its
customs origin. A lot backs what leaves a node if it has every bit that is claimed there.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from functools import cache, cached_property

import numpy as np
from msgspec import Struct

from optimizer.audit.audit_calendar import AuditCalendar, Bools, DatedSpread
from optimizer.audit.audit_countries import CountryLists
from optimizer.audit.audit_entitlements import Entitlements, Pair
from optimizer.tables import sheets
from optimizer.tables.text_matching import fold


class AuditEvent(Struct, frozen=True):
    """One event of a history with all that a rule may look at.

    Nobody knows the place where ``country`` is ``unknown``; the stage does not apply where it
    is ``none``.
    """

    stage: str
    country: str
    owner_country: str = ""
    owner: tuple[str, ...] = ()
    place: tuple[str, ...] = ()


class AuditTrait(Struct, frozen=True):
    """A rule, or one dated row of a rule dated by processing: what a lot may break."""

    name: str
    rule: str
    live: Bools
    """Periods in which an event breaks it."""
    before: bool
    """An event on the day before the start breaks it."""


@cache
def same(word: str) -> str:
    """A name without the case, spacing and kinds of letters that do not matter."""
    return fold(word)


def _day(day: date | None) -> str:
    return "open" if day is None else day.isoformat()


def trait_name(row: sheets.Rule) -> str:
    """How the result tables name what breaks a row of Rules."""
    if row.dated_by == "processing":
        return f"{row.rule} [{_day(row.start)}..{_day(row.end)}]"
    return row.rule


class AuditProvenance:
    """Traits and origins of everything that a case buys, holds or makes."""

    def __init__(self, given: Entitlements) -> None:
        self.given = given
        self.calendar = given.calendar
        self.traits: list[AuditTrait] = []
        for row in given.case.rules:
            if all(trait.name != trait_name(row) for trait in self.traits):
                self.traits.append(_trait(self.calendar, row))
        self.bit = {trait.name: 1 << i for i, trait in enumerate(self.traits)}
        """Bit of each trait by its name in the result tables."""
        self.every_trait = (1 << len(self.traits)) - 1
        self.lists = CountryLists(given.case)
        self.countries: dict[str, int] = {}
        self.homes: dict[str, str] = {}
        """Country of each owner for which Sites states one."""
        self.sites: dict[str, sheets.Site] = {}
        """Rows of Sites by name; one that is switched off still says whose a place is."""
        for site in (*given.case.sites, *given.case.switched_off.get("Sites", ())):
            self.sites.setdefault(same(site.site), site)
            if site.owner and site.owner_country:
                self.homes.setdefault(same(site.owner), site.owner_country)
        self.scope: dict[str, list[sheets.ScopeLine]] = {}
        for line in given.case.rule_scope:
            self.scope.setdefault(same(line.rule), []).append(line)
        self.live = [
            self._where(trait.live[t] for trait in self.traits) for t in range(self.calendar.count)
        ]
        """Traits that an event in each period can break."""
        self.before = self._where(trait.before for trait in self.traits)
        """Traits that an event before the start can break."""

    def _where(self, holds: Iterable[bool | np.bool_]) -> int:
        return sum(1 << i for i, true in enumerate(holds) if true)

    def of_rule(self, rule: str) -> int:
        """Bits of all traits of a rule."""
        return self._where(same(trait.rule) == same(rule) for trait in self.traits)

    def broken(self, facts: Iterable[AuditEvent]) -> int:
        """Traits that a history breaks, whatever its dates."""
        found = 0
        for fact in facts:
            for i, trait in enumerate(self.traits):
                lines = self.scope.get(same(trait.rule), ())
                if any(_matches(line, fact, self.lists) for line in lines):
                    found |= 1 << i
        return found

    def history(
        self, site: str, material: str, events: tuple[sheets.Event, ...] | None
    ) -> list[AuditEvent]:
        """Events of a lot, with ``unknown`` for what its history leaves open.

        The contract: a blank history is the site itself at a mine for what is mined and for a
        material without a stage, and unknown at every stage elsewhere; a written one is unknown
        at ``mined`` and at the material's own stage where it does not name them.
        """
        material_row = self.given.materials[material]
        own = same(material_row.stage)
        order = [same(word) for word in sheets.STAGES]
        until = order[: order.index(own) + 1] if own in order else [*order, own] if own else [""]
        if events is None:
            obvious = not own or (own == "mined" and self.given.sites[site].kind == "mine")
            if obvious or not material_row.traced:
                return [self.fact(site, stage) for stage in until]
            return [AuditEvent(stage, "unknown") for stage in until]
        facts: list[AuditEvent] = []
        for event in events:
            stages = [event.stage] if event.stage else until
            if event.country == "here":
                facts += [self.fact(site, stage) for stage in stages]
            elif event.country in ("unknown", "none"):
                facts += [AuditEvent(stage, event.country) for stage in stages]
            else:
                facts.append(self._written(event))
        whole = len(events) == 1 and not events[0].stage and events[0].country == "here"
        if material_row.traced and not whole:
            named = {same(fact.stage) for fact in facts}
            lacking = {"mined": None, own or "mined": None}
            facts += [AuditEvent(stage, "unknown") for stage in lacking if stage not in named]
        return facts

    def fact(self, site: str, stage: str) -> AuditEvent:
        """An event at a site of the workbook; ``melted: none`` says that there was none."""
        stage, colon, word = stage.partition(":")
        if colon and word.strip() == "none":
            return AuditEvent(stage, "none")
        row = self.given.sites[site]
        owner = (row.owner,) if row.owner else ()
        return AuditEvent(stage, row.country, row.owner_country or row.country, owner, (site,))

    def _written(self, event: sheets.Event) -> AuditEvent:
        row = self.sites.get(same(event.name)) if event.name else None
        if row is None:
            names = (event.name,) if event.name else ()
            home = self.homes.get(same(event.name), event.country)
            return AuditEvent(event.stage, event.country, home, names, names)
        owner = (row.owner,) if row.owner else ()
        home = row.owner_country or row.country
        return AuditEvent(event.stage, event.country, home, owner, (row.site,))

    def origin(self, site: str, material: str, events: tuple[sheets.Event, ...] | None) -> str:
        """Country of customs origin of what is bought or held: where it was last worked on.

        The latest event that is known; the site's own country where none is.
        """
        order = ["", *map(same, sheets.STAGES)]
        place, latest = self.given.sites[site].country, -1
        for fact in self.history(site, material, events):
            stage = same(fact.stage)
            rank = order.index(stage) if stage in order else len(order)
            if fact.country not in ("unknown", "none") and rank >= latest:
                place, latest = fact.country, rank
        return place

    def origins_bought(self, rows: DatedSpread) -> list[str]:
        """Customs origin of an offer in each period: of the last of the rows that touch it."""
        found = [""] * self.calendar.count
        spans = zip(rows.rows, rows.years, strict=True)
        for row, years in sorted(spans, key=lambda span: span[0].start or date.min):
            country = self.origin(row.site, row.material, row.history)
            for t in np.flatnonzero(years):
                found[t] = country
        return found

    @cached_property
    def origins_at(self) -> dict[Pair, set[str]]:
        """Every country that a material at a site can originate in: sources, then lanes."""
        given = self.given
        found: dict[Pair, set[str]] = {}
        waiting = list(self._sources())
        leaving: dict[str, list[tuple[str, str]]] = {}
        for start, end, material, _ in given.lanes:
            leaving.setdefault(start, []).append((end, material))
        while waiting:
            (site, material), country = waiting.pop()
            known = found.setdefault((site, material), set())
            if country in known:
                continue
            known.add(country)
            for end, carried in leaving.get(site, ()):
                if carried == material or (carried == "*" and material in given.takes.get(end, ())):
                    waiting.append(((end, material), country))
        return found

    def _sources(self) -> Iterator[tuple[Pair, str]]:
        """Where each material is bought, held or made, and the customs origin that it has."""
        case, given = self.given.case, self.given
        for (_, site, material), rows in given.offers.items():
            for country in set(self.origins_bought(rows)) - {""}:
                yield (site, material), country
        for pair, storage in given.storage.items():
            if storage.first is not None and storage.first.opening:
                yield pair, self.origin(*pair, storage.first.history)
        for order in case.pipeline:
            pair = (order.to_site, order.material)
            yield pair, self.origin(*pair, order.history)
        for site, recipe, feed in given.processes:
            for one in given.assays if feed == "*" else (feed,):
                for material in given.recipe(recipe, one).outputs:
                    yield (site, material), given.sites[site].country

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
    eve = calendar.start - timedelta(days=1)
    before = (row.start is None or row.start <= eve) and (row.end is None or eve <= row.end)
    return AuditTrait(trait_name(row), row.rule, calendar.touches(row.start, row.end), before)


def _matches(line: sheets.ScopeLine, fact: AuditEvent, lists: CountryLists) -> bool:
    """True if an event may be what a line of a rule's scope names; blank matches anything.

    An event of unknown place may have been anywhere, so that only its stage is looked at.
    """
    if fact.country == "none":
        return False
    if fact.country == "unknown":
        return not line.stage or "*" in line.stage or same(fact.stage) in map(same, line.stage)
    if not lists.contains(line.country, fact.country):
        return False
    if not lists.contains(line.owner_country, fact.owner_country):
        return False
    for words, found in (
        (line.owner, fact.owner),
        (line.site, fact.place),
        (line.stage, (fact.stage,)),
    ):
        if words and "*" not in words and not {same(w) for w in words} & {*map(same, found)}:
            return False
    return True


def parts(text: str, separator: str) -> list[str]:
    """Names in a cell."""
    return [name for part in str(text).split(separator) if (name := part.strip())]
