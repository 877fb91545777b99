"""Histories, the rules that they break, and where customs see a lot come from."""

import datetime as dt
from itertools import chain, combinations
from typing import NamedTuple

from tests.oracle.read import grouped, name, names, spelled

STAGES = ("mined", "refined", "separated", "melted", "produced")


class Event(NamedTuple):
    """One step of a history."""

    stage: str | None
    country: str | None
    owner_country: str | None
    owner: str | None
    site: str | None


class Label(NamedTuple):
    """What a lot can break: a rule, or one row of a rule that is dated by processing."""

    rule: str
    rows: tuple  # numbers of the rows of Rules that it stands for
    processing: bool


def rank(stage):
    """Place of a stage in the order; other words come after the known ones."""
    return STAGES.index(stage) if stage in STAGES else len(STAGES)


class Provenance:
    """All classes (subsets of labels) and all customs origins of a workbook."""

    def __init__(self, book, calendar):
        self.book, self.calendar = book, calendar
        self.sites = {name(row, "site"): row for row in book.known_sites}
        self.stage = {name(row, "material"): name(row, "stage") for row in book["materials"]}
        self.rules = book["rules"]
        self.scope = grouped(book["rule scope"], "rule")
        self.labels = self._labels()
        numbers = range(len(self.labels))
        self.classes = [
            frozenset(c)
            for c in chain.from_iterable(
                combinations(numbers, size) for size in range(len(self.labels) + 1)
            )
        ]
        self.origins = sorted(self._countries())

    def _labels(self):
        labels = []
        for (rule,), _rows in grouped(self.rules, "rule").items():
            numbers = [i for i, row in enumerate(self.rules) if name(row, "rule") == rule]
            delivery = tuple(i for i in numbers if name(self.rules[i], "dated by") != "processing")
            if delivery:
                labels.append(Label(rule, delivery, False))
            labels += [Label(rule, (i,), True) for i in numbers if i not in delivery]
        return labels

    def _countries(self):
        written = [row for sheet in ("supply", "stocks", "pipeline") for row in self.book[sheet]]
        events = [event for row in written for event in self.written(row.get("history"))]
        return {self.country(site) for site in self.sites} | {event.country for event in events}

    def country(self, site):
        """The country of a site."""
        return name(self.sites[site], "country")

    def event(self, stage, site):
        """What a site does to a lot."""
        row = self.sites[site]
        country = self.country(site)
        return Event(
            stage, country, name(row, "owner country") or country, name(row, "owner"), site
        )

    def written(self, text):
        """The events of a written history."""
        events = []
        for part in filter(None, (spelled(part) for part in str(text or "").split(";"))):
            stage, _, place = part.partition(":")
            country, _, who = place.partition("[")
            stage, country, who = spelled(stage), spelled(country), spelled(who.rstrip(" ]"))
            if who in self.sites:
                event = self.event(stage, who)._replace(country=country)
            else:
                event = Event(stage, country, self._owner_country(who) or country, who, who)
            events.append(event)
        return events

    def _owner_country(self, owner):
        """The country that Sites states for an owner, None if it states none."""
        for row in self.sites.values():
            if owner is not None and name(row, "owner") == owner:
                return name(row, "owner country")
        return None

    def history(self, row, site, material):
        """The events with which a lot is bought or held."""
        written = self.written(row.get("history"))
        if written:
            return written
        last = self.stage[material]
        if last is None:
            return [self.event(None, site)]
        known = STAGES[: rank(last) + 1]
        return [self.event(stage, site) for stage in known + (() if last in STAGES else (last,))]

    def origin(self, row, site):
        """The country that customs see for a lot that is bought or held."""
        written = self.written(row.get("history"))
        if not written:
            return self.country(site)
        latest = max(range(len(written)), key=lambda i: (rank(written[i].stage), i))
        return written[latest].country

    def broken(self, events, t):
        """Labels that events break in period t, or on the day before the start if t is None."""
        return frozenset(
            i
            for i, label in enumerate(self.labels)
            if (not label.processing or self._in_force(self.rules[label.rows[0]], t))
            and any(
                matches(line, event)
                for line in self.scope.get((label.rule,), ())
                for event in events
            )
        )

    def _in_force(self, row, t):
        if t is None:
            before = self.calendar.start - dt.timedelta(days=1)
            return self.calendar.covering([row], before) is not None
        return self.calendar.overlap(row, t) > 0

    def cleared(self, rules):
        """The labels of some rules."""
        return frozenset(i for i, label in enumerate(self.labels) if label.rule in rules)


def matches(line, event):
    """True if a line of Rule scope matches an event; blank and * match anything."""
    for column, found in (
        ("country", event.country),
        ("owner country", event.owner_country),
        ("owner", event.owner),
        ("site", event.site),
        ("stage", event.stage),
    ):
        wanted = names(line, column)
        if wanted and "*" not in wanted and found not in wanted:
            return False
    return True
