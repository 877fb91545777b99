"""What a random workbook leaves open, and other words for what it says.

Histories are left blank, half written or unknown; countries become groups and exceptions; names
become codes, aliases and letters that nobody sees. All this has dice of its own, so that the
rest of a workbook does not depend on it.
"""

import re

from tests.oracle.countries import ALIASES, ANYWHERE, Countries, Places
from tests.oracle.duty import ends

ELSEWHERE = {
    "China": ("China",),
    "Kazakhstan": ("Kazakhstan", "Kazakhstan", "Russia", "Türkiye", "Free Zone"),
    "Canada": ("Canada", "Canada", "Germany", "Mexico"),
    "USA": ("USA",),
}
"""Countries that may stand for each of the usual ones."""

GROUPS = ("covered", "EU", "USMCA")
COUNTRY_COLUMNS = {
    "Sites": ("country", "owner country"),
    "Rule scope": ("country", "owner country"),
    "Tariffs": ("origin country", "destination country"),
    "Limits": ("country",),
}
NAME_COLUMNS = {
    "Supply": ("site", "material"),
    "Lanes": ("from site", "to site"),
    "Demand": ("customer", "segment"),
    "Rule scope": ("rule", "site", "owner"),
    "Stocks": ("site",),
    "Processes": ("recipe",),
}
UNSEEN = "\u200b\u200c\u200d\u2060\u00ad\ufeff\u200e"
STAGES = ("mined", "refined", "separated", "melted", "produced")


def draw_countries(case):
    """A name and a group of one's own; called before anything names a country."""
    case.groups = list(GROUPS)
    if "Free Zone" not in case.countries and not case.knows("countries", 0.35):
        return
    for country in dict.fromkeys((*case.countries, "Free Zone")):
        row = {"country": country}
        if case.words.random() < 0.5:
            row["groups"] = case.words.choice(("friends", "friends; EFTA"))
        if country == "Free Zone":
            row["aliases"] = "FZ; the zone"
        if len(row) > 1:
            case.tables.setdefault("Countries", []).append(row)
    if any("friends" in row.get("groups", "") for row in case.tables.get("Countries", [])):
        case.groups.append("friends")


def other_words(case):
    """All that this module does to a workbook that has been drawn."""
    if case.knows("open histories", 0.7):
        leave_open(case)
    if case.knows("groups", 0.5):
        name_groups(case)
    bind_something(case)
    if case.knows("aliases", 0.5):
        respell(case)


def bind_something(case):
    """A rule whose segments no demand has is an error: it gets one that some demand has."""
    found = {row.get("segment") for row in case.tables["Demand"]} - {None}
    for row in case.tables.get("Rules", []):
        if row["segments"] != "*" and not found & set(row["segments"].split(", ")):
            row["segments"] = min(found, default="*")


# Histories --------------------------------------------------------------------------------------


def leave_open(case):
    """Histories that state more, less or nothing."""
    for sheet in ("Supply", "Stocks", "Pipeline"):
        for row in case.tables.get(sheet, []):
            if sheet == "Stocks" and not row.get("opening"):
                continue
            if case.words.random() < 0.5:
                row["history"] = restated(case, row)
            if sheet == "Pipeline" and not row["history"] and case.traced[row["material"]]:
                row["history"] = "unknown"


def restated(case, row):
    """Another history of a row."""
    words, text = case.words, row.get("history")
    if words.random() < 0.35 or not text:
        return words.choice((None, None, "here", "here", "unknown", text))
    last = case.stage[row["material"]]
    named = dict(part.split(": ", 1) for part in text.split("; "))
    stages = STAGES[: STAGES.index(last) + 1] if last in STAGES else STAGES[:2]
    for stage in stages:
        missing = stage not in named
        if missing and words.random() < (0.8 if stage in ("mined", last) else 0.4):
            named[stage] = words.choice(case.countries)
        if words.random() < 0.2:
            named[stage] = words.choice(("unknown", "here", "here" if stage == last else "none"))
    order = words.sample(list(named), len(named))
    return "; ".join(f"{stage}: {named[stage]}" for stage in order)


# Groups and exceptions --------------------------------------------------------------------------


