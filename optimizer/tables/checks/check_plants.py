"""Check that assays, recoveries, processes, units and investment options fit together."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from functools import partial
from typing import Any

from optimizer.tables.checks.check_names import differs_by_one_edit
from optimizer.tables.missing_names import MissingNames, sheet_is_missing
from optimizer.tables.schema import group_rows
from optimizer.tables.text_matching import as_text, closest_name, did_you_mean, fold, joined, quoted
from optimizer.tables.workbook_draft import WorkbookDraft

RECIPE_SIMILARITY = 0.9
"""Lowest difflib ratio at which a recipe that no process runs is taken for a misspelling.

Chosen so that recipes that differ in a word are not.
"""
SHARE_SUM_TOLERANCE = 1e-9
"""Excess of a sum of shares over 1 that is float rounding; shares have far fewer digits."""


def check_assays(draft: WorkbookDraft) -> None:
    """Refuse assays whose oxides add up to more than a tonne per tonne of feed."""
    for feed, rows in group_rows(draft.readable_rows("Assays"), lambda row: row.feed).items():
        total = sum(row.share for row in rows)
        if total > 1 + SHARE_SUM_TOLERANCE:
            message = f"the oxides of {quoted(feed)} add up to {total:.6g} t per tonne of feed"
            draft.error(rows[-1], "share", message, "at most 1")


def check_recoveries(draft: WorkbookDraft) -> None:
    """Refuse recipes that recover more than a tonne of a tonne of an oxide, over all products."""
    groups = group_rows(draft.readable_rows("Recoveries"), lambda row: (row.recipe, row.oxide))
    for (recipe, oxide), rows in groups.items():
        total = sum(row.recovery for row in rows)
        if total > 1 + SHARE_SUM_TOLERANCE:
            message = f"{quoted(recipe)} recovers {total:.6g} t of a tonne of {quoted(oxide)}"
            draft.error(rows[-1], "recovery", message, "at most 1 over all products")


def check_feeds(draft: WorkbookDraft) -> None:
    """Require a feed for recipes of Recoveries only; refuse recipes without any quantity."""
    assays: dict[str, set[str]] = defaultdict(set)
    for row in draft.rows_readable_in("Assays", "feed"):
        assays[row.feed].add(row.oxide)
    oxides: dict[str, set[str]] = defaultdict(set)
    for row in draft.rows_readable_in("Recoveries", "recipe"):
        oxides[row.recipe].add(row.oxide)
    idle = _idle(draft)
    for process in draft.rows_readable_in("Processes", "recipe", "feed"):
        recipe, feed = process.recipe, process.feed
        if recipe in oxides and not feed:
            message = f"the cell is blank, but {quoted(recipe)} is a recipe of Recoveries"
            draft.error(process, "feed", message, "write a feed of Assays, or * for every feed")
        elif recipe not in oxides and feed and not draft.tables["Recoveries"].rows:
            draft.need("Recoveries", process, "feed", feed)
        elif recipe not in oxides and feed:
            message = f"{quoted(feed)} is the feed of {quoted(recipe)}, which is not in Recoveries"
            draft.error(process, "feed", message, "clear the cell, or add the recipe to Recoveries")
        elif feed == "*" and not draft.tables["Assays"].rows:
            draft.need("Assays", process, "feed")
        elif feed == "*" and not assays:
            draft.error(process, "feed", "'*' is every feed with an assay, but Assays has none")
        elif feed in assays and oxides[recipe].isdisjoint(assays[feed]):
            message = f"{quoted(feed)} contains no oxide that {quoted(recipe)} recovers"
            draft.warning(process, "feed", message, "it makes nothing from it")
        if recipe in idle and recipe not in oxides:
            message = f"{quoted(recipe)} has no inputs and no outputs"
            draft.error(process, "recipe", message, "fill in its quantities in Recipes")


def _idle(draft: WorkbookDraft) -> set[str]:
    """Recipes of Recipes all of whose quantities are zero."""
    groups = group_rows(draft.rows("Recipes"), lambda row: row.recipe)
    sound = {row.row for row in draft.readable_rows("Recipes")}
    return {
        recipe
        for recipe, rows in groups.items()
        if all(row.quantity == 0 and row.row in sound for row in rows)
    }


def check_units(draft: WorkbookDraft) -> None:
    """Require the units of processes at their site; report units and recipes that are not used."""
    known: dict[str, dict[str, str]] = defaultdict(dict)
    for sheet in ("Units", "Options"):
        for row in draft.rows_readable_in(sheet, "site", "unit"):
            known[row.site][fold(row.unit)] = row.unit
    used = set()
    unknown = []
    for process in draft.rows_readable_in("Processes", "site", "unit"):
        used.add((process.site, process.unit))
        if process.unit and fold(process.unit) not in known[process.site]:
            unknown.append(process)
    _report_unknown_units(draft, unknown, known)
    for sheet in ("Units", "Options"):
        for (site, unit), rows in group_rows(
            draft.rows_readable_in(sheet, "site", "unit"), lambda row: (row.site, row.unit)
        ).items():
            adds = sheet == "Units" or any(row.added_capacity for row in rows)
            if not adds or (site, unit) in used or draft.unreadable["Processes"]:
                continue
            if not draft.tables["Processes"].rows:
                draft.need("Processes", rows[0], "unit", unit, severity="warning")
            else:
                message = f"no process at {quoted(site)} uses {quoted(unit)}"
                draft.warning(rows[0], "unit", message)
    _check_recipes_run(draft)


def _report_unknown_units(
    draft: WorkbookDraft, processes: list[Any], known: dict[str, dict[str, str]]
) -> None:
    """Report units of processes that their site does not have, or the sheet that lacks them all."""
    names = {name for units in known.values() for name in units.values()}
    words = {(row.site, row.unit) for row in processes}
    strange = not names or sheet_is_missing([row.unit for row in processes], names)
    if not draft.tables["Units"].rows and len(words) > 1 and strange:
        for process in processes:
            draft.need("Units", process, "unit", process.unit)
        return
    missing = MissingNames()
    for process in processes:
        message = f"{quoted(process.unit)} is not in Units or Options at {quoted(process.site)}"
        hint = partial(_unit_hint, process, known)
        missing.add(draft.cell(process, "unit"), message, hint)
    missing.report(draft.findings)


def _unit_hint(process: Any, known: dict[str, dict[str, str]]) -> str:
    """A similar unit of the site, else other sites with the unit."""
    similar = did_you_mean(process.unit, known[process.site].values())
    sites = [site for site, units in known.items() if fold(process.unit) in units]
    return similar or (f"it is at {joined(sites)}" if sites else "add it to Units")


def _check_recipes_run(draft: WorkbookDraft) -> None:
    """Report recipes that no process runs.

    A misspelt one is an error, since its line is then missing from the recipe that was meant.
    """
    if draft.unreadable["Processes"]:
        return
    run = {row.recipe for row in (*draft.rows("Processes"), *draft.inactive["Processes"])}
    for sheet in ("Recipes", "Recoveries"):
        for recipe, rows in group_rows(
            draft.rows_readable_in(sheet, "recipe"), lambda row: row.recipe
        ).items():
            if recipe in run:
                continue
            similar = next((name for name in sorted(run) if differs_by_one_edit(recipe, name)), "")
            similar = similar or closest_name(recipe, run, RECIPE_SIMILARITY)
            message = f"no process runs {quoted(recipe)}"
            if similar:
                message += f", which resembles {quoted(similar)}"
                draft.error(rows[0], "recipe", message, "spell a name the same way everywhere")
            elif not draft.tables["Processes"].rows:
                draft.need("Processes", rows[0], "recipe", recipe, severity="warning")
            else:
                draft.warning(rows[0], "recipe", message, partial(did_you_mean, recipe, run))


def check_segregation(draft: WorkbookDraft) -> None:
    """Require a unit or a maximum for processes of a site that does not segregate."""
    mixing = {site.site for site in draft.rows("Sites") if not site.segregates}
    if not mixing:
        return
    rows = (row for row in draft.rows("Processes") if row.site in mixing)
    for (site, recipe, _), group in group_rows(
        rows, lambda row: (row.site, row.recipe, row.feed)
    ).items():
        if not any(row.unit or row.maximum < float("inf") for row in group):
            message = (
                f"{quoted(recipe)} has neither a unit nor a maximum, and {quoted(site)} does not "
                "segregate"
            )
            draft.error(group[0], "maximum", message, "write the most that it can run per year")


def check_options(draft: WorkbookDraft) -> None:
    """Refuse rows of one option that disagree; warn of options that can never be built."""
    options = draft.readable_rows("Options")
    groups = group_rows(options, lambda row: row.option)
    for option, rows in groups.items():
        _check_agreement(draft, option, rows)
        first = rows[0]
        if first.kind == "yes/no" and first.most not in (0, 1):
            message = f"{as_text(first.most)} is above 1, but the option is yes or no"
            draft.error(first, "most", message, "write 'whole number' under kind, or 1 under most")
        end = draft.horizon.end if draft.horizon else None
        if first.earliest and end and first.earliest > end:
            message = f"{first.earliest} is after {end}, the end: it is never built"
            draft.warning(first, "earliest", message)
    choices = {option: _union(row.one_of for row in rows) for option, rows in groups.items()}
    for option, rows in groups.items():
        for row in rows:
            for need in row.needs:
                if need != option and choices[option] & choices.get(need, set()):
                    message = (
                        f"{quoted(option)} needs {quoted(need)}, but at most one of them can be "
                        "built"
                    )
                    draft.warning(row, "needs", message, "it is never built")


def _check_agreement(draft: WorkbookDraft, option: str, rows: list[Any]) -> None:
    for row in rows[1:]:
        for name in ("kind", "most", "earliest"):
            value, first = getattr(row, name), getattr(rows[0], name)
            if value != first:
                message = f"{_shown(value)} here, but {_shown(first)} in row {rows[0].row}"
                hint = f"rows of {quoted(option)} are one decision: write the same value in each"
                draft.error(row, name, message, hint)


def _shown(value: Any) -> str:
    return "blank" if value is None else quoted(value)


def _union(groups: Iterable[tuple[str, ...]]) -> set[str]:
    return {fold(word) for words in groups for word in words}
