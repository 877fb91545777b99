"""Small random workbooks: every feature is drawn with a probability, so that a case has a handful.

`draw(seed)` gives a dict of sheet -> list of rows (header -> value), `write` makes a file
of it. The same seed and features always give the same workbook.
"""

import datetime as dt
import random

import openpyxl

from tests.oracle.random_bounds import draw_limits, draw_rules, draw_tariffs, switch_off
from tests.oracle.random_flows import (
    draw_demand,
    draw_lanes,
    draw_pipeline,
    draw_stocks,
    draw_supply,
    draw_tiers,
)
from tests.oracle.random_plants import draw_assays, draw_blends, draw_options, draw_processes
from tests.oracle.random_words import ELSEWHERE, draw_countries, other_words

CORE = frozenset(
    {
        "ad valorem",
        "aliases",
        "arrivals",
        "by-product",
        "clears",
        "closing",
        "contract",
        "countries",
        "cover",
        "customs value",
        "dated lanes",
        "dated processes",
        "dated rules",
        "dated stocks",
        "dated supply",
        "dated tariffs",
        "dated units",
        "dated demand",
        "discount",
        "disposal",
        "downstream stock",
        "feeds",
        "fixed cost",
        "groups",
        "histories",
        "hub",
        "lane maximum",
        "leads",
        "loop",
        "losses",
        "minimum delivery",
        "minimum supply",
        "must run",
        "named feed",
        "negative price",
        "open histories",
        "outlet",
        "owners",
        "period columns",
        "pipeline",
        "process limits",
        "processing",
        "rules",
        "second measure",
        "second rule",
        "share rule",
        "star lanes",
        "stocks",
        "stock bounds",
        "switched off",
        "tariffs",
        "tiers",
        "trader",
        "two inputs",
        "two units",
        "unstaged",
        "untraced",
        "untraced history",
    }
)
WHOLE = frozenset({"options", "idle", "falling tiers", "fixed lanes", "mixing"})
BOUNDS = frozenset({"limits", "blends"})
ALL = CORE | WHOLE | BOUNDS

COUNTRIES = ("China", "Kazakhstan", "Canada", "USA")
LENGTHS = {"month": 1, "quarter": 3, "half-year": 6, "year": 12}


class Case:
    """A workbook being drawn: tables, the dice, and what has been decided so far."""

    def __init__(self, seed, features):
        self.dice, self.features, self.tables = random.Random(seed), features, {}
        self.words = random.Random(f"{seed} words")
        self.tiers = random.Random(f"{seed} tiers")
        self.duties = random.Random(f"{seed} duties")
        self.length = self.dice.choice(list(LENGTHS))
        self.count = self.dice.choice((2, 2, 3, 4) if self.length != "year" else (2, 2, 3))
        month = 1 + LENGTHS[self.length] * self.dice.choice((0, 0, 0, 1)) % 12
        self.start = dt.date(2027, month, 1)

    def has(self, feature, probability=0.35):
        """True if a feature is asked for and drawn."""
        return feature in self.features and self.dice.random() < probability

    def knows(self, feature, probability):
        """As `has`, by the dice that only choose words."""
        return feature in self.features and self.words.random() < probability

    def add(self, sheet, **row):
        """Add a row; underscores in column names stand for spaces, a last one for nothing."""
        row = {column.rstrip("_").replace("_", " "): value for column, value in row.items()}
        self.tables.setdefault(sheet, []).append(row)
        return row

    def amount(self, low, high):
        """A round number between two bounds."""
        return round(self.dice.uniform(low, high), 2)

    def month_after(self, months):
        """The first day of the month some months after the start."""
        year, month = divmod(self.start.year * 12 + self.start.month - 1 + months, 12)
        return dt.date(year, month + 1, 1)

    @property
    def horizon(self):
        """Months from start to end."""
        return self.count * LENGTHS[self.length]

    def day_inside(self, boundary=0.4):
        """A day inside the horizon: the first of a period, or any day."""
        if self.dice.random() < boundary:
            return self.month_after(LENGTHS[self.length] * self.dice.randrange(1, self.count))
        return self.month_after(self.dice.randrange(self.horizon)) + dt.timedelta(
            days=self.dice.randrange(1, 28)
        )

    def split(self, sheet, row, **changed):
        """Make a row two dated rows, the second with other values; sometimes with a gap."""
        edge = self.day_inside()
        row["to"] = edge - dt.timedelta(days=1)
        gap = self.dice.choice((0, 0, 0, 20))
        other = {
            **row,
            **{column.replace("_", " "): value for column, value in changed.items()},
            "from": edge + dt.timedelta(days=gap),
            "to": None,
        }
        if self.dice.random() < 0.3:
            end = self.month_after(self.horizon + self.dice.choice((0, 3))) - dt.timedelta(days=1)
            other["to"] = max(end, other["from"])
        self.tables[sheet].append(other)
        return other


def draw(seed, features=CORE):
    """The tables of a random workbook."""
    case = Case(seed, features)
    draw_settings(case)
    draw_sites(case)
    draw_materials(case)
    draw_recipes(case)
    draw_assays(case)
    draw_processes(case)
    draw_supply(case)
    draw_lanes(case)
    draw_demand(case)
    draw_stocks(case)
    draw_pipeline(case)
    draw_rules(case)
    draw_tariffs(case)
    draw_options(case)
    draw_limits(case)
    draw_blends(case)
    draw_tiers(case)
    other_words(case)
    switch_off(case)
    return {sheet: rows for sheet, rows in case.tables.items() if rows}


