"""Slips that a person makes in a workbook, and what may come of them.

Each kind takes the tables of a workbook and yields slips, one at a time. What still reads the
same must cost the same. Of everything else either nothing is planned and a sheet or cell is
named, or the plan is not both cheaper than the right one and called lawful.

Longer runs draw workbooks too, and print the seed that brings them back:

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

Tables = dict[str, list[dict[Any, Any]]]


class Slip(NamedTuple):
    """What somebody did, and the workbook that came of it."""

    what: str
    tables: Tables


class Outcome(NamedTuple):
    """What the product makes of a workbook: where it is wrong, or a plan's cost and its word."""

    errors: tuple[optimizer.Finding, ...] = ()
    cost: float | None = None
    lawful: str | None = None
    notes: tuple[str, ...] = ()


def outcome(tables: Tables) -> Outcome:
    """Outcome of a workbook file that is written, read and solved."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "case.xlsx"
        save(tables, path)
        try:
            result = optimizer.solve(optimizer.read(path))
        except optimizer.WorkbookError as error:
            return Outcome(tuple(each for each in error.findings if each.severity == "error"))
    assert result.objective is None or result.audit.passed, result.audit.verdict
    return Outcome((), result.objective, result.lawful, result.lawful_notes)


def save(tables: Tables, path: Path) -> None:
    """Write a workbook file, in a fifth of the time that openpyxl takes."""
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


# What may come of it ----------------------------------------------------------------------------


def same(one: float | None, other: float | None) -> bool:
    """True for two costs that are the same, or two times no plan."""
    if one is None or other is None:
        return one is other
    return math.isclose(one, other, rel_tol=1e-6, abs_tol=1e-4)


def changes_nothing(clean: Outcome, found: Outcome) -> bool:
    """True if a plan costs the same and is called the same."""
    return not found.errors and same(found.cost, clean.cost) and found.lawful == clean.lawful


def is_refused(clean: Outcome, found: Outcome) -> bool:
    """True if a cell or a sheet is named as wrong."""
    return bool(found.errors) and all(error.sheet for error in found.errors)


def fails_closed(clean: Outcome, found: Outcome) -> bool:
    """True if it is refused, or not both cheaper than the right plan and called lawful."""
    if found.errors:
        return is_refused(clean, found)
    no_plan = clean.cost is None and found.cost is not None
    cheaper = no_plan or (found.cost is not None and found.cost < clean.cost)
    return found.lawful != "yes" or not cheaper or same(found.cost, clean.cost)


def is_told(clean: Outcome, found: Outcome) -> bool:
    """True if it fails closed, or if a note says which rule is not in force."""
    told = any("is not in force in this horizon" in note for note in found.notes)
    return told or fails_closed(clean, found)


# Cells ------------------------------------------------------------------------------------------

COUNTRIES = {
    "Sites": ("country", "owner country"),
    "Rule scope": ("country", "owner country"),
    "Tariffs": ("origin country", "destination country"),
    "Limits": ("country",),
    "Countries": ("country",),
}
NAMES = {
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
HISTORIES = ("Supply", "Stocks", "Pipeline")

Cell = tuple[str, int, Any]
"""Sheet, number of the row, column."""


def cells(tables: Tables, columns: dict[str, tuple[str, ...]]) -> Iterator[Cell]:
    """Filled cells of some columns, without *."""
    for sheet, names in columns.items():
        for i, row in enumerate(tables.get(sheet, [])):
            for name in names:
                if row.get(name) not in (None, "*"):
                    yield sheet, i, name


def put(tables: Tables, cell: Cell, value: Any) -> Slip:
    """Another value in one cell."""
    sheet, i, column = cell
    row = {**tables[sheet][i], column: value}
    rows = [*tables[sheet][:i], row, *tables[sheet][i + 1 :]]
    was = tables[sheet][i].get(column)
    return Slip(f"{sheet} row {i + 2} {column}: {was!r} is {value!r}", {**tables, sheet: rows})


def text(tables: Tables, cell: Cell) -> str:
    """What stands in a cell."""
    sheet, i, column = cell
    return str(tables[sheet][i][column])


# What still reads the same ----------------------------------------------------------------------


def countries_by_other_names(tables: Tables) -> Iterator[Slip]:
    """Each country by each of its names: cell after cell, and in all histories."""
    places = list(cells(tables, COUNTRIES))
    at = 0
    for country, others in ALIASES.items():
        known = (country, *others)
        mine = [cell for cell in places if text(tables, cell).lower() in known]
        for other in (other.upper() if len(other) < 4 else other.title() for other in others):
            if mine:
                at += 1
                yield put(tables, mine[at % len(mine)], other)
            yield from in_histories(tables, known, other)


def in_histories(tables: Tables, known: tuple[str, ...], other: str) -> Iterator[Slip]:
    """A country by another name in all histories that name it."""
    found = copy.deepcopy(tables)
    pattern = re.compile(rf"(?i)(?<=: )({'|'.join(map(re.escape, known))})(?=\s*(?:\[|;|$))")
    for sheet in HISTORIES:
        for row in found.get(sheet, []):
            if row.get("history"):
                row["history"] = pattern.sub(other, row["history"])
    if found != tables:
        yield Slip(f"{known[0]} is {other!r} in histories", found)


UNSEEN = {
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


def dressings(name: str) -> Iterator[tuple[str, str]]:
    """Ways to write a name that look as it does."""
    for kind, letter in UNSEEN.items():
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


def names_dressed_otherwise(tables: Tables) -> Iterator[Slip]:
    """Letters that nobody sees and letters that look the same, one cell after the other."""
    places = sorted([*cells(tables, NAMES), *cells(tables, COUNTRIES)])
    kinds = [kind for kind, _ in dressings("any")]
    for number, _ in enumerate(kinds):
        for step in range(4):
            place = places[(7 * number + 13 * step) % len(places)]
            kind, dressed = list(dressings(text(tables, place)))[number]
            slip = put(tables, place, dressed)
            if slip.tables != tables:
                yield Slip(f"{kind}: {slip.what}", slip.tables)


# A letter of another alphabet -------------------------------------------------------------------

CYRILLIC = str.maketrans("aceopxyACEHKMOPTX", "асеорхуАСЕНКМОРТХ")
GREEK = str.maketrans("oABEHIKMNOTX", "οΑΒΕΗΙΚΜΝΟΤΧ")


def letters_of_another_alphabet(tables: Tables) -> Iterator[Slip]:
    """One letter of each name is Cyrillic or Greek."""
    for cell in [*cells(tables, NAMES), *cells(tables, COUNTRIES)]:
        name = text(tables, cell)
        for alphabet in (CYRILLIC, GREEK):
            for i, letter in enumerate(name):
                word = next(word for word in re.split(r"\W|_", name[i:] or "") if True)
                beside = name[i - 1 : i].isalpha() or len(word) > 1
                if letter.translate(alphabet) != letter and beside:
                    yield put(tables, cell, name[:i] + letter.translate(alphabet) + name[i + 1 :])
                    break


# What is left out or half said ------------------------------------------------------------------


def histories_left_out(tables: Tables) -> Iterator[Slip]:
    """Blank histories, unknown ones, and those that name one stage only."""
    materials = {row["material"]: row for row in tables["Materials"]}
    for sheet in HISTORIES:
        for i, row in enumerate(tables.get(sheet, [])):
            if sheet == "Stocks" and not row.get("opening"):
                continue
            cell = (sheet, i, "history")
            for other in (None, "unknown", "separated: Germany", "mined: Germany; melted: unknown"):
                yield put(tables, cell, other)
            stage = materials[row["material"]].get("stage")
            if stage and stage != "mined":
                yield put(tables, cell, f"{stage}: Germany")
            parts = (row.get("history") or "").split("; ")
            for part in parts if len(parts) > 1 else ():
                rest = "; ".join(each for each in parts if each != part)
                yield put(tables, cell, rest)
    yield without_histories(tables)


def without_histories(tables: Tables) -> Slip:
    """All histories at once."""
    found = copy.deepcopy(tables)
    for sheet in HISTORIES:
        for row in found.get(sheet, []):
            row.pop("history", None)
    return Slip("no histories", found)


def stages_left_out(tables: Tables) -> Iterator[Slip]:
    """Stages of processes and materials, kinds of sites."""
    columns = {"Processes": ("stage",), "Materials": ("stage",), "Sites": ("kind",)}
    for cell in cells(tables, columns):
        yield put(tables, cell, None)
    for sheet, column in (("Processes", "stage"), ("Materials", "stage")):
        bare = [{**row, column: None} for row in tables.get(sheet, [])]
        yield Slip(f"no {column} in {sheet}", {**tables, sheet: bare})


def required_names_left_out(tables: Tables) -> Iterator[Slip]:
    """Blank countries, rules, segments of rules."""
    columns = {
        "Sites": ("country",),
        "Rules": ("rule", "segments"),
        "Rule scope": ("rule",),
        "Tariffs": ("origin country", "destination country", "material"),
        "Limits": ("measure",),
    }
    for cell in cells(tables, columns):
        yield put(tables, cell, None)


# Misspelt ---------------------------------------------------------------------------------------


def misspelt(word: str) -> Iterator[str]:
    """A word with letters that change places, are left out, doubled, or another one."""
    middle = max(1, len(word) // 2)
    yield word[: middle - 1] + word[middle : middle + 1] + word[middle - 1] + word[middle + 1 :]
    yield word[:middle] + word[middle + 1 :]
    yield word[:middle] + word[middle : middle + 1] + word[middle:]
    if "ence" in word:
        yield word.replace("ence", "ense")


def segments_misspelt(tables: Tables) -> Iterator[Slip]:
    """Segments of rules and of demand. In demand, a word that resembles none is a segment too."""
    for cell in cells(tables, {"Rules": ("segments",), "Demand": ("segment",)}):
        for other in misspelt(text(tables, cell)):
            yield put(tables, cell, other)
    for cell in cells(tables, {"Rules": ("segments",)}):
        for other in ("defence, aerospace", "Verteidigung"):
            yield put(tables, cell, other)


def scope_misspelt(tables: Tables) -> Iterator[Slip]:
    """Names in Rule scope, and countries that are none."""
    names = ("rule", "country", "owner country", "owner", "site", "stage")
    for cell in cells(tables, {"Rule scope": names}):
        if "country" not in cell[2]:
            for other in misspelt(text(tables, cell)):
                yield put(tables, cell, other)
        else:
            for other in ("Cathay", "Prussia", "Asia", "PRC / Taiwan", "none", "unknown", "here"):
                yield put(tables, cell, other)
        if cell[2] == "stage":
            for other in ("Trennung", "separation", "smelted", "unknown"):
                yield put(tables, cell, other)


def countries_misspelt(tables: Tables) -> Iterator[Slip]:
    """Countries that are none. A code with another letter may be another country's."""
    for cell in cells(tables, COUNTRIES):
        country = text(tables, cell)
        for other in (
            *(misspelt(country) if len(country) > 3 else ()),
            "Cathay",
            "n/a",
            "#N/A",
            86,
        ):
            yield put(tables, cell, other)
        if cell[0] == "Sites":
            yield put(tables, cell, "unknown")


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


