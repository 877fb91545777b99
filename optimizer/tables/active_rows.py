"""Inactive rows: those with ``active = no``, and those that refer to an inactive entity.

An entity is a site, a material, a recipe … that other rows refer to by name. It is inactive
if all rows that define it are.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from optimizer.tables.findings import Findings
from optimizer.tables.sheet_table import SheetTable
from optimizer.tables.text_matching import number_of, quoted

Entity = tuple[str, Any]
"""Kind and name of an entity; a unit's name is the pair of its site and unit."""
RowReasons = dict[str, dict[int, Entity]]
"""By sheet and position of a row: the inactive entity that changed the row."""

DEFINING_SHEETS = {
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
"""Sheets whose rows define the entities of a kind."""

REFERENCE_COLUMNS: dict[str, dict[str, str]] = {
    "Supply": {"site": "site", "material": "material", "after": "offer"},
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
"""Kind of entity by sheet and column; a row is inactive if one of its entities is."""

ENTITY_KEYS = {"Processes": ("site", "recipe", "feed"), "Options": ("option",)}
"""Columns that identify an entity of several rows: one unit or need deactivates all of them."""

NAME_LIST_COLUMNS: dict[str, dict[str, str]] = {
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
"""Columns with lists of names, from which inactive names are removed."""

RECIPE_MATERIAL_COLUMNS = {"Recipes": "material", "Recoveries": "product"}
"""Column of each recipe sheet that names a material."""
MAX_LISTED_REASONS = 3
"""Entities that one warning names; the others are counted to keep the message short."""


def deactivate_dependent_rows(tables: dict[str, SheetTable], findings: Findings) -> None:
    """Deactivate every row that refers to an inactive entity; warn once for each sheet.

    A deactivated row may make further entities inactive, so the steps repeat until nothing
    changes. Idle recipes are deactivated last: which recipes are idle depends on the processes
    that are still active.
    """
    if not any(table.inactive for table in tables.values()):
        return
    reasons: RowReasons = defaultdict(dict)
    removed: RowReasons = defaultdict(dict)
    changed = True
    while changed:
        inactive = _inactive_entities(tables)
        changed = _deactivate_references(tables, inactive, reasons) | _remove_from_lists(
            tables, inactive, reasons, removed
        )
        if not changed:
            changed = _deactivate_idle_recipes(tables, inactive, reasons)
    _report_incomplete_recipes(tables, findings)
    for sheet, rows in reasons.items():
        if rows and sheet != "Rule scope":
            verb = "row is" if len(rows) == 1 else "rows are"
            findings.warning(
                sheet, f"{len(rows):,} {verb} inactive because {_reasons_text(rows)} inactive"
            )
    for sheet, rows in removed.items():
        if not rows:
            continue
        findings.warning(
            sheet,
            f"inactive names are left out of lists in {number_of(len(rows), 'row')}, "
            f"because {_reasons_text(rows)} inactive",
        )


def _entity_name(table: SheetTable, kind: str, position: int) -> Any:
    name = table.values[kind][position]
    return (table.values["site"][position], name) if kind == "unit" and name else name


def _inactive_entities(tables: dict[str, SheetTable]) -> dict[str, set[Any]]:
    """Names of the entities of each kind all of whose rows are inactive."""
    entities = {}
    for kind, sheets in DEFINING_SHEETS.items():
        active: set[Any] = set()
        inactive: set[Any] = set()
        for sheet in sheets:
            table = tables[sheet]
            for position in range(len(table.rows)):
                (inactive if position in table.inactive else active).add(
                    _entity_name(table, kind, position)
                )
        entities[kind] = inactive - active - {"", "*"}
    return entities


def _deactivate_references(
    tables: dict[str, SheetTable], inactive: dict[str, set[Any]], reasons: RowReasons
) -> bool:
    """Deactivate the rows that refer to inactive entities; True if there were any."""
    changed = False
    for sheet, columns in REFERENCE_COLUMNS.items():
        table = tables[sheet]
        for attribute, kind in columns.items():
            if not inactive[kind]:
                continue
            references = dict(_references_to(table, attribute, inactive[kind]))
            if attribute in ("unit", "needs"):
                references = _rows_of_same_entity(table, references)
            table.inactive.update(references)
            reasons[sheet].update({position: (kind, name) for position, name in references.items()})
            changed = changed or bool(references)
    return changed


def _references_to(
    table: SheetTable, attribute: str, inactive: set[Any]
) -> Iterator[tuple[int, Any]]:
    """Positions of the active rows that name an inactive entity, with its name."""
    for position in range(len(table.rows)):
        if position not in table.inactive:
            value = _entity_name(table, attribute, position)
            for name in value if attribute == "needs" else (value,):
                if name in inactive:
                    yield position, name
                    break


def _rows_of_same_entity(table: SheetTable, references: dict[int, Any]) -> dict[int, Any]:
    """Positions of the active rows of the entities whose rows are referred to."""
    columns = [table.values[name] for name in ENTITY_KEYS[table.sheet.name]]
    keys = list(zip(*columns, strict=True))
    referred = {keys[position]: name for position, name in references.items()}
    return {
        position: referred[key]
        for position, key in enumerate(keys)
        if key in referred and position not in table.inactive
    }


def _remove_from_lists(
    tables: dict[str, SheetTable],
    inactive: dict[str, set[Any]],
    reasons: RowReasons,
    removed: RowReasons,
) -> bool:
    """Remove inactive names from lists; True if there were any.

    A limit whose filter would become empty is deactivated: an empty filter means every name.
    """
    changed = False
    for sheet, columns in NAME_LIST_COLUMNS.items():
        table = tables[sheet]
        for attribute, kind in columns.items():
            if not inactive[kind]:
                continue
            values = table.values[attribute]
            for position, names in enumerate(values):
                if position in table.inactive or not names or inactive[kind].isdisjoint(names):
                    continue
                entity = (kind, next(name for name in names if name in inactive[kind]))
                remaining = tuple(name for name in names if name not in inactive[kind])
                if remaining or sheet != "Limits":
                    table.lists_as_written.setdefault(table.rows[position], {}).setdefault(
                        attribute, names
                    )
                    values[position] = remaining
                    removed[sheet][position] = entity
                else:
                    table.inactive.add(position)
                    reasons[sheet][position] = entity
                    removed[sheet].pop(position, None)
                changed = True
    return changed


def _rows_of_inactive_materials(
    tables: dict[str, SheetTable],
) -> dict[str, list[tuple[str, int, str]]]:
    """Active rows (sheet, position, material) of each recipe whose material is inactive."""
    inactive = _inactive_entities(tables)["material"]
    rows: dict[str, list[tuple[str, int, str]]] = defaultdict(list)
    for sheet, attribute in RECIPE_MATERIAL_COLUMNS.items():
        table = tables[sheet]
        for position, material in enumerate(table.values[attribute]):
            if material in inactive and position not in table.inactive:
                rows[table.values["recipe"][position]].append((sheet, position, material))
    return rows


def _first_process_rows(tables: dict[str, SheetTable]) -> dict[str, int]:
    """Sheet row of the first active process of each recipe."""
    table = tables["Processes"]
    rows: dict[str, int] = {}
    for position, recipe in enumerate(table.values["recipe"]):
        if position not in table.inactive:
            rows.setdefault(recipe, table.rows[position])
    return rows


def _deactivate_idle_recipes(
    tables: dict[str, SheetTable], inactive: dict[str, set[Any]], reasons: RowReasons
) -> bool:
    """Deactivate recipes with an inactive material that no active process runs."""
    if not inactive["material"]:
        return False
    process_rows = _first_process_rows(tables)
    idle = {
        recipe: materials
        for recipe, materials in _rows_of_inactive_materials(tables).items()
        if recipe not in process_rows
    }
    for sheet in RECIPE_MATERIAL_COLUMNS:
        table = tables[sheet]
        for position, recipe in enumerate(table.values["recipe"]):
            if recipe in idle and position not in table.inactive:
                table.inactive.add(position)
                reasons[sheet][position] = ("material", idle[recipe][0][2])
    return bool(idle)


def _report_incomplete_recipes(tables: dict[str, SheetTable], findings: Findings) -> None:
    """Report active processes whose recipe has an inactive material."""
    process_rows = _first_process_rows(tables)
    for recipe, materials in _rows_of_inactive_materials(tables).items():
        for sheet, position, material in materials:
            tables[sheet].add_error(
                findings,
                position,
                RECIPE_MATERIAL_COLUMNS[sheet],
                f"{quoted(material)} is inactive, but {quoted(recipe)} is run "
                f"(Processes row {process_rows[recipe]})",
                "write no under active for this row or for the processes",
            )


def _reasons_text(rows: dict[int, Entity]) -> str:
    """The first of the inactive entities, with their verb: ``site 'Kokbulak' is``."""
    entities = list(dict.fromkeys(rows.values()))
    texts = [f"{kind} {_display_name(name)}" for kind, name in entities[:MAX_LISTED_REASONS]]
    if len(entities) > MAX_LISTED_REASONS:
        return f"{', '.join(texts)} and {len(entities) - MAX_LISTED_REASONS:,} more are"
    if len(texts) == 1:
        return f"{texts[0]} is"
    return f"{', '.join(texts[:-1])} and {texts[-1]} are"


def _display_name(name: Any) -> str:
    return f"{quoted(name[1])} at {quoted(name[0])}" if isinstance(name, tuple) else quoted(name)
