"""What is switched off: rows with ``active = no``, and rows that refer to something that is."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from optimizer.tables.findings import Findings
from optimizer.tables.sheet_table import SheetTable
from optimizer.tables.text_matching import quoted

Thing = tuple[str, Any]
"""Kind and name; the name of a unit is its site and unit."""

DEFINED = {
    "site": ("Sites",),
    "material": ("Materials",),
    "offer": ("Supply",),
    "rule": ("Rules",),
    "option": ("Options",),
    "line": ("Demand",),
    "recipe": ("Recipes", "Recoveries"),
    "feed": ("Assays",),
    "unit": ("Units", "Options"),
}
"""Sheets that define a kind of thing: it is off if all its rows there are."""

REFERENCES: dict[str, dict[str, str]] = {
    "Supply": {"site": "site", "material": "material"},
    "Assays": {"feed": "material"},
    "Processes": {"site": "site", "recipe": "recipe", "feed": "feed", "unit": "unit"},
    "Units": {"site": "site"},
    "Options": {"site": "site", "needs": "option"},
    "Lanes": {"from_site": "site", "to_site": "site", "material": "material"},
    "Tariffs": {"material": "material"},
    "Stocks": {"site": "site", "material": "material"},
    "Pipeline": {"to_site": "site", "material": "material"},
    "Demand": {"customer": "site", "material": "material"},
    "Rule scope": {"rule": "rule"},
    "Blends": {"site": "site", "recipe": "recipe"},
}
"""A row is off if something in one of these columns is."""

TOGETHER = {"Processes": ("site", "recipe", "feed"), "Options": ("option",)}
"""Rows that are one thing: where one goes off for its unit or its needs, all do."""

DROPPED: dict[str, dict[str, str]] = {
    "Processes": {"clears": "rule"},
    "Limits": {
        "site": "site",
        "to_site": "site",
        "material": "material",
        "recipe": "recipe",
        "offer": "offer",
        "line": "line",
        "option": "option",
    },
}
"""Columns of several names from which one that is off is dropped."""

INGREDIENTS = {"Recipes": "material", "Recoveries": "product"}
SHOWN = 3


def switch_off(tables: dict[str, SheetTable], found: Findings) -> None:
    """Mark every row that refers to something that is switched off; warn once a sheet."""
    if not any(table.off for table in tables.values()):
        return
    because: dict[str, dict[int, Thing]] = defaultdict(dict)
    dropped: dict[str, dict[int, Thing]] = defaultdict(dict)
    spread = True
    while spread:
        off = _things_off(tables)
        spread = _follow(tables, off, because) | _drop(tables, off, because, dropped)
        if not spread:
            spread = _recipes(tables, off, because)
    _check_recipes(tables, found)
    for name, rows in because.items():
        if rows and name != "Rule scope":
            verb = "row is" if len(rows) == 1 else "rows are"
            found.warning(name, f"{len(rows):,} {verb} off because {_reasons(rows)}")
    for name, rows in dropped.items():
        if not rows:
            continue
        verb = "row counts" if len(rows) == 1 else "rows count"
        found.warning(name, f"{len(rows):,} {verb} without a name because {_reasons(rows)}")


def _names(table: SheetTable, kind: str, at: int) -> Any:
    name = table.values[kind][at]
    return (table.values["site"][at], name) if kind == "unit" and name else name


def _things_off(tables: dict[str, SheetTable]) -> dict[str, set[Any]]:
    """Names of each kind all of whose rows are off."""
    things = {}
    for kind, sheets in DEFINED.items():
        active: set[Any] = set()
        off: set[Any] = set()
        for sheet in sheets:
            table = tables[sheet]
            for at in range(len(table.rows)):
                (off if at in table.off else active).add(_names(table, kind, at))
        things[kind] = off - active - {"", "*"}
    return things


def _follow(
    tables: dict[str, SheetTable], off: dict[str, set[Any]], because: dict[str, dict[int, Thing]]
) -> bool:
    """Switch off the rows that refer to what is off; True if there were any."""
    spread = False
    for sheet, columns in REFERENCES.items():
        table = tables[sheet]
        for attribute, kind in columns.items():
            if not off[kind]:
                continue
            hits = dict(_hits(table, attribute, off[kind]))
            if attribute in ("unit", "needs"):
                hits = _together(table, hits)
            table.off.update(hits)
            because[sheet].update({at: (kind, name) for at, name in hits.items()})
            spread = spread or bool(hits)
    return spread


def _hits(table: SheetTable, attribute: str, off: set[Any]) -> Iterator[tuple[int, Any]]:
    """Active rows that name something that is off, and what they name."""
    for at in range(len(table.rows)):
        if at not in table.off:
            value = _names(table, attribute, at)
            for name in value if attribute == "needs" else (value,):
                if name in off:
                    yield at, name
                    break


def _together(table: SheetTable, hits: dict[int, Any]) -> dict[int, Any]:
    """Active rows that are one thing with a row that is hit."""
    columns = [table.values[name] for name in TOGETHER[table.sheet.name]]
    keys = list(zip(*columns, strict=True))
    hit = {keys[at]: name for at, name in hits.items()}
    return {at: hit[key] for at, key in enumerate(keys) if key in hit and at not in table.off}


def _drop(
    tables: dict[str, SheetTable],
    off: dict[str, set[Any]],
    because: dict[str, dict[int, Thing]],
    dropped: dict[str, dict[int, Thing]],
) -> bool:
    """Drop names that are off from lists; a filter of a limit that is left empty ends it."""
    spread = False
    for sheet, columns in DROPPED.items():
        table = tables[sheet]
        for attribute, kind in columns.items():
            if not off[kind]:
                continue
            values = table.values[attribute]
            for at, names in enumerate(values):
                if at in table.off or not names or off[kind].isdisjoint(names):
                    continue
                thing = (kind, next(name for name in names if name in off[kind]))
                left = tuple(name for name in names if name not in off[kind])
                if left or sheet != "Limits":
                    table.whole.setdefault(table.rows[at], {}).setdefault(attribute, names)
                    values[at] = left
                    dropped[sheet][at] = thing
                else:
                    table.off.add(at)
                    because[sheet][at] = thing
                    dropped[sheet].pop(at, None)
                spread = True
    return spread


def _broken(tables: dict[str, SheetTable]) -> dict[str, list[tuple[str, int, str]]]:
    """By recipe: active lines (sheet, position, material) whose material is off."""
    off = _things_off(tables)["material"]
    broken: dict[str, list[tuple[str, int, str]]] = defaultdict(list)
    for sheet, attribute in INGREDIENTS.items():
        table = tables[sheet]
        for at, material in enumerate(table.values[attribute]):
            if material in off and at not in table.off:
                broken[table.values["recipe"][at]].append((sheet, at, material))
    return broken


def _run(tables: dict[str, SheetTable]) -> dict[str, int]:
    """Sheet row of the first active process of each recipe."""
    table = tables["Processes"]
    rows: dict[str, int] = {}
    for at, recipe in enumerate(table.values["recipe"]):
        if at not in table.off:
            rows.setdefault(recipe, table.rows[at])
    return rows


def _recipes(
    tables: dict[str, SheetTable], off: dict[str, set[Any]], because: dict[str, dict[int, Thing]]
) -> bool:
    """Switch off recipes with a material that is off, where nobody runs them."""
    if not off["material"]:
        return False
    run = _run(tables)
    idle = {recipe: lines for recipe, lines in _broken(tables).items() if recipe not in run}
    for sheet in INGREDIENTS:
        table = tables[sheet]
        for at, recipe in enumerate(table.values["recipe"]):
            if recipe in idle and at not in table.off:
                table.off.add(at)
                because[sheet][at] = ("material", idle[recipe][0][2])
    return bool(idle)


def _check_recipes(tables: dict[str, SheetTable], found: Findings) -> None:
    """Complain of recipes that are run and lack a material that is off."""
    run = _run(tables)
    for recipe, lines in _broken(tables).items():
        for sheet, at, material in lines:
            tables[sheet].complain(
                found,
                at,
                INGREDIENTS[sheet],
                f"{quoted(material)} is switched off, but {quoted(recipe)} is run "
                f"(Processes row {run[recipe]})",
                "a recipe without it is another recipe: switch off this row or the processes",
            )


def _reasons(rows: dict[int, Thing]) -> str:
    """A few of the things that rows are off for: ``site 'Kokbulak' is``."""
    things = list(dict.fromkeys(rows.values()))
    shown = [f"{kind} {_name(name)}" for kind, name in things[:SHOWN]]
    if len(things) > SHOWN:
        return f"{', '.join(shown)} and {len(things) - SHOWN:,} more are"
    if len(shown) == 1:
        return f"{shown[0]} is"
    return f"{', '.join(shown[:-1])} and {shown[-1]} are"


def _name(name: Any) -> str:
    return f"{quoted(name[1])} at {quoted(name[0])}" if isinstance(name, tuple) else quoted(name)