def sheets_renamed(tables: Tables) -> Iterator[Slip]:
    """Each sheet under other names."""
    for sheet, others in OTHER_SHEETS.items():
        for other in others if tables.get(sheet) else ():
            renamed = {other if name == sheet else name: rows for name, rows in tables.items()}
            yield Slip(f"{sheet} is called {other}", renamed)


def sheets_left_out(tables: Tables) -> Iterator[Slip]:
    """No Rule scope, no Rules, and a rule or a scope without the other."""
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


def headers_renamed(tables: Tables) -> Iterator[Slip]:
    """Each filled column under other headers."""
    for sheet, rows in tables.items():
        for column in dict.fromkeys(name for row in rows for name in row):
            if any(row.get(column) is not None for row in rows) and column not in UNBINDING:
                others = dict.fromkeys((*OTHER_HEADERS.get(column, ()), *misspelt(str(column))))
                for other in others:
                    yield renamed_header(tables, sheet, column, other)


UNBINDING = ("notes", "source", "confidence", "description", "latitude", "longitude")
"""Columns that no plan depends on."""


def renamed_header(tables: Tables, sheet: str, column: Any, other: str) -> Slip:
    """One column under another header, where it stood."""
    rows = [
        {(other if name == column else name): value for name, value in row.items()}
        for row in tables[sheet]
    ]
    return Slip(f"{sheet}: header {column!r} is {other!r}", {**tables, sheet: rows})


