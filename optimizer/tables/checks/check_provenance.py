"""Provenance: rules, their scope, and the words of histories."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import timedelta
from functools import lru_cache, partial
from typing import Any

from msgspec import Struct, field

from optimizer.tables.checks.check_names import one_edit
from optimizer.tables.confusable_letters import skeleton
from optimizer.tables.country_groups import CountrySets
from optimizer.tables.sheets import ABSENT, STAGES
from optimizer.tables.text_matching import did_you_mean, fold, listed, near, quoted, told_apart
from optimizer.tables.workbook_draft import WorkbookDraft, grouped

ALIKE = 0.85
"""How alike an owner or site of a scope line is to one that it may be a misspelling of."""


def check_rules(draft: WorkbookDraft) -> None:
    """A rule has lines of scope, binds some demand, and holds within the horizon."""
    _check_pairs(draft)
    _check_segments(draft)
    _check_dates(draft)


def _check_pairs(draft: WorkbookDraft) -> None:
    """A rule without scope, and scope without a rule, are errors: nothing would be banned."""
    rules, lines = draft.named("Rules", "rule"), draft.rows("Rule scope")
    if not rules:  # lines of a rule that is not there are references to nothing
        return
    if not draft.tables["Rule scope"].rows:
        if "Rule scope" not in draft.found.replaced:
            draft.found.error(
                "Rule scope",
                "the sheet is missing or has no rows, so that nothing breaks any rule",
                "write for each rule what it bans: a country, an owner, a site, a stage",
            )
        return
    scoped = {line.rule for line in lines}
    off = {line.rule for line in draft.off["Rule scope"]}
    for rule, rows in grouped(rules, lambda row: row.rule).items():
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
    """Each segment that a rule names is one of Demand, and none of Demand is a misspelling."""
    demand = draft.named("Demand", "segment")
    rows = [*demand, *draft.off["Demand"]]
    segments = dict.fromkeys(row.segment for row in rows if row.segment)
    named: dict[str, Any] = {}
    for row in draft.named("Rules", "segments"):
        named |= {name: row for name in row.segments if name in segments}
        strange = [name for name in row.segments if name not in segments and name != "*"]
        if not strange or not demand:
            continue
        alike = [name for name in strange if _misspelt(name, segments)]
        if alike or len(strange) == len(row.segments):
            first = (alike or strange)[0]
            binds = "" if len(strange) < len(row.segments) else ": the rule binds no delivery"
            draft.error(
                row,
                "segments",
                f"no row of Demand has the segment {listed(strange)}{binds}",
                partial(_segment_cure, first, segments),
            )
        else:
            draft.warning(row, "segments", f"no row of Demand has the segment {listed(strange)}")
    for row in demand:
        like = _misspelt(row.segment, named) if row.segment and row.segment not in named else ""
        if like:
            draft.error(
                row,
                "segment",
                f"{quoted(row.segment)} resembles {quoted(like)}, which {quoted(named[like].rule)} "
                "binds; the rule does not bind this line",
                "write one name in one way; name the segment in a rule if it is another one."
                f"{told_apart(row.segment, like)}".rstrip("."),
            )


def _segment_cure(name: str, segments: Iterable[str]) -> str:
    known = list(segments)
    like = did_you_mean(name, known)
    return like or (f"write one of {listed(known, 8)}" if known else "fill in segment in Demand")


def _misspelt(word: str, known: Iterable[str]) -> str:
    """A known word that differs from a word by a letter, or by signs and spaces; empty if none."""
    letters = _letters(word)
    for other in known:
        if other != word and (_letters(other) == letters or one_edit(word, other)):
            return other
    return ""


@lru_cache(maxsize=4096)
def _letters(word: str) -> str:
    return "".join(sign for sign in skeleton(fold(word)) if sign.isalnum())


def _check_dates(draft: WorkbookDraft) -> None:
    """A row of Rules whose dates lie outside the horizon binds nothing of this plan."""
    horizon = draft.horizon
    if horizon is None:
        return
    for row in draft.named("Rules", "start", "end"):
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
    """Words that events can hold."""

    owner: set[str] = field(default_factory=set)
    site: set[str] = field(default_factory=set)
    stage: set[str] = field(default_factory=set)


def _known(draft: WorkbookDraft) -> KnownWords:
    known = KnownWords(stage=set(STAGES))
    for site in [*draft.rows("Sites"), *draft.off["Sites"]]:
        known.owner.add(site.owner)
        known.site.add(site.site)
    for event in _events(draft):
        known.owner.add(event.name)
        known.site.add(event.name)
        known.stage.add(event.stage)
    done = (stage for row in draft.rows("Processes") for stage in row.stages)
    known.stage |= {stage.removesuffix(ABSENT) for stage in done}
    known.stage |= {row.stage for row in draft.rows("Materials")}
    return known


def _events(draft: WorkbookDraft) -> Iterator[Any]:
    for sheet in ("Supply", "Stocks", "Pipeline"):
        histories = {row.history for row in draft.rows(sheet) if row.history}
        for history in histories:
            yield from history


def check_scope(draft: WorkbookDraft) -> None:
    """Scope lines name stages, owners and sites that occur in the workbook."""
    known = _known(draft)
    for line in draft.named("Rule scope", "rule"):
        filled = any(getattr(line, name) for name in SCOPE)
        if not filled and line.row not in draft.bad["Rule scope"]:
            message = f"nothing is filled in but the rule: every history breaks {quoted(line.rule)}"
            draft.warning(line, "rule", message)
        for stage in line.stage:
            if stage not in known.stage:
                draft.error(
                    line,
                    "stage",
                    f"{quoted(stage)} is no stage of this workbook: nothing would break "
                    f"{quoted(line.rule)} there",
                    partial(did_you_mean, stage, sorted(known.stage - {""})),
                )
        for name in ("owner", "site"):
            words: set[str] = getattr(known, name)
            for word in getattr(line, name):
                if word not in words:
                    _check_name(draft, line, name, word, words - {""})


SCOPE = ("country", "owner_country", "owner", "site", "stage")


def _check_name(draft: WorkbookDraft, line: Any, name: str, word: str, known: set[str]) -> None:
    """An owner or site that occurs nowhere: an error where it resembles one that does."""
    like = _misspelt(word, known) or near(word, known, ALIKE)
    message = f"{quoted(word)} occurs neither in Sites nor in a history"
    if like:
        draft.error(
            line,
            name,
            f"{message}, and resembles {quoted(like)}",
            f"write one name in one way.{told_apart(word, like)}".rstrip("."),
        )
    else:
        draft.warning(line, name, f"{message}: nothing in this workbook breaks this line")


def check_stages(draft: WorkbookDraft) -> None:
    """Stages are known to a rule, and processes in a rule's scope add one."""
    scope = draft.named("Rule scope", "country", "owner_country", "owner", "site", "stage")
    if not scope:
        return
    _check_words(draft, {stage for line in scope for stage in line.stage})
    _check_processes(draft, scope)


