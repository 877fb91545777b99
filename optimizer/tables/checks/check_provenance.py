"""Check provenance rules, their scope, and the stages that they depend on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import timedelta
from functools import lru_cache, partial
from typing import Any

from msgspec import Struct, field

from optimizer.tables.checks.check_names import differs_by_one_edit
from optimizer.tables.confusable_letters import skeleton
from optimizer.tables.country_groups import CountrySets
from optimizer.tables.schema import group_rows
from optimizer.tables.sheets import ABSENT, STAGES
from optimizer.tables.text_matching import (
    closest_name,
    did_you_mean,
    difference_hint,
    fold,
    joined,
    quoted,
)
from optimizer.tables.workbook_draft import WorkbookDraft

SCOPE_NAME_SIMILARITY = 0.85
"""Lowest difflib ratio at which an owner or site of a scope line is taken for a misspelling.

Chosen lower than that for recipes: a ban that names nobody is worse than a false alarm.
"""


def check_rules(draft: WorkbookDraft) -> None:
    """Check that a rule has a scope, binds some demand, and is in force within the horizon."""
    _check_pairs(draft)
    _check_segments(draft)
    _check_dates(draft)


def _check_pairs(draft: WorkbookDraft) -> None:
    """Refuse a rule without scope, since it would ban nothing."""
    rules, lines = draft.rows_readable_in("Rules", "rule"), draft.rows("Rule scope")
    if not rules:  # scope lines of a missing rule are reported as unknown references
        return
    if not draft.tables["Rule scope"].rows:
        if "Rule scope" not in draft.findings.replaced:
            draft.findings.error(
                "Rule scope",
                "the sheet is missing or has no rows, so nothing breaks any rule",
                "write for each rule what it bans: a country, an owner, a site, a stage",
            )
        return
    scoped = {line.rule for line in lines}
    off = {line.rule for line in draft.inactive["Rule scope"]}
    for rule, rows in group_rows(rules, lambda row: row.rule).items():
        if rule not in scoped:
            why = (
                "all its rows in Rule scope are inactive" if rule in off else "no row of Rule scope"
            )
            draft.error(
                rows[0],
                "rule",
                f"{quoted(rule)}: {why}, so that nothing breaks it",
                "write what it bans into Rule scope, or write no under active",
            )


def _check_segments(draft: WorkbookDraft) -> None:
    """Check segments of Rules against those of Demand, and for misspellings on either side."""
    demand = draft.rows_readable_in("Demand", "segment")
    rows = [*demand, *draft.inactive["Demand"]]
    segments = dict.fromkeys(row.segment for row in rows if row.segment)
    named: dict[str, Any] = {}
    for row in draft.rows_readable_in("Rules", "segments"):
        named |= {name: row for name in row.segments if name in segments}
        strange = [name for name in row.segments if name not in segments and name != "*"]
        if not strange or not demand:
            continue
        misspelt = [name for name in strange if _resembled(name, segments)]
        if misspelt or len(strange) == len(row.segments):
            first = (misspelt or strange)[0]
            binds = "" if len(strange) < len(row.segments) else ": the rule binds no delivery"
            draft.error(
                row,
                "segments",
                f"no row of Demand has the segment {joined(strange)}{binds}",
                partial(_segment_hint, first, segments),
            )
        else:
            draft.warning(row, "segments", f"no row of Demand has the segment {joined(strange)}")
    for row in demand:
        is_unknown = row.segment and row.segment not in named
        similar = _resembled(row.segment, named) if is_unknown else ""
        if similar:
            draft.error(
                row,
                "segment",
                f"{quoted(row.segment)} resembles {quoted(similar)}, which "
                f"{quoted(named[similar].rule)} binds; the rule does not bind this line",
                "spell a name the same way everywhere; name the segment in a rule if it is "
                "another one."
                f"{difference_hint(row.segment, similar)}".rstrip("."),
            )


def _segment_hint(name: str, segments: Iterable[str]) -> str:
    known = list(segments)
    similar = did_you_mean(name, known)
    return similar or (f"write one of {joined(known, 8)}" if known else "fill in segment in Demand")


def _resembled(word: str, known: Iterable[str]) -> str:
    """A known word that differs by one edit, or by punctuation and spaces; empty if none."""
    letters = _letters(word)
    for other in known:
        if other != word and (_letters(other) == letters or differs_by_one_edit(word, other)):
            return other
    return ""


@lru_cache(maxsize=4096)
def _letters(word: str) -> str:
    return "".join(character for character in skeleton(fold(word)) if character.isalnum())


def _check_dates(draft: WorkbookDraft) -> None:
    """Warn of a row of Rules that is not in force within the horizon."""
    horizon = draft.horizon
    if horizon is None:
        return
    for row in draft.rows_readable_in("Rules", "start", "end"):
        begin = horizon.start - timedelta(days=1) if row.dated_by == "processing" else horizon.start
        if (row.start and row.start > horizon.end) or (row.end and row.end < begin):
            name = "start" if row.start and row.start > horizon.end else "end"
            draft.warning(
                row,
                name,
                f"{quoted(row.rule)} is not in force: its dates lie outside the horizon, "
                f"{horizon.start} to {horizon.end}",
            )


class KnownWords(Struct):
    """Owners, sites and stages that can occur in the history of a lot."""

    owner: set[str] = field(default_factory=set)
    site: set[str] = field(default_factory=set)
    stage: set[str] = field(default_factory=set)


def _known_words(draft: WorkbookDraft) -> KnownWords:
    known = KnownWords(stage=set(STAGES))
    for site in [*draft.rows("Sites"), *draft.inactive["Sites"]]:
        known.owner.add(site.owner)
        known.site.add(site.site)
    for event in _events(draft):
        known.owner.add(event.name)
        known.site.add(event.name)
        known.stage.add(event.stage)
    process_stages = (stage for row in draft.rows("Processes") for stage in row.stages)
    known.stage |= {stage.removesuffix(ABSENT) for stage in process_stages}
    known.stage |= {row.stage for row in draft.rows("Materials")}
    return known


def _events(draft: WorkbookDraft) -> Iterator[Any]:
    for sheet in ("Supply", "Stocks", "Pipeline"):
        histories = {row.history for row in draft.rows(sheet) if row.history}
        for history in histories:
            yield from history


def check_scope(draft: WorkbookDraft) -> None:
    """Check that scope lines name stages, owners and sites that occur in the workbook."""
    known = _known_words(draft)
    for line in draft.rows_readable_in("Rule scope", "rule"):
        filled = any(getattr(line, name) for name in SCOPE_COLUMNS)
        if not filled and line.row not in draft.unreadable["Rule scope"]:
            message = f"only the rule is filled in: every history breaks {quoted(line.rule)}"
            draft.warning(line, "rule", message)
        for stage in line.stage:
            if stage not in known.stage:
                draft.error(
                    line,
                    "stage",
                    f"{quoted(stage)} is not a stage of this workbook: nothing can break "
                    f"{quoted(line.rule)} there",
                    partial(did_you_mean, stage, sorted(known.stage - {""})),
                )
        for name in ("owner", "site"):
            words: set[str] = getattr(known, name)
            for word in getattr(line, name):
                if word not in words:
                    _check_name(draft, line, name, word, words - {""})


SCOPE_COLUMNS = ("country", "owner_country", "owner", "site", "stage")


def _check_name(draft: WorkbookDraft, line: Any, name: str, word: str, known: set[str]) -> None:
    """Report an owner or site that occurs nowhere; an error where it resembles one that does."""
    similar = _resembled(word, known) or closest_name(word, known, SCOPE_NAME_SIMILARITY)
    message = f"{quoted(word)} occurs neither in Sites nor in a history"
    if similar:
        draft.error(
            line,
            name,
            f"{message}, and resembles {quoted(similar)}",
            f"spell a name the same way everywhere.{difference_hint(word, similar)}".rstrip("."),
        )
    else:
        draft.warning(line, name, f"{message}: nothing in this workbook breaks this line")


def check_stages(draft: WorkbookDraft) -> None:
    """Warn of stages that no rule names, and of processes without a stage in a rule's scope."""
    scope = draft.rows_readable_in(
        "Rule scope", "country", "owner_country", "owner", "site", "stage"
    )
    if not scope:
        return
    _check_stage_names(draft, {stage for line in scope for stage in line.stage})
    _check_processes(draft, scope)