def headers_left_out(tables: Tables) -> Iterator[Slip]:
    """Each filled column without its header."""
    for sheet, rows in tables.items():
        for column in dict.fromkeys(name for row in rows for name in row):
            if any(row.get(column) is not None for row in rows) and column not in UNBINDING:
                yield renamed_header(tables, sheet, column, "")


# Rows -------------------------------------------------------------------------------------------


def rules_at_another_time(tables: Tables) -> Iterator[Slip]:
    """Rules that begin after the horizon, or that ended before it."""
    for i in range(len(tables["Rules"])):
        yield put(tables, ("Rules", i, "from"), dt.date(2037, 1, 1))
        yield put(tables, ("Rules", i, "from"), "2037")
        over = put(tables, ("Rules", i, "to"), dt.date(2020, 12, 31)).tables
        yield put(over, ("Rules", i, "from"), None)
    rows = [{**row, "from": dt.date(2037, 1, 1)} for row in tables["Rules"]]
    yield Slip("all rules from 2037", {**tables, "Rules": rows})


def rows_of_totals(tables: Tables) -> Iterator[Slip]:
    """A row below the figures that adds them up."""
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


def provenance_switched_off(tables: Tables) -> Iterator[Slip]:
    """Materials that are not traced, and processes that clear each rule."""
    for i, row in enumerate(tables["Materials"]):
        if row.get("traced") != "no":
            yield put(tables, ("Materials", i, "traced"), "no")
    yield Slip(
        "nothing is traced",
        {**tables, "Materials": [{**row, "traced": "no"} for row in tables["Materials"]]},
    )


