"""Every row of Provenance against shares that are followed again through the flows.

Of all inputs together each share is recomputed. Of one input the shares are not: they must be
there for every stage and kind of place, add up (see ``shares``), and be the same by site as by
country. So no figure, name or row of the table can be wrong alone.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Any

import numpy as np

from optimizer.audit.audit_columns import TableColumns, total
from optimizer.audit.audit_entitlements import Entitlements
from optimizer.audit.audit_graph import stages_up_to
from optimizer.audit.audit_origins import AuditPlace, OriginShareAudit
from optimizer.audit.verdict import SMALLEST, Tally
from optimizer.tables import sheets

ALL = "all"
NO_STAGE = "(no stage)"
NOT_STATED, UNKNOWN, DOES_NOT_APPLY = "not stated", "unknown", "does not apply"
_DELIVERY = ("line", "customer", "material", "period")


class ProvenanceRows:
    """The checks of the rows of one table ``Provenance``."""

    def __init__(
        self, given: Entitlements, origins: OriginShareAudit, columns: TableColumns
    ) -> None:
        self.given, self.origins, self.columns = given, origins, columns
        labels = given.calendar.labels
        self.number = {
            (*own.line, labels[own.period]): i for i, own in enumerate(origins.deliveries)
        }
        """Number of each delivery by line, customer, material and period."""

    def tallies(self) -> list[Tally]:
        """All of them."""
        return [self.followed(), self.complete(), self.by_site(), self.labels()]

    @cached_property
    def kinds(self) -> tuple[str, ...]:
        """By what places are shown: owners where anybody is named as one."""
        graph, runs = self.origins.graph, self.origins.run_events
        facts = (fact for own in (*graph.events.values(), *runs) for fact in own)
        every = ("country", "site", "owner") if any(f.owner for f in facts) else ("country", "site")
        shown = set(self.columns.code("by")[1])
        return every if shown - {"country"} else ("country",)

    def followed(self) -> Tally:
        """Shares of all inputs together, by stage and by country, site and owner.

        The contract: "shares of country, site and owner at each stage"; what leaves a place is
        like what came into it, by tonnes, and a run's own event takes the place of earlier ones.
        """
        tally = Tally("shares of origin followed again")
        headers = (*_DELIVERY, "stage", "by", "name", "country", "input")
        keys, row = self.columns.keys(headers)
        shares = total(row, self.columns.figures("share"), len(keys))
        if len(keys) < len(self.columns):
            tally.flaw("Provenance: a row stands twice")
        shown = {
            key[:-1]: share
            for key, share in zip(keys, shares.tolist(), strict=True)
            if key[-1] == ALL
        }
        wanted = self._wanted()
        every = list({**wanted, **shown})
        found, right = (np.array([own.get(key, 0.0) for key in every]) for own in (shown, wanted))
        missing = [key for key in wanted if key not in shown and wanted[key] > 1e-6]
        if missing:
            tally.flaw(f"Provenance: no row for {_words(missing[0])}")
        tally.equal(found * SMALLEST, right * SMALLEST, lambda i: _words(every[i]))
        return tally

    def _wanted(self) -> dict[tuple[Any, ...], float]:
        """Share of each row of all inputs together, by delivery, stage, kind, name and country."""
        found: dict[tuple[Any, ...], float] = {}
        others = self._stages_of_inputs()
        for key, i in self.number.items():
            for stage in self._stages(key, i, others.get(key, set())):
                for place, share in self.origins.places[stage][i].items():
                    for by in self.kinds:
                        own = (*key, stage or NO_STAGE, by, *named(place, by))
                        found[own] = found.get(own, 0.0) + share
        return found

    def _stages_of_inputs(self) -> dict[tuple[Any, ...], set[str]]:
        """Stages at which some input alone has a place, by delivery."""
        found: dict[tuple[Any, ...], set[str]] = {}
        for *key, stage, name, one in self.columns.keys((*_DELIVERY, "stage", "name", "input"))[0]:
            if one != ALL and name != NOT_STATED:
                own = found.setdefault(tuple(key), set())
                own.add("" if stage == NO_STAGE else stage)
        return found

    def _stages(self, key: tuple[Any, ...], i: int, others: set[str]) -> list[str]:
        """Stages that are shown of a delivery: up to its material's, and any that is stated."""
        own = self.given.materials[key[2]].stage
        passed = set(stages_up_to(own)) if own in sheets.STAGES else set()
        found = [
            stage
            for stage, shares in self.origins.places.items()
            if stage in passed or stage in others or any(any(place) for place in shares[i])
        ]
        return found or [""]

    def complete(self) -> Tally:
        """Each input of a delivery is shown at each stage and by each kind of place.

        The contract: "Provenance (share by stage and country for each demand line)".
        """
        tally = Tally("no row of Provenance is missing")
        keys, _ = self.columns.keys((*_DELIVERY, "input", "stage", "by"))
        found: dict[tuple[Any, ...], set[tuple[str, str]]] = {}
        for *key, stage, by in keys:
            found.setdefault(tuple(key), set()).add((stage, by))
        tally.tested = len(found)
        for one, own in found.items():
            whole = found.get((*one[:4], ALL), set())
            for stage, by in sorted(own ^ whole)[:1]:
                tally.flaw(f"Provenance: {_words(one)} at {stage} by {by} is not in step with all")
        return tally

    def by_site(self) -> Tally:
        """Of each input the countries of the sites have the shares of the countries.

        The contract: "Provenance (share by stage and country for each demand line)": a site
        lies in one country.
        """
        tally = Tally("origins by site and by country")
        if "site" not in self.kinds:
            return tally
        headers = (*_DELIVERY, "stage", "input", "by", "name", "country")
        keys, row = self.columns.keys(headers)
        shares = total(row, self.columns.figures("share"), len(keys)).tolist()
        sums: dict[tuple[Any, ...], list[float]] = {}
        for (*key, by, name, country), share in zip(keys, shares, strict=True):
            if by in ("country", "site"):
                if by == "site" and (country or name not in (UNKNOWN, DOES_NOT_APPLY)):
                    name = country or NOT_STATED
                own = sums.setdefault((*key, name), [0.0, 0.0])
                own[by == "site"] += share
            if by == "country" and name != country and country:
                tally.flaw(f"Provenance: {_words(key)}: {name!r} is shown in {country!r}")
            if by == "country" and not country and name not in _NO_COUNTRY:
                tally.flaw(f"Provenance: {_words(key)}: {name!r} has no country")
        every = list(sums)
        both = np.array(list(sums.values()), dtype=float).reshape(-1, 2) * SMALLEST
        tally.equal(both[:, 0], both[:, 1], lambda i: _words(every[i]))
        return tally

    def labels(self) -> Tally:
        """Segment of the line and rules that bind it, country of each owner and site; tonnes.

        The contract: segments of a rule: "`*` = every segment"; "a name found in Sites
        brings its owner and owner country".
        """
        tally = Tally("labels of Provenance")
        keys, row = self.columns.keys(_DELIVERY)
        tonnes = np.array([self._tonnes(key) for key in keys])[row] if keys else np.zeros(0)
        share = self.columns.figures("share")
        tally.equal(self.columns.figures("tonnes"), share * tonnes, lambda i: _words(keys[row[i]]))
        known = self._countries()
        for *key, segment, rule in self.columns.keys((*_DELIVERY, "segment", "rule"))[0]:
            t = self.given.calendar.index.get(str(key[3]))
            if t is None or tuple(key) not in self.number:
                tally.flaw(f"Provenance: nothing is delivered to {_words(key)}")
                continue
            wanted = (self.given.segment(tuple(key[:3]), t), rules_of(self.given, key[:3], t))
            tally.alike((segment, rule), wanted, _here(f"Provenance: {_words(key)}"))
        for by, name, country in self.columns.keys(("by", "name", "country"))[0]:
            if (by, name, country) not in known:
                tally.flaw(f"Provenance: {by} {name!r} is not in {country!r}")
        tally.tested += len(known)
        return tally

    def _tonnes(self, key: tuple[Any, ...]) -> float:
        i = self.number.get(key)
        return 0.0 if i is None else self.origins.deliveries[i].tonnes

    def _countries(self) -> set[tuple[str, str, str]]:
        """Every name with its country that an event of the plan has."""
        found = {(by, NOT_STATED, "") for by in ("country", "site", "owner")}
        for stage in self.origins.stages:
            for shares in self.origins.every_place(stage):
                found |= {(by, *named(shares, by)) for by in ("country", "site", "owner")}
        return found


_NO_COUNTRY = (NOT_STATED, UNKNOWN, DOES_NOT_APPLY)


def named(place: AuditPlace, by: str) -> tuple[str, str]:
    """Name and country under which a place is shown."""
    if place.country in ("unknown", "none"):
        return (UNKNOWN if place.country == "unknown" else DOES_NOT_APPLY), ""
    if by == "country":
        return place.country or NOT_STATED, place.country
    if by == "site":
        return place.site or NOT_STATED, place.country
    return place.owner or NOT_STATED, place.owner_country if place.owner else ""


def rules_of(given: Entitlements, key: Any, t: int) -> str:
    """Rules that bind a line in a period, in the order of the sheet."""
    bound = [rule.rule for rule in given.case.rules if given.binds(rule, tuple(key))[t]]
    return "; ".join(dict.fromkeys(bound))


def _words(key: Any) -> str:
    return ", ".join(str(part) for part in key if part)


def _here(words: str) -> Callable[[int], str]:
    return lambda _: words
