"""What can happen where and when: recipes, processes and lanes of each period."""

from typing import NamedTuple

from tests.oracle.read import grouped, name, number


class Recipe(NamedTuple):
    """Tonnes in and out per unit of activity, by material."""

    inputs: dict
    outputs: dict


class Process(NamedTuple):
    """A recipe at a site on one feed; `keys` are its rows (site, recipe, feed or *, unit)."""

    site: str
    recipe: str
    feed: str | None
    keys: tuple


class Network:
    """Processes and lanes, with * made into what it stands for."""

    def __init__(self, book, calendar):
        self.book, self.calendar = book, calendar
        self.materials = [name(row, "material") for row in book["materials"]]
        self.assays = {
            (name(row, "feed"), name(row, "oxide")): number(row, "share") for row in book["assays"]
        }
        self.feeds = sorted({feed for feed, _ in self.assays})
        self.process_rows = grouped(self._known_processes(), "site", "recipe", "feed", "unit")
        self.lane_rows = grouped(book["lanes"], "from site", "to site", "material", "mode")
        self.takes = self._what_each_site_takes()

    def _known_processes(self):
        recipes = {
            name(row, "recipe") for sheet in ("recipes", "recoveries") for row in self.book[sheet]
        }
        return [row for row in self.book["processes"] if name(row, "recipe") in recipes]

    def recipe(self, recipe, feed):
        """What one unit of activity takes and makes; feed is None for plain recipes."""
        amounts = {"in": {}, "out": {}}
        for row in self.book["recipes"]:
            if name(row, "recipe") == recipe:
                amounts[name(row, "direction")][name(row, "material")] = number(row, "quantity")
        recovered = [row for row in self.book["recoveries"] if name(row, "recipe") == recipe]
        if recovered and feed is not None:
            add(amounts["in"], feed, 1.0)
        for row in recovered:
            share = self.assays.get((feed, name(row, "oxide")), 0.0)
            add(amounts["out"], name(row, "product"), share * number(row, "recovery"))
        return Recipe(amounts["in"], amounts["out"])

    def processes(self, t):
        """All processes that can run in a period, each with the keys of its rows."""
        keys = {}
        for key, rows in self.process_rows.items():
            site, recipe, feed, _ = key
            if not self.calendar.touching(rows, t):
                continue
            feeds = [feed]
            if feed == "*":
                feeds = [each for each in self.feeds if not self._named(key, each, t)]
            for each in feeds:
                keys.setdefault((site, recipe, each), []).append(key)
        return [Process(*process, tuple(of_units)) for process, of_units in keys.items()]

    def _named(self, key, feed, t):
        """True if a row of the same site, recipe and unit names a feed in a period."""
        site, recipe, _, unit = key
        rows = self.process_rows.get((site, recipe, feed, unit), [])
        return bool(self.calendar.touching(rows, t))

    def lanes(self, t):
        """(rows' key, material) of all that can be shipped in a period."""
        found = []
        for key, rows in self.lane_rows.items():
            start, end, material, mode = key
            if not self.calendar.touching(rows, t):
                continue
            if material != "*":
                found.append((key, material))
                continue
            named = [
                other
                for other in self.materials
                if self.calendar.touching(self.lane_rows.get((start, end, other, mode), []), t)
            ]
            found += [
                (key, other)
                for other in self.materials
                if (end, other) in self.takes and other not in named
            ]
        return found

    def _what_each_site_takes(self):
        takes = {(name(row, "customer"), name(row, "material")) for row in self.book["demand"]}
        takes |= {(name(row, "site"), name(row, "material")) for row in self.book["stocks"]}
        takes |= {(start, material) for start, _, material, _ in self.lane_rows if material != "*"}
        for site, recipe, feed, _ in self.process_rows:
            for each in self.feeds if feed == "*" else [feed]:
                takes |= {(site, material) for material in self.recipe(recipe, each).inputs}
        discarded = [
            name(row, "material")
            for row in self.book["materials"]
            if number(row, "disposal cost") is not None
        ]
        sites = [name(row, "site") for row in self.book["sites"]]
        takes |= {(site, material) for site in sites for material in discarded}
        stars = [(start, end) for start, end, material, _ in self.lane_rows if material == "*"]
        grown = True
        while grown:
            more = {(start, m) for start, end in stars for m in self.materials if (end, m) in takes}
            grown = not more <= takes
            takes |= more
        return takes


def add(amounts, key, amount):
    """Add an amount under a key."""
    amounts[key] = amounts.get(key, 0.0) + amount
