"""Check of every row of Provenance against shares recomputed from the flows.

The audit recomputes the shares of all inputs together, and of each input where the table shows
them. So it finds any wrong figure or name, and any missing or extra row.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Any

import numpy as np

from optimizer.audit.audit_calendar import Bools, Floats, Ints
from optimizer.audit.audit_column_codes import CodedColumns, sum_by_index
from optimizer.audit.audit_graph import stages_up_to
from optimizer.audit.audit_origins import MIN_ORIGIN_SHARE, AuditPlace, OriginShareAudit
from optimizer.audit.audit_texts import (
    NOT_APPLICABLE_NAME,
    STAGELESS_NAME,
    UNKNOWN_NAME,
    UNSTATED_NAME,
)
from optimizer.audit.audit_workbook import AuditWorkbook
from optimizer.audit.verdict import MIN_COMPARED_SIZE, Tally
from optimizer.tables import sheets

_DELIVERY_KEY = ("line", "customer", "material", "period")


class ProvenanceRowAudit:
    """The checks of the rows of one table ``Provenance``."""

    def __init__(
        self, workbook: AuditWorkbook, origins: OriginShareAudit, columns: CodedColumns
    ) -> None:
        self.workbook, self.origins, self.columns = workbook, origins, columns
        labels = workbook.calendar.labels
        self.number = {
            (*delivery.line, labels[delivery.period]): i
            for i, delivery in enumerate(origins.deliveries)
        }
        """Number of each delivery by line, customer, material and period."""

    def tallies(self) -> list[Tally]:
        """All of them."""
        return [self.shares_followed(), self.labels()]

    @cached_property
    def kinds(self) -> tuple[str, ...]:
        """Attributes by which places are shown; owners only where an event has one."""
        graph, runs = self.origins.graph, self.origins.run_events
        events = (fact for history in (*graph.events.values(), *runs) for fact in history)
        kinds = (
            ("country", "site", "owner")
            if any(event.owner for event in events)
            else ("country", "site")
        )
        shown = set(self.columns.code("by")[1])
        return kinds if shown - {"country"} else ("country",)

    def shares_followed(self) -> Tally:
        """Shares of each input, by stage and by country, site and owner.

        The contract: "shares of country, site and owner at each stage"; what leaves a place is
        like what came into it, by tonnes, and a run's own event takes the place of earlier ones.
        """
        tally = Tally("shares of origin traced again")
        shown, shown_shares = self._shown_shares(tally)
        wanted, shares = self._wanted_shares(self._shown_stages(shown))
        numbers, row = np.unique(np.concatenate([shown, wanted]), return_inverse=True)
        row = row.reshape(-1)
        figures = sum_by_index(row[: shown.size], shown_shares, numbers.size)
        wanted_figures = sum_by_index(row[shown.size :], shares, numbers.size)
        delivery, _, which_input = np.unravel_index(numbers, self._sizes)[:3]
        significant = self._is_significant[delivery, which_input]
        number = numbers[significant]
        figures, wanted_figures = (
            figures[significant] * MIN_COMPARED_SIZE,
            wanted_figures[significant] * MIN_COMPARED_SIZE,
        )
        tally.equal(figures, wanted_figures, lambda i: self._row_words(int(number[i])))
        return tally

    @cached_property
    def _is_significant(self) -> Bools:
        """By delivery and input: True where the content is well above rounding."""
        return self.origins.contents > 10 * MIN_ORIGIN_SHARE

    @cached_property
    def _names(self) -> dict[tuple[str, str], int]:
        """Names and countries of all places, numbered."""
        names: dict[tuple[str, str], int] = {}
        for places in self.origins.every_place.values():
            for place in places:
                for by in self.kinds:
                    names.setdefault(name_and_country(place, by), len(names))
        return names

    @cached_property
    def _sizes(self) -> tuple[int, ...]:
        """Deliveries, stages, inputs, kinds and names: the digits of the number of a row."""
        origins = self.origins
        inputs, kinds = len(origins.inputs.names), len(self.kinds)
        return len(self.number), len(origins.stages), inputs, kinds, len(self._names)

    def _row_words(self, number: int) -> str:
        """Words for the number of a row."""
        i, stage, which_input, by, name = (
            int(digit) for digit in np.unravel_index(number, self._sizes)
        )
        origins = self.origins
        words = (
            list(self.number)[i],
            origins.stages[stage] or STAGELESS_NAME,
            origins.inputs.names[which_input],
        )
        return _key_text((*words[0], *words[1:], self.kinds[by], *list(self._names)[name]))

    def _shown_shares(self, tally: Tally) -> tuple[Ints, Floats]:
        """Number and share of each known row of the table."""
        origins, columns = self.origins, self.columns
        keys, row = columns.keys(_DELIVERY_KEY)
        delivery = np.array([self.number.get(key, -1) for key in keys], dtype=np.int64)[row]
        stages = {stage or STAGELESS_NAME: i for i, stage in enumerate(origins.stages)}
        inputs = {name: i for i, name in enumerate(origins.inputs.names)}
        names, row_of_name = columns.keys(("name", "country"))
        name = np.array([self._names.get(key, -1) for key in names], dtype=np.int64)[row_of_name]
        kinds = {by: i for i, by in enumerate(self.kinds)}
        stage, which_input, by = (
            columns.numbers(header, known)
            for header, known in (("stage", stages), ("input", inputs), ("by", kinds))
        )
        digits = np.stack([delivery, stage, which_input, by, name])
        known = (digits >= 0).all(axis=0)
        for i in np.flatnonzero(~known)[:1].tolist():
            words = [
                columns.table[header][i] for header in (*_DELIVERY_KEY, "stage", "input", "name")
            ]
            tally.fail(f"Provenance: nothing in the plan is {_key_text(words)}")
        number = np.ravel_multi_index(tuple(digits[:, known]), self._sizes)
        if len(set(number.tolist())) < number.size:
            tally.fail("Provenance: a row appears twice")
        return number, columns.figures("share")[known]

    def _shown_stages(self, shown: Ints) -> Bools:
        """Stages shown by delivery: up to that of its material, and others with a stated place.

        A place with a share near the threshold may be shown or not, because of rounding.
        """
        shown_stages = np.zeros((len(self.number), len(self.origins.stages)), dtype=bool)
        for key, i in self.number.items():
            stage_of_material = self.workbook.materials[key[2]].stage
            passed = stages_up_to(stage_of_material) if stage_of_material in sheets.STAGES else ()
            shown_stages[i] = [stage in passed for stage in self.origins.stages]
        delivery, stage = np.unravel_index(shown, self._sizes)[:2]
        has_rows = np.zeros(shown_stages.shape, dtype=bool)
        has_rows[delivery, stage] = True
        for s, shares in enumerate(self.origins.shares.values()):
            most = shares[:, :, 1:].max(axis=(1, 2), initial=0.0)
            shown_stages[:, s] |= (most > 10 * MIN_ORIGIN_SHARE) | (has_rows[:, s] & (most > 0))
        shown_stages[~shown_stages.any(axis=1), self.origins.stages.index("")] = True
        return shown_stages

    def _wanted_shares(self, stages: Bools) -> tuple[Ints, Floats]:
        """Number and share of each expected row."""
        numbers, every_share = [np.zeros(0, dtype=np.int64)], [np.zeros(0)]
        for s, (stage, shares) in enumerate(self.origins.shares.items()):
            places = self.origins.every_place[stage]
            shown_part = np.where(stages[:, s, None, None], shares, 0.0)
            for by, kind in enumerate(self.kinds):
                name = np.array(
                    [self._names[name_and_country(which_input, kind)] for which_input in places]
                )
                delivery, which_input, column = np.nonzero(shown_part)
                digits = (
                    delivery,
                    np.full(which_input.size, s),
                    which_input,
                    np.full(which_input.size, by),
                    name[column],
                )
                numbers.append(np.ravel_multi_index(digits, self._sizes))
                every_share.append(shown_part[delivery, which_input, column])
        return np.concatenate(numbers), np.concatenate(every_share)

    def labels(self) -> Tally:
        """Segment of the line and rules that bind it, country of each owner and site; tonnes.

        The contract: segments of a rule: "`*` = every segment"; "a name found in Sites
        brings its owner and owner country".
        """
        tally = Tally("labels of Provenance")
        keys, row = self.columns.keys(_DELIVERY_KEY)
        tonnes = np.array([self._tonnes(key) for key in keys])[row] if keys else np.zeros(0)
        share = self.columns.figures("share")
        tally.equal(
            self.columns.figures("tonnes"), share * tonnes, lambda i: _key_text(keys[row[i]])
        )
        known = self._countries()
        for *key, segment, rule in self.columns.keys((*_DELIVERY_KEY, "segment", "rule"))[0]:
            t = self.workbook.calendar.index.get(str(key[3]))
            if t is None or tuple(key) not in self.number:
                tally.fail(f"Provenance: nothing is delivered to {_key_text(key)}")
                continue
            wanted = (
                self.workbook.segment(tuple(key[:3]), t),
                binding_rules(self.workbook, key[:3], t),
            )
            tally.equal_labels((segment, rule), wanted, _here(f"Provenance: {_key_text(key)}"))
        for by, name, country in self.columns.keys(("by", "name", "country"))[0]:
            if (by, name, country) not in known:
                tally.fail(f"Provenance: {by} {name!r} is not in {country!r}")
        tally.tested += len(known)
        return tally

    def _tonnes(self, key: tuple[Any, ...]) -> float:
        i = self.number.get(key)
        return 0.0 if i is None else self.origins.deliveries[i].tonnes

    def _countries(self) -> set[tuple[str, str, str]]:
        """Every name with its country that an event of the plan has."""
        names = {(by, UNSTATED_NAME, "") for by in ("country", "site", "owner")}
        for places in self.origins.every_place.values():
            for place in places:
                names |= {(by, *name_and_country(place, by)) for by in ("country", "site", "owner")}
        return names


def name_and_country(place: AuditPlace, by: str) -> tuple[str, str]:
    """Name and country under which a place is shown."""
    if place.country in ("unknown", "none"):
        return (UNKNOWN_NAME if place.country == "unknown" else NOT_APPLICABLE_NAME), ""
    if by == "country":
        return place.country or UNSTATED_NAME, place.country
    if by == "site":
        return place.site or UNSTATED_NAME, place.country
    return place.owner or UNSTATED_NAME, place.owner_country if place.owner else ""


def binding_rules(workbook: AuditWorkbook, key: Any, t: int) -> str:
    """Rules that bind a line in a period, in the order of the sheet."""
    bound = [rule.rule for rule in workbook.case.rules if workbook.binds(rule, tuple(key))[t]]
    return "; ".join(dict.fromkeys(bound))


def _key_text(key: Any) -> str:
    return ", ".join(str(part) for part in key if part)


def _here(words: str) -> Callable[[int], str]:
    return lambda _: words
