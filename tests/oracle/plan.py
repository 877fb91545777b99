"""What all parts of the reference share: the tables, the programme and its balances."""

from typing import NamedTuple

from tests.oracle.dates import Calendar
from tests.oracle.lp import Programme
from tests.oracle.network import Network, add
from tests.oracle.provenance import Provenance
from tests.oracle.read import Book, name, number, yes

CLEAN = frozenset()


class Lot(NamedTuple):
    """A material of one class and customs origin at a site in a period."""

    site: str
    material: str
    broken: frozenset
    origin: str
    t: int


class Record(NamedTuple):
    """An amount that a limit may count: coefficient of a variable in a period."""

    measure: str
    t: int
    variable: int
    amount: float
    facts: tuple  # one dict for each row that describes it


class Plan:
    """Tables, programme, balances (tonnes into each lot) and records for limits."""

    def __init__(self, source):
        self.book = Book(source)
        self.calendar = Calendar(self.book)
        self.provenance = Provenance(self.book, self.calendar)
        self.network = Network(self.book, self.calendar)
        self.lp = Programme()
        self.sites = {name(row, "site"): row for row in self.book["sites"]}
        self.materials = {name(row, "material"): row for row in self.book["materials"]}
        self.carrying = self.book.setting("carrying cost rate", 0)
        self.balance, self.given = {}, {}
        self.drawn, self.load, self.records = {}, {}, []

    def traced(self, material):
        """False for a material that carries no provenance."""
        return yes(self.materials[material], "traced", True)

    def value(self, material):
        """Customs and carrying value per tonne."""
        return number(self.materials[material], "value", 0)

    def segregates(self, site):
        """False for a site whose processes taint each other."""
        return yes(self.sites[site], "segregates", True)

    def country(self, site):
        """The country of a site."""
        return self.provenance.country(site)

    def classes(self, material):
        """The classes that a material can have."""
        return self.provenance.classes if self.traced(material) else [CLEAN]

    def flow(self, lot, variable, amount):
        """Add tonnes into a lot per unit of a variable (negative: out of it)."""
        add(self.balance.setdefault(lot, {}), variable, amount)

    def draw(self, lot, variable, amount=1.0):
        """Take tonnes out of a lot for use, shipping or delivery."""
        self.flow(lot, variable, -amount)
        add(self.drawn.setdefault((lot.site, lot.material, lot.t), {}), variable, amount)

    def put(self, lot, tonnes):
        """Add tonnes that are there whatever is decided."""
        add(self.given, lot, tonnes)
        self.balance.setdefault(lot, {})

    def record(self, measure, t, variable, amount, *facts):
        """Remember an amount for Limits; country and owner follow from its site."""
        full = tuple(
            {
                **fact,
                "country": self.country(fact["site"]),
                "owner": name(self.sites[fact["site"]], "owner"),
            }
            for fact in facts
        )
        self.records.append(Record(measure, t, variable, amount, full))
