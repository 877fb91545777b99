"""Provenance: rules, their scope, and the words of histories."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial
from typing import Any

from msgspec import Struct, field

from optimizer.tables.draft import Draft, grouped
from optimizer.tables.sheets import HERE, NONE, STAGES, UNKNOWN
from optimizer.tables.words import did_you_mean, listed, near, quoted

ALIKE = 0.8
"""How alike a word of a scope line is to one that it may be a misspelling of."""


def check_rules(draft: Draft) -> None:
    """A rule has scope lines, and segments that some demand has."""
    scoped = {line.rule for line in draft.rows("Rule scope")}
    segments = {row.segment for row in draft.rows("Demand") if row.segment}
    for rule, rows in grouped(draft.named("Rules", "rule"), lambda row: row.rule).items():
        if rule not in scoped:
            message = f"{quoted(rule)} has no line in Rule scope: nothing breaks it"
            draft.warning(rows[0], "rule", message)
    for row in draft.named("Rules", "segments"):
        strange = [name for name in row.segments if name not in segments and name != "*"]
        if strange:
            draft.warning(
                row,
                "segments",
                f"no demand has the segment {listed(strange)}",
                partial(did_you_mean, strange[0], segments),
            )


class Known(Struct):
    """Words that histories can hold."""

    country: set[str] = field(default_factory=set)
    owner: set[str] = field(default_factory=set)
    site: set[str] = field(default_factory=set)
    stage: set[str] = field(default_factory=set)


def _known(draft: Draft) -> Known:
    known = Known(stage=set(STAGES))
    for site in [*draft.rows("Sites"), *draft.off["Sites"]]:
        known.country |= {site.country, site.owner_country}
        known.owner.add(site.owner)
        known.site.add(site.site)
    for event in _events(draft):
        if event.country not in (HERE, UNKNOWN, NONE):
            known.country.add(event.country)
        known.owner.add(event.name)
        known.site.add(event.name)
        known.stage.add(event.stage)
    known.stage |= {stage for row in draft.rows("Processes") for stage in row.stages}
    known.stage |= {row.stage for row in draft.rows("Materials")}
    return known


def _events(draft: Draft) -> Iterator[Any]:
    for sheet in ("Supply", "Stocks", "Pipeline"):
        histories = {row.history for row in draft.rows(sheet) if row.history}
        for history in histories:
            yield from history


def check_scope(draft: Draft) -> None:
    """Scope lines name countries, owners, sites and stages that stand in the workbook."""
    known = _known(draft)
    columns = {
        "country": known.country,
        "owner_country": known.country,
        "owner": known.owner,
        "site": known.site,
        "stage": known.stage,
    }
    strange: dict[str, dict[str, tuple[Any, str]]] = {}
    for line in draft.named("Rule scope", "rule"):
        if (
            not any(getattr(line, name) for name in columns)
            and line.row not in draft.bad["Rule scope"]
        ):
            message = f"nothing is filled in but the rule: every history breaks {quoted(line.rule)}"
            draft.warning(line, "rule", message)
        for name, words in columns.items():
            for word in getattr(line, name):
                if word not in words:
                    strange.setdefault(line.rule, {}).setdefault(word, (line, name))
    for rule, found in strange.items():
        _complain(draft, rule, found, columns)


def _complain(
    draft: Draft, rule: str, found: dict[str, tuple[Any, str]], columns: dict[str, set[str]]
) -> None:
    """One warning a rule, at the first word that is nowhere else."""
    hints = []
    for word, (_, name) in list(found.items())[:50]:
        nearest = near(word, [known for known in columns[name] if known], ALIKE)
        if nearest and len(nearest.split()) == len(word.split()) == 1:
            hints.append(f"for {quoted(word)} did you mean {quoted(nearest)}?")
    line, name = next(iter(found.values()))
    verb = "stands" if len(found) == 1 else "stand"
    draft.warning(
        line,
        name,
        f"{listed(list(found), 5)} of {quoted(rule)} {verb} nowhere else in the workbook",
        " ".join(hints[:3]),
    )


def check_stages(draft: Draft) -> None:
    """Stages are known to a rule, and processes in a rule's scope add one."""
    scope = draft.named("Rule scope", "country", "owner_country", "owner", "site", "stage")
    if not scope:
        return
    _check_words(draft, {stage for line in scope for stage in line.stage})
    _check_processes(draft, scope)


def _check_words(draft: Draft, ruled: set[str]) -> None:
    """Warn of stages that no rule names and that are none of the five."""
    if not ruled:
        return
    first: dict[str, tuple[Any, str]] = {}
    for row in draft.rows("Materials"):
        first.setdefault(row.stage, (row, "stage"))
    for row in draft.rows("Processes"):
        for stage in row.stages:
            first.setdefault(stage, (row, "stages"))
    for sheet in ("Supply", "Stocks", "Pipeline"):
        for row in draft.rows(sheet):
            for event in row.history or ():
                first.setdefault(event.stage, (row, "history"))
    for stage, (row, name) in first.items():
        if stage and stage not in ruled and stage not in STAGES:
            message = f"no rule knows the stage {quoted(stage)}"
            draft.warning(row, name, message, did_you_mean(stage, sorted(ruled | set(STAGES))))


def _check_processes(draft: Draft, scope: Iterable[Any]) -> None:
    """Warn of processes without a stage at a site that a rule's scope names."""
    named = {name: _all(scope, name) for name in ("country", "owner_country", "owner", "site")}
    watched = {}
    for site in draft.rows("Sites"):
        own = {
            "country": site.country,
            "owner_country": site.owner_country or site.country,
            "owner": site.owner,
            "site": site.site,
        }
        hit = next((name for name, words in named.items() if own[name] in words), None)
        if hit:
            watched[site.site] = own[hit]
    rows = (row for row in draft.rows("Processes") if row.site in watched)
    groups = grouped(rows, lambda row: (row.site, row.recipe, row.feed))
    for (site, recipe, _), group in groups.items():
        if not any(row.stages for row in group) and group[0].row not in draft.bad["Processes"]:
            draft.warning(
                group[0],
                "stages",
                f"blank: running {quoted(recipe)} at {quoted(site)} breaks no rule, though a rule "
                f"names {quoted(watched[site])}",
                "write the stage that the process is",
            )


def _all(scope: Iterable[Any], name: str) -> set[str]:
    return {word for line in scope for word in getattr(line, name) if word}
