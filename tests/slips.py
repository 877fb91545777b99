"""Slips that a person makes in a workbook, and the outcomes that are allowed.

Each kind takes the tables of a workbook and yields slips, one at a time. A slip that does not
change the meaning must not change the cost. For any other, either the workbook is refused at a
sheet or cell, or the plan is not both cheaper than the correct one and called lawful.

Longer runs draw workbooks too, and print the seed that repeats them:

    python -m tests.slips --count 500
    python -m tests.slips --count 500 --seed 12345
"""

from __future__ import annotations

import argparse
import copy
import datetime as dt
import math
import random
import re
import tempfile
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import xlsxwriter

import optimizer
from tests.oracle.countries import ALIASES
from tests.oracle.random_case import ALL, draw

SlipTables = dict[str, list[dict[Any, Any]]]


class Slip(NamedTuple):
    """A description of a slip, and the workbook with it."""

    description: str
    tables: SlipTables


class Outcome(NamedTuple):
    """Errors of a workbook, or its plan's cost and verdict on lawfulness."""

    errors: tuple[optimizer.Finding, ...] = ()
    cost: float | None = None
    lawful: str | None = None
    notes: tuple[str, ...] = ()


def outcome(tables: SlipTables) -> Outcome:
    """Outcome of tables that are written to a file, read and solved."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "case.xlsx"
        save(tables, path)
        try:
            result = optimizer.solve(optimizer.read(path))
        except optimizer.WorkbookError as error:
            return Outcome(tuple(each for each in error.findings if each.severity == "error"))
    assert result.objective is None or result.audit.passed, result.audit.verdict
    return Outcome((), result.objective, result.lawful, result.lawful_notes)


def save(tables: SlipTables, path: Path) -> None:
    """Write tables as a workbook file; xlsxwriter takes a fifth of the time of openpyxl."""
    book = xlsxwriter.Workbook(path)
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    for sheet, rows in tables.items():
        page = book.add_worksheet(sheet)
        columns = list(dict.fromkeys(column for row in rows for column in row))
        for i, row in enumerate([dict(zip(columns, columns, strict=True)), *rows]):
            for j, column in enumerate(columns):
                value = row.get(column)
                if isinstance(value, dt.date):
                    page.write_datetime(i, j, value, day)
                elif isinstance(value, str):
                    page.write_string(i, j, value)
                elif value is not None:
                    page.write(i, j, value)
    book.close()


# Allowed outcomes -------------------------------------------------------------------------------


def same_cost(one: float | None, other: float | None) -> bool:
    """True if two costs are equal, or there is no plan in either case."""
    if one is None or other is None:
        return one is other
    return math.isclose(one, other, rel_tol=1e-6, abs_tol=1e-4)


def changes_nothing(clean: Outcome, found: Outcome) -> bool:
    """True if cost and verdict are those of the clean workbook."""
    return not found.errors and same_cost(found.cost, clean.cost) and found.lawful == clean.lawful


def is_refused(clean: Outcome, found: Outcome) -> bool:
    """True if there are errors and each names its sheet."""
    return bool(found.errors) and all(error.sheet for error in found.errors)


def fails_closed(clean: Outcome, found: Outcome) -> bool:
    """True if the slip is refused, or its plan is not both cheaper and called lawful."""
    if found.errors:
        return is_refused(clean, found)
    no_plan = clean.cost is None and found.cost is not None
    cheaper = no_plan or (found.cost is not None and found.cost < clean.cost)
    return found.lawful != "yes" or not cheaper or same_cost(found.cost, clean.cost)


def is_reported(clean: Outcome, found: Outcome) -> bool:
    """True if the slip fails closed, or a note says which rule is not in force."""
    has_note = any("is not in force in this horizon" in note for note in found.notes)
    return has_note or fails_closed(clean, found)


# Cells ------------------------------------------------------------------------------------------

COUNTRY_COLUMNS = {
    "Sites": ("country", "owner country"),
    "Rule scope": ("country", "owner country"),
    "Tariffs": ("origin country", "destination country"),
    "Limits": ("country",),
    "Countries": ("country",),
}
NAME_COLUMNS = {
    "Sites": ("site", "owner"),
    "Materials": ("material",),
    "Supply": ("site", "material"),
    "Recipes": ("recipe", "material"),
    "Processes": ("site", "recipe", "unit", "stage"),
    "Units": ("site", "unit"),
    "Lanes": ("from site", "to site", "material"),
    "Stocks": ("site", "material"),
    "Pipeline": ("to site", "material"),
    "Demand": ("customer", "material", "segment"),
    "Rules": ("rule", "segments"),
    "Rule scope": ("rule", "site", "owner", "stage"),
}
SHEETS_WITH_HISTORY = ("Supply", "Stocks", "Pipeline")

CellAddress = tuple[str, int, Any]
"""Sheet, number of the row, column."""


def cells(tables: SlipTables, columns: dict[str, tuple[str, ...]]) -> Iterator[CellAddress]:
    """Filled cells of some columns, without *."""
    for sheet, names in columns.items():
        for i, row in enumerate(tables.get(sheet, [])):
            for name in names:
                if row.get(name) not in (None, "*"):
                    yield sheet, i, name


def replaced(tables: SlipTables, cell: CellAddress, value: Any) -> Slip:
    """The slip that replaces the value of one cell."""
    sheet, i, column = cell
    row = {**tables[sheet][i], column: value}
    rows = [*tables[sheet][:i], row, *tables[sheet][i + 1 :]]
    old = tables[sheet][i].get(column)
    return Slip(f"{sheet} row {i + 2} {column}: {old!r} is {value!r}", {**tables, sheet: rows})


def cell_text(tables: SlipTables, cell: CellAddress) -> str:
    """The value of a cell as text."""
    sheet, i, column = cell
    return str(tables[sheet][i][column])


# Slips without effect ---------------------------------------------------------------------------


def countries_by_other_names(tables: SlipTables) -> Iterator[Slip]:
    """Each name of each country, in one cell and in all histories."""
    addresses = list(cells(tables, COUNTRY_COLUMNS))
    at = 0
    for country, others in ALIASES.items():
        known = (country, *others)
        matching = [cell for cell in addresses if cell_text(tables, cell).lower() in known]
        for other in (other.upper() if len(other) < 4 else other.title() for other in others):
            if matching:
                at += 1
                yield replaced(tables, matching[at % len(matching)], other)
            yield from country_in_histories(tables, known, other)


def country_in_histories(tables: SlipTables, known: tuple[str, ...], other: str) -> Iterator[Slip]:
    """Another name of a country in all histories that name it."""
    found = copy.deepcopy(tables)
    pattern = re.compile(rf"(?i)(?<=: )({'|'.join(map(re.escape, known))})(?=\s*(?:\[|;|$))")
    for sheet in SHEETS_WITH_HISTORY:
        for row in found.get(sheet, []):
            if row.get("history"):
                row["history"] = pattern.sub(other, row["history"])
    if found != tables:
        yield Slip(f"{known[0]} is {other!r} in histories", found)


INVISIBLE_CHARACTERS = {
    "zero width space": "\u200b",
    "zero width non-joiner": "\u200c",
    "zero width joiner": "\u200d",
    "word joiner": "\u2060",
    "soft hyphen": "\u00ad",
    "byte order mark": "\ufeff",
    "left-to-right mark": "\u200e",
    "right-to-left override": "\u202e",
    "first strong isolate": "\u2068",
}


def equal_spellings(name: str) -> Iterator[tuple[str, str]]:
    """Spellings of a name that look like it and mean the same."""
    for kind, letter in INVISIBLE_CHARACTERS.items():
        yield kind, name[: len(name) // 2] + letter + name[len(name) // 2 :]
        yield kind, name + letter
    yield "full width", name.translate({code: code + 0xFEE0 for code in range(0x41, 0x7B)})
    yield "decomposed", unicodedata.normalize("NFD", name)
    yield "capitals", name.upper()
    yield "blanks", f"  {name} ".replace(" ", "\u00a0 ")
    for quote in "’‘ʼ":
        yield "apostrophe", name.replace("'", quote)
    for hyphen in "‐‑–−":
        yield "hyphen", name.replace("-", hyphen)


def names_dressed_otherwise(tables: SlipTables) -> Iterator[Slip]:
    """Invisible characters and letter variants, four cells for each kind."""
    addresses = sorted([*cells(tables, NAME_COLUMNS), *cells(tables, COUNTRY_COLUMNS)])
    kinds = [kind for kind, _ in equal_spellings("any")]
    for number, _ in enumerate(kinds):
        for step in range(4):
            cell = addresses[(7 * number + 13 * step) % len(addresses)]
            kind, spelling = list(equal_spellings(cell_text(tables, cell)))[number]
            slip = replaced(tables, cell, spelling)
            if slip.tables != tables:
                yield Slip(f"{kind}: {slip.description}", slip.tables)


# A letter of another alphabet -------------------------------------------------------------------

LATIN_TO_CYRILLIC = str.maketrans("aceopxyACEHKMOPTX", "асеорхуАСЕНКМОРТХ")
LATIN_TO_GREEK = str.maketrans("oABEHIKMNOTX", "οΑΒΕΗΙΚΜΝΟΤΧ")


def letters_of_another_alphabet(tables: SlipTables) -> Iterator[Slip]:
    """One letter of each name replaced by a Cyrillic or Greek one."""
    for cell in [*cells(tables, NAME_COLUMNS), *cells(tables, COUNTRY_COLUMNS)]:
        name = cell_text(tables, cell)
        for alphabet in (LATIN_TO_CYRILLIC, LATIN_TO_GREEK):
            for i, letter in enumerate(name):
                word = next(word for word in re.split(r"\W|_", name[i:] or "") if True)
                beside = name[i - 1 : i].isalpha() or len(word) > 1
                if letter.translate(alphabet) != letter and beside:
                    yield replaced(
                        tables, cell, name[:i] + letter.translate(alphabet) + name[i + 1 :]
                    )
                    break


# Omissions --------------------------------------------------------------------------------------


def histories_left_out(tables: SlipTables) -> Iterator[Slip]:
    """Histories that are blank, unknown, or name one stage only."""
    materials = {row["material"]: row for row in tables["Materials"]}
    for sheet in SHEETS_WITH_HISTORY:
        for i, row in enumerate(tables.get(sheet, [])):
            if sheet == "Stocks" and not row.get("opening"):
                continue
            cell = (sheet, i, "history")
            for other in (None, "unknown", "separated: Germany", "mined: Germany; melted: unknown"):
                yield replaced(tables, cell, other)
            stage = materials[row["material"]].get("stage")
            if stage and stage != "mined":
                yield replaced(tables, cell, f"{stage}: Germany")
            parts = (row.get("history") or "").split("; ")
            for part in parts if len(parts) > 1 else ():
                rest = "; ".join(each for each in parts if each != part)
                yield replaced(tables, cell, rest)
    yield without_histories(tables)


def without_histories(tables: SlipTables) -> Slip:
    """No histories at all."""
    found = copy.deepcopy(tables)
    for sheet in SHEETS_WITH_HISTORY:
        for row in found.get(sheet, []):
            row.pop("history", None)
    return Slip("no histories", found)


def stages_left_out(tables: SlipTables) -> Iterator[Slip]:
    """Blank stages of processes and materials, and blank kinds of sites."""
    columns = {"Processes": ("stage",), "Materials": ("stage",), "Sites": ("kind",)}
    for cell in cells(tables, columns):
        yield replaced(tables, cell, None)
    for sheet, column in (("Processes", "stage"), ("Materials", "stage")):
        bare = [{**row, column: None} for row in tables.get(sheet, [])]
        yield Slip(f"no {column} in {sheet}", {**tables, sheet: bare})


def required_names_left_out(tables: SlipTables) -> Iterator[Slip]:
    """Blank cells in columns of names that are required."""
    columns = {
        "Sites": ("country",),
        "Rules": ("rule", "segments"),
        "Rule scope": ("rule",),
        "Tariffs": ("origin country", "destination country", "material"),
        "Limits": ("measure",),
    }
    for cell in cells(tables, columns):
        yield replaced(tables, cell, None)


# Misspelt ---------------------------------------------------------------------------------------


def misspellings(word: str) -> Iterator[str]:
    """A word with two letters swapped, one left out, one doubled, or one replaced."""
    middle = max(1, len(word) // 2)
    yield word[: middle - 1] + word[middle : middle + 1] + word[middle - 1] + word[middle + 1 :]
    yield word[:middle] + word[middle + 1 :]
    yield word[:middle] + word[middle : middle + 1] + word[middle:]
    if "ence" in word:
        yield word.replace("ence", "ense")


def segments_misspelt(tables: SlipTables) -> Iterator[Slip]:
    """Misspelt segments of rules and demand, and unknown segments of rules.

    In demand an unknown word is a segment of its own.
    """
    for cell in cells(tables, {"Rules": ("segments",), "Demand": ("segment",)}):
        for other in misspellings(cell_text(tables, cell)):
            yield replaced(tables, cell, other)
    for cell in cells(tables, {"Rules": ("segments",)}):
        for other in ("defence, aerospace", "Verteidigung"):
            yield replaced(tables, cell, other)


def scope_misspelt(tables: SlipTables) -> Iterator[Slip]:
    """Misspelt names in Rule scope, and words there that are no country."""
    names = ("rule", "country", "owner country", "owner", "site", "stage")
    for cell in cells(tables, {"Rule scope": names}):
        if "country" not in cell[2]:
            for other in misspellings(cell_text(tables, cell)):
                yield replaced(tables, cell, other)
        else:
            for other in ("Cathay", "Prussia", "Asia", "PRC / Taiwan", "none", "unknown", "here"):
                yield replaced(tables, cell, other)
        if cell[2] == "stage":
            for other in ("Trennung", "separation", "smelted", "unknown"):
                yield replaced(tables, cell, other)


def countries_misspelt(tables: SlipTables) -> Iterator[Slip]:
    """Words that are no country; codes are not misspelt, which may give another country's code."""
    for cell in cells(tables, COUNTRY_COLUMNS):
        country = cell_text(tables, cell)
        for other in (
            *(misspellings(country) if len(country) > 3 else ()),
            "Cathay",
            "n/a",
            "#N/A",
            86,
        ):
            yield replaced(tables, cell, other)
        if cell[0] == "Sites":
            yield replaced(tables, cell, "unknown")


