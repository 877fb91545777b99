"""Histories, the rules that they break, and where customs see a lot come from."""

import datetime as dt
from itertools import chain, combinations
from typing import NamedTuple

from tests.oracle.countries import Countries
from tests.oracle.read import grouped, name, names, spelled

STAGES = ("mined", "refined", "separated", "melted", "produced")


class Event(NamedTuple):
    """One step of a history; its country is None where nobody knows where it was done."""

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
        self.countries = Countries(book["countries"])
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
        places = {"supply": "site", "stocks": "site", "pipeline": "to site"}
        written = [
            self.origin(row, name(row, column))
            for sheet, column in places.items()
            for row in self.book[sheet]
        ]
        return {self.country(site) for site in self.sites} | set(written)

    def country(self, site):
        """The country of a site."""
        return self.countries.country(self.sites[site].get("country"))

    def event(self, stage, site):
        """What a site does to a lot."""
        row = self.sites[site]
        country = self.country(site)
        owner_country = self.countries.country(row.get("owner country"))
        return Event(stage, country, owner_country or country, name(row, "owner"), site)

    def written(self, text, site):
        """The steps that a history names, at a site; a country of None is not known.

        A step that does not apply is left out here.
        """
        steps = []
        for part in filter(None, (spelled(part) for part in (spelled(text) or "").split(";"))):
            stage, _, place = part.partition(":")
            country, _, who = place.partition("[")
            stage, country, who = spelled(stage), spelled(country), spelled(who.rstrip(" ]"))
            if country == "here":
                steps.append(self.event(stage, site))
            elif country == "unknown":
                steps.append(unknown(stage))
            elif country != "none":
                steps.append(self._elsewhere(stage, self.countries.country(country), who))
        return steps

    def _elsewhere(self, stage, country, who):
        """A step in a country, by a site or an owner."""
        if who in self.sites:
            return self.event(stage, who)._replace(country=country)
        return Event(stage, country, self._owner_country(who) or country, who, who)

    def _owner_country(self, owner):
        """The country that Sites states for an owner, None if it states none."""
        for row in self.sites.values():
            if owner is not None and name(row, "owner") == owner:
                return self.countries.country(row.get("owner country"))
        return None

    def history(self, row, site, material):
        """The events with which a lot is bought or held."""
        text, last = spelled(row.get("history")), self.stage[material]
        if text is None:
            mined_here = last == "mined" and name(self.sites[site], "kind") == "mine"
            text = "here" if mined_here or last is None else "unknown"
        if text in ("here", "unknown"):
            stages = up_to(last)
            return [
                self.event(stage, site) if text == "here" else unknown(stage) for stage in stages
            ]
        named = {spelled(part.partition(":")[0]) for part in text.split(";")}
        left_out = [stage for stage in dict.fromkeys(("mined", last)) if stage not in named]
        return self.written(text, site) + [unknown(stage) for stage in left_out if stage]

    def origin(self, row, site):
        """The country that customs see for a lot: of the latest step that is known."""
        text = spelled(row.get("history"))
        steps = [] if text in ("here", "unknown") else self.written(text, site)
        known = [i for i, step in enumerate(steps) if step.country is not None]
        if not known:
            return self.country(site)
        return steps[max(known, key=lambda i: (rank(steps[i].stage), i))].country

    def broken(self, events, t):
        """Labels that events break in period t, or on the day before the start if t is None."""
        return frozenset(
            i
            for i, label in enumerate(self.labels)
            if (not label.processing or self._in_force(self.rules[label.rows[0]], t))
            and any(
                matches(self.countries, line, event)
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


def up_to(last):
    """The stages up to a material's own; without one it has a place, and no stage."""
    if last is None:
        return (None,)
    return STAGES[: rank(last) + 1] if last in STAGES else (*STAGES, last)


def unknown(stage):
    """A step that nobody knows the place of."""
    return Event(stage, None, None, None, None)


def matches(countries, line, event):
    """True if a line of Rule scope matches an event; blank and * match anything.

    What is not known matches whatever country, owner or site the line names.
    """
    if not listed(line, "stage", event.stage):
        return False
    if event.country is None:
        return True
    return (
        event.country in countries.places(line, "country")
        and event.owner_country in countries.places(line, "owner country")
        and listed(line, "owner", event.owner)
        and listed(line, "site", event.site)
    )


def listed(line, column, found):
    """True if a cell names what was found, or anything."""
    wanted = names(line, column)
    return not wanted or "*" in wanted or found in wanted