SAME_MEANING = (countries_by_other_names, names_dressed_otherwise)
REFUSED = (letters_of_another_alphabet,)
TOLD = (rules_at_another_time,)
FAIL_CLOSED = (
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
ASKED = {
    **dict.fromkeys(SAME_MEANING, changes_nothing),
    **dict.fromkeys(REFUSED, is_refused),
    **dict.fromkeys(TOLD, is_told),
    **dict.fromkeys(FAIL_CLOSED, fails_closed),
}
"""What may come of each kind."""


def without_tariffs(tables: Tables) -> Tables:
    """Tables without duties."""
    return {sheet: rows for sheet, rows in tables.items() if sheet != "Tariffs"}


BASES = {histories_left_out: without_tariffs}
"""Where a kind starts from. Customs origin is the latest event that is known: a history that leaves
out its last event changes duties, which are no rule."""


def failures(
    tables: Tables, clean: Outcome, kind: Any, most: int, dice: random.Random
) -> tuple[list[str], int]:
    """Slips of a kind of which comes what may not, and how many were tried."""
    if kind in BASES:
        tables = BASES[kind](tables)
        clean = outcome(tables)
    slips = list(kind(tables))
    if len(slips) > most:
        slips = dice.sample(slips, most)
    found = []
    for slip in slips:
        told = outcome(slip.tables)
        if not ASKED[kind](clean, told):
            found.append(f"{slip.what}\n    right {clean.cost} {clean.lawful}; {shown(told)}")
    return found, len(slips)


def shown(told: Outcome) -> str:
    """An outcome in a line."""
    errors = "; ".join(map(str, told.errors[:2]))
    return f"refused: {errors}" if errors else f"now {told.cost} {told.lawful}"


PLAIN = ALL - {"aliases", "switched off"}
"""What is drawn: names in one spelling, so that one cell can differ."""


def main() -> None:
    """Draw workbooks and slips, and show what comes of those that fail."""
    words = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    words.add_argument("--count", type=int, default=100, help="slips, about")
    words.add_argument("--seed", type=int, default=None, help="of a run that is to come again")
    asked = words.parse_args()
    seed = random.SystemRandom().randrange(10**6) if asked.seed is None else asked.seed
    print(f"seed {seed}", flush=True)
    dice, tried, failed = random.Random(seed), 0, 0
    while tried < asked.count:
        number = dice.randrange(10**6)
        tables = draw(number, PLAIN)
        clean = outcome(tables) if tables.get("Rules") else Outcome()
        if clean.cost is None:
            continue
        for kind in dice.sample(list(ASKED), 4):
            found, count = failures(tables, clean, kind, most=3, dice=dice)
            tried, failed = tried + count, failed + len(found)
            for line in found:
                print(f"workbook {number}, {kind.__name__}: {line}", flush=True)
    print(f"{tried} slips, {failed} of which comes what may not")
    raise SystemExit(failed > 0)


if __name__ == "__main__":
    main()