def _check_stage_names(draft: WorkbookDraft, ruled: set[str]) -> None:
    """Warn of stages that are neither standard nor among the ``ruled``, which rules name."""
    if not ruled:
        return
    first: dict[str, tuple[Any, str]] = {}
    for row in draft.rows("Materials"):
        first.setdefault(row.stage, (row, "stage"))
    for row in draft.rows("Processes"):
        for stage in (each.removesuffix(ABSENT) for each in row.stages):
            first.setdefault(stage, (row, "stages"))
    for sheet in ("Supply", "Stocks", "Pipeline"):
        for row in draft.rows(sheet):
            for event in row.history or ():
                first.setdefault(event.stage, (row, "history"))
    for stage, (row, name) in first.items():
        if stage and stage not in ruled and stage not in STAGES:
            message = f"no rule uses the stage {quoted(stage)}"
            draft.warning(row, name, message, did_you_mean(stage, sorted(ruled | set(STAGES))))


def _check_processes(draft: WorkbookDraft, scope: Iterable[Any]) -> None:
    """Warn of processes without a stage at a site that a rule bans."""
    sets = CountrySets(draft.rows("Countries"))
    columns = ("country", "owner_country", "owner", "site")

    def bans(line: Any, column: str, name: str) -> bool:
        names = getattr(line, column)
        return bool(names) and (
            sets.contains(names, name) if "country" in column else name in names
        )

    banned_by = {}
    for site in draft.rows("Sites"):
        properties = {
            "country": site.country,
            "owner_country": site.owner_country or site.country,
            "owner": site.owner,
            "site": site.site,
        }
        hit = next(
            (name for name in columns if any(bans(line, name, properties[name]) for line in scope)),
            None,
        )
        if hit:
            banned_by[site.site] = properties[hit]
    rows = (row for row in draft.rows("Processes") if row.site in banned_by)
    groups = group_rows(rows, lambda row: (row.site, row.recipe, row.feed))
    for (site, recipe, _), group in groups.items():
        stages = [stage for row in group for stage in row.stages if not stage.endswith(ABSENT)]
        if not stages and group[0].row not in draft.unreadable["Processes"]:
            draft.warning(
                group[0],
                "stages",
                f"the cell is blank: {quoted(recipe)} at {quoted(site)} breaks no rule, but a rule "
                f"names {quoted(banned_by[site])}",
                "write the stage of the process",
            )