def _check_words(draft: WorkbookDraft, ruled: set[str]) -> None:
    """Warn of stages that no rule names and that are none of the five."""
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
            message = f"no rule knows the stage {quoted(stage)}"
            draft.warning(row, name, message, did_you_mean(stage, sorted(ruled | set(STAGES))))


def _check_processes(draft: WorkbookDraft, scope: Iterable[Any]) -> None:
    """Warn of processes without a stage at a site that a rule's scope names."""
    sets = CountrySets(draft.rows("Countries"))
    columns = ("country", "owner_country", "owner", "site")

    def names(line: Any, column: str, own: str) -> bool:
        words = getattr(line, column)
        listed = sets.holds(words, own) if "country" in column else own in words
        return bool(words) and listed

    watched = {}
    for site in draft.rows("Sites"):
        own = {
            "country": site.country,
            "owner_country": site.owner_country or site.country,
            "owner": site.owner,
            "site": site.site,
        }
        hit = next(
            (name for name in columns if any(names(line, name, own[name]) for line in scope)), None
        )
        if hit:
            watched[site.site] = own[hit]
    rows = (row for row in draft.rows("Processes") if row.site in watched)
    groups = grouped(rows, lambda row: (row.site, row.recipe, row.feed))
    for (site, recipe, _), group in groups.items():
        done = [stage for row in group for stage in row.stages if not stage.endswith(ABSENT)]
        if not done and group[0].row not in draft.bad["Processes"]:
            draft.warning(
                group[0],
                "stages",
                f"blank: running {quoted(recipe)} at {quoted(site)} breaks no rule, though a rule "
                f"names {quoted(watched[site])}",
                "write the stage that the process is",
            )