# Sheets and headers -----------------------------------------------------------------------------

OTHER_SHEETS = {
    "Rules": ("Rule", "Policies", "Notes", "Rules (2)", "Rules old", "Regeln"),
    "Rule scope": ("Scope", "Rules scope", "Rulescope", "Notes", "Rule scope (2)"),
    "Lanes": ("Transport", "Lane", "Freight", "Notes"),
    "Tariffs": ("Duties", "Tariff", "Notes", "Customs"),
    "Limits": ("Caps", "Limit", "Constraints", "Notes"),
    "Stocks": ("Inventory", "Stock", "Notes"),
    "Pipeline": ("Orders", "Under way", "Notes"),
    "Supply": ("Offers", "Supplies", "Notes"),
    "Units": ("Capacity", "Unit", "Notes"),
    "Sites": ("Places", "Site"),
    "Processes": ("Process", "Operations"),
    "Demand": ("Demands", "Sales", "Notes"),
}


def sheets_renamed(tables: SlipTables) -> Iterator[Slip]:
    """Each sheet under another name."""
    for sheet, others in OTHER_SHEETS.items():
        for other in others if tables.get(sheet) else ():
            renamed = {other if name == sheet else name: rows for name, rows in tables.items()}
            yield Slip(f"{sheet} is called {other}", renamed)


