"""Every row of Provenance against shares that are followed again through the flows.

Each share is recomputed: of all inputs together, and of each input where the table tells them.
So no figure, name or row of the table can be wrong alone, or together with others.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Any

import numpy as np

from optimizer.audit.audit_calendar import Bools, Floats, Ints
from optimizer.audit.audit_columns import TableColumns, total
from optimizer.audit.audit_entitlements import Entitlements
from optimizer.audit.audit_graph import stages_up_to
from optimizer.audit.audit_origins import NEGLIGIBLE, AuditPlace, OriginShareAudit
from optimizer.audit.verdict import SMALLEST, Tally
from optimizer.tables import sheets

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
        return [self.followed(), self.labels()]

    @cached_property
    def kinds(self) -> tuple[str, ...]:
        """By what places are shown: owners where anybody is named as one."""
        graph, runs = self.origins.graph, self.origins.run_events
        facts = (fact for own in (*graph.events.values(), *runs) for fact in own)
        every = ("country", "site", "owner") if any(f.owner for f in facts) else ("country", "site")
        shown = set(self.columns.code("by")[1])
        return every if shown - {"country"} else ("country",)

    def followed(self) -> Tally:
        """Shares of each input, by stage and by country, site and owner.

        The contract: "shares of country, site and owner at each stage"; what leaves a place is
        like what came into it, by tonnes, and a run's own event takes the place of earlier ones.
        """
        tally = Tally("shares of origin followed again")
        shown, own = self._shown(tally)
        wanted, shares = self._wanted(self._stages(shown))
        every, row = np.unique(np.concatenate([shown, wanted]), return_inverse=True)
        row = row.reshape(-1)
        found = total(row[: shown.size], own, every.size)
        right = total(row[shown.size :], shares, every.size)
        delivery, _, one = np.unravel_index(every, self._sizes)[:3]
        surely = self._surely[delivery, one]
        number = every[surely]
        found, right = found[surely] * SMALLEST, right[surely] * SMALLEST
        tally.equal(found, right, lambda i: self._named(int(number[i])))
        return tally

    @cached_property
    def _surely(self) -> Bools:
        """By delivery and input: True where it holds so much that rounding does not matter."""
        return self.origins.contents > 10 * NEGLIGIBLE

    @cached_property
    def _names(self) -> dict[tuple[str, str], int]:
        """Every name and country of a place, numbered."""
        found: dict[tuple[str, str], int] = {}
        for places in self.origins.every_place.values():
            for one in places:
                for by in self.kinds:
                    found.setdefault(named(one, by), len(found))
        return found

    @cached_property
    def _sizes(self) -> tuple[int, ...]:
        """Deliveries, stages, inputs, kinds and names: the digits of the number of a row."""
        origins = self.origins
        inputs, kinds = len(origins.inputs.names), len(self.kinds)
        return len(self.number), len(origins.stages), inputs, kinds, len(self._names)

    def _named(self, number: int) -> str:
        """Words for the number of a row."""
        i, stage, one, by, name = (int(digit) for digit in np.unravel_index(number, self._sizes))
        origins = self.origins
        words = (list(self.number)[i], origins.stages[stage] or NO_STAGE, origins.inputs.names[one])
        return _words((*words[0], *words[1:], self.kinds[by], *list(self._names)[name]))

    def _shown(self, tally: Tally) -> tuple[Ints, Floats]:
        """Number and share of each row of the table that has one."""
        origins, columns = self.origins, self.columns
        keys, row = columns.keys(_DELIVERY)
        delivery = np.array([self.number.get(key, -1) for key in keys], dtype=np.int64)[row]
        stages = {stage or NO_STAGE: i for i, stage in enumerate(origins.stages)}
        inputs = {name: i for i, name in enumerate(origins.inputs.names)}
        names, which = columns.keys(("name", "country"))
        name = np.array([self._names.get(key, -1) for key in names], dtype=np.int64)[which]
        kinds = {by: i for i, by in enumerate(self.kinds)}
        stage, one, by = (
            columns.numbers(header, known)
            for header, known in (("stage", stages), ("input", inputs), ("by", kinds))
        )
        digits = np.stack([delivery, stage, one, by, name])
        known = (digits >= 0).all(axis=0)
        for i in np.flatnonzero(~known)[:1].tolist():
            words = [columns.table[header][i] for header in (*_DELIVERY, "stage", "input", "name")]
            tally.flaw(f"Provenance: nothing in the plan is {_words(words)}")
        number = np.ravel_multi_index(tuple(digits[:, known]), self._sizes)
        if np.unique(number).size < number.size:
            tally.flaw("Provenance: a row stands twice")
        return number, columns.figures("share")[known]

    def _stages(self, shown: Ints) -> Bools:
        """Stages that are shown, by delivery: up to its material's, and any that is stated.

        A place with next to no share of an input may be there or not, as rounding has it.
        """
        found = np.zeros((len(self.number), len(self.origins.stages)), dtype=bool)
        for key, i in self.number.items():
            own = self.given.materials[key[2]].stage
            passed = stages_up_to(own) if own in sheets.STAGES else ()
            found[i] = [stage in passed for stage in self.origins.stages]
        delivery, stage = np.unravel_index(shown, self._sizes)[:2]
        there = np.zeros(found.shape, dtype=bool)
        there[delivery, stage] = True
        for s, shares in enumerate(self.origins.shares.values()):
            most = shares[:, :, 1:].max(axis=(1, 2), initial=0.0)
            found[:, s] |= (most > 10 * NEGLIGIBLE) | (there[:, s] & (most > 0))
        found[~found.any(axis=1), self.origins.stages.index("")] = True
        return found

    def _wanted(self, stages: Bools) -> tuple[Ints, Floats]:
        """Number and share of each row that should be there."""
        numbers, found = [np.zeros(0, dtype=np.int64)], [np.zeros(0)]
        for s, (stage, shares) in enumerate(self.origins.shares.items()):
            places = self.origins.every_place[stage]
            own = np.where(stages[:, s, None, None], shares, 0.0)
            for by, kind in enumerate(self.kinds):
                name = np.array([self._names[named(one, kind)] for one in places])
                delivery, one, column = np.nonzero(own)
                digits = (delivery, np.full(one.size, s), one, np.full(one.size, by), name[column])
                numbers.append(np.ravel_multi_index(digits, self._sizes))
                found.append(own[delivery, one, column])
        return np.concatenate(numbers), np.concatenate(found)

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
        for places in self.origins.every_place.values():
            for one in places:
                found |= {(by, *named(one, by)) for by in ("country", "site", "owner")}
        return found


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
