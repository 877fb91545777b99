"""Groups of countries, and what a list of countries, groups and exceptions holds."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, NamedTuple

from optimizer.tables.sheets import Country
from optimizer.tables.text_matching import fold


class CountryGroup(NamedTuple):
    """A group of countries that comes with the product."""

    members: tuple[str, ...]
    source: str
    """Where the list stands, and of what date it is."""
    aliases: tuple[str, ...] = ()
    """Other names of the group."""


GROUPS: Final = {
    "covered": CountryGroup(
        ("China", "Iran", "North Korea", "Russia"),
        "10 U.S.C. 4872 and DFARS 225.7018-1, covered country, as of 2024-05-30",
        ("covered country", "covered countries", "covered nation", "covered nations"),
    ),
    "qualifying": CountryGroup(
        (
            *(
                "Australia",
                "Austria",
                "Belgium",
                "Canada",
                "Czechia",
                "Denmark",
                "Egypt",
                "Estonia",
            ),
            *("Finland", "France", "Germany", "Greece", "Israel", "Italy", "Japan", "Latvia"),
            *("Lithuania", "Luxembourg", "Netherlands", "Norway", "Poland", "Portugal", "Slovenia"),
            *("Spain", "Sweden", "Switzerland", "Türkiye", "United Kingdom"),
        ),
        "DFARS 225.003 and 252.225-7002, qualifying country, with Lithuania as added in 2022",
        ("qualifying country", "qualifying countries"),
    ),
    "EU": CountryGroup(
        (
            *(
                "Austria",
                "Belgium",
                "Bulgaria",
                "Croatia",
                "Cyprus",
                "Czechia",
                "Denmark",
                "Estonia",
            ),
            *("Finland", "France", "Germany", "Greece", "Hungary", "Ireland", "Italy", "Latvia"),
            *("Lithuania", "Luxembourg", "Malta", "Netherlands", "Poland", "Portugal", "Romania"),
            *("Slovakia", "Slovenia", "Spain", "Sweden"),
        ),
        "Treaty on European Union, article 52, without the United Kingdom from 2020-02-01",
        ("European Union", "E.U."),
    ),
    "USMCA": CountryGroup(
        ("Canada", "Mexico", "United States"),
        "Agreement between the United States, Mexico and Canada, in force from 2020-07-01",
        ("CUSMA", "T-MEC"),
    ),
    "G7": CountryGroup(
        (*("Canada", "France", "Germany", "Italy", "Japan", "United Kingdom", "United States"),),
        "Members of the Group of Seven since 2014-03-24",
        ("G-7", "Group of Seven"),
    ),
}
"""Groups by name; the sheet Countries may add members and groups."""

NOT: Final = "not "
"""Before a country or group that a list leaves out."""


def parts_of(words: str | Iterable[str]) -> tuple[str, ...]:
    """Words of a list of countries; a text is taken apart at commas and semicolons."""
    if isinstance(words, str):
        words = words.replace(";", ",").split(",")
    return tuple(word.strip() for word in words if word.strip())


class CountrySets:
    """Which countries a list of countries, groups and exceptions holds."""

    def __init__(self, rows: Iterable[Country]) -> None:
        self.groups: dict[str, tuple[str, tuple[str, ...]]] = {
            fold(name): (name, group.members) for name, group in GROUPS.items()
        }
        """Name and members of each group by fold of its name."""
        for row in rows:
            for name in row.groups:
                spelled, members = self.groups.get(fold(name), (name, ()))
                self.groups[fold(name)] = (spelled, tuple(dict.fromkeys((*members, row.country))))
        self._sets: dict[object, tuple[frozenset[str] | None, frozenset[str]]] = {}

    def holds(self, words: str | tuple[str, ...], country: str) -> bool:
        """True if a list holds a country: blank and ``*`` hold every one.

        ``EU, not Germany`` holds the members of the EU without Germany, ``not China`` every
        country but China.
        """
        within, without = self.names(words)
        return (within is None or country in within) and country not in without

    def names(self, words: str | tuple[str, ...]) -> tuple[frozenset[str] | None, frozenset[str]]:
        """Countries that a list names (None: every one), and those that it leaves out."""
        if words not in self._sets:
            self._sets[words] = self._set(parts_of(words))
        return self._sets[words]

    def meet(self, one: str, other: str) -> bool:
        """True if some country is in both lists."""
        within, without = self._both(one, other)
        return within is None or bool(within - without)

    def lies_within(self, one: str, other: str) -> bool:
        """True if every country of the first list is in the second."""
        return self.meet_within(one, one, other)

    def meet_within(self, one: str, other: str, third: str) -> bool:
        """True if every country that is in both of two lists is in the third."""
        within, without = self._both(one, other)
        if within is None:
            own, left_out = self.names(third)
            return own is None and left_out <= without
        return all(self.holds(third, country) for country in within - without)

    def _both(self, one: str, other: str) -> tuple[frozenset[str] | None, frozenset[str]]:
        """What two lists have in common, as :meth:`names` gives it."""
        (within, without), (own, left_out) = self.names(one), self.names(other)
        both = own if within is None else within if own is None else within & own
        return both, without | left_out

    def size(self, words: str | tuple[str, ...]) -> int:
        """How many countries a list holds; of lists without a name there are a thousand less."""
        within, without = self.names(words)
        return 1000 - len(without) if within is None else len(within - without)

    def _set(self, parts: tuple[str, ...]) -> tuple[frozenset[str] | None, frozenset[str]]:
        named = [word for word in parts if not word.startswith(NOT)]
        left_out = [word.removeprefix(NOT) for word in parts if word.startswith(NOT)]
        within = None if not named or "*" in named else self._members(named)
        return within, self._members(left_out)

    def _members(self, words: Iterable[str]) -> frozenset[str]:
        found: set[str] = set()
        for word in words:
            found.update(self.groups.get(fold(word), ("", (word,)))[1])
        return frozenset(found)