def sheets_left_out(tables: SlipTables) -> Iterator[Slip]:
    """Workbooks without Rules or Rule scope, and rules missing in one of the two."""
    for sheet in ("Rules", "Rule scope"):
        yield Slip(f"no {sheet}", {name: rows for name, rows in tables.items() if name != sheet})
        yield Slip(f"no row of {sheet}", {**tables, sheet: [dict.fromkeys(tables[sheet][0])]})
        for rule in dict.fromkeys(row["rule"] for row in tables[sheet]):
            rest = [row for row in tables[sheet] if row["rule"] != rule]
            if rest:
                yield Slip(f"{sheet} without {rule}", {**tables, sheet: rest})
            off = [
                {**row, "active": "no" if row["rule"] == rule else None} for row in tables[sheet]
            ]
            if sheet == "Rule scope":
                yield Slip(f"{sheet} of {rule} is not active", {**tables, sheet: off})


OTHER_HEADERS = {
    "customs value": ("dutiable value", "Zollwert"),
    "ad valorem": ("ad val.", "ad valorem %", "advalorem"),
    "capacity": ("capacity t/yr", "Kapazität", "capacité", "capacidad"),
    "cost": ("costs", "cost USD/t", "Kosten", "coût"),
    "country": ("Land", "pays", "país", "country name", "countries"),
    "customer": ("client", "Kunde"),
    "from": ("von", "from date", "start date"),
    "history": ("histories", "Herkunft", "histroy"),
    "kind": ("type", "kinds"),
    "material": ("materials", "Werkstoff", "matériau"),
    "maximum": ("max", "max.", "maximum t/yr", "maximal", "Maximum (t)"),
    "maximum share": ("max share", "maximum share %"),
    "minimum": ("min", "min."),
    "opening": ("opening stock", "openning"),
    "owner country": ("country of owner", "owner's country"),
    "price": ("Preis", "prix", "precio", "price USD/t"),
    "quantity": ("qty", "Menge", "quantité", "quantity t"),
    "segment": ("segments", "Segmente"),
    "segments": ("segment", "for segments"),
    "site": ("sites", "Standort", "location"),
    "stage": ("stages", "Stufe", "étape"),
    "to": ("bis", "to date", "until"),
    "traced": ("trace", "tracing"),
}


