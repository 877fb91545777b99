"""Countries by their names and codes, groups of them, and lists that except some.

A small table of its own: the countries that random workbooks and known cases use. Another word
stands for itself, so that a workbook with countries of its own can be read too.
"""

from typing import NamedTuple

from tests.oracle.read import names, spelled

ALIASES = {
    "china": ("cn", "chn", "prc", "p.r. china", "people's republic of china", "mainland china"),
    "kazakhstan": ("kz", "kaz", "republic of kazakhstan"),
    "canada": ("ca", "can"),
    "usa": ("us", "u.s.", "u.s.a.", "united states", "united states of america"),
    "germany": ("de", "deu", "federal republic of germany"),
    "france": ("fr", "fra"),
    "estonia": ("ee", "est"),
    "mexico": ("mx", "mex", "méxico"),
    "russia": ("ru", "rus", "russian federation"),
    "iran": ("ir", "irn", "islamic republic of iran"),
    "north korea": ("kp", "prk", "dprk", "democratic people's republic of korea"),
    "malaysia": ("my", "mys"),
    "vietnam": ("vn", "vnm", "viet nam"),
    "türkiye": ("tr", "tur", "turkey"),
}
EU = (
    "austria belgium bulgaria croatia cyprus czechia denmark estonia finland france germany "
    "greece hungary ireland italy latvia lithuania luxembourg malta netherlands poland portugal "
    "romania slovakia slovenia spain sweden"
)
GROUPS = {
    "covered": frozenset(("china", "iran", "north korea", "russia")),  # 10 USC 4872
    "eu": frozenset(EU.split()),
    "usmca": frozenset(("usa", "canada", "mexico")),
}


class Places(NamedTuple):
    """A set of countries: those that are named, or all but those."""

    named: frozenset
    excepted: bool  # True: all countries but the named ones

    def __contains__(self, country):
        return (country in self.named) != self.excepted

    def inside(self, other):
        """True if every country of this set is in another one."""
        if self.excepted:
            return other.excepted and other.named <= self.named
        if other.excepted:
            return not self.named & other.named
        return self.named <= other.named

    @property
    def single(self):
        """True if this is one country."""
        return len(self.named) == 1 and not self.excepted


ANYWHERE = Places(frozenset(), True)


class Countries:
    """The countries and groups of a workbook: those of the world, and of its sheet Countries."""

    def __init__(self, rows):
        self.known = {alias: country for country, of_it in ALIASES.items() for alias in of_it}
        for row in rows:
            for alias in names(row, "aliases"):
                self.known[alias] = self.country(row.get("country"))
        self.groups = dict(GROUPS)
        for row in rows:
            for group in names(row, "groups"):
                members = self.groups.get(group, frozenset())
                self.groups[group] = members | {self.country(row.get("country"))}

    def country(self, word):
        """The one name of a country, None for blank.

        >>> Countries([]).country("P.R. China")
        'china'
        """
        word = spelled(word)
        return self.known.get(word, word)

    def places(self, row, column):
        """The countries that a cell allows; blank and * are all."""
        words = names(row, column)
        if not words or "*" in words:
            return ANYWHERE
        excepted = [word.removeprefix("not ") for word in words if word.startswith("not ")]
        named = frozenset().union(*map(self._members, excepted or words))
        return Places(named, bool(excepted))

    def _members(self, word):
        return self.groups.get(word) or {self.country(word)}
