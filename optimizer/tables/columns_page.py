"""Describe each declared column in words, and generate ``docs/columns.md``.

``python -m optimizer.tables.columns_page`` regenerates the page.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from optimizer.tables.country_groups import COUNTRY_GROUPS
from optimizer.tables.markdown_table import escaped, markdown_row
from optimizer.tables.schema import COMMON, INFINITY, SHEETS, Column, Sheet
from optimizer.tables.sheets import settings_in_order

COLUMNS_PAGE_PATH = Path(__file__).resolve().parents[2] / "docs" / "columns.md"

COLUMNS_PAGE_INTRODUCTION = """\
# Sheets and columns

Generated from `optimizer/tables/sheets.py` by `python -m optimizer.tables.columns_page`;
edit the declarations, not this page.

* **Bold** columns are the key: together with `from` and `to`, where a sheet has them, they
  name a row. Columns whose default is *required* may not be left blank; a blank cell
  elsewhere takes the default. Blank is never zero.
* Quantities are tonnes (t), rates are per year, *money* is `Settings: currency`. Shares
  are written 0.25 or 25 %.
* *Names* are one or several, separated by commas or semicolons. A word in brackets after the
  type is a shared vocabulary: no sheet need declare it, but it must be spelled alike wherever
  it stands.
* `*` matches anything, where *allowed* says so.
"""

KIND_LABELS = {
    "text": "text",
    "names": "names",
    "number": "number",
    "whole": "whole number",
    "date": "date",
    "yes/no": "yes/no",
    "choice": "choice",
    "history": "history",
}


def kind_label(column: Column) -> str:
    """Type of a column, with the shared vocabulary of its names in brackets.

    >>> kind_label(SHEETS["Sites"].columns["country"])
    'text (country)'
    """
    return KIND_LABELS[column.kind] + (f" ({column.vocabulary})" if column.vocabulary else "")


def default_label(column: Column) -> str:
    """The value that a blank cell takes, or ``required`` if it may not be blank.

    >>> default_label(SHEETS["Sites"].columns["segregates"])
    'yes'
    """
    if column.required:
        return "required"
    if column.default_text:
        return column.default_text
    if isinstance(column.default, bool):
        return "yes" if column.default else "no"
    if isinstance(column.default, (int, float)):
        return number_label(column.default)
    return str(column.default or "none")


def allowed_label(column: Column) -> str:
    """The values that a column allows; empty if it allows every value of its type.

    >>> allowed_label(SHEETS["Lanes"].columns["arrives"])
    '0 to 1'
    """
    if column.kind == "yes/no":
        return "yes, no"
    if column.choices:
        return ", ".join(column.choices)
    if column.minimum is not None and column.maximum is not None:
        return f"{number_label(column.minimum)} to {number_label(column.maximum)}"
    if column.minimum is not None:
        return f"{number_label(column.minimum)} or more"
    if column.maximum is not None:
        return f"{number_label(column.maximum)} or less"
    if column.vocabulary == "countries":
        return "countries, groups, not before either, or *"
    if column.wildcard:
        return "names or *" if column.kind == "names" else "a name or *"
    return ""


def references_label(column: Column) -> str:
    """Columns that a name refers to: ``Sites: site``."""
    return " or ".join(place.replace(".", ": ") for place in column.references)


def number_label(value: float) -> str:
    """A number with at most ten significant digits; infinity is ``unlimited``."""
    return "unlimited" if value == INFINITY else f"{value:.10g}"


def columns_page() -> str:
    """The text of ``docs/columns.md``: every column of every sheet, as Markdown."""
    columns_by_sheet = {name: _sheet_specific_columns(sheet) for name, sheet in SHEETS.items()}
    common = next(iter(SHEETS.values())).columns
    sections = [
        COLUMNS_PAGE_INTRODUCTION,
        _table_of_contents(),
        _section(
            "Settings", "One setting a row: its name, its value.", settings_in_order(), "setting"
        ),
        *(
            _section(name, SHEETS[name].meaning, columns)
            + (_country_groups_section() if name == "Countries" else "")
            for name, columns in columns_by_sheet.items()
        ),
        _section(
            "On every sheet",
            "Kept and shown; only `active` changes the plan.",
            {name: common[name] for name in COMMON},
        ),
    ]
    return "\n".join(sections)


def _country_groups_section() -> str:
    """The predefined groups of countries, with their sources."""
    lines = [
        f"* **{name}**: {', '.join(group.members)}. Source: {group.source}."
        f" Also written {', '.join(group.aliases)}."
        for name, group in COUNTRY_GROUPS.items()
    ]
    return "\nGroups that are known without this sheet:\n\n" + "\n".join(lines) + "\n"


def _sheet_specific_columns(sheet: Sheet) -> dict[str, Column]:
    return {name: column for name, column in sheet.columns.items() if name not in COMMON}


def _table_of_contents() -> str:
    titles = ("Settings", *SHEETS, "On every sheet")
    return " · ".join(f"[{title}](#{title.lower().replace(' ', '-')})" for title in titles) + "\n"


def _section(
    title: str, meaning: str, columns: Mapping[str, Column], first_header: str = "column"
) -> str:
    header = (first_header, "type", "unit", "default", "allowed", "refers to", "meaning")
    lines = [
        f"## {title}",
        "",
        meaning,
        "",
        markdown_row(header),
        markdown_row("---" for _ in header),
    ]
    for name, column in columns.items():
        label = column.header or name.replace("_", " ")
        lines.append(
            markdown_row(
                (
                    f"**{label}**" if column.key else label,
                    kind_label(column),
                    column.unit_in("money"),
                    f"*{default_label(column)}*" if column.required else default_label(column),
                    escaped(allowed_label(column)),
                    references_label(column),
                    escaped(column.meaning),
                )
            )
        )
    return "\n".join(lines) + "\n"


def main() -> None:
    """Write ``docs/columns.md`` of this checkout."""
    COLUMNS_PAGE_PATH.parent.mkdir(exist_ok=True)
    COLUMNS_PAGE_PATH.write_text(columns_page(), encoding="utf-8")


if __name__ == "__main__":
    main()