def headers_renamed(tables: SlipTables) -> Iterator[Slip]:
    """Each filled column under another header."""
    for sheet, rows in tables.items():
        for column in dict.fromkeys(name for row in rows for name in row):
            if (
                any(row.get(column) is not None for row in rows)
                and column not in COLUMNS_WITHOUT_EFFECT
            ):
                others = dict.fromkeys((*OTHER_HEADERS.get(column, ()), *misspellings(str(column))))
                for other in others:
                    yield renamed_header(tables, sheet, column, other)


COLUMNS_WITHOUT_EFFECT = ("notes", "source", "confidence", "description", "latitude", "longitude")
"""Columns that no plan depends on."""


def renamed_header(tables: SlipTables, sheet: str, column: Any, other: str) -> Slip:
    """One column under another header, in the same position."""
    rows = [
        {(other if name == column else name): value for name, value in row.items()}
        for row in tables[sheet]
    ]
    return Slip(f"{sheet}: header {column!r} is {other!r}", {**tables, sheet: rows})


def headers_left_out(tables: SlipTables) -> Iterator[Slip]:
    """Each filled column without its header."""
    for sheet, rows in tables.items():
        for column in dict.fromkeys(name for row in rows for name in row):
            if (
                any(row.get(column) is not None for row in rows)
                and column not in COLUMNS_WITHOUT_EFFECT
            ):
                yield renamed_header(tables, sheet, column, "")