def name_groups(case):
    """Groups and exceptions in scopes, tariffs and limits."""
    for sheet in ("Rule scope", "Limits"):
        for row in case.tables.get(sheet, []):
            for column in COUNTRY_COLUMNS[sheet]:
                if row.get(column) and case.words.random() < 0.45:
                    row[column] = several(case, row[column])
    for row in case.tables.get("Tariffs", []):
        for column in COUNTRY_COLUMNS["Tariffs"]:
            if row[column] != "*" and case.words.random() < 0.45:
                widen(case, row, column)


def several(case, cell):
    """A group, a few countries, or all but a few."""
    words = case.words
    kind = words.choice(("group", "group", "except", "except", "except group", "both"))
    if kind == "group":
        return words.choice(case.groups)
    if kind == "both":
        return f"{cell}, {words.choice(case.groups)}"
    if kind == "except group":
        return f"not {words.choice(case.groups)}"
    some = words.sample(case.countries, words.choice((1, 2, len(case.countries) - 1)))
    return ", ".join(f"not {country}" for country in some)


def widen(case, row, column):
    """More than one country in a tariff and its dated rows, where none meets an equal one."""
    words = case.words
    cell = words.choice([*case.groups, *(f"not {country}" for country in case.countries)])
    key = ("measure", "origin country", "destination country", "material")
    tariffs, before = case.tables["Tariffs"], row[column]
    of_key = [other for other in tariffs if all(other[name] == row[name] for name in key)]
    others = [other for other in tariffs if not any(other is mine for mine in of_key)]
    for mine in of_key:
        mine[column] = cell
    countries = Countries(case.tables.get("Countries", []))
    if any(equals_meet(countries, row, other) for other in others):
        for mine in of_key:
            mine[column] = before


def equals_meet(countries, one, other):
    """True if two rows of a measure with as many * cover a common route, none inside the other."""
    if one["measure"] != other["measure"]:
        return False
    one, other = ends(countries, one), ends(countries, other)
    nested = inside(one, other) != inside(other, one)
    return one.count(ANYWHERE) == other.count(ANYWHERE) and all(map(overlap, one, other)) > nested


def inside(one, other):
    """True if all routes of one row are routes of another."""
    return all(map(Places.inside, one, other))


def overlap(one, other):
    """True if two sets of countries have one in common."""
    nowhere = Places(other.named, not other.excepted)
    return not one.inside(nowhere)


# Other words ------------------------------------------------------------------------------------


def respell(case):
    """Codes, aliases and letters that nobody sees, here and there."""
    words = case.words
    for sheet, columns in COUNTRY_COLUMNS.items():
        for row in case.tables.get(sheet, []):
            for column in columns:
                if row.get(column) not in (None, "*") and words.random() < 0.35:
                    row[column] = re.sub(r"[^,;]+", lambda found: alias(case, found), row[column])
    for sheet in ("Supply", "Stocks", "Pipeline"):
        for row in case.tables.get(sheet, []):
            if row.get("history") and words.random() < 0.5:
                row["history"] = re.sub(
                    r"(?<=: )[^\[;]+", lambda found: alias(case, found), row["history"]
                )
    for sheet, columns in NAME_COLUMNS.items():
        for row in case.tables.get(sheet, []):
            for column in columns:
                if row.get(column) not in (None, "*") and words.random() < 0.08:
                    row[column] = disguised(case, row[column])


def alias(case, found):
    """Another name of a country, with the blanks and the word not that it stood with."""
    before, country, after = re.fullmatch(r"(\s*(?:not )?)(.*?)(\s*)", found.group()).groups()
    names = {"Free Zone": ("FZ", "the zone")}.get(country, ALIASES.get(country.lower(), ()))
    other = case.words.choice([*names, country])
    if case.words.random() < 0.5:
        other = other.upper()
    return before + (disguised(case, other) if case.words.random() < 0.2 else other) + after


def disguised(case, name):
    """A name with a letter that nobody sees, or in letters of full width."""
    if case.words.random() < 0.3:
        return name.translate({code: code + 0xFEE0 for code in range(0x41, 0x7B)})
    place = case.words.randrange(1, len(name)) if len(name) > 1 else 0
    return name[:place] + case.words.choice(UNSEEN) + name[place:]
