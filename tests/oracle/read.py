"""Workbooks as plain tables: rows that are switched on, with names in one spelling."""

import datetime as dt
import math
import unicodedata

import openpyxl

REFERENCES = {
    "sites": [
        ("supply", "site"),
        ("processes", "site"),
        ("units", "site"),
        ("options", "site"),
        ("lanes", "from site"),
        ("lanes", "to site"),
        ("stocks", "site"),
        ("pipeline", "to site"),
        ("demand", "customer"),
        ("limits", "site"),
        ("limits", "to site"),
        ("blends", "site"),
    ],
    "materials": [
        ("supply", "material"),
        ("assays", "feed"),
        ("recipes", "material"),
        ("recoveries", "product"),
        ("processes", "feed"),
        ("lanes", "material"),
        ("tariffs", "material"),
        ("stocks", "material"),
        ("pipeline", "material"),
        ("demand", "material"),
        ("limits", "material"),
    ],
    "rules": [("rule scope", "rule")],
    "supply": [("limits", "offer"), ("supply", "after")],
    "demand": [("limits", "line")],
    "options": [("limits", "option"), ("options", "needs")],
}
KEYS = {
    "sites": "site",
    "materials": "material",
    "rules": "rule",
    "supply": "offer",
    "demand": "line",
    "options": "option",
}


ONE_KIND = {
    **dict.fromkeys("\u2018\u2019\u201b\u02bc\u00b4`\u2032", "'"),
    **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212", "-"),
}
"""What is typed for an apostrophe or a hyphen."""


def spelled(value):
    """A header or name as a reader sees it, without regard to case and spacing; None for blank.

    >>> spelled("  KAZ  Ore ")
    'kaz ore'
    >>> spelled("Chi\u200cna") == spelled("\uff23hina") == "china"
    True
    """
    if value is None:
        return None
    if isinstance(value, float) and value == int(value):
        value = int(value)
    text = "".join(ONE_KIND.get(letter, letter) for letter in str(value))
    text = unicodedata.normalize("NFKC", text)
    text = "".join(letter for letter in text if unicodedata.category(letter) != "Cf")
    text = unicodedata.normalize("NFKC", text.casefold())
    return " ".join(text.split()) or None


def names(row, column):
    """The names in a cell, separated by commas or semicolons."""
    value = spelled(row.get(column))
    return (
        []
        if value is None
        else [spelled(part) for part in value.replace(";", ",").split(",") if part.strip()]
    )


def name(row, column):
    """The one name in a cell, None for blank."""
    return spelled(row.get(column))


def number(row, column, default=None):
    """The number in a cell, shares also as text with a percent sign."""
    value = row.get(column)
    if value is None or (isinstance(value, str) and not value.strip()):
        return default
    if isinstance(value, str):
        text = value.strip()
        return float(text[:-1]) / 100 if text.endswith("%") else float(text)
    return float(value)


def yes(row, column, default):
    """True for yes, False for no."""
    value = spelled(row.get(column))
    return default if value is None else value in ("yes", "true", "1")


def day(row, column):
    """The date in a cell, None for blank (open)."""
    value = row.get(column)
    if isinstance(value, dt.datetime):
        return value.date()
    if isinstance(value, dt.date) or value is None:
        return value
    return dt.date.fromisoformat(str(value).strip()) if str(value).strip() else None


def tables_of(path):
    """A workbook file as sheet -> list of rows (header -> value)."""
    tables = {}
    for sheet in openpyxl.load_workbook(path, data_only=True):
        lines = [
            line
            for line in sheet.iter_rows(values_only=True)
            if any(cell is not None for cell in line)
        ]
        tables[sheet.title] = (
            [dict(zip(lines[0], line, strict=False)) for line in lines[1:]] if lines else []
        )
    return tables


class Book:
    """The rows that are switched on, by sheet; `settings` by name.

    `known_sites` are all rows of Sites: a history may name a site that is switched off.
    A row that refers to something that is switched off is switched off too.
    """

    def __init__(self, source):
        tables = source if isinstance(source, dict) else tables_of(source)
        self.tables = {}
        for sheet, rows in tables.items():
            rows = [{spelled(column): value for column, value in row.items()} for row in rows]
            rows = [row for row in rows if any(value is not None for value in row.values())]
            self.tables[spelled(sheet)] = rows
        self.settings = {name(row, "setting"): row.get("value") for row in self["settings"]}
        self.known_sites = self["sites"]
        self._switch_off()

    def __getitem__(self, sheet):
        return self.tables.get(sheet, [])

    def setting(self, setting, default):
        """A number of Settings."""
        return number(self.settings, setting, default)

    def _switch_off(self):
        stated = {sheet: {name(row, key) for row in self[sheet]} for sheet, key in KEYS.items()}
        for sheet in self.tables:
            self.tables[sheet] = [row for row in self[sheet] if yes(row, "active", True)]
        changed = True
        while changed:
            changed = False
            for sheet, key in KEYS.items():
                off = stated[sheet] - {name(row, key) for row in self[sheet]}
                for target, column in REFERENCES[sheet]:
                    kept = [row for row in self[target] if not off.intersection(names(row, column))]
                    changed = changed or len(kept) < len(self[target])
                    if target in self.tables:
                        self.tables[target] = kept


def grouped(rows, *columns):
    """Rows by their key, in the order of the sheet."""
    groups = {}
    for row in rows:
        groups.setdefault(tuple(name(row, column) for column in columns), []).append(row)
    return groups


UNLIMITED = math.inf