# Rows -------------------------------------------------------------------------------------------


def rules_at_another_time(tables: SlipTables) -> Iterator[Slip]:
    """Rules that begin after the horizon, or that ended before it."""
    for i in range(len(tables["Rules"])):
        yield replaced(tables, ("Rules", i, "from"), dt.date(2037, 1, 1))
        yield replaced(tables, ("Rules", i, "from"), "2037")
        over = replaced(tables, ("Rules", i, "to"), dt.date(2020, 12, 31)).tables
        yield replaced(over, ("Rules", i, "from"), None)
    rows = [{**row, "from": dt.date(2037, 1, 1)} for row in tables["Rules"]]
    yield Slip("all rules from 2037", {**tables, "Rules": rows})


def rows_of_totals(tables: SlipTables) -> Iterator[Slip]:
    """A row of totals below the figures."""
    for sheet, rows in tables.items():
        if sheet in ("Settings", "Scenarios"):
            continue
        columns = list(dict.fromkeys(name for row in rows for name in row))
        sums = {
            name: sum(row[name] for row in rows if isinstance(row.get(name), int | float))
            for name in columns
            if any(isinstance(row.get(name), float | int) for row in rows)
        }
        for word in ("Total", "Summe", None) if sums else ():
            total = {columns[0]: word, **sums}
            yield Slip(f"{sheet}: {word} {sums}", {**tables, sheet: [*rows, total]})