def draw_settings(case):
    """Start, periods, rates."""
    values = {
        "case": "random",
        "start": case.start,
        "periods": case.count,
        "period length": case.length,
        "currency": "USD",
        "mip gap": 0,
        "time limit": 300,
        "shortage penalty": case.amount(80, 400),
    }
    if case.has("discount", 0.6):
        values["discount rate"] = case.dice.choice((0.05, 0.1, 0.2))
        values["carrying cost rate"] = case.dice.choice((0, 0.04, 0.12))
    for setting, value in values.items():
        case.add("Settings", setting=setting, value=value)


def draw_sites(case):
    """Mines, plants, customers, perhaps a port and a trader."""
    dice = case.dice
    case.countries = list(COUNTRIES[: dice.choice((3, 4))])
    if case.knows("countries", 0.5):
        case.countries = [case.words.choice(ELSEWHERE[country]) for country in case.countries]
    draw_countries(case)
    case.mines = [f"Mine {i}" for i in range(1, dice.choice((2, 2, 3)) + 1)]
    case.plants = [f"Plant {i}" for i in range(1, dice.choice((1, 2, 2, 3)) + 1)]
    case.customers = [f"Buyer {i}" for i in range(1, dice.choice((1, 1, 2)) + 1)]
    case.hubs = ["Port"] if case.has("hub", 0.3) else []
    case.traders = ["Trader"] if case.has("trader", 0.3) else []
    case.country = {}
    kinds = (
        ("mine", case.mines),
        ("plant", case.plants),
        ("customer", case.customers),
        ("port", case.hubs),
        ("trader", case.traders),
    )
    for kind, sites in kinds:
        for site in sites:
            case.country[site] = "China" if site == "Mine 1" else dice.choice(case.countries)
            row = case.add("Sites", site=site, kind=kind, country=case.country[site])
            if kind == "plant" and case.has("mixing", 0.3):
                row["segregates"] = "no"
            if case.has("owners", 0.25):
                row["owner"] = f"{site} Holding"
                row["owner country"] = dice.choice((None, "China", dice.choice(case.countries)))
    case.mixing = [row["site"] for row in case.tables["Sites"] if row.get("segregates") == "no"]
    case.sites = list(case.country)


def draw_materials(case):
    """A chain from ore to product, perhaps a reagent and a by-product."""
    dice = case.dice
    stages = {"ore": "mined", "oxide": "separated", "metal": "melted", "magnet": "produced"}
    middle = dice.choice((["oxide"], ["metal"], ["oxide", "metal"]))
    case.chain = ["ore", *middle, "magnet"]
    case.traced = dict.fromkeys(case.chain, True)
    case.ores = ["ore"]
    if case.has("feeds", 0.3):
        case.ores.append("clay")
        stages["clay"], case.traced["clay"] = "mined", True
    case.reagent = "acid" if case.has("two inputs") else None
    case.by_product = "slag" if case.has("by-product", 0.45) else None
    if case.reagent:
        case.traced["acid"] = not case.has("untraced", 0.7)
        stages["acid"] = dice.choice((None, "mined", "coated"))
    if case.by_product:
        case.traced["slag"] = not case.has("untraced", 0.5)
        stages["slag"] = dice.choice((None, "separated"))
    for material, traced in case.traced.items():
        if traced and material in case.chain[:-1] and case.has("untraced", 0.06):
            case.traced[material] = False
        row = case.add(
            "Materials",
            material=material,
            stage=stages[material],
            traced=None if case.traced[material] else "no",
            value=case.amount(5, 60),
        )
        if material in case.chain and case.has("unstaged", 0.07):
            row["stage"] = None
        if (material == "slag" and dice.random() < 0.8) or case.has("disposal", 0.2):
            row["disposal cost"] = case.amount(0, 6)
    case.stage = {row["material"]: row["stage"] for row in case.tables["Materials"]}


def draw_recipes(case):
    """One recipe for each step of the chain, perhaps one that returns the by-product."""
    case.steps = []
    for taken, made in zip(case.chain, case.chain[1:], strict=False):
        recipe = f"make {made}"
        case.steps.append((recipe, made))
        if not (taken == "ore" and len(case.ores) > 1):
            case.add(
                "Recipes",
                recipe=recipe,
                material=taken,
                direction="in",
                quantity=case.amount(1, 1.8),
            )
            case.add("Recipes", recipe=recipe, material=made, direction="out", quantity=1)
        if case.reagent and case.dice.random() < 0.5:
            case.add(
                "Recipes",
                recipe=recipe,
                material="acid",
                direction="in",
                quantity=case.amount(0.1, 0.6),
            )
        if case.by_product and case.dice.random() < 0.6:
            case.add(
                "Recipes",
                recipe=recipe,
                material="slag",
                direction="out",
                quantity=case.amount(0.05, 0.5),
            )
    case.loop = bool(case.by_product) and case.has("loop", 0.5)
    if case.loop:
        back = case.dice.choice(case.chain[1:-1])
        case.add(
            "Recipes",
            recipe="return",
            material="slag",
            direction="in",
            quantity=case.amount(1.2, 3),
        )
        case.add("Recipes", recipe="return", material=back, direction="out", quantity=1)
        case.steps.append(("return", back))


def write(tables, path):
    """Write tables as a workbook file."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for sheet, rows in tables.items():
        page = book.create_sheet(sheet)
        columns = list(dict.fromkeys(column for row in rows for column in row))
        page.append(columns)
        for row in rows:
            page.append([row.get(column) for column in columns])
    book.save(path)