def provenance_switched_off(tables: SlipTables) -> Iterator[Slip]:
    """Materials that are not traced."""
    for i, row in enumerate(tables["Materials"]):
        if row.get("traced") != "no":
            yield replaced(tables, ("Materials", i, "traced"), "no")
    yield Slip(
        "nothing is traced",
        {**tables, "Materials": [{**row, "traced": "no"} for row in tables["Materials"]]},
    )


UNCHANGED_KINDS = (countries_by_other_names, names_dressed_otherwise)
REFUSED_KINDS = (letters_of_another_alphabet,)
REPORTED_KINDS = (rules_at_another_time,)
FAIL_CLOSED_KINDS = (
    histories_left_out,
    stages_left_out,
    required_names_left_out,
    segments_misspelt,
    scope_misspelt,
    countries_misspelt,
    sheets_renamed,
    sheets_left_out,
    headers_renamed,
    headers_left_out,
    rows_of_totals,
    provenance_switched_off,
)
EXPECTED_OUTCOMES = {
    **dict.fromkeys(UNCHANGED_KINDS, changes_nothing),
    **dict.fromkeys(REFUSED_KINDS, is_refused),
    **dict.fromkeys(REPORTED_KINDS, is_reported),
    **dict.fromkeys(FAIL_CLOSED_KINDS, fails_closed),
}
"""The test that the outcome of each kind must pass."""


def without_tariffs(tables: SlipTables) -> SlipTables:
    """Tables without duties."""
    return {sheet: rows for sheet, rows in tables.items() if sheet != "Tariffs"}


BASE_TABLES = {histories_left_out: without_tariffs}
"""Changes to the tables before slips of a kind are made.

The customs origin is the latest known event: a history without its last event changes duties,
which are no provenance rule.
"""


def failures(
    tables: SlipTables, clean: Outcome, kind: Any, most: int, rng: random.Random
) -> tuple[list[str], int]:
    """Descriptions of slips with an outcome that is not allowed, and the number of slips tried."""
    if kind in BASE_TABLES:
        tables = BASE_TABLES[kind](tables)
        clean = outcome(tables)
    slips = list(kind(tables))
    if len(slips) > most:
        slips = rng.sample(slips, most)
    found = []
    for slip in slips:
        actual = outcome(slip.tables)
        if not EXPECTED_OUTCOMES[kind](clean, actual):
            found.append(
                f"{slip.description}\n    right {clean.cost} {clean.lawful}; {describe(actual)}"
            )
    return found, len(slips)


def describe(actual: Outcome) -> str:
    """An outcome on one line."""
    errors = "; ".join(map(str, actual.errors[:2]))
    return f"refused: {errors}" if errors else f"now {actual.cost} {actual.lawful}"


SLIP_FEATURES = ALL - {"aliases", "switched off"}
"""Features of drawn workbooks; names have one spelling, so that a slip is the only difference."""


def main() -> None:
    """Draw workbooks and slips, and print those with an outcome that is not allowed."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--count", type=int, default=100, help="slips, about")
    parser.add_argument("--seed", type=int, default=None, help="of a run that is to come again")
    arguments = parser.parse_args()
    seed = random.SystemRandom().randrange(10**6) if arguments.seed is None else arguments.seed
    print(f"seed {seed}", flush=True)
    rng, tried, failed = random.Random(seed), 0, 0
    while tried < arguments.count:
        number = rng.randrange(10**6)
        tables = draw(number, SLIP_FEATURES)
        clean = outcome(tables) if tables.get("Rules") else Outcome()
        if clean.cost is None:
            continue
        for kind in rng.sample(list(EXPECTED_OUTCOMES), 4):
            found, count = failures(tables, clean, kind, most=3, rng=rng)
            tried, failed = tried + count, failed + len(found)
            for line in found:
                print(f"workbook {number}, {kind.__name__}: {line}", flush=True)
    print(f"{tried} slips, {failed} of which comes what may not")
    raise SystemExit(failed > 0)


if __name__ == "__main__":
    main()
